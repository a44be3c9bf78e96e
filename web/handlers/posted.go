package handlers

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/templates"
)

// ownInputs are the inputs of our forms beside those of the billing profile.
var ownInputs = []string{"etag", "base", "key", "csrf", "do", "reason", "known"}

// inputAddress is the choice of an address, on the edit and on the merge page.
const inputAddress = "choice." + string(merge.Address)

// editInputs are those of the edit form.
func editInputs() []string { return append([]string{inputAddress}, ownInputs...) }

func choiceInputs() []string {
	var names []string
	for _, item := range merge.Items() {
		names = append(names, "choice."+string(item))
	}
	return names
}

// ownInput reports whether the edit or merge form has an input of that name.
func ownInput(name string) bool {
	_, err := forms.Parse(url.Values{name: nil}, append(choiceInputs(), ownInputs...)...)
	return err == nil
}

// postedBase is what a posted form was opened with. When that cannot be told, bad is
// true and it is the billing profile as it is now.
func (s *site) postedBase(v *visit) (o opened, bad bool, err error) {
	o, err = unsealOpened(s.Ring, v.operator.Key(), v.customer, v.one("base"), v.one("etag"))
	if errors.Is(err, errBase) {
		o, err = s.open(v, v.customer)
		return o, true, err
	}
	return o, false, err
}

// flaw is why a posted form is drawn again before anybody looks at its values.
type flaw struct {
	status int
	reason string
	banner *templates.Banner
}

// flawOf finds what is wrong with a posted form as a whole; nil when nothing is.
func flawOf(v *visit, badBase bool, malformed error) *flaw {
	switch {
	case !v.session.CheckFormToken(familyBilling, string(v.customer), v.one("csrf")):
		return &flaw{http.StatusForbidden, "form_token", v.banner(bannerStaleForm)}
	case badBase:
		return &flaw{http.StatusBadRequest, "form_base", v.banner(bannerBadBase)}
	case malformed != nil:
		return &flaw{http.StatusBadRequest, "form_malformed", v.banner(bannerUnreadable)}
	}
	return nil
}
