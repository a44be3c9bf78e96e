package handlers_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
)

var writeDocuments = flag.Bool("write-documents", false, "write the tables of addresses, fields and limits into deploy/security.md (make generate)")

// What deploy/security.md says of addresses, fields and limits is what the code holds to.
func TestSecurityTablesAreCurrent(t *testing.T) {
	const path = "../../deploy/security.md"
	for name, table := range map[string]string{"addresses": addressTable(), "fields": fieldTable(), "limits": limitTable(t), "sessions": sessionTable()} {
		t.Run(map[string]string{"addresses": "V8.1.1 V8.1.2 V6.1.1 V6.1.3 ", "fields": "V2.1.1 V2.1.2 ", "limits": "V2.1.3 V15.1.3 ", "sessions": "V7.1.1 V7.1.2 V7.1.3 "}[name]+name, func(t *testing.T) {
			page, err := os.ReadFile(path)
			must(t, err)
			begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->\n"
			before, rest, found := strings.Cut(string(page), begin)
			old, after, closed := strings.Cut(rest, end)
			if !found || !closed {
				t.Fatalf("%s lacks the lines %s and %s", path, begin, end)
			}
			if *writeDocuments {
				must(t, os.WriteFile(path, []byte(before+begin+table+end+after), 0o644))
				return
			}
			if diff := cmp.Diff(table, old); diff != "" {
				t.Errorf("%s is not what the code says; make generate writes it:\n%s", path, diff)
			}
		})
	}
}

func addressTable() string {
	var b strings.Builder
	roles := middleware.Roles()
	fmt.Fprintf(&b, "| Address | Right | %s | Rate | Body |\n| --- | --- |%s --- | --- |\n", strings.Join(roles, " | "), strings.Repeat(" --- |", len(roles)))
	for _, rt := range handlers.Routes(false) {
		fmt.Fprintf(&b, "| `%s %s` | %s |", rt.Method, rt.Path, rt.Right)
		for _, role := range roles {
			if middleware.Right(rt.Right).Allows([]string{role}) {
				b.WriteString(" yes |")
			} else {
				b.WriteString(" – |")
			}
		}
		fmt.Fprintf(&b, " %s | %s |\n", rt.Rate, rt.Body)
	}
	return b.String()
}

// fieldTable asks the checks themselves how long a value may be.
func fieldTable() string {
	us := pcclient.CountryRules{ISO2Code: "US"}
	tooLong := func(name string, n int) bool {
		errs := forms.Validate(forms.Values{forms.Country: "US", name: strings.Repeat("a", n)}, nil, us)
		return errs.For(name).ID == "wrong.long"
	}
	var b strings.Builder
	b.WriteString("| Field, as Partner Center calls it | Most characters | May be empty |\n| --- | --- | --- |\n")
	for _, name := range forms.Names() {
		most := "from a list"
		for n := 1; n <= forms.MaxRunes; n++ {
			if tooLong(name, n+1) {
				most = fmt.Sprint(n)
				break
			}
		}
		empty := "yes"
		if forms.Required(name, us) {
			empty = "no"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, most, empty)
	}
	return b.String()
}

// limitTable spends the limits of each rate to see how far they go.
func limitTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| What | Limit |\n| --- | --- |\n")
	fmt.Fprintf(&b, "| Body of a request | %d KiB |\n| Fields of a form | %d |\n| Characters of a value | %d, or less: see the fields |\n| A draft is kept for | %d days |\n| Versions of a draft, and of a person's drafts | %d, %d |\n",
		middleware.MaxBody>>10, handlers.MaxFormFields, forms.MaxRunes, drafts.Lifetime/(24*time.Hour), drafts.PerDraft, drafts.InAll)
	rates := []middleware.Rate{}
	for _, rt := range handlers.Routes(false) {
		if rate := middleware.Rate(rt.Rate); !slices.Contains(rates, rate) && rate != middleware.RateHealth {
			rates = append(rates, rate)
		}
	}
	slices.Sort(rates)
	for _, rate := range rates {
		now := time.Now()
		l := middleware.NewLimiter(func() time.Time { return now }, time.Second)
		n, wait := 0, time.Duration(0)
		for wait == 0 && n < 10_000 {
			if wait = l.Take(rate, "somebody"); wait == 0 {
				n++
			}
		}
		fmt.Fprintf(&b, "| Requests of the rate *%s* | %d at once, then one each %s |\n", rate, n, wait)
	}
	return b.String()
}

func sessionTable() string {
	return fmt.Sprintf("| Sessions | |\n| --- | --- |\n| End without use after | %s |\n| End in any case after | %s |\n| Of one person at once | %d; one more ends the one unused longest |\n",
		session.IdleLimit, session.AbsoluteLimit, session.MostOfOne)
}

// What a line of a request holds is what deploy/security.md says it holds.
func TestTheLogsFieldsAreDocumented(t *testing.T) {
	t.Run("V16.1.1 V16.2.1", testTheLogsFieldsAreDocumented)
}

func testTheLogsFieldsAreDocumented(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	b.edit(site.customer(harbourline)).fill("csrf", "x").press("do", "review").want(http.StatusForbidden)
	defer site.away("sessions")()
	b.get("/").want(http.StatusServiceUnavailable)
	found := map[string]bool{}
	for line := range strings.Lines(site.log.String()) {
		var fields map[string]any
		must(t, json.Unmarshal([]byte(line), &fields))
		for name := range fields {
			found[name] = found[name] || fields["msg"] == "request"
		}
	}
	text, err := os.ReadFile("../../deploy/security.md")
	must(t, err)
	_, part, _ := strings.Cut(string(text), "## Log\n")
	part, _, _ = strings.Cut(part, "There is no other")
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(part, -1) {
		told[m[1]] = true
	}
	for name, ofRequest := range found {
		if ofRequest && !told[name] {
			t.Errorf("a line holds %q, which security.md does not tell", name)
		}
	}
	for name := range told {
		if !found[name] {
			t.Errorf("no line holds %q, which security.md tells of", name)
		}
	}
}
