package templates

import "strconv"

// Words used in more than one place.
const (
	product     = "Partner Desk"
	upstream    = "Partner Center"
	notProvided = "Not provided"
	chooseOne   = "Choose one"
)

// count prints a number with its noun: "1 item", "3 items".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
