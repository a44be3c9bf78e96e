package handlers

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/templates"
)

// checkWait is how long a form waits for an address check it can do without.
const checkWait = 4 * time.Second

// recallCheck gives the form what the address check said in its draft before, and ticks
// what is ticked in the form.
func (s *site) recallCheck(v *visit, e *edit) {
	latest, err := s.Drafts.Latest(v.Request().Context(), v.operator.Key(), e.customer, e.draft)
	if err != nil && !errors.Is(err, drafts.ErrNotFound) {
		s.warn(v, "address check not recalled", err)
	}
	if err == nil && !latest.Over {
		e.check = ticked(latest.Check, e.values, v.one(inputAddress))
	}
}

// ticked is the check with the choice that a form holds, if it is still about the address.
func ticked(check *forms.AddressCheck, values forms.Values, choice string) *forms.AddressCheck {
	if check.Covers(values) {
		return check.Pick(choice)
	}
	return check
}

// choose puts the address chosen in the form into its values.
func (e *edit) choose(choice string) {
	if e.check.Covers(e.values) && e.check.Has(choice) {
		e.check, e.values = e.check.Take(choice, e.values)
	}
}

// asks reports whether the page asks which address should be saved; unchosen whether
// that is still to be answered.
func (e edit) asks() bool {
	return e.check.Covers(e.values) && e.check.Asks() && forms.AddressTouched(e.opened.Values, e.values)
}

func (e edit) unchosen() bool { return e.asks() && !e.check.Settled(e.values) }

// checkAddress asks Partner Center about a changed address, unless it answered before.
// The check only advises: that it is slow, down or refused stops nobody.
func (s *site) checkAddress(v *visit, e *edit) {
	if !forms.AddressTouched(e.opened.Values, e.values) || e.check.Covers(e.values) && e.check.Answered() {
		return
	}
	ctx, cancel := context.WithTimeout(v.Request().Context(), checkWait)
	defer cancel()
	answer, err := v.upstream.Addresses.Validate(ctx, forms.AddressToCheck(e.values))
	if err != nil {
		s.warn(v, "address not checked", err)
		e.check = forms.NoAnswer(e.values)
		return
	}
	e.check = forms.NewAddressCheck(answer, e.values, e.opened.Values, e.rules)
}

// addressQuestion asks which address should be saved; nil when there is nothing to ask.
func (e edit) addressQuestion(v *visit, errs forms.Errors) *templates.AddressQuestion {
	if !e.asks() {
		return nil
	}
	q := &templates.AddressQuestion{
		Found:  foundText(e.check),
		Quote:  quoteOf(e.check),
		Typed:  v.printed(merge.Address, e.check.Typed(e.values)),
		Chosen: e.check.Choice,
		Error:  v.Of(errs.For(inputAddress)),
	}
	if e.check.Picked != "" {
		q.Chosen = e.check.Picked
	}
	if !e.check.Confirmed() {
		q.Kept = "Can be saved, but was not confirmed"
	}
	for n := range e.check.Suggested {
		suggested := templates.SuggestedAddress{Choice: strconv.Itoa(n + 1), Text: v.printed(merge.Address, e.check.Suggestion(n, e.values))}
		if e.check.Confirmed() {
			suggested.Tag = confirmedText(e.check)
		}
		q.Suggested = append(q.Suggested, suggested)
	}
	return q
}

// quoteOf is what Partner Center said of an address it has nothing better for. Beside
// suggestions its words only confuse: they name parts that it goes on to leave alone.
func quoteOf(check *forms.AddressCheck) string {
	if len(check.Suggested) > 0 {
		return ""
	}
	return check.Message
}

func confirmedText(check *forms.AddressCheck) string {
	if check.Status == pcclient.AddressVerifiedShippable {
		return "Deliverable"
	}
	return "Verified"
}

// foundText says what the check found about an address, in the portal's words.
func foundText(check *forms.AddressCheck) string {
	text := ""
	switch check.Status {
	case pcclient.AddressStreetPartial:
		text = "The street may be incomplete. A house or unit number may be missing."
	case pcclient.AddressPremisesPartial:
		text = "A house or unit number may be missing."
	case pcclient.AddressMultiple:
		text = "Several parts of this address may be incomplete."
	default:
		if len(check.Suggested) > 0 {
			text = "The address check found a close match."
		}
	}
	switch {
	case text == "":
		text = "The address check does not know this address. It may still be right."
	case len(check.Suggested) > 0:
		text += " Differences are underlined."
	}
	return text
}

// heldCheck is what the address check said of the address that a version changes; nil
// when it does not change one, or nobody asked.
func heldCheck(version drafts.Version) *forms.AddressCheck {
	if forms.AddressTouched(version.Base, version.Mine) && version.Check.Covers(version.Mine) {
		return version.Check
	}
	return nil
}

// checkedTag is the word beside a changed address on review; "" for none.
func checkedTag(check *forms.AddressCheck) string {
	switch {
	case check == nil:
	case check.Confirmed() && check.Choice != forms.ChoiceTyped:
		return "Verified"
	case check.Choice != "" && check.Choice != forms.ChoiceTyped:
		return "Suggested"
	}
	return ""
}

// unconfirmed warns of an address that the check does not stand behind; nil when it does,
// or nobody asked it.
func unconfirmed(check *forms.AddressCheck) *templates.Note {
	if check == nil || check.Confirmed() || checkedTag(check) != "" {
		return nil
	}
	note := &templates.Note{Tone: templates.ToneCare, Title: "The address was not confirmed by the check.", Text: "It can be saved."}
	switch {
	case !check.Answered():
		note.Text = "The check did not answer. The address can be saved."
	case check.Status == pcclient.AddressNotValidated:
		note.Text = "Partner Center could not check it. The address can be saved."
	}
	if quote := quoteOf(check); quote != "" {
		note.Text += " Partner Center said: “" + quote + "”"
	}
	return note
}

// auditedCheck is what the trail keeps of a version's address check.
func auditedCheck(version drafts.Version) *audit.AddressCheck {
	check := heldCheck(version)
	if check == nil {
		return nil
	}
	kept := &audit.AddressCheck{Status: check.Status}
	switch check.Choice {
	case "":
	case forms.ChoiceTyped:
		kept.Choice = audit.ChoiceTyped
	default:
		kept.Choice = audit.ChoiceSuggested
	}
	return kept
}

// auditedText is what the trail says of an address check, for people.
func auditedText(check audit.AddressCheck) string {
	confirmed := (&forms.AddressCheck{Status: check.Status}).Confirmed()
	switch {
	case check.Status == "":
		return "No answer, saved as typed"
	case confirmed && check.Choice == audit.ChoiceTyped:
		return "Known in another spelling, kept as typed"
	case confirmed && check.Choice == audit.ChoiceSuggested:
		return "Verified, suggestion used"
	case confirmed:
		return "Verified"
	case check.Choice == audit.ChoiceSuggested:
		return "Suggestion used"
	case check.Choice == audit.ChoiceTyped:
		return "Not confirmed, kept as typed"
	case check.Status == pcclient.AddressNotValidated:
		return "Could not be checked"
	}
	return "Not confirmed"
}
