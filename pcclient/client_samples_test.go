package pcclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The samples of the upstream's answers lie beside the repository where the product is made. They are not ours to carry, so
// these tests are skipped elsewhere; the stories in the other files stand on their own.
const samplesFolder = "../../shared/reference/samples"

func samples(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(samplesFolder, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("no samples here")
	}
	files := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = data
	}
	return files
}

func sample(t *testing.T, name string) []byte { return samples(t, name)[name] }

func sameJSON(t *testing.T, want, got []byte) {
	t.Helper()
	var a, b bytes.Buffer
	if err := json.Compact(&a, want); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&b, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("lost on the way:\n%s\n%s", a.Bytes(), b.Bytes())
	}
}

func TestSamplesAllReadAsJSON(t *testing.T) {
	for name, data := range samples(t, "*.json") {
		if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
			o, err := parseObject(data)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			t.Run(name, func(t *testing.T) { sameJSON(t, data, o.bytes()) })
		} else if !json.Valid(data) {
			t.Errorf("%s is not JSON", name)
		}
	}
}

func TestSamplesOfBillingProfiles(t *testing.T) {
	for name, data := range samples(t, "billing-profile.*.json") {
		t.Run(name, func(t *testing.T) {
			p, etag, err := ParseBillingProfile(append([]byte("\xef\xbb\xbf"), data...))
			if err != nil || etag == "" || p.Email == "" || p.CompanyName == "" || p.DefaultAddress.Country != "US" || p.DefaultAddress.City == "" {
				t.Fatalf("read %+v, %q, %v", p, etag, err)
			}
			o, err := merge(p.Raw, p)
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, data, o.withETag(etag).bytes())
			out, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, data, out)
		})
	}
}

func TestSamplesOfCustomers(t *testing.T) {
	for _, name := range []string{"customer.get.200.json", "customer.fixture-with-extra-members.json", "customer.create.201.json", "customer.server-object.from-audit.json"} {
		t.Run(name, func(t *testing.T) {
			data := sample(t, name)
			c, err := parseCustomer(data)
			if err != nil || !isGUID(string(c.ID)) || c.BillingProfile == nil || c.BillingETag == "" || c.Domain == "" {
				t.Fatalf("read %+v, %v", c, err)
			}
			sameJSON(t, data, c.Raw)
			o, _ := parseObject(data)
			sent, err := merge(c.BillingProfile.Raw, *c.BillingProfile)
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, o.get("billingProfile"), sent.bytes())
		})
	}
}

func TestSamplesOfLists(t *testing.T) {
	for name, items := range map[string]int{"customers.list.filtered.200.json": 3, "customers.list.indirect-reseller.200.json": -1, "constructed.customers.page1.with-next.200.json": 2} {
		t.Run(name, func(t *testing.T) {
			l, err := parseList(sample(t, name))
			if err != nil || items >= 0 && len(l.items) != items || len(l.items) == 0 || (l.next != nil) != strings.Contains(name, "with-next") {
				t.Fatalf("read %d items, next %v, %v", len(l.items), l.next, err)
			}
			for _, item := range l.items {
				if c, err := parseCustomer(item); err != nil || !isGUID(string(c.ID)) || c.CompanyName == "" {
					t.Errorf("read %+v, %v", c, err)
				}
			}
		})
	}
}

func TestSamplesOfAuditRecords(t *testing.T) {
	records := [][]byte{sample(t, "constructed.auditrecord.update-customer-billing-profile.json")}
	for _, data := range samples(t, "auditrecords.list.*.json") {
		l, err := parseList(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range l.items {
			records = append(records, item)
		}
	}
	for _, data := range records {
		record, err := parseAuditRecord(data)
		if err != nil || record.Operation == "" || record.Time.IsZero() || !isGUID(string(record.Customer)) {
			t.Errorf("read %+v, %v", record, err)
		}
		sameJSON(t, data, record.Raw)
		if record.Operation == "update_customer_billing_profile" {
			before, _, err := ParseBillingProfile([]byte(record.OldValue))
			after, etag, err2 := ParseBillingProfile([]byte(record.NewValue))
			if err != nil || err2 != nil || before.DefaultAddress.City == after.DefaultAddress.City || etag == "" {
				t.Errorf("read %+v and %+v", before, after)
			}
		}
	}
}

func TestSamplesOfTheRest(t *testing.T) {
	for name, data := range samples(t, "country-validation-rules.*.json") {
		o, err := parseObject(data)
		rules := rulesFrom(o, data)
		if err != nil || rules.ISO2Code+".json" != name[len("country-validation-rules."):] || len(rules.Languages) == 0 || !rules.PostalCodeRequired || len(rules.CallingCodes) == 0 {
			t.Errorf("%s: read %+v, %v", name, rules, err)
		}
		sameJSON(t, data, rules.Raw)
	}
	company := companyFrom(sample(t, "company-profile.get.200.json"))
	if company.TenantID == "" || company.Address.Region == "" || company.Email == "" {
		t.Errorf("read %+v", company)
	}
	var statuses []json.RawMessage
	if err := json.Unmarshal(sample(t, "validation-status.200.json"), &statuses); err != nil {
		t.Fatal(err)
	}
	for _, data := range statuses {
		o, err := parseObject(data)
		if err != nil || o.text("status") == "" || parseTime(o.text("lastUpdateDateTime")).IsZero() {
			t.Errorf("read %s, %v", data, err)
		}
	}
	var neighbours struct{ Next *Link }
	if err := json.Unmarshal(sample(t, "paging-links.200.json"), &neighbours); err != nil || neighbours.Next.Headers[0].Key != "MS-ContinuationToken" {
		t.Errorf("read %+v, %v", neighbours.Next, err)
	}
}

func TestSamplesOfErrors(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		code   string
		kinds  []error
	}{
		"error.1002.json":                        {403, "1002", []error{ErrForbidden}},
		"error.400.60012.json":                   {400, "60012", []error{ErrRejected}},
		"error.400.900316.json":                  {400, "900316", []error{ErrRejected}},
		"error.403.20002.json":                   {403, "20002", []error{ErrNoRelationship, ErrForbidden}},
		"error.403.900309.json":                  {403, "900309", []error{ErrForbidden}},
		"error.404.3000.json":                    {404, "3000", []error{ErrNotFound}},
		"error.404.600074.json":                  {404, "600074", []error{ErrNotFound}},
		"error.429.gateway.json":                 {429, "", []error{ErrThrottled}},
		"error.600061.new-style.json":            {400, "600061", []error{ErrRejected}},
		"error.aad.invalid_grant.json":           {400, "invalid_grant", []error{ErrRejected}},
		"other-host.error.412.precondition.json": {412, "preconditionFailed", []error{ErrETagMismatch}},
		"constructed.error.400.2055.json":        {400, "2055", []error{ErrETagMismatch}},
		"validate-address.legacy-2017.400.json":  {400, "2007", []error{ErrRejected}},
	} {
		t.Run(name, func(t *testing.T) {
			e := &Error{Status: c.status}
			e.parse(&http.Response{StatusCode: c.status}, sample(t, name))
			e.classify(false)
			if e.Code != c.code || e.Description == "" || strings.Contains(e.Description, "&#") {
				t.Errorf("read code %q, %q", e.Code, e.Description)
			}
			for _, kind := range c.kinds {
				if !errors.Is(e, kind) {
					t.Errorf("not %v", kind)
				}
			}
			if c.code == "2007" && (e.address == nil || e.address.Suggested[0].City != "BELLEVUE" || e.InnerCode != "60071") {
				t.Errorf("read %+v", e.address)
			}
		})
	}
	var family []json.RawMessage
	if err := json.Unmarshal(sample(t, "error.400.validation-family.json"), &family); err != nil {
		t.Fatal(err)
	}
	for _, body := range family {
		e := &Error{Status: 400}
		e.parse(&http.Response{StatusCode: 400}, body)
		e.classify(false)
		if !errors.Is(e, ErrRejected) || e.Code == "" || e.Source == "" {
			t.Errorf("%s reads as %v", body, e)
		}
	}
}
