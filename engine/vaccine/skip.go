package vaccine

import "github.com/godwit-health/godwit/engine/calendar"

// skips is section 6.2 (and 7.1, 7.6): can the target dose be skipped? anchor chooses
// the supporting data in effect, ref is the conditional skip reference date (CONDSKIP-2),
// before the number of doses of the series that lie before it.
func (e *evaluation) skips(r *run, sd *seriesDose, anchor, ref calendar.Day, in SkipContext, before int) bool {
	for k := range sd.skips {
		rule := &sd.skips[k]
		if rule.Context&in == 0 {
			continue
		}
		sets, met := 0, 0
		for n := range rule.sets {
			set := &rule.sets[n]
			if !set.Effective.relevant(anchor) {
				continue
			}
			sets++
			if e.setMet(r, set, ref, before) {
				met++
			}
		}
		// tables 6-10 and 6-11
		if met > 0 && (met == sets || !rule.All) {
			return true
		}
	}
	return false
}

func (e *evaluation) setMet(r *run, set *skipSet, ref calendar.Day, before int) bool {
	met := 0
	for n := range set.conditions {
		if e.conditionMet(r, &set.conditions[n], ref, before) {
			met++
		}
	}
	return met > 0 && (met == len(set.conditions) || !set.All)
}

func (e *evaluation) conditionMet(r *run, c *condition, ref calendar.Day, before int) bool {
	switch c.Kind {
	case SkipByAge: // table 6-6
		return c.Begin.notBefore(e.birth, ref) && c.End.endsAfter(e.birth, ref)
	case SkipByCompletedSeries: // table 6-7
		for _, g := range c.groups {
			if e.completed[g] {
				return true
			}
		}
		return false
	case SkipByInterval: // table 6-8, CALCDTSKIP-5
		return before > 0 && c.Interval.notBefore(e.doses[r.doses[before-1]].Date, ref)
	}
	n := e.conditionalDoses(r, c, before) // table 6-9
	switch c.Compare {
	case 1:
		return n > c.Count
	case -1:
		return n < c.Count
	}
	return n == c.Count
}

// conditionalDoses is CONDSKIP-1. Doses count up to the one being evaluated: a dose not
// yet evaluated has no status, and "any status" is one that exists.
func (e *evaluation) conditionalDoses(r *run, c *condition, before int) (n int) {
	for k := range before {
		d := &e.doses[r.doses[k]]
		switch {
		case c.ValidOnly && r.evals[k].status != Valid:
		case c.vaccines != nil && !c.vaccines.has(d.product):
		case !c.Begin.notBefore(e.birth, d.Date) || !c.End.endsAfter(e.birth, d.Date):
		case !c.Dates.holds(d.Date):
		default:
			n++
		}
	}
	return n
}
