package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// html is the element around everything.
func (p *page) html() *node { return p.find(func(n *node) bool { return n.Data == "html" }) }

// settings opens the form of the settings.
func (b *browser) settings() *form {
	b.t.Helper()
	return b.get("/settings").want(http.StatusOK, "Settings").form("theme")
}

// Settings are one person's: in every browser of theirs, and nobody else's.
func TestSettings(t *testing.T) { everywhere(t, testSettings) }

func testSettings(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	f := b.settings().wants("theme", "").wants("density", "").wants("zone", "").wants("keys", "on")
	if h := f.page.html(); has(h, "data-theme") || has(h, "data-density") || has(h, "data-keys") {
		t.Error("a person who chose nothing has a look of their own")
	}
	f.values.Del("keys")
	saved := f.fill("theme", "dark").fill("density", "dense").fill("zone", "Asia/Kathmandu").press().want(http.StatusOK, "Settings saved.")
	safe(t, saved)
	saved.form("theme").wants("theme", "dark").wants("density", "dense").wants("zone", "Asia/Kathmandu").wants("keys", "")
	b.get("/settings").want(http.StatusOK).hides("Settings saved.")

	site.restart()
	other := site.signIn("Ada Admin")
	for _, p := range []*page{other.get("/"), other.get(overview(site.customer(harbourline))), other.get("/nowhere"), other.post("/settings", url.Values{})} {
		h := p.html()
		if attr(h, "data-theme") != "dark" || attr(h, "data-density") != "dense" || attr(h, "data-keys") != "off" {
			t.Errorf("%s in another browser: %v", p.url, h.Attr)
		}
		if meta := p.find(func(n *node) bool { return attr(n, "name") == "color-scheme" }); attr(meta, "content") != "dark" {
			t.Errorf("%s: color-scheme %q", p.url, attr(meta, "content"))
		}
	}
	sam := site.signIn("Sam Sales")
	sam.settings().wants("theme", "").wants("density", "").wants("zone", "").wants("keys", "on")
	if h := sam.get("/").html(); has(h, "data-theme") || has(h, "data-keys") {
		t.Error("A-53 Sam's pages look as Ada chose")
	}

	f = other.settings()
	f.fill("theme", "").fill("density", "").fill("zone", "").fill("keys", "on").press().want(http.StatusOK, "Settings saved.")
	if h := b.get("/").html(); has(h, "data-theme") || has(h, "data-density") || has(h, "data-keys") {
		t.Errorf("back to the defaults: %v", h.Attr)
	}
}

// Every time a person reads is told in their zone, and the days they filter by are
// theirs; what stands in the trail is nobody's.
func TestTimesAreToldInThePersonsZone(t *testing.T) { everywhere(t, testTimesAreToldInThePersonsZone) }

func testTimesAreToldInThePersonsZone(t *testing.T) {
	site := unseen(t)
	kathmandu := time.FixedZone("", 5*3600+45*60)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.settings().fill("zone", "Asia/Kathmandu").press().want(http.StatusOK, "Settings saved.")
	b.edits(id, "email", "invoices@harbourline.example")
	sam := site.signIn("Sam Sales")
	hours := func(zone *time.Location) []string { // the clock may tick between a page and this line
		now := site.clock.now().In(zone)
		return []string{now.Format("15:04"), now.Add(-time.Minute).Format("15:04")}
	}
	tells := func(p *page, zone *time.Location, name string) {
		t.Helper()
		p.shows(name)
		if all := p.text(); !strings.Contains(all, hours(zone)[0]) && !strings.Contains(all, hours(zone)[1]) {
			t.Errorf("%s tells no time of %s: %s", p.url, name, all)
		}
	}
	tells(b.get(history(id)), kathmandu, "UTC+5:45")
	tells(b.get(history(id)).follow("View"), kathmandu, "(UTC+5:45)")
	tells(b.get("/nowhere"), kathmandu, "(UTC+5:45)")
	tells(sam.get(history(id)), time.UTC, "UTC")

	// The day of the change in Kathmandu, which for six hours is not that of UTC.
	day := site.clock.now().In(kathmandu).Format(time.DateOnly)
	if rows := b.get(history(id) + "?from=" + day + "&to=" + day).want(http.StatusOK).rows(); len(rows) != 1 {
		t.Errorf("%d changes on %s", len(rows), day)
	}
	for _, other := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		day := site.clock.now().In(kathmandu).Add(other).Format(time.DateOnly)
		b.get(history(id)+"?from="+day+"&to="+day).want(http.StatusOK, "No change fits this filter")
	}
}

// What the form does not offer is not kept, and said at the field.
func TestSettingsThatThereAreNot(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	b.settings().fill("theme", "light").press().want(http.StatusOK)
	for _, bad := range []struct{ name, value, says string }{
		{"theme", "pink", "Choose a theme from the list"},
		{"density", `"><script>alert(1)</script>`, "Choose a density from the list"},
		{"language", "xx-Nowhere", "Choose a language from the list"},
		{"language", "ar-XB", "Choose a language from the list"},
		{"zone", "../../etc/passwd", "Choose a time zone from the list"},
		{"zone", "Local", "Choose a time zone from the list"},
		{"zone", strings.Repeat("x", 10_000), "Choose a time zone from the list"},
	} {
		p := b.settings().fill(bad.name, bad.value).press().want(http.StatusUnprocessableEntity, "1 thing needs fixing", bad.says)
		safe(t, p)
		if p.byID("problems") == nil || strings.Contains(p.body, bad.value) {
			t.Errorf("%s=%.20s: no summary, or the value is repeated", bad.name, bad.value)
		}
		b.settings().wants("theme", "light").wants("zone", "")
	}
	twice := b.settings()
	twice.values["theme"] = []string{"dark", "light"}
	twice.press().want(http.StatusBadRequest)
	half := b.settings()
	half.values.Del("zone")
	half.press().want(http.StatusBadRequest)
	b.settings().wants("theme", "light")
}

// settings are changed by their own form, in the session it was made for.
func TestA17SettingsOfSomebodyElse(t *testing.T) {
	site := newSite(t)
	ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
	f := ada.settings().fill("theme", "dark")
	sam.post("/settings", f.values).want(http.StatusForbidden, "Nothing was saved")
	f.values.Set("csrf", "")
	f.press().want(http.StatusForbidden, "Nothing was saved")
	ada.settings().wants("theme", "")
	sam.settings().wants("theme", "")
	f = ada.settings().fill("theme", "dark")
	site.clock.advance(9 * time.Hour)
	f.press().want(http.StatusUnauthorized, "Sign in to continue").follow("Sign in to continue").choose("Ada Admin").
		want(http.StatusOK, "Settings").form("theme").wants("theme", "")
}

// F-33: that preferences cannot be read costs a page its looks and nothing else.
func TestF33PreferencesCannotBeRead(t *testing.T) { everywhere(t, testF33PreferencesCannotBeRead) }

func testF33PreferencesCannotBeRead(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	f := b.settings().fill("theme", "dark")
	f.press().want(http.StatusOK)
	site.exec(`ALTER TABLE preferences RENAME TO away`)
	b.toReview(site.customer(harbourline), "email", "typed@harbourline.example").save().want(http.StatusOK, "Billing profile saved.")
	f.press().want(http.StatusServiceUnavailable)
	site.exec(`ALTER TABLE away RENAME TO preferences`)
	b.settings().wants("theme", "dark")
}
