package outbreak

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Answer is whether somebody was exposed.
type Answer string

// The answers, the surest first.
const (
	Yes      Answer = "yes"
	Possible Answer = "possible"
	Unknown  Answer = "unknown"
	No       Answer = "no"
)

var answerOrder = []Answer{Yes, Possible, Unknown, No}

// Worse is the answer that counts where two things were met.
func (a Answer) Worse(b Answer) Answer {
	if slices.Index(answerOrder, b) < slices.Index(answerOrder, a) {
		return b
	}
	return a
}

// Value is the answer as packs have it: what is unknown is no value.
func (a Answer) Value() value.Value {
	if a == Unknown {
		return value.NotKnown()
	}
	return value.Text(string(a))
}

// Lies is how a place that somebody was at lies to the places of an outbreak.
type Lies uint8

// The ways. Around is a place that an affected one lies in: whoever was there may have
// been in the affected part.
const (
	Outside Lies = iota
	Around
	Inside
)

// Chain is a place and the places it lies in, the smallest first, to the country.
type Chain []string

// lies compares a place with the places of an outbreak.
func lies(at Chain, affected []Chain) Lies {
	out := Outside
	for _, a := range affected {
		if len(a) == 0 || len(at) == 0 {
			continue
		}
		switch {
		case slices.Contains(at, a[0]):
			return Inside
		case slices.Contains(a, at[0]):
			out = Around
		}
	}
	return out
}

// Forever is a day after all days: an end that is still to come.
const Forever = calendar.Day(1 << 30)

const never = -Forever

// Visit is one time at one place, as rules see it.
type Visit struct {
	ID   db.ID // of the stay or of the arrival
	Came bool  // a day at a site, and no stay that was told
	At   Chain
	Span calendar.Span
	Sure bool // not a guess, and not in dispute
}

// Meeting is how a visit met an outbreak: the earliest and the latest that the last day
// of the exposure can have been, Forever where it goes on. Certain is false where it may
// be that they never met.
type Meeting struct {
	Certain      bool
	First, Last  calendar.Day
	Outbreak, Of db.ID
	Lies         Lies
	Came         bool
}

// edges are the ends of a span as the bounds of what they can be: start within [0][0],
// [0][1] and end within [1][0], [1][1].
func edges(s calendar.Span, on calendar.Day) (start, end [2]calendar.Day) {
	start, end = [2]calendar.Day{never, Forever}, [2]calendar.Day{never, Forever}
	if f, l, ok := s.From.Bounds(); ok {
		start = [2]calendar.Day{f, min(l, max(on, f))} // what happened has begun by now
	}
	switch f, l, ok := s.To.Bounds(); {
	case s.Ongoing:
		end = [2]calendar.Day{Forever, Forever}
	case ok:
		end = [2]calendar.Day{f, l}
	}
	end[0] = max(end[0], start[0]) // nothing ends before it began,
	start[1] = min(start[1], end[1])
	return start, end
}

// meets works out whether a visit met an outbreak by a day. It holds for every reading of
// the dates: a meeting is certain if all readings meet, and none if none does.
func meets(v Visit, o Outbreak, where Lies, on calendar.Day) (Meeting, bool) {
	if where == Outside || o.State() == Discarded {
		return Meeting{}, false
	}
	vs, ve := edges(v.Span, on)
	os, oe := edges(o.Span(), on)
	if vs[0] > oe[1] || os[0] > ve[1] || vs[0] > on || os[0] > on {
		return Meeting{}, false
	}
	m := Meeting{Outbreak: o.ID, Of: v.ID, Lies: where, Came: v.Came, First: min(ve[0], oe[0]), Last: min(ve[1], oe[1])}
	m.Certain = where == Inside && v.Sure && o.State() != Suspected && vs[1] <= oe[0] && os[1] <= ve[0]
	return m, true
}

// Incubation is how long after an exposure a disease may still begin.
type Incubation struct {
	Known bool
	Days  int
}

// answer is what a meeting comes to on a day.
func (m Meeting) answer(in Incubation, on calendar.Day) Answer {
	switch {
	case !in.Known:
		return Unknown
	case m.Certain && int(on-min(m.First, on)) <= in.Days:
		return Yes
	case int(on-min(m.Last, on)) <= in.Days:
		return Possible
	}
	return No
}

// told is a journey as a person told it.
type told struct {
	Visits []Visit
	Birth  calendar.Date // zero is not known
}

// running is an outbreak with its places and the incubation of its disease.
type running struct {
	Outbreak
	Affected []Chain
	Astray   bool // one of its places has not come to this node yet: who was there cannot be told
	In       Incubation
}

// exposed answers for one outbreak, with the meetings that say so, on a day.
func exposed(j told, o running, on calendar.Day) (Answer, []Meeting) {
	var met []Meeting
	out := No
	for _, v := range j.Visits {
		m, ok := meets(v, o.Outbreak, lies(v.At, o.Affected), on)
		if !ok {
			continue
		}
		if a := m.answer(o.In, on); a != No {
			out, met = out.Worse(a), append(met, m)
		}
	}
	if out == No && open(j, o, on) {
		out = Unknown
	}
	return out, met
}

// open reports whether the journey has a day that nobody knows of on which the person
// could have met the outbreak so lately that it still counts.
func open(j told, o running, on calendar.Day) bool {
	if o.State() == Discarded {
		return false
	}
	first, last, ok := o.Span().Possible(never, on)
	if !ok {
		return false
	}
	if o.In.Known {
		first = max(first, on-calendar.Day(o.In.Days))
	}
	if born, _, ok := j.Birth.Bounds(); ok {
		first = max(first, born)
	}
	return first <= last && (o.Astray || !covers(j, first, last))
}

// covers reports whether the stays that were told leave no day between two open. That a
// person says these are all closes no hole: the way from one to the next is on no list.
func covers(j told, first, last calendar.Day) bool {
	var known [][2]calendar.Day
	for _, v := range j.Visits {
		if v.Came || !v.Sure {
			continue
		}
		if f, l, ok := v.Span.Certain(first, last); ok {
			known = append(known, [2]calendar.Day{f, l})
		}
	}
	slices.SortFunc(known, func(a, b [2]calendar.Day) int { return int(a[0] - b[0]) })
	next := first
	for _, k := range known {
		if k[0] > next {
			return false
		}
		next = max(next, k[1]+1)
	}
	return next > last
}

// visitOfDay is a day on which somebody came to a site: for certain there, that day.
func visitOfDay(c people.Came, at Chain) Visit {
	return Visit{ID: c.ID, Came: true, At: at, Sure: true, Span: calendar.Span{From: c.Day.Date(), To: c.Day.Date()}}
}

// Relation is what an outbreak of one disease says of another.
type Relation uint8

// The relations. Part is an outbreak whose species nobody knows yet, asked for one
// species of it.
const (
	Unrelated Relation = iota
	Part
	Same
)

// relation compares the disease that is asked for with that of an outbreak.
func relation(asked, of surveillance.Disease) Relation {
	switch {
	case asked.Code == of.Code:
		return Same
	case asked.Definition == "" || asked.Definition != of.Definition:
		return Unrelated
	case asked.Species == "":
		return Same // any species of it
	case of.Species == "":
		return Part
	}
	return Unrelated
}

// row is what the list of an outbreak keeps of a person: the last day of exposure, for
// certain and at the latest. It holds on later days too.
func row(j told, o running, on calendar.Day) met {
	m := met{Outbreak: o.ID, Certain: never, Possible: never}
	for _, v := range j.Visits {
		x, ok := meets(v, o.Outbreak, lies(v.At, o.Affected), on)
		if !ok || x.answer(o.In, on) == No {
			continue
		}
		m.Possible = max(m.Possible, x.Last)
		if x.Certain {
			m.Certain = max(m.Certain, x.First)
		}
	}
	return m
}

// answer is what a row of the list comes to on a day.
func (m met) answer(in Incubation, on calendar.Day) Answer {
	if m.Certain > never && in.Known && int(on-min(m.Certain, on)) <= in.Days {
		return Yes
	}
	return Meeting{Last: m.Possible}.answer(in, on)
}
