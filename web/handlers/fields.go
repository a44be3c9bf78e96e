package handlers

import (
	"strings"
	"unicode"

	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

// editSections are the inputs of the form in page order, the address as its
// country has it.
func (s *site) editSections(v *visit, e edit, errs forms.Errors, notes []forms.Note) []templates.FormSection {
	field := func(name string, width int) templates.Field {
		f := e.field(v, name, errs)
		f.Width = width
		f.Note = noteFor(v, name, notes)
		return f
	}
	sections := []templates.FormSection{
		{ID: "company", Title: v.Say("edit.company.title"), Fields: []templates.Field{
			field(forms.CompanyName, 6),
			field(forms.FirstName, 3),
			field(forms.LastName, 3),
			field(forms.Email, 6),
		}},
		{ID: "languages", Title: v.Say("edit.languages.title"), Intro: v.Say("edit.languages.about", "country", address.Place(e.values[forms.Country])), Fields: []templates.Field{
			field(forms.Language, 3),
			field(forms.Culture, 3),
		}},
		{ID: "address", Title: v.Say("edit.address.title"), Intro: v.Say("edit.address.about"), Fields: []templates.Field{
			field(forms.Country, 4),
		}},
	}
	last := &sections[len(sections)-1]
	for _, row := range forms.AddressRows(e.values, e.opened.Values, e.rules) {
		for _, part := range row {
			last.Fields = append(last.Fields, field(part.Name, part.Width))
		}
	}
	last.Fields[len(last.Fields)-1].Question = e.addressQuestion(v, errs)
	last.Fields = append(last.Fields,
		begin(field(forms.RecipientFirst, 3)),
		field(forms.RecipientMiddle, 3),
		field(forms.RecipientLast, 3),
		begin(field(forms.Phone, 4)),
	)
	return sections
}

// begin puts a field at the start of a row, whatever the country's rows before it left free.
func begin(f templates.Field) templates.Field {
	f.Start = true
	return f
}

// noteFor is the note shown at an input. What became of a state stands at the
// country, since the state may have no input any more.
func noteFor(v *visit, name string, notes []forms.Note) *templates.Note {
	for _, note := range notes {
		at := note.Name
		if at == forms.State {
			at = forms.Country
		}
		if at == name {
			return &templates.Note{Title: v.Of(note.Title), Text: v.Of(note.Text)}
		}
	}
	return nil
}

// field is one input with its text, its hint, its complaint and what it was.
func (e edit) field(v *visit, name string, errs forms.Errors) templates.Field {
	country, base := e.values[forms.Country], e.opened.Values[name]
	f := templates.Field{
		Name:     name,
		Label:    v.Of(forms.Label(name, country)),
		Hint:     v.Of(forms.Help(name)),
		Error:    v.Of(errs.For(name)),
		Value:    e.values[name],
		Optional: !forms.Required(name, e.rules),
		Base:     base,
		Changed:  !forms.Agree(e.opened.Values, e.values, name),
	}
	f.Was = e.printedText(v, name, base)
	switch name {
	case forms.Email:
		f.InputMode = "email"
	case forms.Phone:
		f.InputMode, f.Numeric, f.Hint = "tel", true, v.Of(address.PhoneHint(country, e.rules.PhonePattern))
	case forms.PostalCode:
		f.Numeric, f.Hint = true, v.Of(address.PostalHint(country, e.rules.PostalCodePattern))
		if digitsOnly(address.PostalExample(country, e.rules.PostalCodePattern)) {
			f.InputMode = "numeric"
		}
	}
	if options := e.options(v, name); len(options) > 0 {
		f.Kind = templates.KindSelect
		for _, o := range options {
			f.Options = append(f.Options, templates.Option{Value: o.Value, Text: o.Text})
			if o.Selected {
				f.Value = o.Value
			}
		}
	}
	return f
}

// options are the choices of an input that is a list; none for one that is typed.
func (e edit) options(v *visit, name string) []forms.Option {
	switch name {
	case forms.Country:
		return forms.CountryOptions(v.Language, e.values[name])
	case forms.State:
		return forms.StateOptions(v.Language, e.rules, e.values[name])
	case forms.Culture:
		return forms.CultureOptions(v.Language, e.rules, e.values[name])
	case forms.Language:
		return forms.LanguageOptions(v.Language, e.rules, e.values[name])
	}
	return nil
}

// printedText is a stored text as the field's own list would show it.
func (e edit) printedText(v *visit, name, text string) string {
	if text == "" {
		return ""
	}
	switch name {
	case forms.Country:
		return v.names().Country(text)
	case forms.State:
		return address.SubdivisionName(e.opened.Values[forms.Country], text)
	case forms.Culture:
		return v.names().Culture(text)
	case forms.Language:
		return v.names().Language(text)
	}
	return text
}

func digitsOnly(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// itemFields are the inputs of one item on the merge page, without hints or "was"
// lines: the versions stand right above them.
func (s *site) itemFields(v *visit, item merge.Item, e edit, errs forms.Errors) []templates.Field {
	var fields []templates.Field
	add := func(name string, width int) {
		f := e.field(v, name, errs)
		f.Changed, f.Width = false, width
		fields = append(fields, f)
	}
	if item != merge.Address {
		width := 6
		if len(item.Names()) > 1 {
			width = 3
		}
		for _, name := range item.Names() {
			add(name, width)
		}
		return fields
	}
	add(forms.Country, 6)
	for _, row := range forms.AddressRows(e.values, e.opened.Values, e.rules) {
		for _, part := range row {
			add(part.Name, part.Width)
		}
	}
	return fields
}

// ruleFacts tell what the chosen country asks for.
func ruleFacts(v *visit, e edit) []templates.Fact {
	if !e.hasRules {
		return nil
	}
	rules, country := e.rules, e.rules.ISO2Code
	needed := func(required bool, detail string) string {
		switch {
		case required && detail != "":
			return v.Say("edit.rule.required-with", "detail", detail)
		case required:
			return v.Say("edit.rule.required")
		case detail != "":
			return v.Say("edit.rule.optional-with", "detail", detail)
		}
		return v.Say("edit.rule.optional")
	}
	var facts []templates.Fact
	if rules.StateRequired || len(rules.States) > 0 {
		detail := ""
		if n := len(rules.States); n > 0 {
			detail = v.Say("edit.rule.choices", "n", n)
		}
		facts = append(facts, templates.Fact{Label: v.Of(forms.Label(forms.State, country)), Value: needed(rules.StateRequired, detail)})
	}
	if rules.PostalCodeRequired || rules.PostalCodePattern != "" {
		facts = append(facts, templates.Fact{
			Label: v.Of(forms.Label(forms.PostalCode, country)),
			Value: needed(rules.PostalCodeRequired, v.Of(address.PostalShape(country, rules.PostalCodePattern))),
		})
	}
	facts = append(facts, templates.Fact{Label: v.Of(forms.Label(forms.City, country)), Value: needed(rules.CityRequired, "")})
	if forms.Required(forms.Phone, rules) {
		facts = append(facts, templates.Fact{Label: v.Of(forms.Label(forms.Phone, country)), Value: needed(true, "")})
	}
	if len(rules.Cultures) > 0 {
		facts = append(facts, templates.Fact{Label: v.Say("edit.rule.cultures"), Value: strings.Join(rules.Cultures, ", ")})
	}
	if len(rules.CallingCodes) > 0 {
		facts = append(facts, templates.Fact{Label: v.Say("edit.rule.calling-code"), Value: "+" + strings.Join(rules.CallingCodes, ", +")})
	}
	return facts
}

func editFacts(v *visit, e edit) []templates.Fact {
	facts := []templates.Fact{{Label: v.Say("edit.opened"), Value: v.clock(e.opened.OpenedAt).Text, Numeric: true}}
	var changed []string
	for _, item := range changedItems(e.opened.Values, e.values) {
		changed = append(changed, v.Inside(v.Of(item.Label())))
	}
	value := v.Say("edit.nothing")
	if len(changed) > 0 {
		value = words.Capital(v.List(changed))
	}
	return append(facts, templates.Fact{Label: v.Say("edit.changed"), Value: value, Live: true})
}
