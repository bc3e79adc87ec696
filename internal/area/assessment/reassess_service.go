package assessment

import (
	"context"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// reassessCase plans every member of a case anew.
func (d *desk) reassessCase(ctx context.Context, id db.ID, cause string) error {
	members, err := membersOf(d.tx, id)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := d.reassess(ctx, m.ID, cause); err != nil {
			return err
		}
	}
	return nil
}

// reassess decides anew, keeps the decision if it says something new, orders what
// is required, withdraws what no longer is, suspends a clearance whose ground has
// moved and alerts everyone who acted on it.
func (d *desk) reassess(ctx context.Context, id db.ID, cause string) error {
	v, err := d.look(id)
	if fault.KeyOf(err) == keyNoRules {
		return fault.Wrap("assessment.reassess", d.withoutRules(ctx, id, cause))
	}
	if err != nil {
		return fault.Wrap("assessment.reassess", err)
	}
	return fault.Wrap("assessment.reassess", d.settleMember(ctx, v, cause))
}

// withoutRules is what a new fact comes to while no version of the pack is in force
// (it was stopped in an emergency): the fact is recorded like any other, nothing is
// planned, and a clearance that nobody can confirm is suspended.
func (d *desk) withoutRules(ctx context.Context, id db.ID, cause string) error {
	v := &view{}
	var err error
	if v.Member, err = loadMember(d.tx, id); err != nil {
		return err
	}
	if v.Case, v.Site, v.Programme, err = loadCase(d.tx, v.Member.Case); err != nil {
		return err
	}
	if v.Clearance, err = lastClearance(d.tx, id); err != nil || v.clearance() != ClearanceIssued {
		return err
	}
	if v.Acts, err = actsOf(d.tx, id); err != nil {
		return err
	}
	if err := d.suspend(ctx, v, ClearanceSuspended, cause); err != nil {
		return err
	}
	return d.putState(ctx, v, StateSuspended, v.Member.Stations)
}

// settleMember brings what is stored about a member in line with what was seen.
func (d *desk) settleMember(ctx context.Context, v *view, cause string) error {
	if v.ended() {
		if err := d.end(ctx, v, cause); err != nil {
			return err
		}
		return d.place(ctx, v)
	}
	if err := d.orderAll(ctx, v); err != nil {
		return err
	}
	if err := d.keep(ctx, v); err != nil {
		return err
	}
	if v.clearance() == ClearanceIssued {
		yes, err := d.groundMoved(v)
		if err != nil {
			return err
		}
		if yes {
			if !v.fits() {
				cause = people.CauseIdentity // whatever brought it to light
			}
			if err := d.suspend(ctx, v, ClearanceSuspended, cause); err != nil {
				return err
			}
		}
	}
	return d.place(ctx, v)
}

// change starts a change to a document about the member.
func (v *view) change(ctx context.Context, kind string, doc db.ID, level journal.Sensitivity, fields map[string]any) journal.Change {
	actor, _ := access.From(ctx)
	return journal.Change{Kind: kind, Doc: doc, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: level,
		Purpose: actor.Purpose, Fields: fields}
}

// put appends changes in the name of whoever acts.
func (d *desk) put(ctx context.Context, changes ...journal.Change) error {
	actor, _ := access.From(ctx)
	return d.Journal.Append(d.tx, actor.Author(), changes...)
}

// keep stores the decision unless the last one says the same of the same facts.
func (d *desk) keep(ctx context.Context, v *view) error {
	if v.current() {
		return nil
	}
	id := db.NewID()
	record := rawRecord(v)
	if err := d.put(ctx, v.change(ctx, kindDecision, id, journal.Sensitive, map[string]any{
		"member": v.Member.ID, "pack": v.Pack.ID, "version": v.Pack.Version, "hash": v.Pack.Hash, "day": v.Input.On.String(), "record": record})); err != nil {
		return err
	}
	v.Last = &stored{ID: id, decisionDoc: decisionDoc{Member: v.Member.ID, Pack: v.Pack.ID, Version: v.Pack.Version, Hash: v.Pack.Hash, Day: v.Input.On.String(), Record: record}}
	return nil
}

// orderAll brings the orders in line with the plan. An order that is withdrawn has
// no result to come: what that settles is decided before anything is kept.
func (d *desk) orderAll(ctx context.Context, v *view) error {
	for range len(v.Pack.Services) + 1 {
		withdrew, err := d.order(ctx, v)
		if err != nil || !withdrew {
			return err
		}
		if v.Orders, err = d.Orders.States(d.tx, v.Member.Person, v.Case.ID); err != nil {
			return err
		}
		if err := d.judge(v); err != nil {
			return err
		}
	}
	return nil
}

// order places what is required, and withdraws what nobody has begun and nobody
// is to begin: what no rule asks for any more, what is contraindicated, must wait,
// depends on an answer, or was set aside. What an officer ordered beside the plan
// is left alone.
func (d *desk) order(ctx context.Context, v *view) (withdrew bool, err error) {
	actor, _ := access.From(ctx)
	wanted := map[string]bool{}
	for _, it := range v.Plan.Items {
		wanted[it.Code] = it.State.ToDo() || it.Offered && it.State != ItemDone
		if st := v.Orders[it.Code]; !it.State.ToDo() || st == OrderOpen || st == OrderAwaited {
			continue
		}
		if err := d.placeOrder(ctx, v, it); err != nil {
			return false, err
		}
	}
	return d.withdraw(v, actor.Author(), func(code string) bool {
		_, planned := v.Pack.ServiceFor(code)
		return planned && !wanted[code]
	})
}

func (d *desk) placeOrder(ctx context.Context, v *view, it Item) error {
	actor, _ := access.From(ctx)
	from := it.Service.Pack // the pack whose form the result is recorded by
	if from == "" {
		from = v.Pack.ID
	}
	return d.Orders.Place(d.tx, actor.Author(), NewOrder{Subject: v.Member.Person, Case: v.Case.ID, Pack: from, Code: it.Code, Why: rowIDs(it.Rows),
		Service: it.Service, Site: v.Site, Programme: v.Programme})
}

// withdraw asks for the orders themselves and not for the state of a service: one
// that was ordered once more because its result was too old, and is not needed since
// the examination was moved back, stands behind what was done.
func (d *desk) withdraw(v *view, by journal.Author, which func(code string) bool) (withdrew bool, err error) {
	waiting, err := d.Orders.Waiting(d.tx, v.Member.Person, v.Case.ID)
	if err != nil {
		return false, err
	}
	for _, code := range waiting {
		if !which(code) {
			continue
		}
		if err := d.Orders.Withdraw(d.tx, by, v.Member.Person, v.Case.ID, code); err != nil {
			return withdrew, err
		}
		withdrew = true
	}
	return withdrew, nil
}

// end stops what concerns somebody who left the case or died: no order waits for
// them, and nobody travels on their clearance.
func (d *desk) end(ctx context.Context, v *view, cause string) error {
	actor, _ := access.From(ctx)
	if _, err := d.withdraw(v, actor.Author(), func(string) bool { return true }); err != nil {
		return err
	}
	if st := v.clearance(); st == ClearanceIssued || st == ClearanceSuspended && v.Member.Left {
		return d.suspend(ctx, v, ClearanceWithdrawn, cause)
	}
	return nil
}

// suspend takes a clearance out of force, reopens its case and alerts everyone who
// acted on it.
func (d *desk) suspend(ctx context.Context, v *view, to ClearanceState, cause string) error {
	doc, err := d.Journal.Load(d.tx, v.Clearance.ID)
	if err != nil {
		return err
	}
	c := v.change(ctx, kindClearance, v.Clearance.ID, journal.Sensitive, map[string]any{"state": to, "cause": cause})
	c.Base = doc.Version
	for _, alt := range doc.Disputed["state"] {
		c.Resolves = append(c.Resolves, alt.Version)
	}
	changes := []journal.Change{c}
	tell, err := d.acted(v)
	if err != nil {
		return err
	}
	decided := v.Clearance.Decision
	if v.Last != nil {
		decided = v.Last.ID
	}
	for _, user := range tell {
		// The alert names nobody and says no more than that something changed.
		changes = append(changes, v.change(ctx, kindAlert, db.NewID(), journal.Clinical, map[string]any{
			"member": v.Member.ID, "to": user, "cause": cause, "decision": decided, "answer": ""}))
	}
	v.Clearance.State, v.Clearance.Cause = to, cause
	if err := d.put(ctx, changes...); err != nil {
		return err
	}
	return d.reopen(ctx, v)
}

// reopen opens a closed case again.
func (d *desk) reopen(ctx context.Context, v *view) error {
	if !v.Case.Closed {
		return nil
	}
	doc, err := d.Journal.Load(d.tx, v.Case.ID)
	if err != nil {
		return err
	}
	actor, _ := access.From(ctx)
	v.Case.Closed = false
	return d.put(ctx, journal.Change{Kind: kindCase, Doc: v.Case.ID, Base: doc.Version, Purpose: actor.Purpose, Fields: map[string]any{"closed": false}})
}

// acted lists who acted on what the clearance rests on, each once: who signed,
// waived, overrode or printed, and who read, told or used results.
func (d *desk) acted(v *view) ([]db.ID, error) {
	seen := map[db.ID]bool{}
	var out []db.ID
	add := func(id db.ID) {
		if !id.IsZero() && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, a := range v.Acts {
		add(a.By)
	}
	add(v.Clearance.By)
	users, err := d.Orders.Acted(d.tx, v.Member.Person)
	for _, u := range users {
		add(u)
	}
	return out, err
}

// place writes where the member stands, if that changed.
func (d *desk) place(ctx context.Context, v *view) error {
	next, where := v.state(), stations(v.Plan)
	if v.ended() {
		where = []string{}
	}
	if next == v.Member.State && sameSet(where, v.Member.Stations) {
		return nil
	}
	return d.putState(ctx, v, next, where)
}

func (d *desk) putState(ctx context.Context, v *view, next State, where []string) error {
	if where == nil {
		where = []string{}
	}
	doc, err := d.Journal.Load(d.tx, v.Member.ID)
	if err != nil {
		return err
	}
	v.Member.State, v.Member.Stations = next, where
	c := v.change(ctx, kindMember, v.Member.ID, 0, map[string]any{"state": next, "stations": where})
	c.Base = doc.Version
	return d.put(ctx, c)
}

func rowIDs(rows []decision.RowRef) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}
