package assessment

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Shown is what stood there when questions were put: the zero Shown is now. An answer
// is of the day it was asked for, and does not come after what was said meanwhile
// (order.Answer).
type Shown struct {
	On   calendar.Day
	Seen []db.ID
}

// Answer records what was answered to questions of a member's plan, by fact name:
// observations go to the person's record, facts of the application to the case,
// and those of it that are sensitive to the member alone. The plan is made anew in
// the same transaction.
func (s *Service) Answer(ctx context.Context, member db.ID, answers map[string]value.Value) error {
	return s.AnswerShown(ctx, member, answers, Shown{})
}

// AnswerShown is Answer for questions that were put before.
func (s *Service) AnswerShown(ctx context.Context, member db.ID, answers map[string]value.Value, shown Shown) error {
	const op = "assessment.Answer"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d := s.desk(tx)
		v, err := d.look(member)
		if err != nil {
			return err
		}
		if v.ended() {
			return fault.New(fault.Conflict, op, "assessment.error.ended")
		}
		common := value.Facts{}
		for _, name := range value.Facts(answers).Names() {
			f, ok := v.Pack.Fact(name)
			if !ok {
				return fault.Field(op, "fact."+name, "assessment.error.choice")
			}
			if err := s.Access.Check(ctx, answerRight(f), v.resource(levelOf(f.Sensitivity))); err != nil {
				return err
			}
			if err := d.answer(ctx, v, f, answers[name], common, shown); err != nil {
				return err
			}
		}
		if len(common) > 0 {
			if err := d.answerCase(ctx, v, common); err != nil {
				return err
			}
		}
		// A person can stand in several cases: an observation moves them all.
		return s.Changed(ctx, tx, v.Member.Person, "answer")
	}))
}

// answerRight is the right to answer a fact of a pack, which says whose judgement
// the answer is.
func answerRight(f pack.Fact) access.Action {
	if f.Answer == pack.AnswerPhysician {
		return access.PlanDiagnose
	}
	return access.PlanAnswer
}

// answer puts one answer where its fact is kept; those of the whole case are
// gathered in common.
func (d *desk) answer(ctx context.Context, v *view, f pack.Fact, val value.Value, common value.Facts, shown Shown) error {
	actor, _ := access.From(ctx)
	kind, name, _ := strings.Cut(f.From, ":")
	switch {
	case kind == "obs":
		on := d.today()
		if shown.On != 0 {
			on = min(on, shown.On)
		}
		return d.Orders.Answer(d.tx, actor.Author(), NewAnswer{Subject: v.Member.Person, Code: name, Value: val, On: on,
			Sensitivity: max(levelOf(f.Sensitivity), journal.Clinical), Site: v.Site, Programme: v.Programme, Seen: shown.Seen})
	case !isApplication(f):
		return fault.Field("assessment.answer", "fact."+f.Name, "assessment.error.choice")
	}
	name = strings.TrimPrefix(f.From, "case.")
	if _, own := v.Own[name]; own || isSensitive(f.Sensitivity) {
		return d.putOwn(ctx, d.tx, ownFact{v.Member.ID, v.Member.Person, name, val, v.Pack, v.Site})
	}
	common[name] = val
	return nil
}

// isApplication reports whether a fact is one of the application, beside the day
// and country of the examination.
func isApplication(f pack.Fact) bool {
	return strings.HasPrefix(f.From, "case.") && f.From != "case.exam_date" && f.From != "case.exam_country"
}

// answerCase adds facts to the case and plans everybody in it anew.
func (d *desk) answerCase(ctx context.Context, v *view, common value.Facts) error {
	doc, err := d.Journal.Load(d.tx, v.Case.ID)
	if err != nil {
		return err
	}
	facts := value.Facts{}
	for name, val := range v.Case.Facts {
		facts[name] = val
	}
	for name, val := range common {
		facts[name] = val
	}
	actor, _ := access.From(ctx)
	if err := d.put(ctx, journal.Change{Kind: kindCase, Doc: v.Case.ID, Base: doc.Version, Purpose: actor.Purpose, Fields: map[string]any{"facts": facts}}); err != nil {
		return err
	}
	return d.reassessCase(ctx, v.Case.ID, "answer")
}

// Own sets facts of the application that are one member's own, in place of the
// case's, and takes back those that are as for the whole case.
func (s *Service) Own(ctx context.Context, member db.ID, set value.Facts, back []string) error {
	const op = "assessment.Own"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d := s.desk(tx)
		v, err := d.look(member)
		if err != nil {
			return err
		}
		for _, name := range append(set.Names(), back...) {
			f, ok := applicationFact(v.Pack, name)
			if !ok || !isApplication(f) {
				return fault.Field(op, "fact."+name, "assessment.error.choice")
			}
			level := levelOf(f.Sensitivity)
			if err := s.Access.Check(ctx, access.PlanAnswer, v.resource(max(level, journal.Clinical))); err != nil {
				return err
			}
			val, own := set[name]
			if _, had := v.Own[name]; !own && !had {
				continue
			}
			if err := s.writeOwn(ctx, tx, ownFact{member, v.Member.Person, name, val, v.Pack, v.Site}, level, map[string]any{"own": own, "value": val}); err != nil {
				return err
			}
		}
		return d.reassess(ctx, member, "answer")
	}))
}

// Take orders a service that the rules offer and the person takes up. It is their
// choice: nothing waits for it, and no clearance stands on it.
func (s *Service) Take(ctx context.Context, member db.ID, service string) error {
	const op = "assessment.Take"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d := s.desk(tx)
		v, err := d.look(member)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(v.Plan.Items, func(it Item) bool { return it.Code == service && it.Offered })
		if i < 0 || v.ended() {
			return fault.Field(op, "service", "assessment.error.not_offered")
		}
		it := v.Plan.Items[i]
		res := v.resource(max(levelOf(it.Service.Sensitivity), journal.Clinical))
		res.Station = it.Service.Station
		if err := s.Access.Check(ctx, access.OrderCreate, res); err != nil {
			return err
		}
		if it.State != ItemOffered {
			return fault.New(fault.Conflict, op, keyReplayed)
		}
		if err := d.placeOrder(ctx, v, it); err != nil {
			return err
		}
		return d.reassess(ctx, member, "answer")
	}))
}
