package pcsim

import "strings"

// handwritten are the first customers of every world. Their tenant IDs do not
// depend on the seed.
func handwritten() []draft {
	return append(handwrittenRecorded(), handwrittenOthers()...)
}

// handwrittenRecorded live in the five countries whose rules were recorded.
func handwrittenRecorded() []draft {
	return []draft{
		{company: "Harbourline Ceramics", slug: "harbourline", first: "Nora", last: "Whitfield", email: "nora.whitfield",
			culture: "en-US", language: "en", validation: "Allowed",
			address: obj("country", "US", "city", "Seattle", "state", "WA", "addressLine1", "218 Alaskan Way South",
				"addressLine2", "Suite 400", "postalCode", "98104", "phoneNumber", "2065550142")},
		{company: "Azulejaria Vila Nova, Lda.", slug: "vilanova", first: "Mariana", last: "Tavares", email: "mariana.tavares",
			culture: "pt-PT", language: "pt-PT", validation: "Allowed",
			address: obj("country", "PT", "city", "Porto", "addressLine1", "Rua das Flores 112",
				"postalCode", "4050-262", "phoneNumber", "+351 220 555 014")},
		{company: "青竹茶业有限公司", slug: "qingzhu", first: "文静", last: "方", email: "fang.wenjing",
			culture: "zh-CN", language: "zh-CHS", noDelegation: true, // district is an extra member
			address: obj("country", "CN", "city", "杭州市", "state", "ZJ", "district", "西湖区", "addressLine1", "龙井路18号",
				"postalCode", "310013", "phoneNumber", "+86 571 5550 1288")},
		{company: "Nordlicht Optik GmbH", slug: "nordlicht", first: "Svenja", last: "Brockmann", email: "buchhaltung",
			culture: "de-DE", language: "de", validation: "UnderReview", // no phone; addressLine3 is an extra member
			address: obj("country", "DE", "city", "Hamburg", "addressLine1", "Am Sandtorkai 41",
				"addressLine3", "Hinterhaus, 2. Etage", "postalCode", "20457")},
		{company: "Wexcombe & Daughters Ltd", slug: "wexcombe", first: "Imogen", last: "Wexcombe", email: "imogen",
			culture: "en-GB", language: "en", registrationNumber: "04711208", // the county stands in region
			address: obj("country", "GB", "region", "West Yorkshire", "city", "Leeds", "addressLine1", "27 Park Row",
				"postalCode", "LS1 5QL", "phoneNumber", "0113 496 0187")},
	}
}

// handwrittenOthers live in countries with rules of ours; each carries a trap.
func handwrittenOthers() []draft {
	return []draft{
		{company: "Jacaranda Rail Pty Ltd", slug: "jacarandarail", first: "Lachlan", last: "Mercer", email: "lachlan.mercer",
			culture: "en-AU", language: "en", // emailAddress is an extra member
			address: obj("country", "AU", "city", "Sydney", "state", "NSW", "addressLine1", "88 Kent Street", "postalCode", "2000",
				"emailAddress", "depot@jacarandarail.example", "phoneNumber", "(02) 5550 0188")},
		{company: "Érablière du Lac inc.", slug: "erabliere", first: "Amélie", last: "Desrosiers", email: "amelie",
			culture: "fr-CA", language: "fr", qualifications: []any{obj("qualification", "Education", "vettingStatus", "Approved")},
			address: obj("country", "CA", "city", "Québec", "state", "QC", "addressLine1", "1180 Rue Saint-Jean",
				"postalCode", "G1R 1S6", "phoneNumber", "(418) 555-0107")},
		{company: "海渡計器株式会社", slug: "kaito-keiki", first: "直樹", last: "海渡", email: "kaito",
			culture: "ja-JP", language: "ja",
			address: obj("country", "JP", "city", "横浜市中区", "state", "神奈川県", "addressLine1", "海岸通3-9-2",
				"postalCode", "231-0002", "phoneNumber", "+81 45 555 0136")},
		{company: "Cerrado Sementes Ltda.", slug: "cerrado", first: "Otávio", last: "Guimarães", email: "financeiro",
			culture: "pt-BR", language: "pt-BR",
			address: obj("country", "BR", "city", "Goiânia", "state", "GO", "addressLine1", "Avenida Goiás, 450",
				"addressLine2", "Setor Central", "postalCode", "74005-010", "phoneNumber", "+55 62 5550 0119")},
		{company: "شركة واحة النخيل للتجارة", slug: "wahat-alnakheel", first: "ريم", last: "السديري", email: "reem",
			culture: "ar-SA", language: "ar", noDelegation: true,
			address: obj("country", "SA", "city", "الرياض", "addressLine1", "طريق الملك فهد 2200",
				"postalCode", "12211", "phoneNumber", "+966 11 555 0163")},
		{company: "מאפיית הגליל בע״מ", slug: "galil-bakery", first: "תמר", last: "אלון", email: "tamar",
			culture: "he-IL", language: "he", // the phone is an empty string
			address: obj("country", "IL", "city", "חיפה", "addressLine1", "שדרות בן גוריון 24",
				"postalCode", "3303139", "phoneNumber", "")},
		{company: "Lumen & Encre SAS", slug: "lumen-encre", first: "Bastien", last: "Vauquelin", email: "compta",
			culture: "en-US", language: "En", // language as sent, never normalised
			more: obj("organizationRegistrationId", "FR-831-204-556"),
			address: obj("country", "FR", "city", "Lyon", "addressLine1", "14 Rue Mercière", "postalCode", "69002",
				"phoneNumber", "+33 4 55 55 01 72")},
		{company: "Fjellbrød AS", slug: "fjellbrod", first: "Solveig", last: "Nordahl", email: "faktura",
			culture: "nn-NO", language: "nn", noDelegation: true, // neither is in the country's rules
			more: obj("invoiceReference", "PO/2291"),
			address: obj("country", "NO", "city", "Tromsø", "addressLine1", "Storgata 61", "postalCode", "9008",
				"phoneNumber", "+47 55 55 01 40")},
		// No phone where one is demanded: every PUT is refused with 600051 until there is one.
		{company: "Kaveri Loom Works Private Limited", slug: "kaveri-looms", first: "Meera", last: "Chandrasekar", email: "meera",
			culture: "en-IN", language: "en",
			address: obj("country", "IN", "city", "Chennai", "state", "TN", "addressLine1", "73 Anna Salai", "postalCode", "600002")},
		{company: strings.TrimSpace(strings.Repeat("Vereinigte Alpenländische Seilbahn- und Schneeräumgesellschaft ", 3)) + " m.b.H. & Co. KG",
			slug: "seilbahn", first: "Valentin", last: "Schwarzenegg-Hohenwarth zu Oberbergheim", email: "rechnungen",
			culture: "de-AT", language: "de",
			address: obj("country", "AT", "city", "Salzburg", "addressLine1", "Schneeräumerstraße 7, Bauteil C, Stiege 4, Tür 19",
				"postalCode", "5020", "phoneNumber", "+43 662 555014")},
		{company: "Copperline Desert Solar, Inc.", slug: "copperline", email: "billing", // no contact names at all
			culture: "es-US", language: "es", addressNamesMissing: true, noValidation: true,
			more: obj("organizationRegistrationId", "AZ-22718"),
			address: obj("country", "US", "region", "AZ", "city", "Tucson", "state", "AZ", "addressLine1", "905 East Congress Street",
				"postalCode", "85701-1430", "phoneNumber", "5205550190")},
	}
}
