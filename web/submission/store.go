package submission

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
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
	OperatorName string        `json:"operatorName"`
	ETag         pcclient.ETag `json:"etag"`
	Base         forms.Values  `json:"base"`
	Wish         forms.Values  `json:"wish"`
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
// lease. errKeyTaken: there is such a row, whoever's it is.
func (s *Service) record(ctx context.Context, sub Submission) (l lease, ok bool, err error) {
	sealed, err := s.sealed(intentPurpose, sub, intent{sub.Operator.Name, sub.ETag, sub.Base, sub.Wish})
	if err != nil {
		return lease{}, false, err
	}
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `
			INSERT INTO submissions (key, draft, operator, customer, state, reason, upstream_code, correlation_id,
				fields, retry_after, fence, recorded_at, sent_at, settled_at, intent, outcome)
			VALUES ($1, $2, $3, $4, $5, '', '', '', $6, 0, 0, $7, 0, 0, $8, '') ON CONFLICT (key) DO NOTHING`,
			sub.Key, sub.Draft, sub.Operator.Key, string(sub.Customer), Recorded, strings.Join(sub.Fields, " "), database.Micros(sub.RecordedAt), sealed)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return errKeyTaken
		}
		if _, err := s.log.Append(ctx, tx, entry(sub, audit.Recorded, sub.RecordedAt), changes(sub, sub.Base, sub.Wish)); err != nil {
			return err
		}
		l, ok, err = s.take(ctx, tx, sub.Customer, sub.Key)
		return err
	})
	return l, ok, err
}

// doubt commits that an answer was lost.
func (s *Service) doubt(ctx context.Context, sub Submission) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := update(ctx, tx, sub, ""); err != nil {
			return err
		}
		_, err := s.log.Append(ctx, tx, entry(sub, audit.InDoubt, s.now()), audit.Values{})
		return err
	})
}

// finish commits the end of a submission and gives its lease back. errSettled:
// it has another end already, which stands. before is the content the values
// replaced, for the trail.
func (s *Service) finish(ctx context.Context, sub Submission, before forms.Values) error {
	sealed, err := s.sealed(outcomePurpose, sub, outcomeTexts{sub.UpstreamText, sub.Saved})
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := update(ctx, tx, sub, sealed); err != nil {
			return err
		}
		var values audit.Values
		if sub.State == Applied || sub.State == Superseded {
			values = changes(sub, before, sub.Saved)
		}
		if _, err := s.log.Append(ctx, tx, entry(sub, audit.Kind(sub.State), sub.SettledAt), values); err != nil {
			return err
		}
		if sub.State == Applied || sub.Reason == AlreadySaved {
			if err := drafts.Finish(ctx, tx, sub.Operator.Key, sub.Customer, sub.Draft, sub.Key); err != nil {
				return err
			}
		}
		return release(ctx, tx, sub.Customer, sub.Key)
	})
}

// update moves an open row on; a settled one never changes.
func update(ctx context.Context, tx *sql.Tx, sub Submission, sealedOutcome string) error {
	result, err := tx.ExecContext(ctx, `
		UPDATE submissions SET state = $1, reason = $2, upstream_code = $3, correlation_id = $4, retry_after = $5,
			sent_at = $6, settled_at = $7, outcome = $8
		WHERE key = $9 AND state IN ('recorded', 'in_doubt')`,
		sub.State, sub.Reason, sub.UpstreamCode, sub.CorrelationID, sub.RetryAfter.Microseconds(),
		database.Micros(sub.SentAt), database.Micros(sub.SettledAt), sealedOutcome, sub.Key)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return errSettled
	}
	return nil
}

const columns = `key, draft, operator, customer, state, reason, upstream_code, correlation_id, fields, retry_after,
	recorded_at, sent_at, settled_at, intent, outcome`

// Get returns the operator's submission of that key, or ErrNotFound.
func (s *Service) Get(ctx context.Context, operatorKey, key string) (Submission, error) {
	return s.one(ctx, `key = $1 AND operator = $2`, key, operatorKey)
}

// Open returns the operator's submissions that have no end yet, newest first;
// none is an empty list.
func (s *Service) Open(ctx context.Context, operatorKey string) ([]Submission, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+columns+` FROM submissions
		WHERE operator = $1 AND state IN ('recorded', 'in_doubt') ORDER BY recorded_at DESC, key`, operatorKey)
	if err != nil {
		return nil, fmt.Errorf("list open submissions: %w", err)
	}
	defer rows.Close()
	var list []Submission
	for rows.Next() {
		sub, err := s.scan(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list open submissions: %w", err)
		}
		list = append(list, sub)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list open submissions: %w", err)
	}
	return list, nil
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
	var retryAfter, recorded, sent, settled int64
	err := scan(&sub.Key, &sub.Draft, &sub.Operator.Key, &sub.Customer, &sub.State, &sub.Reason, &sub.UpstreamCode, &sub.CorrelationID,
		&fields, &retryAfter, &recorded, &sent, &settled, &sealedIntent, &sealedOutcome)
	if err != nil {
		return Submission{}, err
	}
	sub.RequestID = sub.Key
	sub.RetryAfter = time.Duration(retryAfter) * time.Microsecond
	sub.RecordedAt, sub.SentAt, sub.SettledAt = database.Time(recorded), database.Time(sent), database.Time(settled)
	if fields != "" { // none of the names has a space
		sub.Fields = strings.Split(fields, " ")
	}
	var in intent
	if err := s.unsealed(intentPurpose, sub, sealedIntent, &in); err != nil {
		return Submission{}, err
	}
	sub.Operator.Name, sub.ETag, sub.Base, sub.Wish = in.OperatorName, in.ETag, in.Base, in.Wish
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
