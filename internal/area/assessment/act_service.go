package assessment

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// minReason is the shortest reason for going against a rule, in characters: a
// word is not a reason.
const minReason = 10

// act is one officer's act about a member, in its own transaction: load, check
// the right, check that the act is new and that the decision is still the one the
// officer saw. What an officer signs, waives or overrides may rest on anything in
// the record, so it takes the right at the highest sensitivity of the plan.
//
// Where the record has moved ahead of the stored decision (a new version of the
// pack, a fact that came another way), the plan is made anew in a transaction of
// its own, so that the officer can look again and decide.
func (s *Service) act(ctx context.Context, op string, id, member, seen db.ID, right access.Action, do func(*desk, *view) error) error {
	behind := false
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		behind = false
		d := s.desk(tx)
		v, err := d.look(member)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, right, v.resource(journal.Sensitive)); err != nil {
			return err
		}
		switch {
		case slices.ContainsFunc(v.Acts, func(a Act) bool { return a.ID == id }):
			return fault.New(fault.Conflict, op, keyReplayed)
		case v.ended():
			return fault.New(fault.Conflict, op, "assessment.error.ended")
		case v.Last == nil || v.Last.ID != seen || !v.current():
			behind = !v.current()
			return fault.New(fault.Conflict, op, "assessment.error.moved")
		}
		return do(d, v)
	})
	if behind {
		if again := s.replan(ctx, member); again != nil {
			return fault.Wrap(op, again)
		}
	}
	return fault.Wrap(op, err)
}

// keyReplayed is the message of an act that was posted before.
const keyReplayed = "assessment.error.replayed"

// replan makes one member's plan anew.
func (s *Service) replan(ctx context.Context, member db.ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.desk(tx).reassess(ctx, member, "rules") })
}

// put records an act.
func (d *desk) putAct(ctx context.Context, v *view, a Act) error {
	rows := a.Rows
	if rows == nil {
		rows = []string{}
	}
	return d.put(ctx, v.change(ctx, kindAct, a.ID, journal.Sensitive, map[string]any{"member": v.Member.ID, "act": a.Act, "decision": a.Decision,
		"service": a.Service, "rows": rows, "reason": strings.TrimSpace(a.Reason), "outcome": a.Outcome}))
}

// Sign signs the decision the physician saw. Where nothing stands against it, it
// issues the clearance; where only holds stand, it signs the classification and
// clears nobody. Anything else is refused with what is still open. The results it
// rests on are marked as used, so that whoever corrects one knows who signed.
func (s *Service) Sign(ctx context.Context, id, member, seen db.ID) (cleared bool, err error) {
	const op = "assessment.Sign"
	err = s.act(ctx, op, id, member, seen, access.CaseSign, func(d *desk, v *view) error {
		obs := v.obstacles()
		cleared = len(obs) == 0
		until, hasDay := v.validUntil()
		switch {
		case v.clearance() == ClearanceIssued, signedAlready(v.Acts, seen.String()) && !cleared:
			return fault.New(fault.Conflict, op, "assessment.error.signed")
		case !onlyHolds(obs):
			return &fault.Error{Code: fault.Invalid, Op: op, Key: "assessment.error.open", Args: map[string]any{"count": len(obs)}}
		case cleared && !hasDay:
			return &fault.Error{Code: fault.Invalid, Op: op, Key: "assessment.error.no_validity", Err: errNoDay}
		}
		a := Act{ID: id, Act: ActSign, Decision: seen, Outcome: outcomeHeld}
		if cleared {
			a.Outcome = outcomeCleared
		}
		if err := d.putAct(ctx, v, a); err != nil {
			return err
		}
		actor, _ := access.From(ctx)
		if err := s.Orders.Used(d.tx, actor.Author(), v.Member.Person, "signed"); err != nil {
			return err
		}
		if cleared {
			digest, err := d.evidence(v)
			if err != nil {
				return err
			}
			err = d.put(ctx, v.change(ctx, kindClearance, db.NewID(), journal.Sensitive, map[string]any{"member": member, "decision": seen,
				"valid_until": until.String(), "evidence": digest, "likeness": likenessOf(v.Holder, rand.Text()), "state": ClearanceIssued, "cause": ""}))
			if err != nil {
				return err
			}
		}
		return d.reassess(ctx, member, "signed")
	})
	return cleared && err == nil, err
}

// waivable are the states from which an officer may set a service aside: not what
// is done, offered, or performed with a result to come. What is required and not
// safe at once may be set aside, which is never doing it.
var waivable = []ItemState{ItemRequired, ItemAgain, ItemRefused, ItemDeferred, ItemUndecided, ItemBlocked}

// Waive sets a required service aside, by a named officer with a reason. It holds
// for the rules that ask for the service now: when another rule asks for it later,
// it is required again.
func (s *Service) Waive(ctx context.Context, id, member, seen db.ID, service, reason string) error {
	const op = "assessment.Waive"
	return s.act(ctx, op, id, member, seen, access.PlanWaive, func(d *desk, v *view) error {
		i := slices.IndexFunc(v.Plan.Items, func(it Item) bool { return it.Code == service })
		if i < 0 || !slices.Contains(waivable, v.Plan.Items[i].State) {
			return fault.Field(op, "service", "assessment.error.not_waivable")
		}
		if err := reasoned(op, reason); err != nil {
			return err
		}
		if err := d.putAct(ctx, v, Act{ID: id, Act: ActWaive, Decision: seen, Service: service, Rows: rowIDs(v.Plan.Items[i].Rows), Reason: reason}); err != nil {
			return err
		}
		return d.reassess(ctx, member, "waived")
	})
}

// Override decides against the table, as an act of its own that changes no rule:
// "hold" stops the clearance, "release" lifts a hold an officer set, and
// "class:CODE" records another class of the same pack, under which the rules are
// asked as well (class_rules.go). It cannot lift a hold of the pack, answer an open
// question or clear anybody: those have their own ways.
func (s *Service) Override(ctx context.Context, id, member, seen db.ID, outcome, reason string) error {
	const op = "assessment.Override"
	return s.act(ctx, op, id, member, seen, access.CaseOverride, func(d *desk, v *view) error {
		class, isClass := strings.CutPrefix(outcome, "class:")
		switch {
		case isClass && slices.Contains(classesOf(v.Pack), class):
		case outcome == "hold" && !v.held(), outcome == "release" && v.held():
		default:
			return fault.Field(op, "outcome", "assessment.error.override")
		}
		if err := reasoned(op, reason); err != nil {
			return err
		}
		if err := d.putAct(ctx, v, Act{ID: id, Act: ActOverride, Decision: seen, Reason: reason, Outcome: outcome}); err != nil {
			return err
		}
		if isClass && v.clearance() == ClearanceIssued {
			// The class went out with the clearance: whoever acted on it is told.
			if err := d.suspend(ctx, v, ClearanceSuspended, "override"); err != nil {
				return err
			}
		}
		return d.reassess(ctx, member, "override")
	})
}

func reasoned(op, reason string) error {
	if utf8.RuneCountInString(strings.TrimSpace(reason)) < minReason {
		return &fault.Error{Code: fault.Invalid, Op: op, Field: "reason", Key: "assessment.error.reason", Args: map[string]any{"count": minReason}}
	}
	return nil
}

// AnswerAlert notes what the one alerted did about it. An alert is answered by
// whom it was sent to, and by nobody else.
func (s *Service) AnswerAlert(ctx context.Context, alert db.ID, answer string) error {
	const op = "assessment.AnswerAlert"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := loadAlert(tx, alert)
		if err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, alert)
		if err != nil {
			return err
		}
		actor, ok := access.From(ctx)
		if !ok || a.To != actor.User {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err := s.mayAnswer(ctx, access.Of(doc)); err != nil {
			return err
		}
		if strings.TrimSpace(answer) == "" {
			return fault.Field(op, "answer", "assessment.error.answer")
		}
		return s.Journal.Append(tx, actor.Author(), journal.Change{Kind: kindAlert, Doc: alert, Purpose: actor.Purpose, Base: doc.Version,
			Fields: map[string]any{"answer": strings.TrimSpace(answer)}})
	}))
}

// mayAnswer checks the right to an alert. The stations' own people have it for
// their station: they acted on a result of theirs.
func (s *Service) mayAnswer(ctx context.Context, res access.Resource) error {
	err := s.Access.Check(ctx, access.AlertAnswer, res)
	for _, station := range []string{access.Radiology, access.LabStation} {
		res.Station = station
		if err != nil && s.Access.May(ctx, access.AlertAnswer, res) {
			return nil
		}
	}
	return err
}
