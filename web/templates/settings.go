package templates

import "slices"

// SettingsPage is what one person can choose for themselves.
type SettingsPage struct {
	Page
	Banner  *Banner
	CSRF    string
	Theme   string // "light", "dark" or ""
	Density string // "dense" or ""
	Zone    string // a value of Zones
	Keys    bool   // single keys act
	Zones   []OptionGroup
	Now     Time     // in the zone that times are told in
	Wrong   []string // the names of inputs that hold none of their choices, in page order
}

// OptionGroup is a part of a long list. The group without a label comes first.
type OptionGroup struct {
	Label   string
	Options []Option
}

// choosing says what to do about a setting that holds none of its choices.
var choosing = map[string]string{
	"theme":   "Choose a theme from the list",
	"density": "Choose a density from the list",
	"zone":    "Choose a time zone from the list",
}

// wrongText is what is wrong with an input, "" if nothing is.
func (p SettingsPage) wrongText(name string) string {
	if slices.Contains(p.Wrong, name) {
		return choosing[name]
	}
	return ""
}

func (p SettingsPage) problems() []problem {
	targets := map[string]string{"theme": "theme-system", "density": "density-comfortable", "zone": "zone"}
	var list []problem
	for _, name := range p.Wrong {
		list = append(list, problem{target: targets[name], text: choosing[name]})
	}
	return list
}

type settingChoice struct {
	id, value, label, about string
}

func themes() []settingChoice {
	return []settingChoice{
		{"theme-system", "", "System", "Light or dark, as this device is set"},
		{"theme-light", "light", "Light", ""},
		{"theme-dark", "dark", "Dark", ""},
	}
}

func densities() []settingChoice {
	return []settingChoice{
		{"density-comfortable", "", "Comfortable", ""},
		{"density-dense", "dense", "Dense", "More rows and fields on a screen"},
	}
}
