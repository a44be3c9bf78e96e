package handlers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
)

const (
	exportFor   = 15 * time.Minute // the most time a download may take
	stalledFor  = 30 * time.Second // how long a browser may take none of it
	exportChunk = 64 << 10         // what is sent at a time
)

// changeColumns are the first line of an export. There is a line for each changed field,
// by its name in the form, so that a spreadsheet can sort and filter them.
var changeColumns = []string{
	"entry", "time", "kind", "via", "customer", "customerName", "who", "field", "before", "after", "why", "requestId", "correlationId",
}

// byteOrderMark tells spreadsheets that the text is UTF-8.
const byteOrderMark = "\ufeff"

// exportHistory is the changes of one customer as a file, under the filter of the page.
func (s *site) exportHistory(v *visit) error {
	if _, err := s.seenCustomer(v, v.customer); err != nil {
		return err
	}
	q := s.changeQuery(v, historyPath(v.customer))
	q.filter.Customer = v.customer
	return s.export(v, q, "history-"+string(v.customer)+".csv")
}

// exportChanges is the change log as a file, under the filter of the page.
func (s *site) exportChanges(v *visit) error {
	q := s.changeQuery(v, "/changes")
	if err := s.filterByCustomer(v, &q); err != nil {
		return err
	}
	return s.export(v, q, "changes.csv")
}

// export sends the changes as they are read, however many there are. A file that breaks
// off is no whole answer: the connection ends with it, which browsers tell.
func (s *site) export(v *visit, q changeQuery, name string) error {
	if len(q.shown.Errors) > 0 {
		return v.redirect(q.url(q.shown.Action, audit.Place{})) // where it is said what is wrong
	}
	header := v.Response().Header()
	header.Set("Content-Type", "text/csv; charset=utf-8")
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if v.Request().Method == http.MethodHead {
		return v.NoContent(http.StatusOK)
	}
	ctx, cancel := middleware.Patient(v.Request().Context(), exportFor)
	defer cancel()
	changes, err := s.writeChanges(ctx, newDownload(v.Response(), stalledFor), q.filter)
	switch {
	case err == nil && !v.Response().Committed:
		return v.NoContent(http.StatusOK)
	case err == nil:
	case !v.Response().Committed: // nothing was sent: there is room for a page
		header.Del("Content-Type")
		header.Del("Content-Disposition")
		return err
	default:
		middleware.SetReason(ctx, "export_cut")
		middleware.SetError(ctx, err)
		panic(http.ErrAbortHandler)
	}
	s.Log.InfoContext(ctx, "changes exported", "reference", s.reference(v), "operator", v.operator.Key(),
		"customer", string(q.filter.Customer), "changes", changes)
	return nil
}

// changeFile is a file under way: what is read and not yet sent.
type changeFile struct {
	next  func() (audit.Record, error, bool)
	rows  *audit.CSV
	chunk bytes.Buffer
	n     int // changes read
}

// writeChanges writes the file and returns how many changes are in it. Downloads take
// turns in reading, so that many of them at once leave the rest of the machine to the
// pages; nobody's turn lasts while a slow browser takes its part, or while Partner Center
// is asked about a customer.
func (s *site) writeChanges(ctx context.Context, out io.Writer, f audit.Filter) (int, error) {
	s.outOfTurn(&f)
	next, stop := iter.Pull2(s.Trail.EachChange(ctx, f))
	defer stop()
	file := &changeFile{next: next}
	file.rows = audit.NewCSV(&file.chunk)
	file.chunk.WriteString(byteOrderMark)
	if err := file.rows.Row(slices.Clone(changeColumns)...); err != nil {
		return 0, err
	}
	for more := true; more; {
		var err error
		if more, err = s.fill(ctx, file); err != nil {
			return file.n, err
		}
		if _, err := file.chunk.WriteTo(out); err != nil {
			return file.n, err
		}
		crash.At("exporting")
	}
	return file.n, nil
}

// fill reads until there is a part to send. more is false when the file is whole.
func (s *site) fill(ctx context.Context, file *changeFile) (more bool, err error) {
	if s.draining.Load() {
		return false, submission.ErrDraining
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	for more = true; more && file.chunk.Len() < exportChunk; {
		var r audit.Record
		if r, err, more = file.next(); more && err == nil {
			file.n++
			err = writeChange(file.rows, r)
		}
		if err != nil {
			return false, err
		}
	}
	return more, file.rows.Flush()
}

// outOfTurn makes a filter give the turn back while it finds out about a customer, which
// it does once for each.
func (s *site) outOfTurn(f *audit.Filter) {
	only := f.Only
	if only == nil {
		return
	}
	told := map[pcclient.TenantID]bool{}
	f.Only = func(ctx context.Context, id pcclient.TenantID) (bool, error) {
		if !told[id] {
			told[id] = true
			<-s.reading
			defer func() { s.reading <- struct{}{} }() // fill gives it back, whatever happens
		}
		return only(ctx, id)
	}
}

func writeChange(file *audit.CSV, r audit.Record) error {
	fields := r.Fields
	if len(fields) == 0 {
		fields = []string{""}
	}
	via := r.Via
	if via == "" {
		via = audit.ViaForm
	}
	for _, field := range fields {
		err := file.Row(strconv.FormatInt(r.Seq, 10), r.Time.UTC().Format(time.RFC3339), string(r.Kind), string(via), string(r.Customer), nameToldBy(r), cleaned(r.OperatorName),
			field, r.Before[field], r.After[field], r.Why, r.RequestID, r.CorrelationID)
		if err != nil {
			return err
		}
	}
	return nil
}

// download is an answer that may take longer than the server lets others: every part of
// it has its own time, so that a browser which takes nothing is cut off, and one which is
// slow is not.
type download struct {
	http.ResponseWriter
	server *http.ResponseController
	stall  time.Duration
}

func newDownload(w http.ResponseWriter, stall time.Duration) download {
	return download{w, http.NewResponseController(w), stall}
}

func (d download) Write(part []byte) (int, error) {
	// By the connection's time, which is nobody else's clock.
	err := d.server.SetWriteDeadline(time.Now().Add(d.stall))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return d.ResponseWriter.Write(part)
}
