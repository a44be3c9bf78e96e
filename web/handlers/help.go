package handlers

import (
	"net/http"

	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/templates"
)

func (s *site) showHelp(v *visit) error {
	page := templates.HelpPage{Page: s.frame(v, v.Say("help.title"), templates.SectionHelp), Contact: s.Contact, Edits: v.may(middleware.Edit)}
	return show(v, http.StatusOK, page.View())
}
