package handlers

import (
	"slices"
	"time"

	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// showMerge draws the merge of a draft's version with the billing profile as it is
// now. d holds what was posted, nil at first sight.
func (s *site) showMerge(v *visit, status int, version drafts.Version, theirs opened, d *decisions) error {
	base, err := theirs.seal(s.Ring, v.operator.Key(), version.Customer)
	if err != nil {
		return err
	}
	if d == nil {
		d = decided(version, theirs)
	}
	s.here(v, version.Customer, version.Draft)
	who := s.whoSaved(v, version.Customer, version.OpenedAt, theirs.Values)
	page := templates.MergePage{
		Page:     s.frame(v, v.Say("shell.of-customer", "title", v.Say("merge.title"), "customer", nameOf(version.Base, version.Customer)), templates.SectionCustomers),
		Customer: v.customerOf(version.Customer, version.Base),
		Action:   billingPath(version.Customer, "/merge", version.Draft),
		HereURL:  billingPath(version.Customer, "", version.Draft),
		ETag:     string(theirs.ETag),
		Base:     base,
		Key:      version.Key,
		CSRF:     v.session.FormToken(familyBilling, string(version.Customer)),
		Banner:   d.banner,
		Unkept:   d.unkept,
		Who:      who.Name,
		You:      who.You,
		Events:   whatHappened(v, version, theirs.Values, who),
		Draft: templates.DraftState{
			KeepURL:    keepPath(version.Customer, version.Draft),
			DiscardURL: discardPath(version.Customer, version.Draft),
			KeptAt:     v.at(version.SavedAt),
		},
		BackURL: billingPath(version.Customer, "", version.Draft) + "&keep=1",
		Until:   v.clock(v.session.Until()),
		Left:    s.sessionLeft(v),
	}
	e := edit{customer: version.Customer, opened: theirs, values: d.other}
	s.loadRules(v, &e)
	page.Hidden = hiddenOther(e, d, version.Mine, s.itemFields(v, merge.Address, e, nil))
	result := merge.Merge(version.Base, theirs.Values, version.Mine)
	for _, line := range result.Clashes() {
		page.Clashes = append(page.Clashes, s.mergeItem(v, line, e, d, who, version))
	}
	for _, line := range result.Merged() {
		page.Merged = append(page.Merged, s.mergeItem(v, line, e, d, who, version))
	}
	for _, line := range result.Unchanged() {
		page.Unchanged = append(page.Unchanged, s.mergeItem(v, line, e, d, who, version))
	}
	return show(v, status, page.View())
}

// hiddenOther are the inputs nobody sees: what was set aside, and the parts of the
// address that have no field in its country but were changed all the same.
func hiddenOther(e edit, d *decisions, mine forms.Values, shown []templates.Field) []templates.Hidden {
	var hidden []templates.Hidden
	aside := forms.DrawnFor(e.values, d.aside)
	for _, entry := range sortedNames(aside) {
		hidden = append(hidden, templates.Hidden{Name: forms.AsideInput(entry), Value: aside[entry]})
	}
	for _, name := range merge.Address.Names() {
		visible := slices.ContainsFunc(shown, func(f templates.Field) bool { return f.Name == name })
		if !visible && e.values[name] != mine[name] {
			hidden = append(hidden, templates.Hidden{Name: name, Value: e.values[name]})
		}
	}
	return hidden
}

func (s *site) mergeItem(v *visit, line merge.Line, e edit, d *decisions, who submission.Who, version drafts.Version) templates.MergeItem {
	label := v.Of(line.Item.Label())
	item := templates.MergeItem{
		Item:     string(line.Item),
		Label:    label,
		Before:   v.printed(line.Item, line.Base),
		NoBase:   version.Base == nil,
		Theirs:   v.printed(line.Item, line.Theirs),
		Mine:     v.printed(line.Item, line.Mine),
		TheirsBy: theirsBy(v, who),
		MineBy:   v.Say("merge.by.you", "at", v.clock(mineAt(version)).Text),
		Choice:   d.choices[line.Item],
		Fields:   s.itemFields(v, line.Item, e, d.errs),
	}
	if line.Item == merge.Address {
		for i := range item.Fields {
			item.Fields[i].Note = noteFor(v, item.Fields[i].Name, d.notes)
		}
	}
	switch line.Case {
	case merge.Theirs:
		item.From = templates.FromTheirs
	case merge.Mine:
		item.From = templates.FromMine
	case merge.Same, merge.Unchanged:
		item.From = templates.FromSame
	}
	if d.missing[line.Item] {
		item.Error = v.Say("merge.choose", "label", v.Inside(label))
	}
	return item
}

func theirsBy(v *visit, who submission.Who) string {
	at := v.clock(who.At).Text
	switch {
	case who.You:
		return v.Say("merge.by.elsewhere", "at", at)
	case who.Name == "":
		return v.Say("merge.by.outside", "at", at)
	}
	return v.Say("merge.by.who", "who", who.Name, "at", at)
}

// whatHappened tells the story of the conflict, oldest first.
func whatHappened(v *visit, version drafts.Version, theirs forms.Values, who submission.Who) []templates.Event {
	event := func(tone templates.Tone, text string, at time.Time, note string) templates.Event {
		return templates.Event{Tone: tone, Text: text, At: v.clock(at), Note: note}
	}
	saved := event(templates.ToneTheirs, v.Say("merge.events.outside"), who.At, v.Say("merge.events.noticed"))
	changed := ""
	if version.Base != nil {
		changed = v.Say("items-changed", "n", len(changedItems(version.Base, theirs)))
	}
	switch {
	case who.You:
		saved.Text, saved.Note = v.Say("merge.events.saved-you"), changed
	case who.Name != "":
		saved.Text, saved.Note = v.Say("merge.events.saved", "who", who.Name), changed
	}
	saved.Link = templates.Link{URL: historyPath(version.Customer), Text: v.Say("history.title")}
	if who.Change > 0 {
		saved.Link = templates.Link{URL: changePath(version.Customer, who.Change), Text: v.Say("customer.trail.view")}
	}
	mine := event(templates.ToneMine, v.Say("merge.events.sent"), mineAt(version), v.Say("merge.events.held"))
	if version.Stage == drafts.Typed {
		mine.Text, mine.Note = v.Say("merge.events.typed"), v.Say("merge.events.kept")
	}
	return []templates.Event{event(templates.ToneMine, v.Say("merge.events.opened"), version.OpenedAt, ""), saved, mine}
}
