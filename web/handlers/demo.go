package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/templates"
)

// demoTroubles are what Partner Center can be made to do.
var demoTroubles = []string{"slow", "refuse", "lose"}

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
	bar := &templates.DemoBar{}
	// What the bar says after a press that leads back to a page.
	if done := v.QueryParam("demo"); done == "colleague" || slices.Contains(demoTroubles, done) {
		bar.Notice = v.Say("demo.notice." + done)
	}
	if id, err := pcclient.ParseTenantID(v.Param("id")); err == nil {
		bar.Groups = append(bar.Groups, templates.DemoGroup{
			Action:  "/demo/colleague",
			Hidden:  hidden(templates.Hidden{Name: "customer", Value: string(id)}),
			Buttons: []templates.DemoButton{{Name: "do", Value: "colleague", Text: v.Say("demo.colleague")}},
		})
	}
	bar.Groups = append(bar.Groups, templates.DemoGroup{
		Label:  v.Say("demo.upstream"),
		Action: "/demo/trouble",
		Hidden: hidden(),
		Buttons: []templates.DemoButton{
			{Name: "do", Value: "slow", Text: v.Say("demo.slow")},
			{Name: "do", Value: "refuse", Text: v.Say("demo.refuse")},
			{Name: "do", Value: "lose", Text: v.Say("demo.lose")},
		},
	}, templates.DemoGroup{
		Action:  "/signout",
		Hidden:  []templates.Hidden{{Name: "csrf", Value: v.session.FormToken(familySignOut, "")}},
		Buttons: []templates.DemoButton{{Name: "do", Value: "switch", Text: v.Say("demo.switch")}},
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
	v.customer = id
	if err := s.admit(v, true); err != nil {
		return err
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
	if !slices.Contains(demoTroubles, kind) {
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
