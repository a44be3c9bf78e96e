package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/templates"
)

// demoNotices are what the bar says after a press that leads back to a page.
var demoNotices = map[string]string{
	"colleague": "A colleague has just saved this customer.",
	"slow":      "Partner Center takes 3 seconds for each of the next answers.",
	"refuse":    "Partner Center will ask you to slow down at the next save.",
	"lose":      "Partner Center will lose its answer to the next save.",
}

// demoBar is the strip of demo mode. On pages that hold typed text its buttons are
// answered without leaving the page, so that a press can never cost what was typed.
func (s *site) demoBar(v *visit) *templates.DemoBar {
	path := v.Request().URL.Path
	hidden := func(more ...templates.Hidden) []templates.Hidden {
		back := path
		if v.Request().Method != http.MethodGet || strings.Contains(path, "/billing") {
			back = ""
		}
		return append([]templates.Hidden{
			{Name: "csrf", Value: v.session.FormToken(familyDemo, "")},
			{Name: "back", Value: back},
		}, more...)
	}
	bar := &templates.DemoBar{Notice: demoNotices[v.QueryParam("demo")]}
	if id, err := pcclient.ParseTenantID(v.Param("id")); err == nil {
		bar.Groups = append(bar.Groups, templates.DemoGroup{
			Action:  "/demo/colleague",
			Hidden:  hidden(templates.Hidden{Name: "customer", Value: string(id)}),
			Buttons: []templates.DemoButton{{Name: "do", Value: "colleague", Text: "Let a colleague save this customer now"}},
		})
	}
	bar.Groups = append(bar.Groups, templates.DemoGroup{
		Label:  "Partner Center",
		Action: "/demo/trouble",
		Hidden: hidden(),
		Buttons: []templates.DemoButton{
			{Name: "do", Value: "slow", Text: "Make it slow"},
			{Name: "do", Value: "refuse", Text: "Refuse the next save"},
			{Name: "do", Value: "lose", Text: "Lose the next answer"},
		},
	}, templates.DemoGroup{
		Action:  "/signout",
		Hidden:  []templates.Hidden{{Name: "csrf", Value: v.session.FormToken(familySignOut, "")}},
		Buttons: []templates.DemoButton{{Name: "do", Value: "switch", Text: "Sign in as somebody else"}},
	})
	return bar
}

func (s *site) demoColleague(v *visit) error {
	if !v.session.CheckFormToken(familyDemo, "", v.one("csrf")) {
		return errFormToken
	}
	id, err := pcclient.ParseTenantID(v.one("customer"))
	if err != nil {
		return echo.ErrNotFound
	}
	if err := s.Demo.ColleagueSaves(v.Request().Context(), id); err != nil {
		return err
	}
	return s.demoDone(v, "colleague")
}

func (s *site) demoTrouble(v *visit) error {
	if !v.session.CheckFormToken(familyDemo, "", v.one("csrf")) {
		return errFormToken
	}
	kind := v.one("do")
	if _, known := demoNotices[kind]; !known || kind == "colleague" {
		return errBadForm
	}
	if err := s.Demo.Trouble(v.Request().Context(), kind); err != nil {
		return err
	}
	return s.demoDone(v, kind)
}

// demoDone goes back to a page that can say what was done, or answers 204, which
// makes a browser stay on the form it shows.
func (s *site) demoDone(v *visit, done string) error {
	back := v.one("back")
	if back == "" || !s.ownPage(back) {
		return v.NoContent(http.StatusNoContent)
	}
	return v.redirect(back + "?demo=" + done)
}
