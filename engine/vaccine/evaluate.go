package vaccine

import "github.com/godwit-health/godwit/engine/calendar"

// run is a patient series: a series being held against a patient.
type run struct {
	s     *series
	a     *antigen
	doses []int      // of the antigen, in evaluation.doses
	evals []doseEval // one for each of doses
	done  []target   // target doses satisfied or skipped, in order
	next  int        // series dose of the current target dose

	status   SeriesStatus
	reason   ForecastReason
	forecast dates
	valid    int  // SELECTB-21
	allValid bool // SELECTB-2
	first    calendar.Day
	finish   calendar.Day
	contra   productSet // vaccine types contraindicated for the patient
	guidance []string   // of what holds for the patient
}

// doseEval is the evaluation of one dose in one series.
type doseEval struct {
	status      Status
	reasons     Reasons
	target      int16 // index of the series dose, -1 for none
	inadvertent bool
}

// target is a target dose that is behind the patient.
type target struct {
	dose      int // index of the series dose
	satisfied bool
	by        int // index in run.doses
}

// evaluate is section 4.4 with chapter 6: every dose against the target dose that is
// current when its turn comes.
func (e *evaluation) evaluate(r *run) {
	for i := range r.doses {
		d := &e.doses[r.doses[i]]
		ev := &r.evals[i]
		ev.target = -1
		if ev.reasons = e.condition(d); ev.reasons != 0 { // 6.1
			if r.next < len(r.s.doses) {
				ev.status, ev.target = SubStandard, int16(r.next)
			} else {
				ev.status, ev.reasons = Extraneous, ev.reasons|SeriesAlreadyComplete
			}
			continue
		}
		for r.next < len(r.s.doses) && e.skips(r, &r.s.doses[r.next], d.Date, d.Date, SkipInEvaluation, i) { // 6.2
			r.done = append(r.done, target{dose: r.next})
			r.next++
		}
		if r.next >= len(r.s.doses) {
			ev.status, ev.reasons = Extraneous, SeriesAlreadyComplete
			continue
		}
		ev.target = int16(r.next)
		e.against(r, &r.s.doses[r.next], i)
		if ev.status == Valid {
			if r.valid == 0 {
				r.first = d.Date
			}
			r.valid++
			r.done = append(r.done, target{dose: r.next, satisfied: true, by: i})
			if !r.s.doses[r.next].Recurring {
				r.next++
			}
		}
	}
}

// condition is section 6.1. A lot known by the month expires on its last day
// (CALCDTLOTEXP-1).
func (e *evaluation) condition(d *given) (out Reasons) {
	if d.Condition {
		out |= ConditionFlag
	}
	if _, last, ok := d.LotExpiry.Bounds(); ok && d.Date > last {
		out |= LotExpired
	}
	return out
}

// against is sections 6.3 to 6.10: one dose against one target dose. All steps are
// taken, so that every reason is named; table 6-31 says which status they make.
func (e *evaluation) against(r *run, sd *seriesDose, i int) {
	d := &e.doses[r.doses[i]]
	ev := &r.evals[i]
	if sd.inadvertent.has(d.product) { // 6.3
		ev.status, ev.reasons, ev.inadvertent = NotValid, InadvertentVaccine, true
		return
	}
	reasons := e.age(sd, d.Date) | e.interval(r, sd, i) | e.conflict(r, d, i) | e.vaccine(sd, d)
	ev.reasons = reasons
	switch {
	case reasons.Has(TooOld):
		ev.status = Extraneous
	case reasons.Has(TooYoung | TooSoon | Conflicts | NotAcceptable):
		ev.status = NotValid
	default:
		ev.status = Valid
	}
}

// age is table 6-15. Supporting data that is not in effect on the day does not count.
func (e *evaluation) age(sd *seriesDose, on calendar.Day) (out Reasons) {
	for i := range sd.Ages {
		a := &sd.Ages[i]
		switch {
		case !a.Effective.relevant(on):
		case !a.AbsoluteMinimum.notBefore(e.birth, on):
			out |= TooYoung
		case !a.Maximum.endsAfter(e.birth, on):
			out |= TooOld
		case !a.Minimum.notBefore(e.birth, on):
			out |= AgeGrace
		}
	}
	return out
}

// interval is sections 6.5 and 6.6 and the second row of table 6-31: all preferable
// intervals, or else all allowable ones.
func (e *evaluation) interval(r *run, sd *seriesDose, i int) (out Reasons) {
	on := e.doses[r.doses[i]].Date
	met := true
	for n := range sd.intervals {
		v := &sd.intervals[n]
		ref, ok := e.reference(r, v, i)
		switch {
		case !v.Effective.relevant(on) || !ok:
		case !v.AbsoluteMinimum.notBefore(ref, on):
			met = false
		case !v.Minimum.notBefore(ref, on):
			out |= IntervalGrace
		}
	}
	if met {
		return out
	}
	allowed := false
	for n := range sd.allowable {
		v := &sd.allowable[n]
		if !v.Effective.relevant(on) {
			continue
		}
		ref, ok := e.reference(r, v, i)
		if ok && !v.AbsoluteMinimum.notBefore(ref, on) {
			return TooSoon
		}
		allowed = true
	}
	if allowed {
		return AllowableIntervalOnly
	}
	return TooSoon
}

// reference is the reference dose date of an interval for the dose i of the run, or for
// a forecast where i is the number of doses (CALCDTINT-1, -2, -8, -9).
func (e *evaluation) reference(r *run, v *interval, i int) (calendar.Day, bool) {
	switch {
	case v.FromPrevious:
		for k := i - 1; k >= 0; k-- {
			if ev := &r.evals[k]; (ev.status == Valid || ev.status == NotValid) && !ev.inadvertent {
				return e.doses[r.doses[k]].Date, true
			}
		}
	case v.FromTarget != 0:
		for k := len(r.done) - 1; k >= 0; k-- {
			if t := r.done[k]; t.satisfied && r.s.doses[t.dose].Number == v.FromTarget {
				return e.doses[r.doses[t.by]].Date, true
			}
		}
	case len(v.vaccines) > 0:
		return e.mostRecent(r, v.vaccines, i)
	case v.observation >= 0:
		if s := e.seen[v.observation]; s.ok && s.when {
			return s.date, true
		}
	}
	return 0, false
}

// mostRecent is CALCDTINT-8, over all doses of the patient before the one in question.
func (e *evaluation) mostRecent(r *run, vaccines productSet, i int) (calendar.Day, bool) {
	end := len(e.doses)
	if i < len(r.doses) {
		end = r.doses[i]
	}
	for k := end - 1; k >= 0; k-- {
		if vaccines.has(e.doses[k].product) && !r.inadvertent(k) {
			return e.doses[k].Date, true
		}
	}
	return 0, false
}

// inadvertent reports whether a dose of the patient was one in this series.
func (r *run) inadvertent(dose int) bool {
	for k, n := range r.doses {
		if n == dose {
			return r.evals[k].inadvertent
		}
	}
	return false
}

// conflict is section 6.7. A previous dose of another antigen has no evaluation status
// in this series, and counts as the specification says for that.
func (e *evaluation) conflict(r *run, d *given, i int) Reasons {
	if d.product >= len(e.s.conflicts) {
		return 0
	}
	for k := range e.s.conflicts[d.product] {
		c := &e.s.conflicts[d.product][k]
		for n := range r.doses[i] {
			prev := &e.doses[n]
			if prev.product != c.previous || d.Date < c.begin.From(prev.Date) {
				continue
			}
			end := c.minEnd
			if st := r.statusOf(n); st != NotEvaluated && st != Valid {
				end = c.end
			}
			if d.Date < end.From(prev.Date) {
				return Conflicts
			}
		}
	}
	return 0
}

func (r *run) statusOf(dose int) Status {
	for k, n := range r.doses {
		if n == dose {
			return r.evals[k].status
		}
	}
	return NotEvaluated
}

// vaccine is sections 6.8 and 6.9: a preferable vaccine, or else an allowable one.
func (e *evaluation) vaccine(sd *seriesDose, d *given) Reasons {
	why := NotAcceptable
	for k := range sd.preferable {
		v := &sd.preferable[k]
		switch {
		case v.product != d.product:
		case !v.at.holds(e.birth, d.Date):
			why |= VaccineOutOfAge
		case !v.named(d):
			why |= OtherTradeName
		case v.volume > 0 && d.Volume > 0 && d.Volume < v.volume:
			return LessThanRecommendedVol
		default:
			return 0
		}
	}
	for k := range sd.acceptable {
		v := &sd.acceptable[k]
		switch {
		case v.product != d.product:
		case !v.at.holds(e.birth, d.Date):
			why |= VaccineOutOfAge
		default:
			return AllowableVaccineOnly
		}
	}
	return why
}

// named holds the trade name of table 6-26 against the dose. Registers carry the maker
// (MVX) and seldom the trade name: where the name is not known, the maker decides.
func (v *vaccine) named(d *given) bool {
	switch {
	case v.trade == "":
		return true
	case d.TradeName != "":
		return fold(d.TradeName) == v.trade
	}
	return v.maker != "" && fold(d.Maker) == v.maker
}
