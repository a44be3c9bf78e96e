package handlers

import (
	"net/http"
	"slices"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// recentRows is how many recent customers Home lists.
const recentRows = 12

func (s *site) home(v *visit) error {
	ctx := v.Request().Context()
	page := templates.HomePage{Page: s.frame(v, v.Say("shell.home"), templates.SectionHome)}
	unsettled, err := s.Submissions.Unsettled(ctx, v.operator.Key())
	if err != nil {
		return err
	}
	here := s.saved(v, unsettled)
	page.SavesOutside = len(unsettled) - len(here)
	for _, sub := range here {
		page.Unsettled = append(page.Unsettled, s.unsettled(v, sub))
	}
	news, err := s.Submissions.News(ctx, v.operator.Key())
	if err != nil {
		return err
	}
	news = slices.DeleteFunc(news, func(sub submission.Submission) bool {
		return sub.State == submission.Superseded // that one is listed as unsettled, until it is closed
	})
	told := s.saved(v, news)
	page.SavesOutside += len(news) - len(told)
	for _, sub := range told {
		page.News = append(page.News, s.unsettled(v, sub))
	}
	list, err := s.Drafts.List(ctx, v.operator.Key())
	if err != nil {
		s.warn(v, "drafts not read", err)
		page.DraftsUnread = true
	}
	if v.may(middleware.Edit) {
		list = waiting(list, unsettled)
		mine := s.drafted(v, list)
		page.DraftsOutside = len(list) - len(mine)
		for _, version := range mine {
			page.Drafts = append(page.Drafts, unfinished(v, version))
		}
	}
	recent, err := s.recent(v, recentRows)
	if err != nil {
		return err
	}
	var ids []pcclient.TenantID
	for _, c := range recent {
		ids = append(ids, c.Customer)
	}
	editors := s.editors(v, ids...)
	for _, c := range recent {
		page.Customers = append(page.Customers, templates.CustomerRow{
			URL:      customerPath(c.Customer),
			Name:     c.Name,
			TenantID: string(c.Customer),
			Note:     v.Say("home.customers.opened", "at", v.moment(c.At).Text),
			Editing:  editors[c.Customer],
		})
	}
	return show(v, http.StatusOK, page.View())
}
