package mobility

import (
	"math"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/flow"
)

// growthOf estimates the growth of an outbreak over the last days from cases that were
// reported new, in bins that are no shorter than the reports. A place of which nobody
// reported in some bin is in none of them: a fall because somebody stopped reporting is no
// fall.
func growthOf(o Outbreak, asOf calendar.Day, days int) (Growing, error) {
	end, longest := o.lastCovered(asOf, days)
	width := 3
	if days >= 42 || longest > width {
		width = 7
	}
	var windows []window
	for to := end - calendar.Day(days/width*width) + calendar.Day(width); to <= end; to += calendar.Day(width) {
		windows = append(windows, window{from: to - calendar.Day(width) + 1, to: to})
	}
	bins, silent := make([]float64, len(windows)), 0
	for unit, first := range o.First {
		if first > asOf || len(windows) == 0 {
			continue
		}
		list, told := o.binned(unit, windows)
		if !told {
			silent++
		}
		for i, n := range list {
			bins[i] += n
		}
	}
	for i := range bins {
		bins[i] = math.Round(bins[i]) // the fit takes whole cases
	}
	out := Growing{Width: width, Silent: silent, State: epi.NotIdentifiable}
	if len(bins) == 0 {
		return out, nil
	}
	g, err := epi.EstimateGrowth(bins, float64(width))
	if err != nil {
		return out, err
	}
	out.State, out.Bins = g.State, g.Bins
	// Two bins are a line through two points: it has no limits, and nothing rests on it.
	if g.State != epi.Stands || math.IsNaN(g.Interval.Low) {
		out.State = epi.NotIdentifiable
		return out, nil
	}
	out.Rate = flow.Interval{Mid: g.Rate, Low: g.Interval.Low, High: g.Interval.High, Level: 0.95}
	return out, nil
}

// told is the growth of a doubling time that somebody gave.
func told(days float64) (Growing, error) {
	r, err := flow.GrowthOfDoubling(days)
	return Growing{Rate: flow.Interval{Mid: r, Low: r, High: r}, Told: true, State: epi.Stands}, err
}

// screening is what teams at the points would do.
type screening struct {
	travel    float64       // journeys in the days ahead
	met       float64       // share of them that passes a team
	effective float64       // share of the infected who are met, as often as they are
	found     flow.Interval // of those who are met once
}

// choose puts what can be done beside each other, the least intrusive first.
func choose(g Growing, s screening, diverted Assumed) (Choices, error) {
	travel := s.travel
	out := Choices{Growing: g, Travel: travel, Met: s.met, Diverted: diverted}
	gone := func(found float64) float64 { return math.Min(1, found*s.effective) }
	out.List = append(out.List, Choice{Kind: Open})
	if s.met > 0 { // where no team has a place, screening there is no choice
		out.List = append(out.List, Choice{Kind: Screen, Checked: travel * s.met, Gone: flow.Interval{Mid: gone(s.found.Mid), Low: gone(s.found.Low), High: gone(s.found.High), Level: s.found.Level}})
	}
	for _, c := range closures {
		around := c * diverted.Likely
		out.List = append(out.List, Choice{Kind: Close, Closed: c, Stopped: travel * (c - around), Diverted: travel * around,
			Gone: flow.Interval{Mid: c * (1 - diverted.Likely), Low: c * (1 - diverted.High), High: c * (1 - diverted.Low)}})
	}
	for i := range out.List {
		if err := out.List[i].delay(g); err != nil {
			return out, err
		}
	}
	return out, nil
}

// delay is by how many days the first importations come later. The least is where less is
// gone and the outbreak grows faster.
func (c *Choice) delay(g Growing) error {
	if g.State != epi.Stands || g.Rate.Mid <= 0 {
		return nil
	}
	days := func(gone, rate float64) (float64, error) {
		if gone > 0 && rate <= 0 {
			return math.Inf(1), nil
		}
		p, err := flow.Delay(math.Max(rate, math.SmallestNonzeroFloat64), gone, 0)
		if err == nil && p.State != flow.Known {
			return math.Inf(1), nil
		}
		return p.Days, err
	}
	var err error
	for _, v := range []struct {
		to         *float64
		gone, rate float64
	}{{&c.Delay.Mid, c.Gone.Mid, g.Rate.Mid}, {&c.Delay.Low, c.Gone.Low, g.Rate.High}, {&c.Delay.High, c.Gone.High, g.Rate.Low}} {
		if *v.to, err = days(v.gone, v.rate); err != nil {
			return err
		}
	}
	c.State = flow.Known
	return nil
}

// Pair is two populations for the simulation: the affected places together, and all
// others together.
type Pair struct {
	People               [2]float64 // affected, others
	Incubating, Ill      float64    // infected now in the affected places
	There, Back          float64    // journeys a day, both ways
	IncubationDays, Days float64    // of incubation, and of illness before somebody stays
}

// The simulation looks a year ahead, and at the day on which so many were infected
// elsewhere.
const (
	simulated = 365
	markOf    = 10
)

// simulate compares the choices by a metapopulation SEIR of two places. It grows as the
// outbreak does: β = (r+σ)(r+γ)/σ.
func (c *Choices) simulate(p Pair) error {
	r := c.Growing.Rate.Mid
	if c.Growing.State != epi.Stands || r <= 0 || p.People[0] <= 0 || p.People[1] <= 0 || p.There <= 0 || p.Back <= 0 || p.Incubating+p.Ill <= 0 || p.IncubationDays <= 0 || p.Days <= 0 {
		return nil
	}
	sigma, gamma := 1/p.IncubationDays, 1/p.Days
	rates, err := flow.FromRows([]string{"affected", "others"}, [][]flow.Amount{{flow.Of(0), flow.Of(p.There / p.People[0])}, {flow.Of(p.Back / p.People[1]), flow.Of(0)}})
	if err != nil {
		return err
	}
	infected := math.Min(p.Incubating+p.Ill, p.People[0])
	scale := infected / (p.Incubating + p.Ill)
	m := flow.Metapopulation{Disease: flow.Disease{Beta: (r + sigma) * (r + gamma) / sigma, Sigma: sigma, Gamma: gamma}, Rates: rates,
		Patches: []flow.Patch{{S: p.People[0] - infected, E: p.Incubating * scale, I: p.Ill * scale}, {S: p.People[1]}}}
	days := make([]float64, simulated+1)
	for i := range days {
		days[i] = float64(i)
	}
	reach := func(measure flow.Measure) (float64, bool, error) {
		m.Measure = measure
		course, err := m.Run(days)
		if err != nil {
			return 0, false, err
		}
		was := 0.0
		for i, s := range course.States {
			now := s[1].E + s[1].I + s[1].R
			if now >= markOf {
				if i == 0 || now == was {
					return float64(i), true, nil
				}
				return float64(i) - (now-markOf)/(now-was), true, nil
			}
			was = now
		}
		return 0, false, nil
	}
	open, ok, err := reach(flow.Measure{Pass: 1})
	if err != nil || !ok {
		return err
	}
	c.Course, c.Mark = flow.Known, markOf
	for i := range c.List {
		x := &c.List[i]
		day, ok, err := reach(flow.Measure{Closed: x.Closed, Diverted: c.Diverted.Likely, Pass: x.pass(), Found: 1 - x.pass()})
		if err != nil {
			return err
		}
		if ok {
			x.Later = flow.Of(math.Max(0, day-open))
		}
	}
	return nil
}

// pass is the share of the infected, incubating or ill, who pass the screen of a choice:
// what a screen finds is said of all of them.
func (c Choice) pass() float64 {
	if c.Kind == Screen {
		return 1 - c.Gone.Mid
	}
	return 1
}
