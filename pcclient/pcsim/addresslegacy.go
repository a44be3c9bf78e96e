package pcsim

import (
	"html"
	"net/http"
	"strings"
)

// legacyAddress is the answer of before mid-2021: 200 with nothing
// for a good address; else 400 with code 2007 and, in the description, JSON as a
// string with HTML entities.
func (s *Simulator) legacyAddress(a object, v verdict) answer {
	if v.status == "Verified" || v.status == "VerifiedShippable" {
		return bare(http.StatusOK)
	}
	reason := "AddressInvalid - Details: the address could not be found."
	corrected := a
	if v.status == "InteractionRequired" {
		corrected = v.suggested[0]
		reason = "ZipCityInvalid - Details: Field - 'City' is corrected from OldValue: '" + a.text("city") +
			"' to NewValue: '" + strings.ToUpper(corrected.text("city")) + "'."
	}
	detail := obj("code", "60071", "reason", html.EscapeString(reason),
		"corrected_address", obj("country", orNothing(corrected.text("country")), "region", orNothing(corrected.text("state")),
			"city", orNothing(corrected.text("city")), "address_line1", orNothing(corrected.text("addressLine1")),
			"postal_code", orNothing(corrected.text("postalCode"))),
		"object_type", "AddressValidation", "resource_status", "Active")
	return s.refuse(http.StatusBadRequest, 2007, string(marshal(detail)))
}
