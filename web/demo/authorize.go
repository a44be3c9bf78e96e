package demo

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeFor is how long a code can be redeemed.
const codeFor = time.Minute

// grant is what a code or a refresh token stands for.
type grant struct {
	person    Person
	family    string // of refresh tokens that came from one sign-in; also the sid
	nonce     string
	challenge string
	redirect  string
	offline   bool
	at        time.Time
}

// asked is an authorization request. What may be told to the client goes back by
// redirect; a request that does not even name the client properly gets a page.
type asked struct {
	query    url.Values
	redirect string
}

var (
	errClient   = errors.New("the request names an application this provider does not know")
	errRedirect = errors.New("the request wants to go back to an address that is not registered")
)

func (p *Provider) read(query url.Values) (asked, error) {
	a := asked{query: query, redirect: query.Get("redirect_uri")}
	switch {
	case query.Get("client_id") != p.options.ClientID:
		return a, errClient
	case !slices.Contains(p.options.RedirectURIs, a.redirect):
		return a, errRedirect
	}
	return a, nil
}

// fault is the error code for a request that cannot be granted, "" for a good one.
func (a asked) fault() string {
	scopes := strings.Fields(a.query.Get("scope"))
	switch {
	case a.query.Get("response_type") != "code":
		return "unsupported_response_type"
	case a.query.Has("response_mode") && a.query.Get("response_mode") != "query":
		return "invalid_request"
	case !slices.Contains(scopes, "openid"):
		return "invalid_scope"
	case a.query.Get("code_challenge_method") != "S256" || len(a.query.Get("code_challenge")) != 43:
		return "invalid_request"
	case slices.Contains(strings.Fields(a.query.Get("prompt")), "none"):
		return "login_required" // nobody is ever signed in here
	}
	return ""
}

func (p *Provider) authorizePage(w http.ResponseWriter, r *http.Request) {
	a, err := p.read(r.URL.Query())
	if err != nil {
		p.show(w, http.StatusBadRequest, page{Title: "This sign-in cannot go on", Text: "Something is wrong with the link: " + err.Error() + "."})
		return
	}
	if code := a.fault(); code != "" {
		p.back(w, r, a, url.Values{"error": {code}})
		return
	}
	p.show(w, http.StatusOK, page{
		Title: "Who are you today?", Action: p.options.Issuer + "/authorize",
		Query: a.query, People: hinted(p.options.People, a.query.Get("login_hint")),
	})
}

// hinted are the people, the one the client expects first.
func hinted(people []Person, hint string) []Person {
	people = slices.Clone(people)
	slices.SortStableFunc(people, func(a, b Person) int {
		return fits(b, hint) - fits(a, hint)
	})
	return people
}

func fits(p Person, hint string) int {
	if hint != "" && (strings.EqualFold(hint, p.Email) || strings.EqualFold(hint, p.Key)) {
		return 1
	}
	return 0
}

func (p *Provider) authorizePressed(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		p.show(w, http.StatusBadRequest, page{Title: "This sign-in cannot go on", Text: "The form could not be read."})
		return
	}
	pressed := r.PostForm.Get("person")
	query := r.PostForm
	query.Del("person")
	a, err := p.read(query)
	if err != nil {
		p.show(w, http.StatusBadRequest, page{Title: "This sign-in cannot go on", Text: "Something is wrong with the form: " + err.Error() + "."})
		return
	}
	p.back(w, r, a, p.outcome(a, pressed))
}

// outcome is what goes back to the client for a pressed button.
func (p *Provider) outcome(a asked, pressed string) url.Values {
	if code := a.fault(); code != "" {
		return url.Values{"error": {code}}
	}
	person, known := p.personByKey(pressed)
	if !known {
		return url.Values{"error": {"access_denied"}, "error_description": {"The person went away."}}
	}
	code := text(32)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgetOld()
	p.codes[code] = grant{
		person: person, family: text(16), nonce: a.query.Get("nonce"),
		challenge: a.query.Get("code_challenge"), redirect: a.redirect,
		offline: slices.Contains(strings.Fields(a.query.Get("scope")), "offline_access"), at: p.now(),
	}
	return url.Values{"code": {code}}
}

func (p *Provider) back(w http.ResponseWriter, r *http.Request, a asked, out url.Values) {
	http.Redirect(w, r, p.callback(a, out), http.StatusSeeOther)
}

func (p *Provider) callback(a asked, out url.Values) string {
	if a.query.Has("state") {
		out.Set("state", a.query.Get("state"))
	}
	out.Set("iss", p.options.Issuer)
	if hook := p.hooked().Callback; hook != nil {
		hook(out)
	}
	separator := "?"
	if strings.Contains(a.redirect, "?") {
		separator = "&"
	}
	return a.redirect + separator + out.Encode()
}

// Press answers an authorization request as if a person's button on its page had
// been pressed, and returns the address the browser would be sent to. It is for
// tests that have no browser. Any key that is nobody's presses "Cancel".
func (p *Provider) Press(authorizeURL, person string) (string, error) {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	a, err := p.read(u.Query())
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	return p.callback(a, p.outcome(a, person)), nil
}
