package handlers_test

import (
	"net/http"
	"testing"
)

// Help is a link in the same place of every page, and names whom to ask.
func TestHelpIsOnEveryPage(t *testing.T) {
	site := newSite(t)
	ada := site.signIn("Ada Admin")
	for _, path := range []string{"/", "/customers", "/changes", "/customers/" + string(site.customer(harbourline)), "/no/such/page"} {
		ada.get(path).follow("Help").want(http.StatusOK, "Do not enter the change again", "Whom to ask", "Marta Keller (team lead)")
	}
}

// The list of keys is that of the person: what they may do, and whether single keys act.
func TestHelpListsThePersonsKeys(t *testing.T) {
	site := newSite(t)
	ada, viewer := site.signIn("Ada Admin"), site.viewer()
	ada.get("/help").want(http.StatusOK, "Keyboard", "Edit the customer on the page", "Review changes, or save them", "Go to Home", "Go to Change log", "Go to Unsettled saves").hides("switched off", "Bulk")
	viewer.get("/help").want(http.StatusOK, "Find a customer", "Go to Customers").hides("Edit the customer on the page", "Review changes, or save", "Change log", "Unsettled")
	f := ada.settings()
	f.values.Del("keys")
	f.press().follow("All shortcuts").want(http.StatusOK, "Find a customer switched off", "You switched single keys off.").hides("Review changes, or save them switched off")
}
