package address_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/partnerdesk/portal/web/address"
)

var languages = []string{"en", "de", "fr", "es", "pt-BR", "ja", "zh-Hans", "ar"}

func TestNamesInEachLanguage(t *testing.T) {
	for language, want := range map[string]map[string]string{
		"en": {"DE": "Germany", "TR": "Türkiye", "MK": "North Macedonia", "JP": "Japan",
			"de": "German (de)", "en-AU": "English, Australia (en-AU)", "sr-Latn-RS": "Serbian, Latin, Serbia (sr-Latn-RS)",
			"zh-CHS": "Chinese, Simplified (zh-CHS)", "zh-CHT": "Chinese, Traditional (zh-CHT)", "es-419": "Spanish, Latin America (es-419)"},
		"de": {"DE": "Deutschland", "TR": "Türkei", "MK": "Nordmazedonien", "JP": "Japan",
			"de": "Deutsch (de)", "en-AU": "Englisch, Australien (en-AU)", "sr-Latn-RS": "Serbisch, Lateinisch, Serbien (sr-Latn-RS)",
			"zh-CHS": "Chinesisch, Vereinfacht (zh-CHS)", "zh-CHT": "Chinesisch, Traditionell (zh-CHT)", "es-419": "Spanisch, Lateinamerika (es-419)"},
		"fr": {"DE": "Allemagne", "TR": "Turquie", "MK": "Macédoine du Nord", "JP": "Japon",
			"de": "Allemand (de)", "en-AU": "Anglais, Australie (en-AU)", "sr-Latn-RS": "Serbe, latin, Serbie (sr-Latn-RS)",
			"zh-CHS": "Chinois, simplifié (zh-CHS)", "zh-CHT": "Chinois, traditionnel (zh-CHT)", "es-419": "Espagnol, Amérique latine (es-419)"},
		"es": {"DE": "Alemania", "TR": "Turquía", "MK": "Macedonia del Norte", "JP": "Japón",
			"de": "Alemán (de)", "en-AU": "Inglés, Australia (en-AU)", "sr-Latn-RS": "Serbio, latino, Serbia (sr-Latn-RS)",
			"zh-CHS": "Chino, simplificado (zh-CHS)", "zh-CHT": "Chino, tradicional (zh-CHT)", "es-419": "Español, Latinoamérica (es-419)"},
		"pt-BR": {"DE": "Alemanha", "TR": "Turquia", "MK": "Macedônia do Norte", "JP": "Japão",
			"de": "Alemão (de)", "en-AU": "Inglês, Austrália (en-AU)", "sr-Latn-RS": "Sérvio, latim, Sérvia (sr-Latn-RS)",
			"zh-CHS": "Chinês, simplificado (zh-CHS)", "zh-CHT": "Chinês, tradicional (zh-CHT)", "es-419": "Espanhol, América Latina (es-419)"},
		"ja": {"DE": "ドイツ", "TR": "トルコ", "MK": "北マケドニア", "JP": "日本",
			"de": "ドイツ語 (de)", "en-AU": "英語、オーストラリア (en-AU)", "sr-Latn-RS": "セルビア語、ラテン文字、セルビア (sr-Latn-RS)",
			"zh-CHS": "中国語、簡体字 (zh-CHS)", "zh-CHT": "中国語、繁体字 (zh-CHT)", "es-419": "スペイン語、ラテンアメリカ (es-419)"},
		"zh-Hans": {"DE": "德国", "TR": "土耳其", "MK": "北马其顿", "JP": "日本",
			"de": "德语（de）", "en-AU": "英语，澳大利亚（en-AU）", "sr-Latn-RS": "塞尔维亚语，拉丁文，塞尔维亚（sr-Latn-RS）",
			"zh-CHS": "中文，简体（zh-CHS）", "zh-CHT": "中文，繁体（zh-CHT）", "es-419": "西班牙语，拉丁美洲（es-419）"},
		"ar": {"DE": "ألمانيا", "TR": "تركيا", "MK": "مقدونيا الشمالية", "JP": "اليابان",
			"de": "الألمانية (de)", "en-AU": "الإنجليزية، أستراليا (en-AU)", "sr-Latn-RS": "الصربية، اللاتينية، صربيا (sr-Latn-RS)",
			"zh-CHS": "الصينية، المبسطة (zh-CHS)", "zh-CHT": "الصينية، التقليدية (zh-CHT)", "es-419": "الإسبانية، أمريكا اللاتينية (es-419)"},
	} {
		n := address.NamesIn(language)
		for c, name := range want {
			got := n.Country(strings.ToLower(c) + " ")
			if strings.ToUpper(c) != c {
				got = n.Culture(" " + c)
			}
			if got != name {
				t.Errorf("%s in %s: %q, want %q", c, language, got, name)
			}
		}
	}
}

func TestInSentenceKnowsTheArticleInEnglishAlone(t *testing.T) {
	for _, c := range []struct{ language, country, want string }{
		{"en", "NL", "the Netherlands"}, {"en", "US", "the United States"}, {"en", "FR", "France"}, {"en", "", ""},
		{"de", "NL", "Niederlande"}, {"fr", "US", "États-Unis"}, {"ar", "", ""}, {"ja", "QQ ", "QQ"},
	} {
		if got := address.NamesIn(c.language).InSentence(c.country); got != c.want {
			t.Errorf("%q in %s: %q, want %q", c.country, c.language, got, c.want)
		}
	}
}

func TestEveryLanguageNamesWhatEnglishNames(t *testing.T) {
	codes := func(language string) []string {
		var out []string
		for line := range strings.Lines(file(t, "names", language)) {
			if c, name, ok := strings.Cut(line, "="); ok {
				if strings.TrimSpace(name) != strings.TrimSuffix(name, "\n") || len(name) < 2 {
					t.Errorf("%s in %s: %q", c, language, name)
				}
				out = append(out, c)
			}
		}
		slices.Sort(out)
		return out
	}
	english := codes("en")
	if len(english) < 460 || len(slices.Compact(slices.Clone(english))) != len(english) {
		t.Errorf("%d codes in English, or one twice", len(english))
	}
	for _, language := range languages {
		if d := gocmp.Diff(english, codes(language)); d != "" {
			t.Errorf("%s: %s", language, d)
		}
		n := address.NamesIn(language)
		for _, c := range english {
			if len(c) == 2 && strings.ToUpper(c) == c && n.Country(c) == c {
				t.Errorf("%s has no name in %s", c, language)
			}
			if len(c) <= 3 && strings.ToLower(c) == c && n.Language(c) == c {
				t.Errorf("language %s has no name in %s", c, language)
			}
		}
	}
}

func TestCountriesSortAsTheLanguageDoes(t *testing.T) {
	for language, runs := range map[string][]string{
		"en":      {"AF AX AL DZ", "CR CI HR", "RE RO", "TN TR TM"},
		"de":      {"AF EG AX AL", "NO OM AT PK", "ST SA SE CH", "CF CY"},
		"fr":      {"DJ DM EG AE EC", "TH TL", "PE PH"},
		"es":      {"LV LB LR", "PE PF", "SK SI ES US"},
		"pt-BR":   {"AF ZA AL DE", "AU AT AZ"},
		"ja":      {"IS IE AZ", "GA CM GM", "RE RU IO", "NP NF NO HM"},
		"zh-Hans": {"AL DZ AF", "DK DE TL", "CF CN MO HK"},
		"ar":      {"IS ET AZ", "AX BS", "EG MK"},
	} {
		n := address.NamesIn(language)
		order := strings.Join(n.Countries(), " ")
		for _, run := range runs {
			if !strings.Contains(order, run) {
				t.Errorf("%s: not one after the other: %s in %s", language, run, order)
			}
		}
		want := address.NamesIn("en").Countries()
		got := n.Countries()
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s lists other countries than English", language)
		}
		if strings.Join(n.Countries(), " ") != order {
			t.Errorf("%s: sorting what was given out sorts the next one", language)
		}
	}
}

func TestAnyOtherTagGivesEnglish(t *testing.T) {
	for _, tag := range []string{"", "EN", "de-AT", "DE", "pt", "zh", "zh-Hant", "../names/de", "xx"} {
		if address.NamesIn(tag) != address.NamesIn("en") {
			t.Errorf("%q gives something else than English", tag)
		}
	}
}

// A code of one kind never reads as another, and what is unknown is not lost.
func TestUnknownCodesComeBackTrimmed(t *testing.T) {
	for _, language := range languages {
		n := address.NamesIn(language)
		for _, text := range []string{"QQ", "419", "und-419", "Hans", "localePattern", "<b>", "ZZZZ"} {
			if got := n.Country(" " + text + "\t"); got != text {
				t.Errorf("country %q in %s: %q", text, language, got)
			}
			if address.KnownCountry(text) {
				t.Errorf("%q is a country", text)
			}
		}
		for _, text := range []string{"qq", "419", "Hans", "AX", "en-XX-YY", "localePattern", "en-localePattern", "<b>", "-", "{0}"} {
			if got := n.Culture(" " + text + "\t"); got != text {
				t.Errorf("culture %q in %s: %q", text, language, got)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z]{2,3}([-_]([A-Z]{2}|[A-Z][a-z]{3}|[0-9]{3}|CH[ST]))*`)).Draw(t, "tag")
		n := address.NamesIn(rapid.SampledFrom(languages).Draw(t, "language"))
		if got := n.Culture(tag); !strings.Contains(got, strings.TrimSpace(tag)) {
			t.Errorf("%q gives %q", tag, got)
		}
	})
}

func TestLinesNameTheCountryInTheLanguage(t *testing.T) {
	parts := map[string]string{"addressLine1": "1-2 Kasumi", "city": "Chiyoda", "state": "13", "postalCode": "100-0001", "country": "JP"}
	for language, want := range map[string]string{"en": "Japan", "de": "Japan", "fr": "Japon", "ja": "日本", "ar": "اليابان", "xx": "Japan"} {
		lines := address.NamesIn(language).Lines(parts)
		if d := gocmp.Diff([]string{"100-0001", "Tokyo Chiyoda", "1-2 Kasumi", want}, lines); d != "" {
			t.Errorf("%s: %s", language, d)
		}
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 64 {
		language := languages[i%len(languages)]
		wg.Go(func() {
			if n := address.NamesIn(language); n != address.NamesIn(language) || len(n.Countries()) < 245 {
				t.Errorf("%s was read twice, or only in part", language)
			}
		})
	}
	wg.Wait()
}

// The files say which CLDR they are from; a Node with that one writes them again.
func TestNamesAreAsNodeWritesThem(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no Node here")
	}
	version, err := exec.CommandContext(t.Context(), node, "-p", "process.versions.cldr").Output()
	if err != nil {
		t.Skipf("no working Node here: %v", err)
	}
	header := regexp.MustCompile(`from CLDR (\S+);`).FindStringSubmatch(file(t, "names", "en"))
	if header == nil {
		t.Fatal("names/en.txt does not say which CLDR it is from")
	}
	if has := strings.TrimSpace(string(version)); header[1] != has {
		t.Skipf("this Node has CLDR %s, the files are from %s", cmp.Or(has, "nothing"), header[1])
	}
	folder := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), node, "gen/names.mjs", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, language := range languages {
		if d := gocmp.Diff(file(t, folder, language), file(t, "names", language)); d != "" {
			t.Errorf("%s: %s", language, d)
		}
	}
}

func file(t *testing.T, folder, language string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, language+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func BenchmarkCountriesInArabic(b *testing.B) {
	for b.Loop() {
		address.NamesIn("ar").Countries()
	}
}
