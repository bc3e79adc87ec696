package sync

import (
	"bytes"
	"context"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// ExportShared makes a file of what the hub of an agreement is not known to have, and of
// how far this hub has taken what came from there. Files follow one another like
// messages do; since each holds everything since the last that was acknowledged, one
// that is lost is made good by the next. What does not fit waits until the other side
// has acknowledged this one.
func (s *Service) ExportShared(ctx context.Context, agreement db.ID) (file []byte, items int, err error) {
	const op = "sync.ExportShared"
	if s.Sharing == nil {
		return nil, 0, fault.New(fault.Forbidden, op, "sync.no_agreement")
	}
	var own identity
	var h OtherHub
	b := sharedBody{Agreement: agreement[:]}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		b.Messages, items = nil, 0
		if own, err = ownIdentity(tx); err != nil {
			return err
		}
		if h, err = s.hubUnder(tx, agreement); err != nil {
			return err
		}
		sh, terms, err := s.meetUnder(tx, h, agreement, nil)
		if err != nil {
			return err
		}
		if err := s.fillShared(tx, sh); err != nil {
			return err
		}
		at := journal.FeedHead{}
		if len(sh.takenHash) == len(at.Hash) {
			at.Seq = uint64(sh.taken)
			copy(at.Hash[:], sh.takenHash)
		}
		for more, size := true, 0; more; {
			var body []byte
			var n int
			if body, n, at, err = s.sharedMessage(tx, sh, terms, at); err != nil {
				return err
			}
			if size += len(body); len(b.Messages) > 0 && size > s.fileLimit()-sealRoom {
				break
			}
			if more = n > 0; more || len(b.Messages) == 0 {
				b.Messages, items = append(b.Messages, body), items+n
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, fault.Wrap(op, err)
	}
	b.To = h.Pin
	if file, err = sealShared(own, h.Recipient, b); err == nil && len(file) > s.fileLimit() {
		err = fault.New(fault.Conflict, op, "sync.too_much")
	}
	return file, items, err
}

// sealRoom is what a file has beside its messages: certificate, signature, and the seal
// with its 16 bytes for every 64 KiB.
const sealRoom = 8 << 10

func (s *Service) fileLimit() int {
	if s.FileLimit > 0 {
		return s.FileLimit
	}
	return SharedFileLimit
}

// sharedMessage is the next message of a file.
func (s *Service) sharedMessage(tx *db.Tx, sh share, terms []byte, at journal.FeedHead) (body []byte, n int, to journal.FeedHead, err error) {
	m, err := s.messageOf(tx, sh, terms)
	if err != nil {
		return nil, 0, at, err
	}
	list, err := s.Journal.Feed(tx, sh.feed, at.Seq, chunkMost)
	if err != nil {
		return nil, 0, at, err
	}
	to = at
	if len(list) > 0 {
		for i := range list {
			if err := s.withhold(tx, sh, &list[i]); err != nil {
				return nil, 0, at, err
			}
		}
		var f Frame
		if f, to, err = packItems(journal.NewPacker(), at, list); err != nil {
			return nil, 0, at, err
		}
		m.Items = f.Body
	}
	body, err = cbor.Marshal(m)
	return body, int(to.Seq - at.Seq), to, fault.Wrap("sync.ExportShared", err)
}

// hubUnder finds the hub that an agreement is with.
func (s *Service) hubUnder(tx *db.Tx, agreement db.ID) (OtherHub, error) {
	all, err := otherHubs(tx)
	if err != nil {
		return OtherHub{}, err
	}
	for _, h := range all {
		if h.State != Enrolled || h.Pin == nil {
			continue
		}
		open, err := s.Sharing.Open(tx, h.Pin, s.Clock())
		if err != nil {
			return h, err
		}
		if slices.Contains(open, agreement) {
			return h, nil
		}
	}
	return OtherHub{}, fault.New(fault.Forbidden, "sync.ExportShared", "sync.over_here")
}

// ImportShared takes a file of another hub, and answers how many items of it were new.
// Files may come in any order and again: what is here already changes nothing, and what
// an agreement does not allow is refused with all that its message holds.
func (s *Service) ImportShared(ctx context.Context, file []byte) (taken int, err error) {
	const op = "sync.ImportShared"
	if s.Sharing == nil {
		return 0, fault.New(fault.Forbidden, op, "sync.no_agreement")
	}
	var own identity
	var h OtherHub
	var b sharedBody
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var pin []byte
		if own, err = ownIdentity(tx); err != nil {
			return err
		}
		if b, pin, err = openShared(file, own); err != nil {
			return err
		}
		h, err = recogniseHub(tx, pin)
		return sayHere(err)
	})
	if err != nil {
		return 0, fault.Wrap(op, err)
	}
	for _, body := range b.Messages {
		var m swap
		if len(body) > maxSwap || cbor.Unmarshal(body, &m) != nil || !bytes.Equal(m.Agreement, b.Agreement) {
			return taken, badBatch()
		}
		n, err := s.importMessage(ctx, h, &m)
		if err != nil {
			return taken, fault.Wrap(op, sayHere(err))
		}
		taken += n
	}
	if taken > 0 && s.Wake != nil {
		s.Wake()
	}
	return taken, nil
}

// sayHere says to whoever takes a file what a message would have said to the other hub.
func sayHere(err error) error {
	key := map[string]string{"sync.unknown_hub": "sync.unknown_sender", "sync.revoked": "sync.sender_revoked", "sync.agreement_over": "sync.over_here"}[fault.KeyOf(err)]
	if key == "" {
		return err
	}
	return fault.New(fault.Forbidden, "sync.ImportShared", key)
}

func (s *Service) importMessage(ctx context.Context, h OtherHub, m *swap) (int, error) {
	agreement, err := idOf(m.Agreement)
	if err != nil {
		return 0, badBatch()
	}
	var sh share
	var at journal.FeedHead
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if sh, _, err = s.meetUnder(tx, h, agreement, m); err != nil {
			return err
		}
		if err := s.acknowledged(tx, &sh, m.At); err != nil {
			return err
		}
		at, err = s.Journal.Taken(tx, sh.theirs)
		return err
	})
	if err != nil || len(m.Items) == 0 {
		return 0, err
	}
	var packed items
	if err := (Frame{typeItems, m.Items}).read(&packed); err != nil {
		return 0, badBatch()
	}
	list, from, to, err := packed.unpack(journal.NewUnpacker())
	switch {
	case err != nil:
		return 0, badBatch()
	case to.Seq <= at.Seq:
		return 0, nil // here already
	case from.Seq > at.Seq:
		return 0, fault.New(fault.Conflict, "sync.ImportShared", "sync.file_before")
	}
	known := int(at.Seq - from.Seq)
	if known > len(list) || from.Chain(list[:known]) != at {
		return 0, badBatch()
	}
	n, err := s.takeItems(ctx, h, sh, list[known:], at, to)
	return int(n), err
}

// acknowledged notes how far the other hub says that it has come. A file that was under
// way for long says less than is known, and takes nothing back.
func (s *Service) acknowledged(tx *db.Tx, sh *share, at position) error {
	head, err := at.head()
	if err != nil {
		return badBatch()
	}
	if int64(head.Seq) <= sh.taken {
		return nil
	}
	ok, err := s.Journal.FeedAt(tx, sh.feed, head)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "sync.ImportShared", "sync.other_position")
	}
	sh.taken, sh.takenHash = int64(head.Seq), head.Hash[:]
	return keepShare(tx, *sh, s.Clock())
}

// Card is this hub's card, with its fingerprint.
func (s *Service) Card(ctx context.Context, name string) (text, fingerprint string, err error) {
	if name, err = properName("sync.Card", name); err != nil {
		return "", "", err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		own, err := ownIdentity(tx)
		if err != nil {
			return err
		}
		pin, err := own.pin()
		if err != nil {
			return err
		}
		fingerprint = Fingerprint(pin)
		text, err = writeCard(own, name)
		return err
	})
	return text, fingerprint, err
}

// AddHub makes the hub of a card known here, without a link. fingerprint is what whoever
// answers for the other hub read out by another way: one that differs is refused.
func (s *Service) AddHub(ctx context.Context, name, text, fingerprint string) (OtherHub, error) {
	const op = "sync.AddHub"
	name, err := properName(op, name)
	if err != nil {
		return OtherHub{}, err
	}
	c, pin, err := readCard(text)
	if err != nil {
		return OtherHub{}, err
	}
	if !sameFingerprint(fingerprint, pin) {
		return OtherHub{}, fault.Field(op, "fingerprint", "sync.other_fingerprint")
	}
	h := OtherHub{ID: db.NewID(), Name: name, State: Enrolled, Pin: pin, Recipient: c.Seal}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		own, err := ownIdentity(tx)
		if err != nil {
			return err
		}
		if mine, err := own.pin(); err != nil || samePin(mine, pin) {
			return fault.Field(op, "card", "sync.own_card")
		}
		known, err := hubBy(tx, "pin", pin)
		switch {
		case fault.Is(err, fault.NotFound):
			if err := insertHub(tx, h, nil, s.Clock(), s.Clock()); err != nil {
				return err
			}
			return s.did(ctx, tx, HubAdded, Peer{ID: h.ID, Name: h.Name})
		case err != nil:
			return err
		case known.State == Revoked:
			return fault.Field(op, "card", "sync.sender_revoked")
		}
		h.ID, h.Address = known.ID, known.Address
		return keepRecipient(tx, known.ID, c.Seal)
	})
	return h, err
}
