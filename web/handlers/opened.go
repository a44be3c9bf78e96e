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
// `base`, sealed to one person and one customer, so that nobody can bend what a
// save is compared with, and no server has to remember an open form.
type opened struct {
	ETag     pcclient.ETag `json:"etag"`
	Values   forms.Values  `json:"values"`
	OpenedAt time.Time     `json:"openedAt"`
}

// errBase reports a form whose `base` or `etag` is not what this portal handed to
// this person for this customer.
var errBase = errors.New("the form's base does not fit its ETag, customer or person")

const purposeBase = "form-base"

func bound(operator string, customer pcclient.TenantID) []byte {
	return []byte(string(customer) + "\x00" + operator)
}

func sealOpened(keys *seal.Ring, operator string, customer pcclient.TenantID, o opened) (string, error) {
	plain, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	return keys.Seal(purposeBase, plain, bound(operator, customer)), nil
}

// unsealOpened opens a posted `base` and checks that the posted ETag is the one
// sealed in it. Anything else is errBase, without detail.
func unsealOpened(keys *seal.Ring, operator string, customer pcclient.TenantID, base, etag string) (opened, error) {
	plain, err := keys.Open(purposeBase, base, bound(operator, customer))
	if err != nil {
		return opened{}, errBase
	}
	var o opened
	if err := json.Unmarshal(plain, &o); err != nil || o.ETag == "" || string(o.ETag) != etag {
		return opened{}, errBase
	}
	return o, nil
}
