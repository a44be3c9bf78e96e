package forms

import (
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/words"
)

// Option is one choice of a select, its text in the language that was asked for.
type Option struct {
	Value, Text string
	Selected    bool
}

// CountryOptions returns all known countries by name, as the language sorts them. The
// present value is always among them; an empty one selects nothing, and adds nothing.
func CountryOptions(l *words.Language, present string) []Option {
	var out []Option
	names := address.NamesIn(l.Tag())
	for _, c := range names.Countries() {
		out = append(out, Option{Value: c, Text: names.Country(c)})
	}
	return choose(out, Country, present, func(name string) string { return l.Say("options.unlisted", "name", name) })
}

// StateOptions returns the states that the rules list, by name, as "New South Wales
// (NSW)"; nil when they list none, since then the state is a text input. The present
// value is always among them, under its name if the list has it by name.
func StateOptions(l *words.Language, rules pcclient.CountryRules, present string) []Option {
	if len(rules.States) == 0 {
		return nil
	}
	var out []Option
	for _, s := range rules.States {
		text := address.SubdivisionName(rules.ISO2Code, s)
		if text != s {
			text = l.Say("options.state", "name", text, "code", s)
		}
		out = append(out, Option{Value: s, Text: text})
	}
	sortByText(out)
	return choose(out, State, present, outside(l, rules, present, State))
}

// CultureOptions returns the cultures of the rules as "English, Australia (en-AU)", the
// present value always among them.
func CultureOptions(l *words.Language, rules pcclient.CountryRules, present string) []Option {
	return tagOptions(l, Culture, rules.Cultures, rules, present)
}

// LanguageOptions returns the languages of the rules as "English (en)", the present value
// always among them.
func LanguageOptions(l *words.Language, rules pcclient.CountryRules, present string) []Option {
	return tagOptions(l, Language, rules.Languages, rules, present)
}

func tagOptions(l *words.Language, name string, tags []string, rules pcclient.CountryRules, present string) []Option {
	var out []Option
	for _, tag := range tags {
		out = append(out, Option{Value: tag, Text: address.Tag(tag).In(l)})
	}
	sortByText(out)
	return choose(out, name, present, outside(l, rules, present, name))
}

// choose selects the present value, adding it in front, by the name that stranger gives
// it, if the list does not have it.
func choose(options []Option, name, present string, stranger func(string) string) []Option {
	if Normal(name, present) == "" {
		return options
	}
	for i, o := range options {
		if o.Value == present || Normal(name, o.Value) == Normal(name, present) {
			options[i].Selected = true
			options[i].Value = present // as stored, so that leaving it alone changes nothing
			return options
		}
	}
	return append([]Option{{Value: present, Text: stranger(strings.TrimSpace(present)), Selected: true}}, options...)
}

// outside names a value that the rules do not list.
func outside(l *words.Language, rules pcclient.CountryRules, present, name string) func(string) string {
	return func(text string) string {
		if name == Culture || name == Language {
			text = address.Tag(text).In(l)
		}
		if _, ok := fitState(present, rules); ok && name == State || rules.ISO2Code == "" {
			return text
		}
		return l.Say("options.elsewhere", "name", text, "country", address.Place(rules.ISO2Code))
	}
}

func sortByText(options []Option) {
	slices.SortStableFunc(options, func(a, b Option) int { return strings.Compare(a.Text, b.Text) })
}
