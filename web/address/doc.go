// Package address knows how addresses look in each country: the order of the fields of
// a form, which of the texts are their labels and hints, the printed form, the names of
// countries, languages and cultures in each language of the portal, and the English ones
// of subdivisions.
//
// The names come from CLDR by way of Node and gen/names.mjs: one text file per language
// under names, 60 KB in all, embedded and read when a language is first asked for. As Go
// maps they would all be built at every start. Countries stand there in the order of
// their names, which Node's ICU sorts: golang.org/x/text/collate would do it at run time
// by a CLDR of 2013, for another 1.5 MB in the binary.
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
