package merge

import (
	"slices"

	"github.com/partnerdesk/portal/web/forms"
)

// ItemsOf returns the items that the named fields belong to, in page order.
func ItemsOf(fields []string) []Item {
	return slices.DeleteFunc(Items(), func(item Item) bool {
		return !slices.ContainsFunc(item.Names(), func(name string) bool { return slices.Contains(fields, name) })
	})
}

// Whole returns the texts of the items that the named fields belong to, on both sides.
// Items are kept whole, an address with all its lines, so that a trail reads as people
// think. A side that is nil, not known, stays nil.
func Whole(fields []string, before, after forms.Values) (forms.Values, forms.Values) {
	var names []string
	for _, item := range ItemsOf(fields) {
		names = append(names, item.Names()...)
	}
	return picked(names, before), picked(names, after)
}

func picked(names []string, v forms.Values) forms.Values {
	if v == nil {
		return nil
	}
	out := forms.Values{}
	for _, name := range names {
		out[name] = v[name]
	}
	return out
}
