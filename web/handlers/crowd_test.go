package handlers_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/demo"
)

// crowdRequests is how many requests each of the crowd makes; CROWD=1000 asks for
// the long form.
func crowdRequests(t *testing.T) int {
	text := os.Getenv("CROWD")
	if text == "" {
		return 40
	}
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

const crowd = 50

// fifty people ask for pages at the same time, each in several tabs, and nobody
// gets a name, a draft or a token of somebody else.
func TestNobodySeesAnothersData(t *testing.T) { everywhere(t, nobodySeesAnothersData) }

func nobodySeesAnothersData(t *testing.T) {
	site := newSite(t)
	people, reviews := make([]*browser, crowd), map[int]string{}
	for i := range people {
		who := fmt.Sprintf("Person %02d", i)
		site.provider.SetHooks(demo.Hooks{
			IDToken: func(tok *demo.Token) {
				tok.Claims["sub"], tok.Claims["name"] = who, who
				tok.Claims["oid"] = fmt.Sprintf("00000000-0000-4000-8000-0000000000%02d", i)
			},
			AccessToken: func(tok *demo.Token) { tok.Claims["upn"] = who },
		})
		people[i] = site.signIn("Ada Admin")
		if i < len(site.sim.Customers()) {
			form := people[i].edit(site.customer(i)).fill("email", fmt.Sprintf("typed-%02d@crowd.example", i))
			reviews[i] = form.press("do", "review").want(http.StatusOK).url.RequestURI()
		}
	}
	// A customer is asked for by its one person, so the token must be theirs.
	owner := map[string]string{}
	for i, c := range site.sim.Customers() {
		owner[string(c.ID)] = fmt.Sprintf("Person %02d", i)
	}
	var own, foreign atomic.Int64
	site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
		for part := range strings.SplitSeq(q.URL.Path, "/") {
			switch who := owner[part]; {
			case who == "":
			case strings.Contains(claimsOf(q), who):
				own.Add(1)
			default:
				foreign.Add(1)
			}
		}
		return next.RoundTrip(q)
	})
	requests, begun := crowdRequests(t), time.Now()
	var all sync.WaitGroup
	var asked, wrong, again atomic.Int64
	for i, b := range people {
		for tab := range 4 {
			all.Go(func() {
				for n := tab; n < requests; n += 4 {
					path := []string{"/sessions", "/help"}[n/4%2]
					if own := reviews[i]; own != "" && n%10 == 0 {
						path = own
					}
					asked.Add(1)
					if trouble := b.meetsOnly(i, path, &again); trouble != "" && wrong.Add(1) < 10 {
						t.Errorf("Person %02d at %s: %s", i, path, trouble)
					}
				}
			})
		}
	}
	all.Wait()
	if own.Load() == 0 || foreign.Load() > 0 {
		t.Errorf("%d calls went out with the person's own token, %d with another's", own.Load(), foreign.Load())
	}
	if wrong.Load() > 0 {
		t.Errorf("%d of %d answers were wrong", wrong.Load(), asked.Load())
	}
	t.Logf("%d requests of %d people in %v, %d of them asked again", asked.Load(), crowd, time.Since(begun).Round(time.Millisecond), again.Load())
}

// claimsOf is the claims of a call's bearer token, as text.
func claimsOf(q *http.Request) string {
	parts := strings.Split(q.Header.Get("Authorization"), ".")
	if len(parts) != 3 {
		return ""
	}
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return string(text)
}

var marks = regexp.MustCompile(`(?:Person |typed-)(\d\d)`)

// meetsOnly asks for a page and says what is wrong with it: "" when it is there, names
// the person, with their draft where they have one, and nobody else. Of a crowd on a slow
// machine some wait longer for the database than a page does; they are told so, of nobody
// else either, and ask again.
func (b *browser) meetsOnly(i int, path string, again *atomic.Int64) string {
	own := fmt.Sprintf("%02d", i)
	for try := 1; ; try++ {
		answer, err := b.client.Do(b.request(http.MethodGet, path, nil))
		if err != nil {
			return err.Error()
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err == nil && answer.StatusCode == http.StatusServiceUnavailable && try < 5 && strings.Contains(string(body), "Partner Desk cannot reach its own storage") {
			if trouble := others(own, string(body)); trouble != "" {
				return trouble
			}
			again.Add(1)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if err != nil || answer.StatusCode != http.StatusOK || answer.Request.URL.RequestURI() != path {
			return fmt.Sprintf("%d %s %v", answer.StatusCode, answer.Request.URL, err)
		}
		return onlyTheirs(own, path, string(body))
	}
}

func onlyTheirs(own, path, body string) string {
	if !strings.Contains(body, "Person "+own) || strings.Contains(path, "draft=") && !strings.Contains(body, "typed-"+own) {
		return "their own is missing"
	}
	return others(own, body)
}

// others is what a page shows of somebody else, "" for nothing.
func others(own, body string) string {
	for _, found := range marks.FindAllStringSubmatch(body, -1) {
		if found[1] != own {
			return "shows " + found[0]
		}
	}
	return ""
}
