package pack

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// doseCaseFile holds the worked cases of doses.
const doseCaseFile = "dosecases.csv"

// DoseCase is one worked case: somebody, and what must come out of one form.
type DoseCase struct {
	ID, Medicine, Indication, Form string
	On                             calendar.Day
	Patient                        Patient
	State                          DoseState
	Dose, Volume, Total            int64
	Line                           int
}

var doseCaseColumns = []string{"id", "medicine", "indication", "form", "on", "age_days", "weight_kg", "weighed_days_ago", "state", "mg", "amount", "course"}

func (p *Pack) parseDoseCases(ps *Problems) {
	text, ok := p.Files[doseCaseFile]
	if !ok {
		return
	}
	for _, row := range readSheet(doseCaseFile, text, doseCaseColumns, ps).rows {
		c, before := row.cells, len(*ps)
		amount := func(column string) int64 {
			n, ok := milli(c[column])
			if !ok && c[column] != "" {
				ps.add(doseCaseFile, row.line, column, "%q is not a number with at most three decimals", c[column])
			}
			return n
		}
		count := func(column string) (int, bool) {
			if c[column] == "" {
				return 0, false
			}
			n, err := strconv.Atoi(c[column])
			if err != nil || n < 0 || n > 60000 {
				ps.add(doseCaseFile, row.line, column, "%q is not a whole number of days", c[column])
			}
			return n, true
		}
		on, err := calendar.ParseDay(c["on"])
		if err != nil {
			ps.add(doseCaseFile, row.line, "on", "%q is not a day (want 2026-11-22)", c["on"])
		}
		age, known := count("age_days")
		ago, _ := count("weighed_days_ago")
		x := DoseCase{ID: c["id"], Medicine: c["medicine"], Indication: c["indication"], Form: c["form"], On: on, State: DoseState(c["state"]), Dose: amount("mg"), Volume: amount("amount"), Total: amount("course"), Line: row.line,
			Patient: Patient{Weight: amount("weight_kg"), WeighedOn: on - calendar.Day(ago), LeastAge: age, MostAge: age, AgeKnown: known, On: on}}
		if x.ID == "" {
			ps.add(doseCaseFile, row.line, "id", "is empty")
		}
		if len(*ps) == before {
			p.DoseCases = append(p.DoseCases, x)
		}
	}
}

// run says what is wrong with what comes out of these rules; "" is nothing.
func (c DoseCase) run(rules []Dose) string {
	var mine []Dose
	for _, d := range rules {
		if d.Medicine == c.Medicine && d.Indication == c.Indication && d.Form == c.Form && inForce(d.From, d.To, c.On) {
			mine = append(mine, d)
		}
	}
	a := WorkOut(mine, c.Patient)
	if a.State != c.State {
		return fmt.Sprintf("%s, want %s", a.State, c.State)
	}
	if c.State != Definite && c.State != Unconfirmed {
		return ""
	}
	if a.Dose != c.Dose || a.Volume != c.Volume || a.Total != c.Total {
		return fmt.Sprintf("%d µg in %d, course %d, want %d µg in %d, course %d", a.Dose, a.Volume, a.Total, c.Dose, c.Volume, c.Total)
	}
	return ""
}

// doseFailures runs the worked cases.
func (p *Pack) doseFailures() (failed []Failure) {
	for _, c := range p.DoseCases {
		if why := c.run(p.Doses); why != "" {
			failed = append(failed, Failure{Case: c.ID, Line: c.Line, Wrong: []Mismatch{{What: "dose", Want: []string{string(c.State)}, Got: []string{why}}}})
		}
	}
	return failed
}

// doseMutants yields the rules with one row dropped or one number moved.
func doseMutants(rules []Dose) iter.Seq2[Survivor, []Dose] {
	return func(yield func(Survivor, []Dose) bool) {
		for i, d := range rules {
			rest := append(append([]Dose{}, rules[:i]...), rules[i+1:]...)
			if !yield(Survivor{d.File, d.ID, "row dropped"}, rest) {
				return
			}
			for _, m := range moved(d) {
				all := append([]Dose{}, rules...)
				all[i] = m.Dose
				if !yield(Survivor{d.File, d.ID, m.what}, all) {
					return
				}
			}
		}
	}
}

type movedDose struct {
	Dose
	what string
}

// moved are the rows that differ in one number.
func moved(d Dose) (out []movedDose) {
	add := func(what string, change func(*Dose)) {
		m := d
		change(&m)
		out = append(out, movedDose{m, what})
	}
	if d.By != Fixed {
		add("weight_from up", func(m *Dose) { m.WeightFrom++ })
		add("weight_from down", func(m *Dose) { m.WeightFrom-- })
		add("weight_to up", func(m *Dose) { m.WeightTo++ })
		add("weight_to down", func(m *Dose) { m.WeightTo-- })
		add("weight_age up", func(m *Dose) { m.WeightAge++ })
		add("weight_age down", func(m *Dose) { m.WeightAge-- })
	}
	if d.AgeFrom > 0 {
		add("age_from up", func(m *Dose) { m.AgeFrom++ })
		add("age_from down", func(m *Dose) { m.AgeFrom-- })
	}
	if d.AgeTo > 0 {
		add("age_to up", func(m *Dose) { m.AgeTo++ })
		add("age_to down", func(m *Dose) { m.AgeTo-- })
	}
	if d.PerKilogram > 0 {
		add("mg_per_kg doubled", func(m *Dose) { m.PerKilogram *= 2 })
		add("mg_per_kg halved", func(m *Dose) { m.PerKilogram /= 2 })
	}
	if d.Amount > 0 {
		add("mg doubled", func(m *Dose) { m.Amount *= 2 })
		add("mg halved", func(m *Dose) { m.Amount /= 2 })
	}
	if d.MostDay > 0 && d.By == ByKilogram {
		add("max_day_mg halved", func(m *Dose) { m.MostDay /= 2 })
		add("max_day_mg taken away", func(m *Dose) { m.MostDay = 0 })
	}
	add("times up", func(m *Dose) { m.Times++ })
	add("days up", func(m *Dose) { m.Days++ })
	add("strength doubled", func(m *Dose) { m.Strength *= 2 })
	add("certainty turned", func(m *Dose) {
		if m.Certainty = Recalled; d.Certainty == Recalled {
			m.Certainty = Official
		}
	})
	return out
}

// mutateDoses adds to a mutation what the worked cases of doses notice.
func (p *Pack) mutateDoses(m *Mutation) {
	for s, rules := range doseMutants(p.Doses) {
		caught := false
		for _, c := range p.DoseCases {
			if caught = c.run(rules) != ""; caught {
				break
			}
		}
		if caught {
			m.Caught++
		} else {
			m.Survivors = append(m.Survivors, s)
		}
	}
}

// DoseTitle is what a medicine is called in a language.
func (p *Pack) DoseTitle(lang, medicine string) string {
	w, ok := p.Word(lang, "medicine."+medicine)
	if !ok {
		return strings.TrimPrefix(w, "medicine.")
	}
	return w
}
