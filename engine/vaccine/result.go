package vaccine

import "github.com/godwit-health/godwit/engine/calendar"

// Result is what a schedule says about a patient on a day.
type Result struct {
	Version   string // of the supporting data
	On        calendar.Day
	Doses     []DoseResult // one for each dose of the patient, in the order given
	Forecasts []Forecast   // by vaccine group, series group and series type
	Problems  []Problem
	Questions []Question
}

// Question is an indication or a contraindication of which nobody knows whether it holds
// (Observed.Unknown). It is not applied; the specification asks that a clinician be told
// (tables 5-4, 7-5 and 7-6).
type Question struct {
	Antigen          string
	Series           string // of an indication
	About            Named
	Text             string
	Contraindication bool
}

// DoseResult is how a dose was evaluated in each best patient series that it counts for.
type DoseResult struct{ Evaluations []Evaluation }

// Evaluation is one dose in one best patient series.
type Evaluation struct {
	Antigen string
	Group   string // vaccine group
	Series  *Series
	Status  Status
	Reasons Reasons
	Target  int // number of the series dose it was held against, 0 for none
}

// Forecast is a vaccine group forecast (chapter 9).
type Forecast struct {
	Group       string
	SeriesGroup string
	Kind        SeriesKind
	Status      SeriesStatus
	Dose        int // forecast dose number, 0 where no dose is due
	Earliest    Due
	Recommended Due
	PastDue     Due
	Latest      Due
	Valid       int      // valid doses in the series that this rests on
	TooEarly    bool     // the minimum age to start a series of it is not reached
	Vaccines    []string // recommended vaccine types, by code
	Series      []SeriesForecast
	Guidance    []string // FORECASTGUIDANCE-1, each text once
}

// Due is a date of a forecast and what it rests on. Without a basis there is no date.
type Due struct {
	Day calendar.Day
	By  Basis
}

// String prints the day, or nothing.
func (d Due) String() string {
	if d.By == NoBasis {
		return ""
	}
	return d.Day.String()
}

// SeriesForecast is the forecast of one best patient series (chapter 7).
type SeriesForecast struct {
	Antigen     string
	Series      *Series // of the supporting data; read only
	Status      SeriesStatus
	Reason      ForecastReason
	Choice      Choice // why this series stands for its series group
	Score       int
	Target      int // number of the series dose that is due, 0 for none
	Dose        int
	Earliest    Due
	Recommended Due
	PastDue     Due
	Latest      Due

	Unadjusted        Due // recommended date before it is moved to the earliest date (FORECASTDT-2)
	UnadjustedPastDue Due // FORECASTDT-3

	Valid    int  // valid doses
	priority bool // FORECASTPRIORITY-1
}

func due(d dated) Due { return Due{Day: d.day, By: d.by} }
