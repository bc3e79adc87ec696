package surveillance

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Stage is where a signal stands.
type Stage string

// The stages, in their order; Discarded ends the first two.
const (
	Triage    Stage = "triage"
	Verify    Stage = "verify"
	Assess    Stage = "assess"
	Respond   Stage = "respond"
	Closed    Stage = "closed"
	Discarded Stage = "discarded"
)

// Stages lists those that wait for somebody.
var Stages = []Stage{Triage, Verify, Assess, Respond}

// Open reports whether somebody has to do something.
func (s Stage) Open() bool { return s != Closed && s != Discarded }

// rank is how far a stage is on the way.
func (s Stage) rank() int {
	for i, x := range []Stage{Triage, Verify, Assess, Respond, Closed} {
		if x == s {
			return i
		}
	}
	return -1
}

// Standing is what the steps of a signal come to.
type Standing struct {
	Stage Stage
	Since time.Time // when the stage began
	Round int       // how often it was opened again
	Owner db.ID     // who took the stage; zero while nobody has
	Level Level     // of the last assessment; "" before
	// CasesNow and DeathsNow are the last that were told.
	CasesNow, DeathsNow Count
	Verified            time.Time
	Begun               bool         // the response: an action of it was recorded
	Notified            calendar.Day // the first day on which the level above was told; 0 not yet
	Late                []Step       // steps that changed nothing, because another had gone further meanwhile
}

// Fold says where a signal stands. Two officers who did not see each other may have
// decided otherwise: then what goes on wins over what stops, whichever was first, and
// the signal is where the one who went furthest brought it.
func Fold(s Signal) Standing {
	st := Standing{Stage: Triage, Since: s.Detected, CasesNow: s.Cases, DeathsNow: s.Deaths}
	if st.Since.IsZero() {
		st.Since = s.Reported
	}
	from := Triage // the stage at which it was discarded
	for _, step := range s.Steps {
		if step.Round < st.Round && step.Act != ActCount && step.Act != ActNotify {
			st.Late = append(st.Late, step)
			continue
		}
		if st.apply(step, &from) {
			continue
		}
		st.Late = append(st.Late, step)
	}
	return st
}

// apply takes one step into the standing; false where it changed nothing because
// another had gone further.
func (st *Standing) apply(step Step, discardedAt *Stage) bool {
	to := func(stage Stage) bool {
		st.Stage, st.Since, st.Owner = stage, step.At, db.ID{}
		return true
	}
	at := st.Stage
	if at == Discarded {
		at = *discardedAt // a decision to go on that did not see the discarding still counts
	}
	switch step.Act {
	case ActTake:
		if st.Stage.Open() {
			st.Owner = step.By
			return true
		}
		return false
	case ActTriage, ActVerify:
		own, next := Triage, Verify
		if step.Act == ActVerify {
			own, next = Verify, Assess
		}
		return st.decide(step, own, next, at, discardedAt, to)
	case ActAssess:
		st.Level = step.Level
		if st.Stage.rank() < Respond.rank() {
			return to(Respond)
		}
		return true // assessed again during the response
	case ActNotify:
		if st.Notified == 0 || step.On < st.Notified {
			st.Notified = step.On
		}
		return true
	case ActCount:
		if step.Cases.Known {
			st.CasesNow = step.Cases
		}
		if step.Deaths.Known {
			st.DeathsNow = step.Deaths
		}
		return true
	case ActRespond:
		st.Begun = st.Begun || st.Stage == Respond
		return st.Stage == Respond
	case ActClose:
		return st.Stage == Respond && to(Closed)
	case ActReopen:
		if st.Stage.Open() {
			return false
		}
		st.Round++
		st.Begun = false
		*discardedAt = Triage
		return to(Triage)
	}
	return false
}

func (st *Standing) decide(step Step, own, next, at Stage, discardedAt *Stage, to func(Stage) bool) bool {
	switch {
	case step.Outcome == GoOn && at.rank() <= own.rank() && at.rank() >= 0:
		if own == Verify {
			st.Verified = step.At
		}
		return to(next)
	case step.Outcome == Discard && st.Stage == own:
		*discardedAt = own
		return to(Discarded)
	case step.Outcome == NoAnswer && st.Stage == own:
		return true
	}
	return false
}

// waits are the stages that wait for somebody, with the clocks they can have.
var waits = []struct {
	Stage Stage
	Clock Clocked
}{{Triage, ClockTriage}, {Verify, ClockVerify}, {Assess, ClockAssess}, {Respond, ClockRespond}, {Respond, SevenRespond}}

// Pace says how a clock stands.
type Pace uint8

// The paces.
const (
	Stopped Pace = iota // nothing is due
	InTime
	Soon // less than a quarter of the time is left
	Overdue
)

// Due answers by when the stage is to be over, and how that stands. A closed or
// discarded signal has no clock.
func Due(st Standing, clocks Clocks, now time.Time) (time.Time, Pace) {
	c, ok := clocks[clockOf(st)]
	if !ok {
		return time.Time{}, Stopped
	}
	due := st.Since.Add(c.Long)
	switch {
	case now.After(due):
		return due, Overdue
	case due.Sub(now) < c.Long/4:
		return due, Soon
	}
	return due, InTime
}

// clockOf is the clock that runs: the response has one until it has begun and
// another until it is complete.
func clockOf(st Standing) Clocked {
	switch st.Stage {
	case Triage:
		return ClockTriage
	case Verify:
		return ClockVerify
	case Assess:
		return ClockAssess
	case Respond:
		if !st.Begun {
			return ClockRespond
		}
		return SevenRespond
	}
	return ""
}

// Seven is how a signal did against 7-1-7: how many days each part took, at least and
// at most, because a date may be known to the month only.
type Seven struct {
	Detect, Notify, Respond Interval
}

// Interval is how long something took. Met is unknown while it runs, or where the
// dates do not decide.
type Interval struct {
	Least, Most int // days
	Known       bool
	Running     bool // not over yet
	Met         value.Truth
}

// SevenOf works 7-1-7 out on a day.
func SevenOf(s Signal, clocks Clocks, today calendar.Day) Seven {
	// A target that no pack sets is neither met nor missed.
	days := func(c Clocked) int {
		if clock, ok := clocks[c]; ok {
			return int(clock.Long / (24 * time.Hour))
		}
		return noTarget
	}
	detected := calendar.DayOfTime(s.Detected.UTC())
	var out Seven
	if first, last, ok := s.Start.Bounds(); ok {
		out.Detect = between(first, min(last, detected), detected, days(SevenDetect))
	}
	if s.Notified == 0 {
		out.Notify = running(detected, today, days(SevenNotify))
		return out
	}
	out.Notify = between(detected, detected, s.Notified, days(SevenNotify))
	if done, over := ResponseDone(s); over {
		out.Respond = between(s.Notified, s.Notified, done, days(SevenRespond))
	} else {
		out.Respond = running(s.Notified, today, days(SevenRespond))
	}
	return out
}

// noTarget is the limit where no pack in force has one.
const noTarget = -1

func between(first, last, until calendar.Day, limit int) Interval {
	i := Interval{Least: max(int(until-last), 0), Most: max(int(until-first), 0), Known: true}
	switch {
	case limit == noTarget:
	case i.Most <= limit:
		i.Met = value.Yes
	case i.Least > limit:
		i.Met = value.No
	}
	return i
}

// running is an interval that is not over: it can be missed already, and not met yet.
func running(from, today calendar.Day, limit int) Interval {
	i := between(from, from, max(from, today), limit)
	i.Running = true
	if i.Met == value.Yes {
		i.Met = value.Unknown
	}
	return i
}

// ResponseDone answers the day on which the last of the early response actions that
// apply was done; false while one of them is still to come.
func ResponseDone(s Signal) (calendar.Day, bool) {
	var last calendar.Day
	any := false
	for _, a := range Actions {
		step, ok := ActionOf(s, a)
		switch {
		case !ok:
			return 0, false
		case step.Needless:
		default:
			any, last = true, max(last, step.On)
		}
	}
	return last, any
}

// ActionOf answers what was last said of an early response action.
func ActionOf(s Signal, action string) (Step, bool) {
	var found Step
	ok := false
	for _, st := range s.Steps {
		if st.Act == ActRespond && st.Action == action && st.Round == s.Round {
			found, ok = st, true
		}
	}
	return found, ok
}

// MayDo reports whether an act fits where a signal stands.
func MayDo(st Standing, act Act) bool {
	switch act {
	case ActTake:
		return st.Stage.Open()
	case ActTriage:
		return st.Stage == Triage
	case ActVerify:
		return st.Stage == Verify
	case ActAssess:
		return st.Stage == Assess || st.Stage == Respond
	case ActRespond, ActClose:
		return st.Stage == Respond
	case ActNotify:
		return st.Stage == Assess || st.Stage == Respond || st.Stage == Verify
	case ActCount:
		return st.Stage.Open()
	case ActReopen:
		return !st.Stage.Open()
	}
	return false
}
