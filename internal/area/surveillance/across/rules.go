package across

import (
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

// State is where a notice stands, in the order in which somebody must look at it.
type State string

// The states.
const (
	Overdue   State = "overdue" // nobody there has opened it in time
	Waits     State = "waits"   // not sent yet
	Under     State = "under"   // sent, and not known to have come
	Came      State = "came"    // the other program has it
	Opened    State = "opened"  // somebody there has opened it
	Follows   State = "follows" // accepted; the outcome is to come
	Refused   State = "refused"
	Ended     State = "ended" // the outcome is told
	Withdrawn State = "withdrawn"
	Gone      State = "gone" // its last day is past
)

// stepsOf answers the first word on each step.
func stepsOf(answers []Answer) map[Step]Answer {
	out := map[Step]Answer{}
	for _, a := range answers {
		if old, ok := out[a.Step]; !ok || a.At.Before(old.At) {
			out[a.Step] = a
		}
	}
	return out
}

// stateOf says where a notice stands at its sender. long is the clock of opening it.
func stateOf(s Sent, steps map[Step]Answer, queued bool, now, due time.Time) State {
	_, received := steps[StepReceived]
	_, read := steps[StepRead]
	_, accepted := steps[StepAccepted]
	_, refused := steps[StepRefused]
	_, over := steps[StepOutcome]
	switch {
	case !s.Withdrawn.IsZero():
		return Withdrawn
	case over:
		return Ended
	case refused:
		return Refused
	case calendar.DayOfTime(now.UTC()) > s.Until:
		return Gone
	case accepted:
		return Follows
	case read:
		return Opened
	case !due.IsZero() && now.After(due):
		return Overdue
	case received:
		return Came
	case queued:
		return Under
	}
	return Waits
}

// outcomeOf is what the follow-up of a contact has come to; "" while it goes on.
func outcomeOf(f linelist.Followed) Outcome {
	switch {
	case !f.Became.IsZero():
		return BecameCase
	case f.State == linelist.ContactDied:
		return Died
	case f.State == linelist.Cancelled:
		return NoContact
	case f.State == linelist.DeclaredLost || f.Status == "LOST":
		return Lost
	case f.Status == "COMPLETED":
		return Completed
	case f.Status == "INCOMPLETE":
		return Incomplete
	}
	return ""
}

// caseOutcomeOf is what a case has come to; "" while that is open.
func caseOutcomeOf(c linelist.Case) Outcome {
	switch {
	case c.Ending == linelist.Dead:
		return Died
	case c.Ending == linelist.Recovered:
		return Recovered
	case c.Class() == linelist.NotACase:
		return IsNone
	case c.Class() == linelist.Confirmed:
		return IsCase
	}
	return ""
}

// mayBeNamed decides whether who somebody is goes with a notice: of a registered person
// what their standing says, of anybody else what the officer was told when asking. Not
// asked is not no (design, section 9).
func mayBeNamed(registered bool, refused error, shield value.Truth) bool {
	if registered {
		return refused == nil
	}
	return shield == value.No
}

// stillTells decides whether what a notice said in one of its entries may be told, now
// that it says n: nothing of what was taken back, nothing of who somebody is that was
// taken away since, and nothing whose own day is past, which the other side would refuse
// with all that comes beside it.
func (n Notice) stillTells(entry Notice, today calendar.Day) bool {
	if !n.Withdrawn.IsZero() || !entry.Withdrawn.IsZero() {
		return !entry.Withdrawn.IsZero() && len(entry.Values)+len(entry.Visits) == 0
	}
	taken := slices.ContainsFunc(fieldsOf[n.About.who()], func(f string) bool { return entry.Values[f] != "" && n.Values[f] == "" })
	return !taken && entry.Until >= today
}
