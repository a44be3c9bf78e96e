package pcclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
)

func TestReadingABillingProfile(t *testing.T) {
	u := newUpstream(t, says(200, profileJSON("-4242348048554929329")))
	profile, etag, err := u.client(t).BillingProfiles.Get(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	if etag != "-4242348048554929329" {
		t.Errorf("ETag %q", etag)
	}
	profile.Raw = nil
	want := pcclient.BillingProfile{
		ID: "7d3f", FirstName: "Ada", LastName: "Quill", Email: "ada@quill.example", Culture: "en-GB", Language: "En", CompanyName: "Quill & Sons",
		DefaultAddress: pcclient.Address{Country: "GB", City: "York", AddressLine1: "1 Mint Yard", PostalCode: "YO1 7HH"},
	}
	if diff := cmp.Diff(want, profile); diff != "" {
		t.Error(diff)
	}
	call := u.calls()[0]
	if call.method != "GET" || call.uri != "/v1/customers/"+string(tenant)+"/profiles/billing" {
		t.Errorf("asked %s %s", call.method, call.uri)
	}
	for name, want := range map[string]string{"Authorization": "Bearer one", "Accept": "application/json", "MS-Contract-Version": "v1", "X-Locale": "en-US"} {
		if got := call.header.Get(name); got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
}

func TestUpdateChangesOnlyWhatWasEdited(t *testing.T) {
	u := newUpstream(t, says(200, profileJSON("1")), says(200, profileJSON("2")))
	pc := u.client(t)
	profile, etag, err := pc.BillingProfiles.Get(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	profile.FirstName = ""                           // cleared: null
	profile.CompanyName = "Quill <&> Söhne"          // changed
	profile.DefaultAddress.State = "North Yorkshire" // was absent: added
	profile.ID = "other"                             // not ours to change
	saved, next, err := pc.BillingProfiles.Update(t.Context(), tenant, etag, profile)
	if err != nil {
		t.Fatal(err)
	}
	if next != "2" || saved.CompanyName != "Quill & Sons" {
		t.Errorf("what the upstream holds is returned: got ETag %q, %q", next, saved.CompanyName)
	}
	put := u.calls()[1]
	want := strings.NewReplacer(
		bom, "", `"firstName":"Ada"`, `"firstName":null`, `Quill & Sons`, `Quill <&> Söhne`,
		`"phoneNumber":""}`, `"phoneNumber":"","state":"North Yorkshire"}`,
	).Replace(profileJSON("1"))
	if diff := cmp.Diff(want, put.body); diff != "" {
		t.Error(diff)
	}
	if got := put.header.Get("If-Match"); got != `"1"` {
		t.Errorf("If-Match %s", got)
	}
	if put.header.Get("Idempotency-Key") != "" || put.header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", put.header)
	}
}

func TestUpdateSendsTheGivenETagInsideAndOutside(t *testing.T) {
	for _, raw := range []struct{ name, raw, want string }{
		{"attributes keep their other members", `{"companyName":"Q","attributes":{"objectType":"X","etag":"old","n":1}}`, `{"companyName":"Q","attributes":{"objectType":"X","etag":"new","n":1}}`},
		{"Pascal case stays", `{"CompanyName":"Q","Attributes":{"Etag":"old"}}`, `{"CompanyName":"Q","Attributes":{"Etag":"new"}}`},
		{"no attributes: made", `{"companyName":"Q"}`, `{"companyName":"Q","attributes":{"etag":"new"}}`},
		{"null attributes: made", `{"companyName":"Q","attributes":null}`, `{"companyName":"Q","attributes":{"etag":"new"}}`},
	} {
		t.Run(raw.name, func(t *testing.T) {
			u := newUpstream(t, says(200, profileJSON("3")))
			profile, _, err := pcclient.ParseBillingProfile([]byte(raw.raw))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := u.client(t).BillingProfiles.Update(t.Context(), tenant, "new", profile); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(raw.want, u.calls()[0].body); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMergeKeepsWhatItDoesNotKnow(t *testing.T) {
	for _, c := range []struct {
		name, raw, want string
		edit            func(*pcclient.BillingProfile)
	}{
		{"nothing edited, nothing changed", `{"Email":"a@b","X":[1, 2],"attributes":{}}`, `{"Email":"a@b","X":[1,2],"attributes":{}}`, func(*pcclient.BillingProfile) {}},
		{"an absent address is not invented", `{"email":"a@b"}`, `{"email":"c@d"}`, func(p *pcclient.BillingProfile) { p.Email = "c@d" }},
		{"an absent address is made when filled in", `{"email":"a@b","defaultAddress":null}`, `{"email":"a@b","defaultAddress":{"city":"York"}}`, func(p *pcclient.BillingProfile) { p.DefaultAddress.City = "York" }},
		{"a cleared region is null, never empty", `{"id":"1","defaultAddress":{"region":"WA"}}`, `{"id":"1","defaultAddress":{"region":null}}`, func(p *pcclient.BillingProfile) { p.DefaultAddress.Region = "" }},
		{"an empty one stays empty", `{"id":"1","defaultAddress":{"region":"","city":"A"}}`, `{"id":"1","defaultAddress":{"region":"","city":"B"}}`, func(p *pcclient.BillingProfile) { p.DefaultAddress.City = "B" }},
		{"a null stays null", `{"id":"1","lastName":null,"email":"a"}`, `{"id":"1","lastName":null,"email":"b"}`, func(p *pcclient.BillingProfile) { p.Email = "b" }},
		{"doubled members agree afterwards", `{"email":"a","Email":"b"}`, `{"email":"c","Email":"c"}`, func(p *pcclient.BillingProfile) { p.Email = "c" }},
		{"names inside and outside the address are apart", `{"firstName":"A","defaultAddress":{"firstName":"B"}}`, `{"firstName":"A","defaultAddress":{"firstName":"C"}}`, func(p *pcclient.BillingProfile) { p.DefaultAddress.FirstName = "C" }},
		{"a number where a text should be stays", `{"id":"1","email":12345678901234567890,"culture":"en"}`, `{"id":"1","email":12345678901234567890,"culture":"fr"}`, func(p *pcclient.BillingProfile) { p.Culture = "fr" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			profile, _, err := pcclient.ParseBillingProfile([]byte(c.raw))
			if err != nil {
				t.Fatal(err)
			}
			c.edit(&profile)
			got, err := json.Marshal(profile)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdateRefusesWhatCannotBeSafe(t *testing.T) {
	good, _, err := pcclient.ParseBillingProfile([]byte(profileJSON("1")))
	if err != nil {
		t.Fatal(err)
	}
	u := newUpstream(t, says(200, profileJSON("1")))
	pc := u.client(t)
	for _, c := range []struct {
		name    string
		id      pcclient.TenantID
		etag    pcclient.ETag
		profile pcclient.BillingProfile
	}{
		{"A-54 no ETag", tenant, "", good},
		{"A-54 a list of ETags", tenant, `1","2`, good},
		{"A-54 a line break", tenant, "1\r\nX: y", good},
		{"A-54 far too long", tenant, pcclient.ETag(strings.Repeat("1", 10_000)), good},
		{"a profile nobody read", tenant, "1", pcclient.BillingProfile{CompanyName: "Q"}},
		{"a profile that holds nothing", tenant, "1", pcclient.BillingProfile{CompanyName: "Q", Raw: []byte(`{}`)}},
		{"a customer that is a path", "../partners", "1", good},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := pc.BillingProfiles.Update(t.Context(), c.id, c.etag, c.profile)
			if !errors.Is(err, pcclient.ErrNotSent) || errors.Is(err, pcclient.ErrInDoubt) {
				t.Errorf("got %v", err)
			}
		})
	}
	u.wantCalls(t, 0)

	t.Run("A-54 an asterisk is a tag like any other", func(t *testing.T) {
		if _, _, err := pc.BillingProfiles.Update(t.Context(), tenant, "*", good); err != nil {
			t.Fatal(err)
		}
		if got := u.calls()[0].header.Get("If-Match"); got != `"*"` {
			t.Errorf("If-Match %s", got)
		}
	})
	t.Run("a tag the upstream quoted itself is not quoted twice", func(t *testing.T) {
		if _, _, err := pc.BillingProfiles.Update(t.Context(), tenant, `W/"x'1'"`, good); err != nil {
			t.Fatal(err)
		}
		if got := u.calls()[1].header.Get("If-Match"); got != `W/"x'1'"` {
			t.Errorf("If-Match %s", got)
		}
	})
	t.Run("F-17 a profile without ETag can be read", func(t *testing.T) {
		u := newUpstream(t, says(200, `{"id":"1","companyName":"Q"}`))
		profile, etag, err := u.client(t).BillingProfiles.Get(t.Context(), tenant)
		if err != nil || etag != "" || profile.CompanyName != "Q" {
			t.Errorf("got %q, %q, %v", profile.CompanyName, etag, err)
		}
	})
}

func TestABillingProfileKeepsAsJSON(t *testing.T) {
	var kept struct{ Profile, None pcclient.BillingProfile }
	in := `{"Profile":{"id":"7d3f","email":"a@b","extra":{"n":90071992547409931234},"defaultAddress":{"city":"York"}},"None":null}`
	if err := json.Unmarshal([]byte(in), &kept); err != nil {
		t.Fatal(err)
	}
	if kept.Profile.ID != "7d3f" || kept.Profile.DefaultAddress.City != "York" || kept.None.Raw != nil {
		t.Errorf("read %+v", kept)
	}
	kept.Profile.Email = "c@d"
	out, err := json.Marshal(kept.Profile)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"7d3f","email":"c@d","extra":{"n":90071992547409931234},"defaultAddress":{"city":"York"}}`
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Error(diff)
	}
	out, err = json.Marshal(pcclient.BillingProfile{ID: "1", CompanyName: "Q"})
	if err != nil || string(out) != `{"companyName":"Q","id":"1"}` {
		t.Errorf("%s, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`[]`), &kept.Profile); err == nil {
		t.Error("a list is no billing profile")
	}
}

func TestIDsOfAnOperation(t *testing.T) {
	u := newUpstream(t, says(503, ""), says(200, profileJSON("1")))
	pc := u.client(t)
	if _, _, err := pc.BillingProfiles.Get(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	first, second := u.calls()[0].header, u.calls()[1].header
	if a, b := first.Get("MS-RequestId"), second.Get("MS-RequestId"); a == "" || a != b {
		t.Errorf("one operation, one request ID: %q, %q", a, b)
	}
	if a, b := first.Get("MS-CorrelationId"), second.Get("MS-CorrelationId"); a == "" || a == b {
		t.Errorf("each call its own correlation ID: %q, %q", a, b)
	}

	u.answers = append(u.answers, says(404, ""))
	u.answers = u.answers[1:]
	ctx := pcclient.WithCorrelationID(pcclient.WithRequestID(context.Background(), "req-1"), "cor-1")
	_, _, err := pc.BillingProfiles.Get(ctx, tenant)
	e := details(t, err)
	if sent := u.calls()[2].header; sent.Get("MS-RequestId") != "req-1" || sent.Get("MS-CorrelationId") != "cor-1" || e.RequestID != "req-1" || e.CorrelationID != "cor-1" {
		t.Errorf("ids from the context: sent %v, error %v", sent, e)
	}
	if _, _, err := pc.BillingProfiles.Get(pcclient.WithRequestID(ctx, "a\r\nb"), tenant); !errors.Is(err, pcclient.ErrNotSent) {
		t.Errorf("an impossible id is not sent: %v", err)
	}
	u.wantCalls(t, 3)
}
