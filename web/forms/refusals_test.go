package forms_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/words"
)

// Codes of the reference that can concern a save, and how each is answered: at an input,
// by words of its own, or, for "", by the kind of its status alone.
var refusalCodes = map[string]string{
	"600051": forms.Phone, "2007": forms.AddressLine1,
	"600002": "words", "600049": "words", "600050": "words", "600006": "words", "2030": "words",
	"800073": "words", "800074": "words", "800075": "words", "900416": "words",
	"900309": "words", "90000": "words", "900329": "words", "900420": "words", "800001": "words",
	"2000": "", "2055": "", "3000": "", "800002": "", "900118": "", "400": "", "900421": "", "1002": "", "2032": "",
	"20002": "", "900150": "", "900308": "", "1000": "", "60003": "", "800003": "", "900192": "",
}

func TestRefusalsSayCauseAndNextStep(t *testing.T) {
	for code, want := range refusalCodes {
		r := forms.RefusalOf(code)
		switch {
		case want == "" && !cmp.Equal(r, forms.Refusal{}):
			t.Errorf("%s: %+v, want nothing", code, r)
		case want == "words" && (!told(r.Title) || r.Input != "" || !sentence(r.Cause) || !sentence(r.Next)):
			t.Errorf("%s: %+v", code, r)
		case want != "" && want != "words" && !cmp.Equal(r, forms.Refusal{Input: want}):
			t.Errorf("%s: %+v, want it at %s", code, r, want)
		}
		for _, word := range []string{"please", "sorry", "oops", "invalid", "forbidden"} {
			if strings.Contains(strings.ToLower(en(r.Title)+" "+en(r.Cause)+" "+en(r.Next)), word) {
				t.Errorf("%s says %q", code, word)
			}
		}
	}
}

func sentence(m words.Message) bool { return told(m) && strings.HasSuffix(en(m), ".") }
