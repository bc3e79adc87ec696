package outbreak

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Declare declares an outbreak with its first step.
func (s *Service) Declare(ctx context.Context, o Outbreak, first Step) (db.ID, error) {
	const op = "outbreak.Declare"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return o.ID, err
	}
	if o.ID.IsZero() {
		o.ID = db.NewID()
	}
	if o.Site == "" {
		o.Site = a.Site()
	}
	if err := s.Access.Check(ctx, access.OutbreakDeclare, access.Resource{Kind: kindOutbreak, Site: o.Site, Programme: o.Programme, Sensitivity: journal.Identity}); err != nil {
		return o.ID, fault.Wrap(op, err)
	}
	errs := append(o.Valid(s.Lists, s.today()), first.Valid("")...)
	if first.State == Over && o.Until.IsZero() {
		errs = append(errs, fault.Field(op, "until", "outbreak.error.until"))
	}
	if len(errs) > 0 {
		return o.ID, errors.Join(errs...)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.knownPlaces(tx, o.Places); err != nil {
			return err
		}
		err := s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindOutbreak, Doc: o.ID, Site: o.Site, Programme: o.Programme, Sensitivity: journal.Identity, Purpose: "public_health",
			Fields: map[string]any{"disease": o.Disease, "places": o.Places, "from": o.From, "until": o.Until, "source": strings.TrimSpace(o.Source), "signal": o.Signal, "step": s.step(first, a)}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "outbreak.error.sent_twice")
		}
		return err
	})
	if err == nil {
		s.wake()
	}
	return o.ID, fault.Wrap(op, err)
}

func (s *Service) step(st Step, a access.Actor) Step {
	st.Why, st.By, st.At = strings.TrimSpace(st.Why), a.User, s.now()
	return st
}

// knownPlaces refuses a code that stands for nothing here.
func (s *Service) knownPlaces(tx *db.Tx, codes []string) error {
	const op = "outbreak.knownPlaces"
	for _, code := range codes {
		known, err := s.known(tx, code)
		if err != nil {
			return err
		}
		if !known {
			return fault.Field(op, "places", "outbreak.error.place")
		}
	}
	return nil
}

func (s *Service) known(tx *db.Tx, code string) (bool, error) {
	if _, ok := place.Country(code); ok {
		return true, nil
	}
	found := func(err error) (bool, error) {
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	}
	if site, ok := strings.CutPrefix(code, SitePrefix); ok {
		_, err := s.Sites.Site(tx, site)
		return found(err)
	}
	_, err := s.Places.Area(tx, code)
	if ok, err := found(err); ok || err != nil {
		return ok, err
	}
	_, err = s.Places.Point(tx, code)
	return found(err)
}

// Change is what an officer changes about an outbreak, with the step that says why.
type Change struct {
	ID   db.ID
	Base journal.Base // the version that the officer saw; zero is what is here now
	// Outbreak has the places, the time and the source as they are now; the disease of an
	// outbreak changes where its species became known.
	Outbreak Outbreak
	Step     Step
}

// Do adds a step to an outbreak and changes what is different.
func (s *Service) Do(ctx context.Context, c Change) error {
	const op = "outbreak.Do"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, c.ID)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.OutbreakDeclare, access.Of(doc)); err != nil {
			return err
		}
		old, err := outbreakOf(doc)
		if err != nil {
			return err
		}
		fields, err := s.changed1(tx, old, c)
		if err != nil {
			return err
		}
		fields["step"] = s.step(c.Step, a)
		base := c.Base
		if base.IsZero() {
			base = doc.Version
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindOutbreak, Doc: c.ID, Purpose: "public_health", Base: base, Fields: fields})
	})
	if err == nil {
		s.wake()
	}
	return fault.Wrap(op, err)
}

// changed1 checks a change and answers the fields that differ.
func (s *Service) changed1(tx *db.Tx, old Outbreak, c Change) (map[string]any, error) {
	const op = "outbreak.Do"
	o := c.Outbreak
	errs := append(o.Valid(s.Lists, s.today()), c.Step.Valid(old.State())...)
	if c.Step.State == Over && o.Until.IsZero() {
		errs = append(errs, fault.Field(op, "until", "outbreak.error.until"))
	}
	if c.Step.State.Runs() && !o.Until.IsZero() {
		errs = append(errs, fault.Field(op, "until", "outbreak.error.runs"))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if err := s.knownPlaces(tx, o.Places); err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if o.Disease != old.Disease {
		fields["disease"] = o.Disease
	}
	if !slices.Equal(o.Places, old.Places) {
		fields["places"] = o.Places
	}
	if o.From != old.From || o.Until != old.Until {
		fields["from"], fields["until"] = o.From, o.Until
	}
	if o.Source != old.Source {
		fields["source"] = strings.TrimSpace(o.Source)
	}
	return fields, nil
}

// Listed is an outbreak with the names of its places.
type Listed struct {
	Outbreak
	Names []string
}

// Listed lists the outbreaks, those that run first, with their places in a language.
func (s *Service) Listed(ctx context.Context, locale string) (out []Listed, err error) {
	const op = "outbreak.Listed"
	if err := s.Access.Check(ctx, access.OutbreakRead, access.Resource{Kind: kindOutbreak}); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := allOutbreaks(tx)
		for _, o := range list {
			l := Listed{Outbreak: o}
			if err == nil {
				l.Names, err = s.named(tx, o.Places, locale)
			}
			out = append(out, l)
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// named are the words of the places of an outbreak, in a language.
func (s *Service) named(tx *db.Tx, codes []string, locale string) ([]string, error) {
	var out []string
	for _, code := range codes {
		name, err := s.nameOf(tx, code, locale)
		if err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, nil
}

func (s *Service) nameOf(tx *db.Tx, code, locale string) (string, error) {
	if c, ok := place.Country(code); ok {
		return c.Name(locale), nil
	}
	if site, ok := strings.CutPrefix(code, SitePrefix); ok {
		st, err := s.Sites.Site(tx, site)
		if fault.Is(err, fault.NotFound) {
			return site, nil
		}
		return st.Name(locale), err
	}
	area, err := s.Places.Area(tx, code)
	if err == nil {
		return area.Name(locale), nil
	}
	if !fault.Is(err, fault.NotFound) {
		return "", err
	}
	p, err := s.Places.Point(tx, code)
	if fault.Is(err, fault.NotFound) {
		return code, nil
	}
	return p.Name(locale), err
}
