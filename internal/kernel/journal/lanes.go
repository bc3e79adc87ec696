package journal

import (
	"context"
	"fmt"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// lane is a lane that this process holds, with its head in memory. What the
// database says of the head is compared, and moved, once a commit.
type lane struct {
	no     int64
	origin Origin
	head
	stored uint64 // seq that journal_heads has in the transaction under way
	tx     *db.Tx // whose undo is registered
	gone   bool   // another process has it, or the database was restored
}

// head is the end of an origin's chain.
type head struct {
	seq  uint64
	hash [32]byte
	hlc  HLC
}

// lanes are those of this process. SQLite has one writer, so one lane serves all
// its transactions in turn. On PostgreSQL each transaction has a lane to itself
// until it ends, since heads of parallel transactions could not follow each other.
type lanes struct {
	mu     sync.Mutex
	shared bool
	free   []*lane
	taken  map[*db.Tx]*lane
}

// lane answers the lane that tx appends to.
func (j *Journal) lane(tx *db.Tx) (*lane, error) {
	l := j.takeLane(tx)
	if l == nil {
		var err error
		if l, err = j.leaseLane(tx); err != nil {
			return nil, err
		}
		j.keepLane(tx, l)
	}
	if l.tx != tx {
		before, stored := l.head, l.stored
		l.tx = tx
		tx.OnRollback(func() { l.head, l.stored, l.tx = before, stored, nil })
		tx.BeforeCommit(l, func(tx *db.Tx) error { return j.advance(tx, l) })
	}
	return l, nil
}

func (j *Journal) takeLane(tx *db.Tx) *lane {
	s := &j.lanes
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared {
		if len(s.free) > 0 && s.free[0].gone {
			s.free = nil
		}
		if len(s.free) > 0 {
			return s.free[0]
		}
		return nil
	}
	if l := s.taken[tx]; l != nil {
		return l
	}
	for len(s.free) > 0 {
		l := s.free[len(s.free)-1]
		s.free = s.free[:len(s.free)-1]
		if !l.gone {
			j.hold(tx, l)
			return l
		}
	}
	return nil
}

// hold keeps l for tx until it ends. The caller has the lock.
func (j *Journal) hold(tx *db.Tx, l *lane) {
	s := &j.lanes
	if s.taken == nil {
		s.taken = make(map[*db.Tx]*lane)
	}
	s.taken[tx] = l
	end := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.taken, tx)
		if !l.gone {
			s.free = append(s.free, l)
		}
	}
	tx.OnCommit(end)
	tx.OnRollback(end)
}

// keepLane puts a lane just leased at the disposal of this process, and takes it
// back if the lease itself is rolled back.
func (j *Journal) keepLane(tx *db.Tx, l *lane) {
	s := &j.lanes
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared {
		s.free = []*lane{l}
	} else {
		j.hold(tx, l)
	}
	tx.OnRollback(func() { l.gone = true })
}

// leaseLane takes a lane that nobody holds, or whose holder has been silent for
// too long, or makes a new one. Two processes that reach for the same lane are
// told apart by compare-and-set.
func (j *Journal) leaseLane(tx *db.Tx) (*lane, error) {
	inst, err := j.installation(tx)
	if err != nil {
		return nil, err
	}
	now := j.clock.now()
	l := &lane{origin: Origin{Installation: inst}}
	var laneNo, seq, clock int64
	var hash []byte
	err = tx.Row(`SELECT no, lane, seq, hash, hlc FROM journal_heads
		WHERE installation = ? AND (holder IS NULL OR expires < ?) ORDER BY lane LIMIT 1`, inst, now).
		Scan(&l.no, &laneNo, &seq, &hash, &clock)
	if fault.Is(err, fault.NotFound) {
		return j.newLane(tx, l)
	}
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(`UPDATE journal_heads SET holder = ?, expires = ? WHERE no = ? AND seq = ? AND (holder IS NULL OR expires < ?)`,
		j.me, now.Add(j.lease), l.no, seq, now)
	if err != nil {
		return nil, err
	}
	if n != 1 || len(hash) != 32 {
		return nil, db.Retry(fault.New(fault.Unavailable, "journal.leaseLane", "journal.busy"))
	}
	l.origin.Lane, l.seq, l.stored, l.hlc = uint32(laneNo), uint64(seq), uint64(seq), HLC(clock)
	l.hash = [32]byte(hash)
	j.clock.saw(l.hlc)
	return l, nil
}

func (j *Journal) newLane(tx *db.Tx, l *lane) (*lane, error) {
	var last *int64
	if err := tx.Row("SELECT max(lane) FROM journal_heads WHERE installation = ?", l.origin.Installation).Scan(&last); err != nil {
		return nil, err
	}
	if last != nil {
		l.origin.Lane = uint32(*last) + 1
	}
	no, err := j.newOrigin(tx, l.origin)
	if err != nil {
		return nil, err
	}
	l.no = no
	_, err = tx.Exec("UPDATE journal_heads SET holder = ?, expires = ? WHERE no = ?", j.me, j.clock.now().Add(j.lease), no)
	return l, err
}

// newOrigin gives an origin its local number. A number that another process took
// meanwhile is tried again.
func (j *Journal) newOrigin(tx *db.Tx, o Origin) (int64, error) {
	var no int64
	if err := tx.Row("SELECT coalesce(max(no), 0) + 1 FROM journal_heads").Scan(&no); err != nil {
		return 0, err
	}
	if no > maxOrigins {
		return 0, fault.New(fault.Internal, "journal.newOrigin", "journal.too_many_origins")
	}
	n, err := tx.Exec(`INSERT INTO journal_heads (no, installation, lane, seq, hash, hlc) VALUES (?, ?, ?, 0, ?, 0) ON CONFLICT DO NOTHING`,
		no, o.Installation, int64(o.Lane), make([]byte, 32))
	if err == nil && n != 1 {
		err = db.Retry(fault.New(fault.Unavailable, "journal.newOrigin", "journal.busy"))
	}
	return no, err
}

// advance moves the head in the database, once for all entries of a commit. If
// the lane is not ours any more, everything runs again on another one.
func (j *Journal) advance(tx *db.Tx, l *lane) error {
	if l.seq == l.stored {
		return nil
	}
	n, err := tx.Exec(`UPDATE journal_heads SET seq = ?, hash = ?, hlc = ?, expires = ? WHERE no = ? AND seq = ? AND holder = ?`,
		int64(l.seq), l.hash[:], int64(l.hlc), j.clock.now().Add(j.lease), l.no, int64(l.stored), j.me)
	if err != nil {
		return err
	}
	if n != 1 {
		return j.lost(l)
	}
	stored := l.stored
	tx.OnRollback(func() { l.stored = stored })
	l.stored = l.seq
	return nil
}

// lost gives a lane up and asks for another try.
func (j *Journal) lost(l *lane) error {
	l.gone = true
	return db.Retry(&fault.Error{Code: fault.Unavailable, Op: "journal.lane", Key: "journal.busy",
		Err: fmt.Errorf("lane %d was taken over", l.origin.Lane)})
}

// installation answers the id under which this database writes, making it on the
// first write.
func (j *Journal) installation(tx *db.Tx) (db.ID, error) {
	var id db.ID
	err := tx.Row("SELECT id FROM journal_installation").Scan(&id)
	if !fault.Is(err, fault.NotFound) {
		return id, err
	}
	id = db.NewID()
	n, err := tx.Exec("INSERT INTO journal_installation (one, id, made) VALUES (1, ?, ?) ON CONFLICT DO NOTHING", id, j.clock.now())
	if err == nil && n != 1 {
		err = db.Retry(fault.New(fault.Unavailable, "journal.installation", "journal.busy"))
	}
	return id, err
}

// NewInstallation gives this database a new installation id. It must be called on
// a database that was restored from a backup or copied, before anything is
// written: its old origins may have gone on elsewhere, and a second entry with
// the same number would fork them.
func (j *Journal) NewInstallation(ctx context.Context) (db.ID, error) {
	id := db.NewID()
	err := j.db.Write(ctx, func(tx *db.Tx) error { return j.renew(tx, id) })
	return id, err
}

// renew gives this database another installation id. Every lane is given up.
func (j *Journal) renew(tx *db.Tx, id db.ID) error {
	if _, err := tx.Exec("UPDATE journal_heads SET holder = NULL, expires = NULL"); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO journal_installation (one, id, made) VALUES (1, ?, ?)
		ON CONFLICT (one) DO UPDATE SET id = excluded.id, made = excluded.made`, id, j.clock.now())
	return err
}

// Lane answers the local number of the lane that tx appends to, for counts kept
// by lane (package tally).
func (j *Journal) Lane(tx *db.Tx) (int64, error) {
	l, err := j.lane(tx)
	if err != nil {
		return 0, err
	}
	return l.no, nil
}
