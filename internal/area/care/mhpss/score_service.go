package mhpss

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// instruments are those that the pack asks, in its order.
func instruments(p *pack.Pack) (out []string) {
	f, ok := p.Form(scoresForm)
	if !ok {
		return nil
	}
	row, ok := f.Row("instrument")
	if !ok {
		return nil
	}
	for _, c := range row.Choices {
		if _, items := itemsOf(p, c.Name); items > 0 {
			out = append(out, c.Name)
		}
	}
	return out
}

// itemsOf are the names of an instrument's questions and how many there are.
func itemsOf(p *pack.Pack, instrument string) (names []string, n int) {
	f, ok := p.Form(scoresForm)
	if !ok {
		return nil, 0
	}
	for i := range f.Rows {
		if rest, ok := strings.CutPrefix(f.Rows[i].Name, instrument+"_"); ok {
			if _, err := strconv.Atoi(rest); err == nil {
				names = append(names, f.Rows[i].Name)
			}
		}
	}
	return names, len(names)
}

// gate is what the pack says before an instrument is read to somebody.
func (s *Service) gate(tx *db.Tx, p *pack.Pack, c Case, in inRoom, instrument, lang string) (pack.Explanation, error) {
	facts, _, err := s.People.Facts(tx, c.Person, s.today())
	if err != nil {
		return pack.Explanation{}, err
	}
	_, has := in.wording(instrument, lang)
	a := asked{person: facts, answers: value.Facts{"instrument": value.Text(instrument)}, validated: value.Of(has), responder: value.Of(in.duty != nil), on: s.today()}
	_, x := p.Explain(a.input(p), lang)
	return x, nil
}

// Score keeps a questionnaire that was read word for word, and what the pack makes of it. Where
// a gate holds nothing is kept.
func (s *Service) Score(ctx context.Context, id, doc db.ID, instrument, lang string, answers map[string][]string) (x pack.Explanation, err error) {
	const op = "mhpss.Score"
	c, in, err := s.find(ctx, id)
	if err != nil {
		return x, err
	}
	var kept Score
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.Packs.Active(tx, packID, s.today())
		if err != nil {
			return err
		}
		if !slices.Contains(instruments(p), instrument) {
			return fault.Field(op, "instrument", "mhpss.error.instrument")
		}
		if x, err = s.gate(tx, p, c, in, instrument, lang); err != nil {
			return err
		}
		if !gateOpen(x) {
			return fault.Field(op, "", "mhpss.error.gate")
		}
		f, _ := p.Form(scoresForm)
		answers["instrument"] = []string{instrument}
		res := f.Check(answers, nil, s.today(), others(instrument))
		if !res.OK() {
			return badAnswers(op, res)
		}
		facts, _, err := s.People.Facts(tx, c.Person, s.today())
		if err != nil {
			return err
		}
		w, _ := in.wording(instrument, lang)
		a := asked{person: facts, answers: res.Facts, validated: value.Of(true), responder: value.Of(in.duty != nil), on: s.today()}
		d, said := p.Explain(a.input(p), lang)
		x = said
		kept = Score{Instrument: instrument, Lang: lang, Wording: w.Source, Pack: p.ID, Version: p.Version, Hash: p.Hash, Answers: answers, Total: totalOf(d, instrument), Codes: told(x)}
		kept.Check = slices.ContainsFunc(kept.Codes, func(code string) bool {
			return strings.HasSuffix(code, "."+safetyCheck) || strings.HasSuffix(code, "."+askLastItem)
		})
		if kept.Check && in.duty != nil {
			kept.Duty = in.duty.Name + " · " + in.duty.Reach
		}
		return nil
	})
	if err != nil {
		return x, err
	}
	return x, s.put(ctx, id, doc, scoreLeaf, kept)
}

// others leaves out the questions of other instruments.
func others(instrument string) func(*form.Row) bool {
	return func(r *form.Row) bool { return r.Name != "instrument" && !strings.HasPrefix(r.Name, instrument+"_") }
}

// badAnswers are the errors of a form, at their questions.
func badAnswers(op string, res *form.Result) error {
	var errs []error
	for _, e := range res.Errors {
		errs = append(errs, fault.Field(op, "q-"+e.Question, "page.form."+string(e.Code)))
	}
	return errors.Join(errs...)
}

// Check keeps a safety check in person: without an outcome there is none.
func (s *Service) Check(ctx context.Context, id, doc db.ID, answers map[string][]string, note, lang string) (x pack.Explanation, err error) {
	const op = "mhpss.Check"
	c, in, err := s.find(ctx, id)
	if err != nil {
		return x, err
	}
	kept := Check{Answers: answers, Note: note}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.Packs.Active(tx, packID, s.today())
		if err != nil {
			return err
		}
		f, ok := p.Form(checkForm)
		if !ok {
			return fault.New(fault.Unavailable, op, "mhpss.error.no_pack")
		}
		res := f.Check(answers, nil, s.today())
		if !res.OK() {
			return badAnswers(op, res)
		}
		if out, ok := res.Facts["safety_outcome"].Str(); !ok || out == "" {
			return fault.Field(op, "q-safety_outcome", "mhpss.error.outcome")
		}
		facts, _, err := s.People.Facts(tx, c.Person, s.today())
		if err != nil {
			return err
		}
		a := asked{person: facts, answers: res.Facts, validated: value.Of(true), responder: value.Of(in.duty != nil), on: s.today()}
		_, x = p.Explain(a.input(p), lang)
		kept.Codes = told(x)
		return nil
	})
	if err != nil {
		return x, err
	}
	return x, s.put(ctx, id, doc, checkLeaf, kept)
}
