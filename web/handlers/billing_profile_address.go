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
	"github.com/partnerdesk/portal/web/words"
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
		Found:  foundText(v, e.check),
		Quote:  quoteOf(e.check),
		Typed:  v.printed(merge.Address, e.check.Typed(e.values)),
		Chosen: e.check.Choice,
		Error:  v.Of(errs.For(inputAddress)),
	}
	if e.check.Picked != "" {
		q.Chosen = e.check.Picked
	}
	if !e.check.Confirmed() {
		q.Kept = v.Say("address.not-confirmed")
	}
	for n := range e.check.Suggested {
		suggested := templates.SuggestedAddress{Choice: strconv.Itoa(n + 1), Text: v.printed(merge.Address, e.check.Suggestion(n, e.values))}
		if e.check.Confirmed() {
			suggested.Tag = v.Of(confirmedText(e.check))
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

func confirmedText(check *forms.AddressCheck) words.Message {
	if check.Status == pcclient.AddressVerifiedShippable {
		return words.M("address.tag.deliverable")
	}
	return words.M("address.tag.verified")
}

// foundText says what the check found about an address, in the portal's words.
func foundText(v *visit, check *forms.AddressCheck) string {
	var found words.Message
	switch check.Status {
	case pcclient.AddressStreetPartial:
		found = words.M("address.found.street")
	case pcclient.AddressPremisesPartial:
		found = words.M("address.found.premises")
	case pcclient.AddressMultiple:
		found = words.M("address.found.parts")
	default:
		found = words.M("address.found.match")
		if len(check.Suggested) == 0 {
			found = words.M("address.found.nothing")
		}
	}
	if len(check.Suggested) > 0 {
		return v.Say("address.found.underlined", "found", found)
	}
	return v.Of(found)
}

// heldCheck is what the address check said of the address that a version changes; nil
// when it does not change one, or nobody asked.
func heldCheck(version drafts.Version) *forms.AddressCheck {
	if forms.AddressTouched(version.Base, version.Mine) && version.Check.Covers(version.Mine) {
		return version.Check
	}
	return nil
}

// checkedTag is the word beside a changed address on review; the zero Message for none.
func checkedTag(check *forms.AddressCheck) words.Message {
	switch {
	case check == nil:
	case check.Confirmed() && check.Choice != forms.ChoiceTyped:
		return words.M("address.tag.verified")
	case check.Choice != "" && check.Choice != forms.ChoiceTyped:
		return words.M("address.tag.suggested")
	}
	return words.Message{}
}

// unconfirmed warns of an address that the check does not stand behind; nil when it does,
// or nobody asked it.
func unconfirmed(v *visit, check *forms.AddressCheck) *templates.Note {
	if check == nil || check.Confirmed() || checkedTag(check).ID != "" {
		return nil
	}
	text := words.M("address.unconfirmed.text")
	switch {
	case !check.Answered():
		text = words.M("address.unconfirmed.unanswered")
	case check.Status == pcclient.AddressNotValidated:
		text = words.M("address.unconfirmed.unchecked")
	}
	if quote := quoteOf(check); quote != "" {
		text = words.M("address.unconfirmed.said", "text", text, "quote", quote)
	}
	return &templates.Note{Tone: templates.ToneCare, Title: v.Say("address.unconfirmed.title"), Text: v.Of(text)}
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
func auditedText(check audit.AddressCheck) words.Message {
	confirmed := (&forms.AddressCheck{Status: check.Status}).Confirmed()
	switch {
	case check.Status == "":
		return words.M("address.audited.unanswered")
	case confirmed && check.Choice == audit.ChoiceTyped:
		return words.M("address.audited.other-spelling")
	case confirmed && check.Choice == audit.ChoiceSuggested:
		return words.M("address.audited.verified-suggestion")
	case confirmed:
		return words.M("address.audited.verified")
	case check.Choice == audit.ChoiceSuggested:
		return words.M("address.audited.suggestion")
	case check.Choice == audit.ChoiceTyped:
		return words.M("address.audited.typed")
	case check.Status == pcclient.AddressNotValidated:
		return words.M("address.audited.unchecked")
	}
	return words.M("address.audited.unconfirmed")
}
