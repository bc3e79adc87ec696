package assessment

import (
	"context"
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
// the right, look, check that the decision is still the one the officer saw.
func (s *Service) act(ctx context.Context, member, seen db.ID, right access.Action, do func(*db.Tx, *view, func(string, db.ID, journal.Base, map[string]any) error) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := s.look(tx, member)
		if err != nil {
			return err
		}
		res := access.Resource{Kind: kindMember, Doc: member, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: journal.Clinical}
		if err := s.Access.Check(ctx, right, res); err != nil {
			return err
		}
		if !seen.IsZero() && (v.Last == nil || v.Last.ID != seen || !current(v)) {
			return fault.New(fault.Conflict, "assessment.act", "assessment.error.moved")
		}
		actor, _ := access.From(ctx)
		return do(tx, v, func(kind string, doc db.ID, base journal.Base, fields map[string]any) error {
			return s.Journal.Append(tx, actor.Author(), journal.Change{Kind: kind, Doc: doc, Subject: v.Member.Person, Site: v.Site,
				Programme: v.Programme, Sensitivity: journal.Sensitive, Purpose: actor.Purpose, Base: base, Fields: fields})
		})
	})
}

// current reports whether the stored decision is what the pack says now.
func current(v *view) bool {
	record, err := v.Pack.NewRecord(v.Input, v.Decision).Bytes()
	return err == nil && v.Last != nil && string(v.Last.Record) == string(record)
}

// Sign signs the decision the physician saw. Where nothing stands against it, it
// issues the clearance; where only holds stand, it signs the classification and
// clears nobody. Anything else is refused with what is still open.
func (s *Service) Sign(ctx context.Context, id, member, seen db.ID) (cleared bool, err error) {
	const op = "assessment.Sign"
	err = s.act(ctx, member, seen, access.CaseSign, func(tx *db.Tx, v *view, put func(string, db.ID, journal.Base, map[string]any) error) error {
		if seen.IsZero() {
			return fault.New(fault.Conflict, op, "assessment.error.moved")
		}
		obs := obstacles(v.Plan)
		held := officerHold(v.Acts)
		onlyHolds := !slices.ContainsFunc(obs, func(o Obstacle) bool { return o.Word != "hold" })
		if !onlyHolds {
			return &fault.Error{Code: fault.Invalid, Op: op, Key: "assessment.error.open", Args: map[string]any{"count": len(obs)}}
		}
		cleared = len(obs) == 0 && !held
		outcome := "not_cleared"
		until, ok := v.Decision.ValidUntil()
		if cleared {
			outcome = "cleared"
			if !ok {
				return &fault.Error{Code: fault.Invalid, Op: op, Key: "assessment.error.no_validity", Err: errNoDay}
			}
		}
		if err := put(kindAct, id, journal.Base{}, map[string]any{"member": member, "act": ActSign, "decision": seen, "service": "", "reason": "", "outcome": outcome}); err != nil {
			return err
		}
		if !cleared {
			return nil
		}
		if err := put(kindClearance, db.NewID(), journal.Base{}, map[string]any{"member": member, "decision": seen, "valid_until": until.String(),
			"state": ClearanceIssued, "cause": ""}); err != nil {
			return err
		}
		return s.reassess(ctx, tx, member, "signed")
	})
	return cleared && err == nil, err
}

// officerHold reports whether an officer's own hold stands: the last override
// that set or lifted one decides.
func officerHold(acts []Act) bool {
	held := false
	for _, a := range acts {
		if a.Act == ActOverride {
			switch a.Outcome {
			case "hold":
				held = true
			case "release":
				held = false
			}
		}
	}
	return held
}

// officerClass returns the class an officer set instead of the table's, "" when
// none: the last such override decides.
func officerClass(acts []Act) string {
	class := ""
	for _, a := range acts {
		if c, ok := strings.CutPrefix(a.Outcome, "class:"); ok && a.Act == ActOverride {
			class = c
		}
	}
	return class
}

// Waive sets a required service aside, by a named officer with a reason. What is
// only offered, or blocked, cannot be waived.
func (s *Service) Waive(ctx context.Context, id, member, seen db.ID, service, reason string) error {
	const op = "assessment.Waive"
	return s.act(ctx, member, seen, access.PlanWaive, func(tx *db.Tx, v *view, put func(string, db.ID, journal.Base, map[string]any) error) error {
		if err := reasoned(op, reason); err != nil {
			return err
		}
		i := slices.IndexFunc(v.Plan.Items, func(it Item) bool { return it.Code == service })
		if i < 0 || !slices.Contains([]ItemState{ItemRequired, ItemRefused, ItemDeferred, ItemUndecided}, v.Plan.Items[i].State) {
			return fault.Field(op, "service", "assessment.error.not_waivable")
		}
		if err := put(kindAct, id, journal.Base{}, map[string]any{"member": member, "act": ActWaive, "decision": seen, "service": service,
			"reason": strings.TrimSpace(reason), "outcome": ""}); err != nil {
			return err
		}
		return s.reassess(ctx, tx, member, "waived")
	})
}

// Override decides against the table, as an act of its own that changes no rule:
// "hold" stops the clearance, "release" lifts a hold an officer set, and
// "class:CODE" records another class of the same pack. It cannot lift a hold of
// the pack, answer an open question or clear anybody: those have their own ways.
func (s *Service) Override(ctx context.Context, id, member, seen db.ID, outcome, reason string) error {
	const op = "assessment.Override"
	return s.act(ctx, member, seen, access.CaseOverride, func(tx *db.Tx, v *view, put func(string, db.ID, journal.Base, map[string]any) error) error {
		if err := reasoned(op, reason); err != nil {
			return err
		}
		class, isClass := strings.CutPrefix(outcome, "class:")
		switch {
		case isClass && slices.Contains(classesOf(v.Pack), class):
		case outcome == "hold", outcome == "release" && officerHold(v.Acts):
		default:
			return fault.Field(op, "outcome", "assessment.error.override")
		}
		if err := put(kindAct, id, journal.Base{}, map[string]any{"member": member, "act": ActOverride, "decision": seen, "service": "",
			"reason": strings.TrimSpace(reason), "outcome": outcome}); err != nil {
			return err
		}
		if v.Clearance == nil || v.Clearance.State != ClearanceIssued || outcome == "release" {
			return nil
		}
		return s.suspend(ctx, tx, v, "override", put)
	})
}

// suspend suspends a clearance whatever the pack says, and alerts who acted on it.
func (s *Service) suspend(ctx context.Context, tx *db.Tx, v *view, cause string, put func(string, db.ID, journal.Base, map[string]any) error) error {
	doc, err := s.Journal.Load(tx, v.Clearance.ID)
	if err != nil {
		return err
	}
	if err := put(kindClearance, v.Clearance.ID, doc.Version, map[string]any{"state": ClearanceSuspended, "cause": cause}); err != nil {
		return err
	}
	tell, err := s.acted(tx, v)
	if err != nil {
		return err
	}
	for _, user := range tell {
		if err := put(kindAlert, db.NewID(), journal.Base{}, map[string]any{"member": v.Member.ID, "to": user, "cause": cause, "decision": v.Clearance.Decision, "answer": ""}); err != nil {
			return err
		}
	}
	return s.reassess(ctx, tx, v.Member.ID, cause)
}

func reasoned(op, reason string) error {
	if utf8.RuneCountInString(strings.TrimSpace(reason)) < minReason {
		return &fault.Error{Code: fault.Invalid, Op: op, Field: "reason", Key: "assessment.error.reason", Args: map[string]any{"count": minReason}}
	}
	return nil
}

// AnswerAlert notes what the one alerted did about it.
func (s *Service) AnswerAlert(ctx context.Context, alert db.ID, answer string) error {
	const op = "assessment.AnswerAlert"
	return s.DB.Write(ctx, func(tx *db.Tx) error {
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
		if err := s.Access.Check(ctx, access.AlertAnswer, access.Of(doc)); err != nil {
			return err
		}
		if strings.TrimSpace(answer) == "" {
			return fault.Field(op, "answer", "assessment.error.answer")
		}
		return s.Journal.Append(tx, actor.Author(), journal.Change{Kind: kindAlert, Doc: alert, Subject: doc.Subject, Site: doc.Site, Programme: doc.Programme,
			Sensitivity: doc.Sensitivity, Purpose: actor.Purpose, Base: doc.Version, Fields: map[string]any{"answer": strings.TrimSpace(answer)}})
	})
}

// Outlets returns every print of this area, for the closed list of recipients.
func Outlets() []access.Route {
	return []access.Route{
		{Name: "assessment.certificate", Means: access.Print, Purpose: "assessment", Recipients: []access.Recipient{access.DestinationAuthority, access.Applicant},
			Action: access.ExportCertificate, Patterns: []string{"POST /cases/{id}/members/{member}/print/certificate"}},
		{Name: "assessment.why", Means: access.Print, Purpose: "assessment", Recipients: []access.Recipient{access.Applicant},
			Action: access.ExportWhy, Patterns: []string{"GET /cases/{id}/members/{member}/print/why"}},
	}
}

// Certificate gives out the certificate of an issued clearance: it is released to
// the applicant, who carries it to the destination's medical authority, and the
// print is an act, so that a later suspension finds whoever gave it out.
func (s *Service) Certificate(ctx context.Context, id, member db.ID) (*view, error) {
	const op = "assessment.Certificate"
	notCleared := fault.New(fault.Conflict, op, "assessment.error.not_cleared")
	var person db.ID
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := loadMember(tx, member)
		if err != nil {
			return err
		}
		person = m.Person
		c, err := lastClearance(tx, member)
		if fault.Is(err, fault.NotFound) || err == nil && c.State != ClearanceIssued {
			return notCleared
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.Access.Release(ctx, Outlets()[0], access.Applicant, person); err != nil {
		return nil, err
	}
	var out *view
	err = s.act(ctx, member, db.ID{}, access.ExportCertificate, func(tx *db.Tx, v *view, put func(string, db.ID, journal.Base, map[string]any) error) error {
		if v.Clearance == nil || v.Clearance.State != ClearanceIssued {
			return notCleared
		}
		out = v
		return put(kindAct, id, journal.Base{}, map[string]any{"member": member, "act": ActPrint, "decision": v.Clearance.Decision, "service": "", "reason": "", "outcome": "certificate"})
	})
	return out, err
}
