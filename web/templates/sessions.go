package templates

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
