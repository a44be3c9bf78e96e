package handlers_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/forms"
)

// raceEdits is how many edits a race makes under each setting; RACE asks for
// the long form.
func raceEdits(t *testing.T) int {
	text := os.Getenv("RACE")
	if text == "" {
		return 40
	}
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

// I-5, I-6: six people edit three customers at once through the whole portal, solve
// every conflict they meet, and somebody else saves outside it. The journal of
// Partner Center then shows whether anything was lost.
//
// Where stale writes are accepted, nobody saves outside: that could be detected,
// but not stopped.
func TestRace(t *testing.T) {
	race := func(stale string) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			r := newRace(t, stale)
			r.run(raceEdits(t))
			r.judge()
		}
	}
	for _, stale := range staleAnswers {
		t.Run("V15.4.2 I-6 stale as "+stale, race(stale))
	}
	t.Run(thirdTurn, func(t *testing.T) { t.Run("I-6 stale as 412", race("412")) })
}

// raceFields are what the racers change: one field of each item, so that every
// value in the journal can be told.
var raceFields = []string{"companyName", "firstName", "email", "defaultAddress.addressLine1", "defaultAddress.phoneNumber"}

var raceItems = map[string]string{
	"choice.companyName": "companyName", "choice.contact": "firstName", "choice.email": "email",
	"choice.address": "defaultAddress.addressLine1", "choice.phone": "defaultAddress.phoneNumber",
}

type race struct {
	t         *testing.T
	site      *testSite
	customers []pcclient.TenantID
	seeded    map[pcclient.TenantID]forms.Values
	outside   bool // whether somebody saves outside the portal
	numbers   atomic.Int64

	mu        sync.Mutex
	told      map[string]raceEdit // by submission key
	ifMatch   map[string]string   // of each PUT, by request ID
	sent      int
	conflicts int
	lost      int
	givenUp   int // nothing of mine was left after choosing
}

// raceEdit is one edit of which the portal told an end.
type raceEdit struct {
	wish  map[string]string
	seen  string // what the confirmed review showed as "Now"
	saved bool   // else the portal told that somebody saved at the same time
}

func newRace(t *testing.T, stale string) *race {
	t.Helper()
	r := &race{
		t: t, site: newSiteWith(t, settings{settle: 500 * time.Millisecond}), outside: stale != "accept", seeded: map[pcclient.TenantID]forms.Values{},
		told: map[string]raceEdit{}, ifMatch: map[string]string{},
	}
	r.site.switches(func(w *pcsim.Switches) { w.Stale = stale })
	r.site.sim.AddFaults(onPut(pcsim.Fault{DelayBeforeMs: 5, Times: -1}))
	for _, n := range []int{harbourline, vilaNova, nordlicht} {
		id := r.site.customer(n)
		r.customers = append(r.customers, id)
		r.seeded[id] = r.site.stored(id)
	}
	r.site.hosts["partnercenter.example"] = watching{r.site.hosts["partnercenter.example"], func(q *http.Request) {
		if q.Method == http.MethodPut {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.sent++
			r.ifMatch[q.Header.Get("MS-RequestId")] = q.Header.Get("If-Match")
		}
	}}
	return r
}

// value is a text for a field that nobody has used before.
func (r *race) value(field string) string {
	n := r.numbers.Add(1)
	switch field {
	case "companyName":
		return fmt.Sprintf("Race Works %d", n)
	case "firstName":
		return fmt.Sprintf("Racer%d", n)
	case "email":
		return fmt.Sprintf("racer%d@customer.example", n)
	case "defaultAddress.phoneNumber":
		return fmt.Sprintf("206%07d", 2000000+n)
	}
	return fmt.Sprintf("%d Race Way", n)
}

func (r *race) run(edits int) {
	r.t.Helper()
	var racers sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(edits))
	for i, name := range []string{"Ada Admin", "Sam Sales", "Ada Admin", "Sam Sales", "Ada Admin", "Sam Sales"} {
		b, dice := r.site.signIn(name), rand.New(rand.NewPCG(6, uint64(i)))
		racers.Go(func() {
			for left.Add(-1) >= 0 && !r.t.Failed() {
				r.edit(b, dice)
			}
		})
	}
	racers.Wait()
}

// somebodySaves lets somebody outside the portal save now and then, so that it falls
// into anybody's edit at any step.
func (r *race) somebodySaves(dice *rand.Rand) {
	if r.outside && dice.IntN(8) == 0 {
		field := raceFields[dice.IntN(len(raceFields))]
		r.site.elsewhere(r.customers[dice.IntN(len(r.customers))], "Ines Duarte", field, r.value(field))
	}
}

// edit is one person's edit, from opening the form to the good news.
func (r *race) edit(b *browser, dice *rand.Rand) {
	f := b.edit(r.customers[dice.IntN(len(r.customers))])
	wish := map[string]string{}
	for range 1 + dice.IntN(3) {
		field := raceFields[dice.IntN(len(raceFields))]
		wish[field] = r.value(field)
		f.fill(field, wish[field])
	}
	p := f.press("do", "review")
	for range 200 {
		r.somebodySaves(dice)
		switch text := p.text(); {
		case strings.Contains(text, "Merged for you"), strings.Contains(text, "Needs your choice"):
			if p.status != http.StatusOK { // the page itself, after a save behind the question about an address
				p.want(http.StatusConflict)
			}
			p = r.choose(p, wish, dice)
		case strings.Contains(text, "There is nothing left to save."):
			r.count(func() { r.givenUp++ })
			return
		case p.asks():
			p = p.asTyped()
		case strings.Contains(text, "Nothing is saved until"):
			review := p
			p = save(review, dice)
			for range 600 {
				if text := p.text(); !strings.Contains(text, "We do not know yet") && !strings.Contains(text, "Still saving") {
					break
				}
				time.Sleep(50 * time.Millisecond)
				p = b.get(p.url.RequestURI())
			}
			saved := strings.Contains(p.text(), "Billing profile saved.")
			if saved || strings.Contains(p.text(), "saved this profile at the same time") {
				key := review.form("key").values.Get("key")
				r.count(func() { r.told[key] = raceEdit{wish, now(review), saved} })
				return
			}
		default:
			r.t.Errorf("%s answered %d: %s", p.url, p.status, text)
			return
		}
	}
	r.t.Errorf("an edit did not come to an end")
}

// save presses Save, now and then twice at once.
func save(review *page, dice *rand.Rand) *page {
	if dice.IntN(5) > 0 {
		return review.save()
	}
	var twins sync.WaitGroup
	twins.Go(func() { review.save() })
	p := review.save()
	twins.Wait()
	return p
}

// choose decides every clash of a merge page by lot.
func (r *race) choose(p *page, wish map[string]string, dice *rand.Rand) *page {
	r.count(func() { r.conflicts++ })
	f := p.form("base")
	for choice, field := range raceItems {
		if f.values.Get(choice) != "" || p.byID(strings.ReplaceAll(choice, ".", "-")) == nil {
			continue // merged, or the same everywhere
		}
		switch dice.IntN(3) {
		case 0:
			f.fill(choice, "theirs")
			delete(wish, field)
		case 1:
			f.fill(choice, "mine")
		default:
			wish[field] = r.value(field)
			f.fill(choice, "other").fill(field, wish[field])
		}
	}
	return f.press("do", "review")
}

func (r *race) count(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// now is what a review page shows as standing in Partner Center.
func now(review *page) string {
	var out strings.Builder
	for n := range review.root.Descendants() {
		if n.Data == "td" && attr(n, "data-label") == "Now" {
			for text := range n.Descendants() {
				if text.Type == html.TextNode && attr(text.Parent, "class") != "vh" {
					out.WriteString(text.Data)
				}
			}
			out.WriteString("\n")
		}
	}
	return out.String()
}

// judge reads the journal. Every version that a PUT made stands on the version just
// before it, holds what its person wished, changes nothing else, and replaces no
// value that person was not shown.
func (r *race) judge() {
	r.t.Helper()
	made := map[string]bool{}
	last := maps.Clone(r.seeded)
	versions, outside, saved, unsure := 0, 0, 0, 0
	for _, v := range r.site.sim.Journal().Versions {
		versions++
		profile, _, err := pcclient.ParseBillingProfile(v.Profile)
		must(r.t, err)
		before, after := last[v.Customer], forms.FromBillingProfile(profile)
		last[v.Customer] = after
		if v.RequestID == "" {
			outside++
			continue
		}
		edit, known := r.told[v.RequestID]
		switch {
		case !known:
			r.lose("%s was applied, and nobody was told", v.RequestID)
		case made[v.RequestID]:
			r.lose("I-5 %s was applied twice", v.RequestID)
		case r.ifMatch[v.RequestID] != `"`+string(v.BaseETag)+`"`:
			r.lose("I-6 %s was written over %s under If-Match %s", v.RequestID, v.BaseETag, r.ifMatch[v.RequestID])
		}
		made[v.RequestID] = true
		for field, text := range edit.wish {
			if after[field] != text {
				r.lose("%s: %s became %q, wished was %q", v.RequestID, field, after[field], text)
			}
		}
		for _, field := range forms.Changed(before, after) {
			if _, wished := edit.wish[field]; !wished {
				r.lose("I-6 %s changed %s from %q to %q, which was not asked for", v.RequestID, field, before[field], after[field])
			} else if !strings.Contains(edit.seen, before[field]) {
				r.lose("I-6 %s replaced %s %q, which its person was not shown:\n%s", v.RequestID, field, before[field], edit.seen)
			}
		}
	}
	for key, edit := range r.told {
		switch {
		case !edit.saved:
			unsure++
		case made[key]:
			saved++
		default:
			r.lose("%s was called saved and is in no version", key)
		}
	}
	if n, err := r.site.trail.Verify(r.t.Context()); err != nil {
		r.lose("I-7 the trail breaks after %d entries: %v", n, err)
	}
	if saved == 0 || outside+len(made) != versions {
		r.t.Errorf("%d saves and %d outside made %d versions", len(made), outside, versions)
	}
	r.t.Logf("%d saved, %d told as saved over at once, %d given up, %d merges, %d PUTs, %d saved outside, %d versions, %d lost updates",
		saved, unsure, r.givenUp, r.conflicts, r.sent, outside, versions, r.lost)
}

func (r *race) lose(format string, args ...any) {
	r.t.Helper()
	r.lost++
	r.t.Errorf(format, args...)
}
