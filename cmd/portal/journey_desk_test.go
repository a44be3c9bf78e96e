package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database"
)

// desk is one running demo: the same runDemo as `portal demo`, on free ports. Each
// journey has its own, so that its simulator's journal holds that journey alone.
type desk struct {
	site, idp, api string
	data           string // the folder of its database
	end            func(*testing.T)
	customers      map[string]pcclient.TenantID // by company name
	ahead          atomic.Int64                 // how far the portal's clock has been put on
}

// announcement is the demo's output, up to the addresses in it.
type announcement struct {
	mu    sync.Mutex
	text  bytes.Buffer
	whole chan []string
}

var announced = regexp.MustCompile(`(?s)Portal +(\S+).*Identity provider +(\S+).*Partner Center +(\S+)`)

func (a *announcement) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.text.Write(b)
	if found := announced.FindStringSubmatch(a.text.String()); found != nil {
		select {
		case a.whole <- found:
		default:
		}
	}
	return len(b), nil
}

// journeyCustomers are enough for a second page of the list.
const journeyCustomers = 40

func startDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{data: t.TempDir(), customers: map[string]pcclient.TenantID{}}
	d.start(t, "localhost:0", "localhost:0", "localhost:0")
	t.Cleanup(func() { d.end(t) })
	var list []struct {
		ID          pcclient.TenantID `json:"id"`
		CompanyName string            `json:"companyName"`
	}
	d.control(t, http.MethodGet, "customers", "", &list)
	for _, c := range list {
		d.customers[c.CompanyName] = c.ID
	}
	return d
}

// start runs the demo at these addresses, over the data there is.
func (d *desk) start(t *testing.T, site, idp, api string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	said, ended := &announcement{whole: make(chan []string, 1)}, make(chan error, 1)
	events := &syncBuffer{}
	go func() {
		ended <- runDemo(ctx, DemoOptions{
			Listen: site, IDPListen: idp, SimListen: api, Customers: journeyCustomers, Data: d.data, Out: said, now: d.now,
		}, slog.New(slog.NewTextHandler(events, &slog.HandlerOptions{Level: slog.LevelWarn})))
	}()
	select {
	case found := <-said.whole:
		d.site, d.idp, d.api = found[1], found[2], found[3]
	case err := <-ended:
		stop()
		t.Fatalf("the demo did not start: %v", err)
	}
	d.end = func(t *testing.T) {
		t.Helper()
		// A save that cannot be settled would hold up the end.
		d.control(t, http.MethodDelete, "faults", "", nil)
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo did not stop well: %v", err)
		}
		if t.Failed() {
			t.Logf("the portal's log:\n%s", events)
		}
	}
}

// restart ends the demo and starts it again: the same addresses and the same data, and
// Partner Center as it was seeded.
func (d *desk) restart(t *testing.T) {
	t.Helper()
	host := func(origin string) string { return strings.TrimPrefix(origin, "http://") }
	d.end(t)
	d.start(t, host(d.site), host(d.idp), host(d.api))
}

func (d *desk) now() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) }

// advance puts the portal's clock on.
func (d *desk) advance(by time.Duration) { d.ahead.Add(int64(by)) }

// age makes every session as old as if nobody had done anything for that long.
func (d *desk) age(t *testing.T, by time.Duration) {
	t.Helper()
	d.exec(t, fmt.Sprintf(`UPDATE sessions SET seen_at = seen_at - %d`, by.Microseconds()))
}

// exec runs a statement on the portal's database behind its back.
func (d *desk) exec(t *testing.T, statement string) {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(d.data, "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// control speaks to the simulator behind the portal's back.
func (d *desk) control(t *testing.T, method, path, body string, answer any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, d.api+"/_sim/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s /_sim/%s: %d %s %v", method, path, response.StatusCode, text, err)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(text, answer); err != nil {
		t.Fatalf("/_sim/%s: %v", path, err)
	}
}

// id is the tenant ID of a customer by its name, or by the first letters of it.
func (d *desk) id(t *testing.T, company string) pcclient.TenantID {
	t.Helper()
	if id, ok := d.customers[company]; ok {
		return id
	}
	for name, id := range d.customers {
		if strings.HasPrefix(name, company) {
			return id
		}
	}
	t.Fatalf("no customer %q", company)
	return ""
}

// elsewhere saves a customer's billing profile behind the portal's back: a merge
// patch by a colleague.
func (d *desk) elsewhere(t *testing.T, company, patch string) {
	t.Helper()
	d.control(t, http.MethodPost, fmt.Sprintf("customers/%s/edit?by=Ines%%20Duarte", d.id(t, company)), patch, nil)
}

// fault arms one of the simulator's faults, written as its JSON.
func (d *desk) fault(t *testing.T, fault string) {
	t.Helper()
	d.control(t, http.MethodPost, "faults", "["+fault+"]", nil)
}

// journal is what the simulator noted since the demo began.
func (d *desk) journal(t *testing.T) pcsim.Journal {
	t.Helper()
	var journal pcsim.Journal
	d.control(t, http.MethodGet, "journal", "", &journal)
	return journal
}

// puts are the writes that reached the simulator.
func (d *desk) puts(t *testing.T) []pcsim.Request {
	t.Helper()
	var puts []pcsim.Request
	for _, r := range d.journal(t).Requests {
		if r.Method == http.MethodPut {
			puts = append(puts, r)
		}
	}
	return puts
}

// stored is a customer's billing profile as the last of its versions has it, every
// member; nil while nobody has written it.
func (d *desk) stored(t *testing.T, company string) map[string]any {
	t.Helper()
	versions, id := d.journal(t).Versions, d.id(t, company)
	for i := len(versions) - 1; i >= 0; i-- {
		if versions[i].Customer == id {
			return object(t, string(versions[i].Profile))
		}
	}
	return nil
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		t.Fatal(err)
	}
	return members
}
