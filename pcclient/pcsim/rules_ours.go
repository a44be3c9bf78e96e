package pcsim

import "strings"

// ourCountries are rules made by us, not recorded: no rules of these countries
// have been seen. They are put together from public facts: cultures as documented
// for the upstream, postal formats and calling codes as the countries publish them.
//
// One line a country: code, cultures (default first), languages, calling code,
// postal expression, "-" when postal codes are not required there. States are
// required in CA and MX, whose states address validation is documented to check,
// and in AU, BR and IN, where a postal address is not complete without one. IT and
// JP write province and prefecture too, but as free text, so no list is given.
func ourCountries() []string {
	return strings.Split(strings.TrimSpace(`
AE|ar-AE en-US|ar en|971|-
AM|hy-AM en-US|hy en|374|^\d{4}$
AR|es-AR en-US|es en|54|^([A-HJ-NP-Z])?\d{4}([A-Z]{3})?$
AT|de-AT en-US|de en|43|^\d{4}$
AU|en-AU en-US|en|61|^\d{4}$
BE|fr-BE nl-BE en-US|fr nl en|32|^\d{4}$
BG|bg-BG en-US|bg en|359|^\d{4}$
BR|pt-BR en-US|pt-BR en|55|^\d{5}-?\d{3}$
CA|fr-CA en-US|en fr|1|^[ABCEGHJ-NPRSTVXYabceghj-nprstvxy]\d[A-Za-z][ -]?\d[A-Za-z]\d$
CH|de-CH fr-CH it-CH en-US|de fr it en|41|^\d{4}$
CL|es-CL en-US|es en|56|^\d{7}$
CO|es-CO en-US|es en|57|^\d{6}$
CY|el-GR en-US|el en|357|^\d{4}$
CZ|cs-CZ en-US|cs en|420|^\d{3} ?\d{2}$
DK|da-DK en-US|da en|45|^\d{4}$
EE|et-EE en-US|et en|372|^\d{5}$
EG|ar-EG en-US|ar en|20|^\d{5}$
ES|es-ES ca-ES eu-ES gl-ES en-US|es ca eu gl en|34|^\d{5}$
FI|fi-FI sv-FI en-US|fi sv en|358|^\d{5}$
FR|fr-FR en-US|fr en|33|^\d{5}$
GR|el-GR en-US|el en|30|^\d{3} ?\d{2}$
HK|zh-HK en-US|zh-CHT en|852|-
HR|hr-HR en-US|hr en|385|^\d{5}$
HU|hu-HU en-US|hu en|36|^\d{4}$
IE|en-IE en-US|en|353|-^[A-Za-z]\d[\dWw][ ]?[A-Za-z\d]{4}$
IL|he-IL en-US|he en|972|^\d{5}(\d{2})?$
IN|en-IN hi-IN en-US|en hi|91|^[1-9]\d{2} ?\d{3}$
IS|is-IS en-US|is en|354|^\d{3}$
IT|it-IT en-US|it en|39|^\d{5}$
JP|ja-JP en-US|ja en|81|^\d{3}-?\d{4}$
KE|sw-KE en-US|sw en|254|^\d{5}$
KR|ko-KR en-US|ko en|82|^\d{5}$
LT|lt-LT en-US|lt en|370|^(LT-)?\d{5}$
LU|de-LU fr-LU en-US|de fr en|352|^(L-)?\d{4}$
LV|lv-LV en-US|lv en|371|^(LV-)?\d{4}$
MA|ar-MA en-US|ar fr en|212|^\d{5}$
MD|ro-RO en-US|ro en|373|^(MD-?)?\d{4}$
MX|es-MX en-US|es en|52|^\d{5}$
MY|en-MY en-US|en|60|^\d{5}$
NG|ha-Latn-NG en-US|en|234|-^\d{6}$
NL|nl-NL en-US|nl en|31|^\d{4} ?[A-Za-z]{2}$
NO|nb-NO en-US|nb en|47|^\d{4}$
NZ|en-NZ en-US|en|64|^\d{4}$
PE|es-PE en-US|es en|51|^\d{5}$
PH|en-PH en-US|en|63|^\d{4}$
PL|pl-PL en-US|pl en|48|^\d{2}-\d{3}$
RO|ro-RO en-US|ro en|40|^\d{6}$
SA|ar-SA en-US|ar en|966|^\d{5}(-\d{4})?$
SE|sv-SE en-US|sv en|46|^\d{3} ?\d{2}$
SG|en-SG zh-SG en-US|en zh-CHS|65|^\d{6}$
SI|sl-SI en-US|sl en|386|^(SI-)?\d{4}$
SK|sk-SK en-US|sk en|421|^\d{3} ?\d{2}$
TH|th-TH en-US|th en|66|^\d{5}$
TR|tr-TR en-US|tr en|90|^\d{5}$
TW|zh-TW en-US|zh-CHT en|886|^\d{3}(-?\d{2,3})?$
UA|uk-UA en-US|uk en|380|^\d{5}$
VN|vi-VN en-US|vi en|84|^\d{5,6}$
ZA|en-ZA en-US|en|27|^\d{4}$
`), "\n")
}

// ourStates are the suffixes of ISO 3166-2, as the recorded US and CN lists are.
var ourStates = map[string][]string{
	"AU": words("ACT NSW NT QLD SA TAS VIC WA"),
	"BR": words("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"),
	"CA": words("AB BC MB NB NL NS NT NU ON PE QC SK YT"),
	"IN": words("AN AP AR AS BR CG CH DH DL GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD PB PY RJ SK TN TR TS UK UP WB"),
	"MX": words(`AGU BCN BCS CAM CHH CHP CMX COA COL DUR GRO GUA HID JAL MEX MIC MOR NAY NLE OAX PUE QUE ROO SIN SLP SON TAB
		TAM TLA VER YUC ZAC`),
}

// ourRules are the parsed lines of ourCountries.
var ourRules = parseOurRules(ourCountries(), ourStates)

func parseOurRules(lines []string, states map[string][]string) map[string]countryRules {
	rules := make(map[string]countryRules, len(lines))
	for _, line := range lines {
		f := strings.SplitN(line, "|", 5)
		postal, optional := strings.CutPrefix(f[4], "-")
		cultures := words(f[1])
		rules[f[0]] = countryRules{
			ISO2: f[0], DefaultCulture: cultures[0], StateRequired: len(states[f[0]]) > 0, States: states[f[0]],
			Languages: words(f[2]), Cultures: cultures, PostalRequired: !optional, Postal: postal,
			CityRequired: f[0] != "HK" && f[0] != "SG", TaxOptional: true, Calling: words(f[3]), Typed: true,
		}.compiled()
	}
	return rules
}
