package vaccine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Compile makes a schedule of supporting data. It checks that what a series refers to
// exists: vaccine groups, genders, dose numbers. A product of an antigen that has no series
// is a warning. The data must not be changed afterwards.
func Compile(d *Data) (*Schedule, error) {
	c := compiler{s: &Schedule{data: d, productOf: map[string]int{}, observations: map[string]int{}, coded: map[CodedValue]int{}, groups: d.Groups},
		antigens: map[string]int{}, groups: map[string]int{}, groupOf: map[string]int{}}
	for i := range d.Antigens {
		if _, twice := c.antigens[fold(d.Antigens[i].Name)]; twice {
			c.fail("antigen %q is there twice", d.Antigens[i].Name)
		}
		c.antigens[fold(d.Antigens[i].Name)] = i
	}
	for i, g := range d.Groups {
		c.groups[fold(g.Name)] = i
		for _, a := range g.Antigens {
			c.groupOf[fold(a)] = i
		}
	}
	for i := range d.Observations {
		c.observation(Named{Code: d.Observations[i].Code, Title: d.Observations[i].Title})
		for _, v := range d.Observations[i].Coded {
			c.s.coded[CodedValue{Code: fold(v.Code), System: fold(v.System)}] = i
		}
	}
	c.products()
	c.conflicts()
	for i := range d.Antigens {
		c.s.antigens = append(c.s.antigens, c.antigen(&d.Antigens[i]))
	}
	if len(c.problems) > 0 {
		return nil, errors.Join(c.problems[:min(len(c.problems), 50)]...)
	}
	return c.s, nil
}

type compiler struct {
	s                         *Schedule
	antigens, groups, groupOf map[string]int
	problems                  []error
}

// warn notes what does not keep the data from being used: what has no series is not
// evaluated and not forecast.
func (c *compiler) warn(format string, args ...any) {
	c.s.warnings = append(c.s.warnings, fmt.Sprintf(format, args...))
}

func (c *compiler) fail(format string, args ...any) {
	c.problems = append(c.problems, errorf("supporting data", format, args...))
}

// observation numbers an observation. One that only an antigen's file knows is taken
// with the title it has there.
func (c *compiler) observation(n Named) int {
	if n.Code == "" {
		return -1
	}
	i, ok := c.s.observations[fold(n.Code)]
	if !ok {
		i = len(c.s.titles)
		c.s.observations[fold(n.Code)] = i
		c.s.titles = append(c.s.titles, n.Title)
	}
	return i
}

func (c *compiler) product(code string) int {
	key := fold(code)
	i, ok := c.s.productOf[key]
	if !ok {
		i = len(c.s.products)
		c.s.productOf[key] = i
		c.s.products = append(c.s.products, product{code: strings.TrimSpace(code), data: -1})
	}
	return i
}

func (c *compiler) products() {
	for i, p := range c.s.data.Products {
		at := c.product(p.Code)
		if c.s.products[at].data >= 0 {
			c.fail("product %s is there twice", p.Code)
		}
		c.s.products[at].data = i
		for _, a := range p.Antigens {
			n, ok := c.antigens[fold(a.Antigen)]
			if !ok {
				c.warn("product %s holds the antigen %q, which has no series", p.Code, a.Antigen)
				continue
			}
			c.s.products[at].antigens = append(c.s.products[at].antigens, association{n, window{a.Begin, a.End}})
		}
	}
}

func (c *compiler) conflicts() {
	for _, v := range c.s.data.Conflicts {
		cur, prev := c.product(v.Current), c.product(v.Previous)
		for len(c.s.conflicts) <= cur {
			c.s.conflicts = append(c.s.conflicts, nil)
		}
		c.s.conflicts[cur] = append(c.s.conflicts[cur], conflict{prev, v.Begin, v.MinEnd, v.End})
	}
}

func (c *compiler) set(codes []string) productSet {
	var s productSet
	for _, code := range codes {
		i := c.product(code)
		for len(s) <= i>>6 {
			s = append(s, 0)
		}
		s[i>>6] |= 1 << (i & 63)
	}
	return s
}

func (c *compiler) vaccines(in []Vaccine) []vaccine {
	out := make([]vaccine, len(in))
	for i, v := range in {
		out[i] = vaccine{product: c.product(v.Code), at: window{v.Begin, v.End}, trade: fold(v.TradeName), maker: fold(v.Maker),
			volume: v.Volume, forecast: v.Forecast}
	}
	return out
}

func (c *compiler) antigen(a *Antigen) antigen {
	out := antigen{data: a, name: a.Name}
	var ok bool
	if out.group, ok = c.groupOf[fold(a.Name)]; !ok {
		out.group = -1
	}
	for _, h := range a.ImmunityHistory {
		out.immunity = append(out.immunity, c.observation(h))
	}
	for i := range a.ImmunityBirth {
		b := birthRule{BirthImmunity: &a.ImmunityBirth[i], country: letters(a.ImmunityBirth[i].Country)}
		for _, e := range b.Exclusion {
			b.exclusion = append(b.exclusion, c.observation(e))
		}
		out.births = append(out.births, b)
	}
	for _, k := range a.Contraindications {
		out.contra = append(out.contra, contraRule{c.observation(k.Observation), window{k.Begin, k.End}})
	}
	for _, k := range a.VaccineContra {
		out.vaccine = append(out.vaccine, vaccineContra{c.observation(k.Observation), c.vaccines(k.Vaccines)})
	}
	for i := range a.Series {
		if g := a.Series[i].SeriesGroup; !slices.Contains(out.groups, g) {
			out.groups = append(out.groups, g)
		}
	}
	for i := range a.Series {
		s := c.series(&a.Series[i], &out)
		s.antigen = len(c.s.antigens)
		out.completed = out.completed || s.completed
		out.series = append(out.series, s)
	}
	return out
}

func (c *compiler) series(in *Series, a *antigen) series {
	s := series{Series: in, group: a.group, seriesGroup: slices.Index(a.groups, in.SeriesGroup)}
	if g, ok := c.groups[fold(in.Group)]; ok {
		s.group = g
	} else if in.Group != "" || s.group < 0 {
		c.fail("series %q names the vaccine group %q, which does not exist", in.Name, in.Group)
	}
	for _, g := range in.Genders {
		switch fold(g) {
		case "female", "f":
			s.genders |= female
		case "male", "m":
			s.genders |= male
		case "unknown", "u":
			s.genders |= unknownGender
		default:
			c.fail("series %q is for the gender %q", in.Name, g)
		}
	}
	for _, i := range in.Indications {
		s.indications = append(s.indications, indication{c.observation(i.Observation), window{i.Begin, i.End}})
	}
	// A series may name an equivalent group of which the antigen has no series.
	s.equivalent = c.seriesGroups(in.Equivalent, a)
	numbers := map[int]bool{}
	for i := range in.Doses {
		numbers[in.Doses[i].Number] = true
	}
	for i := range in.Doses {
		d := c.dose(&in.Doses[i], a)
		for _, v := range d.intervals {
			if v.FromTarget != 0 && !numbers[v.FromTarget] {
				c.fail("series %q dose %d is measured from dose %d, which it has not", in.Name, d.Number, v.FromTarget)
			}
		}
		for _, k := range d.skips {
			for _, set := range k.sets {
				for _, cond := range set.conditions {
					s.completed = s.completed || cond.Kind == SkipByCompletedSeries
				}
			}
		}
		s.doses = append(s.doses, d)
	}
	return s
}

func (c *compiler) seriesGroups(names []string, a *antigen) []int {
	var out []int
	for _, name := range names {
		if i := slices.Index(a.groups, name); i >= 0 {
			out = append(out, i)
		}
	}
	return out
}

func (c *compiler) dose(in *SeriesDose, a *antigen) seriesDose {
	d := seriesDose{SeriesDose: in, preferable: c.vaccines(in.Preferable), acceptable: c.vaccines(in.Acceptable),
		intervals: c.intervals(in.Intervals), allowable: c.intervals(in.Allowable)}
	var codes []string
	for _, v := range in.Inadvertent {
		codes = append(codes, v.Code)
	}
	d.inadvertent = c.set(codes)
	for i := range in.Skips {
		k := skip{SkipRule: &in.Skips[i]}
		for j := range k.Sets {
			set := skipSet{SkipSet: &k.Sets[j]}
			for n := range set.Conditions {
				cond := &set.Conditions[n]
				set.conditions = append(set.conditions, condition{cond, c.set(cond.Vaccines), c.seriesGroups(cond.SeriesGroups, a)})
			}
			k.sets = append(k.sets, set)
		}
		d.skips = append(d.skips, k)
	}
	for _, v := range d.preferable {
		if v.product >= len(c.s.conflicts) {
			continue
		}
		for _, k := range c.s.conflicts[v.product] {
			if !slices.Contains(d.conflicts, k) {
				d.conflicts = append(d.conflicts, k)
			}
		}
	}
	return d
}

func (c *compiler) intervals(in []IntervalRule) []interval {
	out := make([]interval, len(in))
	for i := range in {
		out[i] = interval{IntervalRule: &in[i], vaccines: c.set(in[i].FromVaccines), observation: c.observation(in[i].FromObservation)}
	}
	return out
}

// letters keeps the letters of a country's name in lower case: "U.S." is "us".
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}
