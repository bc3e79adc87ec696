package alert

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// saidRow is a row of the thresholds that says yes for certain.
type saidRow struct {
	id    string
	level Level
}

// saidRows is what the thresholds say of some facts.
type saidRows struct {
	rows   []saidRow
	record json.RawMessage
	may    []string   // levels that what is not known could still give
	asks   [][]string // facts that would settle each of them
	needs  []string   // all of those
}

// rowsOf holds the thresholds against facts.
func rowsOf(p *pack.Pack, in decision.Input) (out saidRows) {
	d := p.Protocol.Decide(in)
	raw, err := p.NewRecord(in, d).Bytes()
	if err == nil {
		out.record = raw
	}
	for _, o := range d.Outcomes {
		if o.Kind != decision.Classify || o.State != decision.Definite || levelOf(o.Code) == "" {
			continue
		}
		for _, r := range o.Rows {
			if r.Truth == value.Yes {
				out.rows = append(out.rows, saidRow{r.ID, levelOf(o.Code)})
			}
		}
	}
	for _, standing := range p.Protocol.Standings(&d) {
		for _, m := range standing.May {
			if l := string(levelOf(m)); l != "" && !slices.Contains(out.may, l) {
				out.may, out.asks = append(out.may, l), append(out.asks, standing.Ask)
				out.needs = append(out.needs, standing.Ask...)
			}
		}
	}
	slices.Sort(out.needs)
	out.needs = slices.Compact(out.needs)
	return out
}

// cellsOf are the cells of a row as they were held against the facts.
func cellsOf(p *decision.Protocol, in decision.Input, id string) []decision.CellTrace {
	for _, t := range p.Explain(in).Tables {
		for _, r := range t.Rows {
			if r.ID == id {
				return r.Cells
			}
		}
	}
	return nil
}

// counted is a number that stands on an alert.
type counted struct {
	n       float64
	atLeast bool
	span    Span
}

// spanOf reads what a fact of the pack counts over from its name, cases_30d or cases_week.
func spanOf(fact string) Span {
	_, last, _ := strings.Cut(fact, "_")
	last = last[strings.LastIndex(last, "_")+1:]
	switch s := Span(last); {
	case s == OfWeek:
		return s
	case strings.HasSuffix(last, "d") && s.Days() > 0:
		return s
	}
	return ""
}

// observedBy is the count that a row asks for; ok is false of a row that asks for none.
func observedBy(in decision.Input, cells []decision.CellTrace) (out counted, ok bool) {
	for _, c := range cells {
		if c.Column == factPopulation {
			continue
		}
		if v := in.Facts[c.Column].Value; v.Kind() == value.KindNumber {
			lo, hi, _ := v.Bounds()
			return counted{lo, hi > lo, spanOf(c.Column)}, true
		}
	}
	return out, false
}
