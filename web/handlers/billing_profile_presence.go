package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/presence"
	"github.com/partnerdesk/portal/web/templates"
)

// An open form asks its own address now and then who else has it open and whether
// somebody saved. It says in headers what the address does not: its sealed base, and
// the save it has told the person of. While the form is reviewed or merged those pages
// ask without a base: they hear of a save when they are sent.
const (
	baseHeader  = "X-Base"
	knownHeader = "X-Known"
)

const (
	// noteWait is how long a page waits to hear, and to note, who is here.
	noteWait = time.Second
	// newsWait is how long it waits to hear whether somebody saved.
	newsWait = 3 * time.Second
)

// showPresence answers an open form: the parts of its page that may have changed. It
// notes that the form is open, and is no activity of the person.
func (s *site) showPresence(v *visit) error {
	v.Response().Header().Add("Vary", fragmentHeader)
	draft, header := v.QueryParam("draft"), v.Request().Header
	if !isDraft(draft) {
		return echo.ErrNotFound
	}
	if len(header.Values(baseHeader)) == 0 {
		return show(v, http.StatusOK, templates.PresenceFragment{Others: s.here(v, v.customer, draft)}.View())
	}
	o, err := openBase(s.Ring, v.operator.Key(), v.customer, header.Get(baseHeader))
	if errors.Is(err, errBase) {
		return errBadForm
	}
	if err != nil {
		return err
	}
	fragment := templates.PresenceFragment{
		Others: s.here(v, v.customer, draft),
		News:   s.news(v, v.customer, o, header.Get(knownHeader)),
	}
	return show(v, http.StatusOK, fragment.View())
}

// here notes that the person has the customer's form open, and tells who else has.
// That either fails costs the page nothing else.
func (s *site) here(v *visit, customer pcclient.TenantID, draft string) templates.Others {
	ctx, cancel := context.WithTimeout(v.Request().Context(), noteWait)
	defer cancel()
	operator := v.operator.Key()
	if err := s.Presence.Here(ctx, operator, v.operator.Name, customer, draft); err != nil {
		s.warn(v, "open form not noted", err)
	}
	people, err := s.Presence.Others(ctx, operator, customer)
	if err != nil {
		s.warn(v, "open forms not read", err)
	}
	others := templates.Others{Names: v.namesOf(people), Unread: err != nil}
	if len(people) == 1 {
		others.Since = v.at(people[0].OpenedAt)
	}
	return others
}

// gone forgets a form that is left for good; a minute later it would be forgotten
// anyway.
func (s *site) gone(v *visit, customer pcclient.TenantID, draft string) {
	ctx, cancel := context.WithTimeout(v.Request().Context(), noteWait)
	defer cancel()
	if err := s.Presence.Leave(ctx, v.operator.Key(), customer, draft); err != nil {
		s.warn(v, "open form not forgotten", err)
	}
}

// editors are the names of those who have the forms of these customers open, but for
// the person who looks. If that cannot be read, nobody is named.
func (s *site) editors(v *visit, customers ...pcclient.TenantID) map[pcclient.TenantID][]string {
	ctx, cancel := context.WithTimeout(v.Request().Context(), noteWait)
	defer cancel()
	all, err := s.Presence.Among(ctx, v.operator.Key(), customers)
	if err != nil {
		s.warn(v, "open forms not read", err)
	}
	names := map[pcclient.TenantID][]string{}
	for customer, people := range all {
		names[customer] = v.namesOf(people)
	}
	return names
}

func (w times) namesOf(people []presence.Person) []string {
	var names []string
	for _, p := range people {
		name := cleaned(p.Name)
		if name == "" {
			name = w.Say("presence.somebody")
		}
		names = append(names, name)
	}
	return names
}

// news tells whether somebody saved since the form was opened. Only other values
// count, since an ETag may move alone. known is the save that the person was told of
// already. That nothing can be read just now is no news.
func (s *site) news(v *visit, customer pcclient.TenantID, o opened, known string) templates.News {
	ctx, cancel := context.WithTimeout(v.Request().Context(), newsWait)
	defer cancel()
	profile, _, err := v.upstream.BillingProfiles.Get(ctx, customer)
	if err != nil {
		s.warn(v, "billing profile not compared with an open form", err)
		return templates.News{Save: known, Known: known != ""}
	}
	now := forms.FromBillingProfile(profile)
	if len(forms.Changed(o.Values, now)) == 0 {
		return templates.News{}
	}
	news := templates.News{Save: nameOfSave(now)}
	if news.Known = news.Save == known; news.Known {
		return news
	}
	who := s.whoSaved(v, customer, o.OpenedAt, now)
	news.Who, news.You, news.At = cleaned(who.Name), who.You, v.at(who.At).Text
	news.Items = len(changedItems(o.Values, now))
	return news
}

// nameOfSave tells one content of a billing profile from another, so that an open
// form can say which save it knows of.
func nameOfSave(values forms.Values) string {
	hash := sha256.New()
	for _, name := range forms.Names() {
		hash.Write([]byte(forms.Normal(name, values[name]) + "\x00"))
	}
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:16])
}
