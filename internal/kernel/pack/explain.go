package pack

import (
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
)

// Explanation is a decision told in words: each outcome with the sentences of its
// rows, their sources and certainty, and what to ask.
type Explanation struct {
	Outcomes  []ExplainedOutcome
	Overruled []ExplainedOutcome // offers, treatments … that something beat
	Ask       []Question
}

// ExplainedOutcome is one outcome and why.
type ExplainedOutcome struct {
	decision.Outcome
	Word     string // what the code means
	Because  []ExplainedRow
	BarredBy []ExplainedRow
	Ask      []Question // what would settle it
}

// ExplainedRow is one rule in words.
type ExplainedRow struct {
	decision.RowRef
	Sentence string
	Sources  []Cited
	Cells    []ExplainedCell
}

// Cited is a source and where in it.
type Cited struct {
	Source
	Where string // the cell's own words after the id
}

// ExplainedCell is one condition of a rule and how it stood.
type ExplainedCell struct {
	Fact  string
	Word  string // the question of the fact, or the outcome an earlier table found
	Cell  string
	Shown string      // the value, in words where the pack has them
	Truth value.Truth // yes: held, no: failed, unknown
}

// Question is a fact to ask for, with its words.
type Question struct {
	Fact string
	Text string
}

// Explain decides and tells the decision in a language.
func (p *Pack) Explain(in decision.Input, lang string) (decision.Decision, Explanation) {
	t := p.Protocol.Explain(in)
	return t.Decision, p.tell(t.Decision.Outcomes, t.Decision.Overruled, t.Decision.Ask, t.Tables, lang)
}

func (p *Pack) tell(outcomes, overruled []decision.Outcome, ask []string, tables []decision.TableTrace, lang string) Explanation {
	x := explainer{p, lang, map[string]decision.RowTrace{}}
	for _, t := range tables {
		for _, r := range t.Rows {
			x.traces[r.ID] = r
		}
	}
	return Explanation{Outcomes: x.outcomes(outcomes), Overruled: x.outcomes(overruled), Ask: x.questions(ask)}
}

type explainer struct {
	p      *Pack
	lang   string
	traces map[string]decision.RowTrace
}

func (x explainer) outcomes(os []decision.Outcome) []ExplainedOutcome {
	out := make([]ExplainedOutcome, 0, len(os))
	for _, o := range os {
		out = append(out, ExplainedOutcome{Outcome: o, Word: x.p.OutcomeWord(x.lang, o.Kind, o.Code),
			Because: x.rows(o.Rows), BarredBy: x.rows(o.BarredBy), Ask: x.questions(o.Ask)})
	}
	return out
}

func (x explainer) rows(refs []decision.RowRef) []ExplainedRow {
	out := make([]ExplainedRow, 0, len(refs))
	for _, r := range refs {
		out = append(out, ExplainedRow{RowRef: r, Sentence: x.p.Sentence(x.lang, r.ID), Sources: x.p.Cites(r.Source), Cells: x.cells(r)})
	}
	return out
}

func (x explainer) questions(facts []string) []Question {
	out := make([]Question, 0, len(facts))
	for _, f := range facts {
		out = append(out, Question{f, x.p.FactWord(x.lang, f)})
	}
	return out
}

// OutcomeWord is what the code of an outcome means, the code itself where the
// pack has no word for it.
func (p *Pack) OutcomeWord(lang string, k decision.Kind, code string) string {
	keys := []string{string(k) + "." + code}
	if serviceKinds[string(k)] {
		keys = []string{"service." + code, keys[0]}
	}
	if k == decision.Ask {
		return p.FactWord(lang, code)
	}
	for _, key := range keys {
		if w, ok := p.Word(lang, key); ok {
			return w
		}
	}
	return code
}

// FactWord is the question of a fact; for what an earlier table found, the word
// of that outcome; the name where there is neither.
func (p *Pack) FactWord(lang, name string) string {
	if f, ok := p.Fact(name); ok {
		if w, ok := p.Word(lang, f.QuestionKey()); ok {
			return w
		}
		return name
	}
	if kind, code, ok := strings.Cut(name, "."); ok {
		if w := p.OutcomeWord(lang, decision.Kind(kind), code); w != code {
			return w
		}
	}
	return name
}

// ValueWord is a fact's value in words.
func (p *Pack) ValueWord(lang, fact string, v value.Value) string {
	if s, ok := v.Str(); ok {
		if w, ok := p.Word(lang, "value."+fact+"."+s); ok {
			return w
		}
	}
	return v.String()
}

// Cites splits a row's source cell into the texts it cites.
func (p *Pack) Cites(cell string) []Cited {
	var cs []Cited
	for _, part := range strings.Split(cell, ";") {
		part = strings.TrimSpace(part)
		for _, id := range SourceIDs(part) {
			s, ok := p.SourceByID(id)
			if !ok {
				s = Source{ID: id, Title: id}
			}
			cs = append(cs, Cited{s, strings.TrimLeft(strings.TrimPrefix(part, id), ",: ")})
		}
	}
	return cs
}

// cells tells how each condition of a row stood.
func (x explainer) cells(ref decision.RowRef) []ExplainedCell {
	cells := x.traces[ref.ID].Cells
	out := make([]ExplainedCell, 0, len(cells))
	for _, c := range cells {
		shown := c.Value
		if w, ok := x.p.Word(x.lang, "value."+c.Column+"."+c.Value); ok {
			shown = w
		}
		out = append(out, ExplainedCell{Fact: c.Column, Word: x.p.FactWord(x.lang, c.Column), Cell: c.Test, Shown: shown, Truth: c.Holds})
	}
	return out
}
