package pcclient

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// AuditRecordsService reads the upstream's own record of what was changed and by whom. It is not offered in the China cloud,
// and needs the admin agent role.
type AuditRecordsService struct{ c *Client }

// AuditQuery selects audit records by day, and by at most one of Customer, CompanyName (a part of it, without regard to
// case) and ResourceType.
type AuditQuery struct {
	Start time.Time // the day, in UTC; zero means 30 days ago. More than 90 days ago the upstream refuses: ErrRejected
	End   time.Time // the last day, in UTC; zero means today

	Customer                  TenantID
	CompanyName, ResourceType string
	Size                      int // page size, up to 500; 0 leaves it to the upstream
}

// AuditUpdateBillingProfile is the Operation of a record of a billing profile that was saved.
const AuditUpdateBillingProfile = "update_customer_billing_profile"

// AuditReach is how old a record may be that can still be asked for, whatever the time of day.
const AuditReach = 89 * 24 * time.Hour

// AuditRecord is one change. Words like Operation are passed on as they are.
type AuditRecord struct {
	ID                              string
	PartnerID                       string
	Customer                        TenantID
	CustomerName, User              string // User is the principal name of who did it; "" for services
	Application, SessionID          string
	ResourceType, Operation, Status string
	OldValue, NewValue              string // JSON inside text, mostly PascalCase, see ParseBillingProfile; may hold secrets: never show whole
	CorrelationID                   string // the MS-CorrelationId of the call that made the change
	Time                            time.Time
	Data                            []AuditDatum
	Raw                             json.RawMessage
}

// AuditDatum is a further detail of an audit record.
type AuditDatum struct{ Key, Value string }

// AuditPage is one page of audit records.
type AuditPage struct {
	Items      []AuditRecord
	TotalCount int
	Next       *Link // nil on the last page
}

const (
	auditPath    = "/v1/auditrecords"
	auditDefault = 30 * 24 * time.Hour
)

// Search returns the first page of the records that match. A change may take a while to appear.
func (s *AuditRecordsService) Search(ctx context.Context, q AuditQuery) (AuditPage, error) {
	r := newRequest(http.MethodGet, auditPath)
	query, reason := q.encode(s.c.core.now())
	if reason != "" {
		return AuditPage{}, refuse(r, reason, ErrRejected)
	}
	r.query = query
	return s.page(ctx, r)
}

// Next returns the page a link leads to, like [CustomersService.Next].
func (s *AuditRecordsService) Next(ctx context.Context, l Link) (AuditPage, error) {
	r, e := s.c.core.follow(l, auditPath)
	if e != nil {
		return AuditPage{}, e
	}
	return s.page(ctx, r)
}

// All yields every record that matches, like [CustomersService.All].
func (s *AuditRecordsService) All(ctx context.Context, q AuditQuery) iter.Seq2[AuditRecord, error] {
	return all(ctx, auditPath,
		func(ctx context.Context) ([]AuditRecord, *Link, error) {
			p, err := s.Search(ctx, q)
			return p.Items, p.Next, err
		},
		func(ctx context.Context, l Link) ([]AuditRecord, *Link, error) {
			p, err := s.Next(ctx, l)
			return p.Items, p.Next, err
		})
}

func (q AuditQuery) encode(now time.Time) (query, reason string) {
	if q.Size < 0 || q.Size > 500 {
		return "", "the page size must be 0 to 500"
	}
	if q.Customer != "" && !isGUID(string(q.Customer)) {
		return "", "not a customer tenant ID"
	}
	var filters []string
	for _, f := range []struct{ name, value, operator string }{
		{"CustomerId", string(q.Customer), "equals"}, {"CompanyName", q.CompanyName, "substring"}, {"ResourceType", q.ResourceType, "equals"},
	} {
		if f.value != "" {
			filters = append(filters, "&filter="+filter(f.name, f.value, f.operator))
		}
	}
	if len(filters) > 1 {
		return "", "filter by customer, company name or resource type, only one of them"
	}
	start, end := q.Start, q.End
	if end.IsZero() {
		end = now
	}
	if start.IsZero() {
		start = now.Add(-auditDefault)
	}
	query = "startDate=" + start.UTC().Format(time.DateOnly) + "&endDate=" + end.UTC().Format(time.DateOnly)
	if q.Size > 0 {
		query += "&size=" + url.QueryEscape(strconv.Itoa(q.Size))
	}
	return query + strings.Join(filters, ""), ""
}

func (s *AuditRecordsService) page(ctx context.Context, r *request) (AuditPage, error) {
	l, a, e := s.c.list(ctx, r)
	if e != nil {
		return AuditPage{}, e
	}
	page := AuditPage{Items: make([]AuditRecord, 0, len(l.items)), TotalCount: l.total, Next: l.next}
	for _, item := range l.items {
		record, err := parseAuditRecord(item)
		if err != nil {
			return AuditPage{}, r.unusable(a)
		}
		page.Items = append(page.Items, record)
	}
	return page, nil
}

func parseAuditRecord(data []byte) (AuditRecord, error) {
	o, err := parseObject(data)
	if err != nil {
		return AuditRecord{}, err
	}
	record := AuditRecord{
		ID: o.text("id"), PartnerID: o.text("partnerId"), Customer: TenantID(strings.ToLower(o.text("customerId"))),
		CustomerName: o.text("customerName"), User: o.text("userPrincipalName"), Application: o.text("applicationId"),
		SessionID: o.text("sessionId"), ResourceType: o.text("resourceType"), Operation: o.text("operationType"),
		Status: o.text("operationStatus"), OldValue: o.text("resourceOldValue"), NewValue: o.text("resourceNewValue"),
		CorrelationID: o.text("originalCorrelationId"), Time: parseTime(o.text("operationDate")), Raw: data,
	}
	var items []json.RawMessage
	_ = json.Unmarshal(o.get("customizedData"), &items) // absent, null or a list
	for _, item := range items {
		if datum, err := parseObject(item); err == nil {
			record.Data = append(record.Data, AuditDatum{datum.text("key"), datum.text("value")})
		}
	}
	return record, nil
}
