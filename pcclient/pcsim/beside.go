package pcsim

import (
	"net/http"
	"strings"
)

// The read-only data shown beside the billing profile.

func (s *Simulator) getCompanyProfile(_ *call, c *customer) answer {
	return s.success(c.company(c.tenantName, true))
}

// getValidationStatus answers the account status. The date has no zone, and "Not
// Ready" has a space, as documented.
func (s *Simulator) getValidationStatus(call *call, c *customer) answer {
	if !strings.EqualFold(call.query.Get("type"), "account") {
		return s.badInput("The validation type is not valid.")
	}
	if c.validation == "" {
		text := "Account Status for the customer, " + string(c.id) + " was not found."
		return jsonError(http.StatusNotFound, shapeB(600074, text, "AccountStatusNotFound", false))
	}
	return s.success(obj("type", "account", "status", c.validation, "lastUpdateDateTime", "2026-02-11T09:40:00"))
}

// getQualifications answers a bare array; the page's other form, an object, has
// been seen nowhere.
func (s *Simulator) getQualifications(_ *call, c *customer) answer {
	return s.success(c.qualifications)
}

// getQualification is the deprecated call: the whole body is a JSON string.
func (s *Simulator) getQualification(_ *call, c *customer) answer {
	return s.success(c.oldStyle)
}

func (s *Simulator) getOrganization(_ *call, c *customer) answer {
	a := c.companyAddress
	return s.success([]any{obj("street", a.text("addressLine1"), "countryLetterCode", a.text("country"),
		"postalCode", orNothing(a.text("postalCode")), "city", orNothing(a.text("city")), "state", orNothing(a.text("region")),
		"displayName", c.tenantName, "technicalNotificationMails", []any{c.companyEmail})})
}

func (s *Simulator) getCustomDomains(_ *call, c *customer) answer {
	return s.success([]any{c.domain})
}
