package surveillance

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Raise raises a signal in the caller's transaction, for every area that meets what
// may be a public health event; what raised it needs no right to signals. It answers
// the signal's id. A document that raised one already raises no second (Raised.About).
func (s *Service) Raise(ctx context.Context, tx *db.Tx, r Raised) (db.ID, error) {
	const op = "surveillance.Raise"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return db.ID{}, err
	}
	if !r.About.IsZero() {
		switch there, err := raisedFrom(tx, r.About); {
		case err == nil:
			return there.ID, nil
		case !fault.Is(err, fault.NotFound):
			return db.ID{}, fault.Wrap(op, err)
		}
	}
	if err := s.complete(tx, &r, a); err != nil {
		return db.ID{}, fault.Wrap(op, err)
	}
	told, err := s.Protocol(tx)
	if err != nil {
		return db.ID{}, fault.Wrap(op, err)
	}
	if !r.About.IsZero() && r.Sign != "" && !told.HasSign(r.Sign) {
		r.Sign = SignOther // what an area found is not lost because no pack has the definition
	}
	if errs := r.Valid(s.lists, told, s.today()); len(errs) > 0 {
		return db.ID{}, errors.Join(errs...)
	}
	changes := []journal.Change{{Kind: kindSignal, Doc: r.ID, Site: r.Site, Programme: r.Programme, Sensitivity: journal.Identity, Purpose: "public_health", Fields: map[string]any{
		"source": r.Source, "sign": r.Sign, "disease": r.Disease, "country": r.Country, "place": strings.TrimSpace(r.Place), "start": r.Start, "detected": r.Detected,
		"reported": s.now(), "reporter": a.User, "cases": r.Cases, "deaths": r.Deaths, "words": strings.TrimSpace(r.Words), "about": orNil(r.About)}}}
	if !r.Person.IsZero() {
		changes = append(changes, journal.Change{Kind: kindSignalPerson, Doc: db.NewID(), Subject: r.Person, Site: r.Site, Programme: r.Programme,
			Sensitivity: max(r.Sensitivity, journal.Clinical), Purpose: "public_health", Fields: map[string]any{"signal": r.ID}})
	}
	if err := s.Journal.Append(tx, a.Author(), changes...); err != nil {
		if fault.Is(err, fault.Conflict) {
			return db.ID{}, fault.New(fault.Conflict, op, "surveillance.error.sent_twice")
		}
		return db.ID{}, fault.Wrap(op, err)
	}
	return r.ID, nil
}

// complete fills in what the reporter need not say.
func (s *Service) complete(tx *db.Tx, r *Raised, a access.Actor) error {
	if r.ID.IsZero() {
		r.ID = db.NewID()
	}
	if r.Site == "" {
		r.Site = a.Site()
	}
	if r.Detected.IsZero() || r.Detected.After(s.now()) {
		r.Detected = s.now()
	}
	if r.Country == "" && s.Sites != nil && r.Site != "" {
		site, err := s.Sites.Site(tx, r.Site)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		r.Country = site.Country
	}
	return nil
}

func orNil(id db.ID) any {
	if id.IsZero() {
		return nil
	}
	return id
}

// Report raises a signal that somebody tells on a page.
func (s *Service) Report(ctx context.Context, r Raised) (db.ID, error) {
	const op = "surveillance.Report"
	if err := s.Access.Check(ctx, access.SignalRaise, access.Resource{Kind: kindSignal}); err != nil {
		return db.ID{}, fault.Wrap(op, err)
	}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return db.ID{}, err
	}
	if r.Site != "" && a.Site() != "" && !slices.Contains(a.Sites, r.Site) && !slices.Contains(a.Sites, access.All) {
		return db.ID{}, fault.Field(op, "site", "surveillance.error.choose")
	}
	// Whom it came from is said by areas that have that person in front of them.
	r.Person, r.About = db.ID{}, db.ID{}
	var id db.ID
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		id, err = s.Raise(ctx, tx, r)
		return err
	})
	return id, fault.Wrap(op, err)
}

// Mine lists what the actor reported, the latest first, with what became of it.
func (s *Service) Mine(ctx context.Context) ([]Signal, error) {
	const op = "surveillance.Mine"
	if err := s.Access.Check(ctx, access.SignalRaise, access.Resource{Kind: kindSignal}); err != nil {
		return nil, fault.Wrap(op, err)
	}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return nil, err
	}
	var out []Signal
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := reportedBy(tx, a.User, mostMine)
		out = signals(rows)
		return err
	})
	return out, fault.Wrap(op, err)
}

const (
	mostMine = 50
	mostList = 200 // of one stage
	mostLike = 10
)

func signals(rows []row) []Signal {
	out := make([]Signal, len(rows))
	for i, r := range rows {
		out[i] = r.Signal
	}
	return out
}

// Listed is a signal on the worklist.
type Listed struct {
	Signal
	Due   time.Time
	Pace  Pace
	Owner string // name; "" while nobody took it
}

// List is the worklist of the desk: what is open, the one that is due first first. A
// stage, if it is given, lists that stage alone, also one that is over.
func (s *Service) List(ctx context.Context, stage Stage) ([]Listed, error) {
	const op = "surveillance.List"
	var out []Listed
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.SignalRead)
		if err != nil {
			return err
		}
		clocks, err := s.Clocks(tx)
		if err != nil {
			return err
		}
		rows, err := rowsOf(tx, sc, stage)
		if err != nil {
			return err
		}
		out = make([]Listed, len(rows))
		for i, r := range rows {
			out[i].Signal = r.Signal
			out[i].Due, out[i].Pace = Due(r.Standing, clocks, s.now())
			if out[i].Owner, err = userName(tx, r.Standing.Owner); err != nil {
				return err
			}
		}
		return nil
	})
	if stage == "" || stage.Open() {
		slices.SortStableFunc(out, func(a, b Listed) int { return cmp.Or(a.Due.Compare(b.Due), slices.Compare(a.ID[:], b.ID[:])) })
	}
	return out, fault.Wrap(op, err)
}

func rowsOf(tx *db.Tx, sc access.Scope, stage Stage) ([]row, error) {
	if stage != "" && !stage.Open() {
		return over(tx, sc, stage, mostList)
	}
	var out []row
	for _, w := range waits {
		if stage != "" && stage != w.Stage {
			continue
		}
		rows, err := runningOn(tx, sc, w.Stage, w.Clock, mostList)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func userName(tx *db.Tx, id db.ID) (string, error) {
	if id.IsZero() {
		return "", nil
	}
	return access.UserName(tx, id)
}

// Waiting counts the open signals that the actor may see, and how many are overdue.
func (s *Service) Waiting(ctx context.Context) (open, overdue int, err error) {
	const op = "surveillance.Waiting"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		open, overdue = 0, 0
		sc, err := s.Access.Scope(ctx, access.SignalRead)
		if err != nil || sc.Empty() {
			return err
		}
		clocks, err := s.Clocks(tx)
		if err != nil {
			return err
		}
		for _, w := range waits {
			c, has := clocks[w.Clock]
			all, late, err := countRunning(tx, sc, w.Stage, w.Clock, s.now().Add(-c.Long))
			if err != nil {
				return err
			}
			if !has {
				late = 0 // nothing is due
			}
			open, overdue = open+all, overdue+late
		}
		return nil
	})
	return open, overdue, fault.Wrap(op, err)
}

// Opened is a signal as its page shows it.
type Opened struct {
	Listed
	Seven    Seven
	Reporter string
	Names    map[db.ID]string // of those who made its steps
	Like     []Signal         // perhaps the same event
	MayWork  bool
	Sites    map[string]string // names of sites by code, in the language of the page
}

// Open opens one signal.
func (s *Service) Open(ctx context.Context, id db.ID) (Opened, error) {
	const op = "surveillance.Open"
	var out Opened
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := findSignal(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.SignalRead, r.Resource); err != nil {
			return err
		}
		out = Opened{Listed: Listed{Signal: r.Signal}, Names: map[db.ID]string{}, MayWork: s.Access.May(ctx, access.SignalWork, r.Resource)}
		clocks, err := s.Clocks(tx)
		if err != nil {
			return err
		}
		out.Due, out.Pace = Due(r.Standing, clocks, s.now())
		out.Seven = SevenOf(r.Signal, clocks, s.today())
		if out.Owner, err = userName(tx, r.Standing.Owner); err != nil {
			return err
		}
		if out.Reporter, err = userName(tx, r.Signal.Reporter); err != nil {
			return err
		}
		for _, st := range r.Steps {
			if out.Names[st.By], err = userName(tx, st.By); err != nil {
				return err
			}
		}
		if out.Like, err = s.alike(ctx, tx, r.Signal); err != nil {
			return err
		}
		return s.person(ctx, tx, &out.Signal)
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) alike(ctx context.Context, tx *db.Tx, sig Signal) ([]Signal, error) {
	sc, err := s.Access.Scope(ctx, access.SignalRead)
	if err != nil {
		return nil, err
	}
	rows, err := like(tx, sc, sig, mostLike)
	return signals(rows), err
}

// person says whom a signal came from, to whoever may open that person.
func (s *Service) person(ctx context.Context, tx *db.Tx, sig *Signal) error {
	link, err := personOf(tx, sig.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if s.Access.May(ctx, access.ClinicalRead, link) {
		sig.Person, sig.PersonKnown = link.Subject, true
	}
	return nil
}

// Do adds a step to a signal.
func (s *Service) Do(ctx context.Context, id db.ID, step Step) error {
	const op = "surveillance.Do"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findSignal(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.SignalWork, r.Resource); err != nil {
			return err
		}
		p, err := s.Protocol(tx)
		if err != nil {
			return err
		}
		if err := s.prepare(&step, r.Signal, p); err != nil {
			return err
		}
		if !step.Duplicate.IsZero() {
			other, err := findSignal(tx, step.Duplicate)
			if err != nil || step.Duplicate == id || !s.Access.May(ctx, access.SignalRead, other.Resource) {
				return fault.Field(op, "duplicate", "surveillance.error.choose")
			}
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindSignal, Doc: id, Purpose: "public_health", Base: doc.Version, Fields: map[string]any{"step": step}})
	}))
}

// prepare checks a step against where the signal stands and works out what follows
// from it.
func (s *Service) prepare(step *Step, sig Signal, p Protocol) error {
	const op = "surveillance.Do"
	step.At, step.Round, step.Why = s.now(), sig.Round, strings.TrimSpace(step.Why)
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "surveillance.error."+key)) }
	if !MayDo(sig.Standing, step.Act) {
		return fault.New(fault.Conflict, op, "surveillance.error.moved_on")
	}
	if key := textFault(step.Why, longWhy); key != "" {
		bad("why", key)
	}
	switch step.Act {
	case ActTriage, ActVerify:
		errs = append(errs, decision(*step)...)
	case ActAssess:
		if !onScale(step.Likelihood) {
			bad("likelihood", "choose")
		}
		if !onScale(step.Consequence) {
			bad("consequence", "choose")
		}
		// Without a matrix in force the assessment stands and its level is not known: the
		// response does not wait for a pack.
		step.Level, _ = p.Level(step.Likelihood, step.Consequence)
		errs = append(errs, reason(*step)...)
	case ActRespond:
		if !slices.Contains(Actions, step.Action) {
			bad("action", "choose")
		}
		if step.Needless {
			step.On = 0
			errs = append(errs, reason(*step)...)
		} else {
			errs = append(errs, s.dayOf(*step, sig)...)
		}
	case ActNotify:
		errs = append(errs, s.dayOf(*step, sig)...)
	case ActCount:
		if !step.Cases.Known && !step.Deaths.Known {
			bad("cases", "number")
		}
		cases, deaths := step.Cases, step.Deaths
		if !cases.Known {
			cases = sig.CasesNow
		}
		if !deaths.Known {
			deaths = sig.DeathsNow
		}
		errs = append(errs, validCounts(op, cases, deaths)...)
	case ActClose, ActReopen:
		errs = append(errs, reason(*step)...)
	}
	return errors.Join(errs...)
}

func decision(step Step) []error {
	const op = "surveillance.Do"
	known := []Outcome{GoOn, Discard}
	if step.Act == ActVerify {
		known = append(known, NoAnswer)
	}
	if !slices.Contains(known, step.Outcome) {
		return []error{fault.Field(op, "outcome", "surveillance.error.choose")}
	}
	if step.Outcome == Discard && step.Duplicate.IsZero() {
		return reason(step)
	}
	return nil
}

// reason asks for a why of a few letters at least.
func reason(step Step) []error {
	if utf8.RuneCountInString(step.Why) < 3 {
		return []error{fault.Field("surveillance.Do", "why", "surveillance.error.why")}
	}
	return nil
}

// dayOf checks the day something was done: known, not to come, and not before the
// signal was detected.
func (s *Service) dayOf(step Step, sig Signal) []error {
	const op = "surveillance.Do"
	switch {
	case step.On == 0:
		return []error{fault.Field(op, "on", "surveillance.error.day")}
	case step.On > s.today():
		return []error{fault.Field(op, "on", "surveillance.error.future")}
	case !sig.Detected.IsZero() && step.On < calendar.DayOfTime(sig.Detected.UTC()):
		return []error{fault.Field(op, "on", "surveillance.error.before")}
	}
	return nil
}
