package sim

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/ncruces/go-sqlite3/vfs"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestMain(m *testing.M) {
	vfs.Register(vfsName, fileSystem{})
	code := m.Run()
	if lastLine != "" {
		fmt.Println(lastLine)
	}
	os.Exit(code)
}

// Two officers, and the people at the machines.
var (
	almaz = journal.Author{User: db.ID{1, 1}}
	bruno = journal.Author{User: db.ID{2, 2}}
)

// world is one run.
type world struct {
	plan      plan
	shm       string
	now       time.Time
	draws     *rand.Rand
	hub       *machine
	nodes     []*machine
	ids       map[*machine]*db.IDs
	o         *oracle
	step      int
	words     int
	log       []string
	hash      uint64 // of everything that happened
	destroyed int
	reissued  int // forks whose own changes were issued again
	copies    int // that became nodes of their own
}

// failure ends a run.
type failure struct {
	what string
	lost bool // something acknowledged is not there; otherwise something diverged
}

func (f failure) Error() string { return f.what }

func (w *world) fail(format string, args ...any) { panic(failure{what: fmt.Sprintf(format, args...)}) }
func (w *world) lost(format string, args ...any) {
	panic(failure{what: fmt.Sprintf(format, args...), lost: true})
}

// must ends the run for an error that no fault of the simulation explains.
func (w *world) must(m *machine, err error) {
	if err != nil {
		w.fail("%s: %v [%s]\n%s", m.name, err, fault.KeyOf(err), debug.Stack())
	}
}

func (w *world) rng() *rand.Rand { return rand.New(rand.NewPCG(w.draws.Uint64(), 1)) }

func (w *world) say(format string, args ...any) {
	line := fmt.Sprintf("%3d ", w.step) + fmt.Sprintf(format, args...)
	w.log = append(w.log, line)
	w.mix(line)
}

func (w *world) mix(what string) {
	h := fnv.New64a()
	fmt.Fprint(h, w.hash, what)
	w.hash = h.Sum64()
}

// trace mixes what a disk did into the history's hash.
func (w *world) trace(m *machine) { w.mix(fmt.Sprint(m.name, m.disk.trace, m.disk.moves)) }

func (w *world) all() []*machine {
	return append([]*machine{w.hub}, w.nodes...)
}

// template is a disk with empty tables, made once.
var template image

func prepare(t *testing.T) {
	if template != nil {
		return
	}
	w := &world{shm: t.TempDir(), ids: make(map[*machine]*db.IDs), draws: rand.New(rand.NewPCG(1, 1)), now: epoch}
	m := &machine{w: w, name: "template", version: 1}
	if err := m.boot(nil); err != nil {
		t.Fatal(err)
	}
	_ = m.d.Close()
	template = m.disk.image()
	m.disk.remove()
	db.UseIDs(nil)
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// newWorld makes the machines of a plan and enrols them.
func newWorld(t *testing.T, p plan) *world {
	prepare(t)
	cryptotest.SetGlobalRandom(t, p.Seed)
	w := &world{plan: p, now: epoch, ids: make(map[*machine]*db.IDs), draws: rand.New(rand.NewPCG(p.Seed, 2))}
	w.o = newOracle(w)
	shm, err := os.MkdirTemp("", "sim")
	if err != nil {
		t.Fatal(err)
	}
	w.shm = shm
	w.hub = w.machine("hub", "", p.Hub)
	for i, n := range p.Nodes {
		m := w.machine(fmt.Sprintf("node%d", i+1), n.Site, n.Version)
		w.nodes = append(w.nodes, m)
		w.hub.on()
		_, code, err := w.hub.svc.Invite(ctx, sync.Invitation{Name: m.name, Sites: []string{n.Site}})
		w.must(w.hub, err)
		m.on()
		_, err = m.svc.EnrolAt(ctx, w.hub.svc, code)
		w.must(m, err)
	}
	for _, m := range w.all() {
		w.o.look(m)
	}
	return w
}

func (w *world) machine(name, site string, version int) *machine {
	m := &machine{w: w, name: name, site: site, version: version}
	w.must(m, m.boot(template))
	return m
}

// end lets go of everything.
func (w *world) end() {
	for _, m := range append([]*machine{w.hub}, w.nodes...) {
		if m.d != nil {
			m.disk.cut()
			_ = m.d.Close()
			m.disk.remove()
		}
	}
	db.UseIDs(nil)
	_ = os.RemoveAll(w.shm)
}

func (w *world) unlink(m *machine) {
	for _, n := range w.nodes {
		if n == m || m == w.hub {
			n.link = nil
		}
	}
}

// word is text that is nowhere else in the run.
func (w *world) word(doc db.ID, r *rand.Rand) string {
	w.words++
	s := fmt.Sprintf("word%04dx%08x", w.words, r.Uint32())
	w.o.words[doc] = append(w.o.words[doc], s)
	return s
}
