package encounter

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Concern is what somebody who signs looks at once more.
type Concern string

// The concerns, in the order of the page. One that no area answers is not shown: silence
// about it would read as "none".
const (
	ConcernProblems  Concern = "problems"
	ConcernMedicines Concern = "medicines"
	ConcernCourses   Concern = "courses"
	ConcernResults   Concern = "results"
	ConcernReferrals Concern = "referrals"
)

// Concerns lists them.
var Concerns = []Concern{ConcernProblems, ConcernMedicines, ConcernCourses, ConcernResults, ConcernReferrals}

// BeforeLine is one thing to look at before an encounter is signed.
type BeforeLine struct {
	What  any // a name from outside, a page.Msg, a page.Link, or a list of them
	State any // how it stands: a page.Tag, a date; nil for nothing
}

// Reviewed is what there is of one concern.
type Reviewed struct {
	Concern Concern
	Lines   []BeforeLine
}

// Beside is what another area shows on an encounter's page.
type Beside struct {
	Notes []page.Callout
	Links []page.Link
	Rows  page.Summary
}

// ports are the areas that stand beside an encounter.
type ports struct {
	before map[Concern][]func(ctx context.Context, tx *db.Tx, person db.ID) ([]BeforeLine, error)
	beside []func(ctx context.Context, tx *db.Tx, e Encounter) (Beside, error)
	end    []func(ctx context.Context, tx *db.Tx, e Encounter) error
	refer  func(ctx context.Context, tx *db.Tx, e Encounter) (page.Link, error)
}

// OnBefore adds what is looked at once more before an encounter is signed. f answers only
// what the actor may know, and must tell nothing by a gap. It is called for each page of
// an open encounter.
func (s *Service) OnBefore(c Concern, f func(ctx context.Context, tx *db.Tx, person db.ID) ([]BeforeLine, error)) {
	s.before[c] = append(s.before[c], f)
}

// OnBeside adds ways and lines to the page of an encounter. f checks the actor's rights
// to what it answers.
func (s *Service) OnBeside(f func(ctx context.Context, tx *db.Tx, e Encounter) (Beside, error)) {
	s.beside = append(s.beside, f)
}

// OnEnd tells when an encounter has ended, in the transaction that ends it: e carries its
// ending, and an error keeps it open.
func (s *Service) OnEnd(f func(ctx context.Context, tx *db.Tx, e Encounter) error) {
	s.end = append(s.end, f)
}

// OnRefer names the way to refer somebody from an encounter. The zero Link is none: it
// was done already, or the actor may not.
func (s *Service) OnRefer(f func(ctx context.Context, tx *db.Tx, e Encounter) (page.Link, error)) {
	s.refer = f
}

// gatherBeside asks the other areas what belongs to an encounter.
func (s *Service) gatherBeside(ctx context.Context, tx *db.Tx, o *Opened) error {
	for _, f := range s.beside {
		b, err := f(ctx, tx, o.Encounter)
		if err != nil {
			return err
		}
		o.Beside.Notes, o.Beside.Links, o.Beside.Rows = append(o.Beside.Notes, b.Notes...), append(o.Beside.Links, b.Links...), append(o.Beside.Rows, b.Rows...)
	}
	if !o.MayWrite {
		return nil
	}
	if s.refer != nil {
		link, err := s.refer(ctx, tx, o.Encounter)
		if err != nil {
			return err
		}
		o.Refer = link
	}
	if !o.Open() {
		return nil
	}
	for _, c := range Concerns {
		if len(s.before[c]) == 0 {
			continue
		}
		r := Reviewed{Concern: c}
		for _, f := range s.before[c] {
			lines, err := f(ctx, tx, o.Person)
			if err != nil {
				return err
			}
			r.Lines = append(r.Lines, lines...)
		}
		o.Before = append(o.Before, r)
	}
	return nil
}

// tellEnd tells the other areas that an encounter ended.
func (s *Service) tellEnd(ctx context.Context, tx *db.Tx, id db.ID) error {
	if len(s.end) == 0 {
		return nil
	}
	e, err := find(tx, id)
	for _, f := range s.end {
		if err != nil {
			return err
		}
		err = f(ctx, tx, e)
	}
	return err
}

// referPath is where somebody who was sent on is referred, "" where that was done.
func (s *Service) referPath(ctx context.Context, id db.ID) (href string, err error) {
	if s.refer == nil {
		return "", nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		e, err := find(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ClinicalWrite, e.Resource()); err != nil {
			return err
		}
		link, err := s.refer(ctx, tx, e)
		href = link.Href
		return err
	})
	return href, err
}

// beforePart is what is looked at once more, on the page where an encounter is signed.
func beforePart(list []Reviewed) page.Part {
	p := page.Part{Title: page.M("encounter.before"), Lead: page.M("encounter.before_lead")}
	for _, r := range list {
		label := page.M("encounter.before." + string(r.Concern))
		if len(r.Lines) == 0 {
			p.Rows = append(p.Rows, page.Row{Label: label, Value: page.M("encounter.before.none")})
		}
		for _, l := range r.Lines {
			value := []any{l.What}
			if list, ok := l.What.([]any); ok {
				value = list
			}
			if l.State != nil {
				value = append(value[:len(value):len(value)], l.State)
			}
			p.Rows = append(p.Rows, page.Row{Label: label, Value: value})
		}
	}
	return p
}
