package handlers

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/submission"
)

// errOtherPortfolio reports a customer outside the person's portfolio. Its page is that of
// a customer Partner Center does not know, so that nobody learns which of them exist.
var errOtherPortfolio = errors.New("the customer is outside the operator's portfolio")

const (
	// lookFor and postFor are for how long a customer's pages go by what Partner Center told
	// of its domain and country. A form goes by newer facts than a page: the result of a save
	// that moves the customer to another country can then still be looked at.
	lookFor, postFor = 15 * time.Minute, 5 * time.Minute
	// listFor is for how long lists do, and pages while Partner Center does not answer.
	listFor = 24 * time.Hour
	// askAtOnce is how many customers a list asks Partner Center about at a time.
	askAtOnce = 8
	// mostLanes is for how many customers the change log is read one by one. For more, or
	// where only each customer tells, it is read past the changes of others.
	mostLanes = 200
	// mineWait is how long a page waits to hear which of its customers may be listed.
	mineWait = 2 * time.Second
)

// admit lets the person go on to the pages of a customer in their portfolio. It stands
// before every route with a customer in its path.
func (s *site) admit(v *visit, post bool) error {
	bare := portfolio.Customer{ID: v.customer}
	if v.customer == "" || v.portfolio.Holds(bare) {
		return nil
	}
	if !v.portfolio.Asks(bare) {
		return errOtherPortfolio
	}
	ctx := v.Request().Context()
	known, err := s.Facts.Of(ctx, []pcclient.TenantID{v.customer})
	if err != nil {
		return err
	}
	fact, fresh := known[v.customer], lookFor
	if post {
		fresh = postFor
	}
	if !v.portfolio.Holds(fact.Customer) {
		// Of what is not theirs nothing counts as known: to refuse it costs a call, and may
		// fail, just as for what does not exist.
		fact = directory.Fact{}
	}
	customer := fact.Customer
	if s.Now().Sub(fact.At) >= fresh {
		if customer, err = s.ask(ctx, v, v.customer, fact); err != nil {
			return err
		}
	}
	if !v.portfolio.Holds(customer) {
		return errOtherPortfolio
	}
	return nil
}

// ask reads what portfolios go by as the person, and keeps it for everybody. What was
// known before counts on for a customer that Partner Center knows no more, and for a day
// while it does not answer.
func (s *site) ask(ctx context.Context, v *visit, id pcclient.TenantID, before directory.Fact) (portfolio.Customer, error) {
	customer, err := v.upstream.Customers.Get(ctx, id)
	gone := errors.Is(err, pcclient.ErrNotFound) || errors.Is(err, pcclient.ErrNoRelationship)
	switch {
	case err == nil:
		fact := portfolio.Customer{ID: id, Domain: cleaned(customer.Domain)}
		if customer.BillingProfile != nil {
			fact.Country = customer.BillingProfile.DefaultAddress.Country
		}
		if err := s.Facts.Keep(ctx, fact); err != nil {
			s.warn(v, "facts of a customer not kept", err)
		}
		return fact, nil
	case before.At.IsZero(), errors.Is(err, signin.ErrSignInAgain):
		return portfolio.Customer{}, err
	case gone, s.Now().Sub(before.At) < listFor:
		return before.Customer, nil
	}
	return portfolio.Customer{}, err
}

// sift tells which of some customers are in the person's portfolio: the one filter of all
// lists. What is known from the last day counts; Partner Center is asked about the others,
// a few at a time. A customer of whom it tells nothing is not in it, and the error says why
// when there was trouble.
func (s *site) sift(ctx context.Context, v *visit, customers []portfolio.Customer) (map[pcclient.TenantID]bool, error) {
	in := map[pcclient.TenantID]bool{}
	var unsure []pcclient.TenantID
	for _, c := range customers {
		if in[c.ID] = v.portfolio.Holds(c); v.portfolio.Asks(c) {
			unsure = append(unsure, c.ID)
		}
	}
	if len(unsure) == 0 {
		return in, nil
	}
	known, err := s.Facts.Of(ctx, unsure)
	if err != nil {
		return in, err
	}
	var old []pcclient.TenantID
	for _, id := range unsure {
		if fact := known[id]; s.Now().Sub(fact.At) < listFor {
			in[id] = v.portfolio.Holds(fact.Customer)
		} else {
			old = append(old, id)
		}
	}
	if v.upstream == nil { // an error page asks nothing
		return in, nil
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var trouble []error
	var panicked any
	turns := make(chan struct{}, askAtOnce)
	for _, id := range old {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			defer func() {
				if p := recover(); p != nil {
					mu.Lock()
					defer mu.Unlock()
					panicked = p
				}
			}()
			fact, err := s.ask(ctx, v, id, known[id])
			mu.Lock()
			defer mu.Unlock()
			in[id] = err == nil && v.portfolio.Holds(fact)
			if err != nil && !withheld(err) {
				trouble = append(trouble, err)
			}
		})
	}
	wg.Wait()
	if panicked != nil {
		panic(panicked) // here it is this request's, and not the end of the process
	}
	return in, errors.Join(trouble...)
}

// withheld reports whether Partner Center has an answer about a customer, and not for this
// person: one such row must not cost them the list.
func withheld(err error) bool {
	return errors.Is(err, pcclient.ErrNotFound) || errors.Is(err, pcclient.ErrForbidden)
}

// siftFound is sift for rows of Partner Center's list, which tell the domain.
func (s *site) siftFound(ctx context.Context, v *visit, found []pcclient.Customer) (map[pcclient.TenantID]bool, error) {
	customers := make([]portfolio.Customer, len(found))
	for i, c := range found {
		customers[i] = portfolio.Customer{ID: c.ID, Domain: cleaned(c.Domain)}
	}
	return s.sift(ctx, v, customers)
}

// mine is sift for customers that this portal wrote down. Trouble costs the page those it
// cannot tell, and nothing else.
func (s *site) mine(v *visit, ids ...pcclient.TenantID) map[pcclient.TenantID]bool {
	customers := make([]portfolio.Customer, len(ids))
	for i, id := range ids {
		customers[i] = portfolio.Customer{ID: id}
	}
	ctx, cancel := context.WithTimeout(v.Request().Context(), mineWait)
	defer cancel()
	in, err := s.sift(ctx, v, customers)
	if err != nil {
		s.warn(v, "not all customers of the portfolio could be told", err)
	}
	return in
}

// recent are the person's customers opened lately that are in their portfolio, latest
// first.
func (s *site) recent(v *visit, limit int) ([]directory.Recent, error) {
	list, err := s.Recents.List(v.Request().Context(), v.operator.Key(), limit)
	if err != nil {
		return nil, err
	}
	return within(s, v, list, func(r directory.Recent) pcclient.TenantID { return r.Customer }), nil
}

// drafted and saved are within for drafts and for saves.
func (s *site) drafted(v *visit, list []drafts.Version) []drafts.Version {
	return within(s, v, list, func(d drafts.Version) pcclient.TenantID { return d.Customer })
}

func (s *site) saved(v *visit, list []submission.Submission) []submission.Submission {
	return within(s, v, list, func(sub submission.Submission) pcclient.TenantID { return sub.Customer })
}

// within are those of some rows whose customer is in the person's portfolio.
func within[T any](s *site, v *visit, list []T, customerOf func(T) pcclient.TenantID) []T {
	if v.portfolio.Whole() {
		return list
	}
	ids := make([]pcclient.TenantID, len(list))
	for i, one := range list {
		ids[i] = customerOf(one)
	}
	in := s.mine(v, ids...)
	var kept []T
	for i, one := range list {
		if in[ids[i]] {
			kept = append(kept, one)
		}
	}
	return kept
}

// only makes a filter of changes let through those of customers in the person's portfolio.
// Each customer is asked about once. Trouble ends the list: one with gaps that nobody sees
// would be worse.
func (s *site) only(v *visit, f *audit.Filter) {
	if v.portfolio.Whole() {
		return
	}
	if f.Among = v.portfolio.List(mostLanes); f.Among != nil {
		return
	}
	told := map[pcclient.TenantID]bool{}
	f.Only = func(ctx context.Context, id pcclient.TenantID) (bool, error) {
		if in, known := told[id]; known {
			return in, nil
		}
		in, err := s.sift(ctx, v, []portfolio.Customer{{ID: id}})
		if err != nil {
			return false, err
		}
		told[id] = in[id]
		return in[id], nil
	}
}
