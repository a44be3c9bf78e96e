package audit

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
)

// endKinds are the kinds of which a submission gets one at its end.
const endKinds = `('applied', 'rejected', 'not_applied', 'superseded')`

// conditions are what entries have to meet, all at once, with the arguments of their
// placeholders. A copy that grows leaves the one it was made of as it is.
type conditions struct {
	texts []string
	args  []any
}

// add asks for one thing more. Each ? in it stands for the next of the arguments.
func (c *conditions) add(condition string, args ...any) {
	c.args = slices.Clip(c.args)
	for _, arg := range args {
		c.args = append(c.args, arg)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(c.args)), 1)
	}
	c.texts = append(slices.Clip(c.texts), condition)
}

// addSpan asks for entries of a customer, from a time on and before another. Zero ones
// leave nothing out.
func (c *conditions) addSpan(customer pcclient.TenantID, from, to time.Time) {
	if customer != "" {
		c.add("a.customer = ?", string(customer))
	}
	if !from.IsZero() {
		c.add("a.time >= ?", database.Micros(from))
	}
	if !to.IsZero() {
		c.add("a.time < ?", database.Micros(to))
	}
}

// String is what stands behind WHERE. There is at least one condition.
func (c conditions) String() string { return strings.Join(c.texts, " AND ") }
