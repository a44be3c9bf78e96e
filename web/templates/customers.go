package templates

// CustomersPage is the list of customers, and the search through it.
type CustomersPage struct {
	Page
	Query       string // what was searched for; "" is the whole list
	Banner      *Banner
	Rows        []CustomerRow
	NextURL     string // "" on the last page
	FirstURL    string // "" on the first page
	TenantURL   string // the query is a customer tenant ID: the customer's page
	Unavailable bool   // the list could not be read: no rows, and the page says so
	WaitSeconds string // Unavailable because of a request to slow down: "20 seconds"
	RetryURL    string // Unavailable: this page again
	SomeMissing bool   // one of the two searches failed, so names may be missing
	Details     *Details
}

// CustomerRow is one customer in a list.
type CustomerRow struct {
	URL, Name, Domain string
	TenantID          string
	Country           string // "" leaves it out
	Note              string // such as when it was opened; "" leaves it out
}
