package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

const startUndo = "Start an edit with the earlier values"

// A change is undone by an edit like any other: the earlier values stand in the form,
// are reviewed, and are saved once.
func TestAChangeIsUndone(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	before := site.stored(id)
	b := site.signIn("Ada Admin")
	b.edits(id, "email", "invoices@harbourline.example", "lastName", "Whitfield-Ames", "defaultAddress.addressLine2", "Floor 9")

	sam := site.signIn("Sam Sales")
	change := sam.get(history(id)).follow("View").want(http.StatusOK, "Ada Admin changed contact, email and default address")
	edit := change.choose(startUndo).want(http.StatusOK, "Edit billing profile", "The earlier values are in this form.", "Nothing is saved until you review and save.")
	f := edit.form("email").wants("email", before[forms.Email]).wants("lastName", before[forms.LastName]).wants("defaultAddress.addressLine2", before[forms.AddressLine2])
	site.wantPuts(1, 1)
	f.press("do", "review").asTyped().want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.", "3 items changed")
	site.wantPuts(2, 2)
	for name, text := range before {
		site.storedHas(id, name, text)
	}
	list := sam.get(history(id)).want(http.StatusOK)
	if rows := list.rows(); len(rows) != 2 {
		t.Errorf("%d changes, want 2: the change and its undo", len(rows))
	}
	list.follow("View").want(http.StatusOK, "You changed contact, email and default address", "Via Undo",
		"Reason Undo of the change by Ada Admin on "+site.clock.now().UTC().Format("2 January 2006"))
	// Undone once, there is nothing left to undo.
	again := sam.get(change.url.Path).choose(startUndo).want(http.StatusOK, "The profile has these values already.", "There is nothing to put back.")
	if again.url.Path != change.url.Path+"/undo" {
		t.Errorf("an edit was started: %s", again.url)
	}
	safe(t, again)
}

// One item of several is put back, the address whole or not at all.
func TestOneItemIsUndone(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	before := site.stored(id)
	b := site.signIn("Ada Admin")
	b.edits(id, "email", "invoices@harbourline.example", "defaultAddress.addressLine1", "40 Pike Street", "defaultAddress.addressLine2", "", "defaultAddress.postalCode", "98101")
	site.elsewhere(id, "Ines Duarte", "defaultAddress.city", "Tacoma")

	change := b.get(history(id)).follow("View")
	f := change.form("item")
	f.values["item"] = []string{"address"}
	edit := f.press().want(http.StatusOK, "The earlier values are in this form.")
	g := edit.form("email").wants("email", "invoices@harbourline.example")
	for _, name := range []string{forms.AddressLine1, forms.AddressLine2, forms.PostalCode, forms.City, forms.State} {
		g.wants(name, before[name])
	}
	g.press("do", "review").asTyped().want(http.StatusOK, "Review 1 change").save().want(http.StatusOK, "1 item changed")
	site.storedHas(id, forms.Email, "invoices@harbourline.example", forms.City, before[forms.City], forms.AddressLine1, before[forms.AddressLine1])
}

// A single item has no box to tick.
func TestAChangeOfOneItemIsUndoneAtOnce(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.edits(id, "email", "invoices@harbourline.example")
	change := b.get(history(id)).follow("View")
	if change.find(func(n *node) bool { return attr(n, "type") == "checkbox" }) != nil {
		t.Error("one item, and a box to tick")
	}
	change.choose(startUndo).want(http.StatusOK, "The earlier values are in this form.").form("email").wants("email", "nora.whitfield@harbourline.example")
}

// What an outsider saved is undone as well, and so is what one of our saves replaced.
func TestWhatOthersSavedIsUndone(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	outside := site.emailBy(id, audit.Outside, audit.ViaOutside, "ines.duarte@partner.example", time.Minute, "nora.whitfield@harbourline.example", "theirs@harbourline.example")
	b.get(fmt.Sprintf("%s/%d", history(id), outside.Seq)).choose(startUndo).form("email").wants("email", "nora.whitfield@harbourline.example")
	over := site.emailBy(id, audit.Overwrote, "", "Sam Sales", 0, "lost@harbourline.example", "theirs@harbourline.example")
	b.get(fmt.Sprintf("%s/%d", history(id), over.Seq)).choose(startUndo).form("email").wants("email", "lost@harbourline.example")
	site.wantPuts(0, 0)
}

// an undo that meets somebody else's save is merged like any edit, and overwrites
// nothing.
func TestA56AnUndoMeetsAConflict(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.edits(id, "email", "invoices@harbourline.example")
	review := b.get(history(id)).follow("View").choose(startUndo).form("email").press("do", "review").want(http.StatusOK, "Review 1 change")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	merge := review.save().want(http.StatusConflict, "theirs@harbourline.example", "nora.whitfield@harbourline.example", "Nothing has been overwritten")
	merge.form("choice.email").fill("choice.email", "mine").press("do", "review").want(http.StatusOK, "Review 1 change").save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, forms.Email, "nora.whitfield@harbourline.example")
	site.wantPuts(2, 2)
	b.get(history(id)).follow("View").want(http.StatusOK, "Via Undo", "Reason Undo of the change by Ada Admin")
}

func TestAnUndoFormThatIsNotOurs(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.edits(id, "email", "invoices@harbourline.example", "lastName", "Whitfield-Ames")
	change := b.get(history(id)).follow("View")
	good := change.form("item").values
	with := func(name string, values ...string) url.Values {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form[name] = values
		return form
	}
	for name, c := range map[string]struct {
		form   url.Values
		status int
		shows  string
	}{
		"no token":                 {with("csrf"), http.StatusForbidden, "No edit was started yet."},
		"two tokens":               {with("csrf", good.Get("csrf"), good.Get("csrf")), http.StatusForbidden, "No edit was started yet."},
		"another customer's token": {with("csrf", b.get(billing(site.customer(vilaNova))).form("email").values.Get("csrf")), http.StatusForbidden, "No edit was started yet."},
		"nothing chosen":           {with("item"), http.StatusUnprocessableEntity, "Choose at least one item to put back."},
		"an item not changed":      {with("item", "email", "address"), http.StatusBadRequest, "could not be read"},
		"an item nobody has":       {with("item", "etag"), http.StatusBadRequest, "could not be read"},
		"an item twice":            {with("item", "email", "email"), http.StatusBadRequest, "could not be read"},
		"A-42 a value as well":     {with("companyName", "Other"), http.StatusBadRequest, "could not be read"},
	} {
		t.Run(name, func(t *testing.T) {
			page := b.post(change.url.Path+"/undo", c.form).want(c.status, c.shows, "You changed contact and email")
			safe(t, page)
		})
	}
	kept := with("item", "email")
	kept.Del("csrf")
	form := b.post(change.url.Path+"/undo", kept).form("item")
	if len(form.values["item"]) != 1 || form.values.Get("item") != "email" {
		t.Errorf("what was chosen is not chosen any more: %v", form.values["item"])
	}
	form.press().want(http.StatusOK, "The earlier values are in this form.") // with the fresh token
	site.viewer().post(change.url.Path+"/undo", good).want(http.StatusForbidden)
	gone := site.noted(audit.Entry{Kind: audit.Applied, Customer: id, Submission: pcclient.NewGUID(), OperatorName: "Sam Sales", Fields: []string{forms.Phone}}, audit.Values{})
	b.post(fmt.Sprintf("%s/%d/undo", history(id), gone.Seq), with("item")).want(http.StatusUnprocessableEntity, "There are no earlier values to put back.")
	site.wantPuts(1, 1)
}

// Without an ETag upstream, or without a place to keep the draft, no edit starts, and
// nothing is lost by it.
func TestAnUndoThatCannotStart(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.edits(id, "email", "invoices@harbourline.example")
	change := b.get(history(id)).follow("View")
	site.exec(`CREATE TRIGGER full BEFORE INSERT ON drafts BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
	change.choose(startUndo).want(http.StatusServiceUnavailable, "The edit could not be started. Nothing was changed.")
	site.exec(`DROP TRIGGER full`)
	change.choose(startUndo).want(http.StatusOK, "The earlier values are in this form.")
	site.wantPuts(1, 1)
}
