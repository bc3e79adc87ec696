package travel

import "github.com/godwit-health/godwit/engine/calendar"

// Gap is something that stands between a person and the door of a conveyance. Whoever
// prepares a movement reads it: it says what is missing and never what somebody has.
type Gap string

// The closed list.
const (
	GapDied        Gap = "died"
	GapUndeclared  Gap = "undeclared"
	GapWithdrawn   Gap = "withdrawn"
	GapDisputed    Gap = "disputed"  // two nodes say otherwise of the declaration
	GapClearance   Gap = "clearance" // suspended, withdrawn or expired
	GapUnchecked   Gap = "unchecked"
	GapOpen        Gap = "open"     // the check was not signed
	GapUnfit       Gap = "unfit"    // a physician said that they wait
	GapOutdated    Gap = "outdated" // what was signed does not hold any more
	GapEscort      Gap = "escort"
	GapEscortReady Gap = "escort_ready" // the escort is named, and not ready
	GapOxygen      Gap = "oxygen"       // too little for the way, or how long it is is not known
)

// Standing is all that boarding rests on, as it is now.
type Standing struct {
	Died      bool
	Declared  Declaration // zero: nothing was declared
	Clearance Clearance
	Fitness   Fitness
	Escort    EscortState
}

// Clearance is how the assessment stands with somebody for whom there is one.
type Clearance struct {
	Stopped bool         // suspended or withdrawn, or two nodes say otherwise
	Until   calendar.Day // the last day on which it may be used; 0 has none
}

// EscortState is how far an escort is.
type EscortState struct {
	Named, Ready bool
	Breathes     bool // the oxygen lasts
}

// Gaps is everything that stands against boarding on a day. Nothing stands against it only
// if each thing is known to be in order.
func (s Standing) Gaps(day calendar.Day) (out []Gap) {
	add := func(when bool, g Gap) {
		if when {
			out = append(out, g)
		}
	}
	add(s.Died, GapDied)
	switch d := s.Declared; {
	case d.Disputed:
		add(true, GapDisputed)
	case d.Withdrawn:
		add(true, GapWithdrawn)
	case !d.Stands():
		add(true, GapUndeclared)
	}
	add(s.Clearance.Stopped || s.Clearance.Until != 0 && s.Clearance.Until < day, GapClearance)
	switch f := s.Fitness; {
	case f.Verdict == Wait:
		add(true, GapUnfit)
	case f.Signed && !f.Holds:
		add(true, GapOutdated)
	case f.Begun && !f.Signed:
		add(true, GapOpen)
	case !f.Signed || f.Verdict != Fit:
		add(true, GapUnchecked)
	}
	if s.Fitness.Level.Accompanied() {
		add(!s.Escort.Named, GapEscort)
		add(s.Escort.Named && !s.Escort.Ready, GapEscortReady)
	}
	if s.Fitness.Oxygen {
		add(!s.Escort.Breathes, GapOxygen)
	}
	return out
}
