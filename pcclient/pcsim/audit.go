package pcsim

import (
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// auditRecord is one line of the activity log.
type auditRecord struct {
	customer      pcclient.TenantID
	customerName  string
	user          string
	application   string
	resource      string
	operation     string
	oldValue      string
	newValue      string
	correlationID string
	date          time.Time
}

// recordUpdate writes the audit records of a new version: one for the profile and,
// when the company name changed, one for that too (an inference;
// its values are ours). Records are visible at once. The caller holds s.mu.
func (s *Simulator) recordUpdate(c *customer, old, next version, by change) {
	name := next.profile.text("companyName")
	r := auditRecord{customer: c.id, customerName: name, user: by.by, application: by.application, resource: "customer",
		operation: "update_customer_billing_profile", oldValue: c.auditValue(old), newValue: c.auditValue(next),
		correlationID: by.correlationID, date: next.at.UTC()}
	s.world.audit = trimmed(append(s.world.audit, r))
	if before := old.profile.text("companyName"); before != name {
		r.operation = "update_customer_partner_contract_company_name"
		r.oldValue = string(marshal(object{{"CompanyName", before}}))
		r.newValue = string(marshal(object{{"CompanyName", name}}))
		s.world.audit = trimmed(append(s.world.audit, r))
	}
}

func (r auditRecord) wire(partner pcclient.TenantID) object {
	return obj(
		"id", r.id(partner),
		"partnerId", string(partner),
		"participants", []any{string(partner)},
		"customerId", string(r.customer),
		"customerName", orNothing(r.customerName),
		"userPrincipalName", orNothing(r.user),
		"applicationId", orNothing(r.application),
		"resourceType", r.resource,
		"resourceOldValue", orNothing(r.oldValue),
		"resourceNewValue", orNothing(r.newValue),
		"operationType", r.operation,
		"originalCorrelationId", orNothing(r.correlationID),
		"operationDate", r.date.UTC().Format("2006-01-02T15:04:05.0000000Z"),
		"operationStatus", "succeeded",
		"customizedData", []any{},
		"attributes", objectType("AuditRecord"))
}

// ticks1970 is the Unix epoch in .NET ticks of 100 ns since the year 1.
const ticks1970 = 621355968000000000

// id has the recorded form: partner, customer, operation without underscores, ticks.
func (r auditRecord) id(partner pcclient.TenantID) string {
	ticks := r.date.Unix()*1e7 + int64(r.date.Nanosecond()/100) + ticks1970
	return strings.Join([]string{string(partner), string(r.customer), strings.ReplaceAll(r.operation, "_", ""),
		strconv.FormatInt(ticks, 10)}, "_")
}
