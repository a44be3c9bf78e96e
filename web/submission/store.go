package submission

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
)

const (
	intentPurpose  = "submission intent"
	outcomePurpose = "submission outcome"
)

// intent and outcome are the sealed parts of a row.
type intent struct {
	OperatorName string              `json:"operatorName"`
	ETag         pcclient.ETag       `json:"etag"`
	Base         forms.Values        `json:"base"`
	Wish         forms.Values        `json:"wish"`
	Why          string              `json:"why,omitempty"`
	Check        *audit.AddressCheck `json:"check,omitempty"`
}

type outcomeTexts struct {
	UpstreamText string       `json:"upstreamText"`
	Saved        forms.Values `json:"saved"`
}

var (
	errKeyTaken = errors.New("the key is taken")
	errSettled  = errors.New("the submission is settled already")
	errBroken   = errors.New("a fault of our own")
)

// record commits the intent, its audit entry and, if it is free, the customer's
// lease. Row and entry name the correlation ID that the PUT will have.
// errKeyTaken: there is such a row, whoever's it is.
func (s *Service) record(ctx context.Context, sub Submission) (l lease, ok bool, err error) {
	sealed, err := s.sealed(intentPurpose, sub, intent{sub.Operator.Name, sub.ETag, sub.Base, sub.Wish, sub.Why, sub.Check})
	if err != nil {
		return lease{}, false, err
	}
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `
			INSERT INTO submissions (key, draft, operator, customer, state, reason, upstream_code, correlation_id, via,
				fields, retry_after, fence, recorded_at, sent_at, settled_at, closed_at, alive_until, intent, outcome)
			VALUES ($1, $2, $3, $4, $5, '', '', $6, $7, $8, 0, 0, $9, 0, 0, 0, $10, $11, '') ON CONFLICT (key) DO NOTHING`,
			sub.Key, sub.Draft, sub.Operator.Key, string(sub.Customer), Recorded, sub.CorrelationID, sub.Via, strings.Join(sub.Fields, " "),
			database.Micros(sub.RecordedAt), database.Micros(s.now().Add(s.aliveFor)), sealed)
		if err := changedOne(result, err, errKeyTaken); err != nil {
			return err
		}
		if _, err := s.trail.Append(ctx, tx, entry(sub, audit.Recorded, sub.RecordedAt), changes(sub, sub.Base, sub.Wish)); err != nil {
			return err
		}
		l, ok, err = s.take(ctx, tx, sub.Customer, sub.Key)
		return err
	})
	return l, ok, err
}

// lookFor is how long a save waits to learn whether its intent was committed.
const lookFor = 5 * time.Second

// findRecorded looks whether an intent is on disk whose commit got no answer, and which
// lease it got with it. It asks until the database answers, or a few seconds are over.
// Only a row that is seen lets a save go on; one that shows up later was never sent,
// and ends as that (Recover).
func (s *Service) findRecorded(ctx context.Context, sub Submission, lost error) (l lease, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		l = lease{name: leaseName(sub.Customer), holder: sub.Key}
		err := s.db.Read().QueryRowContext(ctx, `SELECT fence FROM submissions WHERE key = $1 AND operator = $2 AND state = 'recorded'`,
			sub.Key, sub.Operator.Key).Scan(&l.fence)
		switch {
		case err == nil:
			s.event(ctx, slog.LevelWarn, "submission.commit_found", sub)
			return l, l.fence > 0, nil
		case errors.Is(err, sql.ErrNoRows), sleep(ctx, pause) != nil: // the database's time, not the service's clock
			return lease{}, false, lost
		}
	}
}

// doubt commits that an answer was lost, and when the PUT went out. errSettled: that
// stands there already, or an end does.
func (s *Service) doubt(ctx context.Context, sub Submission, sent time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error { return s.doubtIn(ctx, tx, sub, sent) })
}

func (s *Service) doubtIn(ctx context.Context, tx *sql.Tx, sub Submission, sent time.Time) error {
	if err := update(ctx, tx, sub, "", Recorded); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE submissions SET doubted = 1 WHERE key = $1`, sub.Key); err != nil {
		return err
	}
	if err := s.wasSent(ctx, tx, sub, sent); err != nil {
		return err
	}
	_, err := s.trail.Append(ctx, tx, entry(sub, audit.InDoubt, s.now()), audit.Values{})
	return err
}

// wasSent appends when the PUT went out, unless that stands in the trail already. Zero:
// it did not, or that is not known.
func (s *Service) wasSent(ctx context.Context, tx *sql.Tx, sub Submission, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	if told, err := s.trail.Has(ctx, tx, sub.Key, audit.Sent); err != nil || told {
		return err
	}
	_, err := s.trail.Append(ctx, tx, entry(sub, audit.Sent, at), audit.Values{})
	return err
}

// finish commits the end of a submission and gives its lease back. errSettled:
// it has another end already, which stands. before is the content the values
// replaced, for the trail; sent is as for wasSent.
func (s *Service) finish(ctx context.Context, sub Submission, before forms.Values, sent time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error { return s.finishIn(ctx, tx, sub, before, sent) })
}

func (s *Service) finishIn(ctx context.Context, tx *sql.Tx, sub Submission, before forms.Values, sent time.Time) error {
	sealed, err := s.sealed(outcomePurpose, sub, outcomeTexts{sub.UpstreamText, sub.Saved})
	if err != nil {
		return err
	}
	if err := update(ctx, tx, sub, sealed, InDoubt); err != nil {
		return err
	}
	if err := s.wasSent(ctx, tx, sub, sent); err != nil {
		return err
	}
	var values audit.Values
	if sub.State == Applied || sub.State == Superseded {
		values = changes(sub, before, sub.Saved)
	}
	if _, err := s.trail.Append(ctx, tx, entry(sub, audit.Kind(sub.State), sub.SettledAt), values); err != nil {
		return err
	}
	if sub.State == Applied || sub.Reason == AlreadySaved {
		if err := drafts.Finish(ctx, s.db, tx, sub.Operator.Key, sub.Customer, sub.Draft, sub.Key); err != nil {
			return err
		}
	}
	return release(ctx, tx, sub.Customer, sub.Key)
}

// update moves a row on that is recorded, or in the other state; errSettled if it is
// in neither. A settled one never changes.
func update(ctx context.Context, tx *sql.Tx, sub Submission, sealedOutcome string, or State) error {
	result, err := tx.ExecContext(ctx, `
		UPDATE submissions SET state = $1, reason = $2, upstream_code = $3, correlation_id = $4, retry_after = $5,
			sent_at = $6, settled_at = $7, outcome = $8
		WHERE key = $9 AND state IN ('recorded', $10)`,
		sub.State, sub.Reason, sub.UpstreamCode, sub.CorrelationID, sub.RetryAfter.Microseconds(),
		database.Micros(sub.SentAt), database.Micros(sub.SettledAt), sealedOutcome, sub.Key, or)
	return changedOne(result, err, errSettled)
}

// changedOne is err, or otherwise when the statement did not change one row.
func changedOne(result sql.Result, err, otherwise error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil {
		return err
	} else if n != 1 {
		return otherwise
	}
	return nil
}

const columns = `key, draft, operator, customer, state, reason, upstream_code, correlation_id, via, fields, retry_after,
	recorded_at, sent_at, settled_at, doubted, closed_at, intent, outcome`

// Get returns the operator's submission of that key, or ErrNotFound.
func (s *Service) Get(ctx context.Context, operatorKey, key string) (Submission, error) {
	return s.one(ctx, `key = $1 AND operator = $2`, database.Text(key), operatorKey)
}

// Find returns the submission of that key, whoever's it is, or ErrNotFound. The caller
// makes sure that the person may know of it.
func (s *Service) Find(ctx context.Context, key string) (Submission, error) {
	return s.one(ctx, `key = $1`, database.Text(key))
}

// one reads a row by a condition written in this package.
func (s *Service) one(ctx context.Context, where string, args ...any) (Submission, error) {
	sub, err := s.scan(s.db.Read().QueryRowContext(ctx, `SELECT `+columns+` FROM submissions WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Submission{}, ErrNotFound
	}
	if err != nil {
		return Submission{}, fmt.Errorf("read submission: %w", err)
	}
	return sub, nil
}

func (s *Service) scan(scan func(...any) error) (Submission, error) {
	var sub Submission
	var fields, sealedIntent, sealedOutcome string
	var retryAfter, recorded, sent, settled, doubted, closed int64
	err := scan(&sub.Key, &sub.Draft, &sub.Operator.Key, &sub.Customer, &sub.State, &sub.Reason, &sub.UpstreamCode, &sub.CorrelationID,
		&sub.Via, &fields, &retryAfter, &recorded, &sent, &settled, &doubted, &closed, &sealedIntent, &sealedOutcome)
	if err != nil {
		return Submission{}, err
	}
	sub.RetryAfter = time.Duration(retryAfter) * time.Microsecond
	sub.RecordedAt, sub.SentAt = database.Time(recorded), database.Time(sent)
	sub.SettledAt, sub.ClosedAt, sub.Doubted = database.Time(settled), database.Time(closed), doubted == 1
	if fields != "" { // none of the names has a space
		sub.Fields = strings.Split(fields, " ")
	}
	var in intent
	if err := s.unsealed(intentPurpose, sub, sealedIntent, &in); err != nil {
		return Submission{}, err
	}
	sub.Operator.Name, sub.ETag, sub.Base, sub.Wish, sub.Why, sub.Check = in.OperatorName, in.ETag, in.Base, in.Wish, in.Why, in.Check
	if sealedOutcome != "" {
		var out outcomeTexts
		if err := s.unsealed(outcomePurpose, sub, sealedOutcome, &out); err != nil {
			return Submission{}, err
		}
		sub.UpstreamText, sub.Saved = out.UpstreamText, out.Saved
	}
	return sub, nil
}

func (s *Service) sealed(purpose string, sub Submission, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return s.ring.Seal(purpose, plain, bound(sub)), nil
}

func (s *Service) unsealed(purpose string, sub Submission, text string, v any) error {
	plain, err := s.ring.Open(purpose, text, bound(sub))
	if err == nil {
		err = json.Unmarshal(plain, v)
	}
	if errors.Is(err, seal.ErrSealed) {
		err = fmt.Errorf("%s of %s: %w", purpose, sub.Key, err)
	}
	return err
}

func bound(sub Submission) []byte {
	b, _ := json.Marshal([]string{sub.Key, sub.Operator.Key, string(sub.Customer)}) // strings always marshal
	return b
}
