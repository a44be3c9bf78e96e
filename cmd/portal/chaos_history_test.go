package main

import (
	"context"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/submission"
)

// history is all that a run left behind, on every side: what Partner Center saw, what
// the portal wrote down, and what people typed and were told.
type history struct {
	seeded   map[pcclient.TenantID]forms.Values // before the first version
	upstream pcsim.Journal
	outside  []outsideSave
	stands   map[pcclient.TenantID]forms.Values // at the end
	endedAt  time.Time
	lagging  bool // reads may have shown an older state, so they prove nothing about the order

	rows    []submission.Submission
	trail   []audit.Entry
	broken  error         // what Verify said of the trail
	earlier []audit.Entry // the trail as an earlier look found it

	shown  map[string]places // where each open submission is shown, by key
	edits  []*edited
	sights []sight

	outputs []output
	secrets []string // must be in none of the outputs
	private []string // what people typed: may be on pages only
}

// outsideSave is one of somebody who does not use the portal.
type outsideSave struct {
	customer    pcclient.TenantID
	patch       forms.Values
	begun, done time.Time
}

// places are where an open submission has to be seen.
type places struct{ person, administrators, gauge bool }

// edited is one edit of one person, from the form to the last they heard of it.
type edited struct {
	operator string
	customer pcclient.TenantID
	typed    forms.Values
	draft    string  // the draft's name in addresses
	by       *person // who is at it
	presses  []attempt
	// last is what a look at each submission's page says in the end, by key.
	last map[string]told
	// held is what was on the pages that the person gets when they come back for an
	// edit that was not saved, inputs included.
	held string
}

// attempt is one press of Save and what it was answered with.
type attempt struct {
	key           string
	begun, answer time.Time
	told          told
	page          string // where it was said
}

// told is what a page, or its absence, says about a save.
type told string

const (
	toldSaved      told = "saved"             // the wish stands there through this submission
	toldSame       told = "same"              // it stood there already
	toldNothing    told = "nothing"           // nothing was saved
	toldNotByThis  told = "not by this press" // which says nothing of other presses
	toldConflict   told = "conflict"          // nothing was saved, somebody else was faster
	toldOpen       told = "open"              // not known yet
	toldSuperseded told = "superseded"        // somebody saved at the same time; nobody can tell
	toldMissing    told = "missing"           // there is no such submission
	toldNobody     told = "no answer"         // the connection broke
)

// denies reports whether the words mean that this submission changed nothing.
func (t told) denies() bool {
	return t == toldSame || t == toldNothing || t == toldConflict || t == toldMissing
}

// sight is one request under a session and whether the portal took it for signed in.
type sight struct {
	session string
	email   string // whose it is
	at      time.Time
	ended   bool // the session had been ended before the request was sent
	alive   bool // the answer was a signed-in person's
	excuse  string
}

// output is something the portal wrote somewhere.
type output struct {
	name string
	text string
	page bool // a page for the person concerned
}

// puts are the writes that reached Partner Center.
func (h *history) puts() []pcsim.Request {
	var list []pcsim.Request
	for _, r := range h.upstream.Requests {
		if r.Method == "PUT" {
			list = append(list, r)
		}
	}
	return list
}

// begin notes what stands at Partner Center before anybody saves.
func (h *history) begin(sim *pcsim.Simulator) {
	h.seeded = contents(sim)
}

// end reads what both sides have at the end of a run: Partner Center's journal, and
// the portal's submissions and trail.
func (h *history) end(ctx context.Context, sim *pcsim.Simulator, db *database.DB, ring *seal.Ring) error {
	h.endedAt = time.Now()
	h.upstream, h.stands = sim.Journal(), contents(sim)
	if err := h.readRows(ctx, db, ring); err != nil {
		return err
	}
	if err := h.readTrail(ctx, db); err != nil {
		return err
	}
	_, h.broken = audit.New(db, ring, time.Now).Verify(ctx)
	return nil
}

func contents(sim *pcsim.Simulator) map[pcclient.TenantID]forms.Values {
	all := map[pcclient.TenantID]forms.Values{}
	for _, company := range sim.Customers() {
		raw, _ := sim.BillingProfile(company.ID)
		all[company.ID] = contentOf(raw)
	}
	return all
}

func (h *history) readRows(ctx context.Context, db *database.DB, ring *seal.Ring) error {
	saves := submission.New(submission.Options{DB: db, Ring: ring, Trail: audit.New(db, ring, time.Now)})
	rows, err := db.Read().QueryContext(ctx, `SELECT key, operator FROM submissions ORDER BY recorded_at, key`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var names [][2]string
	for rows.Next() {
		var name [2]string
		if err := rows.Scan(&name[0], &name[1]); err != nil {
			return err
		}
		names = append(names, name)
	}
	h.rows = nil
	for _, name := range names {
		row, err := saves.Get(ctx, name[1], name[0])
		if err != nil {
			return err
		}
		h.rows = append(h.rows, row)
	}
	return rows.Err()
}

// readTrail reads the entries as they stand in the table, past the code under test.
func (h *history) readTrail(ctx context.Context, db *database.DB) error {
	rows, err := db.Read().QueryContext(ctx, `SELECT seq, time, kind, submission, operator, customer, prev, hash FROM audit ORDER BY seq`)
	if err != nil {
		return err
	}
	defer rows.Close()
	h.earlier, h.trail = h.trail, nil
	for rows.Next() {
		var e audit.Entry
		var micros int64
		if err := rows.Scan(&e.Seq, &micros, &e.Kind, &e.Submission, &e.Operator, &e.Customer, &e.Prev, &e.Hash); err != nil {
			return err
		}
		e.Time = database.Time(micros)
		h.trail = append(h.trail, e)
	}
	return rows.Err()
}
