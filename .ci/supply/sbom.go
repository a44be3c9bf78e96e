package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// bom is a bill of materials in CycloneDX 1.6, as far as we use it.
type bom struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp  string      `json:"timestamp,omitempty"`
	Lifecycles []lifecycle `json:"lifecycles"`
	Component  component   `json:"component"`
}

type lifecycle struct {
	Phase string `json:"phase"`
}

type component struct {
	Type     string          `json:"type"`
	Ref      string          `json:"bom-ref"`
	Name     string          `json:"name"`
	Version  string          `json:"version"`
	Scope    string          `json:"scope,omitempty"`
	Hashes   []hash          `json:"hashes,omitempty"`
	Licences []licenceChoice `json:"licenses,omitempty"`
	PURL     string          `json:"purl"`
}

// hash is what go.sum holds, in hexadecimal: the SHA-256 of the list of the module's
// files and theirs, as other makers of bills for Go write it too.
type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type licenceChoice struct {
	Licence struct {
		ID string `json:"id"`
	} `json:"license"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// newBOM writes down the linked modules of one version of the portal. The same
// modules and version give the same bytes: the time is SOURCE_DATE_EPOCH or none, and
// the serial number follows from the rest.
func newBOM(modules []*module, version string) (*bom, error) {
	if version == "" {
		version = "unknown"
	}
	b := &bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{Lifecycles: []lifecycle{{Phase: "build"}}},
	}
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
		}
		b.Metadata.Timestamp = time.Unix(seconds, 0).UTC().Format(time.RFC3339)
	}
	refs := map[string]string{}
	for _, m := range modules {
		refs[m.Path] = m.purl(version)
	}
	for _, m := range modules {
		ids, err := m.licences()
		if err != nil {
			return nil, err
		}
		c := component{Type: "library", Ref: refs[m.Path], Name: m.Path, Version: m.Version, Scope: "required", PURL: refs[m.Path]}
		for _, id := range ids {
			var choice licenceChoice
			choice.Licence.ID = id
			c.Licences = append(c.Licences, choice)
		}
		if encoded, isSum := strings.CutPrefix(m.Sum, "h1:"); isSum {
			sum, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil {
				return nil, fmt.Errorf("go.sum, %s: %w", m.Path, err)
			}
			c.Hashes = []hash{{Algorithm: "SHA-256", Content: hex.EncodeToString(sum)}}
		}
		d := dependency{Ref: c.Ref}
		for _, need := range m.Needs {
			d.DependsOn = append(d.DependsOn, refs[need])
		}
		b.Dependencies = append(b.Dependencies, d)
		if m.Path == self {
			c.Type, c.Name, c.Version, c.Scope = "application", "portal", version, ""
			b.Metadata.Component = c
			continue
		}
		b.Components = append(b.Components, c)
	}
	plain, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(plain)
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // a UUID of version 8: made our own way
	b.Serial = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16])
	return b, nil
}

func (b *bom) write(w io.Writer) error {
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	return to.Encode(b)
}

// purl is the module's package URL, by which databases of vulnerabilities know it.
func (m *module) purl(ours string) string {
	version := m.Version
	if m.Path == self {
		version = ours
	}
	return "pkg:golang/" + m.Path + "@" + url.PathEscape(version)
}
