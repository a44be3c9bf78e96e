package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/submission"
)

// draftOf is the latest version of the draft named in the address, and the
// submission that was made of it, if there is one.
func (s *site) draftOf(v *visit) (drafts.Version, submission.Submission, error) {
	draft := v.QueryParam("draft")
	if !isDraft(draft) {
		return drafts.Version{}, submission.Submission{}, drafts.ErrNotFound
	}
	return s.latestOf(v.Request().Context(), v.operator.Key(), v.customer, draft)
}

func (s *site) latestOf(ctx context.Context, operator string, customer pcclient.TenantID, draft string) (drafts.Version, submission.Submission, error) {
	version, err := s.Drafts.Latest(ctx, operator, customer, draft)
	if err != nil {
		return drafts.Version{}, submission.Submission{}, err
	}
	sub, err := s.Submissions.Get(ctx, operator, version.Key)
	if errors.Is(err, submission.ErrNotFound) {
		return version, submission.Submission{}, nil
	}
	return version, sub, err
}

// postedVersion is the version that the posted key names, if it is the operator's
// and of the customer and draft in the address.
func (s *site) postedVersion(v *visit, operator string, customer pcclient.TenantID) (drafts.Version, error) {
	version, err := s.Drafts.Get(v.Request().Context(), operator, v.one("key"))
	if err == nil && (version.Customer != customer || version.Draft != v.QueryParam("draft")) {
		err = drafts.ErrNotFound
	}
	return version, err
}

// again makes a new version of one whose save came to nothing: saving once more is
// another submission, under a key of its own.
func (s *site) again(v *visit, version drafts.Version, etag pcclient.ETag) (drafts.Version, error) {
	version.Key, version.ETag, version.SavedAt = pcclient.NewGUID(), etag, s.Now()
	return version, s.Drafts.Put(v.Request().Context(), version)
}

// keepCopy stores the version once more, as the draft's newest.
func (s *site) keepCopy(v *visit, version drafts.Version) error {
	version.Key, version.SavedAt = pcclient.NewGUID(), s.Now()
	if version.Stage == drafts.Typed {
		return s.Drafts.Keep(v.Request().Context(), version)
	}
	return s.Drafts.Put(v.Request().Context(), version)
}

// done reports whether a submission needs no second one: it is on its way, or its
// values stand upstream. The zero submission is none.
func done(sub submission.Submission) bool {
	return sub.Key != "" && (!sub.State.Settled() || sub.State == submission.Applied || sub.Reason == submission.AlreadySaved)
}

// nothingLeft reports whether every value the version changed stands upstream already.
func nothingLeft(version drafts.Version, now opened) bool {
	return forms.Agree(version.Mine, now.Values, forms.Changed(version.Base, version.Mine)...)
}

// carry gives a draft's next version what the same edit, further on, takes over from
// the latest one: how the values came into it, the reason, and what the address check
// said. The first version, and one after a save, take over nothing.
func (s *site) carry(ctx context.Context, next *drafts.Version) error {
	latest, sub, err := s.latestOf(ctx, next.Operator, next.Customer, next.Draft)
	if errors.Is(err, drafts.ErrNotFound) {
		return nil
	}
	if err == nil && !latest.Over && !settledWell(sub) {
		next.Via, next.Why = latest.Via, reasonFor(latest, sub)
		if next.Check == nil {
			next.Check = latest.Check
		}
	}
	return err
}

// putNext stores a draft's next version, under a key of its own, with what it takes
// over from the one before.
func (s *site) putNext(v *visit, next drafts.Version) error {
	next.Key, next.Operator, next.SavedAt = pcclient.NewGUID(), v.operator.Key(), s.Now()
	if err := s.carry(v.Request().Context(), &next); err != nil {
		return err
	}
	return s.Drafts.Put(v.Request().Context(), next)
}

// keepNext keeps a typed version with what it takes over from the one before, and says
// so in the answer.
func (s *site) keepNext(v *visit, version drafts.Version) error {
	ctx := v.Request().Context()
	if err := s.carry(ctx, &version); err != nil {
		return err
	}
	if err := s.Drafts.Keep(ctx, version); err != nil {
		return err
	}
	s.tellKept(v, version)
	return nil
}

// something reports whether a version holds what is worth keeping.
func something(version drafts.Version) bool {
	return version.Merging != nil || len(forms.Changed(version.Base, version.Mine)) > 0
}

// settledWell reports whether the draft is over, its values standing upstream: then
// the form opens afresh.
func settledWell(sub submission.Submission) bool { return done(sub) && sub.State.Settled() }

const draftBytes = 12

func newDraft() string {
	b := make([]byte, draftBytes)
	rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	return hex.EncodeToString(b)
}

func isDraft(draft string) bool {
	b, err := hex.DecodeString(draft)
	return err == nil && len(b) == draftBytes
}
