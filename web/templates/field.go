package templates

import "context"

// Kind is how a field is drawn.
type Kind string

// A text input, or a choice from a list.
const (
	KindText   Kind = "text"
	KindSelect Kind = "select"
)

// Option is one choice of a select.
type Option struct {
	Value, Text string
}

// Field is one input with everything around it. Its id is FieldID(Name); hint, error
// and "was" line have that id with -hint, -err and -was behind it.
type Field struct {
	Name      string // wire name, such as "defaultAddress.postalCode"
	Label     string
	Hint      string
	Error     string // shown at the field and in the summary
	Value     string // as typed
	Kind      Kind   // "" means KindText
	Options   []Option
	Optional  bool
	Width     int              // of six columns; 0 means all six
	Start     bool             // begins a row
	InputMode string           // "", "numeric", "email", "tel"
	Numeric   bool             // digits in columns
	Changed   bool             // differs from Base
	Was       string           // Base for people; "" prints "Not provided"
	Base      string           // value the form was opened with, for undo without a reload
	Note      *Note            // below the field, across the form; the set-aside note
	Question  *AddressQuestion // below the field, across the form; of the address's last field
}

// Note is a remark inside a page: a title, then a sentence.
type Note struct {
	Tone        Tone
	Title, Text string
}

// FormSection is a part of a form under its own heading.
type FormSection struct {
	ID     string // of the heading, so that links reach it
	Title  string
	Intro  string
	Fields []Field
}

// problem is one line of the error summary.
type problem struct {
	target, text string
}

func (f Field) id() string { return FieldID(f.Name) }

func (f Field) described() string {
	ids := ""
	add := func(on bool, suffix string) {
		if on {
			if ids != "" {
				ids += " "
			}
			ids += f.id() + suffix
		}
	}
	add(f.Hint != "", "-hint")
	add(f.Error != "", "-err")
	add(f.Changed, "-was")
	return ids
}

// options adds what the browser would otherwise decide on its own: a value that is
// not in the list stays choosable, and nothing chosen is not the first choice.
func (f Field) options(ctx context.Context) []Option {
	known := false
	for _, o := range f.Options {
		known = known || o.Value == f.Value
	}
	switch {
	case known:
		if f.Optional && !f.has("") {
			return append([]Option{{"", say(ctx, "value.none")}}, f.Options...)
		}
		return f.Options
	case f.Value == "" && f.Optional:
		return append([]Option{{"", say(ctx, "value.none")}}, f.Options...)
	case f.Value == "":
		return append([]Option{{"", say(ctx, "value.choose")}}, f.Options...)
	default:
		return append([]Option{{f.Value, f.Value}}, f.Options...)
	}
}

func (f Field) has(value string) bool {
	for _, o := range f.Options {
		if o.Value == value {
			return true
		}
	}
	return false
}

func (f Field) width() string {
	switch f.Width {
	case 2:
		return "f2"
	case 3:
		return "f3"
	case 4:
		return "f4"
	default:
		return "f6"
	}
}

func (s FormSection) problems() int {
	n := 0
	for _, f := range s.Fields {
		if f.Error != "" {
			n++
		}
		if f.Question != nil && f.Question.Error != "" {
			n++
		}
	}
	return n
}

func (f Field) was(ctx context.Context) string {
	if f.Was == "" {
		return say(ctx, "value.none")
	}
	return f.Was
}
