package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"log/slog"
	"net/http"
	"time"

	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// What the tests of package app_test look at or change inside a host or a node: they
// start it with apptest, which imports this package. Tests in other folders use what is
// exported anyway.

var (
	Authorities     = authorities
	Covers          = covers
	DrillFolder     = drillFolder
	Fingerprint     = fingerprint
	Kinds           = kinds
	LockDir         = lockDir
	MarkExercise    = markExercise
	NewAuthority    = newAuthority
	OwnFolder       = ownFolder
	ParsePair       = parsePair
	ReadPair        = readPair
	RecordDisagrees = recordDisagrees
	RoleWords       = roleWords
	Serves          = serves
	Spaced          = spaced
	Split           = split
	SweepDrills     = sweepDrills
	WithoutPassword = withoutPassword
)

const TLSFile = tlsFile

type (
	Authority = authority
	CasePacks = casePacks
	TLSPair   = tlsPair
)

func (a *authority) Cert() *x509.Certificate { return a.cert }
func (a *authority) Key() *ecdsa.PrivateKey  { return a.key }
func (a authority) Issue(hosts []string, now time.Time) (*tlsPair, error) {
	return a.issue(hosts, now)
}

func (p *tlsPair) CA() *x509.Certificate   { return p.ca }
func (p *tlsPair) Leaf() *x509.Certificate { return p.leaf }
func (p *tlsPair) Write(path string) error { return p.write(path) }

func SeedUsers(ctx context.Context, n *Node) error    { return n.seedUsers(ctx) }
func SeedMobility(ctx context.Context, n *Node) error { return n.seedMobility(ctx) }

func CasePacksOf(r *pack.Registry) casePacks { return casePacks{r} }
func StationSafetyOf(n *Node) stationSafety  { return stationSafety{n} }

func (o *ServeOptions) CanHTTPS() error { return o.canHTTPS() }

func (h *Host) HTTPSTime() time.Time { return h.httpsTime() }

func (h *Host) DestroyCommand(ctx context.Context, c Command) (Answer, error) {
	return h.destroyCommand(ctx, c)
}

func (n *Node) Alone(ctx context.Context, name string, do func(context.Context) error) (done bool, err error) {
	return n.alone(ctx, name, do)
}

func (n *Node) LabSignal(ctx context.Context, tx *db.Tx, r order.Result) error {
	return n.labSignal(ctx, tx, r)
}

func (n *Node) EraseKept(ctx context.Context) error        { return n.eraseKept(ctx) }
func (n *Node) KeepBackups(ctx context.Context)            { n.keepBackups(ctx) }
func (n *Node) Life() context.Context                      { return n.life }
func (n *Node) Mux() *http.ServeMux                        { return n.mux }
func (n *Node) OutbreaksChanged(ctx context.Context) error { return n.outbreaksChanged(ctx) }
func (n *Node) RenewPair(ctx context.Context) error        { return n.renewPair(ctx) }
func (n *Node) RulesChanged() chan struct{}                { return n.rulesChanged }
func (n *Node) Settlers() []stewardship.Area               { return n.settlers() }
func (n *Node) SweepRules(ctx context.Context)             { n.sweepRules(ctx) }
func (n *Node) TellSweep()                                 { n.tellSweep() }

func (h *Host) ShownPair() *tlsPair { return h.pair.Load() }

func (h *Host) NowReachedBy(hosts ...string) { h.o.Hosts = hosts }

func (h *Host) HTTPSChecked() (lines []string, ok bool) {
	e := &exam{ok: true}
	h.checkHTTPS(e)
	return e.lines, e.ok
}

// WhenStopped is told that what works behind the pages is to stop.
func (h *Host) WhenStopped(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stop = f
}

func (n *Node) LogTo(l *slog.Logger) { n.log = l }

func (n *Node) MachineOnly() http.Handler { return n.host.ops() }

func (n *Node) ClockChecked(ctx context.Context) (lines []string, ok bool) {
	e := &exam{ok: true}
	n.checkClock(ctx, e)
	return e.lines, e.ok
}

func (n *Node) BackupsChecked(ctx context.Context) (lines []string, ok bool) {
	e := &exam{ok: true}
	n.checkBackups(ctx, e)
	return e.lines, e.ok
}

func (h *Host) UnlockBy(ctx context.Context, open func(*key.Slots) error, admit func(*Node) error) error {
	return h.unlock(ctx, open, admit)
}
