package assessment

import (
	"context"
	"strings"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Answer records what was answered to questions of a member's plan, by fact name:
// observations go to the person's record, facts of the application to the case.
// The plan is made anew in the same transaction.
func (s *Service) Answer(ctx context.Context, member db.ID, answers map[string]value.Value) error {
	const op = "assessment.Answer"
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := s.look(tx, member)
		if err != nil {
			return err
		}
		actor, _ := access.From(ctx)
		facts := value.Facts{}
		for name, val := range v.Case.Facts {
			facts[name] = val
		}
		changed := false
		for _, name := range value.Facts(answers).Names() {
			f, ok := v.Pack.Fact(name)
			if !ok {
				return fault.Field(op, "fact."+name, "assessment.error.choice")
			}
			level := levelOf(f.Sensitivity)
			res := access.Resource{Kind: kindMember, Doc: member, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: level}
			if err := s.Access.Check(ctx, access.PlanAnswer, res); err != nil {
				return err
			}
			if key, ok := strings.CutPrefix(f.From, "case."); ok {
				facts[key], changed = answers[name], true
				continue
			}
			code, ok := strings.CutPrefix(f.From, "obs:")
			if !ok {
				return fault.Field(op, "fact."+name, "assessment.error.choice")
			}
			if err := s.Orders.Answer(tx, actor.Author(), NewAnswer{Subject: v.Member.Person, Code: code, Value: answers[name], On: s.today(),
				Sensitivity: level, Site: v.Site, Programme: v.Programme}); err != nil {
				return fault.Wrap(op, err)
			}
		}
		if changed {
			doc, err := s.Journal.Load(tx, v.Case.ID)
			if err != nil {
				return err
			}
			if err := s.Journal.Append(tx, actor.Author(), journal.Change{Kind: kindCase, Doc: v.Case.ID, Site: v.Site, Programme: v.Programme,
				Sensitivity: journal.Identity, Purpose: actor.Purpose, Base: doc.Version, Fields: map[string]any{"facts": facts}}); err != nil {
				return fault.Wrap(op, err)
			}
			members, err := membersOf(tx, v.Case.ID)
			if err != nil {
				return err
			}
			for _, m := range members {
				if err := s.reassess(ctx, tx, m.ID, "answer"); err != nil {
					return fault.Wrap(op, err)
				}
			}
		}
		// A person can stand in several cases: an observation moves them all.
		return fault.Wrap(op, s.Changed(ctx, tx, v.Member.Person, "answer"))
	})
}
