package forms

import (
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
)

// Option is one choice of a select.
type Option struct {
	Value, Text string
	Selected    bool
}

// CountryOptions returns all known countries by name. The present value is always among
// them; an empty one selects nothing, and adds nothing.
func CountryOptions(present string) []Option {
	var out []Option
	for _, c := range address.Countries() {
		out = append(out, Option{Value: c, Text: address.CountryName(c)})
	}
	return choose(out, Country, present, " (not in the list)")
}

// StateOptions returns the states that the rules list, by name, as "New South Wales
// (NSW)"; nil when they list none, since then the state is a text input. The present
// value is always among them, under its name if the list has it by name.
func StateOptions(rules pcclient.CountryRules, present string) []Option {
	if len(rules.States) == 0 {
		return nil
	}
	var out []Option
	for _, s := range rules.States {
		text := address.SubdivisionName(rules.ISO2Code, s)
		if text != s {
			text += " (" + s + ")"
		}
		out = append(out, Option{Value: s, Text: text})
	}
	sortByText(out)
	return choose(out, State, present, outside(rules, present, State))
}

// CultureOptions returns the cultures of the rules as "English, Australia (en-AU)", the
// present value always among them.
func CultureOptions(rules pcclient.CountryRules, present string) []Option {
	return tagOptions(Culture, rules.Cultures, rules, present)
}

// LanguageOptions returns the languages of the rules as "English (en)", the present value
// always among them.
func LanguageOptions(rules pcclient.CountryRules, present string) []Option {
	return tagOptions(Language, rules.Languages, rules, present)
}

func tagOptions(name string, tags []string, rules pcclient.CountryRules, present string) []Option {
	var out []Option
	for _, tag := range tags {
		out = append(out, Option{Value: tag, Text: address.CultureName(tag)})
	}
	sortByText(out)
	return choose(out, name, present, outside(rules, present, name))
}

// choose selects the present value, adding it in front if the list does not have it.
func choose(options []Option, name, present, remark string) []Option {
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
	text := strings.TrimSpace(present)
	if name == Culture || name == Language {
		text = address.CultureName(text)
	}
	return append([]Option{{Value: present, Text: text + remark, Selected: true}}, options...)
}

func outside(rules pcclient.CountryRules, present, name string) string {
	if name == State {
		if _, ok := fitState(present, rules); ok {
			return ""
		}
	}
	if rules.ISO2Code == "" {
		return ""
	}
	return " (not in the rules for " + address.InSentence(rules.ISO2Code) + ")"
}

func sortByText(options []Option) {
	slices.SortStableFunc(options, func(a, b Option) int { return strings.Compare(a.Text, b.Text) })
}
