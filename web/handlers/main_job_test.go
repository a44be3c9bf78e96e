package handlers_test

import (
	"net/http"
	"testing"
)

func TestTheMainJob(t *testing.T) {
	site := newSite(t)
	ada := site.signIn("Ada Admin")
	company := site.sim.Customers()[0]

	form := ada.get("/customers/"+string(company.ID)+"/billing").want(http.StatusOK, "Edit billing profile").form("email")
	review := form.fill("email", "invoices@harbourline.example").press().want(http.StatusOK, "Review 1 change", "invoices@harbourline.example")
	review.form("key").press().want(http.StatusOK, "Billing profile saved.")
}
