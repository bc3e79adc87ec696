package app

import (
	"context"
	"crypto/sha256"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

const (
	packLab      = "laboratory-signals"
	notifyTB     = "TB_PROGRAMME"
	clusterTB    = "TB_CLUSTER"
	tuberculosis = "tuberculosis"
	clusterDays  = 28 // the fact of the pack is of these days
)

// labSignal notifies what pack laboratory-signals says of a result is notified, and
// raises a signal where it says that there are too many at one site. An order notifies
// once, however many of its specimens are positive, and a cluster raises one signal a
// week, which is about nobody. Without the pack in force nothing is said of a result.
func (n *Node) labSignal(ctx context.Context, tx *db.Tx, r order.Result) error {
	if r.InError || r.Refused {
		return nil
	}
	p, err := n.Packs.Active(tx, packLab, calendar.DayOfTime(n.clock()))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil
	}
	if err != nil {
		return err
	}
	for code, seen := range r.Facts {
		said, ok := seen.Value.Str()
		if !ok || !labSays(p, decision.Notify, notifyTB, code, said, r.On, value.NotKnown()) {
			continue
		}
		if err := n.notifyTB(ctx, tx, p, r, code, said); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) notifyTB(ctx context.Context, tx *db.Tx, p *pack.Pack, r order.Result, code, said string) error {
	about := r.Order
	if about.IsZero() {
		about = r.ID
	}
	fresh, err := n.Signals.Notify(ctx, tx, surveillance.Notified{Disease: tuberculosis, On: r.On, About: about, Person: r.Subject, Sensitivity: r.Sens, Site: r.Site, Programme: r.Programme})
	if err != nil || !fresh {
		return err
	}
	people, err := n.Signals.NotifiedPeople(tx, r.Site, tuberculosis, r.On-clusterDays+1, r.On)
	if err != nil || !labSays(p, decision.Flag, clusterTB, code, said, r.On, value.Number(float64(people))) {
		return err
	}
	_, err = n.Signals.Raise(ctx, tx, surveillance.Raised{Source: surveillance.Laboratory, Disease: tuberculosis, Site: r.Site, Programme: r.Programme, Cases: surveillance.Of(people), About: clusterID(r.Site, r.On)})
	return err
}

// labSays reports whether the pack says so for certain.
func labSays(p *pack.Pack, kind decision.Kind, outcome, test, said string, on calendar.Day, people value.Value) bool {
	known := func(v, other string, list ...string) string {
		for _, x := range list {
			if x == v {
				return v
			}
		}
		return other
	}
	facts := map[string]decision.Fact{}
	for name, v := range map[string]value.Value{"as_of": value.Day(int(on)), "lab_test": value.Text(known(test, "other", "culture", "smear", "naat")), "lab_value": value.Text(known(said, "other", "pos", "neg")), "tb_site_28d": people} {
		if v.Kind() != value.KindUnknown {
			facts[name] = decision.Fact{Value: v, AsOf: on.Date()}
		}
	}
	d := p.Protocol.Decide(decision.Input{On: on, Facts: facts})
	o, ok := d.Outcome(kind, outcome)
	return ok && o.State == decision.Definite
}

// clusterID is what a cluster's signal is about: a site and a week, and nobody.
func clusterID(site string, on calendar.Day) db.ID {
	h := sha256.Sum256([]byte("surveillance.cluster\x1f" + tuberculosis + "\x1f" + site + "\x1f" + string(surveillance.WeekPeriod(on))))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}
