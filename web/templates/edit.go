package templates

import "context"

// reviewProblems is the title of the form's error summary.
const reviewProblems = "problems.review"

// EditPage is the form of a billing profile. Errors stand at the fields; the
// summary and the page's title are made from them.
type EditPage struct {
	Page
	Customer  Customer
	Action    string // where the form posts, draft included
	ETag      string // hidden inputs
	Base      string
	CSRF      string
	Hidden    []Hidden // further ones, such as a value set aside
	Banner    *Banner
	Unsettled []Unsettled // saves of this customer that have no end yet
	News      News
	Others    Others
	Sections  []FormSection
	Country   string // name of the chosen country, for "Rules for …" and announcements
	Rules     []Fact // aside: what the country asks for
	Edit      []Fact // aside: when opened, what changed so far
	Until     Time   // until when the session lasts
	Left      string // how many seconds the session lasts, for the script
	CheckURL  string // where a script asks which errors still hold; "" when the rules do not tell
	CancelURL string // back to the customer; typed text is not saved by it
	Draft     DraftState
	Unkept    bool // the form holds typed text that is no draft yet: the script keeps it
}

// CheckFragment tells a script which of its form's errors still hold.
type CheckFragment struct {
	Page
	Sections []FormSection
}

func (f CheckFragment) problems() []problem { return problemsOf(f.Sections) }

func (f CheckFragment) said(ctx context.Context) string {
	if n := len(f.problems()); n > 0 {
		return say(ctx, reviewProblems, "n", n)
	}
	return say(ctx, "edit.fixed")
}

func (p EditPage) problems() []problem { return problemsOf(p.Sections) }

func problemsOf(sections []FormSection) []problem {
	var out []problem
	for _, s := range sections {
		for _, f := range s.Fields {
			if f.Error != "" {
				out = append(out, problem{f.id(), f.Error})
			}
			if q := f.Question; q != nil && q.Error != "" {
				out = append(out, problem{q.first(), q.Error})
			}
		}
	}
	return out
}
