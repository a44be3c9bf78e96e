package drafts_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
)

const customer = pcclient.TenantID("0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c001")

// shelf is a store whose clock the test moves.
type shelf struct {
	*drafts.Store
	db  *database.DB
	url string
	now time.Time
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{url: databasetest.URL(t), now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	s.db = databasetest.OpenURL(t, s.url)
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	s.Store = drafts.New(s.db, ring, func() time.Time { return s.now })
	return s
}

func (s *shelf) version(key, draft, email string) drafts.Version {
	return drafts.Version{
		Key: key, Draft: draft, Operator: "meridian|ada", Customer: customer, Stage: drafts.Sent, ETag: "-42",
		Base: forms.Values{"email": "marker-old@example.com"}, Mine: forms.Values{"email": email},
		Via: "undo", Why: "marker-why",
		OpenedAt: s.now.Add(-time.Minute), SavedAt: s.now,
	}
}

// exec changes the file behind the store's back.
func (s *shelf) exec(t *testing.T, statement string) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *shelf) keep(t *testing.T, v drafts.Version) {
	t.Helper()
	if err := s.Keep(t.Context(), v); err != nil {
		t.Fatal(err)
	}
}

// finish ends a draft as the write path does.
func (s *shelf) finish(t *testing.T, draft, key string) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *sql.Tx) error {
		return drafts.Finish(t.Context(), s.db, tx, "meridian|ada", customer, draft, key)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantList wants these drafts to be unfinished, written "draft: email", newest first.
func (s *shelf) wantList(t *testing.T, want ...string) {
	t.Helper()
	list, err := s.List(t.Context(), "meridian|ada")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range list {
		got = append(got, v.Draft+": "+v.Mine["email"])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unfinished (-want +got):\n%s", diff)
	}
}

func (s *shelf) rows(t *testing.T) (n int) {
	t.Helper()
	if err := s.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM drafts`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *shelf) put(t *testing.T, v drafts.Version) {
	t.Helper()
	if err := s.Put(t.Context(), v); err != nil {
		t.Fatal(err)
	}
}

func TestTheLatestVersionOfADraft(t *testing.T) { databasetest.Both(t, testTheLatestVersionOfADraft) }

func testTheLatestVersionOfADraft(t *testing.T) {
	s := newShelf(t)
	first := s.version("v1", "tab-1", "first@example.com")
	s.put(t, first)
	second := s.version("v2", "tab-1", "second@example.com") // in the same microsecond
	s.put(t, second)
	s.put(t, s.version("v3", "tab-2", "other tab@example.com"))

	got, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1")
	if diff := cmp.Diff(second, got); err != nil || diff != "" {
		t.Errorf("latest (%v, -want +got):\n%s", err, diff)
	}
	got, err = s.Get(t.Context(), "meridian|ada", "v1")
	if diff := cmp.Diff(first, got); err != nil || diff != "" {
		t.Errorf("the older one is still there (%v, -want +got):\n%s", err, diff)
	}
	if err := s.Put(t.Context(), s.version("v1", "tab-1", "rewritten@example.com")); err == nil {
		t.Error("a version was put twice")
	}
	if got, _ := s.Get(t.Context(), "meridian|ada", "v1"); got.Mine["email"] != "first@example.com" {
		t.Errorf("a version changed: %q", got.Mine["email"])
	}

	lost := s.version("v4", "tab-3", "no base@example.com")
	lost.Base, lost.SavedAt = nil, time.Time{}
	s.put(t, lost)
	if got, err := s.Get(t.Context(), "meridian|ada", "v4"); err != nil || got.Base != nil || !got.SavedAt.Equal(s.now) {
		t.Errorf("without a base: %+v, %v", got, err)
	}
}

func TestA53ADraftIsItsOperatorsAlone(t *testing.T) {
	s := newShelf(t)
	s.put(t, s.version("v1", "tab-1", "marker-new@example.com"))
	if _, err := s.Get(t.Context(), "meridian|sam", "v1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("A-53 by key: %v", err)
	}
	if _, err := s.Latest(t.Context(), "meridian|sam", customer, "tab-1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("A-53 by draft: %v", err)
	}
	if _, err := s.Latest(t.Context(), "meridian|ada", "0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c002", "tab-1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("of another customer: %v", err)
	}
	path := strings.TrimPrefix(s.url, "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(content), "marker-") {
			t.Errorf("I-9 %s shows what was typed (%v)", filepath.Base(file), err)
		}
	}
}

func TestTamperingIsNoticed(t *testing.T) { databasetest.Both(t, testTamperingIsNoticed) }

func testTamperingIsNoticed(t *testing.T) {
	for name, statement := range map[string]string{
		"given to another operator": `UPDATE drafts SET operator = 'meridian|sam'`,
		"given to another customer": `UPDATE drafts SET customer = 'x'`,
		"given another key":         `UPDATE drafts SET key = 'v9'`,
		"cut":                       `UPDATE drafts SET sealed = substr(sealed, 1, 40)`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			s.put(t, s.version("v1", "tab-1", "new@example.com"))
			s.exec(t, statement)
			for _, operator := range []string{"meridian|ada", "meridian|sam"} {
				for _, key := range []string{"v1", "v9"} {
					if got, err := s.Get(t.Context(), operator, key); err == nil {
						t.Errorf("%s reads %+v", operator, got)
					}
				}
			}
		})
	}
}

func TestDraftsEnd(t *testing.T) {
	t.Run("V14.2.7", func(t *testing.T) { databasetest.Both(t, testDraftsEnd) })
}

func testDraftsEnd(t *testing.T) {
	s := newShelf(t)
	s.put(t, s.version("v1", "tab-1", "old@example.com"))
	s.now = s.now.Add(drafts.Lifetime - time.Hour)
	s.put(t, s.version("v2", "tab-1", "young@example.com"))
	if _, err := s.Get(t.Context(), "meridian|ada", "v1"); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	s.now = s.now.Add(2 * time.Hour)
	if _, err := s.Get(t.Context(), "meridian|ada", "v1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("after 14 days: %v", err)
	}
	if got, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1"); err != nil || got.Key != "v2" {
		t.Errorf("the draft's latest version: %q, %v", got.Key, err)
	}
	if n, err := s.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if _, err := s.Get(t.Context(), "meridian|ada", "v2"); err != nil {
		t.Errorf("a young one was swept: %v", err)
	}
	s.now = s.now.Add(drafts.Lifetime)
	if got, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("a draft whose versions are all too old: %q, %v", got.Key, err)
	}
}
