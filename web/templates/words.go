package templates

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/partnerdesk/portal/web/words"
)

// Words used in more than one place.
const (
	product     = "Partner Desk"
	upstream    = "Partner Center"
	notProvided = "Not provided"
	chooseOne   = "Choose one"
	notKnown    = "Not known"
)

// say is the text with this id in the language of the page being drawn.
func say(ctx context.Context, id string, parts ...any) string {
	return words.In(ctx).Say(id, parts...)
}

// sentence draws the text with this id. Its parts may be components, which are drawn in
// their places; everything else is text.
func sentence(id string, parts ...any) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, piece := range words.In(ctx).Pieces(id, parts...) {
			if c, ok := piece.(templ.Component); ok {
				if err := c.Render(ctx, w); err != nil {
					return err
				}
				continue
			}
			if _, err := io.WriteString(w, templ.EscapeString(fmt.Sprint(piece))); err != nil {
				return err
			}
		}
		return nil
	})
}

// name draws a name from outside, whose direction is its own.
func name(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<bdi>"+templ.EscapeString(text)+"</bdi>")
		return err
	})
}

// count prints a number with its noun: "1 item", "3 items".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// countryField is the wire name of the select that decides about the other address
// fields; it has the button that redraws them.
const countryField = "defaultAddress.country"

func number(n int) string { return strconv.Itoa(n) }

// lower starts a label in lower case, for the middle of a sentence.
func lower(label string) string {
	r, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToLower(r)) + label[size:]
}

func flat(value string) string { return strings.ReplaceAll(value, "\n", ", ") }
