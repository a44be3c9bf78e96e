package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
)

// entry reads one entry of fill's.
func (l *trail) entry(t *testing.T, seq int64) audit.Entry {
	t.Helper()
	list, err := l.ForSubmission(t.Context(), fmt.Sprintf("submission-%d", (seq-1)/2))
	if err != nil {
		t.Fatal(err)
	}
	return list[(seq-1)%2].Entry
}

// broken proves the trail against what was noted, and returns the entry that is named
// and why; 0 for a whole trail.
func (l *trail) broken(t *testing.T, noted audit.Head) (int64, string) {
	t.Helper()
	head, err := l.Prove(t.Context(), noted)
	var broken *audit.BrokenError
	switch {
	case err == nil:
		return 0, ""
	case !errors.As(err, &broken):
		t.Fatal(err)
	case head.Entries != broken.Seq-1:
		t.Errorf("%d entries are in order before entry %d", head.Entries, broken.Seq)
	}
	return broken.Seq, broken.Why
}

func TestI7ARowWithANewHashDoesNotFit(t *testing.T) {
	databasetest.Both(t, testI7ARowWithANewHashDoesNotFit)
}

func testI7ARowWithANewHashDoesNotFit(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 8)
	forged := l.entry(t, 4)
	forged.OperatorName = "Somebody Else"
	l.tamper(t, `UPDATE audit SET operator_name = 'Somebody Else', hash = '`+audit.Rehash(forged)+`' WHERE seq = 4`)
	if seq, why := l.broken(t, audit.Head{}); seq != 5 || !strings.Contains(why, "does not follow") {
		t.Errorf("entry %d %s; want 5, the first that shows it", seq, why)
	}
}

// What the chain cannot show by itself, a head noted elsewhere does.
func TestI7ANotedHeadShowsWhatTheChainCannot(t *testing.T) {
	t.Run("V16.4.2", testI7ANotedHeadShowsWhatTheChainCannot)
}

func testI7ANotedHeadShowsWhatTheChainCannot(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(*trail)
		broken int64
		why    string
	}{
		"nothing":           {func(*trail) {}, 0, ""},
		"more was appended": {func(l *trail) { l.fill(t, 2) }, 0, ""},
		"the end cut off": {func(l *trail) {
			l.tamper(t, `DELETE FROM audit_values WHERE seq > 6; DELETE FROM audit WHERE seq > 6`)
		}, 7, "the end was cut off"},
		"everything cut off": {func(l *trail) { l.tamper(t, `DELETE FROM audit_values; DELETE FROM audit`) }, 1, "the end was cut off"},
		"the last entry with a hash of its own": {func(l *trail) {
			forged := l.entry(t, 8)
			forged.Kind = audit.Rejected
			l.tamper(t, `UPDATE audit SET kind = 'rejected', hash = '`+audit.Rehash(forged)+`' WHERE seq = 8`)
		}, 8, "written anew"},
		"another trail in its place": {func(l *trail) {
			l.tamper(t, `DELETE FROM audit_values; DELETE FROM audit`)
			l.fill(t, 12)
		}, 8, "written anew"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTrail(t)
			l.fill(t, 8)
			noted, err := l.Prove(t.Context(), audit.Head{})
			if err != nil || noted.Entries != 8 || noted.Hash != l.entry(t, 8).Hash {
				t.Fatalf("the head is %v, %v", noted, err)
			}
			c.tamper(l)
			if seq, why := l.broken(t, audit.Head{}); seq != 0 {
				t.Errorf("the chain alone says that entry %d %s", seq, why)
			}
			if seq, why := l.broken(t, noted.Head); seq != c.broken || !strings.Contains(why, c.why) {
				t.Errorf("entry %d: %s; want %d: %s", seq, why, c.broken, c.why)
			}
		})
	}
}

// Values that look like none, or like what stands for none elsewhere, are no way round.
func TestI7ValuesThatAreNoSealAreNoticed(t *testing.T) {
	databasetest.Both(t, testI7ValuesThatAreNoSealAreNoticed)
}

func testI7ValuesThatAreNoSealAreNoticed(t *testing.T) {
	for _, sealed := range []string{"-", "kept", "x"} {
		l := newTrail(t)
		l.fill(t, 4)
		l.tamper(t, `UPDATE audit_values SET sealed = '`+sealed+`' WHERE seq = 3`)
		if seq, why := l.broken(t, audit.Head{}); seq != 3 || !strings.Contains(why, "do not open") {
			t.Errorf("%q: entry %d %s; want 3", sealed, seq, why)
		}
	}
}

// More entries than are read at once.
func TestALongTrailIsProved(t *testing.T) {
	l := newTrail(t)
	l.bulk(t, 2500)
	if n, err := l.Verify(t.Context()); n != 2500 || err != nil {
		t.Errorf("Verify = %d, %v", n, err)
	}
	l.tamper(t, `DELETE FROM audit_values WHERE seq = 2001; DELETE FROM audit WHERE seq = 2001`)
	if seq, why := l.broken(t, audit.Head{}); seq != 2001 || why != "it is missing; the next one is 2002" {
		t.Errorf("entry %d: %s", seq, why)
	}
}

func TestAHeadIsReadAsPrinted(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for text, good := range map[string]bool{
		"12:" + hash: true, " 12:" + strings.ToUpper(hash) + "\n": true,
		"": false, "12": false, "12:": false, "12:abc": false, ":" + hash: false, "0:" + hash: false, "-1:" + hash: false, "x:" + hash: false, "12:" + hash + "00": false,
	} {
		head, err := audit.ParseHead(text)
		if (err == nil) != good || good && head.String() != "12:"+hash {
			t.Errorf("%q: %v, %v", text, head, err)
		}
	}
}

// A key that was taken away leaves the facts provable, and says which key it was.
func TestI7ATrailWhoseKeyIsGone(t *testing.T) {
	t.Run("V11.2.2 V16.4.2", func(t *testing.T) { databasetest.Both(t, testI7ATrailWhoseKeyIsGone) })
}

func testI7ATrailWhoseKeyIsGone(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 4)
	if err := l.Opens(t.Context()); err != nil {
		t.Error(err)
	}
	id := seal.KeyID(l.ring.Seal("any", nil, nil))
	other, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	later := &trail{Trail: audit.New(l.db, other, time.Now), db: l.db, url: l.url, ring: other}
	if err := later.Opens(t.Context()); err == nil || !strings.Contains(err.Error(), id) {
		t.Errorf("the newest values open: %v", err)
	}
	if seq, why := later.broken(t, audit.Head{}); seq != 1 || !strings.Contains(why, id) || strings.Contains(why, "changed") {
		t.Errorf("entry %d: %s", seq, why)
	}
	if proof, err := later.Prove(t.Context(), audit.Head{}, "another"); err == nil {
		t.Errorf("another key's absence is taken for this one's: %v", proof)
	}
	proof, err := later.Prove(t.Context(), audit.Head{}, id)
	if err != nil || proof.Entries != 4 || proof.Unchecked == 0 {
		t.Errorf("%v, %v", proof, err)
	}
	later.fill(t, 2)
	if err := later.Opens(t.Context()); err != nil {
		t.Errorf("the newest values are sealed with the new key: %v", err)
	}
	later.tamper(t, `UPDATE audit SET operator_name = 'Somebody Else' WHERE seq = 3`)
	var broken *audit.BrokenError
	if _, err := later.Prove(t.Context(), audit.Head{}, id); !errors.As(err, &broken) || broken.Seq != 3 {
		t.Errorf("a fact changed beside values that do not open: %v", err)
	}
	replaced := newTrail(t)
	replaced.fill(t, 2)
	replaced.tamper(t, `UPDATE audit_values SET sealed = 'AAAA' WHERE seq = 1`)
	if _, err := replaced.Prove(t.Context(), audit.Head{}, id); !errors.As(err, &broken) || broken.Seq != 1 {
		t.Errorf("values that were replaced pass for values of a key that is gone: %v", err)
	}
}

func TestATrailWithoutValuesOpens(t *testing.T) {
	if err := newTrail(t).Opens(t.Context()); err != nil {
		t.Error(err)
	}
}
