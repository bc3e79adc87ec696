package problem

import (
	"context"
	"errors"
	"slices"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// List is what somebody has, as a page shows it.
type List struct {
	Person   db.ID
	Banner   *page.Banner
	Problems []Problem // those that stand first
	Terms    []Term    // what may be chosen; empty where nothing may be written
	MayWrite bool
}

// brief is a person of whom the actor may do something.
func (s *Service) brief(ctx context.Context, tx *db.Tx, action access.Action, person db.ID, level journal.Sensitivity) (people.Brief, error) {
	list, err := s.People.Briefs(tx, []db.ID{person})
	if err != nil {
		return people.Brief{}, err
	}
	b, ok := list[person]
	if !ok {
		return b, fault.New(fault.NotFound, "problem.brief", "page.error.not_found")
	}
	res := b.Resource
	res.Kind, res.Sensitivity = kindProblem, level
	return b, s.Access.Check(ctx, action, res)
}

// Of lists what a person has, as far as the actor may know it.
func (s *Service) Of(ctx context.Context, person db.ID) (out List, err error) {
	const op = "problem.Of"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	out.Person = person
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		b, err := s.brief(ctx, tx, access.ClinicalRead, person, journal.Clinical)
		if err != nil {
			return err
		}
		if out.Problems, err = s.listed(ctx, tx, person); err != nil {
			return err
		}
		if out.Banner, err = s.People.Banner(ctx, tx, person); err != nil {
			return err
		}
		res := b.Resource
		res.Kind, res.Sensitivity = kindProblem, journal.Clinical
		if out.MayWrite = s.Access.May(ctx, access.ClinicalWrite, res); !out.MayWrite {
			return nil
		}
		out.Terms, err = s.offered(ctx, tx, a, b.Resource)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, person, "care.problem")
	}
	return out, fault.Wrap(op, err)
}

// listed are the problems of somebody that the actor may read.
func (s *Service) listed(ctx context.Context, tx *db.Tx, person db.ID) ([]Problem, error) {
	sc, err := s.Access.Reach(ctx, "problem.listed", access.ClinicalRead)
	if err != nil {
		return nil, err
	}
	return of(tx, sc, person)
}

// offered are the terms that the actor may write of somebody.
func (s *Service) offered(ctx context.Context, tx *db.Tx, a access.Actor, res access.Resource) ([]Term, error) {
	site, err := siteOf(a)
	if err != nil {
		site = res.Site
	}
	all, err := terms(tx, site, false)
	res.Kind = kindProblem
	all = slices.DeleteFunc(all, func(t Term) bool {
		res.Sensitivity = t.Level()
		return !s.Access.May(ctx, access.ClinicalWrite, res)
	})
	slices.SortFunc(all, byCode)
	return all, err
}

// Add writes a diagnosis. The id was made when the form was shown, so that sent twice is
// written once. A second one of what stands already is asked about first.
func (s *Service) Add(ctx context.Context, e Entry) error {
	const op = "problem.Add"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if errs := e.valid(s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		w, err := s.words(ctx, tx, a, e)
		if err != nil {
			return err
		}
		b, err := s.brief(ctx, tx, access.ClinicalWrite, e.Person, w.Level())
		if err != nil {
			return err
		}
		there, err := s.listed(ctx, tx, e.Person)
		if err != nil {
			return err
		}
		if !e.Again && slices.ContainsFunc(there, func(p Problem) bool { return p.ID != e.ID && p.Status == Active && p.Same(w) }) {
			return &fault.Error{Code: fault.Invalid, Op: op, Field: "term", Key: "problem.error.stands"}
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindProblem, Doc: e.ID, Subject: e.Person, Site: a.SiteFor(b.Resource.Site), Programme: b.Programme, Sensitivity: w.Level(), Purpose: a.Purpose, Fields: map[string]any{
			"system": w.System, "code": w.Code, "name": w.Name, "names": w.Names, "disease": w.Disease, "certainty": e.Certainty, "since": e.Since, "encounter": orNil(e.Encounter),
			"at": s.now(), "by": a.User, "status": Active}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "problem.error.sent_twice")
		}
		return err
	}))
}

func orNil(id db.ID) any {
	if id.IsZero() {
		return nil
	}
	return id
}

// words are what an entry says: those of the term that was chosen, or what was typed.
func (s *Service) words(ctx context.Context, tx *db.Tx, a access.Actor, e Entry) (Words, error) {
	const op = "problem.words"
	if e.Term.IsZero() {
		w := Words{Name: e.Name, Sensitive: e.Sensitive}
		w.tidy()
		switch {
		case w.Name == "":
			return w, fault.Field(op, "term", "problem.error.term")
		case len([]rune(w.Name)) > longestName:
			return w, fault.Field(op, "name", "problem.error.long")
		}
		return w, nil
	}
	b, err := s.People.Briefs(tx, []db.ID{e.Person})
	if err != nil {
		return Words{}, err
	}
	list, err := s.offered(ctx, tx, a, b[e.Person].Resource)
	if err != nil {
		return Words{}, err
	}
	i := slices.IndexFunc(list, func(t Term) bool { return t.ID == e.Term })
	if i < 0 {
		return Words{}, fault.Field(op, "term", "problem.error.term")
	}
	return list[i].Words, nil
}

// change loads a problem that the actor may write, and appends what was made of it.
func (s *Service) change(ctx context.Context, op string, id db.ID, make func(tx *db.Tx, p Problem) (journal.Change, error)) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := find(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ClinicalWrite, p.Resource()); err != nil {
			return err
		}
		c, err := make(tx, p)
		if err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		c.Kind, c.Doc, c.Base, c.Purpose = kindProblem, id, doc.Version, a.Purpose
		return s.Journal.Append(tx, a.Author(), c)
	}))
}

// Confirm says that what was suspected is so.
func (s *Service) Confirm(ctx context.Context, id db.ID) error {
	return s.change(ctx, "problem.Confirm", id, func(_ *db.Tx, p Problem) (journal.Change, error) {
		return journal.Change{Fields: map[string]any{"certainty": Confirmed}}, p.stands("problem.Confirm")
	})
}

// End says that a problem stands no more: it is over, or it was ruled out.
func (s *Service) End(ctx context.Context, id db.ID, how Status) error {
	const op = "problem.End"
	if !slices.Contains(Ends, how) {
		return fault.Field(op, "status", "problem.error.status")
	}
	return s.change(ctx, op, id, func(_ *db.Tx, p Problem) (journal.Change, error) {
		return journal.Change{Fields: map[string]any{"status": how, "until": s.today()}}, p.stands(op)
	})
}

// stands refuses what has ended.
func (p Problem) stands(op string) error {
	if p.Status != Active {
		return fault.New(fault.Conflict, op, "problem.error.over")
	}
	return nil
}

// Strike says that a diagnosis was entered in error: of the wrong person, or by a slip.
func (s *Service) Strike(ctx context.Context, id db.ID) error {
	return s.change(ctx, "problem.Strike", id, func(*db.Tx, Problem) (journal.Change, error) {
		return journal.Change{EnteredInError: true}, nil
	})
}

// Raise raises a signal of a diagnosis that surveillance watches. A second press raises
// no second one.
func (s *Service) Raise(ctx context.Context, id db.ID) error {
	const op = "problem.Raise"
	return s.change(ctx, op, id, func(tx *db.Tx, p Problem) (journal.Change, error) {
		if p.Disease == "" {
			return journal.Change{}, fault.New(fault.Invalid, op, "problem.error.not_watched")
		}
		if !p.Signal.IsZero() {
			return journal.Change{}, fault.New(fault.Conflict, op, "problem.error.raised")
		}
		signal, err := s.Signals.Raise(ctx, tx, surveillance.Raised{Source: surveillance.Care, Disease: p.Disease, Start: p.Since, Site: p.Site, Programme: p.Programme,
			Person: p.Person, Sensitivity: p.Sensitivity, Cases: surveillance.Of(1), About: p.ID})
		return journal.Change{Fields: map[string]any{"signal": signal}}, err
	})
}

// Standing are the problems of somebody that stand and that the actor may know, for the
// page before an encounter is signed.
func (s *Service) Standing(ctx context.Context, tx *db.Tx, person db.ID) ([]Problem, error) {
	all, err := s.listed(ctx, tx, person)
	return slices.DeleteFunc(all, func(p Problem) bool { return p.Status != Active }), err
}

// Links are the way from a person's page to what they have.
func (s *Service) Links(ctx context.Context, person db.ID) (out []page.Link) {
	_ = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.brief(ctx, tx, access.ClinicalRead, person, journal.Clinical); err == nil {
			out = []page.Link{{Href: ofPath(person), Text: page.M("problem.title")}}
		}
		return nil
	}) // a way that cannot be shown is left out: the page itself still helps
	return out
}

// One opens a problem.
func (s *Service) One(ctx context.Context, id db.ID) (out One, err error) {
	const op = "problem.One"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out.Problem, err = find(tx, id); err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ClinicalRead, out.Resource()); err != nil {
			return err
		}
		out.MayWrite = s.Access.May(ctx, access.ClinicalWrite, out.Resource())
		out.Banner, err = s.People.Banner(ctx, tx, out.Person)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, out.Person, "care.problem")
	}
	return out, fault.Wrap(op, err)
}
