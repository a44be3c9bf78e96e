package forms

// FieldError is one complaint. Text is a whole sentence for people, without the value.
type FieldError struct{ Name, Text string }

// Errors are complaints in page order.
type Errors []FieldError

// For returns the first text about an input, "" if there is none.
func (e Errors) For(name string) string {
	for _, f := range e {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

// Note is a remark about one input that stops nobody.
type Note struct{ Name, Title, Text string }
