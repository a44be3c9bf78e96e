package templates

import (
	"context"
	"slices"
)

// SettingsPage is what one person can choose for themselves.
type SettingsPage struct {
	Page
	Banner    *Banner
	CSRF      string
	Theme     string // "light", "dark" or ""
	Density   string // "dense" or ""
	Language  string // the tag of one, or ""
	Zone      string // a value of Zones
	Keys      bool   // single keys act
	Languages []Option
	Zones     []OptionGroup
	Now       Time     // in the zone that times are told in
	Wrong     []string // the names of inputs that hold none of their choices, in page order
}

// OptionGroup is a part of a long list. The group without a label comes first.
type OptionGroup struct {
	Label   string
	Options []Option
}

// wrongText says what to do about an input that holds none of its choices, "" if it does.
func (p SettingsPage) wrongText(ctx context.Context, name string) string {
	if slices.Contains(p.Wrong, name) {
		return say(ctx, "settings."+name+".wrong")
	}
	return ""
}

func (p SettingsPage) problems(ctx context.Context) []problem {
	targets := map[string]string{"theme": "theme-system", "density": "density-comfortable", "language": "language", "zone": "zone"}
	var list []problem
	for _, name := range p.Wrong {
		list = append(list, problem{target: targets[name], text: p.wrongText(ctx, name)})
	}
	return list
}

type settingChoice struct {
	id, value, label, about string
}

func themes(ctx context.Context) []settingChoice {
	return []settingChoice{
		{"theme-system", "", say(ctx, "settings.theme.system"), say(ctx, "settings.theme.system-about")},
		{"theme-light", "light", say(ctx, "settings.theme.light"), ""},
		{"theme-dark", "dark", say(ctx, "settings.theme.dark"), ""},
	}
}

func densities(ctx context.Context) []settingChoice {
	return []settingChoice{
		{"density-comfortable", "", say(ctx, "settings.density.comfortable"), ""},
		{"density-dense", "dense", say(ctx, "settings.density.dense"), say(ctx, "settings.density.dense-about")},
	}
}
