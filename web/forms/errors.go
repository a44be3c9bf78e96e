package forms

import "github.com/partnerdesk/portal/web/words"

// FieldError is one complaint. Text is a whole sentence for people, without the value.
type FieldError struct {
	Name string
	Text words.Message
}

// Errors are complaints in page order.
type Errors []FieldError

// For returns the first text about an input, an empty one if there is none.
func (e Errors) For(name string) words.Message {
	for _, f := range e {
		if f.Name == name {
			return f.Text
		}
	}
	return words.Message{}
}

// Note is a remark about one input that stops nobody.
type Note struct {
	Name        string
	Title, Text words.Message
}
