package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
)

// Text is decoded once, kept as it is, and escaped where it is shown.
func TestTextIsKeptAsTyped(t *testing.T) {
	for _, typed := range []string{`<b>&"'`, `&lt;b&gt;`, `%2561`, `%3Cb%3E`, `&amp;amp;`, `\u003cb\u003e`, `a+b%20c`, `&#x3C;`} {
		t.Run("V1.1.1 V1.1.2 "+url.QueryEscape(typed), func(t *testing.T) {
			site := newSite(t)
			id := site.customer(harbourline)
			b := site.signIn("Ada Admin")
			b.toReview(id, "firstName", typed).shows(typed).save().want(http.StatusOK, "Billing profile saved.", typed)
			site.storedHas(id, "firstName", typed)
			entries, err := site.trail.Applied(t.Context(), id, 1)
			must(t, err)
			if len(entries) != 1 {
				t.Fatalf("%d entries", len(entries))
			}
			if got := entries[0].After["firstName"]; got != typed {
				t.Errorf("the trail has %q", got)
			}
			b.get(overview(id)).shows(typed)
			b.edit(id).wants("firstName", typed)
		})
	}
}

// What is searched for is one value of the call to Partner Center, and a customer's id
// one part of its path.
func TestASearchStaysASearch(t *testing.T) {
	for _, text := range []string{`a/b?c#d%e&f=g..h`, `x&size=9999`, `%2561`, `","Operator":"x`, `../partners`, `a"b\c`, `;drop`, "tab\there"} {
		t.Run("V1.2.2 V1.1.1 "+url.QueryEscape(text), func(t *testing.T) {
			site := newSite(t)
			b := site.signIn("Ada Admin")
			b.get("/customers?q=" + url.QueryEscape(text)).want(http.StatusOK)
			found := false
			for _, r := range site.sim.Journal().Requests {
				if r.Path != "/v1/customers" && !strings.HasPrefix(r.Path, "/v1/customers/") {
					t.Errorf("it led to %s", r.Path)
				}
				q, err := url.ParseQuery(r.Query)
				must(t, err)
				for name, values := range q {
					if len(values) != 1 || name != "size" && name != "filter" && name != "seekOperation" {
						t.Errorf("%s=%q", name, values)
					}
				}
				var filter struct{ Field, Value, Operator string }
				if q.Has("filter") {
					must(t, json.Unmarshal([]byte(q.Get("filter")), &filter))
					found = found || filter.Value == strings.Join(strings.Fields(text), " ") || filter.Value == text
				}
			}
			if !found {
				t.Errorf("nobody asked for %q: %+v", text, site.sim.Journal().Requests)
			}
		})
	}
	t.Run("V4.2.5 V13.2.4 the longest search, and only to Partner Center", func(t *testing.T) {
		site := newSite(t)
		longest := 0
		hosts := map[string]bool{}
		site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
			hosts[q.URL.Host] = true
			size := len(q.Method) + len(q.URL.RequestURI())
			for name, values := range q.Header {
				size += len(name) + len(strings.Join(values, ",")) + 4
			}
			longest = max(longest, size)
			return next.RoundTrip(q)
		})
		b := site.signIn("Ada Admin")
		b.get("/customers?q=" + strings.Repeat("%22", 9000)).want(http.StatusOK)
		b.get("/customers?q=https%3A%2F%2Fevil.example%2F").want(http.StatusOK)
		if longest == 0 || longest > 16<<10 {
			t.Errorf("a call of %d bytes", longest)
		}
		if len(hosts) != 1 || !hosts["partnercenter.example"] {
			t.Errorf("calls to %v", hosts)
		}
	})
}

// Wherever people name an address, the portal calls the two that its settings name and no
// other. That of all stories is watched too: see strays.
func TestNobodyChoosesWhomThePortalCalls(t *testing.T) {
	t.Run("V1.3.6 V13.2.4 V13.2.5", testNobodyChoosesWhomThePortalCalls)
}

func testNobodyChoosesWhomThePortalCalls(t *testing.T) {
	const evil = "https://evil.example/x"
	site := newSite(t)
	var mu sync.Mutex
	called := map[string]bool{}
	for _, host := range []string{"signin.example", "partnercenter.example"} {
		site.hosts[host] = watching{site.hosts[host], func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			called[r.URL.Host] = true
		}}
	}
	id := site.customer(harbourline)
	site.provider.SetHooks(demo.Hooks{IDToken: func(token *demo.Token) {
		token.Header["jku"], token.Header["x5u"] = evil, evil
		token.Claims["picture"], token.Claims["profile"], token.Claims["_claim_sources"] = evil, evil, map[string]any{"src1": map[string]any{"endpoint": evil}}
	}})
	b := site.signIn("Ada Admin")
	must(t, site.sim.EditElsewhere(id, "Ines Duarte", []byte(`{"links":{"self":{"uri":"`+evil+`"},"next":{"uri":"`+evil+`"}}}`)))
	q := url.QueryEscape(evil)
	for _, path := range []string{"/customers?q=" + q, "/customers?after=" + q, "/customers?next=" + q, "/?return=" + q, "/signin?return=" + q, "/auth/callback?iss=" + q + "&code=x&state=y", "/changes?after=" + q} {
		r := b.request(http.MethodGet, path, nil)
		for _, name := range []string{"Referer", "Origin", "X-Forwarded-Host", "X-Original-Url", "Destination"} {
			r.Header.Set(name, evil)
		}
		b.do(r)
	}
	b.toReview(id, "companyName", evil, "defaultAddress.addressLine2", evil).save().want(http.StatusOK, "Billing profile saved.")
	site.backChannel("/backchannel-logout", site.logoutToken(demo.People()[0].Subject, "", func(token *demo.Token) { token.Header["jku"] = evil })).want(http.StatusOK)
	if len(called) != 2 {
		t.Errorf("it called %v", called)
	}
}

// A value has one source: what stands in the address does not stand in for, or beside, an
// input of the form.
func TestOneSourceOfEachValue(t *testing.T) { t.Run("V15.3.7", testOneSourceOfEachValue) }

func testOneSourceOfEachValue(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	before := site.stored(id)
	f := b.edit(id).fill("email", "body@harbourline.example")
	f.action.RawQuery += "&email=query@evil.example&lastName=Query&do=discard&etag=x"
	review := f.press("do", "review").want(http.StatusOK, "Review 1 change", "body@harbourline.example").hides("query@evil.example")
	save := review.form("key")
	save.action.RawQuery += "&email=query@evil.example&key=" + save.values.Get("key")
	save.press("do", "save").want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "email", "body@harbourline.example", "lastName", before["lastName"])

	twice := b.edit(id)
	twice.values.Add("email", "second@harbourline.example")
	twice.press("do", "review").want(http.StatusBadRequest)
}

// Numbers that people can write into an address are small, whole and above nought.
func TestOddNumbers(t *testing.T) {
	for _, n := range []string{"0", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "1e9", "1.5", "0x1", "٣", "99999999999999999999999999", "+1", "NaN", " 1",
		"9223372036854775807.9223372036854775807", "-9223372036854775808.-9223372036854775808", "1.9223372036854775808"} {
		t.Run("V1.4.2 V15.3.5 "+n, func(t *testing.T) {
			site := newSite(t)
			b := site.signIn("Ada Admin")
			id := site.customer(harbourline)
			for _, path := range []string{history(id) + "/" + url.PathEscape(n), overview(id) + "/saves/" + url.PathEscape(n)} {
				b.get(path).want(http.StatusNotFound)
			}
			for _, path := range []string{"/customers?page=", "/customers?size=", "/customers?after=", history(id) + "?after=", "/changes?after="} {
				p := b.get(path + url.QueryEscape(n)).want(http.StatusOK)
				// What is no place of a list of changes leads to the list's begin.
				place := n == "1.5" || strings.HasPrefix(n, "9223372036854775807.") || strings.HasPrefix(n, "-9223372036854775808.")
				if strings.HasSuffix(path, "?after=") && !strings.HasPrefix(path, "/customers?") && p.url.Query().Has("after") != place {
					t.Errorf("%s%s: shown at %s", path, n, p.url)
				}
			}
		})
	}
}

// Fields that go together are judged together.
func TestFieldsThatGoTogether(t *testing.T) {
	for name, fields := range map[string][]string{
		"a German postal code in the US": {"defaultAddress.postalCode", "8033"},
		"a US address without a state":   {"defaultAddress.state", ""},
		"a state of another country":     {"defaultAddress.state", "Bayern"},
		"a US postal code in Germany":    {"defaultAddress.country", "DE", "defaultAddress.postalCode", "98104-1234"},
	} {
		t.Run("V2.2.3 "+name, func(t *testing.T) {
			site := newSite(t)
			f := site.signIn("Ada Admin").edit(site.customer(harbourline))
			for i := 0; i < len(fields); i += 2 {
				f.fill(fields[i], fields[i+1])
			}
			p := f.press("do", "review")
			if p.status != http.StatusUnprocessableEntity || p.find(func(n *node) bool { return attr(n, "aria-invalid") == "true" }) == nil {
				t.Errorf("%d, or no field is marked:\n%s", p.status, p.text())
			}
			site.wantPuts(0, 0)
		})
	}
}

// Pages show what they are for: members of Partner Center's that the portal does not
// know leave no trace, and a list has what tells customers apart.
func TestOnlyWhatIsNeededIsShown(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	must(t, site.sim.EditElsewhere(id, "Ines Duarte", []byte(`{"seededMember":"seeded-value","taxId":"seeded-tax","defaultAddress":{"seededPart":"seeded-part"}}`)))
	b := site.signIn("Ada Admin")
	if raw, _ := site.sim.BillingProfile(id); !strings.Contains(string(raw), "seeded-value") {
		t.Fatal("Partner Center does not hold the members")
	}
	t.Run("V15.3.1 unknown members stay where they are", func(t *testing.T) {
		list := []*page{b.get(overview(id)), b.get(billing(id)), b.toReview(id, "email", "typed@harbourline.example"), b.get(history(id)), b.get("/customers"), b.get("/changes.csv")}
		for _, p := range append(list, list[2].save()) {
			if strings.Contains(p.body, "seeded") {
				t.Errorf("%s shows one", p.url)
			}
		}
		if raw, _ := site.sim.BillingProfile(id); !strings.Contains(string(raw), "seeded-value") || !strings.Contains(string(raw), "seeded-part") {
			t.Error("a save took them away")
		}
	})
	t.Run("V14.2.6 a list names customers and no people", func(t *testing.T) {
		b.get("/customers?q=Harbourline").want(http.StatusOK, "Harbourline Ceramics").hides("Whitfield", "typed@harbourline.example", "2065550142", "Alaskan", "98104")
		b.get(overview(id)).shows("Whitfield", "2065550142")
	})
}

// Partner Center is asked as the person who asks, also when many do at once.
func TestTheUpstreamSeesThePerson(t *testing.T) { t.Run("V8.3.3", testTheUpstreamSeesThePerson) }

func testTheUpstreamSeesThePerson(t *testing.T) {
	site := newSite(t)
	people := map[string]int{"Ada Admin": harbourline, "Sam Sales": vilaNova}
	browsers := map[string]*browser{}
	for name := range people {
		browsers[name] = site.signIn(name)
	}
	from := len(site.sim.Journal().Requests)
	var group sync.WaitGroup
	for name, customer := range people {
		for range 20 {
			group.Go(func() {
				p := browsers[name].get(overview(site.customer(customer)))
				if p.status != http.StatusOK {
					t.Errorf("%s: %d", name, p.status)
				}
			})
		}
	}
	group.Wait()
	asked := 0
	for _, r := range site.sim.Journal().Requests[from:] {
		for name, customer := range people {
			if strings.Contains(r.Path, string(site.customer(customer))) {
				asked++
				if first, _, _ := strings.Cut(strings.ToLower(name), " "); !strings.HasPrefix(r.Subject, first) {
					t.Errorf("%s was asked as %s for %s", r.Path, r.Subject, name)
				}
			}
		}
	}
	if asked < 40 {
		t.Errorf("%d calls", asked)
	}
}

// An error page has our words and a reference, and nothing of how the portal is made or
// what others said.
func TestErrorPagesAreBare(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	id := site.customer(harbourline)
	inside := []string{"goroutine", ".go:", "panic", "SELECT", "INSERT", "sql", "partnercenter.example", "Bearer", "eyJ", "seeded-upstream", "pcclient", "runtime error", "0xc0"}
	bare := func(name string, status int, p *page) {
		t.Helper()
		t.Run("V16.5.1 "+name, func(t *testing.T) {
			if p.status != status {
				t.Fatalf("%d:\n%s", p.status, p.text())
			}
			for _, word := range inside {
				if strings.Contains(p.text(), word) {
					t.Errorf("it holds %q:\n%s", word, p.text())
				}
			}
			if status >= 500 && !strings.Contains(p.body, "Reference") {
				t.Error("no reference")
			}
		})
	}
	bare("nothing there", http.StatusNotFound, b.get("/nowhere"))
	bare("another method", http.StatusMethodNotAllowed, b.post(overview(id), url.Values{}))
	bare("no form of ours", http.StatusForbidden, b.post(billing(id), url.Values{"csrf": {"x"}}))
	site.sim.AddFaults(pcsim.Fault{Path: "/v1/customers/*", Times: -1, Status: 500, Shape: pcsim.ShapeText})
	bare("Partner Center is down", http.StatusServiceUnavailable, b.get(overview(id)))
	site.sim.ClearFaults()
	mend := site.panics()
	bare("a panic", http.StatusInternalServerError, b.get(overview(id)))
	mend()
	back := site.away("sessions")
	bare("no storage", http.StatusServiceUnavailable, b.get(overview(id)))
	back()
}

// Who signed in, who was refused and why, and what looks like an attack stands in the
// log: one line each, with a reason.
func TestWhatTheLogTells(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	type line struct {
		Time, Level, Msg, Reason, Operator, Reference, Path, Client string
		Status                                                      int
	}
	var from int
	lines := func() (list []line) {
		text := site.log.String()
		for _, raw := range strings.Split(strings.TrimSpace(text[from:]), "\n") {
			var l line
			must(t, json.Unmarshal([]byte(raw), &l))
			list = append(list, l)
		}
		from = len(text)
		return list
	}
	one := func(name string, act func(), fits func(line) bool) {
		t.Helper()
		from = len(site.log.String())
		act()
		all := lines()
		t.Run(name, func(t *testing.T) {
			n := 0
			for _, l := range all {
				if fits(l) {
					n++
				}
				if _, err := time.Parse(time.RFC3339Nano, l.Time); err != nil || l.Level == "" || l.Msg == "" {
					t.Errorf("V16.2.1 a line without time, level or event: %+v", l)
				}
				if l.Msg == "request" && (l.Reference == "" || l.Path == "" || l.Client == "" || l.Status == 0) {
					t.Errorf("V16.2.1 a request without what, where or from where: %+v", l)
				}
			}
			if n != 1 {
				t.Errorf("%d lines tell of it:\n%+v", n, all)
			}
		})
	}
	reason := func(status int, want string) func(line) bool {
		return func(l line) bool {
			return l.Msg == "request" && l.Status == status && l.Reason == want && (l.Level == "WARN" || status != http.StatusForbidden)
		}
	}
	var b *browser
	one("V16.3.1 V16.2.1 a sign-in", func() { b = site.signIn("Ada Admin") }, func(l line) bool {
		return l.Path == "/auth/callback" && l.Status == http.StatusSeeOther && l.Operator != ""
	})
	one("V16.3.1 a sign-in without a role", func() { site.anybody().get("/auth/start").choose("Nora Norole") }, func(l line) bool {
		return l.Msg == "request" && l.Status == http.StatusForbidden && l.Reason == "no_role" && l.Operator != ""
	})
	one("V16.3.1 a sign-in that nobody began", func() { site.anybody().get("/auth/callback?code=x&state=y") }, func(l line) bool { return l.Msg == "request" && l.Reason == "transaction_missing" })
	one("V16.3.2 somebody without the right", func() { site.viewer().get(billing(id)) }, func(l line) bool {
		return l.Status == http.StatusForbidden && l.Reason == "forbidden" && l.Operator != ""
	})
	one("V16.3.3 a form of another site", func() {
		r := b.request(http.MethodPost, billing(id), url.Values{})
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		b.do(r)
	}, reason(http.StatusForbidden, "cross_origin"))
	one("V16.3.3 a form without its token", func() { b.edit(id).fill("csrf", "x").press("do", "review") }, reason(http.StatusForbidden, "form_token"))
	one("V16.3.3 a bent form", func() { b.edit(id).fill("isAdmin", "true").press("do", "review") }, reason(http.StatusBadRequest, "form_malformed"))
	one("V16.3.3 another host", func() {
		r := b.request(http.MethodGet, "/", nil)
		r.Host = "evil.example"
		b.do(r)
	}, reason(http.StatusMisdirectedRequest, "host"))
	one("V16.3.3 another body", func() {
		r := b.request(http.MethodPost, billing(id), url.Values{})
		r.Header.Set("Content-Type", "application/json")
		b.do(r)
	}, reason(http.StatusUnsupportedMediaType, "body_type"))
	mend := site.panics()
	one("V16.3.4 a panic", func() { b.get(overview(id)) }, func(l line) bool { return l.Msg == "panic" && l.Reference != "" })
	mend()
	site.sim.AddFaults(pcsim.Fault{Path: "/v1/customers/*", Times: -1, Status: 500, Shape: pcsim.ShapeText})
	one("V16.3.4 Partner Center fails", func() { b.get(overview(id)) }, func(l line) bool {
		return l.Msg == "request" && l.Status == http.StatusServiceUnavailable && l.Reason == "upstream_down"
	})
	site.sim.ClearFaults()
}

// A browser that says nothing of where a form comes from works, and its forms still need
// their token. No page needs a script: none of these stories runs one.
func TestAPlainBrowser(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	plain := func(f *form) *page {
		r := b.request(http.MethodPost, f.action.String(), f.values)
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Del("Origin")
		return b.do(r)
	}
	t.Run("V3.1.1 V3.7.5 its forms work", func(t *testing.T) {
		review := plain(b.edit(id).fill("email", "plain@harbourline.example").fill("do", "review")).asTyped().want(http.StatusOK, "Review 1 change")
		plain(review.form("key").fill("do", "save")).want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "plain@harbourline.example")
	})
	t.Run("V3.7.5 and are not believed without their token", func(t *testing.T) {
		f := b.edit(id).fill("email", "forged@harbourline.example").fill("do", "review")
		f.values.Del("csrf")
		plain(f).want(http.StatusForbidden)
		site.wantPuts(1, 1)
	})
}

// What takes long for one takes nothing from others: while somebody's downloads stand half
// read, and somebody's searches wait for Partner Center, everybody else searches, opens pages
// and saves as ever. Nobody's work could end here before the heavy work does, if it waited
// for it.
func TestHeavyWorkHoldsNobodyUp(t *testing.T) {
	t.Run("V15.2.2", func(t *testing.T) {
		site := unseen(t)
		site.many(600, 300)
		client, origin := site.onSocket("Ada Admin", time.Minute)
		var group sync.WaitGroup
		stop, started := make(chan struct{}), make(chan struct{}, 10)
		for range cap(started) {
			group.Go(func() {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/changes.csv", nil)
				if err != nil {
					t.Error(err)
					return
				}
				answer, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				defer answer.Body.Close()
				started <- struct{}{}
				<-stop // nothing of it is read
			})
		}
		<-started // one is under way, and the others are or wait for their turn
		ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
		waiting := make(chan struct{}, 20)
		site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
			if strings.Contains(q.URL.RawQuery, "slowly") {
				waiting <- struct{}{}
				<-stop
			}
			return next.RoundTrip(q)
		})
		for range cap(waiting) {
			group.Go(func() { ada.get("/customers?q=slowly") })
		}
		for range cap(waiting) {
			<-waiting
		}
		id := site.customer(harbourline)
		for n := range 10 {
			sam.get("/customers?q=harbour").want(http.StatusOK)
			sam.get(overview(id)).want(http.StatusOK)
			sam.toReview(id, "email", fmt.Sprintf("n%d@harbourline.example", n)).save().want(http.StatusOK, "Billing profile saved.")
		}
		site.signIn("Petra Portfolio").get("/").want(http.StatusOK)
		close(stop)
		group.Wait()
	})
}
