package pcsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Switches settle what the evidence leaves open, or make the simulator stricter
// or ruder. The first value of each list is the default.
type Switches struct {
	Stale           string `json:"stale"`           // answer to an old ETag: 400-2055, 412 (shape A), 412-empty, 409, accept (last writer wins)
	NoETag          string `json:"noEtag"`          // a PUT without any ETag: refuse (400), accept
	ETagDisagree    string `json:"etagDisagree"`    // If-Match and body differ: refuse (400), header, body
	MFA             string `json:"mfa"`             // App+User token without mfa: 900421 (JSON), empty (no body, text in the reason phrase)
	Role            string `json:"role"`            // refusal for the role: 900150 (JSON), 1002 (JSON), reason (no body, text in the reason phrase)
	HelpdeskWrites  bool   `json:"helpdeskWrites"`  // whether helpdesk agents may update billing profiles: false, true
	AppOnly         string `json:"appOnly"`         // app-only token at a billing profile: read (and not write), refuse, accept (both, as documented)
	NextURI         string `json:"nextURI"`         // links.next.uri: v1 (starts with /v1), bare
	Omitted         string `json:"omitted"`         // a member left out of a PUT: clear, keep
	RepeatRequestID string `json:"repeatRequestID"` // a write with a known MS-RequestId: replay (first answer again), ignore (executed again)
	ReadLagSeconds  int    `json:"readLagSeconds"`  // reads show the state of so many seconds ago: 0 to 3600
	AddressCheck    string `json:"addressCheck"`    // answers of POST /validations/address: 2021, legacy
	BOM             bool   `json:"bom"`             // byte order mark before successful bodies: true, false
	ErrorCode       string `json:"errorCode"`       // code in shape A errors: number, string
}

// DefaultSwitches are the settings with the best evidence.
func DefaultSwitches() Switches {
	return Switches{Stale: "400-2055", NoETag: "refuse", ETagDisagree: "refuse", MFA: "900421", Role: "900150", AppOnly: "read",
		NextURI: "v1", Omitted: "clear", RepeatRequestID: "replay", AddressCheck: "2021", BOM: true, ErrorCode: "number"}
}

// switchValues are the legal texts of each switch, by its JSON name.
func switchValues() map[string][]string {
	return map[string][]string{
		"stale":           {"400-2055", "412", "412-empty", "409", "accept"},
		"noEtag":          {"refuse", "accept"},
		"etagDisagree":    {"refuse", "header", "body"},
		"mfa":             {"900421", "empty"},
		"role":            {"900150", "1002", "reason"},
		"appOnly":         {"read", "refuse", "accept"},
		"nextURI":         {"v1", "bare"},
		"omitted":         {"clear", "keep"},
		"repeatRequestID": {"replay", "ignore"},
		"addressCheck":    {"2021", "legacy"},
		"errorCode":       {"number", "string"},
	}
}

// validate names every switch with a value there is not.
func (w Switches) validate() error {
	var bad []string
	legal := switchValues()
	v := reflect.ValueOf(w)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("json")
		if values, ok := legal[name]; ok && !slices.Contains(values, v.Field(i).String()) {
			bad = append(bad, fmt.Sprintf("%s: %q is none of %s", name, v.Field(i).String(), strings.Join(values, ", ")))
		}
	}
	if w.ReadLagSeconds < 0 || w.ReadLagSeconds > 3600 {
		bad = append(bad, fmt.Sprintf("readLagSeconds: %d is not between 0 and 3600", w.ReadLagSeconds))
	}
	if bad != nil {
		return fmt.Errorf("pcsim: switches: %s", strings.Join(bad, "; "))
	}
	return nil
}

// Switches returns the settings in force.
func (s *Simulator) Switches() Switches {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.switches
}

// SetSwitches replaces all settings. An error names every wrong value; then
// nothing is changed.
func (s *Simulator) SetSwitches(w Switches) error {
	if err := w.validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switches = w
	return nil
}

// patchSwitches lays a JSON object over the settings; members left out stay.
func (s *Simulator) patchSwitches(data []byte) error {
	var names map[string]json.RawMessage
	if err := json.Unmarshal(data, &names); err != nil {
		return fmt.Errorf("pcsim: switches: %w", err)
	}
	for name, value := range names {
		if string(value) == "null" {
			return fmt.Errorf("pcsim: switches: %s cannot be null", name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.switches
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return fmt.Errorf("pcsim: switches: %w", err)
	}
	if err := w.validate(); err != nil {
		return err
	}
	s.switches = w
	return nil
}
