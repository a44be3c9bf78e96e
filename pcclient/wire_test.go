package pcclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

const (
	bom      = "\xef\xbb\xbf"
	tenant   = pcclient.TenantID("0b6e2a1c-4d5f-4a7b-9c8d-1e2f3a4b5c6d")
	personal = "marguerite" // stands in every text that must not reach a log
)

// upstream is a Partner Center that answers what it is told, in order, and remembers what it was asked. The last answer
// is given again and again.
type upstream struct {
	*httptest.Server
	mu      sync.Mutex
	answers []http.HandlerFunc
	asked   []asked
	slept   []time.Duration
	now     time.Time
}

type asked struct {
	method, uri, body string
	header            http.Header
}

func newUpstream(t *testing.T, answers ...http.HandlerFunc) *upstream {
	t.Helper()
	u := &upstream{answers: answers, now: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)}
	u.Server = httptest.NewServer(u)
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	u.mu.Lock()
	u.asked = append(u.asked, asked{r.Method, r.RequestURI, string(body), r.Header.Clone()})
	answer := u.answers[0]
	if len(u.answers) > 1 {
		u.answers = u.answers[1:]
	}
	u.mu.Unlock()
	answer(w, r)
}

// client acts for Ada, whose first token is "one" and whose next ones are "two", "three"; waiting is noted, not done.
func (u *upstream) client(t *testing.T) *pcclient.Client {
	t.Helper()
	tokens := []string{"one", "two", "three"}
	pc, err := pcclient.New(pcclient.Options{
		BaseURL: u.URL,
		Now:     func() time.Time { return u.now },
		Sleep: func(_ context.Context, d time.Duration) error {
			u.mu.Lock()
			defer u.mu.Unlock()
			u.slept = append(u.slept, d)
			return nil
		},
		Token: func(_ context.Context, refused string) (string, error) {
			u.mu.Lock()
			defer u.mu.Unlock()
			if refused != "" {
				tokens = tokens[1:]
			}
			return tokens[0], nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pc.CloseIdleConnections)
	return pc
}

func (u *upstream) calls() []asked {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.asked)
}

func (u *upstream) wantCalls(t *testing.T, n int) {
	t.Helper()
	if got := len(u.calls()); got != n {
		t.Fatalf("the upstream was called %d times, want %d", got, n)
	}
}

// says answers with a status and a body; header lines come as pairs.
func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// writes answers with raw bytes and ends the connection; none at all is a lost answer.
func writes(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, raw)
		_ = conn.Close()
	}
}

// hangs keeps the caller waiting until it gives up.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func profileJSON(etag string) string {
	return bom + `{"id":"7d3f","firstName":"Ada","lastName":"Quill","email":"ada@quill.example","culture":"en-GB","language":"En",` +
		`"companyName":"Quill & Sons","defaultAddress":{"id":null,"country":"GB","city":"York","addressLine1":"1 Mint Yard",` +
		`"addressLine2":"","postalCode":"YO1 7HH","phoneNumber":""},"links":{"self":{"uri":"/customers/x","method":"GET","headers":[]}},` +
		`"serial":90071992547409931234,"attributes":{"etag":"` + etag + `","objectType":"CustomerBillingProfile"}}`
}

// wantKinds checks every kind, those an error has and those it must not have.
func wantKinds(t *testing.T, err error, want ...error) {
	t.Helper()
	names := map[error]string{
		pcclient.ErrUnauthorized: "Unauthorized", pcclient.ErrMFARequired: "MFARequired", pcclient.ErrWrongAudience: "WrongAudience",
		pcclient.ErrForbidden: "Forbidden", pcclient.ErrAppOnly: "AppOnly", pcclient.ErrNoRelationship: "NoRelationship",
		pcclient.ErrNotFound: "NotFound", pcclient.ErrETagMismatch: "ETagMismatch", pcclient.ErrRejected: "Rejected",
		pcclient.ErrThrottled: "Throttled", pcclient.ErrUnavailable: "Unavailable", pcclient.ErrUnexpected: "Unexpected",
		pcclient.ErrNotSent: "NotSent", pcclient.ErrInDoubt: "InDoubt", pcclient.ErrSignIn: "SignIn",
	}
	for kind, name := range names {
		if got := errors.Is(err, kind); got != slices.Contains(want, kind) {
			t.Errorf("error is %s: %v; the error: %v", name, got, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), personal) {
		t.Errorf("the error's text holds personal data: %v", err)
	}
}

func details(t *testing.T, err error) *pcclient.Error {
	t.Helper()
	e, ok := errors.AsType[*pcclient.Error](err)
	if !ok {
		t.Fatalf("not a *pcclient.Error: %v", err)
	}
	return e
}
