package people

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Sites   *place.Sites
	Pages   *page.Renderer // nil where there are no pages: a command, a seeder
	Clock   func() time.Time

	// Elsewhere is where somebody who is not here can be asked for, or "" where this
	// user or this installation cannot. It may be nil.
	Elsewhere func(ctx context.Context) string
}

// Service is this area's use cases. Each exported method with a context is one
// transaction: authorise, load, decide, append.
type Service struct {
	Deps
	photos  chan struct{} // one picture is decoded at a time: it may take 100 MB
	changed []func(ctx context.Context, tx *db.Tx, person db.ID, cause string) error
	ways    []func(ctx context.Context, person db.ID) []page.Link
	flags   []func(ctx context.Context, tx *db.Tx, person db.ID) ([]page.Tag, error)
	remarks []Remark
	decided []func(ctx context.Context, tx *db.Tx, person db.ID, c Consent) error
}

// New makes the service and tells access how persons stand.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	s := &Service{Deps: d, photos: make(chan struct{}, 1)}
	if d.Access != nil {
		d.Access.StandingOf(s.Standing)
	}
	return s
}

// Today is the civil day at this site.
func (s *Service) Today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// The causes that OnChange names.
const (
	CauseIdentity = "identity" // name, birth, sex, nationality, death, documents …
	CauseSafety   = "safety"   // allergies, pregnancy
	CauseJourney  = "journey"  // a stay, or that the journey is whole
	CauseArrival  = "arrival"  // the person came to a site: no fact of packs, and a place they were at
)

// OnChange has f called in the transaction of every change that may change what
// packs know of a person (Facts) or what a certificate says of them (Holder). It is for the composition root, before the first
// request.
func (s *Service) OnChange(f func(ctx context.Context, tx *db.Tx, person db.ID, cause string) error) {
	s.changed = append(s.changed, f)
}

// OnConsent has f called in the transaction that records, countersigns or withdraws a
// consent, with the record as it is then. It is for the composition root, before the
// first request.
func (s *Service) OnConsent(f func(ctx context.Context, tx *db.Tx, person db.ID, c Consent) error) {
	s.decided = append(s.decided, f)
}

// OnRecord has f asked for ways from a person's page to other areas' pages about
// them. It is for the composition root, before the first request.
func (s *Service) OnRecord(f func(ctx context.Context, person db.ID) []page.Link) {
	s.ways = append(s.ways, f)
}

// OnBanner has f asked for flags of the banner above every page about a person: what
// the actor may not know f leaves out. It is for the composition root, before the first
// request.
func (s *Service) OnBanner(f func(ctx context.Context, tx *db.Tx, person db.ID) ([]page.Tag, error)) {
	s.flags = append(s.flags, f)
}

// OnJourney has f asked for what follows from a person's journey, to stand above it: what
// the actor may not know f leaves out. It is for the composition root, before the first
// request.
func (s *Service) OnJourney(f Remark) {
	s.remarks = append(s.remarks, f)
}

// append writes a change and tells those who asked.
func (s *Service) append(ctx context.Context, tx *db.Tx, by access.Actor, c journal.Change, person db.ID) error {
	if err := s.Journal.Append(tx, by.Author(), c); err != nil {
		return err
	}
	return s.tell(ctx, tx, c.Kind, person)
}

// tell tells those who asked that a document of a kind about a person changed.
func (s *Service) tell(ctx context.Context, tx *db.Tx, kind string, person db.ID) error {
	cause := ""
	switch kind {
	case kindPerson, kindDocument:
		cause = CauseIdentity
	case kindSafety:
		cause = CauseSafety
	case kindStay, kindJourney:
		cause = CauseJourney
	case kindArrival:
		cause = CauseArrival
	}
	if cause == "" {
		return nil
	}
	for _, f := range s.changed {
		if err := f(ctx, tx, person, cause); err != nil {
			return err
		}
	}
	return nil
}

// actor returns who asks, or fault.Forbidden.
func actor(ctx context.Context) (access.Actor, error) {
	a, ok := access.From(ctx)
	if !ok {
		return a, fault.New(fault.Forbidden, "people.actor", "door.no_actor")
	}
	return a, nil
}

// resource is a person's identity as a policy sees it.
func (r personRow) resource() access.Resource {
	return access.Resource{Kind: kindPerson, Doc: r.ID, Subject: r.ID, Site: r.Site, Programme: r.Programme, Sensitivity: r.Sensitivity}
}

// part is another document of the same person, of another kind and sensitivity.
func (r personRow) part(kind string, s journal.Sensitivity) access.Resource {
	return access.Resource{Kind: kind, Subject: r.ID, Site: r.Site, Programme: r.Programme, Sensitivity: s}
}

// open loads a person's row and checks that the actor may do this to it. Whoever
// may not know of a person hears the same as for one that does not exist.
func (s *Service) open(ctx context.Context, tx *db.Tx, action access.Action, id db.ID) (personRow, error) {
	row, err := findPerson(tx, id)
	if err != nil {
		return row, err
	}
	return row, s.Access.Check(ctx, action, row.resource())
}

// sensitivityOf is the sensitivity of each kind of document. A consent's follows
// from its scope.
func sensitivityOf(kind string) journal.Sensitivity {
	switch kind {
	case kindSafety, kindFunctioning:
		return journal.Clinical
	case kindProtection:
		return journal.Sensitive
	}
	return journal.Identity
}

// change builds a journal change from what a document was and what it shall be:
// the fields that differ, and nil for those that are gone.
func change(before, after any) (map[string]any, error) {
	old, err := fieldsOf(before)
	if err != nil {
		return nil, err
	}
	fresh, err := fieldsOf(after)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for name, raw := range fresh {
		if !bytes.Equal(old[name], raw) {
			out[name] = raw
		}
	}
	for name := range old {
		if _, ok := fresh[name]; !ok {
			out[name] = nil
		}
	}
	return out, nil
}

func fieldsOf(v any) (map[string]json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fault.Wrap("people.fieldsOf", err)
	}
	var m map[string]json.RawMessage
	return m, json.Unmarshal(b, &m)
}

// put writes a document that differs from before: a new one when base is zero.
// Nothing is written when nothing differs. Where a group that is being changed is
// in open conflict, the change settles it: it names every value it supersedes and
// carries the whole group.
func (s *Service) put(ctx context.Context, tx *db.Tx, about personRow, kind string, doc db.ID, sens journal.Sensitivity, base journal.Base, before, after any) error {
	a, err := actor(ctx)
	if err != nil {
		return err
	}
	fields, err := change(before, after)
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return nil
	}
	c := journal.Change{Kind: kind, Doc: doc, Subject: about.ID, Site: about.Site, Programme: about.Programme, Sensitivity: sens,
		Purpose: a.Purpose, Base: base, Fields: fields}
	if !base.IsZero() {
		if err := s.settle(tx, &c, after); err != nil {
			return err
		}
	}
	return s.append(ctx, tx, a, c, about.ID)
}

// settle completes a change that touches groups in conflict.
func (s *Service) settle(tx *db.Tx, c *journal.Change, after any) error {
	d, err := s.Journal.Load(tx, c.Doc)
	if err != nil || len(d.Disputed) == 0 {
		return err
	}
	fresh, err := fieldsOf(after)
	if err != nil {
		return err
	}
	for _, g := range groupsOf(c.Kind) {
		alternatives := d.Disputed[g.Name]
		touched := false
		for _, f := range g.Fields {
			_, has := c.Fields[f]
			touched = touched || has
		}
		if !touched || len(alternatives) < 2 {
			continue
		}
		for _, f := range g.Fields {
			c.Fields[f] = nil
			if raw, ok := fresh[f]; ok {
				c.Fields[f] = raw
			}
		}
		for _, alt := range alternatives {
			c.Resolves = append(c.Resolves, alt.Version)
		}
	}
	return nil
}

func groupsOf(kind string) []journal.Group {
	for _, k := range Kinds() {
		if k.Name == kind {
			return k.Groups
		}
	}
	return nil
}

// join makes one error of many, nil of none.
func join(errs []error) error { return errors.Join(errs...) }
