package pcsim

import (
	"slices"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// customer is everything the simulator holds of one customer. All but versions is
// fixed when the world is made.
type customer struct {
	place          int // in the list
	id             pcclient.TenantID
	commerceID     string
	billingID      string
	domain         string
	tenantName     string // the tenant's own name; the billing profile's is a friendly one
	companyAddress object // of the company profile, whose state stands in region
	companyEmail   string
	registration   string
	delegated      bool // DAP: without it the upstream leaves address, email and custom domains out
	qualifications []any
	oldStyle       string // of the deprecated qualification call
	validation     string // account status; "" is answered 404
	versions       []version
}

// keptVersions bounds the memory of one customer; the read lag looks back no further.
const keptVersions = 64

func (c *customer) current() version { return c.versions[len(c.versions)-1] }

// visible is the version a read sees when reads lag behind writes.
func (c *customer) visible(now time.Time, lag time.Duration) version {
	for _, v := range slices.Backward(c.versions) {
		if lag <= 0 || !v.at.After(now.Add(-lag)) {
			return v
		}
	}
	return c.versions[0]
}

// change tells who makes a new version and on whose request.
type change struct {
	by            string
	application   string
	correlationID string
	requestID     string
}

// commit stores the profile as the customer's next version with a new ETag, and
// writes audit and journal. The caller holds s.mu.
//
// Whether the upstream gives a PUT that changes nothing a new ETag is unknown; here
// it does, which is what a row version would do and never hides a conflict.
func (s *Simulator) commit(c *customer, profile object, by change) version {
	old := c.current()
	next := version{at: s.now(), etag: newETag(), profile: profile}
	c.versions = append(c.versions, next)
	s.world.names[c.place] = strings.ToLower(profile.text("companyName"))
	if len(c.versions) > keptVersions {
		c.versions = slices.Delete(c.versions, 0, 1)
	}
	s.recordUpdate(c, old, next, by)
	s.journal.version(Version{Customer: c.id, ETag: pcclient.ETag(next.etag), BaseETag: pcclient.ETag(old.etag),
		By: by.by, RequestID: by.requestID, Profile: marshal(c.billing(next))})
	return next
}

// seen is the version of the customer that reads see now. The caller holds s.mu.
func (s *Simulator) seen(c *customer) version {
	return c.visible(s.now(), time.Duration(s.switches.ReadLagSeconds)*time.Second)
}

// listItem is a customer as the list has it: no billing profile, no address.
func (s *Simulator) listItem(c *customer) object {
	return obj("id", string(c.id),
		"companyProfile", c.company(s.seen(c).profile.text("companyName"), false),
		"relationshipToPartner", "reseller",
		"links", selfLink("/customers/"+string(c.id)),
		"attributes", objectType("Customer"))
}

// full is a customer fetched by id, with the billing profile and its ETag.
func (s *Simulator) full(c *customer) object {
	o := obj("id", string(c.id), "commerceId", c.commerceID,
		"companyProfile", c.company(c.tenantName, true),
		"billingProfile", c.billing(s.seen(c)),
		"relationshipToPartner", "reseller",
		"allowDelegatedAccess", c.delegated)
	if c.delegated {
		o = o.with("customDomains", []any{c.domain})
	}
	return append(o, member{"links", selfLink("/customers/" + string(c.id))}, member{"attributes", objectType("Customer")})
}

// company is the company profile under the given name.
func (c *customer) company(name string, whole bool) object {
	o := obj("tenantId", string(c.id), "domain", c.domain, "companyName", name)
	if whole && c.delegated {
		o = append(o, member{"address", c.companyAddress}, member{"email", c.companyEmail})
	}
	if whole && c.registration != "" {
		o = append(o, member{"organizationRegistrationNumber", c.registration})
	}
	return append(o, member{"links", selfLink("/customers/" + string(c.id) + "/profiles/company")},
		member{"attributes", objectType("CustomerCompanyProfile")})
}
