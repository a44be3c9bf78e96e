package pcsim

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBillingProfileRoundTrip(t *testing.T) {
	s := newSite(t)
	profile, etag := s.read(s.first())
	if !regexp.MustCompile(`^-?\d{1,19}$`).MatchString(etag) {
		t.Errorf("etag %q is no signed 64-bit decimal", etag)
	}
	r := s.want(s.put(s.first(), moved(profile, "Tacoma")), 200, "")
	saved := r.object(t)
	if saved.object("defaultAddress").text("city") != "Tacoma" || saved.object("attributes").text("etag") == etag {
		t.Errorf("the answer is not the updated profile: %s", r.raw)
	}
	again, newTag := s.read(s.first())
	if diff := cmp.Diff(string(marshal(saved)), string(marshal(again))); diff != "" {
		t.Error(diff)
	}
	embedded := s.get("/v1/customers/" + string(s.first())).object(t).object("billingProfile")
	if embedded.object("attributes").text("etag") != newTag {
		t.Error("the customer resource carries another ETag")
	}
	same := s.want(s.put(s.first(), again), 200, "").object(t)
	if same.object("attributes").text("etag") == newTag {
		t.Error("a PUT that changes nothing keeps the ETag")
	}
}

func TestWireForm(t *testing.T) {
	s := newSite(t)
	r := s.get(billingPath(s.first()), "MS-RequestId", "11111111-2222-4333-8444-555555555555")
	if !bytes.HasPrefix(r.raw, bom) || r.header.Get("Content-Length") != itoa(len(r.raw)) {
		t.Errorf("no byte order mark or wrong length: %q %v", r.raw[:4], r.header)
	}
	if r.header.Get("MS-RequestId") != "11111111-2222-4333-8444-555555555555" || r.header.Get("MS-CorrelationId") == "" ||
		!regexp.MustCompile(`^[A-Za-z0-9+/]{16}\.0$`).MatchString(r.header.Get("MS-CV")) || r.header.Get("Request-Context") == "" {
		t.Errorf("headers: %v", r.header)
	}
	if r.header.Get("ETag") != "" {
		t.Error("there is an ETag header")
	}
	if bytes.Contains(r.raw, []byte("null")) || bytes.Contains(r.raw, []byte(": ")) {
		t.Errorf("nulls or spaces: %s", r.raw)
	}
	if e := s.get("/v1/customers/nonsense"); bytes.HasPrefix(e.raw, bom) {
		t.Error("an error has a byte order mark")
	}
	s.set(func(w *Switches) { w.BOM = false })
	if r := s.get(billingPath(s.first())); bytes.HasPrefix(r.raw, bom) {
		t.Error("bom=false still sends one")
	}
}

func TestEveryCasingIsAccepted(t *testing.T) {
	s := newSite(t)
	_, etag := s.read(s.first())
	body := `{"Id":"x","FirstName":null,"LastName":"Whitfield","EMAIL":"nora@harbourline.example","Culture":"EN-US","Language":"En",
		"CompanyName":"Harbourline","DefaultAddress":{"Country":"US","Region":null,"City":"Seattle","State":"WA",
		"AddressLine1":"1 Pier","PostalCode":"98104","PhoneNumber":""},"Links":{"Self":null},"Attributes":{"Etag":"` + etag + `","ObjectType":"Nonsense"}}`
	saved := s.want(s.do("PUT", billingPath(s.first()), body), 200, "").object(t)
	if saved.text("culture") != "en-US" || saved.text("language") != "En" {
		t.Errorf("culture %q, language %q", saved.text("culture"), saved.text("language"))
	}
	if saved.text("id") == "x" || saved.object("attributes").text("objectType") != "CustomerBillingProfile" {
		t.Error("a read-only member was applied")
	}
	if _, there := saved.get("firstName"); there {
		t.Error("a null is answered")
	}
	if phone, there := saved.object("defaultAddress").get("phoneNumber"); !there || phone != "" {
		t.Error("an empty string is not kept")
	}
	if _, there := saved.object("defaultAddress").get("addressLine2"); there {
		t.Error("an omitted member is not cleared")
	}
}

func TestOmittedMembers(t *testing.T) {
	s := newSite(t)
	s.set(func(w *Switches) { w.Omitted = "keep" })
	profile, _ := s.read(s.first())
	address := profile.object("defaultAddress").with("addressLine2", nil)
	saved := s.want(s.put(s.first(), profile.with("defaultAddress", address).with("firstName", nil)), 200, "").object(t)
	if saved.text("firstName") != "Nora" || saved.object("defaultAddress").text("addressLine2") != "Suite 400" {
		t.Errorf("omitted=keep lost a member: %s", marshal(saved))
	}
	nulled := string(marshal(saved))
	nulled = strings.Replace(nulled, `"firstName":"Nora"`, `"firstName":null`, 1)
	saved = s.want(s.do("PUT", billingPath(s.first()), nulled), 200, "").object(t)
	if saved.text("firstName") != "" {
		t.Error("an explicit null does not clear")
	}
}

func TestUnknownMembers(t *testing.T) {
	s := newSite(t)
	id := s.first()
	profile, _ := s.read(id)
	saved := s.want(s.put(id, append(profile, member{"inventedByTheClient", "x"})), 200, "").object(t)
	if _, there := saved.get("inventedByTheClient"); there {
		t.Error("a member nobody knows was stored")
	}
	if err := s.sim.EditElsewhere(id, "Rollout", []byte(`{"riskTier":{"level":3},"DefaultAddress":{"District":"Pier"}}`)); err != nil {
		t.Fatal(err)
	}
	profile, _ = s.read(id)
	saved = s.want(s.put(id, moved(profile, "Tacoma")), 200, "").object(t)
	if string(marshal(saved.object("riskTier"))) != `{"level":3}` || saved.object("defaultAddress").text("district") != "Pier" {
		t.Errorf("a member of the server was lost: %s", marshal(saved))
	}
	saved = s.want(s.put(id, saved.with("riskTier", nil)), 200, "").object(t)
	if saved.object("riskTier") != nil {
		t.Error("full replacement kept a member left out")
	}
}
