package assessment

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// desk looks at members inside one transaction. It asks for each pack once.
type desk struct {
	*Service
	tx    *db.Tx
	packs map[packDay]packAnswer
}

type packDay struct {
	id string
	on calendar.Day
}

type packAnswer struct {
	p   *pack.Pack
	err error
}

func (s *Service) desk(tx *db.Tx) *desk {
	return &desk{Service: s, tx: tx, packs: map[packDay]packAnswer{}}
}

// keyNoRules is the message where no version of a pack is in force.
const keyNoRules = "assessment.error.no_pack"

// pack returns the pack of a case in force on the day of its examination.
func (d *desk) pack(c Case) (*pack.Pack, error) {
	day, _ := c.ExamDate.Exact()
	key := packDay{c.Destination, day}
	a, ok := d.packs[key]
	if !ok {
		a.p, a.err = d.Packs.Active(d.tx, c.Destination, day)
		if a.err != nil {
			a.err = &fault.Error{Code: fault.Unavailable, Op: "assessment.pack", Key: keyNoRules, Err: a.err}
		}
		d.packs[key] = a
	}
	return a.p, a.err
}

// view is everything a page or a use case needs of one member at one moment.
type view struct {
	Case      Case
	Site      string
	Programme string
	Member    Member
	Dead      bool // or said so by one of two who did not see each other
	Pack      *pack.Pack
	Input     decision.Input
	Decision  decision.Decision
	Class     string             // set by an officer, "" when none
	Under     *decision.Decision // the decision with that class beside the tables' own
	Record    []byte             // of the decision, as it would be stored
	Seen      map[string]decision.Fact
	Own       map[string]answer
	Plan      Plan
	Last      *stored
	Acts      []Act
	Clearance *Clearance
	Signed    *stored // the decision that the clearance was signed on
	Orders    map[string]OrderState
	Holder    people.Holder
}

// resource is a member's assessment as a policy sees it, at a sensitivity.
func (v *view) resource(level journal.Sensitivity) access.Resource {
	return access.Resource{Kind: kindMember, Doc: v.Member.ID, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: level}
}

// ended reports whether nothing is asked of anybody any more.
func (v *view) ended() bool { return v.Member.Left || v.Dead }

// held reports whether an officer's own hold stands.
func (v *view) held() bool { return officerHold(v.Acts) }

// clearance is where the clearance stands, "" without one.
func (v *view) clearance() ClearanceState {
	if v.Clearance == nil {
		return ""
	}
	return v.Clearance.State
}

// state is where the member stands now, which may be ahead of what is stored.
func (v *view) state() State {
	return stateOf(v.Plan, position{Ended: v.ended(), Clearance: v.clearance(), Held: v.held()})
}

// obstacles is what stands against signing a clearance.
func (v *view) obstacles() []Obstacle {
	obs := obstacles(v.Plan, v.held())
	if v.strayClass() {
		obs = append(obs, Obstacle{v.Class, "class"})
	}
	return obs
}

// strayClass reports whether an officer set a class that the rules in force do not
// know: they cannot say what follows from it, so it has to be set anew.
func (v *view) strayClass() bool {
	return v.Class != "" && !slices.Contains(classesOf(v.Pack), v.Class)
}

// validUntil is the last day of validity a signature would give now.
func (v *view) validUntil() (calendar.Day, bool) { return earliest(v.Decision, v.Under) }

// current reports whether the stored decision is what the pack says now.
func (v *view) current() bool { return v.Last != nil && string(v.Last.Record) == string(v.Record) }

// expired reports whether the last day of an issued clearance is behind us.
func (v *view) expired(today calendar.Day) bool {
	if v.clearance() != ClearanceIssued {
		return false
	}
	until, ok := v.Clearance.DayOf()
	return ok && until < today
}

// fits reports whether the last clearance still shows the person as they are.
func (v *view) fits() bool { return v.Clearance.Likeness.fits(v.Holder) }

// stateOn is where the member stands on a day.
func (v *view) stateOn(today calendar.Day) State {
	if st := v.state(); st != StateCleared || !v.expired(today) {
		return st
	}
	return StateExpired
}

// look decides about a member on what is known now. It writes nothing.
func (d *desk) look(id db.ID) (*view, error) {
	v := &view{}
	var err error
	if v.Member, err = loadMember(d.tx, id); err != nil {
		return nil, err
	}
	if v.Case, v.Site, v.Programme, err = loadCase(d.tx, v.Member.Case); err != nil {
		return nil, err
	}
	if v.Pack, err = d.pack(v.Case); err != nil {
		return nil, err
	}
	if v.Orders, err = d.Orders.States(d.tx, v.Member.Person, v.Case.ID); err != nil {
		return nil, err
	}
	if v.Acts, err = actsOf(d.tx, id); err != nil {
		return nil, err
	}
	if v.Last, err = lastDecision(d.tx, id); err != nil {
		return nil, err
	}
	if v.Clearance, err = lastClearance(d.tx, id); err != nil {
		return nil, err
	}
	if v.Clearance != nil {
		if v.Signed, err = loadDecision(d.tx, v.Clearance.Decision); unlessMissing(err) != nil {
			return nil, err
		}
	}
	if v.Holder, err = d.People.Holder(d.tx, v.Member.Person); err != nil {
		return nil, err
	}
	return v, d.judge(v)
}

// judge asks the pack and lays out the plan.
func (d *desk) judge(v *view) error {
	in, err := d.input(v)
	if err != nil {
		return err
	}
	ordered := map[string]bool{}
	for code, st := range v.Orders {
		ordered[code] = st != OrderNone
	}
	v.Decision, v.Input = settle(d.memo.decider(v.Pack), in, v.Pack.Facts, ordered)
	before, err := d.Orders.Earlier(d.tx, v.Member.Person, v.Case.ID)
	if err != nil {
		return err
	}
	st := standing{Orders: v.Orders, Waived: waivers(v.Acts), Stale: stale(v.Input, v.Pack), Earlier: carried(v.Input, v.Pack, before), Facts: v.Input.Facts}
	v.Plan = plan(v.Decision, v.Pack, st)
	v.Class, v.Under = officerClass(v.Acts), nil
	if v.Class != "" && !v.strayClass() {
		p, err := d.classed(v.Pack, v.Class)
		if err != nil {
			return err
		}
		under, _ := settle(d.memo.decider(p), in, v.Pack.Facts, ordered)
		v.Under, v.Plan = &under, withClass(v.Plan, plan(under, p, st), v.Class)
	}
	v.Record, err = v.Pack.NewRecord(v.Input, v.Decision).Bytes()
	return err
}

// classed is a pack in which an officer's class stands. It is compiled once.
func (s *Service) classed(p *pack.Pack, class string) (*pack.Pack, error) {
	key := strings.Join(append([]string{p.Hash, class}, p.StoppedRows...), "\x00")
	if q, ok := s.classes.Load(key); ok {
		return q.(*pack.Pack), nil
	}
	q, err := p.WithClass(class)
	if err == nil {
		s.classes.Store(key, q)
	}
	return q, err
}

// input gathers the pack's facts from the record: person.x, case.x and obs:x.
func (d *desk) input(v *view) (decision.Input, error) {
	day, _ := v.Case.ExamDate.Exact()
	in := decision.Input{On: day, Facts: make(map[string]decision.Fact, len(v.Pack.Facts))}
	person, journey, err := d.People.Facts(d.tx, v.Member.Person, day)
	if err != nil {
		return in, err
	}
	in.Journey = journey
	died := person[people.FactDied]
	v.Dead = died.Disputed || died.Value.Truth() == value.Yes
	if v.Own, err = answersOf(d.tx, v.Member.ID); err != nil {
		return in, err
	}
	if v.Seen, err = d.Orders.Facts(d.tx, v.Member.Person, v.Case.ID, v.Pack.Bound("obs:")); err != nil {
		return in, err
	}
	for _, f := range v.Pack.Facts {
		if fact, ok := v.fact(f, person, day); ok {
			in.Facts[f.Name] = fact
		}
	}
	return in, nil
}

// fact finds one fact of the pack in the record. Facts of the application are of
// the day of the examination, which is the day they are asked for.
func (v *view) fact(f pack.Fact, person map[string]decision.Fact, day calendar.Day) (decision.Fact, bool) {
	kind, name, _ := strings.Cut(f.From, ":")
	switch {
	case kind == "obs":
		fact, ok := v.Seen[name]
		return fact, ok
	case f.From == "case.exam_date":
		return decision.Fact{Value: v.Case.ExamDate.Value(), AsOf: day.Date()}, true
	case f.From == "case.exam_country" && v.Case.ExamCountry != "":
		return decision.Fact{Value: value.Text(v.Case.ExamCountry), AsOf: day.Date()}, true
	case f.From == "case.exam_country":
		fact, ok := person[people.FactSiteCountry]
		return fact, ok
	case strings.HasPrefix(f.From, "case."):
		name = strings.TrimPrefix(f.From, "case.")
		if a, own := v.Own[name]; own {
			return decision.Fact{Value: a.Value, AsOf: day.Date(), Disputed: a.Disputed}, true
		}
		val, ok := v.Case.Facts[name]
		return decision.Fact{Value: val, AsOf: day.Date()}, ok
	}
	fact, ok := person[f.From]
	return fact, ok && f.From != ""
}

// groundMoved reports whether what the clearance was signed on no longer stands.
func (d *desk) groundMoved(v *view) (bool, error) {
	if v.Signed == nil {
		return true, nil // not here: nobody can say what it was signed on
	}
	was, err := pack.ParseRecord(v.Signed.Record)
	if err != nil {
		return true, err
	}
	digest, err := d.evidence(v)
	if err != nil {
		return true, err
	}
	if until, ok := v.validUntil(); !ok || until.String() != v.Clearance.ValidUntil {
		return true, nil // of the officer's class the signed decision says nothing
	}
	return !v.fits() || moved(was, v.Clearance.Evidence, v.Pack.NewRecord(v.Input, v.Decision), digest, v.obstacles()), nil
}

// evidence is the digest of the results that no rule reads: of those the record is
// asked only where a signature rests on them.
func (d *desk) evidence(v *view) (string, error) {
	seen, err := d.Orders.Facts(d.tx, v.Member.Person, v.Case.ID, evidenceCodes(v.Plan, v.Pack))
	if err != nil {
		return "", err
	}
	return evidence(v.Plan, v.Pack, seen), nil
}

// rawRecord is a record as a journal field.
func rawRecord(v *view) json.RawMessage { return json.RawMessage(v.Record) }
