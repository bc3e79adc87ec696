package drill

import (
	"fmt"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// tracing scores the contacts: listed, and each of them seen, on whichever side.
func (s *scorer) tracing() {
	m := s.m
	s.span("contacts listed", surveillance.ClockListed, m.Case, m.Listed)
	s.note(fmt.Sprintf("%d of %d who came along", len(m.Contacts), m.Aboard))
	first := s.r.firstSeen(m)
	var all time.Time
	if len(first) > 0 && len(first) == len(m.Contacts) { // somebody nobody has seen leaves it open
		all = slices.MaxFunc(first, time.Time.Compare)
	}
	s.span("contacts seen", surveillance.ClockSeen, m.Listed, all)
	s.note(fmt.Sprintf("%d of %d", len(first), len(m.Contacts)))
	s.span("case to contacts seen", surveillance.ClockTraced, m.Case, all)
	seen, days := s.r.followed(m)
	s.note(fmt.Sprintf("%d of %d days of follow-up seen", seen, days))
}

// firstSeen is when each contact was first seen; of whom nobody saw it has nothing.
func (r Record) firstSeen(m Marks) []time.Time {
	var out []time.Time
	for _, f := range r.Contacts {
		at := firstVisit(f)
		if there := firstVisit(r.Abroad); f.ID == m.Traveller && at.IsZero() {
			at = there
		}
		if !at.IsZero() {
			out = append(out, at)
		}
	}
	return out
}

func firstVisit(f linelist.Followed) (at time.Time) {
	for _, v := range f.Visits {
		if v.How == linelist.Seen && !v.At.IsZero() && (at.IsZero() || v.At.Before(at)) {
			at = v.At
		}
	}
	return at
}

// followed counts the days on which somebody was to be seen, and those on which they
// were. Who travelled on and was accepted is counted where they are followed: what was
// told of them before is in their list there too.
func (r Record) followed(m Marks) (seen, days int) {
	for _, f := range r.Contacts {
		if f.ID == m.Traveller && !r.Abroad.ID.IsZero() {
			f = r.Abroad
		}
		on := map[int]bool{}
		for _, v := range f.Visits {
			if v.How == linelist.Seen {
				on[int(v.Day)] = true
			}
		}
		seen, days = seen+len(on), days+f.Days
	}
	return seen, days
}

// sent is the line of what was told; the zero Line where nothing was.
func (r Record) sent(about across.About, of db.ID) across.Line {
	for _, l := range r.Sent {
		if l.About == about && (of.IsZero() || l.Of == of) {
			return l
		}
	}
	return across.Line{}
}

// notice scores how the other side learned of the case.
func (s *scorer) notice() {
	l := s.r.sent(across.OfCase, db.ID{})
	s.span("notice of the case sent", "", s.m.Case, l.At)
	s.span("notice opened there", surveillance.ClockAcross, l.At, l.Steps[across.StepRead].At)
	s.span("case accepted there", "", l.At, l.Steps[across.StepAccepted].At)
}

// handOver scores how a contact who travelled on was handed over, and what came back.
func (s *scorer) handOver() {
	m, l := s.m, across.Line{}
	if !m.Traveller.IsZero() {
		l = s.r.sent(across.OfContact, m.Traveller)
	}
	accepted := l.Steps[across.StepAccepted].At
	s.span("contact handed over", "", m.Left, l.At)
	if m.Traveller.IsZero() && !m.Left.IsZero() {
		listed := slices.ContainsFunc(s.r.Contacts, func(f linelist.Followed) bool { return f.Name == s.leaver })
		if s.note("nobody had listed them"); listed {
			s.out[len(s.out)-1].Verdict = NotDue
			s.note("their follow-up was over")
			return
		}
	}
	s.span("hand-over opened there", surveillance.ClockAcross, l.At, l.Steps[across.StepRead].At)
	s.span("contact accepted there", "", l.At, accepted)
	s.span("acceptance known here", "", accepted, m.Known)
	s.span("followed to the end there", "", accepted, m.Over)
	if f := s.r.Abroad; !f.ID.IsZero() {
		s.note("the list there says: " + string(l.Steps[across.StepOutcome].Outcome))
	}
	s.span("outcome told", "", m.Over, l.Steps[across.StepOutcome].At)
	s.span("outcome known here", "", l.Steps[across.StepOutcome].At, m.Told)
}
