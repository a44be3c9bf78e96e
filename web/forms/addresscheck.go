package forms

import (
	"maps"
	"strconv"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// ChoiceTyped is the choice of the address as it was typed. The other choices of an
// AddressCheck are the numbers of its suggestions, from "1".
const ChoiceTyped = "typed"

// mostSuggestions is how many addresses a person is offered.
const mostSuggestions = 5

// checkedNames are the parts of an address that the upstream's check sees.
func checkedNames() []string {
	return []string{Country, Region, State, City, AddressLine1, AddressLine2, PostalCode}
}

// AddressCheck is what the upstream's address check said of an address, and what the
// person made of it. It holds until the address changes.
type AddressCheck struct {
	About   Values `json:"about"`             // the parts that it was asked about, as typed
	Status  string `json:"status"`            // a word of pcclient's AddressCheck, maybe an unknown one; "" when no answer came
	Message string `json:"message,omitempty"` // one line of the upstream's words: escape it
	// Suggested are the other ways to write About that were found and can be saved, whole.
	Suggested []Values `json:"suggested,omitempty"`
	Choice    string   `json:"choice,omitempty"` // which address was taken; "" as long as none was
	Picked    string   `json:"picked,omitempty"` // which one is ticked in a form that is not sent yet
}

// AddressTouched reports whether a part that the address check sees was changed.
func AddressTouched(base, v Values) bool { return !Agree(base, v, checkedNames()...) }

// AddressToCheck returns the parts of v that the address check is asked about.
func AddressToCheck(v Values) pcclient.Address {
	return checked(v).Onto(pcclient.BillingProfile{}, nil).DefaultAddress
}

// NoAnswer is an address check of v to which no answer came.
func NoAnswer(v Values) *AddressCheck { return &AddressCheck{About: checked(v)} }

// NewAddressCheck reads the answer of the address check about v. A suggestion is left out
// if it says nothing new, is for another country, or could not be saved: v with it in
// place must pass Validate. Suggestions fill in what they know; what they leave empty
// stays as typed.
func NewAddressCheck(answer pcclient.AddressCheck, v, base Values, rules pcclient.CountryRules) *AddressCheck {
	c := NoAnswer(v)
	c.Status, c.Message = UpstreamQuote(answer.Status), UpstreamQuote(answer.Message)
	for _, a := range answer.Suggested {
		s := c.suggestion(a, rulesFor(v[Country], rules))
		if s == nil || c.offers(s) || len(Validate(over(v, s), base, rules)) > 0 {
			continue
		}
		if c.Suggested = append(c.Suggested, s); len(c.Suggested) == mostSuggestions {
			break
		}
	}
	return c
}

// suggestion is About with what a suggested address knows better; nil if that is none for
// this country.
func (c *AddressCheck) suggestion(a pcclient.Address, rules pcclient.CountryRules) Values {
	known := FromBillingProfile(pcclient.BillingProfile{DefaultAddress: a})
	if country := Normal(Country, known[Country]); len(country) == 2 && country != Normal(Country, c.About[Country]) {
		return nil
	}
	s := maps.Clone(c.About)
	for _, name := range checkedNames() {
		switch text := canonical(name, known[name], rules); {
		case text == "" || name == Country:
		case name == Region && !c.About.has(Region):
			// A region where nobody typed one makes good addresses fail.
		default:
			s[name] = text
		}
	}
	if !known.has(AddressLine2) && s.has(AddressLine2) && holds(s[AddressLine1], s[AddressLine2]) && !holds(c.About[AddressLine1], s[AddressLine2]) {
		delete(s, AddressLine2) // it moved to line 1
	}
	return s
}

// holds reports whether the words of part stand in text.
func holds(text, part string) bool {
	spaced := func(s string) string { return " " + strings.Join(splitWords(s), " ") + " " }
	return strings.Contains(spaced(text), spaced(part))
}

// offers reports whether the address is the typed one or among the suggestions, but for
// the case of its letters and, where it is verified, the second half of a ZIP code, which
// the check adds to nearly every address of the US: nobody is asked about those.
func (c *AddressCheck) offers(s Values) bool {
	for _, other := range append([]Values{c.About}, c.Suggested...) {
		same := true
		for _, name := range checkedNames() {
			same = same && (strings.EqualFold(Normal(name, s[name]), Normal(name, other[name])) || name == PostalCode && c.Confirmed() && longerZIP(s, other))
		}
		if same {
			return true
		}
	}
	return false
}

// longerZIP reports whether s has the ZIP+4 of the five digits in typed.
func longerZIP(s, typed Values) bool {
	long, short := Normal(PostalCode, s[PostalCode]), Normal(PostalCode, typed[PostalCode])
	return Normal(Country, typed[Country]) == "US" && len(short) == 5 && len(long) == 9 && strings.HasPrefix(long, short)
}

// Answered reports whether the check gave an answer; c may be nil.
func (c *AddressCheck) Answered() bool { return c != nil && c.Status != "" }

// Covers reports whether the address in v is the one that was asked about, or the one that
// was taken for it; c may be nil.
func (c *AddressCheck) Covers(v Values) bool {
	return c != nil && (!AddressTouched(c.About, v) || c.Settled(v))
}

// Asks reports whether the person must choose an address: none but an address that is
// verified as it stands, and one that could not be judged, goes without.
func (c *AddressCheck) Asks() bool {
	switch c.Status {
	case pcclient.AddressVerified, pcclient.AddressVerifiedShippable:
		return len(c.Suggested) > 0
	case pcclient.AddressInteractionRequired, pcclient.AddressStreetPartial, pcclient.AddressPremisesPartial,
		pcclient.AddressMultiple, pcclient.AddressNone:
		return true
	}
	return false
}

// Settled reports whether the address in v is the one that was taken.
func (c *AddressCheck) Settled(v Values) bool {
	taken := c.of(c.Choice)
	return taken != nil && !AddressTouched(taken, v)
}

// Confirmed reports whether the check knows the address, maybe in another spelling.
func (c *AddressCheck) Confirmed() bool {
	return c.Status == pcclient.AddressVerified || c.Status == pcclient.AddressVerifiedShippable
}

// Has reports whether the choice is one that can be made.
func (c *AddressCheck) Has(choice string) bool { return c != nil && c.Asks() && c.of(choice) != nil }

// Pick returns the check with the choice ticked, if it can be made.
func (c *AddressCheck) Pick(choice string) *AddressCheck {
	if !c.Has(choice) {
		return c
	}
	picked := *c
	if picked.Picked = choice; choice == c.Choice {
		picked.Picked = ""
	}
	return &picked
}

// Take returns the check with the choice made, and v with the address chosen. The choice
// must be one that the check Has.
func (c *AddressCheck) Take(choice string, v Values) (*AddressCheck, Values) {
	taken := *c
	taken.Choice, taken.Picked = choice, ""
	return &taken, over(v, c.of(choice))
}

// Typed returns v with the address that was asked about.
func (c *AddressCheck) Typed(v Values) Values { return over(v, c.About) }

// Suggestion returns v with the suggestion of that number, from 0.
func (c *AddressCheck) Suggestion(n int, v Values) Values { return over(v, c.Suggested[n]) }

// of is the address of a choice, nil if there is no such choice.
func (c *AddressCheck) of(choice string) Values {
	if choice == ChoiceTyped {
		return c.About
	}
	n, err := strconv.Atoi(choice)
	if err != nil || n < 1 || n > len(c.Suggested) || strconv.Itoa(n) != choice {
		return nil
	}
	return c.Suggested[n-1]
}

// checked is the part of v that the address check sees.
func checked(v Values) Values {
	out := Values{}
	for _, name := range checkedNames() {
		if v.has(name) {
			out[name] = v[name]
		}
	}
	return out
}

// over is v with the checked parts of an address in place of its own.
func over(v, address Values) Values {
	out := maps.Clone(v)
	for _, name := range checkedNames() {
		if text, has := address[name]; has {
			out[name] = text
		} else {
			delete(out, name)
		}
	}
	return out
}
