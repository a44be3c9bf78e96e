package middleware

import (
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is the class of a route by how often it may be asked for. Routes declare one
// each; the zero value is none.
type Rate string

// The classes. Those of people are counted by person, the others by address.
const (
	// RatePage is opening pages.
	RatePage Rate = "page"
	// RateSearch is what asks Partner Center at every key or so: searching and finding.
	RateSearch Rate = "search"
	// RateForm is sending forms, and keeping drafts while somebody types.
	RateForm Rate = "form"
	// RateExport is downloads, which read for long.
	RateExport Rate = "export"
	// RatePoll is what open pages ask by themselves.
	RatePoll Rate = "poll"
	// RatePublic is what nobody needs to be known for, and all that comes from nobody.
	RatePublic Rate = "public"
	// RateMachine is what another machine calls, or lets a browser call for it.
	RateMachine Rate = "machine"
	// RateReport is what browsers report by themselves.
	RateReport Rate = "report"
	// RateHealth is never limited: an orchestrator that is refused would end the process.
	RateHealth Rate = "health"
)

// bounds of a class: burst requests at once, and then each per second.
type bounds struct {
	burst int
	each  float64
}

// limits are several times what the fastest person and our own scripts do: thirty tabs
// opened at once, a find box that asks every 150 ms while somebody types without a
// pause, fifty tabs that each poll every few seconds. An address may be that of a whole
// company, whose people all sign in at nine. They hold per replica: with three, somebody
// gets up to three times as much.
var limits = map[Rate]bounds{
	RatePage:    {120, 10},
	RateSearch:  {60, 5},
	RateForm:    {120, 5},
	RateExport:  {30, 0.2},
	RatePoll:    {240, 30},
	RatePublic:  {600, 50},
	RateMachine: {600, 50},
	RateReport:  {60, 1},
	RateHealth:  {},
}

// Known reports whether there is such a class.
func (r Rate) Known() bool {
	_, known := limits[r]
	return known
}

// byAddress reports whether a class is counted by address.
func (r Rate) byAddress() bool { return r == RatePublic || r == RateMachine || r == RateReport }

// most is how many buckets a Limiter keeps of people, and how many of addresses. At
// 200 bytes each they cost 4 MB.
const most = 10_000

// Limiter counts the requests of one replica, by person or address, in token buckets.
// What it keeps is bounded. It is safe for concurrent use.
type Limiter struct {
	now    func() time.Time
	second time.Duration

	mu                sync.Mutex
	people, addresses buckets
}

// NewLimiter makes a Limiter that goes by a clock. A second is time.Second; in tests that
// are in a hurry, less.
func NewLimiter(now func() time.Time, second time.Duration) *Limiter {
	return &Limiter{now: now, second: second, people: buckets{kept: map[bucket]*rate.Limiter{}}, addresses: buckets{kept: map[bucket]*rate.Limiter{}}}
}

// Take counts one request of a person, by key, or of an address. It returns 0, or how
// long to wait before the next is taken.
func (l *Limiter) Take(class Rate, whom string) time.Duration {
	b := limits[class]
	if b.burst == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now, of := l.now(), &l.people
	if class.byAddress() {
		of = &l.addresses
	}
	it := of.get(now, class, whom, rate.Limit(b.each*float64(time.Second)/float64(l.second)), b.burst)
	if it.AllowN(now, 1) {
		return 0
	}
	missing := 1 - it.TokensAt(now)
	return max(time.Duration(math.Ceil(missing/float64(it.Limit())*1000))*time.Millisecond, time.Millisecond)
}

type bucket struct {
	class Rate
	whom  string
}

// buckets are those that are not full: a full one is as good as a new one.
type buckets struct {
	kept  map[bucket]*rate.Limiter
	swept time.Time
}

// get finds or makes the bucket of somebody. When there are too many, whoever is new
// shares one with all others who are, so that a flood from everywhere costs no memory
// and those who are known go on.
func (b *buckets) get(now time.Time, class Rate, whom string, each rate.Limit, burst int) *rate.Limiter {
	key := bucket{class, whom}
	if it, ok := b.kept[key]; ok {
		return it
	}
	if len(b.kept) >= most {
		b.sweep(now)
	}
	if len(b.kept) >= most {
		key.whom = ""
		if it, ok := b.kept[key]; ok {
			return it
		}
	}
	it := rate.NewLimiter(each, burst)
	b.kept[key] = it
	return it
}

// sweep forgets full buckets, at most once a second.
func (b *buckets) sweep(now time.Time) {
	if now.Sub(b.swept) < time.Second {
		return
	}
	b.swept = now
	for key, it := range b.kept {
		if it.TokensAt(now) >= float64(it.Burst()) {
			delete(b.kept, key)
		}
	}
}

// Neighbourhood is what an address is counted as: an IPv6 address as its network of 64
// bits, because one machine may have all of that.
func Neighbourhood(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	network, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}
