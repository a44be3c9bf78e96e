package handlers

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/preferences"
	"github.com/partnerdesk/portal/web/templates"
)

func (s *site) showSettings(v *visit) error {
	var saved *templates.Banner
	if v.QueryParam("state") == "saved" {
		saved = &templates.Banner{Tone: templates.ToneGood, Title: "Settings saved.", Text: "They hold in every browser you sign in with.", Focus: true}
	}
	return s.showSettingsPage(v, http.StatusOK, v.chosen, saved)
}

// saveSettings keeps what the whole form says. Nobody can choose what it does not
// offer, but a form may be older than the portal that gets it.
func (s *site) saveSettings(v *visit) error {
	if !v.session.CheckFormToken(familySettings, "", v.one("csrf")) {
		return errFormToken
	}
	for _, name := range []string{"theme", "density", "zone"} {
		if len(v.form[name]) != 1 {
			return errBadForm // a browser sends each once, whatever is chosen
		}
	}
	p := preferences.Preferences{
		Theme:   v.one("theme"),
		Density: v.one("density"),
		Zone:    v.one("zone"),
		KeysOff: v.one("keys") == "",
	}
	if len(p.Wrong()) > 0 {
		return s.showSettingsPage(v, http.StatusUnprocessableEntity, p, nil)
	}
	if err := s.Preferences.Keep(v.Request().Context(), v.operator.Key(), p); err != nil {
		return err
	}
	return v.redirect("/settings?state=saved")
}

func (s *site) showSettingsPage(v *visit, status int, p preferences.Preferences, banner *templates.Banner) error {
	page := templates.SettingsPage{
		Page:    s.frame(v, "Settings", templates.SectionSettings),
		Banner:  banner,
		CSRF:    v.session.FormToken(familySettings, ""),
		Theme:   p.Theme,
		Density: p.Density,
		Zone:    p.Zone,
		Keys:    !p.KeysOff,
		Zones:   s.zoneChoices(),
		Now:     v.clock(s.Now()),
	}
	for _, field := range p.Wrong() {
		page.Wrong = append(page.Wrong, string(field))
	}
	return show(v, status, page.View())
}

// zoneChoices are the time zones by region, the portal's own first.
func (s *site) zoneChoices() []templates.OptionGroup {
	own := "The portal's"
	if name := s.Zone.String(); name != "Local" {
		own += ", " + strings.ReplaceAll(name, "_", " ")
	}
	groups := []templates.OptionGroup{{Options: []templates.Option{{Value: "", Text: own + " (" + s.offsetIn(s.Zone) + ")"}, {Value: "UTC", Text: "UTC"}}}}
	for _, zone := range preferences.Zones() {
		region, place, found := strings.Cut(zone.String(), "/")
		if !found {
			continue // UTC stands above
		}
		if groups[len(groups)-1].Label != region {
			groups = append(groups, templates.OptionGroup{Label: region})
		}
		last := &groups[len(groups)-1]
		last.Options = append(last.Options, templates.Option{Value: zone.String(), Text: placeText(place) + " (" + s.offsetIn(zone) + ")"})
	}
	return groups
}

func (s *site) offsetIn(zone *time.Location) string {
	return times{zone, s.Now}.offset(s.Now())
}

// placeText is the place of a zone, the smallest part first, so that its first letters
// find it: "Buenos Aires, Argentina".
func placeText(place string) string {
	parts := strings.Split(strings.ReplaceAll(place, "_", " "), "/")
	slices.Reverse(parts)
	return strings.Join(parts, ", ")
}
