package pcsim

import "testing"

func TestSwitchStale(t *testing.T) {
	for setting, want := range map[string]struct {
		status int
		code   string
	}{
		"400-2055": {400, "2055"}, "412": {412, "412"}, "412-empty": {412, ""}, "409": {409, "409"}, "accept": {200, ""},
	} {
		t.Run("F-19 stale="+setting, func(t *testing.T) {
			s := newSite(t)
			s.set(func(w *Switches) { w.Stale = setting })
			profile, etag := s.read(s.first())
			if err := s.sim.EditElsewhere(s.first(), "Jonas", []byte(`{"companyName":"Harbourline Tiles"}`)); err != nil {
				t.Fatal(err)
			}
			r := s.want(s.put(s.first(), moved(profile, "Tacoma"), "If-Match", `"`+etag+`"`), want.status, want.code)
			if setting == "412-empty" && len(r.raw) != 0 {
				t.Errorf("body %q", r.raw)
			}
			now, _ := s.read(s.first())
			if overwritten := now.text("companyName") == "Harbourline Ceramics"; overwritten != (setting == "accept") {
				t.Errorf("company name is %q", now.text("companyName"))
			}
		})
	}
}

func TestWhereTheETagStands(t *testing.T) {
	const ok = "200"
	for _, c := range []struct {
		name         string
		noEtag       string
		disagree     string
		header, body string // "good", "old", "", or the header as is
		want         string
	}{
		{"body only, as the SDKs send it", "refuse", "refuse", "", "good", ok},
		{"header only", "refuse", "refuse", "good", "", ok},
		{"both", "refuse", "refuse", "good", "good", ok},
		{"unquoted header", "refuse", "refuse", "unquoted", "", ok},
		{"neither", "refuse", "refuse", "", "", "800002"},
		{"neither, accepted", "accept", "refuse", "", "", ok},
		{"wildcard", "accept", "refuse", "*", "", "800002"},
		{"weak tag", "refuse", "refuse", `W/"1"`, "good", "800002"},
		{"disagreeing", "refuse", "refuse", "good", "old", "800002"},
		{"disagreeing, header counts and is good", "refuse", "header", "good", "old", ok},
		{"disagreeing, header counts and is old", "refuse", "header", "old", "good", "2055"},
		{"disagreeing, body counts and is good", "refuse", "body", "old", "good", ok},
		{"disagreeing, body counts and is old", "refuse", "body", "good", "old", "2055"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.set(func(w *Switches) { w.NoETag, w.ETagDisagree = c.noEtag, c.disagree })
			profile, etag := s.read(s.first())
			tags := map[string]string{"good": etag, "old": "-42"}
			profile = profile.with("attributes", nil)
			if c.body != "" {
				profile = profile.with("attributes", obj("etag", tags[c.body]))
			}
			var headers []string
			switch c.header {
			case "":
			case "unquoted":
				headers = []string{"If-Match", etag}
			case "good", "old":
				headers = []string{"If-Match", `"` + tags[c.header] + `"`}
			default:
				headers = []string{"If-Match", c.header}
			}
			r := s.put(s.first(), profile, headers...)
			if c.want == ok {
				s.want(r, 200, "")
			} else {
				s.want(r, 400, c.want)
			}
		})
	}
}
