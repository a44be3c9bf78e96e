// Package forms is the text of the billing profile form: reading what was posted,
// comparing it, checking it against a country's rules, and laying it over a billing
// profile. It is pure: no request, session, clock or network.
//
// A posted form goes through Parse (what may be in it at all), then Canonical (the form
// in which it is stored and shown), then Validate (every complaint at once), and at last
// Onto (only the changed names, over the billing profile as it is upstream). Comparing is
// always by Normal, so a space typed or lost changes nothing.
//
// What it says to people are messages of package words, to be put into a language by the
// page that shows them. A sentence that holds a label is a text of its own per label,
// "enter.postcode" beside "enter.zip-code": a new label needs all of them.
//
// Not for use outside the portal.
package forms

// Values is the text of the form by wire name. A missing name and "" are the same.
type Values map[string]string

// Wire names, which are also the names of the inputs.
const (
	CompanyName = "companyName"
	FirstName   = "firstName"
	LastName    = "lastName"
	Email       = "email"
	Culture     = "culture"
	Language    = "language"

	addressPrefix = "defaultAddress."

	Country         = addressPrefix + "country"
	Region          = addressPrefix + "region"
	City            = addressPrefix + "city"
	State           = addressPrefix + "state"
	District        = addressPrefix + "district"
	AddressLine1    = addressPrefix + "addressLine1"
	AddressLine2    = addressPrefix + "addressLine2"
	AddressLine3    = addressPrefix + "addressLine3"
	PostalCode      = addressPrefix + "postalCode"
	RecipientFirst  = addressPrefix + "firstName"
	RecipientMiddle = addressPrefix + "middleName"
	RecipientLast   = addressPrefix + "lastName"
	Phone           = addressPrefix + "phoneNumber"
)
