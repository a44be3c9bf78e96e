package templates

// UnsettledPage lists the saves of everybody that want somebody's eye, for
// administrators.
type UnsettledPage struct {
	Page
	Banner *Banner
	Saves  []Unsettled
}

// Standing is how an unsettled save stands.
type Standing string

// The standings.
const (
	StandingRunning   Standing = "running"   // being sent now
	StandingUnknown   Standing = "unknown"   // sent, answer lost
	StandingOvertaken Standing = "overtaken" // read back: neither the old values nor these; a person closes it
	StandingSaved     Standing = "saved"     // was unknown; read back: it was saved
	StandingNotSaved  Standing = "not-saved" // was unknown; read back: it was not
)

// Unsettled is a save that has no end yet, or one that nobody has closed.
type Unsettled struct {
	CustomerName string
	CustomerURL  string
	URL          string // of the result page; "" when it is somebody else's
	Who          string // "You" for one's own
	Items        string // "3 items", ready to print
	At           Time
	Settled      Time // when it was found out; only of saved and not saved ones
	Standing     Standing
	CloseAction  string // where Close posts; "" when there is nothing to close, or not for this person
	CloseCSRF    string
}

func (u Unsettled) tag() (Tone, string) {
	switch u.Standing {
	case StandingRunning:
		return ToneInfo, "Still saving"
	case StandingOvertaken:
		return ToneTheirs, "Overtaken by another save"
	case StandingSaved:
		return ToneGood, "It was saved"
	case StandingNotSaved:
		return ToneCare, "It was not saved"
	default:
		return ToneCare, "Not known yet"
	}
}

// story is what a save that is not settled means on its customer's page.
func (u Unsettled) story() string {
	switch u.Standing {
	case StandingRunning:
		return u.sent() + " is on its way to " + upstream + "."
	default:
		return "We do not know yet whether " + lower(u.sent()) + " was saved. The profile is read back to find out; do not enter the same change again."
	}
}

func (u Unsettled) sent() string {
	if u.Who == "You" {
		return "Your change of " + u.Items
	}
	return "A change of " + u.Items + " by " + u.Who
}
