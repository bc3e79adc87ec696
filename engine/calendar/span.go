package calendar

import "github.com/godwit-health/godwit/engine/value"

// Span is a time between two dates, each known to its own precision, both days
// included. A zero end is one nobody knows; it is not an open one.
type Span struct {
	From, To Date
	Ongoing  bool // To is open: still there
}

// days returns the shortest and longest reading of the span as inclusive day
// ranges, clipped to [lo, hi]. certainOK is false when no day is certain.
func (s Span) days(lo, hi Day) (certain, possible [2]Day, certainOK, possibleOK bool) {
	pf, pt := lo, hi
	cf, ct := hi+1, lo-1
	if f, l, ok := s.From.Bounds(); ok {
		pf, cf = max(lo, f), max(lo, l)
	}
	if s.Ongoing {
		ct = hi
	} else if f, l, ok := s.To.Bounds(); ok {
		pt, ct = min(hi, l), min(hi, f)
	}
	return [2]Day{cf, ct}, [2]Day{pf, pt}, cf <= ct, pf <= pt
}

// Touches answers whether the span has a day in [lo, hi].
func (s Span) Touches(lo, hi Day) value.Truth {
	_, _, certain, possible := s.days(lo, hi)
	switch {
	case certain:
		return value.Yes
	case !possible:
		return value.No
	}
	// A known start after the window or a known end before it was caught above;
	// a span whose start lies in the window for certain touches it too.
	if f, l, ok := s.From.Bounds(); ok && f >= lo && l <= hi {
		return value.Yes
	}
	if f, l, ok := s.To.Bounds(); ok && !s.Ongoing && f >= lo && l <= hi {
		return value.Yes
	}
	return value.Unknown
}

// Certain returns the inclusive days of [lo, hi] that the span covers whatever
// its open questions; ok is false when there is none.
func (s Span) Certain(lo, hi Day) (from, to Day, ok bool) {
	c, _, ok, _ := s.days(lo, hi)
	return c[0], c[1], ok
}

// Possible returns the inclusive days of [lo, hi] that the span may cover; ok is
// false when there is none.
func (s Span) Possible(lo, hi Day) (from, to Day, ok bool) {
	_, p, _, ok := s.days(lo, hi)
	return p[0], p[1], ok
}
