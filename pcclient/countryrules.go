package pcclient

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// CountryRulesService reads what the upstream asks of addresses in a country. Rules assist; only the upstream decides.
type CountryRulesService struct{ c *Client }

// CountryRules are the rules of one country. An empty pattern or list means "no rule", not "nothing fits". Patterns are in
// the .NET dialect: one that does not compile in Go is to be skipped.
type CountryRules struct {
	ISO2Code, DefaultCulture                        string
	StateRequired, PostalCodeRequired, CityRequired bool
	States, Languages, Cultures, CallingCodes       []string
	PostalCodePattern, PhonePattern                 string
	VATIDSupported, TaxIDSupported, TaxIDOptional   bool
	VATIDPattern, TaxIDFormat, TaxIDSample          string
	Raw                                             json.RawMessage
}

const rulesFresh = 24 * time.Hour

// rulesCache is shared by all clients from one New; rules are the same for everybody. It holds at most one entry per
// possible country code.
type rulesCache struct {
	mu      sync.Mutex
	entries map[string]cachedRules
}

type cachedRules struct {
	rules CountryRules
	until time.Time
}

// Get returns the rules of a country by its ISO 3166 alpha-2 code, in any case (the United Kingdom is GB). They are kept for
// 24 hours for all clients from the same New; errors are not kept. Two calls at once may both ask the upstream. A code that
// is not two letters is [ErrRejected] and not sent. For a country without rules the upstream's answer is not documented:
// expect [ErrNotFound] or [ErrRejected], and go on without rules.
func (s *CountryRulesService) Get(ctx context.Context, iso2 string) (CountryRules, error) {
	iso2 = strings.ToUpper(strings.TrimSpace(iso2))
	if len(iso2) != 2 || iso2[0] < 'A' || iso2[0] > 'Z' || iso2[1] < 'A' || iso2[1] > 'Z' {
		return CountryRules{}, refuse(newRequest(http.MethodGet, "/v1/countryvalidationrules/…"), "not a country code", ErrRejected)
	}
	core := s.c.core
	if rules, ok := core.rules.get(iso2, core.now()); ok {
		return rules, nil
	}
	r := newRequest(http.MethodGet, "/v1/countryvalidationrules/"+iso2)
	a, e := s.c.do(ctx, r)
	if e != nil {
		return CountryRules{}, e
	}
	o, err := parseObject(a.body)
	if err != nil || o.text("iso2Code") == "" { // kept for a day, so better none than wrong ones
		return CountryRules{}, r.unusable(a)
	}
	rules := rulesFrom(o, a.body)
	core.rules.put(iso2, rules, core.now().Add(rulesFresh))
	return rules.clone(), nil
}

func rulesFrom(o object, raw json.RawMessage) CountryRules {
	return CountryRules{
		ISO2Code: o.text("iso2Code"), DefaultCulture: o.text("defaultCulture"),
		StateRequired: o.flag("isStateRequired"), PostalCodeRequired: o.flag("isPostalCodeRequired"), CityRequired: o.flag("isCityRequired"),
		States: words(o.get("supportedStatesList")), Languages: words(o.get("supportedLanguagesList")),
		Cultures: words(o.get("supportedCulturesList")), CallingCodes: words(o.get("countryCallingCodesList")),
		PostalCodePattern: o.text("postalCodeRegex"), PhonePattern: o.text("phoneNumberRegex"),
		VATIDSupported: o.flag("isVatIdSupported"), TaxIDSupported: o.flag("isTaxIdSupported"), TaxIDOptional: o.flag("isTaxIdOptional"),
		VATIDPattern: o.text("vatIdRegex"), TaxIDFormat: o.text("taxIdFormat"), TaxIDSample: o.text("taxIdSample"), Raw: raw,
	}
}

// words reads a list of texts; anything else in it is left out.
func words(raw json.RawMessage) []string {
	var items []text
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var out []string
	for _, item := range items {
		if item != "" {
			out = append(out, string(item))
		}
	}
	return out
}

func (c *rulesCache) get(iso2 string, now time.Time) (CountryRules, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.entries[iso2]
	if !ok || !now.Before(entry.until) {
		return CountryRules{}, false
	}
	return entry.rules.clone(), true
}

func (c *rulesCache) put(iso2 string, rules CountryRules, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]cachedRules{}
	}
	c.entries[iso2] = cachedRules{rules.clone(), until}
}

// clone keeps one caller's changes out of another's rules.
func (r CountryRules) clone() CountryRules {
	r.States, r.Languages = slices.Clone(r.States), slices.Clone(r.Languages)
	r.Cultures, r.CallingCodes = slices.Clone(r.Cultures), slices.Clone(r.CallingCodes)
	r.Raw = slices.Clone(r.Raw)
	return r
}
