package templates

import "context"

// SessionsPage lists where the person is signed in or, for administrators, who is.
type SessionsPage struct {
	Page
	Banner    *Banner
	Everybody bool // the list is of everybody
	Sessions  []SignedIn
	Most      int    // how many are listed when there are more; else 0
	Action    string // where a session of the list is ended
	CSRF      string
	OthersURL string // where all of the person's others are ended; "" when there are none
	AllURL    string // of everybody's list; "" for people who may not see it
	Factor    Factor // what is said of the second factor; "" says nothing
}

// Factor is what Partner Center makes of how the person who asks signed in.
type Factor string

// The factors.
const (
	FactorGood    Factor = "good"
	FactorMissing Factor = "missing"
	FactorUnknown Factor = "unknown"
)

func (p SessionsPage) factor(ctx context.Context) string {
	switch p.Factor {
	case FactorGood:
		return say(ctx, "sessions.factor.good")
	case FactorMissing:
		return say(ctx, "sessions.factor.missing")
	case FactorUnknown:
		return say(ctx, "sessions.factor.unknown")
	}
	return ""
}

// SignedIn is one browser in which somebody is signed in.
type SignedIn struct {
	ID      string
	Who     string
	You     bool
	Here    bool   // it is the one that asks
	Browser string // ready to print: "Edge on Windows"
	At      Time   // of signing in
	Used    Time
}
