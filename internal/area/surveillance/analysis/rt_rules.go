package analysis

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
)

// leadTo is the curve of the whole weeks that end on a day, with those before it who may
// have infected somebody of the last week.
func (d Desk) leadTo(sunday calendar.Day, serial Interval) Desk {
	weeks := min((lead(serial)+6)/7, mostDays/7-1)
	out := Desk{Asked: Asked{Disease: d.Disease, From: sunday - 6 - 7*weeks, To: sunday}, Serial: serial}
	out.curve(d.onsets)
	return out
}

// reproduction is the reproduction number that leaves, of the last week of a report that
// has one. It is worked out of nothing but counts of weeks that leave themselves, so that
// it tells no more than they do: neither a week that is withheld nor a day. Counts that
// were withheld are never put into it, not even as those who infected.
func (s Suppression) reproduction(d Desk) (RtDay, Refusal) {
	if d.RtNo == SpeciesUnknown || d.RtNo == NoInterval {
		return RtDay{}, d.RtNo
	}
	no := TooFew
	for sunday := d.To; sunday > d.From; sunday -= 7 {
		if sunday > d.today-freshDays {
			continue // reports may still be late
		}
		r, why := s.reproductionOf(d.leadTo(sunday, d.Serial))
		if why == Given {
			return r, Given
		}
		if sunday == d.To || why == Withheld {
			no = why
		}
	}
	return RtDay{}, no
}

// reproductionOf is the reproduction number of the last week of a desk.
func (s Suppression) reproductionOf(d Desk) (RtDay, Refusal) {
	last := d.Weekly[len(d.Weekly)-1]
	origin := s.line([]int{last.Local, last.Imported, last.Unknown}, false)
	if !origin[0].Told() || !origin[2].Told() {
		return RtDay{}, Withheld
	}
	var in epi.Incidence
	for i, w := range d.Weekly {
		all, imported := w.Local+w.Imported+w.Unknown, 0
		if !s.total(all).Told() {
			return RtDay{}, Withheld
		}
		if all == 0 && len(in.Total) == 0 {
			continue // nobody to infect
		}
		if i == len(d.Weekly)-1 {
			imported = w.Imported // those of the weeks before infect like any other
		}
		for day := range 7 {
			n := ofDay(imported, day)
			in.Total, in.Imported = append(in.Total, float64(n+ofDay(all-imported, day))), append(in.Imported, float64(n))
		}
	}
	points, err := epi.Reproduction{MeanSI: d.Serial.A, SDSI: d.Serial.B, MinCases: leastCases, Quantiles: []float64{0.025, 0.975}}.Estimate(in)
	if err != nil {
		return RtDay{}, TooShort
	}
	p := points[len(points)-1]
	if p.State != epi.Stands {
		return RtDay{}, refusalOf(p.State)
	}
	return RtDay{Day: d.To, Mean: p.Mean, Low: p.Quantiles[0], High: p.Quantiles[1], Local: last.Local + last.Unknown}, Given
}

// ofDay is the share that a day has of the cases of a week that are spread evenly.
func ofDay(n, day int) int { return (n*(day+1)+3)/7 - (n*day+3)/7 }
