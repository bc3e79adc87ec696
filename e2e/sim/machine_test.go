package sim

import (
	"context"
	"crypto/rand"
	draw "math/rand/v2"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const file1 = "node.db"

// ctx is that of everything here: nothing is cancelled but by a power cut.
var ctx = context.Background()

// machine is a device of a run: the hub, or a node.
type machine struct {
	w         *world
	name      string
	site      string // a node's; the hub has none
	disk      *disk
	d         *db.DB
	svc       *sync.Service
	skew      time.Duration
	version   int  // of its program
	unplugged bool // its link is down
	link      *sync.Link
	disturbed bool // a frame of it was doubled, swapped or brought back
	levelled  bool // the last one came to its end
	moved     sync.Report
	old       []sync.Frame // frames of earlier exchanges
	copies    []snapshot
	seen      seen
	fresh     bool // the next exchange begins from nothing
	twin      bool // its disk was copied, or put back without a word: a fork is to be expected
}

// snapshot is a copy of a machine's disk, and what the oracle knew then.
type snapshot struct {
	on   image
	when int // number of the step
	has  map[int]bool
}

func (m *machine) clock() time.Time { return m.w.now.Add(m.skew) }

// on makes m the machine whose program runs now.
func (m *machine) on() { db.UseIDs(m.w.ids[m]) }

// migrations are those of the simulated program.
func migrations() []db.Migration {
	return append(append(journal.Migrations(), sync.Migrations()...), db.Migration{Area: "s", Number: 1, SQL: simTables})
}

// boot starts the program on what the disk holds.
func (m *machine) boot(on image) error {
	m.disk = newDisk(m.w.shm, on, m.w.rng())
	m.w.ids[m] = db.NewIDs(m.clock)
	m.on()
	d, err := db.Open(ctx, db.Options{Path: m.disk.path(file1), Unencrypted: true, VFS: vfsName, Migrations: migrations()})
	if err != nil {
		return err
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds(m.version), Clock: m.clock, Random: rand.Reader})
	if err == nil {
		err = j.CatchUp(ctx)
	}
	if err != nil {
		_ = d.Close()
		return err
	}
	m.d = d
	m.svc = sync.New(sync.Service{Deps: sync.Deps{DB: d, Journal: j, Clock: m.clock, Program: "sim"}, Address: "hub.example:8443"})
	return nil
}

// halt ends the program and answers what is on the disk. A cut machine is not asked
// to tidy up.
func (m *machine) halt(cleanly bool) image {
	m.on()
	m.w.unlink(m)
	if cleanly && !m.disk.dead {
		_ = m.svc.Journal.Close(ctx)
	} else {
		m.disk.cut()
	}
	m.disk.room = -1
	m.rest()
	_ = m.d.Close()
	im := m.disk.image()
	m.w.trace(m)
	m.disk.remove()
	return im
}

// revive starts a machine that lost its power. A start can lose it too.
func (m *machine) revive(on image) {
	for range 20 {
		err := m.boot(on)
		if err == nil {
			return
		}
		dead := m.disk.dead
		on = m.disk.image()
		m.disk.remove()
		if !dead {
			m.w.fail("%s does not start: %v", m.name, err)
		}
	}
	m.w.fail("%s does not start in twenty tries", m.name)
}

// down reports whether the power of m went, and starts it again.
func (m *machine) down() bool {
	if !m.disk.dead {
		return false
	}
	m.revive(m.halt(false))
	m.w.o.restarted(m)
	return true
}

// write runs fn in a transaction of m, and says whether it was acknowledged.
func (m *machine) write(fn func(tx *db.Tx) error) error {
	m.on()
	defer m.rest()
	return m.d.Write(ctx, fn)
}

// rest waits until the log is emptied after an erasure, which the writer does behind
// the back of who was answered: here everything happens in one order. A cancelled
// request goes through the writer's hands and does nothing.
func (m *machine) rest() {
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_ = m.d.Scrub(cancelled)
}

func (m *machine) read(fn func(tx *db.Tx) error) error {
	m.on()
	return m.d.Read(ctx, fn)
}

// ids lists documents of a kind that m has.
func (m *machine) docs(kind string) []db.ID {
	var out []db.ID
	err := m.read(func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT id FROM journal_documents WHERE kind = ? OR ? = '' ORDER BY id", kind, kind)
		if err != nil {
			return err
		}
		out, err = rows.IDs()
		return err
	})
	m.w.must(m, err)
	return out
}

func pick[T any](r *draw.Rand, all []T) (one T) {
	if len(all) > 0 {
		one = all[r.IntN(len(all))]
	}
	return one
}

// load reads a document of m, or nil.
func (m *machine) load(id db.ID) *journal.Doc {
	var d *journal.Doc
	_ = m.read(func(tx *db.Tx) (err error) { d, err = m.svc.Journal.Load(tx, id); return err })
	return d
}

// peer is the name by which the hub knows a node: a copy has that of the original, until
// it enrols as a node of its own.
func (m *machine) peer() (name string) {
	m.w.must(m, m.read(func(tx *db.Tx) error { return tx.Row("SELECT name FROM sync_hub").Scan(&name) }))
	return name
}
