package forms_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/partnerdesk/portal/web/forms"
)

// samplesOf400 are the recorded answers with status 400, and the inputs each is about. The
// samples lie beside the repository where the product is made, and are not ours to carry;
// testdata/refusals.txt stands on its own.
var samplesOf400 = map[string][]string{
	"validate-address.legacy-2017.400.json": {forms.AddressLine1},
	"error.400.60012.json":                  nil, // licences
	"error.400.900316.json":                 nil, // the token
	"error.400.validation-family.json":      nil, // the accounts of partners
	"error.600061.new-style.json":           nil, // an agreement
	"error.aad.invalid_grant.json":          nil, // the sign-in
	"constructed.error.400.2055.json":       nil, // a conflict
}

func TestSamplesOfRefusalsLandAtTheirInputs(t *testing.T) {
	const folder = "../../../shared/reference/samples/"
	names, err := filepath.Glob(folder + "*400*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("no samples here")
	}
	for _, name := range names {
		if _, known := samplesOf400[filepath.Base(name)]; !known {
			t.Errorf("%s: is it about an input?", name)
		}
	}
	upstream, m := newRefusing(t), mapping{}
	for name, want := range samplesOf400 {
		text, err := os.ReadFile(folder + name)
		if err != nil {
			t.Fatal(err)
		}
		bodies := []json.RawMessage{text}
		_ = json.Unmarshal(text, &bodies) // a family is a list
		for _, body := range bodies {
			m.take(t, string(body), upstream.fields(string(body)), want)
		}
	}
	m.judge(t)
}
