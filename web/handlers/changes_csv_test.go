package handlers_test

import (
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/handlers"
)

// lines are the lines of a CSV file as a spreadsheet reads them, without the first.
func (p *page) lines() [][]string {
	p.b.t.Helper()
	if got := p.header.Get("Content-Type"); got != "text/csv; charset=utf-8" || !strings.HasPrefix(p.header.Get("Content-Disposition"), `attachment; filename="`) {
		p.b.t.Fatalf("%s is no file: %s %s", p.url, got, p.header.Get("Content-Disposition"))
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.body, "\ufeff"))).ReadAll()
	if err != nil || len(lines) == 0 {
		p.b.t.Fatalf("not CSV: %v\n%s", err, p.body)
	}
	want := []string{"entry", "time", "kind", "via", "customer", "customerName", "who", "field", "before", "after", "why", "requestId", "correlationId"}
	if diff := cmp.Diff(want, lines[0]); diff != "" {
		p.b.t.Errorf("the first line (-want +got):\n%s", diff)
	}
	return lines[1:]
}

// What the page lists under its filter is in the file, a line for each changed field, for
// a customer and for all.
func TestChangesCanBeTakenAlong(t *testing.T) {
	site := unseen(t)
	id, other := site.customer(harbourline), site.customer(vilaNova)
	b := site.signIn("Ada Admin")
	b.edits(id, "email", "invoices@harbourline.example", "defaultAddress.addressLine2", "Floor 9", "defaultAddress.phoneNumber", "206 555 0199")
	site.emailBy(other, audit.Outside, audit.ViaOutside, "ines.duarte@partner.example", time.Hour, "a@vila.example", "b@vila.example")
	site.noted(audit.Entry{Kind: audit.Applied, Customer: other, Submission: pcclient.NewGUID(), Time: site.clock.now().Add(-2 * time.Hour), OperatorName: "Sam Sales", Fields: []string{forms.Phone}}, audit.Values{})

	list := b.get(history(id)).want(http.StatusOK)
	lines := list.follow("Export CSV").lines()
	if len(lines) != 3 || lines[0][7] != forms.Email || lines[0][6] != "Ada Admin" || lines[0][9] != "invoices@harbourline.example" || lines[0][4] != string(id) || lines[0][5] != site.stored(id)[forms.CompanyName] || lines[0][3] != "form" {
		t.Errorf("the customer's file: %q", lines)
	}
	all := b.get("/changes").follow("Export CSV").lines()
	if len(all) != 5 || all[3][9] != "b@vila.example" || all[4][7] != forms.Phone || all[4][9] != "" {
		t.Errorf("the file of all: %q", all)
	}
	outside := b.get("/changes?via=outside&who=duarte&customer="+string(other)).want(http.StatusOK, "1 change on this page").follow("Export CSV").lines()
	if len(outside) != 1 || outside[0][2] != "outside" || outside[0][6] != "ines.duarte@partner.example" {
		t.Errorf("the filtered file: %q", outside)
	}
	if none := b.get("/changes.csv?who=nobody").lines(); len(none) != 0 {
		t.Errorf("nothing fits, and the file has %q", none)
	}
	if p := b.get("/changes.csv?from=yesterday"); p.url.Path != "/changes" || p.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong filter leads to %s, %d", p.url, p.status)
	}
	if p := b.do(b.request(http.MethodHead, "/changes.csv", nil)); p.status != http.StatusOK || p.body != "" {
		t.Errorf("HEAD: %d %q", p.status, p.body)
	}
	if !strings.Contains(site.log.String(), `"msg":"changes exported"`) {
		t.Error("the log does not say that changes were exported")
	}
}

func TestA51ExportedCellsAreNeutral(t *testing.T) { t.Run("V1.2.10", testA51ExportedCellsAreNeutral) }

func testA51ExportedCellsAreNeutral(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	formula := "=cmd|' /C calc'!A0"
	site.noted(audit.Entry{Kind: audit.Outside, Customer: id, Submission: pcclient.NewGUID(), OperatorName: formula + "\u202e", Fields: []string{forms.CompanyName}, RequestID: formula, CorrelationID: formula},
		audit.Values{Before: map[string]string{forms.CompanyName: "+1"}, After: map[string]string{forms.CompanyName: "@SUM(A1)\",x\n<script>"}, Why: "-1+1"})
	line := site.signIn("Ada Admin").get("/changes.csv").lines()[0]
	want := []string{"'@SUM(A1)\",x<script>", "'" + formula, forms.CompanyName, "'+1", "'@SUM(A1)\",x\n<script>", "'-1+1", "'" + formula, "'" + formula}
	if diff := cmp.Diff(want, line[5:]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhoMayTakeChangesAlong(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	site.emailBy(id, audit.Applied, "", "Sam Sales", time.Hour, "a@x.example", "b@x.example")
	viewer := site.viewer()
	viewer.get("/changes.csv").want(http.StatusForbidden).hides("b@x.example")
	if n := len(viewer.get(history(id) + ".csv").lines()); n != 1 {
		t.Errorf("a viewer's file of a customer has %d lines", n)
	}
	site.signIn("Mika Nomfa").get(history(id)+".csv").want(http.StatusForbidden, "second factor").hides("b@x.example")
	site.anybody().get("/changes.csv").hides("b@x.example")

	// After signing in for a file one is on the page that offers it.
	b := site.anybody()
	if p := b.get("/changes.csv?via=form").choose("Ada Admin"); p.url.Path != "/changes" || p.url.RawQuery != "via=form" {
		t.Errorf("after signing in: %s", p.url)
	}
}

// many writes n changes into the trail at once, each with values of so many bytes.
func (s *testSite) many(n, size int) {
	s.t.Helper()
	must(s.t, s.db.Write(s.t.Context(), func(tx *sql.Tx) error {
		for i := range n {
			text := fmt.Sprintf("%08d", i) + strings.Repeat("x", size-8)
			_, err := s.trail.Append(s.t.Context(), tx, audit.Entry{
				Time: s.clock.now().Add(-time.Duration(n-i) * time.Second), Kind: audit.Applied, Customer: s.customer(i % 40), Submission: pcclient.NewGUID(), OperatorName: "Sam Sales", Fields: []string{forms.AddressLine1},
			}, audit.Values{Before: map[string]string{forms.AddressLine1: text}, After: map[string]string{forms.AddressLine1: text}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// onSocket serves the site on a real connection, with a server's limits, and returns the
// client and address of somebody signed in.
func (s *testSite) onSocket(who string, limit time.Duration) (*http.Client, string) {
	s.t.Helper()
	jar := s.signIn(who).client.Jar
	at, err := url.Parse(portalOrigin)
	must(s.t, err)
	cookies := jar.Cookies(at)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = at.Host
		for _, c := range cookies {
			r.AddCookie(c)
		}
		s.portal.ServeHTTP(w, r)
	}))
	server.Config.ReadTimeout, server.Config.WriteTimeout = limit, limit
	server.Start()
	s.t.Cleanup(server.Close)
	return server.Client(), server.URL
}

// A long file may take longer than any page, and a browser may take its time over it.
func TestALongExportOutlastsTheLimitsOfPages(t *testing.T) {
	site := unseen(t)
	site.many(600, 10_000)
	client, origin := site.onSocket("Ada Admin", 300*time.Millisecond)
	answer, err := client.Get(origin + "/changes.csv")
	must(t, err)
	defer answer.Body.Close()
	time.Sleep(900 * time.Millisecond) // by now the buffers between are full, and the limits over
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	if lines := strings.Count(string(body), "\r\n"); lines != 601 || len(body) < 12_000_000 {
		t.Errorf("%d lines in %d bytes", lines, len(body))
	}
}

// A file that breaks off does not look whole: its connection ends before it does.
func TestACutExportIsNoFile(t *testing.T) {
	site := unseen(t)
	site.many(600, 10_000)
	client, origin := site.onSocket("Ada Admin", time.Minute)
	answer, err := client.Get(origin + "/changes.csv")
	must(t, err)
	defer answer.Body.Close()
	if _, err := io.CopyN(io.Discard, answer.Body, 100_000); err != nil {
		t.Fatal(err)
	}
	site.exec(`ALTER TABLE audit_values RENAME TO audit_values_elsewhere`)
	if n, err := io.Copy(io.Discard, answer.Body); err == nil {
		t.Errorf("after %d bytes more the file seems to be whole", n)
	}
	if !strings.Contains(site.log.String(), `"reason":"export_cut"`) {
		t.Error("the log does not say that an export was cut")
	}
	// Cut before its first part, it is a page that says so.
	site.signIn("Ada Admin").get("/changes.csv").want(http.StatusServiceUnavailable, "Nothing was being saved.")
}

// A browser that takes nothing is cut off; the turn to read is given on meanwhile.
func TestA60AStalledDownloadEnds(t *testing.T) {
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		out := handlers.NewDownload(w, 200*time.Millisecond)
		for {
			if _, err := out.Write(make([]byte, 1<<20)); err != nil {
				ended <- err
				return
			}
		}
	}))
	defer server.Close()
	answer, err := server.Client().Get(server.URL)
	must(t, err)
	defer answer.Body.Close()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the download goes on without its browser")
	}
}

// many exports at once take turns and stay small.
func TestA67ManyExportsAtOnceStaySmall(t *testing.T) {
	site := unseen(t)
	const changes, exports = 600, 20
	site.many(changes, 300)
	client, origin := site.onSocket("Ada Admin", time.Minute)
	before, most, done := heap(), uint64(0), make(chan struct{})
	var watching, downloads sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
				most = max(most, heap())
			}
		}
	})
	for range exports {
		downloads.Go(func() {
			answer, err := client.Get(origin + "/changes.csv")
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			if n, err := io.Copy(io.Discard, answer.Body); err != nil || n < changes*600 {
				t.Errorf("%d bytes, %v", n, err)
			}
		})
	}
	downloads.Wait()
	close(done)
	watching.Wait()
	grown := int64(most) - int64(before)
	t.Logf("%d exports of %d changes at once: heap grew by %.1f MB at most", exports, changes, float64(grown)/1e6)
	if grown > 64<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// while Partner Center is slow to tell which customers one export may hold, others
// are read.
func TestA67AnExportThatAsksHoldsUpNoOther(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, "mine country:US", "whole all")})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
	site.many(600, 100)
	sam, ada := site.signIn("Sam Sales"), site.signIn("Ada Admin")
	asked, answer := make(chan struct{}), make(chan struct{})
	tell := sync.OnceFunc(func() { close(asked) })
	site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
		tell()
		<-answer
		return next.RoundTrip(q)
	})
	var exports sync.WaitGroup
	exports.Go(func() {
		lines := sam.get("/changes.csv").lines()
		if len(lines) == 0 || len(lines) >= 600 {
			t.Errorf("the file that asked has %d lines", len(lines))
		}
	})
	<-asked
	done := make(chan int)
	exports.Go(func() { done <- len(ada.get("/changes.csv").lines()) })
	select {
	case n := <-done:
		if n != 600 {
			t.Errorf("the other has %d lines", n)
		}
		close(answer)
	case <-time.After(10 * time.Second):
		t.Error("the other waits for it")
		close(answer)
		<-done
	}
	exports.Wait()
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
