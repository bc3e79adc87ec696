package across

import (
	"context"
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// What the exchange between hubs asks of notices. It checks no rights: the exchange has
// recognised the other hub by its key, and what may go is decided here.

// Shared reports whether a kind of document is this package's to send.
func Shared(kind string) bool { return kind == kindNotice || kind == kindAnswer }

// MayLeave reports whether a document may be sent under an agreement now.
func (s *Service) MayLeave(tx *db.Tx, agreement, doc db.ID) (bool, error) {
	t, err := s.Agreements.One(tx, agreement)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || !t.InForce {
		return false, err
	}
	n, err := findNotice(tx, doc)
	if fault.Is(err, fault.NotFound) {
		return s.mayAnswer(tx, agreement, doc)
	}
	if err != nil || n.Agreement != agreement || n.Until < s.today() && n.Withdrawn.IsZero() {
		return false, err // a withdrawal holds nothing, and is never too late
	}
	r, err := sentOfNotice(tx, doc)
	if err != nil {
		return false, orGone(err) // it came from there
	}
	if !n.Withdrawn.IsZero() {
		queued, _, err := s.Agreements.Sent(tx, agreement, doc)
		return queued, err // what never went need not be taken back
	}
	if !n.names() {
		return true, nil
	}
	who, err := s.whoIs(tx, r)
	if err != nil {
		return false, orGone(err) // of whom nobody knows any more whether they may be named
	}
	if who.IsZero() {
		who = n.Person
	}
	if who.IsZero() {
		return true, nil
	}
	refused, err := s.Agreements.MayBeNamed(tx, agreement, who)
	if err != nil {
		return false, orGone(err)
	}
	return refused == nil, nil
}

// whoIs answers which registered person the case or contact is that a notice was made
// of, now: who was registered since it was written has a standing that decides.
func (s *Service) whoIs(tx *db.Tx, r sentRow) (db.ID, error) {
	if r.About == OfContact {
		_, res, err := s.Cases.FollowedAt(tx, r.Of)
		return res.Subject, err
	}
	_, res, err := s.Cases.CaseAt(tx, r.Of)
	return res.Subject, err
}

// MayTell reports whether what one entry of a document that may leave says may be told
// still. Each entry of a notice holds all of it: of one that was taken back only the
// withdrawal itself is told, whatever of it was queued before.
func (s *Service) MayTell(tx *db.Tx, e *journal.Entry) (bool, error) {
	if e.Kind != kindNotice {
		return true, nil
	}
	n, err := findNotice(tx, e.Doc)
	if err != nil {
		return false, orGone(err)
	}
	var own Notice
	if json.Unmarshal(e.Payload, &own) != nil {
		return false, nil // the other side could not read it either
	}
	return n.stillTells(own, s.today()), nil
}

// orGone takes it for an answer that a document is not here.
func orGone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (s *Service) mayAnswer(tx *db.Tx, agreement, doc db.ID) (bool, error) {
	a, err := findAnswer(tx, doc)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || a.Agreement != agreement || a.Until < s.today() {
		return false, err
	}
	_, err = takenOfNotice(tx, a.Notice)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// AcceptUnder refuses an entry of the other side that the agreement does not allow.
func (s *Service) AcceptUnder(tx *db.Tx, agreement db.ID, e *journal.Entry) error {
	const op = "across.AcceptUnder"
	refused := fault.New(fault.Forbidden, op, "across.error.broken")
	t, err := s.Agreements.One(tx, agreement)
	if err != nil {
		return err
	}
	if e.Site != "" || !e.OfNoProgramme() || e.Sealed || e.Sensitivity > journal.Clinical {
		return refused
	}
	if e.Payload == nil {
		return nil // withheld or erased there: nothing is in it
	}
	if e.Kind == kindNotice {
		n, err := ReadNotice(e.Payload)
		if err != nil {
			return err
		}
		return n.check(t, s.today())
	}
	a, err := ReadAnswer(e.Payload)
	if err != nil {
		return err
	}
	r, err := sentOfNotice(tx, a.Notice)
	if fault.Is(err, fault.NotFound) {
		return refused
	}
	if err != nil {
		return err
	}
	if a.Agreement != agreement || r.Agreement != agreement || a.Until > r.Until {
		return refused
	}
	return a.check(r.About)
}

// ArrivedUnder puts notices that came into the inbox and acknowledges them, and follows
// what the other side said of one's own.
func (s *Service) ArrivedUnder(ctx context.Context, tx *db.Tx, agreement db.ID, docs []db.ID) error {
	for _, id := range docs {
		n, err := findNotice(tx, id)
		switch {
		case err == nil && n.Agreement == agreement:
			err = s.arrived(ctx, tx, n)
		case fault.Is(err, fault.NotFound):
			err = s.heard(ctx, tx, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// arrived makes the line of the inbox, once.
func (s *Service) arrived(ctx context.Context, tx *db.Tx, n Notice) error {
	r, err := takenOfNotice(tx, n.ID)
	if err == nil {
		return s.corrected(ctx, tx, r, n)
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	t, err := s.Agreements.One(tx, n.Agreement)
	if err != nil {
		return err
	}
	line := Taken{ID: idOf("across.taken " + n.ID.String()), Notice: n.ID, Agreement: n.Agreement, Until: n.Until}
	err = s.Journal.Append(tx, program(ctx), journal.Change{Kind: kindTaken, Doc: line.ID, Site: t.Inbox, Sensitivity: journal.Identity, Purpose: "public_health",
		Fields: map[string]any{"notice": n.ID, "agreement": n.Agreement, "peer": t.Peer, "about": n.About, "disease": n.Disease, "number": n.Number, "at": s.now(), until: n.Until}})
	if err != nil {
		return err
	}
	return s.say(tx, program(ctx), line, Answer{Step: StepReceived}, nil)
}

// corrected keeps the line in step with a notice that was told again.
func (s *Service) corrected(ctx context.Context, tx *db.Tx, r takenRow, n Notice) error {
	if r.Until == n.Until {
		return nil
	}
	doc, err := s.Journal.Load(tx, r.ID)
	if err != nil {
		return err
	}
	return s.Journal.Append(tx, program(ctx), journal.Change{Kind: kindTaken, Doc: r.ID, Purpose: "public_health", Base: doc.Version, Fields: map[string]any{"at": r.At, until: n.Until}})
}

// heard follows an answer: whom the other side follows is not visited here any more, and
// whom it does not follow is.
func (s *Service) heard(ctx context.Context, tx *db.Tx, id db.ID) error {
	a, err := findAnswer(tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || a.Step != StepAccepted && a.Step != StepRefused {
		return err
	}
	r, err := sentOfNotice(tx, a.Notice)
	if fault.Is(err, fault.NotFound) || err == nil && (r.About != OfContact || !r.Withdrawn.IsZero()) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Cases.HandOn(tx, program(ctx), r.Of, a.Step == StepAccepted)
}

// Sweep erases the notices and answers whose last day is past, and answers how many. It
// is the program's own work and needs nobody's right.
func (s *Service) Sweep(ctx context.Context) (gone int, err error) {
	const op = "across.Sweep"
	by, err := access.Acting(access.Operator(ctx), op)
	if err != nil {
		return 0, err
	}
	gone, err = s.Journal.Sweep(ctx, by.Author(), s.today(), expired)
	return gone, fault.Wrap(op, err)
}
