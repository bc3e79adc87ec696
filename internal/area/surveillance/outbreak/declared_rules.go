package outbreak

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// whereabout is what the words of a stay mean: one place for certain where it is Whole and
// names one, else places that somebody was at on some days of it.
type whereabout struct {
	At    []Chain
	Whole bool // every part of the words is a place
}

// nest leaves out what only says where another one lies: of "Busia, Kenya", Kenya.
func (w *whereabout) nest() {
	var out []Chain
	for i, c := range w.At {
		if !slices.ContainsFunc(w.At[:i], func(x Chain) bool { return x[0] == c[0] }) &&
			!slices.ContainsFunc(w.At, func(x Chain) bool { return slices.Contains(x[1:], c[0]) }) {
			out = append(out, c)
		}
	}
	w.At = out
}

// sure reports whether the words say where somebody was on every day of a stay.
func (w whereabout) sure() bool { return w.Whole && len(w.At) == 1 }

// say works out what stays say of outbreaks on a day. The answer is no only where the
// stays leave no day of the time that counts open: neither a day of which nobody told, nor
// one that may have been at a place that nobody here knows.
func say(stays []Declared, at []whereabout, all []running, on calendar.Day) Said {
	out := Said{Answer: No, Declared: len(all)}
	var j told
	var number []int
	for i, st := range stays {
		for _, c := range at[i].At {
			j.Visits, number = append(j.Visits, Visit{At: c, Span: st.span(), Sure: at[i].sure()}), append(number, i)
		}
		if !at[i].Whole || len(at[i].At) == 0 {
			out.Unplaced = append(out.Unplaced, i)
		}
	}
	if len(stays) == 0 {
		out.Answer = Unknown
	}
	for _, o := range all {
		for i, v := range j.Visits {
			m, ok := meets(v, o.Outbreak, lies(v.At, o.Affected), on)
			if a := m.answer(o.In, on); ok && a != No {
				out.Met = append(out.Met, SaidMet{Meeting: m, Outbreak: o.Outbreak, In: o.In, Stay: number[i]})
			}
		}
		answer, _ := exposed(j, o, on)
		if answer == No && slices.ContainsFunc(out.Unplaced, func(i int) bool { return mayMeet(stays[i], o, on) }) {
			answer = Unknown
		}
		out.Answer = out.Answer.Worse(answer)
	}
	slices.SortStableFunc(out.Met, func(a, b SaidMet) int {
		if a.Certain != b.Certain {
			if a.Certain {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Last, a.Last)
	})
	return out
}

// mayMeet reports whether a stay at a place that nobody here knows can have met an
// outbreak in the time that counts.
func mayMeet(st Declared, o running, on calendar.Day) bool {
	m, ok := meets(Visit{Span: st.span()}, o.Outbreak, Around, on)
	return ok && m.answer(o.In, on) != No
}

// span is the time of a stay. One that ends before it begins was told wrongly: then
// nobody knows when it was.
func (d Declared) span() calendar.Span {
	first, _, begins := d.From.Bounds()
	if _, last, ends := d.To.Bounds(); begins && ends && last < first {
		return calendar.Span{}
	}
	return calendar.Span{From: d.From, To: d.To}
}

// Bounds are the first and the last day, until a day, that the last day of a meeting can
// have been; firstKnown is false where nobody knows from when.
func (m Meeting) Bounds(on calendar.Day) (first, last calendar.Day, firstKnown bool) {
	return min(m.First, on), min(m.Last, on), m.First > never
}
