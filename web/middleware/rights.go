package middleware

import "slices"

// Right is what a route asks of the person who opens it. Routes declare one each;
// nothing is open by default.
type Right string

const (
	// Public needs no session. The public routes are an exact list in the router.
	Public Right = "public"
	// View is reading customers: any of the portal's roles gives it.
	View Right = "view"
	// Edit is changing a billing profile. The upstream still has the last word.
	Edit Right = "edit"
	// Audit is reading what was changed with all customers, and taking it along as a file.
	Audit Right = "audit"
	// Administer is looking after what concerns everybody, such as saves without an end.
	Administer Right = "administer"
)

// The portal's roles, as they stand in a session.
const (
	RoleViewer        = "viewer"
	RoleEditor        = "editor"
	RoleAuditor       = "auditor"
	RoleAdministrator = "administrator"
)

// Roles are all of them.
func Roles() []string { return []string{RoleViewer, RoleEditor, RoleAuditor, RoleAdministrator} }

// Known reports whether there is such a right.
func (right Right) Known() bool {
	switch right {
	case Public, View, Edit, Audit, Administer:
		return true
	}
	return false
}

// Allows reports whether somebody with these roles has the right. Unknown roles
// and unknown rights give nothing.
func (right Right) Allows(roles []string) bool {
	has := func(wanted ...string) bool {
		return slices.ContainsFunc(wanted, func(role string) bool { return slices.Contains(roles, role) })
	}
	switch right {
	case Public:
		return true
	case View:
		return has(Roles()...)
	case Edit:
		return has(RoleEditor)
	case Audit:
		return has(RoleAuditor, RoleAdministrator)
	case Administer:
		return has(RoleAdministrator)
	}
	return false
}
