package pcsim

import "time"

// pastRecords are ten audit records of the last weeks, oldest first.
func pastRecords(customers []*customer, now time.Time) []auditRecord {
	past := []struct {
		customer  int
		days      int
		user      string
		app       string
		resource  string
		operation string
	}{
		{9, 27, "ada@" + PartnerDomain, portalApp, "customer", "add_customer"},
		{2, 24, "sam@" + PartnerDomain, portalApp, "order", "create_order"},
		{0, 21, "sam@" + PartnerDomain, portalApp, "customer", "update_customer_billing_profile"},
		{6, 19, "ada@" + PartnerDomain, portalApp, "customer", "update_customer_qualification"},
		{4, 15, "ada@" + PartnerDomain, portalApp, "customer", "update_customer_billing_profile"},
		{5, 12, "sam@" + PartnerDomain, "FulfillmentService", "license", "update_customer_user_licenses"},
		{0, 8, "ada@" + PartnerDomain, portalApp, "subscription", "update_subscription"},
		{11, 6, "sam@" + PartnerDomain, portalApp, "customer", "update_customer_billing_profile"},
		{3, 3, "ada@" + PartnerDomain, portalApp, "customer_user", "create_customer_user"},
		{1, 1, "sam@" + PartnerDomain, portalApp, "customer", "update_customer_billing_profile"},
	}
	records := []auditRecord{}
	for i, p := range past {
		if p.customer >= len(customers) {
			continue
		}
		c := customers[p.customer]
		r := auditRecord{customer: c.id, customerName: c.tenantName, user: p.user, application: p.app, resource: p.resource,
			operation: p.operation, correlationID: hashGUID('4', "past", p.operation, string(c.id)),
			date: now.UTC().AddDate(0, 0, -p.days).Truncate(time.Hour).Add(time.Duration(i*7) * time.Minute)}
		if p.operation == "update_customer_billing_profile" {
			r.oldValue, r.newValue = c.pastValues()
		}
		records = append(records, r)
	}
	return records
}

// portalApp is the application ID that audit records made by Microsoft's own
// portal carry.
const portalApp = "4990cffe-04e8-4e8b-808a-1175604b879f"

// pastValues are a believable earlier state and the present one.
func (c *customer) pastValues() (before, after string) {
	v := c.current()
	old := version{etag: "-4108823190876655017", profile: v.profile}
	old.profile = old.profile.with("email", "office@"+c.domain)
	return c.auditValue(old), c.auditValue(v)
}
