package audit

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// JSONLines writes each entry as a JSON object on a line of its own. It buffers: Flush
// at the end.
type JSONLines struct{ out *json.Encoder }

// NewJSONLines returns a writer to w, which should be buffered.
func NewJSONLines(w io.Writer) *JSONLines {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return &JSONLines{out}
}

// Entry writes one line. The names are those the hash is made of, so that the chain can
// be proved from the file alone; via is left empty where it is in the trail.
func (j *JSONLines) Entry(r Record, broken string) error {
	line := struct {
		Seq           int64             `json:"seq"`
		Time          string            `json:"time"`
		Kind          Kind              `json:"kind"`
		Via           Via               `json:"via"`
		Submission    string            `json:"submission"`
		Operator      string            `json:"operator"`
		OperatorName  string            `json:"operatorName"`
		Customer      pcclient.TenantID `json:"customer"`
		Fields        []string          `json:"fields"`
		Reason        string            `json:"reason"`
		RequestID     string            `json:"requestId"`
		CorrelationID string            `json:"correlationId"`
		UpstreamCode  string            `json:"upstreamCode"`
		ValuesHash    string            `json:"valuesHash"`
		Prev          string            `json:"prev"`
		Hash          string            `json:"hash"`
		Values        State             `json:"values"`
		Before        map[string]string `json:"before,omitempty"`
		After         map[string]string `json:"after,omitempty"`
		Why           string            `json:"why,omitempty"`
		CustomerName  string            `json:"customerName,omitempty"`
		By            string            `json:"by,omitempty"`
		ByAt          time.Time         `json:"byAt,omitzero"`
		AddressCheck  *AddressCheck     `json:"addressCheck,omitempty"`
		Broken        string            `json:"broken,omitempty"`
	}{r.Seq, utc(r.Time), r.Kind, r.Via, r.Submission, r.Operator, r.OperatorName, r.Customer, r.Fields, r.Reason, r.RequestID,
		r.CorrelationID, r.UpstreamCode, r.ValuesHash, r.Prev, r.Hash, r.State, r.Before, r.After, r.Why, r.CustomerName, r.By, r.ByAt.UTC(), r.AddressCheck, broken}
	return j.out.Encode(line)
}

// Flush does nothing: each line went out whole.
func (j *JSONLines) Flush() error { return nil }

// Table writes each entry as a row for spreadsheets. It buffers: Flush at the end.
type Table struct {
	out    *CSV
	values []string // fields whose texts have columns of their own
	begun  bool
}

// NewTable returns a writer to w. With names of fields, what stood in each before and
// after has columns of its own.
func NewTable(w io.Writer, values []string) *Table { return &Table{out: NewCSV(w), values: values} }

// Entry writes one row, before the first one the names of the columns.
func (t *Table) Entry(r Record, broken string) error {
	if err := t.begin(); err != nil {
		return err
	}
	row := []string{
		strconv.FormatInt(r.Seq, 10), utc(r.Time), string(r.Kind), string(r.Via), string(r.Customer), r.OperatorName, r.Operator,
		strings.Join(r.Fields, " "), r.Reason, r.UpstreamCode, r.Submission, r.RequestID, r.CorrelationID, string(r.State),
		r.ValuesHash, r.Prev, r.Hash, broken,
	}
	if t.values != nil {
		byAt := ""
		if !r.ByAt.IsZero() {
			byAt = utc(r.ByAt)
		}
		var check AddressCheck
		if r.AddressCheck != nil {
			check = *r.AddressCheck
		}
		row = append(row, r.CustomerName, r.Why, r.By, byAt, check.Status, check.Choice)
	}
	for _, name := range t.values {
		row = append(row, r.Before[name], r.After[name])
	}
	return t.out.Row(row...)
}

func (t *Table) begin() error {
	if t.begun {
		return nil
	}
	t.begun = true
	row := []string{"seq", "time", "kind", "via", "customer", "operatorName", "operator", "fields", "reason", "upstreamCode",
		"submission", "requestId", "correlationId", "values", "valuesHash", "prev", "hash", "broken"}
	if t.values != nil {
		row = append(row, "customerName", "why", "by", "byAt", "addressCheck", "addressChoice")
	}
	for _, name := range t.values {
		row = append(row, "before."+name, "after."+name)
	}
	return t.out.Row(row...)
}

// Flush sends what is buffered; with no entry at all, the names of the columns.
func (t *Table) Flush() error {
	if err := t.begin(); err != nil {
		return err
	}
	return t.out.Flush()
}

// utc is a time to the microsecond, as exact as the trail keeps it.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00") }
