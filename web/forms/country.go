package forms

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/words"
)

// A value that does not fit a newly chosen country is set aside and comes back with its
// country. It survives the round trip in hidden inputs, one per entry of aside, named by
// AsideInput: the texts of "state", "culture" and "language", and for each of them the
// country it belongs to ("state.country"); "country" is the country the form was drawn
// for. A page that prints Aside's result from the first time on gets all of this right;
// without "country" a value comes back wherever it fits.
const asidePrefix = "aside."

const asideCountry = "country"

// asideNames pairs the entries of aside with the names they are about.
var asideNames = [...]struct{ short, name string }{
	{"state", State}, {"language", Language}, {"culture", Culture},
}

// AsideInput returns the name of the hidden input for an entry of aside.
func AsideInput(entry string) string { return asidePrefix + entry }

func isAsideInput(input string) bool {
	entry, ok := strings.CutPrefix(input, asidePrefix)
	return ok && isAsideEntry(entry)
}

func isAsideEntry(entry string) bool {
	if entry == asideCountry {
		return true
	}
	for _, a := range asideNames {
		if entry == a.short || entry == a.short+"."+asideCountry {
			return true
		}
	}
	return false
}

// Aside reads the set-aside values from a posted form. What Parse would not take is left
// out; the map is never nil.
func Aside(form url.Values) map[string]string {
	aside := map[string]string{}
	for input, texts := range form {
		entry := strings.TrimPrefix(input, asidePrefix)
		if isAsideInput(input) && len(texts) == 1 && unreadable("", texts[0]).ID == "" && texts[0] != "" {
			aside[entry] = texts[0]
		}
	}
	return aside
}

// DrawnFor returns aside with the country noted for which the form is drawn; aside may be
// nil. It is what a page prints as hidden inputs.
func DrawnFor(v Values, aside map[string]string) map[string]string {
	out := map[string]string{}
	for entry, text := range aside {
		if isAsideEntry(entry) && utf8.ValidString(text) {
			out[entry] = text
		}
	}
	out[asideCountry] = Normal(Country, v[Country])
	if out[asideCountry] == "" {
		delete(out, asideCountry)
	}
	return out
}

// CountryChange fits values to the country now chosen in them; rules are that country's.
// A state stays, by its code, if the rules list its code or name and the code is no other
// state's there; language and culture stay if the rules list them, and are never guessed. What does not fit is emptied and
// set aside, and what was set aside returns with its country. Everything else stays as
// typed. The notes say what happened. When the rules could not be read (none of their
// lists is filled), nothing is judged and nothing moves.
func CountryChange(v Values, aside map[string]string, rules pcclient.CountryRules) (Values, map[string]string, []Note) {
	out := Values{}
	for name, text := range v {
		out[name] = text
	}
	to, from := Normal(Country, v[Country]), Normal(Country, aside[asideCountry])
	rules = rulesFor(to, rules)
	kept := DrawnFor(out, aside)
	if len(rules.States)+len(rules.Cultures)+len(rules.Languages) == 0 {
		return out, kept, nil
	}
	var notes []Note
	for _, a := range asideNames {
		text := out[a.name]
		if Normal(a.name, text) != "" {
			if fitted, ok := fitsCountry(a.name, text, rules); ok && (a.name != State || sameState(text, from, fitted, to)) {
				out[a.name] = fitted
				continue
			}
			kept[a.short] = text
			delete(kept, a.short+"."+asideCountry)
			if from != "" && from != to {
				kept[a.short+"."+asideCountry] = from
			}
			out[a.name] = ""
			notes = append(notes, setAside(a.name, text, from, to))
			continue
		}
		back, home := kept[a.short], kept[a.short+"."+asideCountry]
		if fitted, ok := fitsCountry(a.name, back, rules); ok && back != "" && (home == "" || home == to) {
			out[a.name] = fitted
			delete(kept, a.short)
			delete(kept, a.short+"."+asideCountry)
			notes = append(notes, Note{a.name, words.M("aside.back." + called(a.name, to)),
				words.M("aside.about.back", "value", valueOf(a.name, back, to), "country", address.Place(to))})
		}
	}
	return out, kept, notes
}

// sameState tells Washington from Western Australia, which are both WA. A text that is no
// code at home is taken as it was fitted.
func sameState(text, from, fitted, to string) bool {
	home := address.SubdivisionName(from, text)
	return home == strings.TrimSpace(text) || home == address.SubdivisionName(to, fitted)
}

func setAside(name, text, from, to string) Note {
	title := words.M("aside.gone." + called(name, from))
	if name != State {
		title = words.M("choose." + called(name, to))
	}
	value, country := valueOf(name, text, from), address.Place(to)
	if from == "" || from == to {
		return Note{name, title, words.M("aside.about.gone", "value", value, "country", country)}
	}
	return Note{name, title, words.M("aside.about.gone-until", "value", value, "country", country, "home", address.Place(from))}
}

// valueOf is a state, language or culture as a part of a text.
func valueOf(name, text, country string) any {
	if name == State {
		return strings.TrimSpace(clean(address.SubdivisionName(country, text)))
	}
	return address.Tag(clean(text))
}

// fitsCountry judges a state strictly: one that no list has would only be in the way.
func fitsCountry(name, text string, rules pcclient.CountryRules) (string, bool) {
	text = strings.TrimSpace(text)
	switch name {
	case State:
		if len(rules.States) == 0 {
			return text, false
		}
		return fitState(text, rules)
	case Culture:
		return listed(rules.Cultures, text)
	default:
		return listed(rules.Languages, text)
	}
}
