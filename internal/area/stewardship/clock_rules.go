package stewardship

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Clocks of the rights of the person: a month from receipt, two more for a
// complex request if the person was told within the first (GDPR art. 12(3);
// agencies set their own, and these are the parameters to change). A month
// clamps to the month's end; no roll over weekends unless a jurisdiction says so
// (worked cases in clock tests).
const (
	monthsToAnswer   = 1
	monthsMore       = 2
	forwardWithin    = 24 * time.Hour // exploitation: to the internal body (recalled; a parameter)
	complaintMonths  = 1
	soonDays         = 7
	monthClampedRule = calendar.ClampToMonthEnd
)

// Due is the day by which a request must be answered.
func Due(received calendar.Day, extended bool) calendar.Day {
	n := monthsToAnswer
	if extended {
		n += monthsMore
	}
	return received.AddMonths(n, monthClampedRule)
}

// MayExtend reports whether the person can still be told in time that it takes
// longer.
func MayExtend(received, today calendar.Day) bool { return today <= Due(received, false) }

// Clock says how a deadline stands.
type Clock uint8

// The states of a clock.
const (
	Stopped Clock = iota // answered
	Running
	Soon
	Late
)

// ClockOf says how a request's clock stands on a day.
func ClockOf(r Request, today calendar.Day) Clock {
	if r.Answer != Open {
		return Stopped
	}
	return clock(Due(r.Received, r.Extended), today)
}

func clock(due, today calendar.Day) Clock {
	switch {
	case today > due:
		return Late
	case due-today <= soonDays:
		return Soon
	}
	return Running
}

// ForwardBy is when a complaint about exploitation must have been passed on. It
// counts hours, through weekends.
func ForwardBy(received time.Time) time.Time { return received.Add(forwardWithin) }

// ComplaintDue is the day by which a complaint is answered.
func ComplaintDue(received time.Time) calendar.Day {
	return calendar.DayOfTime(received).AddMonths(complaintMonths, monthClampedRule)
}

// ComplaintClock says how a complaint stands. One about exploitation that nobody
// passed on is late after a day.
func ComplaintClock(c Complaint, now time.Time) Clock {
	if c.Answer != Open {
		return Stopped
	}
	if c.About == AboutExploitation && c.Forwarded.IsZero() {
		if now.After(ForwardBy(c.Received)) {
			return Late
		}
		return Soon
	}
	return clock(ComplaintDue(c.Received), calendar.DayOfTime(now))
}
