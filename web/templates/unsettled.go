package templates

import "context"

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
	Who          string
	You          bool   // it is the person's own
	Items        string // "3 items", ready to print
	At           Time
	Settled      Time // when it was found out; only of saved and not saved ones
	Standing     Standing
	CloseAction  string // where Close posts; "" when there is nothing to close, or not for this person
	CloseCSRF    string
}

func (u Unsettled) tone() Tone {
	switch u.Standing {
	case StandingRunning:
		return ToneInfo
	case StandingOvertaken:
		return ToneTheirs
	case StandingSaved:
		return ToneGood
	default:
		return ToneCare
	}
}

// story is what a save that is not settled means on its customer's page.
func (u Unsettled) story(ctx context.Context) string {
	switch running := u.Standing == StandingRunning; {
	case running && u.You:
		return say(ctx, "unsettled.note.running-yours", "items", u.Items)
	case running:
		return say(ctx, "unsettled.note.running-theirs", "items", u.Items, "who", u.Who)
	case u.You:
		return say(ctx, "unsettled.note.unknown-yours", "items", u.Items)
	}
	return say(ctx, "unsettled.note.unknown-theirs", "items", u.Items, "who", u.Who)
}
