package journal

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Author is who makes a change.
type Author struct{ User db.ID }

// Change is one change to one document.
type Change struct {
	Kind        string
	Doc         db.ID // of a new document too: made when its form is shown
	Subject     db.ID // the person it is about; none keeps what the document has
	Site        string
	Programme   string
	Sensitivity Sensitivity // a new document must say; 0 keeps what the document has
	Purpose     string

	// Base is the version that the author saw (Doc.Version), and zero for a new
	// document. Append refuses a zero base for a document that exists.
	Base Base

	// Fields are the changed fields, as JSON can hold them; nil clears one.
	Fields map[string]any

	// Sealed is the payload of a document of sensitivity Sealed, encrypted by the
	// caller to the keys of those who may read it. It has no Fields then.
	Sealed []byte

	// Resolves names the alternatives that this change puts out of date in a
	// group in conflict (Alternative.Version). A safety group in conflict needs
	// it; what is not named stays.
	Resolves []Version

	// Distinct names documents that look like the same act as this one and are
	// not (Kind.Acts).
	Distinct []db.ID

	// EnteredInError marks the whole document. It is how a record is deleted.
	EnteredInError bool
}

// Options are what a Journal needs.
type Options struct {
	DB    *db.DB
	Kinds []Kind
	Clock func() time.Time // time.Now if nil

	// Steady is how long this process has run, by a clock that nobody can set; the
	// machine's own if nil. Built is when the program was built, zero where nobody knows.
	Steady func() time.Duration
	Built  time.Time

	// Lease is how long a lane stays with a process that has stopped writing to
	// it; two minutes if zero.
	Lease time.Duration

	// Random is where secrets come from: crypto/rand if nil, which every program
	// uses. A simulator gives the same bytes again for the same seed.
	Random io.Reader

	// Exercise says that nothing here happened: every entry that is written carries the
	// programme ExerciseProgramme, and only such entries are taken from elsewhere. Where
	// it is false none of them is taken.
	Exercise bool
}

// ExerciseProgramme marks in the header what was written in an exercise. It is part of
// the hash, and nobody takes it off.
const ExerciseProgramme = "exercise"

// OfExercise reports whether what is here was written in an exercise, by its first entry;
// known is whether there is one.
func (j *Journal) OfExercise(tx *db.Tx) (exercise, known bool, err error) {
	var raw []byte
	err = tx.Row("SELECT header FROM journal_entries ORDER BY slot LIMIT 1").Scan(&raw)
	if fault.Is(err, fault.NotFound) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	h, err := parseHeader(raw)
	return h.Programme == ExerciseProgramme, err == nil, err
}

// OfNoProgramme reports whether an entry is of no programme. Those of an exercise carry
// its mark in that place, and which of them may come here is decided by Apply.
func (h Header) OfNoProgramme() bool { return h.Programme == "" || h.Programme == ExerciseProgramme }

// Journal appends, merges and projects. It is safe for concurrent use.
type Journal struct {
	db    *db.DB
	kinds map[string]*kindInfo
	clock hlcClock
	lease time.Duration
	me    db.ID // this process, as holder of lanes
	lanes lanes

	renamed atomic.Pointer[[]renamed] // see reissue_base.go; nil before it was read

	random   io.Reader
	exercise bool

	built  time.Time
	ran    func() time.Duration
	steady steady
}

// New makes a journal of these kinds. It does not touch the database.
func New(o Options) (*Journal, error) {
	if o.DB == nil {
		return nil, &fault.Error{Code: fault.Internal, Op: "journal.New", Key: "journal.bad_kind", Err: fmt.Errorf("no database")}
	}
	j := &Journal{db: o.DB, kinds: make(map[string]*kindInfo), lease: o.Lease, me: db.NewID(), random: o.Random, exercise: o.Exercise, built: o.Built.UTC(), ran: o.Steady}
	if j.lease <= 0 {
		j.lease = 2 * time.Minute
	}
	if j.ran == nil {
		began := time.Now() // with the reading of a clock that nobody can set
		j.ran = func() time.Duration { return time.Since(began) }
	}
	j.clock.now = o.Clock
	if o.Clock == nil {
		j.clock.now = time.Now
	}
	j.lanes.shared = o.DB.Engine() == db.SQLite
	for _, k := range o.Kinds {
		p, err := prepare(k)
		if err != nil {
			return nil, err
		}
		if j.kinds[k.Name] != nil {
			return nil, &fault.Error{Code: fault.Internal, Op: "journal.New", Key: "journal.bad_kind", Err: fmt.Errorf("kind %q is declared twice", k.Name)}
		}
		j.kinds[k.Name] = p
	}
	e := erasureKind(j)
	j.kinds[e.Name] = e
	return j, nil
}

// kind answers a kind's declaration, or a stand-in for one that is not known.
func (j *Journal) kind(name string) *kindInfo {
	if k := j.kinds[name]; k != nil {
		return k
	}
	return unknownKind(name)
}

// Close gives the lanes of this process back, so that the next one need not wait
// for them to expire or open others.
func (j *Journal) Close(ctx context.Context) error {
	return j.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE journal_heads SET holder = NULL, expires = NULL WHERE holder = ?", j.me)
		return err
	})
}

// hlcClock is the hybrid logical clock of this process (Kulkarni and others,
// "Logical Physical Clocks", 2014): never behind the wall clock of this machine,
// never standing still, and carried forward by what arrives from others.
type hlcClock struct {
	now  func() time.Time
	mu   sync.Mutex
	last HLC
}

// maxAhead bounds how far a foreign clock may carry ours. A machine whose battery
// is dead must not date everybody's records in 2099.
const maxAhead = 24 * time.Hour

func (c *hlcClock) tick() HLC {
	h := HLC(max(c.now().UnixMilli(), 0)) << 16
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last+1, h)
	return c.last
}

func (c *hlcClock) saw(h HLC) {
	limit := HLC(max(c.now().Add(maxAhead).UnixMilli(), 0)) << 16
	c.mu.Lock()
	defer c.mu.Unlock()
	if h > c.last && h < limit {
		c.last = h
	}
}
