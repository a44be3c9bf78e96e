package demo

import (
	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// PartnerTenant is the made-up partner's tenant: the one to let in.
const PartnerTenant = "7b1f64c2-93d0-4c58-8f2e-5a0d1c6e9b37"

// otherTenant is where Otto comes from.
const otherTenant = "e2c9a815-0f47-4d3b-b6a1-98d7035f2c64"

// Person is somebody who can sign in to the demo.
type Person struct {
	Key      string // in the sign-in form: "ada"
	Name     string
	About    string // what signing in as them shows, one short sentence
	Email    string
	TenantID string
	ObjectID string
	Subject  string
	Roles    []string   // of the portal, as the ID token carries them
	Groups   []string   // as the ID token carries them; they give portfolios
	MFA      bool       // whether their access token says so
	Upstream pcsim.Role // at the simulated Partner Center
}

// People returns the demo's people in the order of their buttons.
func People() []Person {
	return []Person{
		{
			Key: "ada", Name: "Ada Admin", About: "May do everything, and reads the audit trail.",
			Email: "ada.admin@partner.example", TenantID: PartnerTenant,
			ObjectID: "1a6d3f08-4b7e-4c21-9d55-0e8f7a2b6c01", Subject: "u3Vx0QmWb6yNf1aEoK7tLhPzR2sDcJ8g",
			Roles: []string{"editor", "auditor", "administrator"}, MFA: true, Upstream: pcsim.Admin,
		},
		{
			Key: "sam", Name: "Sam Sales", About: "Edits billing profiles. Partner Center shows him no audit records.",
			Email: "sam.sales@partner.example", TenantID: PartnerTenant,
			ObjectID: "2c80e5b7-61fa-4d92-8a3c-5b9d14f7e002", Subject: "h9TqZc4LwX2vKs5jUe0nRbYgA7mFdP1i",
			Roles: []string{"editor"}, MFA: true, Upstream: pcsim.Sales,
		},
		{
			Key: "hana", Name: "Hana Helpdesk", About: "Edits here, but Partner Center refuses what she saves.",
			Email: "hana.helpdesk@partner.example", TenantID: PartnerTenant,
			ObjectID: "3e97b21c-d845-4a60-b7f1-c26a08d59f03", Subject: "k6DnWp1RzM8cVb3xHq5tYsLf0uJeG2ao",
			Roles: []string{"editor"}, MFA: true, Upstream: pcsim.Helpdesk,
		},
		{
			Key: "nora", Name: "Nora Norole", About: "Has no role in the portal and is told so.",
			Email: "nora.norole@partner.example", TenantID: PartnerTenant,
			ObjectID: "4f0a69d3-5c1e-47b8-92ad-70e3b8c61d04", Subject: "b2JsXe7UiC5wNk9yOh4zGmTq1vRdL6pf",
			MFA: true, Upstream: pcsim.None,
		},
		{
			Key: "mika", Name: "Mika Nomfa", About: "Signed in without a second factor, which Partner Center insists on.",
			Email: "mika.nomfa@partner.example", TenantID: PartnerTenant,
			ObjectID: "5b3cf7e0-82d9-4e14-a06b-1d94e57a2c05", Subject: "m8FyGt3KaQ6dSv0oBl7hZnWx5eUcI4rj",
			Roles: []string{"editor"}, MFA: false, Upstream: pcsim.Sales,
		},
		{
			Key: "otto", Name: "Otto Other", About: "Belongs to another company and is not let in.",
			Email: "otto.other@elsewhere.example", TenantID: otherTenant,
			ObjectID: "6d58a4f1-b07c-4936-8e2d-f3c71b9a4e06", Subject: "w5CpLr9HvT2gMz6uEs8kXjBi3yNaO1qd",
			Roles: []string{"editor"}, MFA: true, Upstream: pcsim.None,
		},
		{
			Key: "petra", Name: "Petra Portfolio", About: "Edits and audits, but sees customers in Germany, Austria and Switzerland only.",
			Email: "petra.portfolio@partner.example", TenantID: PartnerTenant,
			ObjectID: "7e03b6d2-94a8-4f51-b3c7-08d1e62f5a07", Subject: "p4RfDz7NbQ1yTk8vJc2hMxGo6wLeUs9i",
			Roles: []string{"editor", "auditor"}, Groups: []string{GroupGerman}, MFA: true, Upstream: pcsim.Sales,
		},
	}
}

// Groups of the demo's people, by which they get their portfolios. Whoever has no other
// is in the first.
const (
	GroupEverybody = "b1a6f0c3-2d74-4e98-8c15-6f3e9d0a7b21"
	GroupGerman    = "c8d5e2f7-41b9-4a06-93e2-7a1f4c6d8e32"
)

// UpstreamRoles are the people's roles at the simulator, by object id.
func UpstreamRoles() map[string]pcsim.Role {
	roles := map[string]pcsim.Role{}
	for _, p := range People() {
		roles[p.ObjectID] = p.Upstream
	}
	return roles
}

func (p *Provider) personByKey(key string) (Person, bool) {
	for _, person := range p.options.People {
		if person.Key == key {
			return person, true
		}
	}
	return Person{}, false
}
