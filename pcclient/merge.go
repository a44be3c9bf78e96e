package pcclient

import "encoding/json"

// merge lays the texts of p over raw. A PUT replaces the whole resource, so everything else must go back as it was read:
// unknown members, and the difference between absent, null and "". Only a member whose text differs is written; a cleared
// one becomes null, because an empty region is refused.
func merge(raw json.RawMessage, p BillingProfile) (object, error) {
	o, err := parseObject(raw)
	if err != nil {
		return nil, err
	}
	o, _ = o.over(p.fields())
	address, err := parseObject(o.get("defaultAddress"))
	if err != nil {
		address = nil // absent or null; made only if there is something to put in
	}
	if address, changed := address.over(p.DefaultAddress.fields()); changed {
		o = o.set("defaultAddress", address.bytes())
	}
	return o, nil
}

func (o object) over(fields []field) (object, bool) {
	changed := false
	for _, f := range fields {
		if o.text(f.name) == *f.text {
			continue
		}
		changed = true
		if *f.text == "" {
			o = o.set(f.name, json.RawMessage("null"))
		} else {
			o = o.set(f.name, quote(*f.text))
		}
	}
	return o, changed
}

// withETag puts the ETag into attributes and leaves their other members alone.
func (o object) withETag(etag ETag) object {
	attributes, err := parseObject(o.get("attributes"))
	if err != nil {
		attributes = nil
	}
	return o.set("attributes", attributes.set("etag", quote(string(etag))).bytes())
}
