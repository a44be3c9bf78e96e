// Package address knows how addresses look in each country: the order of the fields of
// a form, their labels and hints, the printed form, and the English names of countries,
// subdivisions, languages and cultures.
//
// It is data and pure functions. What a country demands (which fields are required,
// which states and patterns) comes from the upstream's country rules and beats these
// tables; package forms brings both together. Parts of an address are named as the
// upstream names them inside an address: "city", "postalCode".
//
// Not for use outside the portal.
package address

// Names of the parts of an address, as on the wire.
const (
	Country    = "country"
	Region     = "region"
	City       = "city"
	State      = "state"
	District   = "district"
	Line1      = "addressLine1"
	Line2      = "addressLine2"
	Line3      = "addressLine3"
	PostalCode = "postalCode"
)
