package pcclient

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"strings"
)

// AddressesService asks the upstream's address check.
type AddressesService struct{ c *Client }

// Words of [AddressCheck].Status. Compare them without regard to case; others may come.
const (
	AddressVerifiedShippable   = "VerifiedShippable"   // known, deliverable
	AddressVerified            = "Verified"            // known
	AddressInteractionRequired = "InteractionRequired" // a suggestion differs much: ask the person
	AddressStreetPartial       = "StreetPartial"       // the street is incomplete
	AddressPremisesPartial     = "PremisesPartial"     // building or suite is incomplete
	AddressMultiple            = "Multiple"            // several parts are incomplete
	AddressNone                = "None"                // not known; it may still be right
	AddressNotValidated        = "NotValidated"        // could not be checked
)

// AddressCheck is the answer of the address check. It advises: no status decides what an update accepts. Even a good
// address mostly has a suggestion that differs, a longer postal code say.
type AddressCheck struct {
	Status    string
	Suggested []Address // mostly at most three; only what the check knows is filled in
	Message   string    // plain text of the upstream, often empty: show it escaped
}

// Validate checks an address: lines 1 and 2, city, state, region, postal code and country. Since mid-2021 the upstream always
// answers with a status. Before, it answered nothing for a good address, which reads as [AddressVerified] here, and
// refused a bad one with its correction, which reads as [AddressInteractionRequired], or without, as [AddressNone].
func (s *AddressesService) Validate(ctx context.Context, address Address) (AddressCheck, error) {
	r := newRequest(http.MethodPost, "/v1/validations/address")
	r.body = checkBody(address)
	a, e := s.c.do(ctx, r)
	if e != nil && e.Status == http.StatusBadRequest && e.address != nil {
		return *e.address, nil
	}
	if e != nil {
		return AddressCheck{}, e
	}
	if len(bytes.TrimSpace(a.body)) == 0 {
		return AddressCheck{Status: AddressVerified}, nil
	}
	o, err := parseObject(a.body)
	if err != nil || o.text("status") == "" {
		return AddressCheck{}, r.unusable(a)
	}
	check := AddressCheck{Status: statusWord(o.text("status")), Message: describe(o.text("validationMessage"))}
	var suggested []json.RawMessage
	_ = json.Unmarshal(o.get("suggestedAddresses"), &suggested) // absent, null or a list
	for _, raw := range suggested {
		check.Suggested = append(check.Suggested, addressFrom(raw))
	}
	return check, nil
}

// checkBody writes only what is filled in, with names as the upstream's documentation writes them.
func checkBody(a Address) []byte {
	var o object
	for _, f := range []field{
		{"AddressLine1", &a.AddressLine1}, {"AddressLine2", &a.AddressLine2}, {"City", &a.City}, {"State", &a.State},
		{"Region", &a.Region}, {"PostalCode", &a.PostalCode}, {"Country", &a.Country},
	} {
		if *f.text != "" {
			o = append(o, member{f.name, quote(*f.text)})
		}
	}
	return o.bytes()
}

// statusWord spells a known status as the constants do, also when it comes with spaces, as the documentation prints it.
func statusWord(s string) string {
	joined := strings.ReplaceAll(s, " ", "")
	for _, known := range []string{AddressVerifiedShippable, AddressVerified, AddressInteractionRequired, AddressStreetPartial,
		AddressPremisesPartial, AddressMultiple, AddressNone, AddressNotValidated} {
		if strings.EqualFold(joined, known) {
			return known
		}
	}
	return s
}

// legacyAddress reads the correction of the check before mid-2021, which had names of its own.
func legacyAddress(o object) Address {
	read := func(name string) string { return html.UnescapeString(o.text(name)) }
	return Address{Country: read("country"), State: read("region"), City: read("city"), PostalCode: read("postal_code"),
		AddressLine1: read("address_line1"), AddressLine2: read("address_line2")}
}
