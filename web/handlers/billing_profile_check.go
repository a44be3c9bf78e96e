package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/templates"
)

// wrongHeader names the inputs that a script's page complains about.
const wrongHeader = "X-Wrong"

// checkBillingProfile tells a script which of its page's complaints still hold, so that
// they go when their field is repaired and left. What the page does not complain about
// waits until the form is sent. Nothing is kept, and the address check is not asked.
func (s *site) checkBillingProfile(v *visit) error {
	if !v.session.CheckFormToken(familyBilling, string(v.customer), v.one("csrf")) {
		return errFormToken
	}
	typed, err := s.typedVersion(v, v.operator.Key(), v.customer)
	if err != nil {
		return err
	}
	e := edit{customer: typed.Customer, draft: typed.Draft, values: typed.Mine, opened: opened{Values: typed.Base}}
	s.recallCheck(v, &e)
	if s.loadRules(v, &e); !e.hasRules {
		return v.NoContent(http.StatusNoContent) // no rules find nothing wrong, which proves nothing
	}
	shown := strings.Fields(v.Request().Header.Get(wrongHeader))
	errs := slices.DeleteFunc(e.judge(v.one(inputAddress)), func(wrong forms.FieldError) bool {
		return !slices.Contains(shown, wrong.Name)
	})
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	fragment := templates.CheckFragment{Page: templates.Page{Title: e.title(v)}, Sections: s.editSections(v, e, errs, nil)}
	return show(v, status, fragment.View())
}
