package templates

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/partnerdesk/portal/web/words"
)

// product is a name, in no language.
const product = "Partner Desk"

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

// countryField is the wire name of the select that decides about the other address
// fields; it has the button that redraws them.
const countryField = "defaultAddress.country"

func number(n int) string { return strconv.Itoa(n) }

func flat(value string) string { return strings.ReplaceAll(value, "\n", ", ") }
