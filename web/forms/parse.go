package forms

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/partnerdesk/portal/web/words"
)

// MaxRunes is the most characters that a changed value may have; Validate says so where
// the upstream states no limit of its own.
const MaxRunes = 400

// maxPosted is the most characters that Parse takes. It is far above MaxRunes because a
// long text stored upstream comes back with every form, and must not make it unusable.
const maxPosted = 10 * MaxRunes

// ErrMalformed is what Parse's error matches: a form that our pages did not make.
var ErrMalformed = errors.New("malformed form")

// MalformedError names the offending inputs, never their values.
type MalformedError struct {
	Problems Errors // in the order of the names; inputs that no page has go without a text
}

// Error names the inputs. Names that are not ours are hostile text, so they are quoted.
func (e *MalformedError) Error() string {
	var names []string
	for _, p := range e.Problems {
		names = append(names, fmt.Sprintf("%.60q", p.Name))
	}
	return ErrMalformed.Error() + ": " + strings.Join(names, ", ")
}

// Is makes the error match ErrMalformed.
func (e *MalformedError) Is(target error) bool { return target == ErrMalformed }

// Parse reads the profile's fields from a posted form, as typed. Each name may come once.
// Names must be wire names, one of extra, or inputs made by AsideInput; anything else, a
// name twice, text that is not UTF-8 or holds control characters (a tab is fine) or bidi
// overrides, or more than 4,000 characters gives a *MalformedError.
//
// The values hold what could be read also then, without the characters that have no place
// in them, so that a page can show everything typed.
func Parse(form url.Values, extra ...string) (Values, error) {
	v, problems := Values{}, Errors(nil)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		texts := form[name]
		mine := known(name)
		switch {
		case !mine && !isAsideInput(name) && !slices.Contains(extra, name):
			problems = append(problems, FieldError{Name: name})
			continue
		case len(texts) > 1:
			problems = append(problems, FieldError{name, words.M("wrong.twice")})
		}
		if !mine || len(texts) == 0 {
			continue
		}
		if text := clean(texts[0]); text != "" {
			v[name] = text
		}
		if why := unreadable(name, texts[0]); why.ID != "" {
			problems = append(problems, FieldError{name, why})
		}
	}
	if len(problems) > 0 {
		return v, &MalformedError{problems}
	}
	return v, nil
}

func unreadable(name, text string) words.Message {
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, refused):
		return words.M("wrong.signs", "label", Label(name, ""))
	case n > maxPosted:
		return tooLong(Label(name, ""), MaxRunes, n)
	}
	return words.Message{}
}

func tooLong(label words.Message, limit, is int) words.Message {
	return words.M("wrong.long", "label", label, "n", limit, "is", strconv.Itoa(is))
}

// Unreadable returns what a page says at the fields about an error of Parse, in page
// order and with the country's labels. Inputs that are not on the page are left out, so
// there may be none; nil for any other error.
func Unreadable(err error, v Values) Errors {
	var m *MalformedError
	if !errors.As(err, &m) {
		return nil
	}
	var out Errors
	for _, name := range Order(v[Country]) {
		if text := m.Problems.For(name); text.ID != "" {
			// The first part of a name counts.
			text.Parts = append([]any{"label", Label(name, v[Country])}, text.Parts...)
			out = append(out, FieldError{name, text})
		}
	}
	return out
}
