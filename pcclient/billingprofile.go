package pcclient

import (
	"bytes"
	"encoding/json"
)

// BillingProfile is a customer's billing profile: who is billed, in which language, and where. A member that is absent, null
// or "" upstream reads as "" here; Raw knows which it was. When comparing two, leave Raw out.
type BillingProfile struct {
	ID          string // not the customer tenant ID; never changed by an update
	FirstName   string
	LastName    string
	Email       string
	Culture     string // like en-US: language of letters, and currency
	Language    string // like en; the upstream does not normalise it
	CompanyName string
	// DefaultAddress holds its own names: they are independent of the ones above.
	DefaultAddress Address
	// Raw is the object as read, without byte order mark. It carries the members this type does not know to the next update.
	Raw json.RawMessage
}

// Address is a postal address with the person it is for. Texts are as upstream, neither trimmed nor normalised.
type Address struct {
	Country      string // ISO 3166 alpha-2
	Region       string
	City         string
	State        string
	District     string
	AddressLine1 string
	AddressLine2 string
	AddressLine3 string
	PostalCode   string
	FirstName    string
	MiddleName   string
	LastName     string
	PhoneNumber  string
}

// field ties a member's name on the wire to its text.
type field struct {
	name string
	text *string
}

// fields are the members an update may change; id is not among them.
func (p *BillingProfile) fields() []field {
	return []field{
		{"firstName", &p.FirstName}, {"lastName", &p.LastName}, {"email", &p.Email},
		{"culture", &p.Culture}, {"language", &p.Language}, {"companyName", &p.CompanyName},
	}
}

func (a *Address) fields() []field {
	return []field{
		{"country", &a.Country}, {"region", &a.Region}, {"city", &a.City}, {"state", &a.State}, {"district", &a.District},
		{"addressLine1", &a.AddressLine1}, {"addressLine2", &a.AddressLine2}, {"addressLine3", &a.AddressLine3},
		{"postalCode", &a.PostalCode}, {"firstName", &a.FirstName}, {"middleName", &a.MiddleName}, {"lastName", &a.LastName},
		{"phoneNumber", &a.PhoneNumber},
	}
}

func (o object) into(fields []field) {
	for _, f := range fields {
		*f.text = o.text(f.name)
	}
}

func addressFrom(raw json.RawMessage) Address {
	var a Address
	if o, err := parseObject(raw); err == nil {
		o.into(a.fields())
	}
	return a
}

// ParseBillingProfile reads a billing profile's JSON in any casing, the answer of a call as well as the text inside an audit
// record, with or without a byte order mark. The ETag is "" when the object has none. The error, when data is not a JSON
// object or has none of a billing profile's members, is [ErrUnexpected].
func ParseBillingProfile(data []byte) (BillingProfile, ETag, error) {
	o, err := parseObject(data)
	if err != nil || !o.hasAny("id", "companyName", "email", "defaultAddress", "attributes") {
		return BillingProfile{}, "", ErrUnexpected
	}
	attributes, _ := parseObject(o.get("attributes"))
	return profileFrom(o, data), ETag(attributes.text("etag")), nil
}

func profileFrom(o object, data []byte) BillingProfile {
	p := BillingProfile{ID: o.text("id"), Raw: bytes.Clone(bytes.TrimSpace(trimBOM(data)))}
	o.into(p.fields())
	p.DefaultAddress = addressFrom(o.get("defaultAddress"))
	return p
}

// MarshalJSON returns the profile as the upstream writes it: Raw with the members whose text differs from it changed.
func (p BillingProfile) MarshalJSON() ([]byte, error) {
	raw := p.Raw
	if len(raw) == 0 {
		raw = json.RawMessage(`{}`)
	}
	o, err := merge(raw, p)
	if err != nil {
		return nil, err
	}
	if p.ID != o.text("id") {
		o = o.set("id", quote(p.ID))
	}
	return o.bytes(), nil
}

// UnmarshalJSON reads any JSON object as [ParseBillingProfile] does. null leaves the profile as it is.
func (p *BillingProfile) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	o, err := parseObject(data)
	if err == nil {
		*p = profileFrom(o, data)
	}
	return err
}
