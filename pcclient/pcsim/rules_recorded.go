package pcsim

// recordedRules are the five countries whose rules were recorded from the service:
// US 2019, PT 2021, CN, DE and GB 2018, value for value.
var recordedRules = map[string]countryRules{
	"US": countryRules{
		ISO2: "US", DefaultCulture: "en-US", StateRequired: true,
		States: words(`AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY
			OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY`),
		Languages: words("en es"), Cultures: words("en-US es-US"),
		PostalRequired: true, Postal: `^\d{5}(-\d{4})?$`, CityRequired: true,
		Phone: `^(1[ \-\/\.]?)?(\((\d{3})\)|(\d{3}))[ \-\/\.]?(\d{3})[ \-\/\.]?(\d{4})$`,
		Tax:   true, TaxOptional: true, Calling: words("1"), Typed: true,
	}.compiled(),
	"PT": countryRules{
		ISO2: "PT", DefaultCulture: "pt-PT", Languages: words("en pt-PT"), Cultures: words("pt-PT en-US"),
		PostalRequired: true, Postal: `^\d{4}(-\d{3})?$`, CityRequired: true,
		VAT: true, TaxFormat: "PT#########", TaxSample: "PT980152267", VATPattern: `^PT[\d]{9,9}$`,
		Calling: words("351"), Typed: true,
	}.compiled(),
	"CN": countryRules{
		ISO2: "CN", DefaultCulture: "zh-CN", StateRequired: true,
		States:    words("AH BJ CQ FJ GD GS GX GZ HA HB HE HI HL HN JL JS JX LN NM NX QH SC SD SH SN SX TJ XJ XZ YN ZJ"),
		Languages: words("zh-CHS en"), Cultures: words("zh-CN en-US"),
		PostalRequired: true, Postal: `^[0-9]{6,6}$`, CityRequired: true, Calling: words("86"),
	}.compiled(),
	"DE": countryRules{
		ISO2: "DE", DefaultCulture: "de-DE", Languages: words("en de"), Cultures: words("de-DE en-US"),
		PostalRequired: true, Postal: `^[0-9]{5,5}$`, CityRequired: true,
		VAT: true, TaxFormat: "DE#########", VATPattern: `^DE[\d]{9,9}$`, TaxOptional: true, Calling: words("49"),
	}.compiled(),
	"GB": countryRules{
		ISO2: "GB", DefaultCulture: "en-GB", Languages: words("en"), Cultures: words("en-GB en-US"),
		PostalRequired: true,
		Postal:         `^([gG][iI][rR][ ]?0[aA]{2,2}|[a-zA-Z]([0-9][0-9a-zA-Z]?|[a-zA-Z][0-9][0-9a-zA-Z]?)[ ]?[0-9][a-zA-Z]{2,2})$`,
		CityRequired:   true, VAT: true, TaxFormat: "GB#########",
		VATPattern: `^GB(([\d]{3,3}[\d]{4,4}[\d]{2,2}([\d]{3,3})?)|((GD|HA)[\d]{3,3}))$`, TaxOptional: true, Calling: words("44"),
	}.compiled(),
}
