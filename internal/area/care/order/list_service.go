package order

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Line is one order on a worklist.
type Line struct {
	Order   Order
	Person  Brief
	Waiting time.Duration
	Here    bool // came today; everybody where nobody notes who comes
	Unmet   []Need
	Consent people.ConsentState // of the consent that the order asks for, while it is open
	Next    int                 // specimen to collect, 0 where there is one or all are
	Tell    bool                // the result waits to be given to the person
	Again   bool                // something was given before: corrected since, or the link to care is to be recorded
}

// Part is a part of a worklist.
type Part string

// The parts of a worklist. Where a page of the list begins is a Part and how many
// come before.
const (
	PartHere    Part = "here"    // who came today
	PartAwaited Part = "awaited" // who did not, and whose result is to come or to be told
	PartLater   Part = "later"   // who is planned, and has not come
)

func partOf(here bool, st Status, tell bool) Part {
	switch {
	case here:
		return PartHere
	case st == InProgress || tell:
		return PartAwaited
	}
	return PartLater
}

func (q queued) part() Part { return partOf(q.Here, q.Status, q.Tell) }
func (l Line) part() Part   { return partOf(l.Here, l.Order.Status, l.Tell) }

// listedAtOnce is how many of those who are not here a page of a worklist shows.
const listedAtOnce = 50

// List is a page of a worklist: whoever is here and the first of the awaited, or one
// page of one of the two other parts.
type List struct {
	Lines   []Line
	From    int // lines of the part before this page
	Awaited int // how many there are in all
	Later   int
}

// Worklist lists the open orders of a station that the user may see: first of those
// who are here today, then of the others, each longest waiting first. A centre
// orders weeks ahead, so whoever is here must never fall off the end of the list.
// Counselling also sees whom to talk with before a test elsewhere,
// and whom to tell a result. It notes whom it showed.
func (s *Service) Worklist(ctx context.Context, station string) ([]Line, error) {
	whole := func(all []queued) []queued { return all }
	l, err := s.list(ctx, station, func(int) int { return mostListed }, whole)
	return l.Lines, err
}

// ListPart is one page of Worklist: with PartHere everybody who is here and the first
// of those whose result is to come or to be told; with another part what comes in it
// after the first from. No page is too far: however many are planned, each is on one.
func (s *Service) ListPart(ctx context.Context, station string, part Part, from int) (List, error) {
	most := func(begun int) int { // what was begun is queued first, and the first page shows nothing else
		switch {
		case s.Here == nil: // everybody is here
			return math.MaxInt32
		case part == PartHere:
			return begun
		}
		return begun + from + listedAtOnce
	}
	l, err := s.list(ctx, station, most, func(all []queued) []queued { return cut(all, part, from) })
	l.From = from
	return l, err
}

// cut takes one page from a queue.
func cut(all []queued, part Part, from int) []queued {
	var here, rest []queued
	want := part
	if part == PartHere {
		want, from = PartAwaited, 0
	}
	for _, q := range all {
		switch q.part() {
		case PartHere:
			here = append(here, q)
		case want:
			rest = append(rest, q)
		}
	}
	rest = rest[min(from, len(rest)):]
	rest = rest[:min(listedAtOnce, len(rest))]
	if part == PartHere {
		return append(here, rest...)
	}
	return rest
}

// list reads who waits at a station, chooses whom to show and notes them. How many of
// those who are not here are queued at most may hang on how many orders are begun.
func (s *Service) list(ctx context.Context, station string, most func(begun int) int, choose func([]queued) []queued) (l List, err error) {
	const op = "order.Worklist"
	scope, err := s.Access.Scope(ctx, access.WorklistRead)
	if err != nil {
		return l, err
	}
	if scope.Empty() {
		return l, fault.New(fault.Forbidden, op, "order.error.worklist")
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		l = List{}
		open, err := openCounts(tx, station, scope)
		if err != nil {
			return err
		}
		all, err := s.queue(ctx, tx, station, scope, most(open[InProgress]))
		if err != nil {
			return err
		}
		l.Awaited, l.Later = count(all, open)
		l.Lines, shown, err = s.lines(tx, choose(all))
		return err
	})
	if err != nil || len(l.Lines) == 0 {
		return l, fault.Wrap(op, err)
	}
	return l, fault.Wrap(op, s.Access.Searched(ctx, "care.worklist", shown))
}

// count is how many are awaited and planned in all: of the station's own open orders,
// whether the queue had room for them or not, and what is talked about here of others.
func count(all []queued, open map[Status]int) (awaited, later int) {
	for st, n := range open {
		if st == InProgress {
			awaited += n
		} else {
			later += n
		}
	}
	for _, q := range all {
		switch { // each that is queued counts where it is listed
		case q.Own && q.Status == InProgress:
			awaited--
		case q.Own:
			later--
		}
		switch q.part() {
		case PartAwaited:
			awaited++
		case PartLater:
			later++
		}
	}
	return awaited, later
}

// queue is who waits at a station, in the order of the list: of the station's own
// everybody who is here and most of the others.
func (s *Service) queue(ctx context.Context, tx *db.Tx, station string, scope access.Scope, most int) ([]queued, error) {
	here, err := s.here(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, err := openOf(tx, station, scope, slices.Collect(maps.Keys(here)))
	if err != nil {
		return nil, err
	}
	var rest []queued
	if most > 0 {
		if rest, err = openAt(tx, station, scope, min(most, math.MaxInt32-len(all))+len(all)); err != nil {
			return nil, err
		}
	}
	rest = slices.DeleteFunc(rest, func(q queued) bool { _, ok := here[q.Subject]; return ok })
	all = append(all, rest[:min(len(rest), most)]...)
	since := map[db.ID]time.Time{} // since when a result waits to be told
	if station == access.Counselling {
		if all, since, err = s.withTalks(ctx, tx, all); err != nil {
			return nil, err
		}
	}
	now := s.now()
	for i := range all {
		q := &all[i]
		q.Waiting = max(now.Sub(q.At), 0)
		if at, tell := since[q.ID]; tell {
			q.Tell, q.Waiting = true, max(now.Sub(at), 0)
		}
		came, ok := here[q.Subject]
		q.Here = ok || s.Here == nil
		if ok { // nobody waits before they came
			q.Waiting = min(q.Waiting, max(now.Sub(came), 0))
		}
	}
	slices.SortStableFunc(all, func(a, b queued) int {
		if a.Here != b.Here {
			return map[bool]int{true: -1, false: 1}[a.Here]
		}
		return cmp.Or(cmp.Compare(b.Waiting, a.Waiting), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return all, nil
}

// lines are what a list shows of some orders, and of whom.
func (s *Service) lines(tx *db.Tx, chosen []queued) (lines []Line, shown []db.ID, err error) {
	ids := make([]db.ID, len(chosen))
	seen := map[db.ID]bool{}
	for i, q := range chosen {
		ids[i] = q.ID
		if !seen[q.Subject] {
			seen[q.Subject], shown = true, append(shown, q.Subject)
		}
	}
	orders, err := findOrders(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	steps, err := stepsOfAll(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	consents, err := s.consents(tx, slices.Collect(maps.Values(orders)))
	if err != nil {
		return nil, nil, err
	}
	briefs, err := s.People.Briefs(tx, shown)
	if err != nil {
		return nil, nil, err
	}
	for _, q := range chosen {
		o := orders[q.ID]
		l := Line{Order: o, Person: briefs[o.Subject], Waiting: q.Waiting, Here: q.Here, Next: next(o, steps[o.ID]), Tell: q.Tell}
		if o.Status.Open() {
			l.Unmet, l.Consent = Unmet(o, steps[o.ID], consents[o.ID]), consents[o.ID]
		}
		l.Again = l.Tell && toldBefore(steps[o.ID])
		lines = append(lines, l)
	}
	return lines, shown, nil
}

// here is who came to the user's site today, and when.
func (s *Service) here(ctx context.Context, tx *db.Tx) (map[db.ID]time.Time, error) {
	a, _ := access.From(ctx)
	if s.Here == nil || a.Site() == "" {
		return nil, nil
	}
	return s.Here(tx, a.Site(), s.today())
}

// withTalks adds to the counselling queue the orders of other stations that need a
// talk before, but for those talked about already, and those whose result is to be
// told, with since when.
func (s *Service) withTalks(ctx context.Context, tx *db.Tx, own []queued) (all []queued, since map[db.ID]time.Time, err error) {
	talk, tell, err := s.talks(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	listed := map[db.ID]bool{}
	for _, q := range own {
		listed[q.ID] = true
	}
	since = map[db.ID]time.Time{}
	for _, o := range tell {
		since[o.ID] = o.Since
	}
	ids := make([]db.ID, len(talk))
	for i, o := range talk {
		ids[i] = o.ID
	}
	steps, err := stepsOfAll(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	consents, err := s.consents(tx, talk)
	if err != nil {
		return nil, nil, err
	}
	talk = slices.DeleteFunc(talk, func(o Order) bool {
		_, told := since[o.ID]
		return o.Station != access.Counselling && !told && len(Unmet(o, steps[o.ID], consents[o.ID])) == 0
	})
	for _, o := range append(talk, tell...) {
		if !listed[o.ID] {
			listed[o.ID] = true
			own = append(own, queued{ID: o.ID, Subject: o.Subject, Status: o.Status, At: o.At, Own: o.Station == access.Counselling && o.Status.Open()})
		}
	}
	return own, since, nil
}

// talks are the orders that need a talk before, for who counsels, and those whose
// result is to be told, for who may tell it.
func (s *Service) talks(ctx context.Context, tx *db.Tx) (talk, tell []Order, err error) {
	scope, err := s.Access.Scope(ctx, access.CounsellingRecord)
	if err == nil && !scope.Empty() {
		talk, err = talkedAbout(tx, scope)
	}
	if err != nil {
		return nil, nil, err
	}
	if scope, err = s.Access.Scope(ctx, access.ResultTell); err == nil && !scope.Empty() {
		tell, err = toTell(tx, scope, db.ID{})
	}
	return talk, tell, err
}
