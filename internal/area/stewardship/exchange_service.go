package stewardship

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// What the exchange between hubs asks of agreements. It checks no rights: the exchange
// has recognised the other hub by its key, and what may go is decided here.

// SharedKinds are the kinds of document that travel under agreements.
func SharedKinds() []string { return slices.Clone(sharedKinds) }

// OpenWith lists the agreements in force with the hub of a key.
func (s *Service) OpenWith(tx *db.Tx, pin []byte, now time.Time) ([]db.ID, error) {
	all, err := listAgreements(tx, hex.EncodeToString(pin))
	var out []db.ID
	for _, g := range all {
		if g.StateAt(now) == AgreementInForce {
			out = append(out, g.ID)
		}
	}
	return out, err
}

// TermsWith answers the digest of an agreement's terms, if it is in force with the hub
// of this key.
func (s *Service) TermsWith(tx *db.Tx, id db.ID, pin []byte, now time.Time) ([]byte, error) {
	const op = "stewardship.TermsWith"
	g, err := findAgreement(tx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err != nil || g.Pin != hex.EncodeToString(pin) {
		return nil, fault.New(fault.Forbidden, op, "sync.no_agreement")
	}
	if g.StateAt(now) != AgreementInForce {
		return nil, fault.New(fault.Forbidden, op, "sync.agreement_over")
	}
	return g.terms(), nil
}

// MayLeave reports whether a document may be sent under an agreement now: it is
// addressed to it, and of a packet the person's consent and standing still allow it.
func (s *Service) MayLeave(tx *db.Tx, agreement, doc db.ID) (bool, error) {
	g, err := findAgreement(tx, agreement)
	if err != nil || g.StateAt(s.now()) != AgreementInForce {
		return false, err
	}
	p, err := findPacket(tx, doc)
	if fault.Is(err, fault.NotFound) {
		r, err := findAnswer(tx, doc)
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil && r.Agreement == agreement && !r.ByCode, err
	}
	if err != nil || p.Agreement != agreement {
		return false, err
	}
	st, err := s.People.Standing(tx, p.Person)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	refused, err := s.refusal(tx, g, st, p.Person)
	if err != nil || refused != nil {
		return false, err
	}
	return p.Level < journal.Sensitive || st.Agreed(g.Purpose, g.Recipient()), nil
}

// AcceptUnder refuses an entry of the other hub's that an agreement does not allow: one
// that is addressed to another agreement, that claims a place or a shape of this side's
// own, or that holds fields that were not agreed.
func (s *Service) AcceptUnder(tx *db.Tx, agreement db.ID, e *journal.Entry) error {
	refused := fault.New(fault.Forbidden, "stewardship.AcceptUnder", "sync.not_agreed")
	g, err := findAgreement(tx, agreement)
	if err != nil {
		return err
	}
	if !slices.Contains(sharedKinds, e.Kind) || e.Site != "" || !e.OfNoProgramme() || e.Sealed || e.Subject.IsZero() {
		return refused
	}
	if e.Payload == nil {
		return nil // withheld or erased there: nothing is in it
	}
	switch e.Kind {
	case kindPacket:
		var p Packet
		if json.Unmarshal(e.Payload, &p) != nil || p.Agreement != agreement {
			return refused
		}
		for part, pieces := range p.Parts {
			for _, piece := range pieces {
				for field := range piece.Values {
					if !slices.Contains(g.Fields[part], field) {
						return refused
					}
				}
			}
		}
	case kindAnswer:
		var r Reply
		if json.Unmarshal(e.Payload, &r) != nil || r.Agreement != agreement || r.ByCode || len(r.Valid()) > 0 {
			return refused
		}
		p, err := findPacket(tx, r.Packet)
		if fault.Is(err, fault.NotFound) || err == nil && (p.Agreement != agreement || p.Person != e.Subject) {
			return refused
		}
		return err
	}
	return nil
}

// ArrivedUnder acknowledges the packets among documents that came: that they were
// received goes back with the next message.
func (s *Service) ArrivedUnder(ctx context.Context, tx *db.Tx, agreement db.ID, docs []db.ID) error {
	program, _ := access.From(access.Operator(ctx))
	for _, id := range docs {
		p, err := findPacket(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		err = s.answer(tx, program.Author(), p.Person, Reply{Packet: id, Agreement: agreement, Step: StepReceived})
		if err != nil && fault.KeyOf(err) != "stewardship.error.answered" {
			return err
		}
	}
	return nil
}

// AskedUnder answers a question of the other hub: which packet, of those that are under
// way, is about somebody of these hashes. It looks at nobody else, and at all of these
// each time, so that neither the answer nor its time tells more.
func (s *Service) AskedUnder(_ context.Context, tx *db.Tx, agreement db.ID, hashes [][]byte) (db.ID, error) {
	const op = "stewardship.AskedUnder"
	g, err := findAgreement(tx, agreement)
	if err != nil {
		return db.ID{}, err
	}
	if err := s.underCap(tx, g, false); err != nil {
		return db.ID{}, err
	}
	key, err := s.Link.MatchKey(tx, agreement)
	if err != nil || key == nil {
		if err == nil {
			err = fault.New(fault.Conflict, op, "sync.no_agreement")
		}
		return db.ID{}, err
	}
	packets, err := packetsUnder(tx, agreement)
	if err != nil {
		return db.ID{}, err
	}
	var found db.ID
	for _, p := range packets {
		id, _, err := s.People.Identity(tx, p.Person)
		if fault.Is(err, fault.NotFound) {
			continue // one that came
		}
		if err != nil {
			return db.ID{}, err
		}
		said, err := answersOf(tx, p.ID, agreement)
		if err != nil {
			return db.ID{}, err
		}
		_, over := stepAt(said)[StepOutcome]
		for _, own := range hashesOf(key, id, false) {
			for _, theirs := range hashes {
				if hmac.Equal(own, theirs) && !over {
					found = p.ID
				}
			}
		}
	}
	program, _ := access.From(access.Operator(context.Background()))
	return found, s.noteQuery(tx, program.Author(), agreement, false, !found.IsZero())
}

// underCap bounds the questions of a day.
func (s *Service) underCap(tx *db.Tx, g Agreement, asked bool) error {
	n, err := queriesSince(tx, g.ID, asked, startOf(s.today()))
	if err == nil && n >= int64(g.Cap) {
		err = fault.New(fault.Conflict, "stewardship.underCap", "sync.asked_enough")
	}
	return err
}

// noteQuery notes a question, without whom it was about.
func (s *Service) noteQuery(tx *db.Tx, by journal.Author, agreement db.ID, asked, found bool) error {
	return s.Journal.Append(tx, by, journal.Change{Kind: kindQuery, Doc: db.NewID(), Sensitivity: journal.Identity, Purpose: "oversight",
		Fields: map[string]any{"agreement": agreement, "asked": asked, "found": found, "at": s.now()}})
}

// AskOther asks the other hub of an agreement whether it is handing over the person who
// stands here. No name leaves; the question is noted on both sides, and counted, before
// it is asked.
func (s *Service) AskOther(ctx context.Context, person, agreement db.ID) (found db.ID, err error) {
	const op = "stewardship.AskOther"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return found, err
	}
	if s.Link == nil {
		return found, fault.New(fault.Conflict, op, "sync.no_agreement")
	}
	var hashes [][]byte
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.mayOffer(ctx, tx, person); err != nil {
			return err
		}
		g, err := findAgreement(tx, agreement)
		if err != nil {
			return err
		}
		if g.StateAt(s.now()) != AgreementInForce {
			return fault.New(fault.Forbidden, op, "stewardship.error.not_in_force")
		}
		if err := s.underCap(tx, g, true); err != nil {
			return err
		}
		key, err := s.Link.MatchKey(tx, agreement)
		if err != nil {
			return err
		}
		if key == nil {
			return fault.New(fault.Conflict, op, "sync.no_agreement")
		}
		id, _, err := s.People.Identity(tx, person)
		if err != nil {
			return err
		}
		if hashes = hashesOf(key, id, true); len(hashes) == 0 {
			return fault.New(fault.Conflict, op, "stewardship.error.not_enough")
		}
		return s.noteQuery(tx, a.Author(), agreement, true, false)
	})
	if err != nil {
		return found, fault.Wrap(op, err)
	}
	found, err = s.Link.Ask(ctx, agreement, hashes)
	return found, fault.Wrap(op, err)
}
