package flow

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Watch is what was counted on one day at one point.
type Watch struct {
	Hours  float64 // that somebody watched, 0 to 24
	People float64 // who passed in them
}

// Passing is an estimate of how many passed in some hours, of which only some were watched.
type Passing struct {
	State   State
	Counted float64  // in the hours watched
	Hours   float64  // watched
	Days    int      // on which anybody watched
	People  Interval // in all hours; Level 0 where one day gives no limits
}

// Passed estimates how many passed in some hours of a period: the rate an hour of those
// watched, with the days as the units that differ (the ratio estimate; Cochran 1977,
// section 6.4) and limits by Student's t. Never fewer than were counted. It takes the hours
// that nobody watched for hours like the others, which nights and market days are not.
// Nothing watched is Unknown; one day has an estimate and no limits.
func Passed(days []Watch, hours float64) (Passing, error) {
	if err := positive("hours", "", hours); err != nil {
		return Passing{}, err
	}
	p := Passing{}
	for i, d := range days {
		if err := first(atLeastZero("hours", "day "+itoa(i), d.Hours), atLeastZero("people", "day "+itoa(i), d.People)); err != nil {
			return p, err
		}
		if d.Hours > 24 {
			return p, bad("hours", "day "+itoa(i), "are %v; a day has 24", d.Hours)
		}
		if d.Hours == 0 && d.People > 0 {
			return p, bad("people", "day "+itoa(i), "are %v in no hours; say which hours were watched", d.People)
		}
		p.Counted, p.Hours = p.Counted+d.People, p.Hours+d.Hours
		if d.Hours > 0 {
			p.Days++
		}
	}
	if p.Hours == 0 {
		return p, nil
	}
	if p.Hours > hours {
		return p, bad("hours", "", "are %v; %v of them were watched already", hours, p.Hours)
	}
	p.State = Known
	rate := p.Counted / p.Hours
	p.People = Interval{Mid: rate * hours, Low: rate * hours, High: rate * hours}
	if p.Days < 2 {
		return p, nil
	}
	n, sum := float64(p.Days), 0.0
	for _, d := range days {
		if d.Hours > 0 {
			e := d.People - rate*d.Hours
			sum += e * e
		}
	}
	// N²(1−f)/n · s² with N hours of which the share f was watched: of these nothing is
	// uncertain, and of the others both the rate and themselves.
	se := math.Sqrt(hours*(hours-p.Hours)) * math.Sqrt(n/(n-1)*sum) / p.Hours
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975)
	p.People.Low, p.People.High, p.People.Level = math.Max(p.Counted, p.People.Mid-t*se), p.People.Mid+t*se, 0.95
	return p, nil
}
