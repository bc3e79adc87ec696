package campaign

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Standing is where a version stands.
type Standing string

// The standings.
const (
	Draft     Standing = "draft" // nobody else has read it
	Approved  Standing = "approved"
	Withdrawn Standing = "withdrawn"
)

// StandingOf answers where a version of the message stands. Nobody approves their own
// words, and what was withdrawn once stays so: whoever withdrew it knew why.
func (m Message) StandingOf(version db.ID) Standing {
	v, ok := m.Version(version)
	if !ok {
		return Draft
	}
	out := Draft
	for _, d := range m.Verdicts {
		switch {
		case d.Version != version:
		case !d.Good:
			return Withdrawn
		case d.Reads && d.By != v.By:
			out = Approved
		}
	}
	return out
}

// Version returns a version by its id.
func (m Message) Version(id db.ID) (Version, bool) {
	i := slices.IndexFunc(m.Versions, func(v Version) bool { return v.ID == id })
	if i < 0 {
		return Version{}, false
	}
	return m.Versions[i], true
}

// Number is which version it is, the first being 1.
func (m Message) Number(id db.ID) int {
	return 1 + slices.IndexFunc(m.Versions, func(v Version) bool { return v.ID == id })
}

// Last is how the message reads now.
func (m Message) Last() Version {
	if len(m.Versions) == 0 {
		return Version{}
	}
	return m.Versions[len(m.Versions)-1]
}

// Usable is the newest version that may be used; ok is false where none may.
func (m Message) Usable() (Version, bool) {
	for _, v := range slices.Backward(m.Versions) {
		if m.StandingOf(v.ID) == Approved {
			return v, true
		}
	}
	return Version{}, false
}

// Range is how many people some activities reached.
type Range struct {
	Low, High  int
	Activities int
	Unknown    int  // activities whose people nobody counted: High is not the end then
	Sure       bool // every activity says that its people were counted nowhere else
}

// ReachOf answers how many people some activities may have reached. Of people who may be
// the same, as few as the largest single count and as many as all counts together were
// reached. People whom an activity says nobody else counted are added on both sides.
func ReachOf(list []Activity) Range {
	out := Range{Sure: true}
	distinct, most, sum := 0, 0, 0
	for _, a := range list {
		if a.Struck {
			continue
		}
		out.Activities++
		switch {
		case !a.Reached.Known:
			out.Unknown++
		case a.Distinct == value.Yes:
			distinct += a.Reached.N
			continue
		default:
			most, sum = max(most, a.Reached.N), sum+a.Reached.N
		}
		out.Sure = false
	}
	out.Low, out.High = distinct+most, distinct+sum
	if out.Activities == 0 {
		out.Sure = false
	}
	return out
}

// Group is the reach of one audience in one month.
type Group struct {
	Audience string
	Month    calendar.Day // its first day
	Range
}

// GroupsOf are the reaches by audience and month, of activities by channels that count.
func GroupsOf(list []Activity, counts func(channel string) bool) []Group {
	type key struct {
		audience string
		month    calendar.Day
	}
	by := map[key][]Activity{}
	var order []key
	for _, a := range list {
		if a.Struck || !counts(a.Channel) {
			continue
		}
		y, m, _ := a.Day.YMD()
		k := key{a.Audience, calendar.DayOf(y, m, 1)}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], a)
	}
	slices.SortFunc(order, func(a, b key) int { return cmp.Or(int(b.month-a.month), cmp.Compare(a.audience, b.audience)) })
	var out []Group
	for _, k := range order {
		out = append(out, Group{k.audience, k.month, ReachOf(by[k])})
	}
	return out
}

// Rise is a step that is higher than one before it, which asks why.
type Rise struct{ Before, Step string }

// RiseOf answers the first step that is higher than one before it. A step that is not
// known says nothing, and is passed over.
func RiseOf(steps map[string]Count) (Rise, bool) {
	last := ""
	for _, s := range cascadeSteps {
		c := steps[s]
		if !c.Known {
			continue
		}
		if last != "" && c.N > steps[last].N {
			return Rise{last, s}, true
		}
		last = s
	}
	return Rise{}, false
}

// Stage is a step of the cascade of a whole campaign.
type Stage struct {
	Step    string
	Sum     Count // not known where no stretch knows it
	Unknown int   // stretches that do not know it: Sum is at least then
	Percent Count // of those of the step before, over the stretches that know both
}

// StagesOf adds up stretches. People of one stretch are not those of another: each is
// counted where they were screened.
func StagesOf(list []Cascade) []Stage {
	var out []Stage
	for i, s := range cascadeSteps {
		st := Stage{Step: s}
		above, here := 0, 0
		for _, c := range list {
			if c.Struck {
				continue
			}
			n := c.Steps[s]
			if !n.Known {
				st.Unknown++
				continue
			}
			st.Sum = Count{N: st.Sum.N + n.N, Known: true}
			if i == 0 {
				continue
			}
			if before := c.Steps[cascadeSteps[i-1]]; before.Known {
				above, here = above+before.N, here+n.N
			}
		}
		if above > 0 {
			st.Percent = Count{N: (here*100 + above/2) / above, Known: true}
		}
		out = append(out, st)
	}
	return out
}
