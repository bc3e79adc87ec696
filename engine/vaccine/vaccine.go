package vaccine

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// evaluation is one patient held against a schedule on a day.
type evaluation struct {
	s         *Schedule
	birth, on calendar.Day
	doses     []given // in the order of their dates
	byAntigen [][]int // indexes of doses
	seen      []seen  // by observation
	completed []bool  // by series group, of the antigen at hand
	problems  []Problem
	questions []Question
}

// Evaluate holds a patient's doses against the schedule and forecasts what is due on
// the assessment date. It is the processing model of chapter 4.
func (s *Schedule) Evaluate(p *Patient, on calendar.Day) (*Result, error) {
	if p.Birth > on {
		return nil, errorf("birth", "is after the assessment date")
	}
	e := evaluation{s: s, birth: p.Birth, on: on}
	e.organise(p)
	e.observe(p)
	res := &Result{Version: s.Version(), On: on, Doses: make([]DoseResult, len(p.Doses))}
	var best []prioritised
	for i := range s.antigens {
		a := &s.antigens[i]
		for _, c := range e.antigen(a, p, e.byAntigen[i]) {
			if c.best {
				best = append(best, c)
				e.report(res, c.run)
			}
		}
	}
	res.Forecasts = e.blend(best)
	res.Problems, res.Questions = e.problems, e.questions
	return res, nil
}

func (e *evaluation) problem(p Problem) { e.problems = append(e.problems, p) }

// antigen is chapters 5 to 8 for one antigen: the prioritised series by series group.
func (e *evaluation) antigen(a *antigen, p *Patient, doses []int) []prioritised {
	guard := e.guard(a, p)
	var runs []*run
	for i := range a.series {
		s := &a.series[i]
		if ok, guidance := e.relevant(s, p.Gender); ok {
			runs = append(runs, &run{s: s, a: a, doses: doses, contra: guard.vaccines, guidance: append(guidance, guard.guidance...)})
		}
	}
	e.completed = make([]bool, len(a.groups))
	for _, r := range runs {
		e.hold(r, &guard)
	}
	e.settle(a, runs, &guard)
	out := make([]prioritised, len(a.groups))
	for g := range a.groups {
		out[g] = e.choose(filter(runs, func(r *run) bool { return r.s.seriesGroup == g }))
	}
	best(out)
	return out
}

// settle repeats the series whose skips ask whether a series group is complete until
// that no longer changes; as many rounds as there are groups suffice unless the
// supporting data is circular, and then the last round stands.
func (e *evaluation) settle(a *antigen, runs []*run, guard *antigenGuard) {
	for round := 0; a.completed && round <= len(a.groups); round++ {
		now := make([]bool, len(a.groups))
		for _, r := range runs {
			now[r.s.seriesGroup] = now[r.s.seriesGroup] || r.status == Complete
		}
		if slices.Equal(now, e.completed) {
			return
		}
		e.completed = now
		for _, r := range runs {
			if r.s.completed {
				e.hold(r, guard)
			}
		}
	}
}

// hold is section 4.4 for one series: evaluation, then forecast.
func (e *evaluation) hold(r *run, guard *antigenGuard) {
	*r = run{s: r.s, a: r.a, doses: r.doses, contra: r.contra, guidance: r.guidance, evals: make([]doseEval, len(r.doses))}
	e.evaluate(r)
	r.allValid = true
	for i := range r.evals {
		r.allValid = r.allValid && r.evals[i].status == Valid
	}
	e.predict(r, guard)
}

// relevant is chapter 5, with the guidance of the indications that hold. Where none holds
// and some are not known, the series is not evaluated, and the questions are handed on.
func (e *evaluation) relevant(s *series, g Gender) (ok bool, guidance []string) {
	of := unknownGender
	switch g {
	case Female:
		of = female
	case Male:
		of = male
	}
	if s.genders != 0 && s.genders&of == 0 {
		return false, nil
	}
	for i, ind := range s.indications { // table 5-4
		if e.has(ind.observation) && ind.at.holds(e.birth, e.on) {
			ok = true
			guidance = append(guidance, s.Indications[i].Guidance)
		}
	}
	if ok || s.Kind != Risk {
		return true, guidance
	}
	for i, ind := range s.indications {
		if e.asked(ind.observation) && ind.at.holds(e.birth, e.on) {
			e.question(Question{Antigen: e.s.antigens[s.antigen].name, Series: s.Name, About: s.Indications[i].Observation, Text: s.Indications[i].Description})
		}
	}
	return false, nil
}

func (e *evaluation) question(q Question) { e.questions = append(e.questions, q) }

// report writes a best series' evaluations to the doses they are of.
func (e *evaluation) report(res *Result, r *run) {
	for i, n := range r.doses {
		ev := Evaluation{Antigen: r.a.name, Group: e.s.groups[r.s.group].Name, Series: r.s.Series, Status: r.evals[i].status, Reasons: r.evals[i].reasons}
		if t := r.evals[i].target; t >= 0 {
			ev.Target = r.s.doses[t].Number
		}
		to := &res.Doses[e.doses[n].input]
		to.Evaluations = append(to.Evaluations, ev)
	}
}
