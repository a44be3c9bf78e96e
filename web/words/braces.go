package words

import "github.com/nicksnyder/go-i18n/v2/i18n/template"

// braces reads texts with parts in braces for go-i18n. Its own templates are programs,
// which a text for translators should not be, and cannot hold what is to be drawn.
type braces struct{}

// Cacheable reports that a text need be cut only once.
func (braces) Cacheable() bool { return true }

// Parse cuts a text; the delimiters are always braces.
func (braces) Parse(text, _, _ string) (template.ParsedTemplate, error) {
	return cut(segments(text)), nil
}

type cut []segment

// Execute gives its pieces to the filling.
func (c cut) Execute(data any) (string, error) {
	f := data.(*filling)
	for _, s := range c {
		f.fill(s)
	}
	return "", nil
}
