package pcsim

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// The members of a billing profile and its default address that the simulated
// server knows, in the order of a recorded server object, with
// the extra ones that no SDK models. invoiceReference is an invention of ours: it
// stands for whatever is added next.
var (
	profileMembers = []string{"firstName", "lastName", "email", "culture", "language", "companyName",
		"organizationRegistrationId", "invoiceReference"}
	addressMembers = []string{"country", "region", "city", "state", "district", "addressLine1", "addressLine2",
		"addressLine3", "postalCode", "firstName", "lastName", "emailAddress", "phoneNumber", "middleName"}
	auditProfileMembers = profileMembers[:6]
)

// readOnly members of a sent profile are ignored, not applied.
func readOnly(name string) bool {
	switch strings.ToLower(name) {
	case "id", "links", "attributes":
		return true
	}
	return false
}

// replaced is the profile a PUT of sent makes from stored: full replacement.
//
// A member that is left out is cleared (an inference), or kept with the
// switch omitted=keep; an explicit null always clears. A member that neither the
// tables above nor the stored profile know is dropped without a word. The second
// result names a member of the wrong JSON type.
func replaced(sent, stored object, keep bool) (object, string) {
	next, bad := replacedMembers(sent, stored, profileMembers, keep)
	if bad != "" {
		return nil, bad
	}
	v, present := sent.get("defaultAddress")
	address, isObject := v.(object)
	switch {
	case present && v != nil && !isObject:
		return nil, "DefaultAddress"
	case !present && keep:
		return next.with("defaultAddress", stored.object("defaultAddress")), ""
	case !isObject:
		return next, ""
	}
	a, bad := replacedMembers(address, stored.object("defaultAddress"), addressMembers, keep)
	if bad != "" {
		return nil, "DefaultAddress." + bad
	}
	return next.with("defaultAddress", a), ""
}

func replacedMembers(sent, stored object, known []string, keep bool) (object, string) {
	next := object{}
	for _, name := range knownNames(stored, known) {
		v, present := sent.get(name.name)
		if !present && keep {
			v, _ = stored.get(name.name)
		}
		if v == nil {
			continue
		}
		if _, isText := v.(string); name.text && !isText {
			return nil, pascal(name.name)
		}
		next = append(next, member{name.name, v})
	}
	return next, ""
}

type knownName struct {
	name string
	text bool // must be a string
}

func knownNames(stored object, known []string) []knownName {
	names := make([]knownName, 0, len(known)+1)
	for _, n := range known {
		names = append(names, knownName{n, true})
	}
	for _, m := range stored {
		if !readOnly(m.name) && !strings.EqualFold(m.name, "defaultAddress") && !containsFold(known, m.name) {
			names = append(names, knownName{m.name, false})
		}
	}
	return names
}

func containsFold(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// mergePatch is RFC 7396 with member names in any casing.
func mergePatch(stored, patch object) object {
	for _, m := range patch {
		if readOnly(m.name) {
			continue
		}
		sub, isObject := m.value.(object)
		if isObject {
			stored = stored.with(camel(m.name), mergePatch(stored.object(m.name), sub))
			continue
		}
		stored = stored.with(camel(m.name), m.value)
	}
	return stored
}

// version is one state of a customer's billing profile. profile is never changed
// after it was stored.
type version struct {
	at      time.Time
	etag    string
	profile object
}

// newETag is a random signed 64-bit decimal, the form seen on billing profiles.
func newETag() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return strconv.FormatInt(int64(binary.BigEndian.Uint64(b[:])), 10)
}

// billing is the profile as it is answered.
func (c *customer) billing(v version) object {
	o := make(object, 0, len(v.profile)+3)
	o = append(o, member{"id", c.billingID})
	o = append(o, v.profile...)
	return append(o,
		member{"links", selfLink("/customers/" + string(c.id) + "/profiles/billing")},
		member{"attributes", obj("etag", v.etag, "objectType", "CustomerBillingProfile")})
}

// auditValue is the profile as audit records hold it: PascalCase, with explicit
// nulls for the members the server models, as recorded.
func (c *customer) auditValue(v version) string {
	address := v.profile.object("defaultAddress")
	o := object{{"Id", c.billingID}}
	for _, name := range auditProfileMembers {
		o = append(o, member{pascal(name), orNull(v.profile, name)})
	}
	a := object{{"Id", nil}}
	for _, name := range addressMembers {
		a = append(a, member{pascal(name), orNull(address, name)})
	}
	a = append(a, extra(address, addressMembers)...)
	o = append(o, member{"DefaultAddress", a})
	o = append(o, extra(v.profile, append([]string{"defaultAddress"}, auditProfileMembers...))...)
	o = append(o, member{"Attributes", object{{"Etag", v.etag}, {"ObjectType", "CustomerBillingProfile"}}})
	return string(marshal(o))
}

func orNull(o object, name string) any {
	v, _ := o.get(name)
	return v
}

func extra(o object, known []string) object {
	rest := object{}
	for _, m := range o {
		if !containsFold(known, m.name) {
			rest = append(rest, member{pascal(m.name), m.value})
		}
	}
	return rest
}
