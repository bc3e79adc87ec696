package stewardship

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// KindCount is how many documents of a kind are held about a person.
type KindCount struct {
	Kind  string
	Count int
}

// Held counts what is held about a person, by kind, for whoever asks to erase.
func (s *Service) Held(ctx context.Context, person db.ID) ([]KindCount, error) {
	const op = "stewardship.Held"
	if err := s.catchUp(ctx); err != nil {
		return nil, err
	}
	var out []KindCount
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		_, res, err := s.People.Identity(tx, person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ErasureRequest, res); err != nil {
			return err
		}
		list, err := s.erasable(tx, person, []string{AllKinds})
		if err != nil {
			return err
		}
		for _, h := range list {
			if n := len(out); n > 0 && out[n-1].Kind == h.Kind {
				out[n-1].Count++
			} else {
				out = append(out, KindCount{h.Kind, 1})
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

// erasable lists the documents of some kinds about a person, and those that they
// share with nobody else. What says that something was erased is not among them.
func (s *Service) erasable(tx *db.Tx, person db.ID, kinds []string) ([]holding, error) {
	all, err := holdings(tx, person)
	if err != nil {
		return nil, err
	}
	units, err := s.units(tx, person)
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		if u.Others == 0 {
			all = append(all, holding{Doc: u.Doc, Kind: u.Kind})
		}
	}
	slices.SortStableFunc(all, func(a, b holding) int { return strings.Compare(a.Kind, b.Kind) })
	return slices.DeleteFunc(all, func(h holding) bool {
		return h.Kind == kindErasure || !slices.Contains(kinds, AllKinds) && !slices.Contains(kinds, h.Kind)
	}), nil
}

func (s *Service) units(tx *db.Tx, person db.ID) ([]Unit, error) {
	if s.Units == nil {
		return nil, nil
	}
	return s.Units(tx, person)
}

// Texts are the free texts of what a person shares with others who stay, for both
// officers of an open erasure: they may name the person, and only somebody who
// reads them can say.
func (s *Service) Texts(ctx context.Context, id db.ID) ([]Unit, error) {
	var out []Unit
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := findErasure(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ErasureRequest, r.Resource); err != nil {
			return err
		}
		e, err := r.erasure()
		if err != nil || e.State != ErasureAsked {
			return err
		}
		all, err := s.units(tx, r.Subject)
		out = slices.DeleteFunc(all, func(u Unit) bool { return u.Others == 0 || u.Text == "" })
		return err
	})
	return out, fault.Wrap("stewardship.Texts", err)
}

// AskErasure is the first officer's word.
func (s *Service) AskErasure(ctx context.Context, e Erasure) error {
	const op = "stewardship.AskErasure"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if errs := e.Valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	if err := s.catchUp(ctx); err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		_, res, err := s.People.Identity(tx, e.Person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ErasureRequest, res); err != nil {
			return err
		}
		list, err := s.erasable(tx, e.Person, e.Kinds)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.Field(op, "kinds", "stewardship.error.kinds")
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{
			Kind: kindErasure, Doc: e.ID, Subject: e.Person, Site: res.Site, Programme: res.Programme, Sensitivity: journal.Identity, Purpose: a.Purpose,
			Fields: map[string]any{"reason": e.Reason, "kinds": e.Kinds, "asked": s.now(), "asked_by": a.User, "state": ErasureAsked},
		})
	}))
}

// Erasures lists the erasures that the actor may see, open ones first.
func (s *Service) Erasures(ctx context.Context) ([]Erasure, error) {
	const op = "stewardship.Erasures"
	sc, err := s.Access.Reach(ctx, op, access.ErasureRequest)
	if err != nil {
		return nil, err
	}
	var out []Erasure
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := listErasures(tx, sc, 500)
		if err != nil {
			return err
		}
		for _, r := range rows {
			e, err := r.erasure()
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

// OpenErasure opens one.
func (s *Service) OpenErasure(ctx context.Context, id db.ID) (Erasure, error) {
	var e Erasure
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := findErasure(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ErasureRequest, r.Resource); err != nil {
			return err
		}
		e, err = r.erasure()
		return err
	})
	return e, fault.Wrap("stewardship.OpenErasure", err)
}

// ApproveErasure is the second officer's word, and destroys the documents: their
// payloads, secrets and rows here, and by the journal's entries everywhere they
// have gone. texts are what shall stand in the shared documents of Texts, by their
// ids; one that says something else than the officer was shown is written anew and
// the old one destroyed. Afterwards the database is rewritten so that no free page
// keeps a copy.
func (s *Service) ApproveErasure(ctx context.Context, id db.ID, texts map[db.ID]NewText) (Erasure, error) {
	const op = "stewardship.ApproveErasure"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return Erasure{}, err
	}
	if err := s.catchUp(ctx); err != nil {
		return Erasure{}, err
	}
	var e Erasure
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, doc, err := s.decideErasure(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if e, err = r.erasure(); err != nil {
			return err
		}
		if err := s.destroy(ctx, tx, a, &e, texts); err != nil {
			return err
		}
		e.State, e.Decided, e.DecidedBy = ErasureDone, s.now(), a.User
		return s.appendErasure(tx, a, r, doc, map[string]any{"state": e.State, "decided": e.Decided, "decided_by": e.DecidedBy, "counts": e.Counts})
	})
	if err != nil {
		return Erasure{}, fault.Wrap(op, err)
	}
	return e, fault.Wrap(op, s.DB.Scrub(ctx))
}

// destroy erases what an erasure names and counts it.
func (s *Service) destroy(ctx context.Context, tx *db.Tx, a access.Actor, e *Erasure, texts map[db.ID]NewText) error {
	list, err := s.erasable(tx, e.Person, e.Kinds)
	if err != nil {
		return err
	}
	units, err := s.units(tx, e.Person)
	if err != nil {
		return err
	}
	e.Counts = map[string]int{}
	erase := func(h holding) error {
		e.Counts[h.Kind]++
		if err := s.Journal.Erase(tx, a.Author(), journal.Author{User: e.AskedBy}, h.Doc, string(e.Reason)); err != nil {
			return err
		}
		return forget(tx, h.Doc)
	}
	for _, h := range list {
		if err := erase(h); err != nil {
			return err
		}
	}
	for _, u := range units {
		text, given := texts[u.Doc]
		if !given || u.Others == 0 || text.untouched() {
			continue
		}
		if text.Shown != textDigest(u.Text) {
			return fault.New(fault.Conflict, "stewardship.destroy", "stewardship.error.text_changed")
		}
		if err := s.Renew(ctx, tx, u.Doc, plainLines(text.Text)); err != nil {
			return err
		}
		if err := erase(holding{Doc: u.Doc, Kind: u.Kind}); err != nil {
			return err
		}
	}
	return nil
}

// NewText is what shall stand in a shared document, and the digest of what the
// officer was shown there. What somebody wrote meanwhile the officer has not read,
// and so cannot destroy.
type NewText struct{ Text, Shown string }

// untouched reports whether the officer left the text as it was shown.
func (n NewText) untouched() bool { return textDigest(n.Text) == n.Shown }

// textDigest stands for a text on a page, where the text itself need not be twice.
func textDigest(text string) string {
	sum := sha256.Sum256([]byte(plainLines(text)))
	return hex.EncodeToString(sum[:])
}

// plainLines is a text as it was typed, whatever ends its lines.
func plainLines(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// RefuseErasure is the second officer's no.
func (s *Service) RefuseErasure(ctx context.Context, id db.ID) error {
	const op = "stewardship.RefuseErasure"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, doc, err := s.decideErasure(ctx, tx, a, id)
		if err != nil {
			return err
		}
		return s.appendErasure(tx, a, r, doc, map[string]any{"state": ErasureRefused, "decided": s.now(), "decided_by": a.User})
	}))
}

// decideErasure loads an open erasure for a second, different officer.
func (s *Service) decideErasure(ctx context.Context, tx *db.Tx, a access.Actor, id db.ID) (row, *journal.Doc, error) {
	const op = "stewardship.decideErasure"
	r, err := findErasure(tx, id)
	if err != nil {
		return r, nil, err
	}
	if err := s.Access.Check(ctx, access.ErasureApprove, r.Resource); err != nil {
		return r, nil, err
	}
	e, err := r.erasure()
	if err != nil {
		return r, nil, err
	}
	doc, err := s.Journal.Load(tx, id)
	switch {
	case err != nil:
		return r, nil, err
	case e.AskedBy == a.User || doc.CreatedBy == a.User:
		return r, nil, fault.New(fault.Forbidden, op, "stewardship.error.second")
	case e.State != ErasureAsked:
		return r, nil, fault.New(fault.Conflict, op, "stewardship.error.decided")
	case len(doc.Disputed) > 0:
		return r, nil, fault.New(fault.Conflict, op, "stewardship.error.disputed")
	}
	return r, doc, nil
}

func (s *Service) appendErasure(tx *db.Tx, a access.Actor, r row, doc *journal.Doc, fields map[string]any) error {
	return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindErasure, Doc: r.Doc, Subject: r.Subject, Site: r.Site, Programme: r.Programme,
		Sensitivity: r.Sensitivity, Purpose: a.Purpose, Base: doc.Version, Fields: fields})
}
