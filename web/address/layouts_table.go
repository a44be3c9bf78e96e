package address

import "strings"

// layouts is written by hand from the address guides of the postal services. Phone
// examples are from ranges kept free for fiction where the country has one.
var layouts = map[string]layout{
	"AD": {format: codeFirst, example: "AD500", phone: "712 345"},
	"AE": {format: "A|C|S", state: "emirate", phone: "04 123 4567", spelled: true},
	"AL": {format: "A|P|C", shape: digits(4), example: "1001", phone: "04 234 5678"},
	"AM": {format: "A|P|C|S", state: "province", shape: digits(4), example: "0010", phone: "010 123456", spelled: true},
	"AR": {format: "A|P C|S", state: "province", shape: digits(4), example: "1425", phone: "011 4123 4567", spelled: true},
	"AT": {format: codeFirst, shape: digits(4), example: "1010", phone: "01 2345678"},
	"AU": {format: "A|C S P", city: "suburb-or-city", state: "state-or-territory", post: "postcode", shape: digits(4), example: "2000", phone: "02 5550 1234"},
	"AZ": {format: "A|AZ P C", shape: digits(4), example: "1000", phone: "012 312 34 56"},
	"BA": {format: codeFirst, shape: digits(5), example: "71000", phone: "030 123 456"},
	"BD": {format: "A|C - P", shape: digits(4), example: "1340", phone: "02 7111234"},
	"BE": {format: codeFirst, shape: digits(4), example: "1000", phone: "02 123 45 67"},
	"BG": {format: codeFirst, shape: digits(4), example: "1000", phone: "02 123 4567"},
	"BH": {format: "A|C P", shape: either(3, 4), example: "317", phone: "1700 1234"},
	"BO": {format: "A|C", phone: "2 212 3456"},
	"BR": {format: "A|C-S|P", state: "state", post: "cep", shape: maybeDashed(8), example: "01310-100", phone: "11 3123 4567"},
	"BY": {format: "A|P, C|S", state: "region", shape: digits(6), example: "220030", phone: "152 45-09-11", spelled: true},
	"CA": {format: "A|C S P", state: "province-or-territory", example: "K1A 0B1", phone: "613-555-0123"},
	"CH": {format: codeFirst, shape: digits(4), example: "3003", phone: "044 123 45 67"},
	"CL": {format: "A|P C|S", state: "region", shape: digits(7), example: "8340457", phone: "2 2123 4567", spelled: true},
	"CN": {format: "A|C, S|P", state: "province", shape: digits(6), example: "100006", phone: "010 1234 5678", spelled: true},
	"CO": {format: "A|C, S, P", state: "department", shape: digits(6), example: "111221", phone: "601 123 4567", spelled: true},
	"CR": {format: "A|S, C|P", state: "province", shape: digits(5), example: "10101", phone: "2212 3456", spelled: true},
	"CY": {format: codeFirst, shape: digits(4), example: "1010", phone: "22 345678"},
	"CZ": {format: codeFirst, shape: digits(5), example: "110 00", phone: "212 345 678"},
	"DE": {format: codeFirst, shape: digits(5), example: "10115", phone: "030 23125 123"},
	"DK": {format: codeFirst, shape: digits(4), example: "1050", phone: "32 12 34 56"},
	"DO": {format: codeFirst, shape: digits(5), example: "10101", phone: "809-234-5678"},
	"DZ": {format: codeFirst, shape: digits(5), example: "16000", phone: "012 34 56 78"},
	"EC": {format: "A|P|C", shape: digits(6), example: "170150", phone: "02 212 3456"},
	"EE": {format: codeFirst, shape: digits(5), example: "10111", phone: "612 3456"},
	"EG": {format: "A|C|S|P", state: "governorate", shape: digits(5), example: "11511", phone: "02 2123 4567", spelled: true},
	"ES": {format: "A|P C, S", state: "province", shape: digits(5), example: "28013", phone: "910 12 34 56", spelled: true},
	"FI": {format: codeFirst, shape: digits(5), example: "00100", phone: "09 123 4567"},
	"FR": {format: codeFirst, shape: digits(5), example: "75001", phone: "01 99 00 12 34"},
	"GB": {format: "A|C|P", city: "town-or-city", state: "county", post: "postcode", example: "SW1A 1AA", phone: "020 7946 0123"},
	"GE": {format: codeFirst, shape: digits(4), example: "0105", phone: "032 212 34 56"},
	"GR": {format: codeFirst, shape: digits(5), example: "105 57", phone: "21 2345 6789"},
	"GT": {format: "A|P- C", shape: digits(5), example: "01001", phone: "2245 6789"},
	"HK": {format: "A|C|S", city: "district", state: "area", phone: "2123 4567", spelled: true},
	"HN": {format: "A|C, S|P", state: "department", shape: digits(5), example: "11101", phone: "2212-3456", spelled: true},
	"HR": {format: codeFirst, shape: digits(5), example: "10000", phone: "01 2345 678"},
	"HU": {format: "C|A|P", shape: digits(4), example: "1051", phone: "1 234 5678"},
	"ID": {format: "A|C|S P", state: "province", shape: digits(5), example: "10110", phone: "021 1234 5678", spelled: true},
	"IE": {format: "A|C|S|P", city: "town-or-city", state: "county", post: "eircode", example: "D02 AF30", phone: "020 912 3456", spelled: true},
	"IL": {format: "A|C P", shape: digits(7), example: "9414219", phone: "02 123 4567"},
	"IN": {format: "A|C P|S", state: "state", post: "pin-code", shape: digits(6), example: "110001", phone: "011 2345 6789", spelled: true},
	"IQ": {format: "A|C, S|P", state: "governorate", shape: digits(5), example: "10001", phone: "01 234 5678", spelled: true},
	"IS": {format: codeFirst, shape: digits(3), example: "101", phone: "410 1234"},
	"IT": {format: "A|P C S", state: "province", shape: digits(5), example: "00187", phone: "06 1234 5678"},
	"JO": {format: "A|C P", shape: digits(5), example: "11110", phone: "06 200 1234"},
	"JP": {format: "P|S C|A", city: "city-or-ward", state: "prefecture", shape: maybeDashed(7), example: "100-0001", phone: "03-1234-5678", spelled: true},
	"KE": {format: "A|C|P", shape: digits(5), example: "00100", phone: "020 1234567"},
	"KG": {format: codeFirst, shape: digits(6), example: "720001", phone: "0312 123 456"},
	"KH": {format: "A|C P", shape: either(5, 6), example: "12000", phone: "023 756 789"},
	"KR": {format: "S C|A|P", state: "province-or-metropolitan-city", shape: digits(5), example: "03187", phone: "02-312-3456", spelled: true},
	"KW": {format: codeFirst, shape: digits(5), example: "13001", phone: "2234 5678"},
	"KZ": {format: "P|S|C|A", state: "region", shape: digits(6), example: "010000", phone: "712 345 6789", spelled: true},
	"LB": {format: "A|C P", shape: either(4, 8), example: "1100", phone: "01 123 456"},
	"LI": {format: codeFirst, shape: digits(4), example: "9490", phone: "234 56 78"},
	"LK": {format: "A|C|P", shape: digits(5), example: "00100", phone: "011 234 5678"},
	"LT": {format: codeFirst, shape: digits(5), example: "01103", phone: "5 212 3456"},
	"LU": {format: codeFirst, shape: digits(4), example: "1648", phone: "27 12 34 56"},
	"LV": {format: "A|C, P", example: "LV-1050", phone: "67 123 456"},
	"MA": {format: codeFirst, shape: digits(5), example: "10000", phone: "0520-123456"},
	"MC": {format: codeFirst, shape: digits(5), example: "98000", phone: "99 12 34 56"},
	"MD": {format: "A|MD-P C", shape: digits(4), example: "2012", phone: "022 212 345"},
	"ME": {format: codeFirst, shape: digits(5), example: "81000", phone: "030 234 567"},
	"MK": {format: codeFirst, shape: digits(4), example: "1000", phone: "02 221 2345"},
	"MM": {format: "A|C, P", shape: digits(5), example: "11181", phone: "01 234 567"},
	"MT": {format: "A|C P", example: "VLT 1117", phone: "2100 1234"},
	"MX": {format: "A|P C, S", state: "state", shape: digits(5), example: "06000", phone: "55 1234 5678", spelled: true},
	"MY": {format: "A|P C|S", state: "state", post: "postcode", shape: digits(5), example: "50050", phone: "03-2123 4567", spelled: true},
	"NG": {format: "A|C P|S", state: "state", shape: digits(6), example: "900211", phone: "01 234 5678", spelled: true},
	"NL": {format: codeFirst, example: "1012 AB", phone: "020 123 4567"},
	"NO": {format: codeFirst, shape: digits(4), example: "0150", phone: "21 23 45 67"},
	"NP": {format: "A|C P", shape: digits(5), example: "44600", phone: "01-4567890"},
	"NZ": {format: "A|C P", city: "town-or-city", post: "postcode", shape: digits(4), example: "6011", phone: "04 123 4567"},
	"OM": {format: "A|P|C", shape: digits(3), example: "112", phone: "2312 3456"},
	"PA": {format: "A|C|S", state: "province", phone: "200-1234", spelled: true},
	"PE": {format: "A|C P|S", state: "department", shape: digits(5), example: "15001", phone: "01 123 4567", spelled: true},
	"PH": {format: "A|P C|S", state: "province", post: "zip-code", shape: digits(4), example: "1000", phone: "02 3234 5678", spelled: true},
	"PK": {format: "A|C-P", shape: digits(5), example: "44000", phone: "021 23456789"},
	"PL": {format: codeFirst, shape: dashed(5), example: "00-950", phone: "12 345 67 89"},
	"PR": {format: "A|C PR P", post: "zip-code", shape: either(5, 9), example: "00901", phone: "787-234-5678"},
	"PT": {format: codeFirst, shape: either(4, 7), example: "1100-148", phone: "21 234 5678"},
	"PY": {format: codeFirst, shape: digits(4), example: "1536", phone: "021 234 5678"},
	"QA": {format: "A|C", phone: "4412 3456"},
	"RO": {format: codeFirst, shape: digits(6), example: "010011", phone: "021 123 4567"},
	"RS": {format: codeFirst, shape: either(5, 6), example: "11000", phone: "010 234567"},
	"RU": {format: "A|C|S|P", state: "region", shape: digits(6), example: "101000", phone: "8 301 123-45-67", spelled: true},
	"SA": {format: "A|C P", shape: digits(5), example: "11564", phone: "011 234 5678"},
	"SE": {format: codeFirst, shape: digits(5), example: "111 20", phone: "08-465 004 12"},
	"SG": {format: "A|C P", shape: digits(6), example: "018956", phone: "6123 4567"},
	"SI": {format: codeFirst, shape: digits(4), example: "1000", phone: "01 123 4567"},
	"SK": {format: codeFirst, shape: digits(5), example: "811 01", phone: "02 1234 5678"},
	"SN": {format: codeFirst, shape: digits(5), example: "12500", phone: "30 101 23 45"},
	"SS": {format: "A|C", phone: "0181 234 567"},
	"TH": {format: "A|C|S P", state: "province", shape: digits(5), example: "10200", phone: "02 123 4567", spelled: true},
	"TJ": {format: codeFirst, shape: digits(6), example: "734000", phone: "372 12 3456"},
	"TN": {format: codeFirst, shape: digits(4), example: "1000", phone: "30 010 123"},
	"TR": {format: "A|P C", shape: digits(5), example: "34110", phone: "0212 345 67 89"},
	"TW": {format: "P|S C|A", state: "county", shape: three(3, 5, 6), example: "100", phone: "02 2123 4567", spelled: true},
	"TZ": {format: codeFirst, shape: digits(5), example: "11101", phone: "022 234 5678"},
	"UA": {format: "A|C|S|P", state: "region", shape: digits(5), example: "01001", phone: "031 123 4567", spelled: true},
	"UG": {format: "A|C", phone: "031 2345678"},
	"US": {format: "A|C, S P", state: "state", post: "zip-code", shape: either(5, 9), example: "60601", phone: "(312) 555-0123"},
	"UY": {format: "A|P C S", state: "department", shape: digits(5), example: "11000", phone: "2123 1234", spelled: true},
	"UZ": {format: "A|P C|S", state: "region", shape: digits(6), example: "100000", phone: "66 234 56 78", spelled: true},
	"VE": {format: "A|C P, S", state: "state", shape: digits(4), example: "1010", phone: "0212-1234567", spelled: true},
	"VN": {format: "A|C|S P", state: "province", shape: either(5, 6), example: "11015", phone: "024 1234 5678", spelled: true},
	"ZA": {format: "A|C|P", shape: digits(4), example: "8001", phone: "021 123 4567"},
}

// Countries without a row of their own that print the postal code before the city.
const postalFirst = "AF AX BL CU CV EH FO GF GL GN GP GW HT IR LA LR MF MG MN MQ MR MZ NC NE NI PF PG PM PS RE SD SJ " +
	"SM SV SZ TF TM VA WF XK YT ZM"

// Countries without a row of their own that have no postal codes.
const withoutCodes = "AG AO AW BF BI BJ BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GH GM GQ GY JM KI KM KN KP LY " +
	"ML MO MW NR NU RW SB SC SL SO SR ST SX SY TD TG TK TL TO TV VU YE ZW"

func codeBeforeCity(country string) bool { return listed(postalFirst, country) }
func noPostalCodes(country string) bool  { return listed(withoutCodes, country) }

func listed(list, country string) bool {
	for c := range strings.FieldsSeq(list) {
		if c == country {
			return true
		}
	}
	return false
}
