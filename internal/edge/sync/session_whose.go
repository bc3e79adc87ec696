package sync

import (
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// known recognises whose origins these are. An origin of another node, or of this
// hub, is a copied database. Another entry here under a number that the node has is a
// fork. More here than the node has is a node that went back to an older copy of itself:
// it is told to write under a new name.
func (s *HubSession) known(tx *db.Tx, here db.ID, theirs []journal.Head) error {
	if err := s.copied(tx, here, theirs); err != nil {
		return err
	}
	at := make(map[journal.Origin]uint64, len(theirs))
	for _, t := range theirs {
		at[t.Origin] = t.Seq
		hash, ok, err := s.d.Journal.HashAt(tx, t.Origin, t.Seq)
		if err != nil {
			return err
		}
		if ok && hash != t.Hash {
			return fault.New(fault.Conflict, "sync.Hello", "sync.fork")
		}
	}
	// Of what the node writes now, all counts that is here: a hub that was put back has
	// what others brought of it, and not in the node's chain.
	last, err := s.d.Journal.Furthest(tx, s.self)
	if err != nil {
		return err
	}
	for _, l := range last {
		if at[l.Origin] < l.Seq && !s.file {
			return fault.New(fault.Conflict, "sync.Hello", "sync.restored")
		}
	}
	return s.installation(tx)
}

// copied takes down which origins are of others. A copy that took a name of its own still
// has what it was copied with. That is here, and it may add nothing to it.
func (s *HubSession) copied(tx *db.Tx, here db.ID, theirs []journal.Head) error {
	for _, t := range theirs {
		owner, err := nodeOf(tx, t.Origin.Installation)
		if err != nil {
			return err
		}
		if t.Origin.Installation != here && (owner.IsZero() || owner == s.peer.ID) {
			continue
		}
		whole, err := s.d.Journal.InChain(tx, t)
		if err != nil {
			return err
		}
		if t.Origin.Installation == s.self || !whole {
			return fault.New(fault.Conflict, "sync.Hello", "sync.copied")
		}
		s.copies = append(s.copies, t.Origin)
	}
	s.origins = slices.DeleteFunc(s.origins, func(o journal.Origin) bool { return slices.Contains(s.copies, o) })
	return nil
}

// installation takes a new name of the node's down. One that the node gave up for
// another is not behind what is here, or it would have been told so: it is the machine
// itself, and the other a copy of its disk. Both cannot be this node.
func (s *HubSession) installation(tx *db.Tx) error {
	owner, err := nodeOf(tx, s.self)
	if err != nil {
		return err
	}
	if owner.IsZero() {
		if _, err := tx.Exec("UPDATE sync_installation SET own = 0 WHERE node = ?", s.peer.ID); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO sync_installation (id, node, own, since) VALUES (?, ?, 1, ?)", s.self, s.peer.ID, s.d.Clock()); err != nil {
			return err
		}
		s.peer.Feed = db.ID{} // a new installation may lack what the one before had
	}
	if s.own, s.all, err = installations(tx, s.peer.ID); err == nil && !slices.Contains(s.own, s.self) {
		err = fault.New(fault.Conflict, "sync.Hello", "sync.copied")
	}
	return err
}
