package outbreak

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// lookAt is how many people are looked at in one transaction.
const lookAt = 50

// Look looks at everybody who may have met an outbreak that is new, or other than when
// it was looked at last, and once a day at all of them: days go by, and people move. It
// goes on where it was stopped. It acts for the program and checks no rights.
func (s *Service) Look(ctx context.Context) error { return s.look(ctx, -1) }

// LookSome is Look for a page that waits: it stops after a number of transactions, and
// what is left is for Look.
func (s *Service) LookSome(ctx context.Context, most int) error { return s.look(ctx, most) }

func (s *Service) look(ctx context.Context, most int) error {
	const op = "outbreak.Look"
	var list []Outbreak
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = allOutbreaks(tx)
		return err
	})
	for _, o := range list {
		for more := err == nil; more && most != 0; most-- {
			if err = ctx.Err(); err != nil {
				break
			}
			err = s.DB.Write(ctx, func(tx *db.Tx) error {
				more, err = s.lookStep(ctx, tx, o.ID)
				return err
			})
			more = more && err == nil
		}
	}
	return fault.Wrap(op, err)
}

// source is where people are found who may have met an outbreak: a country, by the
// stays that they told, or a site, by the days on which they came.
type source struct {
	country, site string
	from, to      calendar.Day
}

// sources are all of an outbreak's. Stays that ended before any exposure could still
// matter are left out.
func (s *Service) sources(a *atlas, o running, on calendar.Day) ([]source, error) {
	from, to, ok := o.Span().Possible(never, on)
	if o.State() == Discarded || !ok {
		return nil, nil
	}
	if o.In.Known {
		from = max(from, on-calendar.Day(o.In.Days))
	}
	if from > to {
		return nil, nil
	}
	var out []source
	seen := map[string]bool{}
	for _, c := range o.Affected {
		if country := c[len(c)-1]; !seen[country] {
			seen[country] = true
			out = append(out, source{country: country, from: from, to: to})
		}
	}
	sites, err := a.all()
	if err != nil {
		return nil, err
	}
	for _, st := range sites {
		c, err := a.chain(SitePrefix + st.Code)
		if err != nil {
			return nil, err
		}
		if lies(c, o.Affected) != Outside {
			out = append(out, source{site: st.Code, from: from, to: to})
		}
	}
	return out, nil
}

// fingerprint names what looking at an outbreak rests on.
func fingerprint(o running, from []source, on calendar.Day) string {
	steps := o.Steps
	o.Steps = nil
	b, _ := json.Marshal(struct {
		O      Outbreak
		State  State
		Steps  int
		Chains []Chain
		In     Incubation
		From   string
		On     calendar.Day
	}{o.Outbreak, Outbreak{Steps: steps}.State(), len(steps), o.Affected, o.In, fmt.Sprint(from), on})
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16])
}

// lookStep looks at the next people of an outbreak; more is false when all are.
func (s *Service) lookStep(ctx context.Context, tx *db.Tx, id db.ID) (more bool, err error) {
	o, err := findOutbreak(tx, id)
	if err != nil {
		return false, err
	}
	on, a := s.today(), s.atlas(tx)
	p, err := s.active(tx, packCounter, on)
	if err != nil {
		return false, err
	}
	r, err := s.running(a, p, o, on)
	if err != nil {
		return false, err
	}
	from, err := s.sources(a, r, on)
	if err != nil {
		return false, err
	}
	l, err := findLooked(tx, id)
	if err != nil {
		return false, err
	}
	if print := fingerprint(r, from, on); l.Print != print {
		l = looked{Print: print, Round: l.Round + 1}
	} else if l.Done {
		return false, nil
	}
	at, after := readCursor(l.At)
	var who []db.ID
	if at < len(from) {
		if who, err = s.next(tx, from[at], after); err != nil {
			return false, err
		}
		if len(who) == 0 {
			l.At = cursor(at+1, db.ID{})
			return true, putLooked(tx, id, l)
		}
	} else if who, err = leftOver(tx, id, l.Round, lookAt); err != nil {
		return false, err
	}
	if len(who) == 0 {
		l.Done = true
		return false, putLooked(tx, id, l)
	}
	for _, person := range who {
		if err := s.lookAtOne(ctx, a, r, person, l.Round, on); err != nil {
			return false, err
		}
		l.At = cursor(at, person)
	}
	return true, putLooked(tx, id, l)
}

func (s *Service) next(tx *db.Tx, from source, after db.ID) ([]db.ID, error) {
	if from.country != "" {
		return s.People.BeenIn(tx, from.country, from.from, from.to, after, lookAt)
	}
	return s.People.CameTo(tx, from.site, from.from, from.to, after, lookAt)
}

func cursor(at int, after db.ID) string { return strconv.Itoa(at) + ":" + after.String() }

func readCursor(text string) (at int, after db.ID) {
	first, rest, _ := strings.Cut(text, ":")
	at, _ = strconv.Atoi(first) // an empty cursor is the beginning
	after, _ = db.ParseID(rest)
	return at, after
}

// lookAtOne brings the list of an outbreak in line with one person's journey.
func (s *Service) lookAtOne(ctx context.Context, a *atlas, o running, person db.ID, round int64, on calendar.Day) error {
	w, err := s.People.WhereaboutsOf(a.tx, person)
	if fault.Is(err, fault.NotFound) { // a stay of somebody who is not here yet, or was erased
		return dropMet(a.tx, o.ID, person)
	}
	if err != nil {
		return err
	}
	return s.settle(ctx, a, o, person, w, round, on)
}

func (s *Service) settle(ctx context.Context, a *atlas, o running, person db.ID, w people.Whereabouts, round int64, on calendar.Day) error {
	j, err := a.visits(w)
	if err != nil {
		return err
	}
	is := row(j, o, on)
	is.Person = person
	was, err := findMet(a.tx, o.ID, person)
	there := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if is.Possible == never {
		if !there {
			return nil
		}
		if err := dropMet(a.tx, o.ID, person); err != nil {
			return err
		}
		return s.tell(ctx, a.tx, person)
	}
	res, err := s.resource(a.tx, person)
	if err != nil {
		return err
	}
	if err := putMet(a.tx, is, res, round); err != nil {
		return err
	}
	if there && was == is {
		return nil
	}
	return s.tell(ctx, a.tx, person)
}

// resource is a person's exposure as a policy sees it: at the person's own site.
func (s *Service) resource(tx *db.Tx, person db.ID) (access.Resource, error) {
	_, res, err := s.People.Identity(tx, person)
	return clinical(res), err
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, person db.ID) error {
	for _, f := range s.changed {
		if err := f(ctx, tx, person); err != nil {
			return err
		}
	}
	return nil
}

// Journeyed brings the lists of all outbreaks in line with a person's journey after it
// changed, in the transaction that changed it.
func (s *Service) Journeyed(ctx context.Context, tx *db.Tx, person db.ID) error {
	const op = "outbreak.Journeyed"
	on, a := s.today(), s.atlas(tx)
	all, err := s.runnings(a, on)
	if err != nil || len(all) == 0 {
		return fault.Wrap(op, err)
	}
	w, err := s.People.WhereaboutsOf(tx, person)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	for _, o := range all {
		var l looked
		if err == nil {
			l, err = findLooked(tx, o.ID)
		}
		if err == nil {
			err = s.settle(ctx, a, o, person, w, l.Round, on)
		}
	}
	return fault.Wrap(op, err)
}
