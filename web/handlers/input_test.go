package handlers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
)

// stillTyped asserts that a page's form holds the text.
func stillTyped(t *testing.T, p *page, pairs ...string) {
	t.Helper()
	f := p.form("email")
	for i := 0; i < len(pairs); i += 2 {
		f.wants(pairs[i], pairs[i+1])
	}
}

// A form that our pages did not make comes back with everything that could be read
// in it, and nothing is kept or sent.
func TestABentFormComesBackWhole(t *testing.T) {
	t.Run("V2.2.1 V2.2.2 V1.3.3", testABentFormComesBackWhole)
}

func testABentFormComesBackWhole(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	id := site.customer(harbourline)
	many := func(f *form) {
		for i := range 120 {
			f.fill(fmt.Sprintf("field%d", i), "x")
		}
	}
	long := strings.Repeat("long", 2500)
	for _, story := range []struct {
		name   string
		bend   func(f *form)
		status int
		want   []string // pairs that must be in the form that comes back
	}{
		{"A-17 the token of another person", func(f *form) {
			f.fill("csrf", site.signIn("Sam Sales").edit(id).values.Get("csrf"))
		}, 403, nil},
		{"V2.3.2 one field more than there may be", func(f *form) {
			for i := len(f.values); i <= handlers.MaxFormFields; i++ {
				f.fill(fmt.Sprintf("field%d", i), "x")
			}
		}, 400, nil},
		{"an unknown field", func(f *form) { f.fill("isAdmin", "true") }, 400, nil},
		{"a field twice", func(f *form) { f.values.Add("email", "second@harbourline.example") }, 400, nil},
		{"text that is not UTF-8", func(f *form) { f.fill("lastName", "Whit\xff\xfefield") }, 400, []string{"lastName", "Whitfield"}},
		{"a NUL", func(f *form) { f.fill("lastName", "Whit\x00field") }, 400, []string{"lastName", "Whitfield"}},
		{"bidi overrides", func(f *form) { f.fill("lastName", "Whit\u202efield") }, 400, []string{"lastName", "Whitfield"}},
		{"10 kB in a field", func(f *form) { f.fill("lastName", long) }, 400, []string{"lastName", long}},
		{"more than 100 fields", many, 400, nil},
		{"an unknown button", func(f *form) { f.fill("do", "delete") }, 400, nil},
		{"A-54 another ETag", func(f *form) { f.fill("etag", "00000000-0000-0000-0000-000000000000") }, 400, nil},
		{"A-54 an empty ETag", func(f *form) { f.fill("etag", "") }, 400, nil},
		{"A-54 any ETag", func(f *form) { f.fill("etag", "*") }, 400, nil},
		{"A-54 a list of ETags", func(f *form) { f.fill("etag", f.values.Get("etag")+`", "x`) }, 400, nil},
		{"A-54 a header in the ETag", func(f *form) { f.fill("etag", f.values.Get("etag")+"\r\nX-Evil: 1") }, 400, nil},
		{"A-54 10 kB of ETag", func(f *form) { f.fill("etag", long) }, 400, nil},
		{"A-54 the ETag twice", func(f *form) { f.values.Add("etag", f.values.Get("etag")) }, 400, nil},
		{"a bent base", func(f *form) { f.fill("base", "A"+f.values.Get("base")[1:]) }, 400, nil},
		{"no base", func(f *form) { f.values.Del("base") }, 400, nil},
		{"A-17 no token", func(f *form) { f.values.Del("csrf") }, 403, nil},
		{"A-17 a bent token", func(f *form) { f.fill("csrf", strings.ToUpper(f.values.Get("csrf"))) }, 403, nil},
		{"A-17 the token twice", func(f *form) { f.values.Add("csrf", f.values.Get("csrf")) }, 403, nil},
		{"A-17 the token of another customer", func(f *form) {
			f.fill("csrf", b.edit(site.customer(vilaNova)).values.Get("csrf"))
		}, 403, nil},
		{"A-17 the token of another form", func(f *form) { f.fill("csrf", b.get("/").form("csrf").values.Get("csrf")) }, 403, nil},
		{"A-17 the token of another session", func(f *form) {
			f.fill("csrf", site.signIn("Ada Admin").edit(id).values.Get("csrf"))
		}, 403, nil},
		{"A-17 the token in the query", func(f *form) {
			f.action.RawQuery += "&csrf=" + f.values.Get("csrf")
			f.values.Del("csrf")
		}, 403, nil},
	} {
		t.Run(story.name, func(t *testing.T) {
			b.t = t
			f := b.edit(id).fill("email", "typed@harbourline.example").fill("firstName", `Typed "<b>`)
			story.bend(f)
			p := f.press().want(story.status)
			safe(t, p)
			stillTyped(t, p, append([]string{"email", "typed@harbourline.example", "firstName", `Typed "<b>`}, story.want...)...)
			p.shows("othing ")
			if len(story.want) > 0 { // V1.3.3: the field is named
				about := "Last name holds characters that cannot be saved"
				if story.want[1] == long {
					about = "Last name"
				}
				if wrong := p.find(func(n *node) bool { return attr(n, "name") == "lastName" && attr(n, "aria-invalid") == "true" }); wrong == nil || !strings.Contains(p.text(), about) {
					t.Errorf("the field is not named:\n%.900s", p.text())
				}
			}
			// What came back can be sent as it is, or after the complaint is met.
			again := p.form("email").fill("lastName", "Whitfield").press()
			if again.status == http.StatusOK {
				again.shows("Review ", "typed@harbourline.example")
			} else {
				stillTyped(t, again, "email", "typed@harbourline.example")
			}
			if got := site.stored(id)["email"]; got == "typed@harbourline.example" {
				t.Error("it was saved")
			}
		})
	}
	b.t = t
	site.wantPuts(0, 0)
}

// A form that comes without some fields leaves them alone: only what is posted can
// be an edit.
func TestMissingFieldsAreNotEdited(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	before := site.stored(id)
	f := site.signIn("Ada Admin").edit(id).fill("email", "only@harbourline.example")
	for _, name := range forms.Names() {
		if name != "email" {
			f.values.Del(name)
		}
	}
	f.press().want(http.StatusOK, "Review 1 change").save().want(http.StatusOK, "Billing profile saved.")
	after := site.stored(id)
	for _, name := range forms.Names() {
		if name != "email" && after[name] != before[name] {
			t.Errorf("%s became %q, was %q", name, after[name], before[name])
		}
	}
}

// no member of Partner Center's but those of the form can be named.
func TestA42MassAssignment(t *testing.T) { t.Run("V15.3.3 V8.2.3", testA42MassAssignment) }

func testA42MassAssignment(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	for _, name := range []string{
		"id", "links", "links.self.uri", "attributes", "attributes.etag", "attributes.objectType", "tenantId", "customerId", "CompanyName", "COMPANYNAME", "Email",
		"emailAddress", "invoiceReference", "organizationRegistrationId", "defaultAddress", "defaultAddress[city]", "DefaultAddress.City", "defaultAddress.id",
		"companyName[]", "email.", "user", "operator", "roles", "state", "applied", "_method", "", "constructor", "__proto__",
	} {
		f := b.edit(id).fill("email", "typed@harbourline.example").fill(name, "evil")
		stillTyped(t, f.press().want(http.StatusBadRequest), "email", "typed@harbourline.example")
		review := b.toReview(id, "email", "typed@harbourline.example").form("key").fill(name, "evil").press("do", "save")
		if review.status != http.StatusBadRequest {
			t.Errorf("%q beside a key: %d", name, review.status)
		}
		must(t, site.sim.EditElsewhere(id, "Ines Duarte", []byte(`{"email":"nora.whitfield@harbourline.example"}`)))
	}
	for _, r := range site.puts() {
		if strings.Contains(r.Body, "evil") {
			t.Fatalf("it reached Partner Center: %s", r.Body)
		}
	}
}

// what is no customer is no page, and no call is made for it.
func TestA49CustomerIDs(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	calls := len(site.sim.Journal().Requests)
	id := string(site.customer(harbourline))
	for _, bad := range []string{
		"..%2fpartners", "%2e%2e", "a%3fb", "@evil.example", "%7bid%7d", id + "0", id[1:], id + "%00", id + "%2f..", strings.Repeat("a", 10_000), "me", "%20",
		"{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""), "0", "-1", "%F0%9F%92%A9", id + ";x=1", "'%20OR%201=1", "$1", "%25",
	} {
		for _, rest := range []string{"", "/billing", "/billing/review", "/billing/merge", "/saves/x"} {
			p := b.get("/customers/" + bad + rest)
			p.want(http.StatusNotFound)
			safe(t, p)
		}
		for _, rest := range []string{"/billing", "/billing/review", "/billing/merge"} {
			b.post("/customers/"+bad+rest, url.Values{"email": {"x"}}).want(http.StatusNotFound)
		}
	}
	if got := len(site.sim.Journal().Requests); got != calls {
		t.Errorf("%d calls were made", got-calls)
	}
	unknown := b.get("/customers/3f1d6c7e-8a52-4b90-9d1e-2c7f5a60b134").want(http.StatusNotFound, "not in your partner account")
	unknown.follow("Search customers").want(http.StatusOK)
	b.get("/customers/"+strings.ToUpper(id)).want(http.StatusOK, "Harbourline Ceramics")
}

func TestABentReviewSavesNothing(t *testing.T) { t.Run("V2.3.1", testABentReviewSavesNothing) }

func testABentReviewSavesNothing(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	for _, story := range map[string]struct {
		bend   func(f *form)
		status int
		text   string
	}{
		"another ETag":          {func(f *form) { f.fill("etag", "*") }, 400, "Nothing has been saved"},
		"no ETag":               {func(f *form) { f.values.Del("etag") }, 400, "Nothing has been saved"},
		"A-17 no token":         {func(f *form) { f.values.Del("csrf") }, 403, "Nothing has been saved"},
		"another key":           {func(f *form) { f.fill("key", pcclient.NewGUID()) }, 404, ""},
		"no key":                {func(f *form) { f.values.Del("key") }, 404, ""},
		"two keys":              {func(f *form) { f.values.Add("key", pcclient.NewGUID()) }, 404, ""},
		"a key of another page": {func(f *form) { f.action.RawQuery = "draft=0123456789abcdef01234567" }, 404, ""},
		"no draft":              {func(f *form) { f.action.RawQuery = "" }, 404, ""},
		"another customer": {func(f *form) {
			f.action.Path = strings.ReplaceAll(f.action.Path, string(id), string(site.customer(vilaNova)))
		}, 404, ""},
	} {
		review := b.toReview(id, "email", "typed@harbourline.example")
		f := review.form("key")
		story.bend(f)
		p := f.press().want(story.status, story.text)
		safe(t, p)
		if story.text != "" {
			p.shows("Review 1 change", "typed@harbourline.example").form("key")
		}
		review.b.get(review.url.RequestURI()).want(http.StatusOK, "typed@harbourline.example")
	}
	site.wantPuts(0, 0)
}

// A merge page that was bent, or went stale, comes back with choices and texts.
func TestABentMergeComesBackWhole(t *testing.T) {
	for name, story := range map[string]struct {
		bend   func(f *form)
		status int
	}{
		"A-17 no token":    {func(f *form) { f.values.Del("csrf") }, 403},
		"another ETag":     {func(f *form) { f.fill("etag", "*") }, 400},
		"a bent base":      {func(f *form) { f.fill("base", "x") }, 400},
		"an unknown field": {func(f *form) { f.fill("id", "x") }, 400},
		"unknown button":   {func(f *form) { f.fill("do", "all") }, 400},
		"no such choice":   {func(f *form) { f.fill("choice.email", "everything") }, 422},
	} {
		t.Run(name, func(t *testing.T) {
			site, id, f := conflictSite(t, "412")
			f.fill("email", "mine@harbourline.example")
			site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
			m := f.press().want(http.StatusConflict).form("choice.email").fill("choice.email", "other").fill("email", "other@harbourline.example")
			story.bend(m)
			back := m.press().want(story.status)
			safe(t, back)
			again := back.form("choice.email").wants("email", "other@harbourline.example")
			again.fill("choice.email", "other").press("do", "review").want(http.StatusOK, "other@harbourline.example").save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
		})
	}
}

// a form that another page sent is not carried out, whatever it holds.
func TestA14A15OtherPagesForms(t *testing.T) { t.Run("V3.5.1", testA14A15OtherPagesForms) }

func testA14A15OtherPagesForms(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	review := b.toReview(id, "email", "typed@harbourline.example")
	for name, headers := range map[string]map[string]string{
		"A-14 another site":                  {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"A-15 a sibling host":                {"Sec-Fetch-Site": "same-site", "Origin": "https://other.portal.example"},
		"A-14 an old browser, another site":  {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
		"A-14 a sandboxed frame":             {"Sec-Fetch-Site": "", "Origin": "null"},
		"A-15 an old browser, the http twin": {"Sec-Fetch-Site": "same-site", "Origin": "http://portal.example"},
	} {
		for _, f := range []*form{review.form("key"), b.edit(id).fill("email", "x@harbourline.example"), b.get("/").form("csrf")} {
			r := b.request(http.MethodPost, f.action.String(), f.values)
			for key, value := range headers {
				r.Header.Del(key)
				if value != "" {
					r.Header.Set(key, value)
				}
			}
			p := b.do(r)
			p.want(http.StatusForbidden, "did not come from", "Nothing was saved")
			safe(t, p)
			if strings.Contains(p.body, "typed@") || p.find(func(n *node) bool { return n.Data == "form" }) != nil {
				t.Errorf("%s: the refusal is no plain page", name)
			}
		}
	}
	site.wantPuts(0, 0)
	b.get("/").want(http.StatusOK)
	review.save().want(http.StatusOK, "Billing profile saved.")
}

// whichever form another page sends, or a page of ours without its token: it is
// refused, nothing changes here or at Partner Center, and one line of the log tells of it.
func TestV351EveryFormOfOthersIsRefusedAndLogged(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	b.toReview(site.customer(harbourline), "email", "typed@harbourline.example")
	state := func() string {
		var all []string
		for _, table := range []string{"drafts", "submissions", "audit WHERE kind <> 'outside'", "sessions", "preferences"} {
			var n int
			must(t, site.db.Read().QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
			all = append(all, fmt.Sprint(table, " ", n))
		}
		return strings.Join(all, ", ")
	}
	before := state()
	for name, c := range map[string]struct {
		site, origin string
		reasons      string
	}{
		"A-14 another site":             {"cross-site", "https://evil.example", "cross_origin"},
		"A-15 a sibling host":           {"same-site", "https://other.portal.example", "cross_origin"},
		"A-14 an old browser":           {"", "https://evil.example", "cross_origin"},
		"A-14 a page without an origin": {"", "null", "cross_origin"},
		"A-17 no token":                 {"same-origin", portalOrigin, "form_token stale_form"},
	} {
		for _, rt := range handlers.Routes(false) {
			machine := rt.Rate == string(middleware.RateMachine) || rt.Rate == string(middleware.RateReport)
			if rt.Method != http.MethodPost || machine || rt.Right == string(middleware.Public) && c.site == "same-origin" {
				continue
			}
			if c.site == "same-origin" && slices.Contains([]string{"undo", "review", "merge"}, rt.Path[strings.LastIndex(rt.Path, "/")+1:]) {
				continue // these look for what they are about first; the stories of bent forms send them
			}
			t.Run("V3.5.1 "+name+" "+rt.Path, func(t *testing.T) {
				b.t = t
				r := b.visit(rt, site.address(rt))
				r.Header.Del("Sec-Fetch-Site")
				r.Header.Set("Origin", c.origin)
				if c.site != "" {
					r.Header.Set("Sec-Fetch-Site", c.site)
				}
				from := len(site.log.String())
				b.bare(r).want(http.StatusForbidden)
				told := 0
				for line := range strings.Lines(site.log.String()[from:]) {
					var l struct {
						Msg, Reason, Client, Reference, Path string
						Status                               int
					}
					must(t, json.Unmarshal([]byte(line), &l))
					if l.Msg == "request" && l.Status == http.StatusForbidden && slices.Contains(strings.Fields(c.reasons), l.Reason) && l.Client != "" && l.Reference != "" && l.Path == r.URL.EscapedPath() {
						told++
					}
				}
				if told != 1 {
					t.Errorf("%d lines tell of it:\n%s", told, site.log.String()[from:])
				}
				if after := state(); after != before {
					t.Errorf("%s became %s", before, after)
				}
			})
		}
	}
	b.t = t
	site.wantPuts(0, 0)
}

// only plain forms of sensible size are read at all.
func TestA44A45Bodies(t *testing.T) { t.Run("V3.5.2 V1.5.1", testA44A45Bodies) }

func testA44A45Bodies(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	f := b.edit(id).fill("email", "typed@harbourline.example")
	send := func(kind, encoding string, body []byte) *page {
		r := b.request(http.MethodPost, f.action.String(), f.values)
		r.Header.Del("Content-Type")
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		if encoding != "" {
			r.Header.Set("Content-Encoding", encoding)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), -1
		p := b.do(r)
		safe(t, p)
		return p
	}
	good := []byte(f.values.Encode())
	for _, kind := range []string{
		"", "application/json", "application/xml", "text/xml", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-16",
		"application/x-www-form-urlencoded; charset=iso-8859-1", "application/x-www-form-urlencoded, application/json", "application/x-www-form-urlencoded;;;=", "x", "*/*",
	} {
		send(kind, "", good).want(http.StatusUnsupportedMediaType, "not a plain form", "Nothing was saved")
	}
	send("application/x-www-form-urlencoded", "gzip", good).want(http.StatusUnsupportedMediaType)
	send("application/x-www-form-urlencoded", "", bytes.Repeat([]byte("a=1&"), 1<<18)).want(http.StatusRequestEntityTooLarge, "too large", "64 KB")
	send("application/x-www-form-urlencoded", "", append(good, bytes.Repeat([]byte("&companyName=x"), 4000)...)).want(http.StatusBadRequest)
	send("application/x-www-form-urlencoded", "", []byte("%zz=%zz&email=typed@harbourline.example")).want(http.StatusBadRequest)
	send("Application/X-WWW-Form-Urlencoded; Charset=UTF-8", "", good).want(http.StatusOK, "Review 1 change")
	site.wantPuts(0, 0)
}

// a cookie that opens nothing is nobody's, however large or many.
func TestA26A27Cookies(t *testing.T) {
	site := newSite(t)
	long := strings.Repeat("x", 1<<20)
	for name, cookie := range map[string]string{
		"10,000 cookies": strings.Repeat("a=b; ", 10_000) + session.CookieName + "=x",
		"a giant cookie": session.CookieName + "=" + long,
		"twin cookies":   session.CookieName + "=x; " + session.CookieName + "=y",
		"an empty one":   session.CookieName + "=",
		"not a cookie":   ";;;=\"\x7f",
	} {
		b := site.anybody()
		r := b.request(http.MethodGet, "/customers", nil)
		r.Header.Set("Cookie", cookie)
		answer, err := noRedirects(b).Do(r)
		must(t, err)
		if p := read(b, answer); p.status != http.StatusSeeOther {
			t.Errorf("%s: %d", name, p.status)
		}
		if strings.HasPrefix(cookie, session.CookieName) && !strings.Contains(strings.Join(answer.Header.Values("Set-Cookie"), "\n"), session.CookieName+"=;") {
			t.Errorf("%s: the cookie is not cleared: %q", name, answer.Header.Values("Set-Cookie"))
		}
	}
}

// what somebody stored upstream is text on every page, whatever it says.
func TestA46HostileTextIsText(t *testing.T) {
	hostile := `"><script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) {{7*7}} ${x}`
	const override = "\u202e"
	site := newSite(t)
	id := site.customer(harbourline)
	names := []string{"companyName", "firstName", "lastName", "email", "defaultAddress.city", "defaultAddress.addressLine1", "defaultAddress.phoneNumber"}
	plant := func(mark string) {
		for _, name := range names {
			site.elsewhere(id, `<script>alert("who")</script>`, name, override+hostile+mark)
		}
	}
	plant("")
	b := site.signIn("Ada Admin")
	check := func(p *page, texts ...string) *page {
		t.Helper()
		safe(t, p)
		p.shows(texts...)
		if strings.Contains(p.body, override) {
			t.Errorf("%s: text is turned around", p.url)
		}
		for n := range p.root.Descendants() {
			if n.Data == "img" || n.Data == "script" && attr(n, "src") == "" || strings.HasPrefix(attr(n, "href"), "javascript:") {
				t.Errorf("%s: <%s> got into the page", p.url, n.Data)
			}
		}
		return p
	}
	check(b.get(overview(id)).want(http.StatusOK), hostile)
	check(b.get("/customers").want(http.StatusOK))
	check(b.get("/").want(http.StatusOK))
	f := check(b.get(billing(id)).want(http.StatusOK)).form("email").wants("companyName", hostile).wants("firstName", hostile)
	review := check(f.fill("firstName", hostile+" mine").press().want(http.StatusOK, "Review 1 change"), "script>alert(1)")
	plant(" more")
	m := check(review.save().want(http.StatusConflict), "alert(1)")
	result := check(m.form("choice.contact").fill("choice.contact", "mine").press("do", "review").want(http.StatusOK)).save()
	check(result)
	check(b.get(overview(id)).want(http.StatusOK))
	check(b.get("/customers?q="+url.QueryEscape(hostile)), hostile)
	for _, item := range merge.Items() {
		check(m.form("choice.contact").fill("choice."+string(item), hostile).press())
	}
}

// UK is what people call it, and what scripts send: the rules are those of GB.
func TestUKIsTheUnitedKingdom(t *testing.T) {
	site := newSite(t)
	f := site.signIn("Ada Admin").edit(site.customer(harbourline)).fill("defaultAddress.country", "UK")
	f.press("do", "country").want(http.StatusOK, "Rules for the United Kingdom", "Postcode")
	for _, r := range site.sim.Journal().Requests {
		if strings.HasSuffix(r.Path, "/countryvalidationrules/UK") {
			t.Error("Partner Center was asked for rules of UK")
		}
	}
}
