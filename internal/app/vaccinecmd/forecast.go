package vaccinecmd

import (
	"encoding/json"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/vaccine"
)

// ForecastCmd is godwit vaccine forecast.
type ForecastCmd struct {
	schedule
	On      string `required:"" help:"Assessment date." placeholder:"DATE"`
	History string `arg:"" name:"history.json" help:"One patient; - is standard input."`
}

// Help shows the form of a history.
func (c *ForecastCmd) Help() string {
	return `Example:

  godwit vaccine forecast --data xml --on 2025-11-10 history.json

  {"birth": "2024-02-29", "gender": "female", "country": "US",
   "doses": [{"date": "2024-05-02", "cvx": "107", "mvx": "SKB"}],
   "observations": [{"code": "160"}]}

A dose may also have tradeName, volume, lotExpiry and condition (true: recalled,
sub-potent); an observation may have a system, to be looked up among the coded values
of the supporting data, a date, and unknown (true: nobody knows whether it holds; it is
not applied, and what it would change stands under questions). Only birth is needed. The answer is JSON: every dose
in each series that it counts for, with status, reasons and the rules that gave them, and
the forecasts, those of one vaccine group in the order of their weight.`
}

// Run runs the command.
func (c *ForecastCmd) Run(e *Env) error {
	on, err := calendar.ParseDay(c.On)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	s, err := c.load()
	if err != nil {
		return err
	}
	f, err := e.open(c.History)
	if err != nil {
		return err
	}
	defer f.Close()
	p, err := vaccine.ReadPatient(f)
	if err != nil {
		return err
	}
	res, err := s.Evaluate(&p, on)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(e.Out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(answer(&p, res))
}

type answered struct {
	Version   string             `json:"version"`
	On        string             `json:"on"`
	Doses     []answeredDose     `json:"doses"`
	Forecasts []answeredForecast `json:"forecasts"`
	Problems  []answeredProblem  `json:"problems"`
	Questions []answeredQuestion `json:"questions,omitempty"`
}

type answeredDose struct {
	Date        string               `json:"date"`
	CVX         string               `json:"cvx"`
	Evaluations []answeredEvaluation `json:"evaluations"`
}

type answeredEvaluation struct {
	Antigen string   `json:"antigen"`
	Group   string   `json:"vaccineGroup"`
	Series  string   `json:"series"`
	Kind    string   `json:"seriesType"`
	Target  int      `json:"targetDose,omitempty"`
	Status  string   `json:"status"`
	Reasons []string `json:"reasons,omitempty"`
	Rules   []string `json:"rules,omitempty"`
}

type answeredDates struct {
	Dose          int    `json:"doseNumber,omitempty"`
	Earliest      string `json:"earliest,omitempty"`
	EarliestBy    string `json:"earliestBy,omitempty"`
	Recommended   string `json:"recommended,omitempty"`
	RecommendedBy string `json:"recommendedBy,omitempty"`
	PastDue       string `json:"pastDue,omitempty"`
	PastDueBy     string `json:"pastDueBy,omitempty"`
	Latest        string `json:"latest,omitempty"`
}

type answeredForecast struct {
	Group       string `json:"vaccineGroup"`
	SeriesGroup string `json:"seriesGroup"`
	Kind        string `json:"seriesType"`
	Status      string `json:"status"`
	answeredDates
	Vaccines []string         `json:"vaccines,omitempty"`
	Guidance []string         `json:"guidance,omitempty"`
	Series   []answeredSeries `json:"series"`
}

type answeredSeries struct {
	Antigen string `json:"antigen"`
	Series  string `json:"series"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Choice  string `json:"choice"`
	Valid   int    `json:"validDoses"`
	Target  int    `json:"targetDose,omitempty"`
	answeredDates
}

type answeredQuestion struct {
	Antigen     string `json:"antigen"`
	Series      string `json:"series,omitempty"`
	Observation string `json:"observation"`
	Title       string `json:"title"`
	Text        string `json:"text"`
	Kind        string `json:"kind"`
}

type answeredProblem struct {
	Dose        *int   `json:"dose,omitempty"`
	Observation *int   `json:"observation,omitempty"`
	Problem     string `json:"problem"`
}

func answer(p *vaccine.Patient, res *vaccine.Result) answered {
	out := answered{Version: res.Version, On: res.On.String(), Doses: []answeredDose{}, Forecasts: []answeredForecast{}, Problems: []answeredProblem{}}
	for i, d := range res.Doses {
		dose := answeredDose{Date: p.Doses[i].Date.String(), CVX: p.Doses[i].Product, Evaluations: []answeredEvaluation{}}
		for _, v := range d.Evaluations {
			dose.Evaluations = append(dose.Evaluations, answeredEvaluation{Antigen: v.Antigen, Group: v.Group, Series: v.Series.Name,
				Kind: v.Series.Kind.String(), Target: v.Target, Status: v.Status.String(), Reasons: v.Reasons.Codes(), Rules: v.Reasons.Rules()})
		}
		out.Doses = append(out.Doses, dose)
	}
	for _, f := range res.Forecasts {
		a := answeredForecast{Group: f.Group, SeriesGroup: f.SeriesGroup, Kind: f.Kind.String(), Status: f.Status.String(), Vaccines: f.Vaccines, Guidance: f.Guidance,
			answeredDates: answerDates(f.Dose, f.Earliest, f.Recommended, f.PastDue, f.Latest)}
		for _, s := range f.Series {
			a.Series = append(a.Series, answeredSeries{Antigen: s.Antigen, Series: s.Series.Name, Status: s.Status.String(), Reason: s.Reason.String(),
				Choice: s.Choice.String(), Valid: s.Valid, Target: s.Target, answeredDates: answerDates(s.Dose, s.Earliest, s.Recommended, s.PastDue, s.Latest)})
		}
		out.Forecasts = append(out.Forecasts, a)
	}
	for _, q := range res.Problems {
		a := answeredProblem{Problem: q.Code.String()}
		if q.Dose >= 0 {
			a.Dose = &q.Dose
		} else {
			a.Observation = &q.Observation
		}
		out.Problems = append(out.Problems, a)
	}
	for _, q := range res.Questions {
		kind := "indication"
		if q.Contraindication {
			kind = "contraindication"
		}
		out.Questions = append(out.Questions, answeredQuestion{q.Antigen, q.Series, q.About.Code, q.About.Title, q.Text, kind})
	}
	return out
}

func answerDates(dose int, earliest, recommended, pastDue, latest vaccine.Due) answeredDates {
	return answeredDates{dose, earliest.String(), earliest.By.String(), recommended.String(), recommended.By.String(),
		pastDue.String(), pastDue.By.String(), latest.String()}
}
