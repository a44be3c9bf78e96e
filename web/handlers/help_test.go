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
