package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/partnerdesk/portal/web/preferences"
	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

func (s *site) showSettings(v *visit) error {
	var saved *templates.Banner
	if v.QueryParam("state") == "saved" {
		saved = &templates.Banner{Tone: templates.ToneGood, Title: v.Say("settings.saved.title"), Text: v.Say("settings.saved.text"), Focus: true}
	}
	return s.showSettingsPage(v, http.StatusOK, v.chosen, saved)
}

// saveSettings keeps what the whole form says. Nobody can choose what it does not
// offer, but a form may be older than the portal that gets it.
func (s *site) saveSettings(v *visit) error {
	if !v.session.CheckFormToken(familySettings, "", v.one("csrf")) {
		return errFormToken
	}
	for _, name := range []string{"theme", "density", "language", "zone"} {
		if len(v.form[name]) != 1 {
			return errBadForm // a browser sends each once, whatever is chosen
		}
	}
	p := preferences.Preferences{
		Theme:    v.one("theme"),
		Density:  v.one("density"),
		Language: v.one("language"),
		Zone:     v.one("zone"),
		KeysOff:  v.one("keys") == "",
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
		Page:      s.frame(v, v.Say("settings.title"), templates.SectionSettings),
		Banner:    banner,
		CSRF:      v.session.FormToken(familySettings, ""),
		Theme:     p.Theme,
		Density:   p.Density,
		Language:  p.Language,
		Zone:      p.Zone,
		Keys:      !p.KeysOff,
		Languages: s.languageChoices(v),
		Zones:     s.zoneChoices(v),
		Now:       v.clock(s.Now()),
	}
	for _, field := range p.Wrong() {
		page.Wrong = append(page.Wrong, string(field))
	}
	return show(v, status, page.View())
}

// zoneChoices are the time zones by region, the portal's own first.
func (s *site) zoneChoices(v *visit) []templates.OptionGroup {
	own := v.Say("settings.zone.portal", "offset", v.offsetIn(s.Zone))
	if name := s.Zone.String(); name != "Local" {
		own = v.Say("settings.zone.portal-named", "zone", strings.ReplaceAll(name, "_", " "), "offset", v.offsetIn(s.Zone))
	}
	groups := []templates.OptionGroup{{Options: []templates.Option{{Value: "", Text: own}, {Value: "UTC", Text: "UTC"}}}}
	for _, zone := range preferences.Zones() {
		region, place, found := strings.Cut(zone.String(), "/")
		if !found {
			continue // UTC stands above
		}
		if groups[len(groups)-1].Label != region {
			groups = append(groups, templates.OptionGroup{Label: region})
		}
		last := &groups[len(groups)-1]
		last.Options = append(last.Options, templates.Option{Value: zone.String(), Text: placeText(place) + " (" + v.offsetIn(zone) + ")"})
	}
	return groups
}

// languageChoices are the languages of the portal, each by its own name, the browser's
// choice first.
func (s *site) languageChoices(v *visit) []templates.Option {
	choices := []templates.Option{{Value: "", Text: v.Say("settings.language.browser")}}
	for _, l := range words.Languages() {
		choices = append(choices, templates.Option{Value: l.Tag(), Text: l.Name()})
	}
	return choices
}

// placeText is the place of a zone, the smallest part first, so that its first letters
// find it: "Buenos Aires, Argentina".
func placeText(place string) string {
	parts := strings.Split(strings.ReplaceAll(place, "_", " "), "/")
	slices.Reverse(parts)
	return strings.Join(parts, ", ")
}
