package stewardship

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The ways out of a hand-over, one for each purpose that an agreement can have.
var routesHandOver = []access.Route{
	{Name: "stewardship.handover", Means: access.Message, Purpose: "sharing", Recipients: []access.Recipient{access.CareProvider}, Action: access.ExportResults, Sensitivity: journal.Clinical, Consent: true},
	{Name: "stewardship.handover_authority", Means: access.Message, Purpose: "public_health", Recipients: []access.Recipient{access.HealthAuthority}, Action: access.ExportResults, Sensitivity: journal.Clinical},
	{Name: "stewardship.handover_destination", Means: access.Message, Purpose: "assessment", Recipients: []access.Recipient{access.DestinationAuthority}, Action: access.ExportResults, Sensitivity: journal.Clinical, Consent: true},
}

func routeOf(purpose string) access.Route {
	i := slices.IndexFunc(routesHandOver, func(r access.Route) bool { return r.Purpose == purpose })
	if i < 0 {
		return access.Route{}
	}
	return routesHandOver[i]
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// Offer is what would be handed over under an agreement, before it is.
type Offer struct {
	Agreement Agreement
	Parts     map[Part][]Piece
	Digest    string // of Parts
	Refused   error  // why it may not go now; nil if it may
	level     journal.Sensitivity
}

// Offers are the agreements under which somebody may be handed over from here.
func (s *Service) Offers(ctx context.Context, person db.ID) (out []Agreement, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if err := s.mayOffer(ctx, tx, person); err != nil {
			return err
		}
		all, err := listAgreements(tx, "")
		for _, g := range all {
			if g.StateAt(s.now()) == AgreementInForce {
				out = append(out, g)
			}
		}
		return err
	})
	return out, fault.Wrap("stewardship.Offers", err)
}

func (s *Service) mayOffer(ctx context.Context, tx *db.Tx, person db.ID) error {
	_, res, err := s.People.Identity(tx, person)
	if err != nil {
		return err
	}
	return s.Access.Check(ctx, access.ExportResults, res)
}

// Preview answers what would be handed over, for the officer and the person to read.
func (s *Service) Preview(ctx context.Context, person, agreement db.ID) (o Offer, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error { o, err = s.offer(ctx, tx, person, agreement); return err })
	return o, fault.Wrap("stewardship.Preview", err)
}

func (s *Service) offer(ctx context.Context, tx *db.Tx, person, agreement db.ID) (Offer, error) {
	var o Offer
	if err := s.mayOffer(ctx, tx, person); err != nil {
		return o, err
	}
	g, err := findAgreement(tx, agreement)
	if err != nil {
		return o, err
	}
	o = Offer{Agreement: g, Parts: map[Part][]Piece{}, level: journal.Identity}
	if g.StateAt(s.now()) != AgreementInForce {
		return o, fault.New(fault.Forbidden, "stewardship.offer", "stewardship.error.not_in_force")
	}
	st, err := s.People.Standing(tx, person)
	if err != nil {
		return o, err
	}
	if o.Refused, err = s.refusal(tx, g, st, person); err != nil {
		return o, err
	}
	agreed := st.Agreed(g.Purpose, g.Recipient())
	for _, sh := range s.Sharers {
		fields := g.Fields[sh.Part]
		if len(fields) == 0 {
			continue
		}
		items, err := sh.Share(ctx, tx, person, fields)
		if err != nil {
			return o, err
		}
		pieces, level := g.within(sh.Part, items, agreed)
		if len(pieces) > 0 {
			o.Parts[sh.Part], o.level = pieces, max(o.level, level)
		}
	}
	o.Digest = digestOf(o.Parts)
	res := st.Resource
	res.Sensitivity = max(res.Sensitivity, o.level) // whoever hands it over must be allowed to know it
	return o, s.Access.Check(ctx, access.ExportResults, res)
}

// refusal is why somebody may not be handed over under an agreement, or nil.
func (s *Service) refusal(tx *db.Tx, g Agreement, st access.Standing, person db.ID) (refused, err error) {
	consents, err := s.People.ConsentsOf(tx, []db.ID{person})
	if err != nil {
		return nil, err
	}
	return g.mayGo(st, consents[person]), nil
}

// HandOver hands somebody over under an agreement: it writes the packet, which leaves
// with the next exchange, and answers the code with which a clinic that has no Godwit
// can answer. shown is the digest of what the officer read. Somebody who was handed over
// under this agreement before has that packet corrected.
func (s *Service) HandOver(ctx context.Context, person, agreement db.ID, shown string) (packet db.ID, code string, err error) {
	const op = "stewardship.HandOver"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return packet, "", err
	}
	o, err := s.Preview(ctx, person, agreement)
	switch {
	case err != nil:
		return packet, "", err
	case o.Refused != nil:
		return packet, "", o.Refused
	case len(o.Parts) == 0:
		return packet, "", fault.New(fault.Conflict, op, "stewardship.error.nothing")
	}
	if err := s.Access.Release(ctx, routeOf(o.Agreement.Purpose), o.Agreement.Recipient(), person); err != nil {
		return packet, "", err
	}
	code, hash := NewReplyCode()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.offer(ctx, tx, person, agreement)
		if err != nil {
			return err
		}
		if o.Refused != nil {
			return o.Refused
		}
		if o.Digest != shown {
			return fault.New(fault.Conflict, op, "stewardship.error.parts_changed")
		}
		packet, err = s.pack(tx, a, o, person)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindReplyCode, Doc: db.NewID(), Subject: person, Sensitivity: journal.Identity, Purpose: o.Agreement.Purpose,
			Fields: map[string]any{"packet": packet, "agreement": agreement, "hash": hash, "until": s.now().Add(replyLife)}})
	})
	return packet, code, fault.Wrap(op, err)
}

// pack writes the packet, or corrects the one that there is.
func (s *Service) pack(tx *db.Tx, a access.Actor, o Offer, person db.ID) (db.ID, error) {
	c := journal.Change{Kind: kindPacket, Doc: db.NewID(), Subject: person, Sensitivity: o.level, Purpose: o.Agreement.Purpose,
		Fields: map[string]any{"agreement": o.Agreement.ID, "from": s.Name, "made": s.now(), "parts": o.Parts}}
	before, err := packetsOf(tx, person)
	if err != nil {
		return db.ID{}, err
	}
	for _, p := range before {
		if p.Agreement != o.Agreement.ID {
			continue
		}
		doc, err := s.Journal.Load(tx, p.ID)
		if err != nil {
			return db.ID{}, err
		}
		c.Doc, c.Base, c.Sensitivity = p.ID, doc.Version, max(o.level, p.Level)
		break
	}
	return c.Doc, s.Journal.Append(tx, a.Author(), c)
}

// HandedOver is one hand-over of a person, as their page shows it.
type HandedOver struct {
	Packet
	Peer        string
	Recipient   access.Recipient
	Sent, Taken bool
	Steps       map[Step]Reply
}

// HandOvers lists those of a person.
func (s *Service) HandOvers(ctx context.Context, person db.ID) (out []HandedOver, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if err := s.mayOffer(ctx, tx, person); err != nil {
			return err
		}
		packets, err := packetsOf(tx, person)
		if err != nil {
			return err
		}
		for _, p := range packets {
			h, err := s.handedOver(tx, p)
			if err != nil {
				return err
			}
			out = append(out, h)
		}
		return nil
	})
	return out, fault.Wrap("stewardship.HandOvers", err)
}

func (s *Service) handedOver(tx *db.Tx, p packetRow) (HandedOver, error) {
	h := HandedOver{Packet: p.Packet}
	g, err := findAgreement(tx, p.Agreement)
	if err != nil {
		return h, err
	}
	h.Peer, h.Recipient = g.Peer, g.Recipient()
	if s.Link != nil {
		if h.Sent, h.Taken, err = s.Link.Sent(tx, g.ID, p.ID); err != nil {
			return h, err
		}
	}
	said, err := answersOf(tx, p.ID, g.ID)
	h.Steps = stepAt(said)
	return h, err
}

// Inbox lists what was handed over to this hub, as far as the actor may open it.
func (s *Service) Inbox(ctx context.Context) (out []HandedOver, err error) {
	if !s.Access.Ever(ctx, access.ClinicalRead) {
		return nil, fault.New(fault.Forbidden, "stewardship.Inbox", "door.forbidden")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := listAgreements(tx, "")
		if err != nil {
			return err
		}
		for _, g := range all {
			packets, err := packetsUnder(tx, g.ID)
			if err != nil {
				return err
			}
			for _, p := range packets {
				theirs, err := s.isTheirs(tx, p)
				if err != nil {
					return err
				}
				if !theirs || !s.Access.May(ctx, access.ClinicalRead, p.resource(g.Inbox)) {
					continue
				}
				h, err := s.handedOver(tx, p)
				if err != nil {
					return err
				}
				out = append(out, h)
			}
		}
		return nil
	})
	return out, fault.Wrap("stewardship.Inbox", err)
}

// Unseen counts those of the inbox whom nobody has seen yet.
func (s *Service) Unseen(ctx context.Context) (n int, err error) {
	list, err := s.Inbox(ctx)
	for _, h := range list {
		_, seen := h.Steps[StepSeen]
		if _, over := h.Steps[StepOutcome]; !seen && !over {
			n++
		}
	}
	return n, err
}

// isTheirs reports whether a packet came from another hub: nobody here has registered
// whom it is about under that id.
func (s *Service) isTheirs(tx *db.Tx, p packetRow) (bool, error) {
	_, _, err := s.People.Identity(tx, p.Person)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	return false, err
}

// OpenPacket opens one that came.
func (s *Service) OpenPacket(ctx context.Context, id db.ID) (h HandedOver, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.received(ctx, tx, access.ClinicalRead, id)
		if err != nil {
			return err
		}
		h, err = s.handedOver(tx, p)
		return err
	})
	return h, fault.Wrap("stewardship.OpenPacket", err)
}

func (s *Service) received(ctx context.Context, tx *db.Tx, right access.Action, id db.ID) (packetRow, error) {
	p, err := findPacket(tx, id)
	if err != nil {
		return p, err
	}
	g, err := findAgreement(tx, p.Agreement)
	if err != nil {
		return p, err
	}
	theirs, err := s.isTheirs(tx, p)
	if err == nil && !theirs {
		err = fault.New(fault.NotFound, "stewardship.received", "page.error.not_found")
	}
	if err != nil {
		return p, err
	}
	return p, s.Access.Check(ctx, right, p.resource(g.Inbox))
}

// Answer says to the other hub what became of a hand-over.
func (s *Service) Answer(ctx context.Context, r Reply) error {
	const op = "stewardship.Answer"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if errs := r.Valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := s.received(ctx, tx, access.ClinicalWrite, r.Packet)
		if err != nil {
			return err
		}
		r.Agreement, r.ByCode = p.Agreement, false
		return s.answer(tx, a.Author(), p.Person, r)
	}))
}

// answer writes a step, each once.
func (s *Service) answer(tx *db.Tx, by journal.Author, person db.ID, r Reply) error {
	said, err := answersOf(tx, r.Packet, r.Agreement)
	if err != nil {
		return err
	}
	if _, there := stepAt(said)[r.Step]; there {
		return fault.New(fault.Conflict, "stewardship.answer", "stewardship.error.answered")
	}
	fields := map[string]any{"packet": r.Packet, "agreement": r.Agreement, "step": r.Step, "at": s.now()}
	if r.Outcome != "" {
		fields["outcome"] = r.Outcome
	}
	if w := strings.TrimSpace(r.Words); w != "" {
		fields["words"] = w
	}
	if r.ByCode {
		fields["by_code"] = true
	}
	return s.Journal.Append(tx, by, journal.Change{Kind: kindAnswer, Doc: db.NewID(), Subject: person, Sensitivity: journal.Clinical, Purpose: "care", Fields: fields})
}

// replyLife is how long a code answers: a course of tuberculosis treatment takes six
// months, and its outcome is what the code is for.
const replyLife = 270 * 24 * time.Hour

var replyCoding = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding) // Crockford: no I, L, O, U

// NewReplyCode makes a code of 80 bits and the hash by which it is kept.
func NewReplyCode() (code, hash string) {
	b := make([]byte, 10)
	rand.Read(b)
	text := replyCoding.EncodeToString(b)
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:], hashReplyCode(text)
}

func hashReplyCode(code string) string {
	code = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
	h := sha256.Sum256([]byte("godwit reply\x00" + code))
	return hex.EncodeToString(h[:])
}

// AnswerByCode takes an answer from whoever holds a code, without an account. A code
// that is wrong, too old or used for that step is told alike.
func (s *Service) AnswerByCode(ctx context.Context, code string, r Reply, address string) error {
	const op = "stewardship.AnswerByCode"
	if errs := r.Valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	if !s.limit.take("reply "+address, s.Clock()) {
		return fault.New(fault.Unavailable, op, "stewardship.error.many")
	}
	wrong := fault.Field(op, "code", "stewardship.error.reply_code")
	hash, elsewhere := hashReplyCode(code), false
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := codeByHash(tx, hash)
		if fault.Is(err, fault.NotFound) {
			elsewhere = s.Elsewhere != nil
			return wrong
		}
		if err != nil {
			return err
		}
		g, err := findAgreement(tx, c.Agreement)
		if err != nil {
			return err
		}
		if !s.now().Before(c.Until) || g.StateAt(s.now()) == AgreementEnded {
			return wrong
		}
		r.Packet, r.Agreement, r.ByCode = c.Packet, c.Agreement, true
		err = s.answer(tx, access.Anybody(), c.Person, r)
		if fault.KeyOf(err) == "stewardship.error.answered" {
			return wrong
		}
		return err
	})
	if elsewhere {
		known, err := s.Elsewhere(ctx, hash, r)
		if err == nil && !known {
			err = wrong
		}
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, err)
}

// copyHandOvers writes the person's own copy of what was handed over: to whom, what, and
// what was answered.
func (s *Service) copyHandOvers(_ context.Context, tx *db.Tx, person db.ID, _ string) ([]Section, error) {
	packets, err := packetsOf(tx, person)
	var out []Section
	for _, p := range packets {
		h, err := s.handedOver(tx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, Section{Title: page.M("stewardship.handover.to", "hub", h.Peer), Rows: append(stateRows(h), s.packetRows(p.Packet)...)})
	}
	return out, err
}
