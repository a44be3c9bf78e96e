package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/forms"
)

// person is somebody at a browser without scripts. Trouble is part of their day: a
// method returns an error only when no answer came, and the person then does what
// people do, which is to send the same again.
type person struct {
	fleet   *fleet
	who     demo.Person
	client  *http.Client
	jar     *cookies
	dice    *rand.Rand
	history *chronicle
	excuse  string // why the session may be gone without anybody ending it
	slow    time.Duration
	// restless people end their session in the middle of things, one time in so many; 0 is never.
	restless int
}

// chronicle is a history while it is being made.
type chronicle struct {
	mu sync.Mutex
	history
}

func (c *chronicle) note(do func(h *history)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(&c.history)
}

// cookies is a browser's cookie jar for the portal: what is Secure goes to
// http://localhost too, as browsers do it, and __Host- cookies must be what they
// promise.
type cookies struct {
	mu   sync.Mutex
	host string
	held map[string]string
}

func (c *cookies) SetCookies(u *url.URL, set []*http.Cookie) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cookie := range set {
		if u.Host != c.host || strings.HasPrefix(cookie.Name, "__Host-") && (!cookie.Secure || cookie.Path != "/" || cookie.Domain != "") {
			continue
		}
		if cookie.MaxAge < 0 || cookie.Value == "" {
			delete(c.held, cookie.Name)
		} else {
			c.held[cookie.Name] = cookie.Value
		}
	}
}

func (c *cookies) Cookies(u *url.URL) []*http.Cookie {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []*http.Cookie
	for name, value := range c.held {
		if u.Host == c.host {
			list = append(list, &http.Cookie{Name: name, Value: value})
		}
	}
	return list
}

// copyTo is the jar as somebody would keep it who stole it.
func (c *cookies) copy() *cookies {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := map[string]string{}
	for name, value := range c.held {
		held[name] = value
	}
	return &cookies{host: c.host, held: held}
}

// person seats the n-th person at a browser of their own, not signed in yet.
func (f *fleet) person(n int, c *chronicle) *person {
	jar := &cookies{host: f.host, held: map[string]string{}}
	return &person{
		fleet: f, who: f.people[n], jar: jar, history: c, dice: rand.New(rand.NewPCG(uint64(n), 8)),
		client: &http.Client{Transport: f, Jar: jar, Timeout: time.Minute}, slow: 20 * time.Millisecond,
	}
}

// seat is a person who is signed in.
func (f *fleet) seat(n int, c *chronicle) *person {
	f.t.Helper()
	p := f.person(n, c)
	if err := p.signIn(); err != nil {
		f.t.Fatalf("%s could not sign in: %v", p.who.Name, err)
	}
	return p
}

func (p *person) get(path string) (*webpage, error) { return p.send(http.MethodGet, path, nil) }

func (p *person) post(s *sheet) (*webpage, error) {
	return p.send(http.MethodPost, s.action.String(), s.values)
}

func (p *person) send(method, target string, form url.Values) (*webpage, error) {
	if strings.HasPrefix(target, "/") {
		target = p.fleet.origin + target
	}
	request, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", request.URL.Scheme+"://"+request.URL.Host)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	answer, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	page, err := readPage(answer)
	if err != nil {
		return nil, err
	}
	return page, p.sighted(page)
}

// sighted notes whether a page was a signed-in person's, where it matters.
func (p *person) sighted(page *webpage) error {
	if !page.asksToSignIn() {
		return nil
	}
	p.history.note(func(h *history) {
		h.sights = append(h.sights, sight{session: "the session of " + p.who.Name, email: p.who.Email, at: time.Now(), excuse: p.excuse})
	})
	return nil
}

// asksToSignIn reports whether the page is the identity provider's, or the portal's
// own that says the session is over.
func (p *webpage) asksToSignIn() bool {
	return p.status == http.StatusUnauthorized || strings.HasSuffix(p.url.Path, "/authorize")
}

// signIn signs the person in, however often the portal has to be asked.
func (p *person) signIn() error {
	var last error
	for until := time.Now().Add(patience); time.Now().Before(until); {
		page, err := p.tryToSignIn()
		if err == nil && page.status == http.StatusOK && page.url.Host == p.fleet.host {
			p.excuse = ""
			return nil
		}
		if last = err; err == nil {
			last = fmt.Errorf("%s answered %d: %s", page.url, page.status, page.text())
		}
		p.think()
	}
	return last
}

// tryToSignIn does not note what it sees: the way to the provider is a sign-in page too.
func (p *person) tryToSignIn() (*webpage, error) {
	quiet := *p
	quiet.history = &chronicle{}
	page, err := quiet.get("/auth/start")
	if err != nil {
		return nil, err
	}
	choose := page.form("person")
	if choose == nil {
		return page, nil
	}
	choose.values.Set("person", p.who.Key)
	return quiet.post(choose)
}

// signOut presses Sign out on Home.
func (p *person) signOut() (*webpage, error) {
	home, err := p.get("/")
	if err != nil {
		return nil, err
	}
	for n := range home.root.Descendants() {
		if n.Data == "form" && attribute(n, "action") == "/signout" {
			form, _ := home.read(n, "")
			return p.post(form)
		}
	}
	return home, fmt.Errorf("%s has no way to sign out", home.url)
}

// seeWhetherDead uses a session that was ended.
func (p *person) seeWhetherDead() {
	quiet := *p
	quiet.history = &chronicle{}
	page, err := quiet.get("/")
	p.history.note(func(h *history) {
		h.sights = append(h.sights, sight{session: "the old session of " + p.who.Name, ended: true, alive: err == nil && !page.asksToSignIn() && page.shows(p.who.Name)})
	})
}

// fidget now and then ends the session at another of the person's browsers, to which it
// was copied. Nobody is signed in by it from then on, whatever becomes of the answer.
func (p *person) fidget() {
	if p.restless == 0 || p.dice.IntN(p.restless) > 0 {
		return
	}
	other := *p
	other.history, other.jar = &chronicle{}, p.jar.copy()
	other.client = &http.Client{Transport: p.fleet, Jar: other.jar, Timeout: time.Minute}
	stolen := other
	stolen.history, stolen.jar = p.history, p.jar.copy()
	stolen.client = &http.Client{Transport: p.fleet, Jar: stolen.jar, Timeout: time.Minute}
	p.excuse = "its person signed out elsewhere"
	if page, err := other.signOut(); err == nil && page.shows("signed out") {
		stolen.seeWhetherDead()
	}
}

// think is the moment before somebody tries again.
func (p *person) think() { time.Sleep(p.slow + time.Duration(p.dice.Int64N(int64(p.slow)+1))) }

// tellingOf is what a page says about the save it is the answer to.
func tellingOf(page *webpage, err error) told {
	if err != nil {
		return toldNobody
	}
	for _, words := range []struct {
		text string
		told told
	}{
		{"Billing profile saved.", toldSaved},
		{"Your change was saved.", toldSaved},
		{"saved cannot be told just now", toldNobody},
		{"already saved the same values", toldSame},
		{"There is nothing left to save", toldSame},
		{"Still saving", toldOpen},
		{"We do not know yet", toldOpen},
		{"saved this profile at the same time", toldSuperseded},
		{"Nothing has been overwritten", toldConflict},
		{"It was not saved", toldNothing},
		{"Nothing was saved by this press of Save", toldNotByThis},
		{"Nothing was saved", toldNothing},
		{"Nothing has been saved", toldNothing},
		{"Nothing is saved until", toldNothing},
		{"There is no page at this address", toldMissing},
	} {
		if page.shows(words.text) {
			return words.told
		}
	}
	if page.asksToSignIn() {
		return toldNothing
	}
	return toldNobody // a page that says nothing about it promises nothing
}

// errGaveUp is an edit that its person leaves as it is.
var errGaveUp = errors.New("gave up")

// edit opens a customer's form, types the wish and sees it through: to the good
// news, or to where a patient person gives up. What was typed and heard is noted.
func (p *person) edit(customer pcclient.TenantID, wish forms.Values) *edited {
	e := &edited{operator: p.who.Name, customer: customer, typed: wish, last: map[string]told{}, by: p}
	p.history.note(func(h *history) { h.edits = append(h.edits, e) })
	page, err := p.fill(e)
	for step := 0; err == nil && step < 60; step++ {
		page, err = p.goOn(e, page)
	}
	return e
}

// fill types into the form and sends it until a page comes that is not about trouble.
func (p *person) fill(e *edited) (*webpage, error) {
	path := "/customers/" + string(e.customer) + "/billing"
	for until := time.Now().Add(patience); time.Now().Before(until); {
		p.fidget()
		page, err := p.get(path)
		if err != nil || !p.atHome(page) {
			p.think()
			continue
		}
		form := page.form("email")
		if form == nil {
			p.think()
			continue
		}
		for name, text := range e.typed {
			form.values.Set(name, text)
		}
		form.values.Set("do", "review")
		e.draft = form.action.Query().Get("draft")
		path = form.action.RequestURI()
		if page, err = p.post(form); err != nil || page.status >= http.StatusInternalServerError || page.status == http.StatusTooManyRequests {
			p.think()
			continue
		}
		if p.atHome(page) {
			return page, nil
		}
	}
	return nil, errGaveUp
}

// atHome signs in again if the page wants that; it is false then.
func (p *person) atHome(page *webpage) bool {
	if page.asksToSignIn() {
		_ = p.signIn()
		return false
	}
	return true
}

// goOn does the next thing with a page of an edit.
func (p *person) goOn(e *edited, page *webpage) (*webpage, error) {
	p.fidget()
	if !p.atHome(page) {
		return p.reviewAgain(e)
	}
	switch told := tellingOf(page, nil); {
	case told == toldSaved, told == toldSame, told == toldSuperseded:
		return nil, errGaveUp
	case page.has("choice-address-typed"):
		form := page.form("base")
		form.values.Set("choice.address", "typed")
		form.values.Set("do", "review")
		return p.untilAnswered(func() (*webpage, error) { return p.post(form) })
	case page.form("base") != nil && len(page.radios()) > 0:
		return p.merge(e, page)
	case page.form("key") != nil && page.shows("Nothing is saved until"):
		return p.save(e, page)
	case told == toldOpen:
		p.think()
		return p.untilAnswered(func() (*webpage, error) { return p.get(page.url.RequestURI()) })
	}
	if len(e.presses) > 6 {
		return nil, errGaveUp
	}
	p.think()
	return p.reviewAgain(e)
}

func (p *person) reviewAgain(e *edited) (*webpage, error) {
	if e.draft == "" {
		return nil, errGaveUp
	}
	return p.untilAnswered(func() (*webpage, error) {
		return p.get("/customers/" + string(e.customer) + "/billing/review?draft=" + e.draft)
	})
}

// save presses Save, now and then twice at once, and again when no answer comes.
func (p *person) save(e *edited, review *webpage) (*webpage, error) {
	form := review.form("key")
	form.values.Set("do", "save")
	press := func() (*webpage, error) {
		begun := time.Now()
		page, err := p.post(form)
		p.history.note(func(*history) {
			e.presses = append(e.presses, attempt{form.values.Get("key"), begun, time.Now(), tellingOf(page, err), page.gist()})
		})
		return page, err
	}
	if p.dice.IntN(6) == 0 {
		var twin sync.WaitGroup
		twin.Go(func() { _, _ = press() })
		defer twin.Wait()
	}
	return p.untilAnswered(press)
}

// untilAnswered sends the same until an answer comes.
func (p *person) untilAnswered(send func() (*webpage, error)) (*webpage, error) {
	for until := time.Now().Add(patience); time.Now().Before(until); {
		page, err := send()
		if err == nil {
			return page, nil
		}
		p.think()
	}
	return nil, errGaveUp
}

// choices are the items of a merge page and the field of each that people here type in.
var choices = map[string]string{
	"choice.companyName": "companyName", "choice.contact": "firstName", "choice.email": "email", "choice.address": "defaultAddress.addressLine1",
}

// merge decides every clash by lot. What is given up for theirs is no longer typed.
func (p *person) merge(e *edited, page *webpage) (*webpage, error) {
	form := page.form("base")
	for _, choice := range page.radios() {
		if form.values.Get(choice) != "" {
			continue
		}
		if p.dice.IntN(4) == 0 {
			form.values.Set(choice, "theirs")
			p.history.note(func(*history) { delete(e.typed, choices[choice]) })
		} else {
			form.values.Set(choice, "mine")
		}
	}
	form.values.Set("do", "review")
	return p.untilAnswered(func() (*webpage, error) { return p.post(form) })
}

// keys are the submissions an edit led to.
func (e *edited) keys() []string {
	var keys []string
	for _, press := range e.presses {
		if !slices.Contains(keys, press.key) {
			keys = append(keys, press.key)
		}
	}
	return keys
}

// comeBack is the person's last look at an edit: at each of its submissions, until
// that has an end, and at what is left of an edit that was not saved.
func (p *person) comeBack(e *edited, until time.Time) {
	path := "/customers/" + string(e.customer)
	settled := false
	for _, key := range e.keys() {
		page := p.look(path+"/saves/"+key, until)
		said := tellingOf(page, nil)
		e.last[key] = said
		e.held += page.everything() + "\n"
		settled = settled || said == toldSaved || said == toldSame
	}
	if !settled && e.draft != "" {
		e.held += p.look(path+"/billing?draft="+e.draft, until).everything()
	}
}

// look asks for a page until it is no trouble and no longer open.
func (p *person) look(path string, until time.Time) *webpage {
	for {
		page, err := p.get(path)
		good := err == nil && p.atHome(page) && (page.status < http.StatusInternalServerError || page.has("result"))
		if good && tellingOf(page, nil) != toldOpen {
			return page
		}
		if time.Now().After(until) {
			if err != nil {
				p.fleet.t.Errorf("%s is not answered: %v", path, err)
				return &webpage{url: &url.URL{}, root: emptyPage()}
			}
			return page
		}
		time.Sleep(100 * time.Millisecond)
	}
}
