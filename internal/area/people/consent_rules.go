package people

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// ConsentState is how a scope stands for a person now.
type ConsentState string

// The states. Only ConsentGiven lets anything that rests on consent happen.
const (
	ConsentNone      ConsentState = "none"      // not asked
	ConsentGiven     ConsentState = "given"     //
	ConsentRefused   ConsentState = "refused"   //
	ConsentWithdrawn ConsentState = "withdrawn" //
	ConsentPending   ConsentState = "pending"   // waits for the second officer
	ConsentOutdated  ConsentState = "outdated"  // the text has changed since: ask again
)

// State is how one record stands by itself.
func (c Consent) State() ConsentState {
	info, _ := scopeOf(c.Scope)
	switch {
	case !c.WithdrawnOn.IsZero():
		return ConsentWithdrawn
	case c.Decision == Refused:
		return ConsentRefused
	case c.Decision != Given:
		return ConsentNone
	case c.GivenBy == ByOfficers && !c.Countersigned():
		return ConsentPending
	case c.TextVersion < info.Version:
		return ConsentOutdated
	}
	return ConsentGiven
}

// Countersigned reports whether a second, different officer has signed.
func (c Consent) Countersigned() bool {
	return !c.SecondOfficer.IsZero() && c.SecondOfficer != c.FirstOfficer
}

// StateOf answers how a scope stands. A record that replaces others stands in
// their place; among records that did not see each other (two nodes apart) a
// withdrawal or refusal counts before a yes.
func StateOf(all []Consent, scope Scope) ConsentState {
	heads := Heads(all, scope)
	if len(heads) == 0 {
		return ConsentNone
	}
	rank := []ConsentState{ConsentWithdrawn, ConsentRefused, ConsentPending, ConsentOutdated, ConsentGiven}
	best := len(rank) - 1
	for _, c := range heads {
		if i := slices.Index(rank, c.State()); i >= 0 {
			best = min(best, i)
		}
	}
	return rank[best]
}

// ScopeFor is the scope of the consent that a pack's service asks for, in the pack's
// word (docs/packs.md, services). A word that is no scope answers false: nobody can
// agree to what has no text.
func ScopeFor(word string) (Scope, bool) {
	if word == "hiv" {
		return ScopeHIVTest, true
	}
	info, ok := scopeOf(Scope(word))
	return info.Scope, ok
}

// StateFor answers how the consent stands that one order asks for. Only what was asked
// for that order gives it; a refusal or withdrawal that is the last word on the scope
// takes it back whatever it was said about: who wants no such test any more says so
// once.
func StateFor(all []Consent, scope Scope, order db.ID) ConsentState {
	var own []Consent
	for _, c := range all {
		if c.Order == order && !order.IsZero() {
			own = append(own, c)
		}
	}
	state := StateOf(own, scope)
	if last := StateOf(all, scope); state == ConsentGiven && (last == ConsentWithdrawn || last == ConsentRefused) {
		return last
	}
	return state
}

// Heads returns the records of a scope that no other record replaces.
func Heads(all []Consent, scope Scope) []Consent {
	replaced := map[db.ID]bool{}
	for _, c := range all {
		for _, id := range c.Replaces {
			replaced[id] = replaced[id] || id != c.ID
		}
	}
	var out []Consent
	for _, c := range all {
		if c.Scope == scope && !replaced[c.ID] {
			out = append(out, c)
		}
	}
	return out
}

// LastWord is the latest day on which the person is known to have decided or
// withdrawn on a scope. A record of an older day must not replace it: a paper
// found later does not undo a withdrawal.
func LastWord(all []Consent, scope Scope) calendar.Date {
	var last calendar.Date
	for _, c := range Heads(all, scope) {
		for _, d := range []calendar.Date{c.On, c.WithdrawnOn} {
			if last.IsZero() || before(last, d) {
				last = d
			}
		}
	}
	return last
}

// Warning is something an officer should know before they go on. It never stops
// by itself.
type Warning string

// The warnings of a consent.
const (
	WarnRelative Warning = "relative"  // a relative interprets
	WarnChild    Warning = "child"     // a child interprets: flagged to protection
	WarnAssentNo Warning = "assent_no" // the child said no
	WarnUnsigned Warning = "unsigned"  // confidentiality not signed by the interpreter
	WarnSecond   Warning = "second"    // a second officer must sign
)

// Warnings returns what to say about a record. A relative or child as interpreter
// is warned against for every consent (design, section 9).
func (c Consent) Warnings() []Warning {
	var out []Warning
	switch c.Interpreter {
	case InterpreterRelative:
		out = append(out, WarnRelative)
	case InterpreterChild:
		out = append(out, WarnChild)
	}
	if c.Interpreter != InterpreterNone && c.Interpreter != "" && c.Confidential != value.Yes {
		out = append(out, WarnUnsigned)
	}
	if c.Assent == AssentNo && c.Decision == Given {
		out = append(out, WarnAssentNo)
	}
	if c.GivenBy == ByOfficers && !c.Countersigned() && c.WithdrawnOn.IsZero() && c.Decision == Given {
		out = append(out, WarnSecond)
	}
	return out
}

// Minor reports whether somebody else must consent: below the age of consent for
// certain, or by one reading of a disputed age. An age nobody knows does not take
// the right to decide from a person who is not known to be a child.
func (p Person) Minor(consentAge int, on calendar.Day) bool {
	if consentAge <= 0 {
		consentAge = childAge
	}
	for _, b := range p.Births() {
		switch calendar.AtLeast(b, on.Date(), consentAge, calendar.Years) {
		case value.No:
			return true
		case value.Unknown:
			if p.AgeDisputed || p.Alone == Separated || p.Alone == Unaccompanied {
				return true
			}
		}
	}
	return len(p.Births()) == 0 && (p.Alone == Separated || p.Alone == Unaccompanied)
}
