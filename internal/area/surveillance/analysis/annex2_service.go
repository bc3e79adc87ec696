package analysis

import (
	"context"
	"errors"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

const packAnnex2 = "ihr-annex2"

// Annexed is what was answered on a signal, with the words of the instrument.
type Annexed struct {
	Signal  surveillance.Opened
	Pack    *pack.Pack // in force; nil where none is
	Answers []Answered // in the order in which they were given
	Told    pack.Explanation
	Names   map[db.ID]string
	MayWork bool
}

// Assess keeps the answers of an officer on a signal, with what the instrument says of
// them. What was answered before stays.
func (s *Service) Assess(ctx context.Context, signal db.ID, a Annex2) error {
	const op = "analysis.Assess"
	o, err := s.Signals.Open(ctx, signal)
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		who, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.SignalWork, access.Resource{Kind: kindAnnex2, Site: o.Site, Programme: o.Programme, Sensitivity: journal.Identity}); err != nil {
			return err
		}
		p, err := s.Packs.Active(tx, packAnnex2, s.today())
		if err != nil {
			return err
		}
		if errs := a.Valid(p); len(errs) > 0 {
			return errors.Join(errs...)
		}
		in := a.input(s.today())
		d := p.Protocol.Decide(in)
		raw, err := p.NewRecord(in, d).Bytes()
		if err != nil {
			return err
		}
		c := journal.Change{Kind: kindAnnex2, Doc: annex2ID(signal), Site: o.Site, Programme: o.Programme, Sensitivity: journal.Identity, Purpose: "public_health",
			Fields: map[string]any{"answer": Answered{Annex2: a, Result: resultOf(d), Record: raw, At: s.now()}}}
		doc, err := s.Journal.Load(tx, c.Doc)
		switch {
		case err == nil:
			c.Base, c.Site, c.Programme = doc.Version, "", ""
		case fault.Is(err, fault.NotFound):
			c.Fields["signal"] = signal
		default:
			return err
		}
		return s.Journal.Append(tx, who.Author(), c)
	}))
}

// Annex2Of opens what was answered on a signal.
func (s *Service) Annex2Of(ctx context.Context, signal db.ID, lang string) (out Annexed, err error) {
	const op = "analysis.Annex2Of"
	out.Names = map[db.ID]string{}
	if out.Signal, err = s.Signals.Open(ctx, signal); err != nil {
		return out, fault.Wrap(op, err)
	}
	out.MayWork = s.Access.May(ctx, access.SignalWork, access.Resource{Kind: kindAnnex2, Site: out.Signal.Site, Programme: out.Signal.Programme, Sensitivity: journal.Identity})
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		if out.Pack, err = s.Packs.Active(tx, packAnnex2, s.today()); fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
			out.Pack, err = nil, nil
		}
		if err != nil {
			return err
		}
		if out.Answers, err = findAnnex2(tx, signal); err != nil {
			return err
		}
		for _, a := range out.Answers {
			if out.Names[a.By], err = access.UserName(tx, a.By); err != nil {
				return err
			}
		}
		if len(out.Answers) == 0 {
			return nil
		}
		rec, err := pack.ParseRecord(out.Answers[len(out.Answers)-1].Record)
		if err != nil {
			return err
		}
		if out.Told, err = s.Packs.ExplainRecord(tx, rec, lang); fault.Is(err, fault.NotFound) {
			err = nil // the pack has not come with the sync yet
		}
		return err
	})
	return out, fault.Wrap(op, err)
}
