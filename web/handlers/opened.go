package handlers

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
)

// opened is what a form was opened with. It travels in the form's hidden input
// `base`, sealed to one customer and naming one person, so that nobody can bend what
// a save is compared with, and no server has to remember an open form.
type opened struct {
	Operator string        `json:"operator"` // set by seal
	ETag     pcclient.ETag `json:"etag"`
	Values   forms.Values  `json:"values"`
	OpenedAt time.Time     `json:"openedAt"`
}

var (
	// errBase reports a form whose `base` or `etag` is not what this portal handed
	// out for this customer.
	errBase = errors.New("the form's base does not fit its ETag or customer")
	// errOthersForm reports a form that somebody else opened, in the same browser as
	// a rule. What stands in it is theirs and is not shown again.
	errOthersForm = errors.New("the form was opened by somebody else")
)

const purposeBase = "form-base"

func (o opened) seal(ring *seal.Ring, operator string, customer pcclient.TenantID) (string, error) {
	o.Operator = operator
	plain, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	return ring.Seal(purposeBase, plain, []byte(customer)), nil
}

// unsealOpened opens a posted `base` and checks that the posted ETag is the one
// sealed in it. Anything else is errBase, without detail.
func unsealOpened(ring *seal.Ring, operator string, customer pcclient.TenantID, base, etag string) (opened, error) {
	o, err := openBase(ring, operator, customer, base)
	if err == nil && string(o.ETag) != etag {
		return opened{}, errBase
	}
	return o, err
}

// openBase opens a `base` alone.
func openBase(ring *seal.Ring, operator string, customer pcclient.TenantID, base string) (opened, error) {
	plain, err := ring.Open(purposeBase, base, []byte(customer))
	if err != nil {
		return opened{}, errBase
	}
	var o opened
	switch err := json.Unmarshal(plain, &o); {
	case err == nil && o.Operator != operator:
		return opened{}, errOthersForm
	case err != nil, o.ETag == "":
		return opened{}, errBase
	}
	return o, nil
}
