package pcsim

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
)

// nation is one parsed line of the nations tables.
type nation struct {
	code                                               string
	patterns, given, families, trades, streets, cities []string
	phone                                              string
}

func nations() []nation {
	var list []nation
	for _, line := range strings.Split(strings.TrimSpace(nationsWorld)+"\n"+strings.TrimSpace(nationsEurope), "\n") {
		f := strings.Split(line, "|")
		list = append(list, nation{f[0], strings.Split(f[1], ";"), strings.Split(f[2], ","), strings.Split(f[3], ","),
			strings.Split(f[4], ","), strings.Split(f[5], ";"), strings.Split(f[6], ";"), f[7]})
	}
	return list
}

// generated makes n customers, the countries in turn. Every name and domain is
// used once, those of the given drafts included.
func generated(n int, taken []draft, random *rand.Rand) []draft {
	all := nations()
	names, slugs := map[string]bool{}, map[string]bool{}
	for _, d := range taken {
		names[d.company], slugs[d.slug] = true, true
	}
	list := make([]draft, 0, max(0, n))
	for i := 0; len(list) < n; i++ {
		d := all[i%len(all)].draft(random, names, slugs)
		list = append(list, trap(d, len(list)))
	}
	return list
}

func (n nation) draft(random *rand.Rand, names, slugs map[string]bool) draft {
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	city := strings.Split(pick(n.cities), "/")
	name, slug := n.company(pick, city[0], names)
	for base, k := slug, 2; slugs[slug]; k++ {
		slug = base + strconv.Itoa(k)
	}
	slugs[slug] = true
	rules, _ := rulesOf(n.code)
	last, _, _ := strings.Cut(pick(n.families), "~")
	return draft{
		company: name, slug: slug, first: pick(n.given), last: last, culture: rules.DefaultCulture, language: rules.Languages[0],
		address: obj("country", n.code, "city", city[0], "state", orNothing(city[1]),
			"addressLine1", strings.Replace(pick(n.streets), "#", strconv.Itoa(1+random.IntN(198)), 1),
			"postalCode", orNothing(city[2]), "phoneNumber", digits(n.phone, random)),
	}
}

// company makes an unused name; when a country's words are used up the city and
// then a number tell companies apart.
func (n nation) company(pick func([]string) string, city string, used map[string]bool) (name, slug string) {
	for try := 0; ; try++ {
		family, familyLatin := spelled(pick(n.families))
		trade, tradeLatin := spelled(pick(n.trades))
		name = strings.NewReplacer("%F", family, "%T", trade, "%C", city).Replace(pick(n.patterns))
		if try > 8 {
			name += " – " + city
		}
		if try > 16 {
			name += " " + strconv.Itoa(try)
		}
		if !used[name] {
			used[name] = true
			return name, familyLatin + tradeLatin
		}
	}
}

// spelled splits a word of the tables into itself and its Latin spelling.
func spelled(word string) (text, latin string) {
	text, latin, ok := strings.Cut(word, "~")
	if !ok {
		latin = text
	}
	return text, latinSlug(latin)
}

// plainLetters pairs letters with their plain spelling in domain names.
const plainLetters = `áaàaâaãaäaåaăaąaæaeçcćcčcďdđdéeèeêeëeěeęeğgíiîiïiıiłlńnñnňnóoôoõoöoőoøoœoeřrśsşsșsšsťtțtúuûuüuůuűuýyźzżzžzßssưuơoờoạaồoốoộoủuệe`

func latinSlug(text string) string {
	var b strings.Builder
	table := []rune(plainLetters)
	for _, r := range strings.ToLower(text) {
		if r < unicode.MaxASCII {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				b.WriteRune(r)
			}
			continue
		}
		for i, t := range table {
			if t != r {
				continue
			}
			for j := i + 1; j < len(table) && table[j] < unicode.MaxASCII; j++ {
				b.WriteRune(table[j])
			}
		}
	}
	if b.Len() == 0 {
		return "kontor"
	}
	return b.String()
}

func digits(pattern string, random *rand.Rand) string {
	return strings.Map(func(r rune) rune {
		if r == '#' {
			return rune('0' + random.IntN(10))
		}
		return r
	}, pattern)
}

// trap gives some customers what real ones have and careless clients break. The
// package documentation lists them.
func trap(d draft, i int) draft {
	a := d.address
	country := a.text("country")
	switch i % 11 {
	case 3:
		d.noDelegation = true
	case 5:
		d.culture = "en-US"
	case 8:
		a = a.with("addressLine2", "2 / 14")
	}
	switch {
	case i%13 == 4 && !phoneRequired(country):
		a = a.with("phoneNumber", nil)
	case i%13 == 9 && !phoneRequired(country):
		a = a.with("phoneNumber", "")
	}
	switch i % 17 {
	case 2:
		a = a.with("district", a.text("city")+" 2")
	case 6:
		a = a.with("addressLine3", "c/o "+d.last)
	case 10:
		a = a.with("emailAddress", "post@"+d.slug+".example")
	case 12:
		d.more = obj("organizationRegistrationId", "R-"+strconv.Itoa(40000+i*37))
	case 14:
		d.more = obj("invoiceReference", "PO/"+strconv.Itoa(7000+i))
	}
	switch i % 29 {
	case 7:
		d.language = "En"
	case 13:
		d.culture = "en-GB" // not in the rules of most countries
	case 19:
		d.first, d.last = "", ""
	case 23:
		d.qualifications = []any{obj("qualification", "Education", "vettingStatus", "InReview", "vettingCreatedDate", "2026-03-02T08:15:30.120Z")}
	case 26:
		d.company += " – Group Purchasing, Warehousing and Shared Services Centre for the Northern and Southern Regional Branches, formerly trading as " + d.company
	}
	d.address = a
	return d
}
