package main

import (
	"net/http"
)

// Hana may type here, but Partner Center refuses what she saves: she keeps it all.
func refusedHelpdesk(p *tab) {
	p.signIn("Hana Helpdesk")
	p.billing(harbourline)
	p.fill("email", "hana@harbourline.example")
	p.fill("defaultAddress.addressLine2", "Floor 9")
	p.press(review)
	p.pressFor(http.StatusForbidden, save)
	p.see("You cannot edit this customer", "Nothing was saved.", "hana@harbourline.example", "Floor 9", "ask Ada Admin")
	p.press("Back to editing")
	p.wantValue("email", "hana@harbourline.example")
	p.wantValue("defaultAddress.addressLine2", "Floor 9")
	p.wantSaved(0, harbourline, nil)
}

func turnedAway(p *tab) {
	p.signInFor(http.StatusForbidden, "Nora Norole")
	p.see("Your account has no role in Partner Desk yet", "Ada Admin")
	p.press("Sign in with another account")
	p.press("Sign in with your work account")
	p.pressFor(http.StatusForbidden, "Otto Other")
	p.see("This account belongs to another organisation")
	p.press("Sign in with another account")
	p.press("Sign in with your work account")
	p.pressFor(http.StatusForbidden, "Cancel")
	p.see("The sign-in was not completed")
}

func withoutSecondFactor(p *tab) {
	p.signIn("Mika Nomfa")
	p.openFor(http.StatusForbidden, "/customers/"+string(p.id(p.t, harbourline)))
	p.see("Sign in with a second factor", "Nothing was being saved.")
}

// The session ends while somebody types. The page of the refused form keeps it all;
// after a sign-in in another tab, Continue brings it back.
func sessionOverWhileTyping(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "over@harbourline.example")
	p.fill("lastName", "Whitfield-Ames")
	p.another().leave()
	p.pressFor(http.StatusUnauthorized, review)
	p.see("Sign in to continue", "everything you typed is kept")
	beside := p.follow("Sign in to continue")
	beside.comes("Ada Admin")
	beside.press("Ada Admin")
	p.pressFor(http.StatusForbidden, "Continue")
	p.see("Your changes are back. Nothing has been saved.")
	p.wantValue("email", "over@harbourline.example")
	p.wantValue("lastName", "Whitfield-Ames")
	if p.mode.scripts {
		p.comes("Draft saved at ") // from here on a closed tab costs nothing
	}
	p.press(review)
	p.see("Review 2 changes")
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"email": "over@harbourline.example", "lastName": "Whitfield-Ames"})
}

func (p *tab) leave() {
	p.t.Helper()
	p.open("/")
	p.press("Sign out")
	p.see("Sign in with your work account")
}

// A-70, V14.3.2: after signing out, Back shows nothing of anybody's work, neither from the
// browser's memory nor from its caches.
func backAfterSigningOut(p *tab) {
	p.signIn("Ada Admin")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	p.see(harbourline)
	p.billing(harbourline)
	p.press("Sign out")
	p.see("You are signed out")
	for range 2 {
		p.back()
		p.comes("Sam Sales") // among those who could sign in
		p.dontSee(harbourline, "Billing profile")
	}
}

// One browser signs the person out of another, and an administrator anybody.
func signOutElsewhere(p *tab) {
	p.signIn("Ada Admin")
	p.open("/settings")
	p.press("See where you are signed in")
	p.see("Where you are signed in", "This browser", "Chrome on Linux")
	p.dontSee("Sign out everywhere else")
	p.press("Who is signed in")
	p.see("This browser")
}
