package handlers

import (
	"net/http"
	"strings"

	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/signin"
)

// route is one address of the portal. Every field is needed: written without names, a
// route that leaves one out does not compile, and New panics over one that is empty.
type route struct {
	method, path string
	right        middleware.Right
	rate         middleware.Rate
	body         middleware.Body
	page         func(*visit) error
}

// declared reports whether a route says all that it has to.
func (rt route) declared() bool {
	withBody := rt.method == http.MethodPost && rt.body != middleware.NoBody
	without := rt.method == http.MethodGet && rt.body == middleware.NoBody
	return strings.HasPrefix(rt.path, "/") && rt.right.Known() && rt.rate.Known() && rt.body.Known() && (withBody || without) && rt.page != nil
}

// machine reports whether something else than a person's browser asks, or asks by itself:
// it comes from wherever it likes and proves itself, or changes nothing.
func (rt route) machine() bool {
	return rt.rate == middleware.RateMachine || rt.rate == middleware.RateReport
}

// routes is every address the portal answers. Static files come from a list of
// their own.
func (s *site) routes() []route {
	list := []route{
		{http.MethodGet, "/healthz", middleware.Public, middleware.RateHealth, middleware.NoBody, s.healthz},
		{http.MethodGet, "/readyz", middleware.Public, middleware.RateHealth, middleware.NoBody, s.readyz},

		{http.MethodGet, signin.SignedOutPath, middleware.Public, middleware.RatePublic, middleware.NoBody, s.signIn},
		{http.MethodGet, "/auth/start", middleware.Public, middleware.RatePublic, middleware.NoBody, s.startSignIn},
		{http.MethodGet, signin.CallbackPath, middleware.Public, middleware.RatePublic, middleware.NoBody, s.finishSignIn},
		{http.MethodGet, leavePath, middleware.Public, middleware.RatePublic, middleware.NoBody, s.leave},
		{http.MethodPost, "/signout", middleware.Public, middleware.RatePublic, middleware.FormBody, s.signOut},
		{http.MethodPost, "/backchannel-logout", middleware.Public, middleware.RateMachine, middleware.FormBody, s.backChannelLogout},
		{http.MethodGet, "/frontchannel-logout", middleware.Public, middleware.RateMachine, middleware.NoBody, s.frontChannelLogout},

		{http.MethodPost, middleware.ReportPath, middleware.Public, middleware.RateReport, middleware.ReportBody, s.countReport},

		{http.MethodGet, "/", middleware.View, middleware.RatePage, middleware.NoBody, s.home},
		{http.MethodGet, "/customers", middleware.View, middleware.RateSearch, middleware.NoBody, s.searchCustomers},
		{http.MethodGet, "/customers/:id", middleware.View, middleware.RatePage, middleware.NoBody, s.showCustomer},
		{http.MethodGet, "/customers/:id/history", middleware.View, middleware.RatePage, middleware.NoBody, s.showHistory},
		{http.MethodGet, "/customers/:id/history.csv", middleware.View, middleware.RateExport, middleware.NoBody, s.exportHistory},
		{http.MethodGet, "/customers/:id/history/:change", middleware.View, middleware.RatePage, middleware.NoBody, s.showChange},
		{http.MethodPost, "/customers/:id/history/:change/undo", middleware.Edit, middleware.RateForm, middleware.FormBody, s.undoChange},
		{http.MethodGet, "/changes", middleware.Audit, middleware.RatePage, middleware.NoBody, s.showChanges},
		{http.MethodGet, "/changes.csv", middleware.Audit, middleware.RateExport, middleware.NoBody, s.exportChanges},

		{http.MethodGet, "/customers/:id/billing", middleware.Edit, middleware.RatePage, middleware.NoBody, s.editBillingProfile},
		{http.MethodPost, "/customers/:id/billing", middleware.Edit, middleware.RateForm, middleware.FormBody, s.submitBillingProfile},
		{http.MethodPost, "/customers/:id/billing/check", middleware.Edit, middleware.RatePoll, middleware.FormBody, s.checkBillingProfile},
		{http.MethodGet, "/customers/:id/billing/review", middleware.Edit, middleware.RatePage, middleware.NoBody, s.reviewBillingProfile},
		{http.MethodPost, "/customers/:id/billing/review", middleware.Edit, middleware.RateForm, middleware.FormBody, s.saveBillingProfile},
		{http.MethodGet, "/customers/:id/billing/merge", middleware.Edit, middleware.RatePage, middleware.NoBody, s.mergeBillingProfile},
		{http.MethodPost, "/customers/:id/billing/merge", middleware.Edit, middleware.RateForm, middleware.FormBody, s.submitMerge},
		{http.MethodPost, "/customers/:id/draft", middleware.Edit, middleware.RateForm, middleware.FormBody, s.keepDraft},
		{http.MethodGet, "/customers/:id/draft/discard", middleware.Edit, middleware.RatePage, middleware.NoBody, s.askDiscard},
		{http.MethodPost, "/customers/:id/draft/discard", middleware.Edit, middleware.RateForm, middleware.FormBody, s.discardDraft},
		{http.MethodGet, "/customers/:id/saves/:key", middleware.Edit, middleware.RatePage, middleware.NoBody, s.showSave},
		{http.MethodPost, "/customers/:id/saves/:key/close", middleware.View, middleware.RateForm, middleware.FormBody, s.closeSave},
		{http.MethodGet, "/unsettled", middleware.Administer, middleware.RatePage, middleware.NoBody, s.showUnsettled},
		{http.MethodGet, "/help", middleware.View, middleware.RatePage, middleware.NoBody, s.showHelp},

		{http.MethodGet, "/settings", middleware.View, middleware.RatePage, middleware.NoBody, s.showSettings},
		{http.MethodPost, "/settings", middleware.View, middleware.RateForm, middleware.FormBody, s.saveSettings},
		{http.MethodGet, "/sessions", middleware.View, middleware.RatePage, middleware.NoBody, s.showSessions},
		{http.MethodPost, "/sessions/end", middleware.View, middleware.RateForm, middleware.FormBody, s.endSession},
		{http.MethodPost, "/sessions/end-others", middleware.View, middleware.RateForm, middleware.FormBody, s.endOtherSessions},
		{http.MethodGet, "/sessions/everybody", middleware.Administer, middleware.RatePage, middleware.NoBody, s.showEverybodysSessions},
		{http.MethodPost, "/sessions/everybody/end", middleware.Administer, middleware.RateForm, middleware.FormBody, s.endAnySession},
	}
	if s.Demo != nil {
		list = append(list,
			route{http.MethodPost, "/demo/colleague", middleware.View, middleware.RateForm, middleware.FormBody, s.demoColleague},
			route{http.MethodPost, "/demo/trouble", middleware.View, middleware.RateForm, middleware.FormBody, s.demoTrouble},
		)
	}
	return list
}
