package vaccine

import "github.com/godwit-health/godwit/engine/calendar"

// dates are those of a patient series forecast, each with what it rests on.
type dates struct {
	target        int // index of the series dose
	number        int // forecast dose number, FORECASTDN-1
	earliest      dated
	recommended   dated // adjusted
	unadjusted    dated // recommended, before adjustment
	pastDue       dated // adjusted
	unadjustedDue dated
	latest        dated
	priority      bool // FORECASTPRIORITY-1
}

// dated is a day and its basis; without a basis there is no day.
type dated struct {
	day calendar.Day
	by  Basis
}

// later keeps the later of two; one that does not exist is the earlier.
func (d *dated) later(day calendar.Day, by Basis) {
	if d.by == NoBasis || day > d.day {
		d.day, d.by = day, by
	}
}

// predict is chapter 7: skip, need, dates, and whether the forecast will still make
// sense on its earliest date.
func (e *evaluation) predict(r *run, guard *antigenGuard) {
	n := len(r.doses)
	for {
		for r.next < len(r.s.doses) && e.skips(r, &r.s.doses[r.next], e.on, e.on, SkipInForecast, n) { // 7.1
			r.skip()
		}
		if r.next >= len(r.s.doses) {
			r.status, r.reason = Complete, SeriesComplete
			if r.valid == 0 {
				r.status, r.reason = NotRecommended, PastHistory
			}
			return
		}
		sd := &r.s.doses[r.next]
		r.forecast = dates{target: r.next}
		e.earliest(r, sd)
		if e.need(r, sd, guard); r.status != NotComplete { // 7.4
			return
		}
		e.generate(r, sd)                                                      // 7.5
		if !e.skips(r, sd, e.on, r.forecast.earliest.day, SkipInForecast, n) { // 7.6
			return
		}
		r.skip()
	}
}

func (r *run) skip() {
	r.done = append(r.done, target{dose: r.next})
	r.next++
}

// need is table 7-10 for a series with a target dose that is not satisfied, its rules in
// the order of the table.
func (e *evaluation) need(r *run, sd *seriesDose, guard *antigenGuard) {
	maxAge, limited := e.maximumAge(sd)
	switch {
	case guard.immune:
		r.status, r.reason = Immune, HasImmunity
	case guard.contraindicated || guard.allContraindicated(sd):
		r.status, r.reason = Contraindicated, HasContraindication
	case sd.Season.HasTo && e.on > sd.Season.To:
		r.status, r.reason = NotRecommended, SeasonOver
	case limited && e.on >= maxAge:
		r.status, r.reason = AgedOut, MaximumAge
	case limited && r.forecast.earliest.day >= maxAge:
		r.status, r.reason = AgedOut, CannotFinish
	default:
		r.status, r.reason = NotComplete, DoseNeeded
	}
}

// maximumAge is CALCDTAGE-1 by the supporting data in effect.
func (e *evaluation) maximumAge(sd *seriesDose) (calendar.Day, bool) {
	for i := range sd.Ages {
		if a := &sd.Ages[i]; a.Effective.relevant(e.on) && a.Maximum.Given {
			return a.Maximum.From(e.birth), true
		}
	}
	return 0, false
}

// earliest is FORECASTDTCAN-1. Where nothing holds it back it is the day of birth.
func (e *evaluation) earliest(r *run, sd *seriesDose) {
	d := &r.forecast.earliest
	d.later(e.birth, ByMinimumAge)
	for i := range sd.Ages {
		if a := &sd.Ages[i]; a.Effective.relevant(e.on) && a.Minimum.Given {
			d.later(a.Minimum.From(e.birth), ByMinimumAge)
		}
	}
	for i := range sd.intervals {
		v := &sd.intervals[i]
		if !v.Effective.relevant(e.on) || !v.Minimum.Given {
			continue
		}
		if ref, ok := e.reference(r, v, len(r.doses)); ok {
			d.later(v.Minimum.From(ref), ByMinimumInterval)
		}
	}
	for i := range sd.conflicts {
		c := &sd.conflicts[i]
		for n := range e.doses {
			if e.doses[n].product == c.previous {
				d.later(c.end.From(e.doses[n].Date), ByConflict)
			}
		}
	}
	if sd.Season.HasFrom {
		d.later(sd.Season.From, BySeason)
	}
	for i := range r.doses {
		switch ev := &r.evals[i]; {
		case ev.inadvertent:
			d.later(e.doses[r.doses[i]].Date, ByInadvertent)
		case ev.target >= 0:
			d.later(e.doses[r.doses[i]].Date, ByLastDose)
		}
	}
}

// generate is table 7-13.
func (e *evaluation) generate(r *run, sd *seriesDose) {
	f := &r.forecast
	var recInt, dueInt dated
	for i := range sd.Ages {
		a := &sd.Ages[i]
		if !a.Effective.relevant(e.on) {
			continue
		}
		if a.EarliestRecommended.Given {
			f.unadjusted.later(a.EarliestRecommended.From(e.birth), ByEarliestRecommendedAge)
		}
		if a.LatestRecommended.Given {
			f.unadjustedDue.later(a.LatestRecommended.From(e.birth)-1, ByLatestRecommendedAge)
		}
		if a.Maximum.Given {
			f.latest.later(a.Maximum.From(e.birth)-1, ByMaximumAge)
		}
	}
	f.priority = len(sd.intervals) > 0
	for i := range sd.intervals {
		v := &sd.intervals[i]
		if !v.Effective.relevant(e.on) {
			continue
		}
		f.priority = f.priority && v.Override
		ref, ok := e.reference(r, v, len(r.doses))
		if !ok {
			continue
		}
		if v.EarliestRecommended.Given {
			recInt.later(v.EarliestRecommended.From(ref), ByEarliestRecommendedInterval)
		}
		if v.LatestRecommended.Given {
			dueInt.later(v.LatestRecommended.From(ref)-1, ByLatestRecommendedInterval)
		}
	}
	if f.unadjusted.by == NoBasis { // FORECASTDT-2
		f.unadjusted = recInt
	}
	if f.unadjusted.by == NoBasis {
		f.unadjusted = f.earliest
	}
	if f.unadjustedDue.by == NoBasis { // FORECASTDT-3
		f.unadjustedDue = dueInt
	}
	f.recommended = f.unadjusted // FORECASTDT-5
	if f.earliest.day > f.recommended.day {
		f.recommended = dated{f.earliest.day, ByEarliestDate}
	}
	f.pastDue = f.unadjustedDue // FORECASTDT-6
	if f.pastDue.by != NoBasis && f.earliest.day > f.pastDue.day {
		f.pastDue = dated{f.earliest.day, ByEarliestDate}
	}
	f.number = e.doseNumber(r, sd)
}

// doseNumber is FORECASTDN-1: in a series of the season only this season's doses count.
func (e *evaluation) doseNumber(r *run, sd *seriesDose) int {
	n := 1
	for _, t := range r.done {
		if !t.satisfied {
			continue
		}
		if season := r.s.doses[t.dose].Season; sd.Season.HasFrom && (!season.HasFrom || e.doses[r.doses[t.by]].Date < season.From) {
			continue
		}
		n++
	}
	return n
}

// antigenGuard is what stands against any dose of an antigen (7.2 and 7.3).
type antigenGuard struct {
	immune, contraindicated bool
	vaccines                productSet
	guidance                []string
}

// guard is tables 7-3, 7-5 and 7-6. What is not known does not contraindicate and does
// not make immune.
func (e *evaluation) guard(a *antigen, p *Patient) antigenGuard {
	g := antigenGuard{immune: e.immune(a, p)}
	for i, c := range a.contra {
		switch {
		case !c.at.holds(e.birth, e.on):
		case e.has(c.observation):
			g.contraindicated = true
			g.guidance = append(g.guidance, a.data.Contraindications[i].Guidance)
		case e.asked(c.observation):
			e.question(Question{Antigen: a.name, About: a.data.Contraindications[i].Observation, Text: a.data.Contraindications[i].Text, Contraindication: true})
		}
	}
	for i := range a.vaccine {
		c := &a.vaccine[i]
		data := &a.data.VaccineContra[i]
		if e.asked(c.observation) {
			e.question(Question{Antigen: a.name, About: data.Observation, Text: data.Text, Contraindication: true})
		}
		if !e.has(c.observation) {
			continue
		}
		g.guidance = append(g.guidance, data.Guidance)
		for _, v := range c.vaccines {
			if v.at.holds(e.birth, e.on) {
				g.vaccines = g.vaccines.with(v.product)
			}
		}
	}
	return g
}

func (e *evaluation) immune(a *antigen, p *Patient) bool {
	for _, o := range a.immunity {
		if e.has(o) {
			return true
		}
	}
	for i := range a.births {
		b := &a.births[i]
		ok := p.Birth < b.Before && (b.country == "" || b.country == letters(p.Country))
		for _, o := range b.exclusion {
			ok = ok && !e.has(o)
		}
		if ok {
			return true
		}
	}
	return false
}

// allContraindicated is table 7-7 for the vaccines of a target dose.
func (g *antigenGuard) allContraindicated(sd *seriesDose) bool {
	if len(g.vaccines) == 0 || len(sd.preferable) == 0 {
		return false
	}
	for i := range sd.preferable {
		if !g.vaccines.has(sd.preferable[i].product) {
			return false
		}
	}
	return true
}

func (s productSet) with(i int) productSet {
	for len(s) <= i>>6 {
		s = append(s, 0)
	}
	s[i>>6] |= 1 << (i & 63)
	return s
}
