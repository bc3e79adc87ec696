package travel

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// rules is the pack of fitness that is in force.
func (s *Service) rules(tx *db.Tx) (*pack.Pack, error) {
	if s.Packs == nil {
		return nil, fault.New(fault.Unavailable, "travel.rules", "packs.error.not_active")
	}
	return s.Packs.Active(tx, packFitness, s.today())
}

// book is a version of the pack and what it asks for.
type book struct {
	*pack.Pack
	asked []string // codes of what is observed
}

func newBook(p *pack.Pack) *book {
	b := &book{Pack: p}
	for _, f := range p.Facts {
		if kind, name, _ := strings.Cut(f.From, ":"); kind == "obs" {
			b.asked = append(b.asked, name)
		}
	}
	return b
}

// book is the version that a check was begun with; nil where it is not here.
func (d *desk) book(c Check) (*book, error) {
	if b, ok := d.books[c.Hash]; ok {
		return b, nil
	}
	p, err := d.s.Packs.ByHash(d.tx, c.Hash)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		d.books[c.Hash] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d.books[c.Hash] = newBook(p)
	return d.books[c.Hash], nil
}

// judge says what the pack says of a check now; nil where its version is not here.
func (d *desk) judge(c Check) (*book, decision.Input, Said, error) {
	b, err := d.book(c)
	if err != nil || b == nil {
		return nil, decision.Input{}, Said{}, err
	}
	person, journey, err := d.s.People.Facts(d.tx, c.Person, c.Day)
	if err != nil {
		return b, decision.Input{}, Said{}, err
	}
	seen, err := d.s.Orders.FactsFor(d.tx, c.Person, c.ID, b.asked)
	if err != nil {
		return b, decision.Input{}, Said{}, err
	}
	in, said := judge(b.Pack, person, seen, journey, c, d.m)
	return b, in, said, nil
}

// fitness is what boarding reads of somebody's last check.
func (d *desk) fitness(person db.ID) (Fitness, error) {
	c, ok := d.checks[person]
	if !ok {
		return Fitness{}, nil
	}
	f := Fitness{Begun: true, Signed: c.Signed()}
	if !f.Signed {
		return f, nil
	}
	f.Verdict, f.Level = c.Verdict, c.Level
	if f.Verdict != Fit {
		return f, nil
	}
	b, _, said, err := d.judge(c)
	f.Holds, f.Oxygen = b != nil && holds(c.Signature, said), said.Oxygen
	return f, err
}

// Begin begins a check of somebody who is on a list, and asks for its form. The id was
// made when the page was shown, so that sent twice is begun once.
func (s *Service) Begin(ctx context.Context, id, movement, person db.ID) error {
	const op = "travel.Begin"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := s.listed(ctx, tx, access.TravelRead, movement, person)
		if err != nil {
			return err
		}
		switch {
		case t.who.Died:
			return fault.New(fault.Conflict, op, "travel.gap.died")
		case t.move.Left(s.now()):
			return fault.New(fault.Conflict, op, "travel.error.has_left")
		}
		p, err := s.rules(tx)
		if err != nil {
			return err
		}
		c := Check{ID: id, Person: person, Site: t.who.Resource.Site, Programme: t.who.Resource.Programme, Movement: movement, Pack: p.ID, Version: p.Version, Hash: p.Hash, Day: s.today(), At: s.now(), By: a.User}
		if err := s.Access.Check(ctx, access.ClinicalWrite, c.Resource()); err != nil {
			return err
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindFitness, Doc: id, Subject: person, Site: c.Site, Programme: c.Programme, Sensitivity: journal.Clinical, Purpose: a.Purpose,
			Fields: map[string]any{"movement": movement, "pack": c.Pack, "version": c.Version, "hash": c.Hash, "day": c.Day, "at": c.At, "by": c.By}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "travel.error.sent_twice")
		}
		if err != nil {
			return err
		}
		for _, e := range p.Encounters { // what is sensitive is a form of its own, for a physician
			level, err := journal.ParseSensitivity(e.Sensitivity)
			if err != nil {
				return err
			}
			if err := s.Orders.Place(tx, a.Author(), order.Request{Subject: person, Case: id, Pack: c.Pack, Version: c.Version, Hash: c.Hash, Code: e.Code, Service: formService,
				Station: e.Station, Form: e.Form, Sensitivity: level, Site: c.Site, Programme: c.Programme, Purpose: a.Purpose}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Looked is a check as its page shows it.
type Looked struct {
	Check
	Pack      *pack.Pack // nil where its version is not here
	Said      Said
	Explained pack.Explanation
	Found     []Filed // what the check found and is not sensitive, in words
	Orders    []order.Order
	Forms     map[string]string // the words of their codes
	Answered  bool
	Holds     bool // what was signed still is what the pack allows
	MayWrite  bool
	MaySign   bool
}

// look opens the last check of somebody for a movement; ok is false when there is none, or
// none for this reader.
func (s *Service) look(ctx context.Context, tx *db.Tx, d *desk, person db.ID, lang string) (out Looked, ok bool, err error) {
	c, ok := d.checks[person]
	if !ok || !s.Access.May(ctx, access.ClinicalRead, c.Resource()) {
		return out, false, nil
	}
	out.Check = c
	out.MayWrite, out.MaySign = s.Access.May(ctx, access.ClinicalWrite, c.Resource()), s.Access.May(ctx, access.TravelSign, c.Resource())
	all, err := s.Orders.OfCase(tx, person, c.ID)
	if err != nil {
		return out, true, err
	}
	for _, o := range all {
		out.Answered = out.Answered || o.Status == order.Done
		if s.Access.May(ctx, access.OrderRead, o.Resource()) {
			out.Orders = append(out.Orders, o)
		}
	}
	b, in, said, err := d.judge(c)
	if err != nil || b == nil {
		return out, true, err
	}
	out.Pack, out.Said, out.Holds = b.Pack, said, holds(c.Signature, said)
	_, out.Explained = b.Explain(in, lang)
	out.Found, out.Forms = found(b.Pack, in, lang), map[string]string{}
	for _, e := range b.Encounters {
		out.Forms[e.Code], _ = b.Word(lang, "encounter."+e.Code)
	}
	return out, true, nil
}

// found is what the forms of a pack found, in words, without what is sensitive.
func found(p *pack.Pack, in decision.Input, lang string) (out []Filed) {
	for _, f := range p.Facts {
		fact, ok := in.Facts[f.Name]
		if !ok || !fact.Value.Known() || f.Sensitivity != "clinical" || !strings.HasPrefix(f.From, "obs:") {
			continue
		}
		day, _ := fact.AsOf.Exact()
		out = append(out, Filed{On: day, Text: strings.TrimRight(p.FactWord(lang, f.Name), "?؟ ") + ": " + p.ValueWord(lang, f.Name, fact.Value)})
	}
	return out
}

// Sign signs what a physician decided of the last check of somebody. Who is not found fit
// by the pack, with everything known that it asks for, cannot be signed fit; nor can a
// lesser escort than it asks for be. What the pack said is kept.
func (s *Service) Sign(ctx context.Context, movement, person db.ID, sig Signature) error {
	const op = "travel.Sign"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	sig.Why = strings.TrimSpace(sig.Why)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := s.listed(ctx, tx, access.TravelRead, movement, person)
		if err != nil {
			return err
		}
		d, err := s.desk(tx, t.move)
		if err != nil {
			return err
		}
		c, ok := d.checks[person]
		if !ok {
			return fault.New(fault.Conflict, op, "travel.gap.unchecked")
		}
		if err := s.Access.Check(ctx, access.TravelSign, c.Resource()); err != nil {
			return err
		}
		b, in, said, err := d.judge(c)
		if err != nil {
			return err
		}
		if b == nil {
			return fault.New(fault.Unavailable, op, "travel.error.no_pack")
		}
		if err := mayBeSigned(sig, said); err != nil {
			return err
		}
		if sig.Verdict == Wait {
			sig.Level = ""
		}
		doc, err := s.Journal.Load(tx, c.ID)
		if err != nil {
			return err
		}
		record, err := b.NewRecord(in, said.Outcome).Bytes()
		if err != nil {
			return err
		}
		if err := s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindFitness, Doc: c.ID, Base: doc.Version, Subject: person, Site: c.Site, Programme: c.Programme, Sensitivity: journal.Clinical, Purpose: a.Purpose,
			Fields: map[string]any{"verdict": sig.Verdict, "level": sig.Level, "why": sig.Why, "record": record, "signed_at": s.now(), "signed_by": a.User}}); err != nil {
			return err
		}
		return s.Orders.Used(tx, a.Author(), person, "travel")
	}))
}

// mayBeSigned refuses a signature that the pack does not bear.
func mayBeSigned(sig Signature, said Said) error {
	const op = "travel.mayBeSigned"
	switch {
	case !slices.Contains(Verdicts, sig.Verdict):
		return fault.Field(op, "verdict", "travel.error.choose")
	case utf8.RuneCountInString(sig.Why) > longText:
		return fault.Field(op, "why", "travel.error.long")
	case sig.Verdict == Wait && sig.Why == "":
		return fault.Field(op, "why", "travel.error.why")
	case sig.Verdict == Wait:
		return nil
	case said.Fit == value.No:
		return fault.Field(op, "verdict", "travel.error.held")
	case said.Fit != value.Yes || said.Level == "":
		return fault.Field(op, "verdict", "travel.error.unknown")
	case !slices.Contains(Levels, sig.Level):
		return fault.Field(op, "level", "travel.error.choose")
	case sig.Level.Below(said.Level):
		return fault.Field(op, "level", "travel.error.level")
	}
	return nil
}

// After is where the order of a check leads once its result is saved: to the check. It is
// empty for an order of anything else.
func After(o order.Order) string {
	if o.Service != formService {
		return ""
	}
	return "/travel-checks/" + o.Case.String()
}

// PlaceOf is the movement and the person of a check, for the way back from its form.
func (s *Service) PlaceOf(ctx context.Context, check db.ID) (movement, person db.ID, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := findCheck(tx, check)
		if err != nil {
			return err
		}
		movement, person = c.Movement, c.Person
		return s.Access.Check(ctx, access.ClinicalRead, c.Resource())
	})
	return movement, person, fault.Wrap("travel.PlaceOf", err)
}
