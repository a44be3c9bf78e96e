package forms

import "github.com/partnerdesk/portal/web/words"

// Help says in a few words what an input is for and what changing it does, as far as
// the upstream documents it; empty where it says no more than the label.
func Help(name string) words.Message {
	switch name {
	case CompanyName:
		// "Update customer account information": customer list and billing information only.
		return words.M("about.company-name")
	case Email:
		return words.M("about.email")
	case Culture:
		// The resource page: communication and currency.
		return words.M("about.culture")
	case RecipientFirst:
		// The two pairs of names are independent, as an audit record shows.
		return words.M("about.recipient")
	}
	return words.Message{}
}
