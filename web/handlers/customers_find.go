package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

const (
	// shortestFind is how many characters the find box needs before it offers anything.
	shortestFind = 2
	// findRows is how many customers it offers, findEdits how many of them to edit at once.
	findRows, findEdits = 8, 3
	// findWait is how long it waits for Partner Center: somebody is typing.
	findWait = 2 * time.Second
	// knownCustomers is how many of the operator's recent customers are looked through
	// for a name.
	knownCustomers = 50
)

// suggestCustomers answers the find box while somebody types: customers whose name fits
// and pages to go to. It is asked at every pause, so it must spend little of what
// Partner Center allows: the person's recent customers come first and for nothing, and
// one short call fills up, or a second one by domain where no name fits. When Partner
// Center has no answer, what is known here is offered.
func (s *site) suggestCustomers(v *visit, query string) error {
	fragment := templates.FindFragment{Query: query}
	if id, err := pcclient.ParseTenantID(query); err == nil {
		fragment.Customers = []templates.CustomerRow{{URL: customerPath(id), Name: string(id)}}
		return show(v, http.StatusOK, fragment.View())
	}
	if len([]rune(query)) < shortestFind {
		return show(v, http.StatusOK, fragment.View())
	}
	listed := map[pcclient.TenantID]bool{}
	add := func(id pcclient.TenantID, name, domain string) {
		if len(fragment.Customers) < findRows && !listed[id] {
			listed[id] = true
			fragment.Customers = append(fragment.Customers, templates.CustomerRow{URL: customerPath(id), Name: name, Domain: domain})
		}
	}
	ctx := v.Request().Context()
	recent, err := s.recent(v, knownCustomers)
	if err != nil {
		s.warn(v, "recent customers not read", err)
	}
	for _, c := range recent {
		if fits(query, c.Name) {
			add(c.Customer, c.Name, "")
		}
	}
	if len(fragment.Customers) < findRows {
		found, err := s.findFew(v, query, len(fragment.Customers) == 0)
		switch {
		case errors.Is(err, signin.ErrSignInAgain):
			return err
		case err != nil:
			middleware.SetError(ctx, err)
			fragment.Partly = true
		}
		for _, c := range found {
			add(c.ID, cleaned(c.CompanyName), cleaned(c.Domain))
		}
	}
	fragment.Pages = s.pagesFor(v, query)
	if v.may(middleware.Edit) {
		for _, c := range recent {
			if len(fragment.Edits) < findEdits && fitsEdit(query, v.Say("find.verb"), c.Name) {
				fragment.Edits = append(fragment.Edits, templates.Link{URL: customerPath(c.Customer) + "/billing", Text: c.Name})
			}
		}
	}
	return show(v, http.StatusOK, fragment.View())
}

// findFew asks Partner Center for the customers whose name starts with the query; if
// there are none, and byDomain says so, for those whose domain does. Those outside the
// person's portfolio are left out.
func (s *site) findFew(v *visit, query string, byDomain bool) ([]pcclient.Customer, error) {
	ctx, cancel := context.WithTimeout(v.Request().Context(), findWait)
	defer cancel()
	size := sizeFor(v, findRows)
	page, err := v.upstream.Customers.Search(ctx, pcclient.CustomerQuery{CompanyName: query, Size: size})
	if err == nil && len(page.Items) == 0 && byDomain {
		page, err = v.upstream.Customers.Search(ctx, pcclient.CustomerQuery{Domain: query, Size: size})
	}
	if err != nil {
		return nil, err
	}
	in, err := s.siftFound(ctx, v, page.Items)
	return slices.DeleteFunc(page.Items, func(c pcclient.Customer) bool { return !in[c.ID] }), err
}

// pagesFor are the pages of the frame that the query names.
func (s *site) pagesFor(v *visit, query string) []templates.Link {
	frame := templates.Page{Audits: v.may(middleware.Audit), Tends: v.may(middleware.Administer)}
	var pages []templates.Link
	for _, page := range frame.Places(v.Request().Context()) {
		if fits(query, page.Text) {
			pages = append(pages, page)
		}
	}
	return pages
}

// fits reports whether every word of the query begins a word of the text.
func fits(query, text string) bool {
	all := strings.Fields(words.Bare(text))
next:
	for _, part := range strings.Fields(query) {
		for _, word := range all {
			if hasPrefixFold(word, part) {
				continue next
			}
		}
		return false
	}
	return true
}

// fitsEdit reports whether the query is the beginning of the verb, "edit", alone or before
// words of the name.
func fitsEdit(query, verb, name string) bool {
	all := strings.Fields(query)
	return len(all) > 0 && hasPrefixFold(verb, all[0]) && fits(strings.Join(all[1:], " "), name)
}
