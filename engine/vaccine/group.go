package vaccine

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// blend is chapter 9: best patient series of one vaccine group, series group and series
// type make one forecast (FORECASTVG-1).
func (e *evaluation) blend(best []prioritised) []Forecast {
	var out []Forecast
	for g := range e.s.groups {
		for _, p := range best {
			if p.run.s.group != g {
				continue
			}
			i := slices.IndexFunc(out, func(f Forecast) bool {
				return f.Group == e.s.groups[g].Name && f.SeriesGroup == p.run.s.SeriesGroup && f.Kind == p.run.s.Kind
			})
			if i < 0 {
				i = len(out)
				out = append(out, Forecast{Group: e.s.groups[g].Name, SeriesGroup: p.run.s.SeriesGroup, Kind: p.run.s.Kind})
			}
			out[i].TooEarly = out[i].TooEarly || p.run.valid == 0 && !p.run.s.MinStart.notBefore(e.birth, e.on)
			out[i].Series = append(out[i].Series, seriesForecast(p))
			e.merge(&out[i], p.run)
		}
	}
	for i := range out {
		e.conclude(&out[i])
	}
	slices.SortStableFunc(out, func(a, b Forecast) int {
		if a.Group != b.Group { // as found: the order of the groups
			return 0
		}
		return cmp.Or(-cmp.Compare(flagOrder(a.Kind == Risk), flagOrder(b.Kind == Risk)), -cmp.Compare(a.Valid, b.Valid),
			cmp.Compare(flagOrder(a.TooEarly), flagOrder(b.TooEarly)), -cmp.Compare(flagOrder(a.Status == NotComplete), flagOrder(b.Status == NotComplete)))
	})
	return out
}

func seriesForecast(p prioritised) SeriesForecast {
	r := p.run
	f := SeriesForecast{Antigen: r.a.name, Series: r.s.Series, Status: r.status, Reason: r.reason, Choice: p.choice, Score: p.score, Valid: r.valid}
	if r.status == NotComplete {
		d := &r.forecast
		f.Target, f.Dose = r.s.doses[d.target].Number, d.number
		f.Earliest, f.Recommended, f.PastDue, f.Latest = due(d.earliest), due(d.recommended), due(d.pastDue), due(d.latest)
		f.Unadjusted, f.UnadjustedPastDue = due(d.unadjusted), due(d.unadjustedDue)
		f.priority = d.priority
	}
	return f
}

// merge notes the guidance of a series and the vaccines that it recommends
// (FORECASTGUIDANCE-1, FORECASTRECVAC-1).
func (e *evaluation) merge(f *Forecast, r *run) {
	f.Valid = max(f.Valid, r.valid)
	for _, texts := range [][]string{r.s.Guidance, r.guidance} {
		for _, text := range texts {
			if text != "" && !slices.Contains(f.Guidance, text) {
				f.Guidance = append(f.Guidance, text)
			}
		}
	}
	if r.status != NotComplete {
		return
	}
	sd := &r.s.doses[r.forecast.target]
	for i := range sd.preferable {
		v := &sd.preferable[i]
		if !v.forecast || r.contra.has(v.product) {
			continue
		}
		if v.at.holds(e.birth, r.forecast.earliest.day) || v.at.holds(e.birth, r.forecast.recommended.day) {
			if code := e.s.products[v.product].code; !slices.Contains(f.Vaccines, code) {
				f.Vaccines = append(f.Vaccines, code)
			}
		}
	}
}

// conclude gives the forecast its status, number and dates once its series are known.
func (e *evaluation) conclude(f *Forecast) {
	group := e.s.groups[slices.IndexFunc(e.s.groups, func(g Group) bool { return g.Name == f.Group })]
	multiple := len(group.Antigens) > 1
	if !multiple {
		f.Status = f.Series[0].Status // SINGLEANTVG-1
	} else {
		f.Status = groupStatus(f.Series)
	}
	if f.Status != NotComplete {
		return
	}
	for i := range f.Series {
		s := &f.Series[i]
		if s.Status != NotComplete {
			continue
		}
		switch { // FORECASTDN-2
		case f.Dose == 0:
			f.Dose = s.Dose
		case group.Full:
			f.Dose = min(f.Dose, s.Dose)
		default:
			f.Dose = max(f.Dose, s.Dose)
		}
		earlier(&f.Recommended, s.Recommended) // FORECASTVG-2
		earlier(&f.PastDue, s.PastDue)         // FORECASTVG-3
		earlier(&f.Latest, s.Latest)           // FORECASTVG-4
	}
	f.Earliest = e.groupEarliest(f, group, multiple)
	if f.Recommended.Day < f.Earliest.Day {
		f.Recommended = Due{f.Earliest.Day, ByEarliestDate}
	}
	if f.PastDue.By != NoBasis && f.PastDue.Day < f.Earliest.Day {
		f.PastDue = Due{f.Earliest.Day, ByEarliestDate}
	}
}

func earlier(d *Due, o Due) {
	if o.By != NoBasis && (d.By == NoBasis || o.Day < d.Day) {
		*d = o
	}
}

// groupEarliest is SINGLEANTVG-2 and MULTIANTVG-1.
func (e *evaluation) groupEarliest(f *Forecast, group Group, multiple bool) Due {
	var first, last Due
	priority := false
	for i := range f.Series {
		s := &f.Series[i]
		if s.Status != NotComplete {
			continue
		}
		earlier(&first, s.Earliest)
		if last.By == NoBasis || s.Earliest.Day > last.Day {
			last = s.Earliest
		}
		priority = priority || s.priority
	}
	switch {
	case !multiple:
		return first
	case !priority:
		return last
	}
	if day, ok := e.lastOfGroup(group); ok && day > first.Day {
		return Due{day, ByLastDose}
	}
	return first
}

// lastOfGroup is the date of the last dose with an antigen of the group.
func (e *evaluation) lastOfGroup(group Group) (day calendar.Day, ok bool) {
	for a := range e.s.antigens {
		if of := e.byAntigen[a]; len(of) > 0 && slices.Contains(group.Antigens, e.s.antigens[a].name) {
			if d := e.doses[of[len(of)-1]].Date; !ok || d > day {
				day, ok = d, true
			}
		}
	}
	return day, ok
}

// groupStatus is table 9-4.
func groupStatus(of []SeriesForecast) SeriesStatus {
	has := func(s SeriesStatus) bool {
		return slices.ContainsFunc(of, func(f SeriesForecast) bool { return f.Status == s })
	}
	for _, s := range []SeriesStatus{Contraindicated, AgedOut, NotRecommended, NotComplete} {
		if has(s) {
			return s
		}
	}
	if !has(Complete) {
		return Immune
	}
	return Complete
}
