package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/submission"
)

// savesOf is a write path with a simulator behind it, and a client for it.
func savesOf(t *testing.T, db *database.DB) (*submission.Service, *pcsim.Simulator, *pcclient.Client) {
	t.Helper()
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	sim, err := pcsim.New(pcsim.Options{Customers: 4, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	pc, err := pcclient.New(pcclient.Options{
		BaseURL: "http://upstream.example", Transport: sim.Transport(),
		Token: func(context.Context, string) (string, error) { return "a-token", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	saves := submission.New(submission.Options{DB: db, Ring: ring, Trail: audit.New(db, ring, time.Now), Wait: 300 * time.Millisecond})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		_ = saves.Drain(ctx) // what is in doubt stays so
	})
	return saves, sim, pc
}

func scrape(t *testing.T, h http.Handler) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("metrics answer %d, %v", w.Code, err)
	}
	return string(body)
}

func TestI2TheGaugeCountsWhatIsInDoubt(t *testing.T) {
	saves, sim, pc := savesOf(t, databasetest.Open(t))
	h := metrics(saves, func() int64 { return 7 }, func() int64 { return 11 }, time.Now, slog.New(slog.DiscardHandler))
	if got := scrape(t, h); !strings.Contains(got, `portal_saves_unsettled{state="in_doubt"} 0`) || !strings.Contains(got, "portal_saves_unsettled_oldest_seconds 0\n") {
		t.Errorf("nothing is open, and the gauge says:\n%s", got)
	}
	id := sim.Customers()[0].ID
	profile, etag, err := pc.BillingProfiles.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	base := forms.FromBillingProfile(profile)
	profile.Email = "marker-person@harbourline.example"
	if err := sim.AddFaults(pcsim.Fault{Method: http.MethodPut, Shape: pcsim.ShapeLate, DelayAfterMs: 60_000}); err != nil {
		t.Fatal(err)
	}
	got, err := saves.Save(t.Context(), pc, submission.Request{
		Key: pcclient.NewGUID(), Draft: "draft", Operator: submission.Operator{Key: "tenant|ada", Name: "Ada"}, Customer: id,
		ETag: etag, Base: base, Wish: forms.FromBillingProfile(profile),
	})
	if err != nil || got.State != submission.InDoubt {
		t.Fatalf("the save is %s, %v", got.State, err)
	}
	page := scrape(t, h)
	if !strings.Contains(page, `portal_saves_unsettled{state="in_doubt"} 1`) || strings.Contains(page, "portal_saves_unsettled_oldest_seconds 0\n") {
		t.Errorf("one save is in doubt, and the gauge says:\n%s", page)
	}
	t.Run("A-38 I-9 V14.2.4 the metrics name no person and no customer", func(t *testing.T) {
		for _, marker := range []string{"marker-person", string(id), "tenant|ada", "Ada", "harbourline", "Harbourline"} {
			if strings.Contains(page, marker) {
				t.Errorf("%s stands in them", marker)
			}
		}
	})
	t.Run("F-44 they count the lines that the log lost", func(t *testing.T) {
		if !strings.Contains(page, "portal_log_lines_lost_total 11\n") {
			t.Error(page)
		}
	})
	t.Run("V3.4.7 they count what browsers report", func(t *testing.T) {
		if !strings.Contains(page, "portal_policy_reports_total 7\n") {
			t.Error(page)
		}
	})
}

func TestF41APanicWhileTakingOverEndsTheRoundOnly(t *testing.T) {
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, nil))
	roundOf(t.Context(), log, "taking over saves", (&tender{log: log}).tend) // without a service it panics
	if !strings.Contains(out.String(), `"panic in a chore" chore="taking over saves"`) {
		t.Errorf("the log says %q", out.String())
	}
}
