package pcsim

import (
	"crypto/sha1"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// UnrelatedCustomer is the tenant ID of another partner's customer: it exists, but
// every call about it is refused with 403 and code 20002.
const UnrelatedCustomer pcclient.TenantID = "0b6f3a52-91c4-4d7e-8a3f-5e2d1c0b9a87"

// world is all that changes; guarded by Simulator.mu, but for places, which is
// made once.
type world struct {
	customers []*customer // in the order of the list
	names     []string    // of each, the company name as it is now, in lower case: a search looks at all of them
	domains   []string    // in lower case too
	byID      map[pcclient.TenantID]*customer
	audit     []auditRecord // oldest first
	places    places
}

// newWorld makes n customers: the hand-written ones first, the rest from seed. The
// same seed gives the same customers, IDs and first ETags; only the dates of past
// audit records follow now.
func newWorld(n int, seed uint64, partner pcclient.TenantID, now time.Time) *world {
	w := &world{byID: map[pcclient.TenantID]*customer{}}
	random := rand.New(rand.NewPCG(seed, 0x5eedca5e))
	drafts := handwritten()
	if n < len(drafts) {
		drafts = drafts[:n]
	}
	drafts = append(drafts, generated(n-len(drafts), drafts, random)...)
	for i, d := range drafts {
		salt := ""
		if i >= len(handwritten()) {
			salt = strconv.FormatUint(seed, 10)
		}
		c := d.customer(i, salt, random, now)
		c.place = i
		w.customers = append(w.customers, c)
		w.names = append(w.names, strings.ToLower(c.current().profile.text("companyName")))
		w.domains = append(w.domains, strings.ToLower(c.domain))
		w.byID[c.id] = c
	}
	w.places = newPlaces(w.customers)
	w.audit = pastRecords(w.customers, now)
	return w
}

// draft is a customer before it gets its IDs.
type draft struct {
	company, slug       string
	first, last         string
	email               string // local part; "" is accounts
	culture, language   string
	address             object
	more                object // further members of the billing profile
	noDelegation        bool
	qualifications      []any
	registrationNumber  string
	validation          string
	noValidation        bool
	addressNamesMissing bool
}

func (d draft) customer(i int, salt string, random *rand.Rand, now time.Time) *customer {
	address := d.address
	if !d.addressNamesMissing {
		address = withNames(address, d.first, d.last)
	}
	profile := obj("firstName", orNothing(d.first), "lastName", orNothing(d.last), "email", d.mail(),
		"culture", d.culture, "language", d.language, "companyName", d.company, "defaultAddress", address)
	profile = append(profile, d.more...)
	domain := d.slug + ".onmicrosoft.example"
	c := &customer{
		id: pcclient.TenantID(hashGUID('4', "tenant", salt, d.slug)), commerceID: hashGUID('4', "commerce", salt, d.slug),
		billingID: hashGUID('5', "billing", salt, d.slug), domain: domain, tenantName: d.company,
		companyAddress: companyAddress(d.address), companyEmail: d.mail(), registration: d.registrationNumber,
		delegated: !d.noDelegation, qualifications: d.qualifications, validation: d.status(i),
		versions: []version{{at: now.AddDate(-1, 0, -i), etag: strconv.FormatInt(int64(random.Uint64()), 10), profile: profile}},
	}
	if c.qualifications == nil {
		c.qualifications = []any{}
	}
	c.oldStyle = oldQualification(c.qualifications)
	return c
}

func (d draft) mail() string {
	local := d.email
	if local == "" {
		local = "accounts"
	}
	return local + "@" + d.slug + ".example"
}

// status spreads the five documented values and the missing one over the customers.
func (d draft) status(i int) string {
	switch {
	case d.noValidation:
		return ""
	case d.validation != "":
		return d.validation
	}
	switch i % 25 {
	case 5:
		return "UnderReview"
	case 10:
		return "NotAllowed"
	case 15:
		return "Unknown"
	case 20:
		return "Not Ready"
	case 24:
		return ""
	}
	return "Allowed"
}

// companyAddress is how the company profile holds an address: the state in region.
func companyAddress(a object) object {
	region := a.text("state")
	if region == "" {
		region = a.text("region")
	}
	return obj("country", a.text("country"), "region", orNothing(region), "city", orNothing(a.text("city")),
		"addressLine1", a.text("addressLine1"), "postalCode", orNothing(a.text("postalCode")),
		"phoneNumber", orNothing(a.text("phoneNumber")))
}

// withNames puts the recipient's names where the server has them, behind the
// postal code.
func withNames(a object, first, last string) object {
	ordered := object{}
	a = a.with("firstName", orNothing(first)).with("lastName", orNothing(last))
	for _, name := range addressMembers {
		if v, ok := a.get(name); ok {
			ordered = append(ordered, member{name, v})
		}
	}
	return ordered
}

func oldQualification(list []any) string {
	for _, q := range list {
		switch q.(object).text("qualification") {
		case "Education":
			return "education"
		case "GovernmentCommunityCloud":
			return "government_community_cloud"
		case "StateOwnedEntity":
			return "state_owned_entity"
		}
	}
	return "none"
}

// hashGUID is a GUID made from names; version is the first digit of its third
// group, 5 for billing profiles as recorded.
func hashGUID(version byte, parts ...string) string {
	h := sha1.New()
	for _, p := range parts {
		h.Write([]byte("pcsim\x00" + p))
	}
	b := fmt.Sprintf("%x", h.Sum(nil))
	return b[:8] + "-" + b[8:12] + "-" + string(version) + b[13:16] + "-8" + b[17:20] + "-" + b[20:32]
}
