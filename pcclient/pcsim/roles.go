package pcsim

import "net/http"

// Role is a person's agent role in Partner Center: a membership, not a claim.
type Role string

// The agent roles.
const (
	Admin    Role = "admin"
	Sales    Role = "sales"
	Helpdesk Role = "helpdesk"
	None     Role = ""
)

func (r Role) valid() bool { return r == Admin || r == Sales || r == Helpdesk || r == None }

// right is what a call needs, after the documented tables of roles.
type right int

const (
	mayCall          right = iota // any agent role
	mayRead                       // customers and their profiles
	mayWriteBilling               // admin and sales agents; helpdesk agents by switch, since the sources disagree
	mayReadDirectory              // data that needs a GDAP directory role; here admin agents have one
	mayReadAudit                  // activity log: admin agents
)

const textRole = "The supplied role does not have the rights to perform the requested operation"

// authorize asks whether the call takes a token without a person, then for the role.
func (s *Simulator) authorize(c *call, r route) (answer, bool) {
	if !c.caller.personal {
		switch r.appOnly {
		case appRefused:
			return s.refuse(http.StatusForbidden, 900329, "This resource can't be accessed by application credentials"), false
		case appUnproven:
			if how := s.Switches().AppOnly; how == "refuse" || how == "read" && c.method != http.MethodGet {
				return s.roleRefused(), false
			}
		}
		return answer{}, true
	}
	if !s.allows(c.caller.role, r.right) {
		return s.roleRefused(), false
	}
	return answer{}, true
}

func (s *Simulator) allows(role Role, needed right) bool {
	switch needed {
	case mayReadAudit, mayReadDirectory:
		return role == Admin
	case mayWriteBilling:
		return role == Admin || role == Sales || role == Helpdesk && s.Switches().HelpdeskWrites
	}
	return role != None
}

// roleRefused is one of the three forms reported (switch role).
func (s *Simulator) roleRefused() answer {
	switch s.Switches().Role {
	case "1002":
		return s.refuse(http.StatusForbidden, 1002, "Authorization Failed")
	case "reason":
		return shapeD(http.StatusForbidden, textRole)
	}
	return s.refuse(http.StatusForbidden, 900150, textRole)
}
