package pack

import (
	"encoding/json"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Record is a decision as it is stored with what was done about it: enough to
// say for ever after what was decided, by which version, on which facts, and why.
// Equal decisions give equal bytes (Bytes), so that two records can be compared.
type Record struct {
	Pack      string                `json:"pack"`
	Version   string                `json:"version"`
	Hash      string                `json:"hash"`                   // content hash of the version, or of the joined versions
	Parts     []Part                `json:"parts,omitempty"`        // of joined packs, the destination first
	Stopped   []string              `json:"stopped_rows,omitempty"` // rows that were stopped at the time
	On        string                `json:"on"`                     // the day on the date basis
	Facts     map[string]RecordFact `json:"facts"`                  // what the rows in force read
	Outcomes  []decision.Outcome    `json:"outcomes"`
	Overruled []decision.Outcome    `json:"overruled,omitempty"`
	Ask       []string              `json:"ask,omitempty"`
	Rows      []string              `json:"rows"` // ids of the rows that fired
}

// RecordFact is a fact as it was used.
type RecordFact struct {
	Value    value.Value    `json:"value"`
	AsOf     *calendar.Date `json:"as_of,omitempty"`
	Disputed bool           `json:"disputed,omitempty"`
}

// NewRecord records a decision of this pack on an input.
func (p *Pack) NewRecord(in decision.Input, d decision.Decision) Record {
	r := Record{Pack: p.ID, Version: p.Version, Hash: p.Hash, Parts: p.Parts, Stopped: p.StoppedRows, On: d.On.String(),
		Facts: make(map[string]RecordFact, len(d.Used)), Outcomes: d.Outcomes, Overruled: d.Overruled, Ask: d.Ask, Rows: []string{}}
	for name, v := range d.Used {
		f := RecordFact{Value: v}
		if given, ok := in.Facts[name]; ok {
			f.Value, f.Disputed = given.Value, given.Disputed
			if !given.AsOf.IsZero() {
				asOf := given.AsOf
				f.AsOf = &asOf
			}
		}
		r.Facts[name] = f
	}
	for _, os := range [][]decision.Outcome{d.Outcomes, d.Overruled} {
		for _, o := range os {
			for _, row := range o.Rows {
				if row.Truth == value.Yes && !slices.Contains(r.Rows, row.ID) {
					r.Rows = append(r.Rows, row.ID)
				}
			}
		}
	}
	slices.Sort(r.Rows)
	return r
}

// Bytes is the record as JSON, the same for equal records.
func (r Record) Bytes() ([]byte, error) {
	b, err := json.Marshal(r) // maps are written in key order
	return b, fault.Wrap("pack.Record.Bytes", err)
}

// ParseRecord reads what Bytes wrote.
func ParseRecord(b []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(b, &r); err != nil {
		return r, &fault.Error{Code: fault.Invalid, Op: "pack.ParseRecord", Key: "packs.error.record", Err: err}
	}
	return r, nil
}

// Unconfirmed reports whether any outcome rests on a recalled row or list.
func (r Record) Unconfirmed() bool {
	return slices.ContainsFunc(r.Outcomes, func(o decision.Outcome) bool { return o.Unconfirmed })
}

// ExplainRecord tells a stored decision in a language, from the version that made
// it. The outcomes are those that were stored; nothing is decided again. Only how
// each condition stood is worked out from the stored facts.
func (g *Registry) ExplainRecord(tx *db.Tx, r Record, lang string) (Explanation, error) {
	p, err := g.OfRecord(tx, r)
	if err != nil {
		return Explanation{}, fault.Wrap("pack.ExplainRecord", err)
	}
	on, err := calendar.ParseDay(r.On)
	if err != nil {
		return Explanation{}, &fault.Error{Code: fault.Invalid, Op: "pack.ExplainRecord", Key: "packs.error.record", Err: err}
	}
	in := decision.Input{On: on, Facts: make(map[string]decision.Fact, len(r.Facts))}
	for name, f := range r.Facts {
		fact := decision.Fact{Value: f.Value, AsOf: on.Date(), Disputed: f.Disputed}
		if f.AsOf != nil {
			fact.AsOf = *f.AsOf
		}
		in.Facts[name] = fact
	}
	trace := p.Protocol.Explain(in)
	return p.tell(r.Outcomes, r.Overruled, r.Ask, trace.Tables, lang), nil
}
