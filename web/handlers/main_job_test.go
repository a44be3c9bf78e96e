package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
)

func TestTheMainJob(t *testing.T) { everywhere(t, testTheMainJob) }

func testTheMainJob(t *testing.T) {
	site := newSite(t)
	ada := site.signIn("Ada Admin")
	id := site.customer(harbourline)
	before := site.stored(id)

	ada.get("/customers?q=harbour").want(http.StatusOK, "Harbourline Ceramics").follow("Harbourline Ceramics").
		want(http.StatusOK, before["email"]).follow("Edit billing profile").want(http.StatusOK, "Edit billing profile")
	review := ada.edit(id).fill("email", "invoices@harbourline.example").fill("firstName", "Ines").press().
		want(http.StatusOK, "Review 2 changes", "Email was nora.whitfield@harbourline.example now invoices@harbourline.example")
	site.wantPuts(0, 0)
	saved := review.form("key").press().want(http.StatusOK, "Billing profile saved.", "2 items changed", "invoices@harbourline.example")
	if title := inner(saved.find(func(n *node) bool { return n.Data == "title" })); !strings.HasPrefix(title, "Saved: ") {
		t.Errorf("the result's title is %q", title)
	}
	site.wantPuts(1, 1)
	site.storedHas(id, "email", "invoices@harbourline.example", "firstName", "Ines")
	ada.get(overview(id)).want(http.StatusOK, "You, today at", "Contact was Nora now Ines Whitfield", "Email was nora.whitfield now invoices@harbourline.example")
	site.signIn("Sam Sales").get(overview(id)).want(http.StatusOK, "Ada Admin, today at", "2 items changed", "was Nora now Ines")
}

// The PUT is the profile just read with only the edited members changed, under its
// own ETag in both places where the official SDKs put it.
func TestTheOneWriteChangesOnlyWhatWasEdited(t *testing.T) {
	for n, company := range newSite(t).sim.Customers()[:16] {
		if n == kaveri {
			continue // cannot be saved without a phone number
		}
		t.Run(company.CompanyName, func(t *testing.T) {
			site := newSite(t)
			id := site.customer(n)
			raw, _ := site.sim.BillingProfile(id)
			site.signIn("Ada Admin").toReview(id, "email", "ledger@customer.example").save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
			put := site.puts()[0]

			want, got := object(t, raw), object(t, []byte(put.Body))
			etag, _ := want["attributes"].(map[string]any)["etag"].(string)
			want["email"] = "ledger@customer.example"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the PUT differs from the profile read in more than the email (-read +sent):\n%s", diff)
			}
			if _, has := got["defaultAddress"].(map[string]any)["region"]; has && want["defaultAddress"].(map[string]any)["region"] == nil {
				t.Error("a region was made up")
			}
			if put.Headers["If-Match"] != `"`+etag+`"` || etag == "" {
				t.Errorf("If-Match is %s, the ETag read is %q", put.Headers["If-Match"], etag)
			}
			if _, err := pcclient.ParseTenantID(put.Headers["MS-RequestId"]); err != nil {
				t.Errorf("MS-RequestId is %q", put.Headers["MS-RequestId"])
			}
			if put.Subject != "ada.admin@partner.example" {
				t.Errorf("the write was made as %q", put.Subject)
			}
		})
	}
}

// The request ID of the write is the submission's key, which is also in the
// address of the result.
func TestTheWriteIsNamedAfterItsSubmission(t *testing.T) {
	site := newSite(t)
	id := site.customer(vilaNova)
	review := site.signIn("Ada Admin").toReview(id, "lastName", "Queiroga")
	key := review.form("key").values.Get("key")
	result := review.save().want(http.StatusOK, "Billing profile saved.")
	if result.url.Path != overview(id)+"/saves/"+key || site.puts()[0].Headers["MS-RequestId"] != key {
		t.Errorf("key %s, result %s, request %s", key, result.url.Path, site.puts()[0].Headers["MS-RequestId"])
	}
}

func TestAClearedFieldIsSentAsNull(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	if site.stored(id)["firstName"] == "" {
		t.Fatal("the story needs a contact name")
	}
	site.signIn("Ada Admin").toReview(id, "firstName", "").shows("Contact was Nora Whitfield Whitfield").save().want(http.StatusOK, "Billing profile saved.")
	if value, has := object(t, []byte(site.puts()[0].Body))["firstName"]; !has || value != nil {
		t.Errorf("firstName was sent as %v (present: %v), want null", value, has)
	}
}

// What a person came to correct may not be stopped by what somebody else left in
// the other fields, nor may Enter do anything but lead on.
func TestTheMainButtonIsTheFirst(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	id := site.customer(harbourline)
	for _, p := range []*page{b.get(billing(id)), b.toReview(id, "email", "enter@customer.example")} {
		f := p.find(func(n *node) bool { return n.Data == "form" && attr(n, "id") == "form" })
		first := ""
		for _, n := range p.controls(f) {
			if kind := attr(n, "type"); n.Data == "button" && (kind == "submit" || kind == "") {
				first = attr(n, "value")
				break
			}
		}
		if first != "review" && first != "save" {
			t.Errorf("%s: Enter presses %q", p.url, first)
		}
	}
}

func TestNothingChangedIsSaidAndNothingKept(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	f := site.signIn("Ada Admin").edit(id)
	f.fill("email", "  "+f.values.Get("email")+" ").press().want(http.StatusUnprocessableEntity, "Nothing is changed yet.")
	site.wantPuts(0, 0)
}

func TestEveryComplaintComesAtOnceAndNothingTypedGoes(t *testing.T) {
	site := newSite(t)
	f := site.signIn("Ada Admin").edit(site.customer(harbourline))
	typed := map[string]string{"companyName": "", "email": "not an address", "defaultAddress.postalCode": "none", "firstName": "Ines"}
	for name, text := range typed {
		f.fill(name, text)
	}
	back := f.press().want(http.StatusUnprocessableEntity, "Enter a company name", "email", "ZIP code")
	for name, text := range typed {
		back.form("email").wants(name, text)
	}
	if title := inner(back.find(func(n *node) bool { return n.Data == "title" })); !strings.HasPrefix(title, "Error: ") {
		t.Errorf("the title is %q", title)
	}
	back.choose("Undo")
	site.wantPuts(0, 0)
}

func object(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return o
}

// Opening the form by a link is opening the customer: it is found again on Home.
func TestACustomerOpenedToEditIsARecentOne(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	b.edit(site.customer(vilaNova))
	b.get("/").want(http.StatusOK, "Azulejaria Vila Nova").follow("Azulejaria Vila Nova").want(http.StatusOK)
}
