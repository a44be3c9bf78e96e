package templates

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/partnerdesk/portal/web/merge"
)

// example is one page in one state; the tests of this package go over all of them.
type example struct {
	name string
	view templ.Component
}

const exampleID = "5b0c7e2a-41d9-4c7e-9c5e-0f6d2a1be731"

func examplePage(title string) Page {
	return Page{
		Title: title, Section: SectionCustomers,
		Operator: &Operator{Name: "Tomas Lindqvist", SignOutCSRF: "token-out"},
		Recent: []Link{
			{URL: "/customers/" + exampleID, Text: "Harbourline Ceramics Pty Ltd"},
			{URL: "/customers/2", Text: "Nordlicht Logistik GmbH"},
			{URL: "/customers/3", Text: "Ateliers Brune SARL"},
			{URL: "/customers/4", Text: "Kiso Valley Timber K.K."},
		},
	}
}

func examplePortfolio(title string) Page {
	page := examplePage(title)
	page.Portfolio = true
	return page
}

func exampleCustomer() Customer {
	return Customer{ID: exampleID, Name: "Harbourline Ceramics Pty Ltd", Domain: "harbourline.example", Country: "Australia", URL: "/customers/" + exampleID}
}

func exampleSupport() Details {
	return Details{Reference: "7f3a91c2-0b1d-4c55-9d0e-2f6f0a8b7c11", At: Time{"2026-11-13T14:36:00+11:00", "14:36 (UTC+11)"}}
}

func exampleRows() []CustomerRow {
	var rows []CustomerRow
	for i, n := range []string{"Nordlicht Logistik GmbH", "Norddach Bau GmbH", "Nordfjell Kaffe AS", "Nordhavn Marine ApS", "Nordlys Optik A/S", "Nordostpassage Reisen OHG", "Nordtal Textil KG", "Nordstjärnan Bageri AB", "Nordic Pine Interiors Ltd"} {
		rows = append(rows, CustomerRow{URL: fmt.Sprintf("/customers/%d", i), Name: n, Domain: []string{"nordlicht-logistik.example", "norddach.example", "nordfjell.example"}[i%3], TenantID: fmt.Sprintf("7c1e%04d-41d9-4c7e-9c5e-0f6d2a1b90b%d", i, i)})
	}
	return rows
}

func exampleChanges() []Change {
	return []Change{
		{Label: "Email", Before: "accounts@harbourline.example", After: "finance@harbourline.example"},
		{Label: "Address", Before: "4 Clay Lane\nHamilton 3204\nNew Zealand", After: "Level 3, 11 York Street\nSydney NSW 2000\nAustralia"},
		{Label: "Phone", Before: "+64 7 838 4500", After: "+61 2 9123 4567"},
		{Label: "Culture", Before: "en-NZ", After: "en-AU"},
	}
}

func exampleUnsettled() []Unsettled {
	list := []Unsettled{
		{CustomerName: "Nordfjell Kaffe AS", You: true, URL: "/x", Items: "3 items", At: Time{"2026-11-13T14:29:00+11:00", "today at 14:29"}, Standing: StandingUnknown},
		{CustomerName: "Kiso Valley Timber K.K.", You: true, URL: "/y", Items: "1 item", At: Time{"2026-11-13T14:35:00+11:00", "today at 14:35"}, Standing: StandingRunning},
		{CustomerName: "Ateliers Brune SARL", Who: "Ines Duarte", Items: "2 items", At: Time{"2026-11-12T09:10:00+11:00", "yesterday at 09:10"}, Standing: StandingOvertaken, CloseAction: "/customers/3/saves/k/close", CloseCSRF: "token"},
	}
	for i := range list {
		list[i].CustomerURL = "/customers/" + exampleID
	}
	return list
}

func exampleNews() []Unsettled {
	list := exampleUnsettled()[:2]
	list[0].Standing, list[0].Settled = StandingSaved, Time{"2026-11-13T14:40:00+11:00", "today at 14:40"}
	list[1].Standing, list[1].Settled = StandingNotSaved, Time{"2026-11-13T14:41:00+11:00", "today at 14:41"}
	return list
}

func exampleOverview() CustomerPage {
	return CustomerPage{
		Page: examplePage("Harbourline Ceramics Pty Ltd"), Customer: exampleCustomer(), EditURL: "/customers/" + exampleID + "/billing",
		ReadAt: Time{"2026-11-13T14:36:00+11:00", "14:36"},
		Profile: []Fact{
			{Label: "Company name", Value: "Harbourline Ceramics Pty Ltd"}, {Label: "Contact", Value: "Priya Raman"},
			{Label: "Email", Value: "finance@harbourline.example"}, {Label: "Language", Value: "English (en)"},
			{Label: "Culture", Value: "English, Australia (en-AU)", Note: "Sets dates and currency on invoices"},
		},
		Address: []Fact{
			{Label: "Postal address", Value: "Level 3, 11 York Street\nSYDNEY NSW 2000\nAustralia"}, {Label: "Recipient", Value: "Daniel Okafor"},
			{Label: "Phone", Value: "+61 2 9123 4567", Numeric: true}, {Label: "Region"},
		},
		HistoryURL: "/customers/" + exampleID + "/history",
		Trail: []TrailEntry{
			{Title: "4 items changed", By: "Ines Duarte", URL: "/customers/" + exampleID + "/history/118", At: Time{"2026-11-13T14:31:00+11:00", "today at 14:31"}, Changes: exampleChanges()},
			{Title: "Contact changed", Mine: true, URL: "/customers/" + exampleID + "/history/71", At: Time{"2026-09-18T16:40:00+10:00", "18 September at 16:40"}, Changes: []Change{{Label: "First name", Before: "Daniel", After: "Priya"}, {Label: "Last name", Before: "Okafor", After: "Raman"}}},
			{Title: "Recipient added", By: "Marta Keller", URL: "/customers/" + exampleID + "/history/64", At: Time{"2026-08-02T08:15:00+10:00", "2 August at 08:15"}, Changes: []Change{{Label: "Recipient", Before: "", After: "Daniel Okafor"}}},
		},
	}
}

func exampleSessions(everybody bool) SessionsPage {
	signedInAt := Time{"2026-11-13T14:29:00+11:00", "today at 14:29"}
	p := SessionsPage{
		Page: examplePage("Where you are signed in"), Action: "/sessions/end", CSRF: "token", OthersURL: "/sessions/end-others", AllURL: "/sessions/everybody",
		Sessions: []SignedIn{
			{ID: "a1", Who: "Ada Admin", You: true, Here: true, Browser: "Edge on Windows", At: signedInAt, Used: signedInAt},
			{ID: "b2", Who: "Ada Admin", You: true, Browser: "Safari on iPhone", At: signedInAt, Used: signedInAt},
		},
	}
	if everybody {
		p.Everybody, p.Most, p.Action, p.OthersURL, p.AllURL = true, 500, "/sessions/everybody/end", "", ""
		p.Title = "Who is signed in"
		p.Sessions = append(p.Sessions, SignedIn{ID: "c3", Who: "Sam Sales", Browser: "Unknown browser", At: signedInAt, Used: signedInAt}, SignedIn{ID: "d4", Browser: "Firefox", At: signedInAt, Used: signedInAt})
	}
	return p
}

func exampleSettings() SettingsPage {
	return SettingsPage{
		Page: examplePage("Settings"), CSRF: "token", Keys: true, Now: Time{"2026-11-13T14:36:00+11:00", "14:36"},
		Banner: &Banner{Tone: ToneGood, Title: "Settings saved.", Text: "They hold in every browser you sign in with.", Focus: true},
		Zones: []OptionGroup{
			{Options: []Option{{"", "The portal's, Europe/Berlin (UTC+1)"}, {"UTC", "UTC"}}},
			{Label: "Asia", Options: []Option{{"Asia/Kathmandu", "Kathmandu (UTC+5:45)"}}},
		},
	}
}

func exampleEdit(wrong bool) EditPage {
	fail := func(s string) string {
		if wrong {
			return s
		}
		return ""
	}
	email := "invoices@harbourline.example"
	if wrong {
		email = "invoices@harbourline"
	}
	country := []Option{{"AU", "Australia"}, {"NZ", "New Zealand"}}
	return EditPage{
		Page: examplePage("Edit billing profile, Harbourline Ceramics Pty Ltd"), Customer: exampleCustomer(),
		Action: "/customers/" + exampleID + "/billing?draft=4f", ETag: `"abc"`, Base: "sealed", CSRF: "token",
		Country: "Australia", CancelURL: "/customers/" + exampleID, Until: Time{"2026-11-13T15:10:00+11:00", "15:10"},
		Rules: []Fact{{Label: "State", Value: "Required, 8 choices"}, {Label: "Postcode", Value: "Required, 4 digits"}, {Label: "City", Value: "Required"}, {Label: "Cultures", Value: "en-AU, en-US"}},
		Edit:  []Fact{{Label: "Opened", Value: "14:20"}, {Label: "Changed", Value: "Email, culture, address, recipient"}},
		Sections: []FormSection{
			{ID: "s-company", Title: "Company and contact", Fields: []Field{
				{Name: "companyName", Label: "Company name", Value: "Harbourline Ceramics Pty Ltd", Base: "Harbourline Ceramics Pty Ltd", Was: "Harbourline Ceramics Pty Ltd"},
				{Name: "firstName", Label: "First name", Value: "Priya", Base: "Priya", Was: "Priya", Width: 3, Optional: true},
				{Name: "lastName", Label: "Last name", Value: "Raman", Base: "Raman", Was: "Raman", Width: 3, Optional: true},
				{Name: "email", Label: "Email", Hint: "Of the billing contact at the customer", Value: email, Base: "accounts@harbourline.example", Was: "accounts@harbourline.example", Changed: true, InputMode: "email", Error: fail("Enter an email address in the correct format, like name@example.com")},
			}},
			{ID: "s-language", Title: "Language and currency", Intro: "The choices come from the rules for Australia.", Fields: []Field{
				{Name: "language", Label: "Language", Kind: KindSelect, Value: "en", Base: "en", Width: 3, Options: []Option{{"en", "English (en)"}}},
				{Name: "culture", Label: "Culture", Kind: KindSelect, Value: "en-AU", Base: "en-NZ", Was: "English, New Zealand (en-NZ)", Changed: true, Width: 3, Options: []Option{{"en-AU", "English, Australia (en-AU)"}, {"en-US", "English, United States (en-US)"}}},
			}},
			{ID: "s-address", Title: "Default address", Intro: "Labels, order and required fields follow the country you choose.", Fields: []Field{
				{Name: "defaultAddress.country", Label: "Country or region", Kind: KindSelect, Value: "AU", Base: "NZ", Was: "New Zealand", Changed: true, Width: 4, Options: country,
					Note: &Note{Title: "“Waikato” was set aside.", Text: "It is not a state or territory of Australia. Change the country back and it returns."}},
				{Name: "defaultAddress.addressLine1", Label: "Address line 1", Value: "Suite 12, 80 Pitt St", Base: "4 Clay Lane", Was: "4 Clay Lane", Changed: true},
				{Name: "defaultAddress.addressLine2", Label: "Address line 2", Optional: true},
				{Name: "defaultAddress.city", Label: "Suburb or city", Value: "Sydney", Base: "Hamilton", Was: "Hamilton", Changed: true, Width: 2},
				{Name: "defaultAddress.state", Label: "State or territory", Kind: KindSelect, Value: "NSW", Base: "Waikato", Was: "Waikato", Changed: true, Width: 2, Options: []Option{{"NSW", "New South Wales (NSW)"}, {"VIC", "Victoria (VIC)"}}},
				{Name: "defaultAddress.postalCode", Label: "Postcode", Value: "200", Base: "3204", Was: "3204", Changed: true, Width: 2, Numeric: true, InputMode: "numeric", Error: fail("Postcode must be 4 digits for Australia")},
				{Name: "defaultAddress.firstName", Label: "Recipient first name", Value: "Priya", Base: "Daniel", Was: "Daniel", Changed: true, Width: 3, Optional: true},
				{Name: "defaultAddress.lastName", Label: "Recipient last name", Value: "Raman", Base: "", Was: "", Changed: true, Width: 3, Optional: true},
				{Name: "defaultAddress.phoneNumber", Label: "Phone", Hint: "Spaces and brackets are fine, for example 02 9123 4567 or +61 2 9123 4567", Value: "+64 7 838 4500", Base: "+64 7 838 4500", Numeric: true, InputMode: "tel", Optional: true, Error: fail("Enter a phone number that fits Australia, or leave it empty")},
			}},
		},
	}
}

// exampleAsking is the form with the question about its address.
func exampleAsking(wrong string) EditPage {
	p := exampleEdit(wrong != "")
	p.Sections[2].Fields[5].Question = &AddressQuestion{
		Found: "Several parts of this address may be incomplete. Differences are underlined.", Error: wrong,
		Suggested: []SuggestedAddress{{"1", "Suite 12, 80 Pitt Street\nSydney NSW 2000", "Deliverable"}, {"2", "Suite 12, 80 Pitt Lane\nSydney NSW 2001", ""}},
		Typed:     "Suite 12, 80 Pitt St\nSydney NSW 2000", Kept: "Can be saved, but was not confirmed",
	}
	return p
}

func exampleDraftState() DraftState {
	return DraftState{KeepURL: "/customers/" + exampleID + "/draft?draft=4f", DiscardURL: "/customers/" + exampleID + "/draft/discard?draft=4f", KeptAt: Time{"2026-11-13T14:29:00+11:00", "at 14:29"}}
}

func exampleDraft() Draft {
	return Draft{
		CustomerName: "Harbourline Ceramics Pty Ltd", Items: "4 items changed", At: Time{"2026-11-13T14:29:00+11:00", "today at 14:29"},
		ContinueURL: "/customers/" + exampleID + "/billing?draft=4f", DiscardURL: "/customers/" + exampleID + "/draft/discard?draft=4f",
	}
}

func exampleDiscard() DiscardPage {
	return DiscardPage{
		Page: examplePage("Discard draft, Harbourline Ceramics Pty Ltd"), Customer: exampleCustomer(), Action: "/customers/" + exampleID + "/draft/discard?draft=4f", CSRF: "token",
		Changes: exampleChanges(), SavedAt: Time{"2026-11-13T14:29:00+11:00", "today at 14:29"}, KeepURL: "/customers/" + exampleID + "/billing?draft=4f",
	}
}

func exampleReview() ReviewPage {
	var changes []Change
	for _, c := range exampleChanges() {
		c.Edit = "edit:email"
		changes = append(changes, c)
	}
	changes = append(changes, Change{Label: "Recipient", After: "Priya Raman", Edit: "edit:address"}, Change{Label: "Address line 2", Before: "Rear entrance", After: "", Edit: "edit:address"})
	return ReviewPage{
		Page: examplePage("Review, Harbourline Ceramics Pty Ltd"), Customer: exampleCustomer(), Action: "/customers/" + exampleID + "/billing/review?draft=4f",
		ETag: `"abc"`, Key: "key", CSRF: "token", Changes: changes, Reason: Field{Name: "reason", Label: "Reason for the change", Optional: true}, Until: Time{"", "15:10"},
		Unchanged: []Fact{{Label: "Company name", Value: "Harbourline Ceramics Pty Ltd"}, {Label: "Contact", Value: "Priya Raman"}},
		Warnings:  []Note{{ToneCare, "The address was not confirmed by the check.", "It can be saved."}},
	}
}

func exampleMerge() MergePage {
	f := func(item, name, label, value string, width int) Field {
		return Field{Name: name, Label: label, Value: value, Base: value, Width: width}
	}
	return MergePage{
		Page: examplePage("Merge changes, Harbourline Ceramics Pty Ltd"), Customer: exampleCustomer(), Action: "/customers/" + exampleID + "/billing/merge?draft=4f",
		ETag: `"def"`, Base: "sealed", CSRF: "token", Who: "Ines Duarte", Until: Time{"2026-11-13T15:10:00+11:00", "15:10"},
		Draft: exampleDraftState(), BackURL: "/customers/" + exampleID + "/billing?draft=4f",
		Clashes: []MergeItem{
			{Item: "email", Label: "Email", Before: "accounts@harbourline.example", Theirs: "finance@harbourline.example", Mine: "invoices@harbourline.example", TheirsBy: "Ines Duarte, 14:31", MineBy: "You, 14:29", Choice: merge.ChoiceMine, Fields: []Field{f("email", "email", "Email", "invoices@harbourline.example", 6)}},
			{Item: "address", Label: "Default address", Before: "4 Clay Lane\nHamilton 3204\nNew Zealand", Theirs: "Level 3, 11 York Street\nSydney NSW 2000\nAustralia", Mine: "Suite 12, 80 Pitt Street\nSydney NSW 2000\nAustralia", TheirsBy: "Ines Duarte, 14:31", MineBy: "You, 14:29",
				Fields: []Field{f("", "defaultAddress.addressLine1", "Address line 1", "Suite 12, 80 Pitt Street", 6), f("", "defaultAddress.city", "Suburb or city", "Sydney", 3), f("", "defaultAddress.postalCode", "Postcode", "2000", 3)}},
		},
		Merged: []MergeItem{
			{Item: "phone", Label: "Phone", From: FromTheirs, Before: "+64 7 838 4500", Theirs: "+61 2 9123 4567", Mine: "+64 7 838 4500", Fields: []Field{f("", "defaultAddress.phoneNumber", "Phone", "+64 7 838 4500", 6)}},
			{Item: "recipient", Label: "Recipient", From: FromMine, Before: "Daniel Okafor", Theirs: "Daniel Okafor", Mine: "Priya Raman", Fields: []Field{f("", "defaultAddress.firstName", "Recipient first name", "Priya", 3), f("", "defaultAddress.lastName", "Recipient last name", "Raman", 3)}},
			{Item: "language", Label: "Language", From: FromSame, Before: "English, New Zealand (en-NZ)", Theirs: "English, Australia (en-AU)", Mine: "English, Australia (en-AU)", Fields: []Field{f("", "culture", "Culture", "en-AU", 3), f("", "language", "Language", "en", 3)}},
		},
		Unchanged: []MergeItem{{Item: "companyName", Label: "Company name", Mine: "Harbourline Ceramics Pty Ltd", Theirs: "Harbourline Ceramics Pty Ltd", Fields: []Field{f("", "companyName", "Company name", "Harbourline Ceramics Pty Ltd", 6)}}},
		Events: []Event{
			{Tone: ToneMine, Text: "You opened the profile", At: Time{"2026-11-13T14:20:00+11:00", "14:20"}},
			{Tone: ToneTheirs, Text: "Ines Duarte saved", At: Time{"2026-11-13T14:31:00+11:00", "14:31"}, Note: "4 items changed"},
			{Tone: ToneMine, Text: "You pressed Save", At: Time{"2026-11-13T14:33:00+11:00", "14:33"}, Note: "held back so that neither version is lost"},
		},
	}
}

func exampleHistory() HistoryPage {
	customer := exampleCustomer()
	page := HistoryPage{
		Page: examplePage("History of Harbourline Ceramics Pty Ltd"), Customer: &customer, Zone: "UTC+11",
		NextURL: "/customers/" + exampleID + "/history?after=1.2", ExportURL: "/customers/" + exampleID + "/history.csv",
		Filter: ChangeFilter{Action: "/customers/" + exampleID + "/history", Ways: []Option{{"", "Any way"}, {"form", "Form"}, {"undo", "Undo"}, {"outside", "Outside this portal"}}},
	}
	row := func(n int, text, who, via, items string) ChangeRow {
		return ChangeRow{URL: fmt.Sprintf("/customers/%s/history/%d", exampleID, n), At: Time{"2026-11-13T14:31:07+11:00", text}, Who: who, Via: via, Items: items}
	}
	page.Rows = []ChangeRow{
		row(118, "13 Nov, 14:31:07", "Ines Duarte", "Form", "Email, default address, phone, language and culture"),
		row(96, "3 Nov, 10:02:41", "", "Undo", "Email"),
		row(95, "3 Nov, 09:58:12", "marta.keller@partner.example", "Outside this portal", "Email"),
		row(71, "18 Sep, 16:40:00", "", "Form", "Contact"),
		row(64, "2 Aug, 08:15:33", "", "Outside this portal", "Recipient"),
		row(12, "14 Dec 2025, 11:20:09", "Tomas Lindqvist", "Form", "Company name, contact, email, language and culture, default address, recipient, phone"),
	}
	page.Rows[1].You, page.Rows[3].You = true, true
	page.Rows[1].Remark, page.Rows[3].Remark = "Replaced another save", "Outcome not certain"
	return page
}

func exampleChangeLog() HistoryPage {
	page := exampleHistory()
	page.Title, page.Section, page.Customer, page.Audits = "Change log", SectionChanges, nil, true
	page.Filter.Action, page.Filter.All, page.NewestURL = "/changes", true, "/changes"
	for i, r := range exampleRows()[:len(page.Rows)] {
		page.Rows[i].Customer = r.Name
	}
	page.Rows[4].Customer = exampleID
	return page
}

func exampleChange() ChangePage {
	page := ChangePage{
		Page: examplePage("Change of Harbourline Ceramics Pty Ltd, 13 Nov, 14:31:07"), Customer: exampleCustomer(), HistoryURL: "/customers/" + exampleID + "/history",
		Who: "Ines Duarte", Deed: DeedChanged, What: "4 items", At: Time{"2026-11-13T14:31:07+11:00", "today at 14:31"},
		Changes: exampleChanges(),
		About: []Fact{
			{Label: "Who", Value: "Ines Duarte"}, {Label: "When", Value: "13 November 2026, 14:31:07 (UTC+11)", Numeric: true}, {Label: "Via", Value: "Form"},
			{Label: "Reason", Value: "The customer moved to Sydney, see ticket 4711."},
			{Label: "Request ID", Value: "7f3a91c2-0b1d-4c55-9d0e-2f6f0a8b7c11", Copy: "request ID"},
			{Label: "Correlation ID", Value: "c0ffee00-0b1d-4c55-9d0e-2f6f0a8b7c12", Copy: "correlation ID"},
			{Label: "Audit entry", Value: "118", Numeric: true},
		},
		Undo: &Undo{Action: "/customers/" + exampleID + "/history/118/undo", CSRF: "token"},
	}
	for i, c := range page.Changes {
		page.Undo.Items = append(page.Undo.Items, UndoItem{Name: []string{"email", "address", "phone", "language"}[i], Label: c.Label, Value: c.Before, Checked: true})
	}
	return page
}

func historyExamples() []example {
	closed, filtered, unfit, choose, fresh := exampleHistory(), exampleHistory(), exampleChangeLog(), exampleChangeLog(), exampleHistory()
	closed.Sight = &Note{ToneInfo, "Changes made outside this portal are seen here once an admin agent has looked.", "Partner Center does not show its own records to your account."}
	filtered.Filter.Who, filtered.Filter.From, filtered.Filter.Via, filtered.Rows, filtered.NextURL = "keller", "2026-11-01", "undo", nil, ""
	unfit.Filter.From, unfit.Filter.To = "2026-11-20", "2026-11-01"
	unfit.Filter.Errors = map[string]string{"to": "To must not be before From", "from": "From must be a day like 2026-11-13"}
	choose.Filter.Customer, choose.Filter.Errors = "nord", map[string]string{"customer": "More than one customer begins like this. Choose one."}
	choose.Filter.Customers = []Link{{"/changes?customer=1", "Nordlicht Logistik GmbH"}, {"/changes?customer=2", "Nordfjell Kaffe AS"}}
	fresh.Rows, fresh.NextURL = nil, ""

	viewer, outside, over, doubt, gone, same, one, none := exampleChange(), exampleChange(), exampleChange(), exampleChange(), exampleChange(), exampleChange(), exampleChange(), exampleChange()
	viewer.Undo = nil
	outside.Who, outside.What, outside.Notes = "", "email", []Note{{ToneTheirs, "Changed outside this portal.", "Partner Center does not say who saved it."}}
	over.Notes = []Note{{ToneCare, "This save replaced what somebody else had saved in Partner Center the moment before.", "What they had saved stands under Before, and can be put back."}}
	doubt.Notes = []Note{{ToneCare, "Whether this was saved is not certain.", "The answer to the save got lost."}}
	gone.Changes, gone.Undo, gone.Gone = nil, nil, "Values of customers are deleted after a time. What stays is who changed what, and when: Email, default address."
	untold := outside
	untold.Who, untold.Deed, untold.What, untold.NoBefore, untold.Undo = "marta.keller@partner.example", DeedSaved, "", true, nil
	same.Banner = &Banner{Tone: ToneInfo, Title: "The profile has these values already.", Text: "There is nothing to put back.", Focus: true}
	one.Changes, one.Undo.Items, one.What = one.Changes[:1], one.Undo.Items[:1], "email"
	none.Undo.Error = "Choose at least one item to put back."
	return []example{
		{"history", exampleHistory().View()},
		{"history-closed", closed.View()},
		{"history-none", filtered.View()},
		{"history-new", fresh.View()},
		{"changes", exampleChangeLog().View()},
		{"changes-wrong", unfit.View()},
		{"changes-choose", choose.View()},
		{"change", exampleChange().View()},
		{"change-viewer", viewer.View()},
		{"change-outside", outside.View()},
		{"change-untold", untold.View()},
		{"change-overwrote", over.View()},
		{"change-doubt", doubt.View()},
		{"change-gone", gone.View()},
		{"change-same", same.View()},
		{"change-one", one.View()},
		{"change-nothing-chosen", none.View()},
	}
}

func exampleDemo() *DemoBar {
	csrf := []Hidden{{"csrf", "token-demo"}}
	return &DemoBar{Groups: []DemoGroup{
		{Action: "/demo/colleague", Hidden: csrf, Buttons: []DemoButton{{"do", "colleague", "Let a colleague save this customer now"}}},
		{Label: "Partner Center", Action: "/demo/trouble", Hidden: csrf, Buttons: []DemoButton{{"do", "slow", "Make it slow"}, {"do", "refuse", "Refuse the next save"}, {"do", "lose", "Lose the next answer"}}},
		{Action: "/signout", Hidden: csrf, Buttons: []DemoButton{{"do", "switch", "Sign in as somebody else"}}},
	}}
}

func exampleResult(kind ResultKind) ResultPage {
	p := ResultPage{
		Page: examplePage("Save, Harbourline Ceramics Pty Ltd"), Customer: exampleCustomer(), Kind: kind, Changes: exampleChanges(),
		CheckURL: "/customers/" + exampleID + "/saves/k", EditURL: "/customers/" + exampleID + "/billing?draft=4f", AgainURL: "/customers/" + exampleID + "/billing/review?draft=4f",
		MergeURL: "/m", SignInURL: "/auth/start", Details: exampleSupport(), Wait: "20 seconds", At: Time{"2026-11-13T14:33:00+11:00", "today at 14:33"},
	}
	if kind == ResultRejected {
		p.UpstreamText = "The postal code does not match the state for this country."
	}
	return p
}

func exampleError(kind ErrorKind) ErrorPage {
	p := ErrorPage{Page: examplePage("Not shown"), Kind: kind, Contact: "Marta Keller", Wait: "20 seconds", Details: exampleSupport()}
	switch kind {
	case ErrorSessionOver, ErrorNoRole, ErrorOtherTenant, ErrorNoCookie, ErrorSignIn, ErrorSignInDown, ErrorSignInClock, ErrorSignInLoop, ErrorSignInScope, ErrorSignInFactors:
		p.Operator = nil
	case ErrorUpstreamDown, ErrorThrottled, ErrorTooFast:
		p.RetryURL = "/customers"
	}
	return p
}

func examples() []example {
	bare := Page{Title: "Sign in"}
	home := examplePage("Home")
	home.Section = SectionHome
	done := exampleOverview()
	done.Title = "Saved: Harbourline Ceramics"
	done.Banner = &Banner{Tone: ToneGood, Title: "Billing profile saved. 3 items changed at 14:40.", Text: "Everybody who opens this customer sees them now.", Links: []Link{{URL: "/customers/" + exampleID + "/history/118", Text: "View change"}, {URL: "/e", Text: "Edit again"}}, Focus: true}
	viewer := exampleOverview()
	viewer.EditURL, viewer.Trail = "", nil
	unread := exampleOverview()
	unread.Unread, unread.TrailUnread, unread.RetryURL, unread.EditURL = true, true, "/customers/"+exampleID, ""
	drafted := exampleOverview()
	drafted.Draft = &DraftNote{Draft: exampleDraft(), Moved: "The profile has been changed by someone else since then, so you will see both versions.", More: 1}
	back := exampleEdit(false)
	back.Draft = exampleDraftState()
	back.Banner = &Banner{Tone: ToneInfo, Title: "Your changes are back.", Text: "They were kept today at 14:29. Nothing has been saved to Partner Center yet."}
	asking := exampleAsking("")
	unanswered := exampleAsking("Choose which address should be saved")
	unknown := exampleAsking("")
	unknown.Sections[2].Fields[5].Question = &AddressQuestion{Found: "The address check does not know this address. It may still be right.", Quote: "Nothing is known of 'City'",
		Typed: "Suite 12, 80 Pitt St\nSydney NSW 2000", Kept: "Can be saved, but was not confirmed", Chosen: "typed"}
	verified := exampleReview()
	verified.Changes[1].Tag = "Verified"
	demo := exampleOverview()
	demo.Demo = exampleDemo()
	stale := exampleEdit(false)
	stale.Banner = &Banner{Tone: ToneCare, Title: "Nothing was saved yet. This form was out of date", Text: "Everything you typed is still here. Look it over and press Review changes again.", Focus: true}
	shared := exampleEdit(true)
	shared.Others = Others{Names: []string{"Ines Duarte"}, Since: Time{"2026-11-13T14:27:00+11:00", "at 14:27"}}
	overtaken := exampleEdit(false)
	overtaken.Others = Others{Names: []string{"Ines Duarte", "Rui Melo", "Marta Keller", "Sam Sales"}}
	overtaken.News = News{Save: "Zm9v", Who: "Ines Duarte", Items: 3, At: "at 14:31"}
	aside := exampleEdit(false)
	aside.Others, aside.News = Others{Unread: true}, News{Save: "Zm9v", Known: true}
	outside := exampleEdit(true)
	outside.News = News{Save: "Zm9v", Items: 1, At: "at 14:31"}
	own := exampleEdit(false)
	own.News = News{Save: "Zm9v", You: true, Who: "Tomas Lindqvist", Items: 1, At: "yesterday at 14:31"}
	edited := exampleOverview()
	edited.Editing = []string{"Ines Duarte"}
	decided := exampleMerge()
	decided.Clashes[1].Error = "Choose which default address to save"
	other := exampleMerge()
	other.Who, other.Clashes[0].Choice = "", merge.ChoiceOther
	rows := exampleRows()
	rows[0].Editing, rows[3].Editing = []string{"Ines Duarte"}, []string{"Rui Melo", "Marta Keller-Anastasopoulou"}
	kept := exampleError(ErrorSessionOver)
	kept.Kept, kept.ContinueURL = []Hidden{{"email", "invoices@harbourline.example"}, {"companyName", "Harbourline"}}, "/customers/"+exampleID+"/billing?draft=4f"

	inDraft := exampleError(ErrorSessionOver)
	inDraft.KeptFor, inDraft.SignIn = "Harbourline Ceramics", "/customers/"+exampleID+"/billing?draft=4f"
	keptDown := exampleError(ErrorUpstreamDown)
	keptDown.Title, keptDown.Kept, keptDown.ContinueURL = "", kept.Kept, kept.ContinueURL
	keptDown.Writing = true

	pressed, pressedLate := exampleError(ErrorStoreDown), inDraft
	pressed.Fate, pressedLate.Fate = FatePress, FatePress

	chosen := exampleSettings()
	chosen.Theme, chosen.Dense, chosen.KeysOff = "dark", true, true
	chosen.Page.Theme, chosen.Density, chosen.Keys, chosen.Zone = "dark", "dense", false, "Asia/Kathmandu"
	wrongSettings := exampleSettings()
	wrongSettings.Wrong = []string{"theme", "density", "zone"}

	list := []example{
		{"settings", exampleSettings().View()},
		{"settings-chosen", chosen.View()},
		{"settings-wrong", wrongSettings.View()},
		{"signin", SignInPage{Page: bare, Contact: "it@partner.example"}.View()},
		{"signin-out", SignInPage{Page: bare, State: SignInSignedOut, LeaveURL: "https://id.example/signout"}.View()},
		{"signin-left", SignInPage{Page: bare, State: SignInLeft}.View()},
		{"signin-over", SignInPage{Page: bare, State: SignInOver}.View()},
		{"home", HomePage{Page: home, Customers: rows[:4], Unsettled: exampleUnsettled(), News: exampleNews()}.View()},
		{"unsettled", UnsettledPage{Page: examplePage("Unsettled saves"), Saves: exampleUnsettled()}.View()},
		{"sessions", exampleSessions(false).View()},
		{"sessions-everybody", exampleSessions(true).View()},
		{"unsettled-none", UnsettledPage{Page: examplePage("Unsettled saves")}.View()},
		{"home-drafts", HomePage{Page: home, Customers: rows[:2], Drafts: []Draft{exampleDraft(), {"Kiso Valley Timber K.K.", "1 item changed", Time{"", "yesterday at 09:10"}, "/c", "/d"}}, DraftsUnread: true}.View()},
		{"home-new", HomePage{Page: home}.View()},
		{"home-outside", HomePage{Page: home, Customers: rows[:1], DraftsOutside: 1, SavesOutside: 2}.View()},
		{"customers", CustomersPage{Page: examplePage("Customers"), Query: "nord", Rows: rows, NextURL: "/customers?after=opaque", FirstURL: "/customers?q=nord", SomeMissing: true}.View()},
		{"customers-all", CustomersPage{Page: examplePage("Customers"), Rows: rows, NextURL: "/customers?after=opaque"}.View()},
		{"customers-none", CustomersPage{Page: examplePage("Customers"), Query: "nrod"}.View()},
		{"customers-empty", CustomersPage{Page: examplePage("Customers")}.View()},
		{"customers-portfolio", CustomersPage{Page: examplePortfolio("Customers"), Rows: rows[:3]}.View()},
		{"customers-portfolio-more", CustomersPage{Page: examplePortfolio("Customers"), Query: "nord", NextURL: "/customers?after=opaque"}.View()},
		{"customers-portfolio-empty", CustomersPage{Page: examplePortfolio("Customers"), Empty: true, Contact: "Marta Keller (team lead)"}.View()},
		{"customers-none-missing", CustomersPage{Page: examplePage("Customers"), Query: "nrod", SomeMissing: true}.View()},
		{"customer", exampleOverview().View()},
		{"customer-saved", done.View()},
		{"customer-draft", drafted.View()},
		{"customer-viewer", viewer.View()},
		{"customer-unread", unread.View()},
		{"customer-demo", demo.View()},
		{"edit", exampleEdit(false).View()},
		{"edit-wrong", exampleEdit(true).View()},
		{"edit-asking", asking.View()},
		{"edit-unanswered", unanswered.View()},
		{"edit-unknown", unknown.View()},
		{"review-verified", verified.View()},
		{"edit-stale", stale.View()},
		{"edit-shared", shared.View()},
		{"edit-overtaken", overtaken.View()},
		{"edit-aside", aside.View()},
		{"edit-outside", outside.View()},
		{"edit-own", own.View()},
		{"customer-edited", edited.View()},
		{"edit-back", back.View()},
		{"discard", exampleDiscard().View()},
		{"help", HelpPage{Page: examplePage("Help"), Contact: "Marta Keller (team lead)"}.View()},
		{"help-editor", HelpPage{Edits: true, Page: chosen.Page, Contact: "Marta Keller (team lead)"}.View()},
		{"review", exampleReview().View()},
		{"merge", exampleMerge().View()},
		{"merge-wrong", decided.View()},
		{"merge-other", other.View()},
		{"error-kept", kept.View()},
		{"error-kept-draft", inDraft.View()},
		{"error-kept-down", keptDown.View()},
		{"error-press", pressed.View()},
		{"error-press-kept", pressedLate.View()},
	}
	list = append(list, historyExamples()...)
	for _, k := range []ResultKind{ResultRunning, ResultUnknown, ResultNotSaved, ResultSuperseded, ResultConflict, ResultAlreadySaved, ResultRejected, ResultForbidden, ResultNoRelation, ResultMFA, ResultSignIn, ResultNotFound, ResultThrottled, ResultDown, ResultFailed} {
		list = append(list, example{"result-" + string(k), exampleResult(k).View()})
	}
	for _, k := range []ErrorKind{ErrorNotFound, ErrorNoCustomer, ErrorForbidden, ErrorUpstreamNo, ErrorNoRole, ErrorOtherTenant, ErrorMFA, ErrorStaleForm, ErrorCrossSite, ErrorBadRequest, ErrorMethod, ErrorTooLarge, ErrorWrongType, ErrorWrongHost, ErrorThrottled, ErrorTooFast, ErrorUpstreamDown, ErrorStoreDown, ErrorInternal, ErrorSessionOver, ErrorNoCookie, ErrorSignIn, ErrorSignInDown, ErrorSignInClock, ErrorSignInLoop, ErrorSignInScope, ErrorSignInFactors} {
		list = append(list, example{"error-" + string(k), exampleError(k).View()})
	}
	return list
}
