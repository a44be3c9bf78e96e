package forms_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/forms"
)

// typedAddress is one line of testdata/addresses.txt.
type typedAddress struct {
	line   string
	values forms.Values // what is typed, by wire names
	wrong  string       // the input that is wrong, "" for a good address
}

func readCorpus(t *testing.T) []typedAddress {
	t.Helper()
	file, err := os.Open("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []typedAddress
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), " # ")
		parts := strings.Split(strings.TrimSpace(line), "|")
		if strings.HasPrefix(line, "#") || len(parts) < 6 {
			continue
		}
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		a := typedAddress{line: line, values: forms.Values{
			forms.Country: parts[0], forms.AddressLine1: parts[1], forms.City: parts[2],
			forms.State: parts[3], forms.PostalCode: parts[4], forms.Phone: parts[5],
		}}
		if len(parts) > 6 && parts[6] != "" {
			a.wrong = "defaultAddress." + parts[6]
		}
		all = append(all, a)
	}
	return all
}

// A corpus of addresses as people type them, in more than thirty countries: every
// good one passes the form and is taken, and of those that Partner Center refuses the
// form catches nine of ten, at the field. What it did not catch would come back there.
func TestCorpusOfAddresses(t *testing.T) {
	sim, err := pcsim.New(pcsim.Options{Customers: 5})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	pc, err := pcclient.New(pcclient.Options{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	ada := pc.As(func(context.Context, string) (string, error) { return "a token", nil })
	customer := sim.Customers()[0].ID

	countries, refused, caught, m := map[string]bool{}, 0, 0, mapping{}
	for _, a := range readCorpus(t) {
		countries[a.values[forms.Country]] = true
		profile, etag, err := ada.BillingProfiles.Get(ctx, customer)
		if err != nil {
			t.Fatal(err)
		}
		country := forms.Canonical(a.values, nil, pcclient.CountryRules{})[forms.Country]
		rules, err := ada.CountryRules.Get(ctx, country)
		if err != nil {
			t.Fatalf("%s: %v", a.line, err)
		}
		base := forms.FromBillingProfile(profile)
		typed := forms.Values{}
		for name, text := range base {
			typed[name] = text
		}
		for _, name := range []string{forms.District, forms.Region, forms.AddressLine2, forms.AddressLine3} {
			typed[name] = ""
		}
		for name, text := range a.values {
			typed[name] = text
		}
		typed[forms.Culture], typed[forms.Language] = rules.Cultures[0], rules.Languages[0]
		errs := forms.Validate(typed, base, rules)
		_, _, err = ada.BillingProfiles.Update(ctx, customer, etag, forms.Canonical(typed, base, rules).Onto(profile, base))
		var upstream *pcclient.Error
		switch {
		case a.wrong == "" && (len(errs) > 0 || err != nil):
			t.Errorf("%s: a good address; the form says %v, Partner Center %v", a.line, english(errs), err)
		case err == nil && a.wrong != "" && errs.For(a.wrong).ID == "":
			t.Errorf("%s: neither the form nor Partner Center minds", a.line)
		case err != nil && !(errors.As(err, &upstream) && upstream.Status == http.StatusBadRequest):
			t.Errorf("%s: %v", a.line, err)
		case err != nil:
			refused++
			m.take(t, upstream.Words(), blamed(forms.UpstreamErrors(upstream.Code, upstream.Words(), typed)), []string{a.wrong})
			if errs.For(a.wrong).ID != "" {
				caught++
			} else {
				t.Logf("%s: not caught at the field: %v", a.line, english(errs))
			}
		}
	}
	m.judge(t)
	t.Logf("%d countries; %d of %d refusals caught at the field", len(countries), caught, refused)
	if len(countries) < 30 || refused < 40 || caught*10 < refused*9 {
		t.Errorf("%d countries, %d of %d refusals caught at the field; want 30 and nine of ten", len(countries), caught, refused)
	}
}
