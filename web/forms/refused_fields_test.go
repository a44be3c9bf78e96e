package forms_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/words"
)

// refusing is an upstream that answers every save with 400 and the body given.
type refusing struct {
	t       *testing.T
	body    string
	ada     *pcclient.Client
	profile pcclient.BillingProfile
}

func newRefusing(t *testing.T) *refusing {
	t.Helper()
	r := &refusing{t: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(r.body))
	}))
	t.Cleanup(server.Close)
	pc, err := pcclient.New(pcclient.Options{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if r.profile, _, err = pcclient.ParseBillingProfile([]byte(`{"companyName":"Harbourline Ceramics"}`)); err != nil {
		t.Fatal(err)
	}
	r.ada = pc.As(func(context.Context, string) (string, error) { return "a token", nil })
	return r
}

// fields are the inputs that the form blames for a refusal with this body.
func (r *refusing) fields(body string) []string {
	r.t.Helper()
	r.body = body
	_, _, err := r.ada.BillingProfiles.Update(r.t.Context(), "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1", "1", r.profile)
	var refusal *pcclient.Error
	if !errors.As(err, &refusal) || refusal.Status != http.StatusBadRequest {
		r.t.Fatalf("%s: %v", body, err)
	}
	return blamed(forms.UpstreamErrors(refusal.Code, refusal.Words(), harbourline()))
}

// blamed are the inputs of a refusal's complaints, none for one that is a sentence.
func blamed(errs forms.Errors, _ words.Message) (names []string) {
	for _, e := range errs {
		names = append(names, e.Name)
	}
	return names
}

// mapping counts the refusals that are about an input and land there.
type mapping struct{ landed, all int }

// take notes where a refusal landed. It must not land at an input that it is not about.
func (m *mapping) take(t *testing.T, body string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	right := slices.Equal(got, want)
	switch {
	case len(want) > 0 && len(got) == 0:
		m.all++
		t.Logf("at none, is about %v: %s", want, body)
	case !right:
		t.Errorf("at %v, is about %v: %s", got, want, body)
	case len(want) > 0:
		m.all++
		m.landed++
	}
}

// judge wants 95 of 100 to have landed.
func (m *mapping) judge(t *testing.T) {
	t.Helper()
	t.Logf("%d of %d refusals about an input land there", m.landed, m.all)
	if m.all == 0 || m.landed*100 < m.all*95 {
		t.Errorf("%d of %d refusals about an input land there, want 95 %%", m.landed, m.all)
	}
}

func TestRefusalsLandAtTheirInputs(t *testing.T) {
	text, err := os.ReadFile("testdata/refusals.txt")
	if err != nil {
		t.Fatal(err)
	}
	upstream, m := newRefusing(t), mapping{}
	for line := range strings.Lines(string(text)) {
		about, body, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found || about == "#" {
			continue
		}
		body = strings.TrimSuffix(body, " # seen")
		var want []string
		if about != "-" {
			want = strings.Split(about, ",")
		}
		m.take(t, body, upstream.fields(body), want)
	}
	m.judge(t)
}
