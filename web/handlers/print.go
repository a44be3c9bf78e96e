package handlers

import (
	"maps"
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/templates"
)

// names are those of countries, languages and cultures.
func (w times) names() *address.Names { return address.NamesIn(w.Tag()) }

// printed is an item as people read it, its lines separated by "\n"; "" when the
// item is empty.
func (w times) printed(item merge.Item, values forms.Values) string {
	switch item {
	case merge.Address:
		return strings.Join(forms.PrintAddress(w.Language, values), "\n")
	case merge.Contact, merge.Recipient:
		return oneLine(values, item.Names()...)
	case merge.Language:
		return lines(w.names().Language(values[forms.Language]), w.names().Culture(values[forms.Culture]))
	}
	return strings.TrimSpace(values[item.Names()[0]])
}

func oneLine(values forms.Values, names ...string) string {
	var all []string
	for _, name := range names {
		all = append(all, values[name])
	}
	return strings.Join(strings.Fields(strings.Join(all, " ")), " ")
}

func lines(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(line string) bool { return line == "" }), "\n")
}

func (w times) printedChange(change merge.Change) templates.Change {
	return templates.Change{
		Label:  w.Of(change.Item.Label()),
		Before: w.printed(change.Item, change.Before),
		After:  w.printed(change.Item, change.After),
	}
}

// changedItems are the items in which the two differ, in page order.
func changedItems(base, wish forms.Values) []merge.Item {
	var changed []merge.Item
	for _, change := range merge.Changes(base, wish) {
		changed = append(changed, change.Item)
	}
	return changed
}

func (w times) unchangedFacts(base, mine forms.Values) []templates.Fact {
	changed := changedItems(base, mine)
	var facts []templates.Fact
	for _, item := range merge.Items() {
		if !slices.Contains(changed, item) {
			facts = append(facts, w.itemFact(item, base))
		}
	}
	return facts
}

func (w times) itemFact(item merge.Item, values forms.Values) templates.Fact {
	return templates.Fact{
		Label:   w.Of(item.Label()),
		Value:   w.printed(item, values),
		Numeric: item == merge.Phone,
	}
}

func (w times) profileFacts(values forms.Values) []templates.Fact {
	return []templates.Fact{
		w.itemFact(merge.Company, values),
		w.itemFact(merge.Contact, values),
		w.itemFact(merge.Email, values),
		{Label: w.Of(forms.Label(forms.Language, "")), Value: w.names().Language(values[forms.Language])},
		{Label: w.Of(forms.Label(forms.Culture, "")), Value: w.names().Culture(values[forms.Culture]), Note: w.Say("customer.culture.about")},
	}
}

func (w times) addressFacts(values forms.Values) []templates.Fact {
	facts := []templates.Fact{
		{Label: w.Say("customer.postal-address"), Value: w.printed(merge.Address, values)},
		w.itemFact(merge.Recipient, values),
		w.itemFact(merge.Phone, values),
	}
	if region := values[forms.Region]; region != "" {
		facts = append(facts, templates.Fact{Label: w.Of(forms.Label(forms.Region, "")), Value: region})
	}
	return facts
}

// nameOf is what a customer is called on a page: the company name of the billing
// profile, or the tenant ID when it has none.
func nameOf(values forms.Values, id pcclient.TenantID) string {
	if name := strings.TrimSpace(values[forms.CompanyName]); name != "" {
		return name
	}
	return string(id)
}

// cleaned is a stored name as it may be printed: without the characters that bend
// the text around them, as the form shows it too.
func cleaned(name string) string {
	return forms.FromBillingProfile(pcclient.BillingProfile{CompanyName: name})[forms.CompanyName]
}

func (w times) customerOf(id pcclient.TenantID, values forms.Values) templates.Customer {
	return templates.Customer{
		ID:      string(id),
		Name:    nameOf(values, id),
		Country: w.names().Country(values[forms.Country]),
		URL:     customerPath(id),
	}
}

func sortedNames[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
