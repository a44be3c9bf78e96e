package forms

// Help says in a few words what an input is for and what changing it does, as far as
// the upstream documents it; "" where it says no more than the label.
func Help(name string) string {
	switch name {
	case CompanyName:
		// "Update customer account information": customer list and billing information only.
		return "Shown in your customer list and in billing. The customer’s own tenant keeps its name"
	case Email:
		return "Of the billing contact at the customer"
	case Culture:
		// The resource page: communication and currency.
		return "For communication and currency"
	case RecipientFirst:
		// The two pairs of names are independent, as an audit record shows.
		return "Apart from the contact above"
	}
	return ""
}
