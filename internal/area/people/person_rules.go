package people

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// childAge is the age at which childhood ends for every duty of protection:
// "every human being below the age of eighteen years" (Convention on the Rights
// of the Child, art. 1; PSEA standards whatever the local age of consent).
const childAge = 18

// Births returns the birth dates to reckon with: one, or two where the age is
// disputed and each side has its own reading.
func (p Person) Births() []calendar.Date {
	var out []calendar.Date
	if !p.Birth.IsZero() {
		out = append(out, p.Birth)
	}
	if p.AgeDisputed && !p.BirthOther.IsZero() {
		out = append(out, p.BirthOther)
	}
	return out
}

// BirthFact is the birth date for packs: while an age is disputed it is the whole
// interval that both readings span, so that a rule on which the two differ is
// undetermined and asks, and one on which they agree is settled.
func (p Person) BirthFact() calendar.Date {
	births := p.Births()
	if len(births) == 0 {
		return calendar.Date{}
	}
	if !p.AgeDisputed {
		return births[0]
	}
	first, last, _ := births[0].Bounds()
	for _, b := range births[1:] {
		f, l, _ := b.Bounds()
		first, last = min(first, f), max(last, l)
	}
	both, err := calendar.Between(first, last)
	if err != nil {
		return calendar.Date{}
	}
	return both
}

// Child answers whether the person is under eighteen on a day. A disputed age is
// a child's if either reading allows it.
func (p Person) Child(on calendar.Day) value.Truth {
	births := p.Births()
	if len(births) == 0 {
		return value.Unknown
	}
	all := value.Yes
	for _, b := range births {
		adult := calendar.AtLeast(b, on.Date(), childAge, calendar.Years)
		if p.AgeDisputed && adult != value.Yes {
			return value.Yes
		}
		all = all.And(adult.Not())
	}
	return all
}

// ProtectedAsChild reports whether the person is owed what a child is owed: known
// or disputed to be a child, or said to be alone with an age nobody knows.
func (p Person) ProtectedAsChild(on calendar.Day) bool {
	switch p.Child(on) {
	case value.Yes:
		return true
	case value.No:
		return false
	}
	return len(p.Births()) > 0 || p.Alone == Separated || p.Alone == Unaccompanied
}

// NeedsFocalPoint reports whether a named focal point is owed: a child, or
// somebody who may be one, who is separated or unaccompanied and has no guardian.
func (p Person) NeedsFocalPoint(on calendar.Day) bool {
	return (p.Alone == Separated || p.Alone == Unaccompanied) && p.Guardian == "" && p.ProtectedAsChild(on)
}

// Urgent reports whether the person is to be seen before others because nobody
// answers for them (design, section 9: "a separated child without guardian has a
// named focal point and gets urgent care").
func (p Person) Urgent(on calendar.Day) bool { return p.NeedsFocalPoint(on) }

// MayBeContacted reports whether recalls, slips and messages may go out: never
// after a death (design, section 9).
func (p Person) MayBeContacted() bool { return p.Died != value.Yes }
