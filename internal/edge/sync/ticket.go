package sync

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// With each welcome the hub gives out a ticket, and the node shows it next time. Two
// machines that run on copies of one disk show the same one, and from then on one of
// them always shows one that is out of date: also while neither has written anything
// that would tell them apart. So does a disk that was put back to an older day. Both
// are told to write under a new name; of two, the other one is then a copy.
//
// A welcome that was cut leaves the node with the ticket before, which is still good.
// A ticket begins with its number: one that the hub did not get to yet comes from
// before the hub was put back to an older copy of itself. A file may be older than the
// last exchange, and has none.

const ticketSize = 24

func ticketNo(t []byte) uint64 {
	if len(t) != ticketSize {
		return 0
	}
	return binary.BigEndian.Uint64(t)
}

// ticket looks at the one that is shown, and answers the next one.
func (s *HubSession) ticket(tx *db.Tx, shown []byte) ([]byte, error) {
	if s.file {
		return nil, nil
	}
	var now, last []byte
	if err := tx.Row("SELECT ticket, last FROM sync_installation WHERE id = ?", s.self).Scan(&now, &last); err != nil {
		return nil, err
	}
	switch {
	case now == nil || bytes.Equal(shown, now), ticketNo(shown) > ticketNo(now):
		last = shown
	case !bytes.Equal(shown, last):
		return nil, fault.New(fault.Conflict, "sync.Hello", "sync.restored")
	}
	next := binary.BigEndian.AppendUint64(nil, max(ticketNo(now), ticketNo(shown))+1)
	next = append(next, make([]byte, ticketSize-8)...)
	rand.Read(next[8:])
	_, err := tx.Exec("UPDATE sync_installation SET ticket = ?, last = ? WHERE id = ?", next, last, s.self)
	return next, err
}
