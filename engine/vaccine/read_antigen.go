package vaccine

import (
	"strconv"
	"strings"
)

func (r *reader) antigen(n *node) Antigen {
	var a Antigen
	if im := n.first("immunity"); im != nil {
		for h := range im.all("clinicalHistory") {
			a.ImmunityHistory = append(a.ImmunityHistory, Named{h.str("guidelineCode"), h.str("guidelineTitle")})
		}
		for b := range im.all("dateOfBirth") {
			before, ok := r.day(b, "immunityBirthDate")
			if !ok {
				continue
			}
			rule := BirthImmunity{Before: before, Country: b.str("birthCountry")}
			for e := range b.all("exclusion") {
				rule.Exclusion = append(rule.Exclusion, Named{e.str("exclusionCode"), e.str("exclusionTitle")})
			}
			a.ImmunityBirth = append(a.ImmunityBirth, rule)
		}
	}
	r.contraindications(n.first("contraindications"), &a)
	for s := range n.all("series") {
		name := s.str("targetDisease")
		if a.Name == "" {
			a.Name = name
		}
		if name == "" || name != a.Name {
			r.fail(s, "the series is for %q, the one before for %q", name, a.Name)
		}
		a.Series = append(a.Series, r.series(s))
	}
	if a.Name == "" {
		r.fail(n, "has no series")
	}
	return a
}

func (r *reader) contraindications(n *node, a *Antigen) {
	for c := range n.first("vaccineGroup").all("contraindication") {
		if c.empty() {
			continue
		}
		a.Contraindications = append(a.Contraindications, Contraindication{
			Observation: Named{c.str("observationCode"), c.str("observationTitle")},
			Text:        c.str("contraindicationText"), Guidance: c.str("contraindicationGuidance"),
			Begin: r.period(c, "beginAge"), End: r.period(c, "endAge"),
		})
	}
	for c := range n.first("vaccine").all("contraindication") {
		if c.empty() {
			continue
		}
		a.VaccineContra = append(a.VaccineContra, VaccineContraindication{
			Observation: Named{c.str("observationCode"), c.str("observationTitle")},
			Text:        c.str("contraindicationText"), Guidance: c.str("contraindicationGuidance"),
			Vaccines: r.vaccines(c, "contraindicatedVaccine"),
		})
	}
}

var kinds = map[string]SeriesKind{"standard": Standard, "risk": Risk, "evaluation only": EvaluationOnly}

func (r *reader) series(n *node) Series {
	s := Series{Name: n.str("seriesName"), Group: n.str("vaccineGroup"), Kind: kinds[strings.ToLower(n.str("seriesType"))],
		Equivalent: list(n.str("equivalentSeriesGroups"))}
	if s.Kind == 0 {
		r.fail(n, "seriesType: %q is none", n.str("seriesType"))
	}
	for g := range n.all("seriesAdminGuidance") {
		if g.text != "" {
			s.Guidance = append(s.Guidance, g.text)
		}
	}
	for g := range n.all("requiredGender") {
		if g.text != "" {
			s.Genders = append(s.Genders, g.text)
		}
	}
	if sel := n.first("selectSeries"); sel != nil {
		s.Default, s.Product = r.flag(sel, "defaultSeries"), r.flag(sel, "productPath")
		s.SeriesGroup, s.SeriesGroupName = sel.str("seriesGroup"), sel.str("seriesGroupName")
		s.Priority, s.Preference = sel.str("seriesPriority"), r.number(sel, "seriesPreference")
		s.MinStart, s.MaxStart = r.period(sel, "minAgeToStart"), r.period(sel, "maxAgeToStart")
	}
	for i := range n.all("indication") {
		if o := i.first("observationCode"); o.str("code") != "" {
			s.Indications = append(s.Indications, Indication{Observation: Named{o.str("code"), o.str("text")},
				Description: i.str("description"), Guidance: i.str("guidance"), Begin: r.period(i, "beginAge"), End: r.period(i, "endAge")})
		}
	}
	for d := range n.all("seriesDose") {
		s.Doses = append(s.Doses, r.dose(d))
	}
	if len(s.Doses) == 0 {
		r.fail(n, "%q has no doses", s.Name)
	}
	return s
}

func (r *reader) dose(n *node) SeriesDose {
	d := SeriesDose{
		Preferable: r.vaccines(n, "preferableVaccine"), Acceptable: r.vaccines(n, "allowableVaccine"), Inadvertent: r.vaccines(n, "inadvertentVaccine"),
		Intervals: r.intervals(n, "interval"), Allowable: r.intervals(n, "allowableInterval"),
		Recurring: r.flag(n, "recurringDose"),
	}
	text := strings.TrimSpace(strings.TrimPrefix(strings.ToLower(n.str("doseNumber")), "dose"))
	var err error
	if d.Number, err = strconv.Atoi(text); err != nil {
		r.fail(n, "doseNumber: %q has no number", n.str("doseNumber"))
	}
	for a := range n.all("age") {
		if !a.empty() {
			d.Ages = append(d.Ages, AgeRule{AbsoluteMinimum: r.period(a, "absMinAge"), Minimum: r.period(a, "minAge"),
				EarliestRecommended: r.period(a, "earliestRecAge"), LatestRecommended: r.period(a, "latestRecAge"),
				Maximum: r.period(a, "maxAge"), Effective: r.span(a, "effectiveDate", "cessationDate")})
		}
	}
	for k := range n.all("conditionalSkip") {
		if !k.empty() {
			d.Skips = append(d.Skips, r.skip(k))
		}
	}
	d.Season = r.span(n.first("seasonalRecommendation"), "startDate", "endDate")
	return d
}

func (r *reader) vaccines(n *node, name string) []Vaccine {
	var out []Vaccine
	for v := range n.all(name) {
		if v.empty() {
			continue
		}
		vac := Vaccine{Code: v.str("cvx"), Name: v.str("vaccineType"), Begin: r.period(v, "beginAge"), End: r.period(v, "endAge"),
			TradeName: v.str("tradeName"), Maker: v.str("mvx"), Forecast: r.flag(v, "forecastVaccineType")}
		if vac.Code == "" {
			r.fail(v, "%s %q has no code", name, vac.Name)
		}
		if s := v.str("volume"); s != "" {
			var err error
			if vac.Volume, err = strconv.ParseFloat(s, 64); err != nil {
				r.fail(v, "volume: %q is not a number", s)
			}
		}
		out = append(out, vac)
	}
	return out
}

func (r *reader) intervals(n *node, name string) []IntervalRule {
	var out []IntervalRule
	for i := range n.all(name) {
		if i.empty() {
			continue
		}
		rule := IntervalRule{FromPrevious: r.flag(i, "fromPrevious"), FromTarget: r.number(i, "fromTargetDose"),
			FromVaccines: list(i.str("fromMostRecent")), AbsoluteMinimum: r.period(i, "absMinInt"), Minimum: r.period(i, "minInt"),
			EarliestRecommended: r.period(i, "earliestRecInt"), LatestRecommended: r.period(i, "latestRecInt"),
			Override:  strings.EqualFold(i.str("intervalPriority"), "override") || strings.EqualFold(i.str("intervalPriority"), "y"),
			Effective: r.span(i, "effectiveDate", "cessationDate")}
		if o := i.first("fromRelevantObs"); o != nil {
			rule.FromObservation = Named{o.str("code"), o.str("text")}
		}
		out = append(out, rule)
	}
	return out
}

var contexts = map[string]SkipContext{"both": SkipInEvaluation | SkipInForecast, "evaluation": SkipInEvaluation, "forecast": SkipInForecast}

func (r *reader) skip(n *node) SkipRule {
	k := SkipRule{Context: contexts[strings.ToLower(n.str("context"))], All: !strings.EqualFold(n.str("setLogic"), "or")}
	if k.Context == 0 && n.str("context") != "" {
		r.fail(n, "context: %q is none", n.str("context"))
	}
	for s := range n.all("set") {
		set := SkipSet{All: !strings.EqualFold(s.str("conditionLogic"), "or"), Effective: r.span(s, "effectiveDate", "cessationDate")}
		for c := range s.all("condition") {
			set.Conditions = append(set.Conditions, r.condition(c))
		}
		k.Sets = append(k.Sets, set)
	}
	return k
}

var (
	skipKinds = map[string]SkipKind{"age": SkipByAge, "completed series": SkipByCompletedSeries, "interval": SkipByInterval,
		"vaccine count by age": SkipByCount, "vaccine count by date": SkipByCount,
		"vaccine count by date and age": SkipByCount, "vaccine count by age and date": SkipByCount}
	comparisons = map[string]int{"greater than": 1, "equal to": 0, "equal": 0, "equals": 0, "less than": -1}
)

func (r *reader) condition(n *node) SkipCondition {
	c := SkipCondition{Kind: skipKinds[strings.ToLower(n.str("conditionType"))], Begin: r.period(n, "beginAge"), End: r.period(n, "endAge"),
		Dates: r.span(n, "startDate", "endDate"), Interval: r.period(n, "interval"), Count: r.number(n, "doseCount"),
		ValidOnly: strings.EqualFold(n.str("doseType"), "valid"), Vaccines: list(n.str("vaccineTypes")), SeriesGroups: list(n.str("seriesGroups"))}
	switch c.Kind {
	case 0:
		r.fail(n, "conditionType: %q is none", n.str("conditionType"))
	case SkipByCount:
		var ok bool
		if c.Compare, ok = comparisons[strings.ToLower(n.str("doseCountLogic"))]; !ok {
			r.fail(n, "doseCountLogic: %q is none", n.str("doseCountLogic"))
		}
	}
	return c
}
