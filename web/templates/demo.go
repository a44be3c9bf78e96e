package templates

import "context"

// DemoBar is the strip of demo mode: small forms that make things happen.
type DemoBar struct {
	Groups []DemoGroup
	Notice string // what the last press did
}

// DemoGroup is one form of the demo bar.
type DemoGroup struct {
	Label   string // "Partner Center"; "" prints none
	Action  string
	Hidden  []Hidden // csrf, the customer, …
	Buttons []DemoButton
}

// DemoButton submits its form with Name=Value.
type DemoButton struct {
	Name, Value, Text string
}

func (d DemoBar) summary(ctx context.Context) string {
	if d.Notice != "" {
		return d.Notice
	}
	return say(ctx, "demo.about")
}
