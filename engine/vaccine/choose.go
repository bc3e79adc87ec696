package vaccine

import "cmp"

// prioritised is what chapter 8 found for one series group of an antigen.
type prioritised struct {
	run    *run // nil: the group has none
	choice Choice
	score  int
	best   bool // table 8-14
}

// choose is sections 8.1 to 8.7 for one series group: the runs are its relevant patient
// series, in the order of the supporting data.
func (e *evaluation) choose(runs []*run) prioritised {
	var def *run
	defaults := 0
	for _, r := range runs {
		if r.s.Default {
			defaults++
			if def == nil {
				def = r
			}
		}
	}
	pool := e.scorable(runs, defaults)
	complete := filter(pool, func(r *run) bool { return r.status == Complete })
	inProcess := filter(pool, func(r *run) bool { return r.valid > 0 && r.status == NotComplete })
	switch { // table 8-3
	case len(pool) == 0 && defaults > 0:
		return prioritised{run: def, choice: OnlyDefault}
	case len(pool) == 0:
		return prioritised{}
	case len(pool) == 1:
		return prioritised{run: pool[0], choice: OnlyScorable}
	case len(complete) == 1:
		return prioritised{run: complete[0], choice: OnlyComplete}
	case len(complete) == 0 && len(inProcess) == 1:
		return prioritised{run: inProcess[0], choice: OnlyInProcess}
	case len(complete) == 0 && len(inProcess) == 0 && defaults > 0:
		return prioritised{run: def, choice: DefaultOfMany}
	}
	switch { // table 8-5
	case len(complete) > 1:
		return pick(complete, scoreComplete(complete))
	case len(inProcess) > 1:
		return pick(inProcess, e.scoreInProcess(inProcess))
	}
	none := filter(pool, func(r *run) bool { return r.valid == 0 })
	if len(none) == len(pool) {
		return pick(none, e.scoreNone(none))
	}
	// Some have valid doses and none is complete or in process (all aged out, immune or
	// not recommended): no table of chapter 8 speaks of it. Preference decides.
	return pick(pool, make([]int, len(pool)))
}

func filter(runs []*run, keep func(*run) bool) []*run {
	var out []*run
	for _, r := range runs {
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}

// scorable is SELECTB-24 and SELECTSCORE-2.
func (e *evaluation) scorable(runs []*run, defaults int) []*run {
	contraindicated, valid := 0, 0
	top := ""
	for _, r := range runs {
		if r.status == Contraindicated {
			contraindicated++
		}
		valid += r.valid
		if p := r.s.Priority; r.s.Kind == Risk && p != "" && (top == "" || p < top) {
			top = p
		}
	}
	return filter(runs, func(r *run) bool {
		if r.status == Contraindicated && contraindicated < len(runs) {
			return false
		}
		switch r.s.Kind {
		case Risk:
			return r.s.Priority == top
		case EvaluationOnly:
			return r.status == Complete
		}
		if r.valid > 0 {
			return r.s.MaxStart.endsAfter(e.birth, r.first)
		}
		return valid == 0 && defaults == 0
	})
}

// pick is SELECTBEST-2. Series tied in score and preference stand in the order of the
// supporting data, which the specification leaves open.
func pick(runs []*run, scores []int) prioritised {
	best, tied, same := 0, false, false
	for i := 1; i < len(runs); i++ {
		c := cmp.Or(cmp.Compare(scores[i], scores[best]), -cmp.Compare(preference(runs[i]), preference(runs[best])))
		switch {
		case c > 0:
			tied, same = scores[i] == scores[best], false
			best = i
		case c == 0:
			tied, same = true, true
		case scores[i] == scores[best]:
			tied = true
		}
	}
	out := prioritised{run: runs[best], choice: HighestScore, score: scores[best]}
	switch {
	case same:
		out.choice = FirstOfThePrefer
	case tied:
		out.choice = BestPreference
	}
	return out
}

// preference ranks a series without one last.
func preference(r *run) int {
	if r.s.Preference == 0 {
		return 1 << 20
	}
	return r.s.Preference
}

// best is table 8-14 over the prioritised series of an antigen, by series group.
func best(of []prioritised) {
	for i := range of {
		r := of[i].run
		if r == nil {
			continue
		}
		completeElsewhere, riskElsewhere := false, false
		for _, g := range r.s.equivalent {
			if o := of[g].run; o != nil {
				completeElsewhere = completeElsewhere || o.status == Complete
				riskElsewhere = riskElsewhere || o.s.Kind == Risk
			}
		}
		switch {
		case r.status == Complete:
			of[i].best = true
		case completeElsewhere || r.s.Kind == EvaluationOnly:
		case r.s.Kind == Risk:
			of[i].best = true
		default:
			of[i].best = !riskElsewhere
		}
	}
}
