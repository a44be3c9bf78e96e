package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/templates"
)

// sessionsMost is how many sessions the administrators' list has room for.
const sessionsMost = 500

// showSessions lists where the person is signed in.
func (s *site) showSessions(v *visit) error {
	list, err := s.Sessions.OfOperator(v.Request().Context(), v.operator.Key())
	if err != nil {
		return err
	}
	page := templates.SessionsPage{
		Page:     s.frame(v, v.Say("sessions.title"), templates.SectionSettings),
		Banner:   sessionsBanner(v),
		Sessions: signedIn(v, list),
		Action:   "/sessions/end",
		CSRF:     v.session.FormToken(familySessions, ""),
	}
	if len(list) > 1 {
		page.OthersURL = "/sessions/end-others"
	}
	if v.may(middleware.Administer) {
		page.AllURL = "/sessions/everybody"
	}
	return show(v, http.StatusOK, page.View())
}

// showEverybodysSessions lists who is signed in, for administrators.
func (s *site) showEverybodysSessions(v *visit) error {
	list, err := s.Sessions.All(v.Request().Context(), sessionsMost+1)
	if err != nil {
		return err
	}
	page := templates.SessionsPage{
		Page:      s.frame(v, v.Say("sessions.everybody.title"), templates.SectionSettings),
		Banner:    sessionsBanner(v),
		Everybody: true,
		Action:    "/sessions/everybody/end",
		CSRF:      v.session.FormToken(familySessions, ""),
		Factor:    factorOf(v),
	}
	if len(list) > sessionsMost {
		list, page.Most = list[:sessionsMost], sessionsMost
	}
	page.Sessions = signedIn(v, list)
	return show(v, http.StatusOK, page.View())
}

// factorPatience is short: the page is about something else.
const factorPatience = 3 * time.Second

// factorOf asks Partner Center whether the person's sign-in has a second factor, which
// everybody's here has or none: the identity provider's policy decides.
func factorOf(v *visit) templates.Factor {
	ctx, cancel := context.WithTimeout(v.Request().Context(), factorPatience)
	defer cancel()
	factor, err := v.upstream.SecondFactor.Check(ctx)
	switch {
	case err == nil && factor == pcclient.SecondFactorGood:
		return templates.FactorGood
	case err == nil && factor == pcclient.SecondFactorMissing:
		return templates.FactorMissing
	}
	return templates.FactorUnknown
}

func signedIn(v *visit, list []session.Listed) []templates.SignedIn {
	var shown []templates.SignedIn
	for _, one := range list {
		shown = append(shown, templates.SignedIn{
			ID: one.ID, Who: one.Name, You: one.Operator == v.operator.Key(), Here: one.ID == v.session.ID(),
			Browser: browserText(v, one.Browser), At: v.moment(one.SignedInAt), Used: v.moment(one.SeenAt),
		})
	}
	return shown
}

func browserText(v *visit, b session.Browser) string {
	switch {
	case b.Name != "" && b.System != "":
		return v.Say("sessions.browser", "browser", b.Name, "system", b.System)
	case b.Name+b.System != "":
		return b.Name + b.System
	}
	return v.Say("sessions.unknown")
}

func sessionsBanner(v *visit) *templates.Banner {
	switch v.QueryParam("state") {
	case "ended":
		return &templates.Banner{Tone: templates.ToneGood, Title: v.Say("sessions.ended.title"), Text: v.Say("sessions.ended.text"), Focus: true}
	case "others":
		return &templates.Banner{Tone: templates.ToneGood, Title: v.Say("sessions.ended.others"), Focus: true}
	}
	return nil
}

// endSession ends one of the person's own sessions. One of somebody else, or one that is
// over, is none: the answer is the same.
func (s *site) endSession(v *visit) error {
	if !v.session.CheckFormToken(familySessions, "", v.one("csrf")) {
		return errFormToken
	}
	ended, err := s.Sessions.EndOf(v.Request().Context(), v.operator.Key(), v.one("session"))
	if err != nil {
		return err
	}
	if ended {
		s.noteEnded(v, v.operator.Key(), 1)
	}
	return v.redirect("/sessions?state=ended")
}

// endOtherSessions leaves the person signed in here alone.
func (s *site) endOtherSessions(v *visit) error {
	if !v.session.CheckFormToken(familySessions, "", v.one("csrf")) {
		return errFormToken
	}
	ended, err := s.Sessions.EndOthers(v.Request().Context(), v.session)
	if err != nil {
		return err
	}
	s.noteEnded(v, v.operator.Key(), ended)
	return v.redirect("/sessions?state=others")
}

// endAnySession ends a session of anybody, for administrators.
func (s *site) endAnySession(v *visit) error {
	if !v.session.CheckFormToken(familySessions, "", v.one("csrf")) {
		return errFormToken
	}
	whose, err := s.Sessions.EndAny(v.Request().Context(), v.one("session"))
	if err != nil {
		return err
	}
	if whose != "" {
		s.noteEnded(v, whose, 1)
	}
	return v.redirect("/sessions/everybody?state=ended")
}

// noteEnded leaves in the log who ended whose sessions.
func (s *site) noteEnded(v *visit, whose string, ended int64) {
	s.Log.InfoContext(v.Request().Context(), "sessions ended by a person", "reference", s.reference(v), "operator", v.operator.Key(), "whose", whose, "ended", ended)
}
