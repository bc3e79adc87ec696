package pack

import (
	"context"
	"encoding/base64"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// purpose of everything officers do to packs (access/purposes.csv).
const purpose = "administration"

// Deps is what a Registry needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Clock   func() time.Time // time.Now when nil
}

// Registry holds the versions of packs on a node and what officers did to them.
// It is safe for concurrent use.
type Registry struct {
	db      *db.DB
	journal *journal.Journal
	access  *access.Access
	clock   func() time.Time
	cache   sync.Map // content hash and stopped rows → *Pack; versions never change
	checked sync.Map // content hash and day → soundness; the second officer signs what the first did
	known   atomic.Pointer[knownVersions]
	changed []func() // see OnChange
}

// NewRegistry makes a registry. It does not touch the database.
func NewRegistry(d Deps) *Registry {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Registry{db: d.DB, journal: d.Journal, access: d.Access, clock: d.Clock}
}

// Version is a stored version and where it stands.
type Version struct {
	ID      db.ID
	Pack    string
	Number  string // version of pack.yaml
	Hash    string
	Shipped bool // came with the program
	By      db.ID
	At      time.Time
	Life    Life
	Status  Status // today; retired when a later version holds
}

func (g *Registry) today() calendar.Day { return calendar.DayOfTime(g.clock()) }

var resource = access.Resource{Kind: VersionKind, Sensitivity: journal.Identity}

// Versions lists every stored version, by pack, the oldest first.
func (g *Registry) Versions(ctx context.Context) ([]Version, error) {
	if err := g.access.Check(ctx, access.PackRead, resource); err != nil {
		return nil, err
	}
	var vs []Version
	err := g.db.Read(ctx, func(tx *db.Tx) (err error) {
		vs, err = g.versions(tx, "")
		return err
	})
	return vs, fault.Wrap("pack.Versions", err)
}

// Version returns one stored version with its pack.
func (g *Registry) Version(ctx context.Context, id db.ID) (Version, *Pack, error) {
	if err := g.access.Check(ctx, access.PackRead, resource); err != nil {
		return Version{}, nil, err
	}
	var v Version
	var p *Pack
	err := g.db.Read(ctx, func(tx *db.Tx) (err error) {
		v, p, err = g.version(tx, id)
		return err
	})
	return v, p, fault.Wrap("pack.Version", err)
}

func (g *Registry) version(tx *db.Tx, id db.ID) (Version, *Pack, error) {
	row, err := versionByID(tx, id)
	if err != nil {
		return Version{}, nil, err
	}
	vs, err := g.versions(tx, row.pack)
	if err != nil {
		return Version{}, nil, err
	}
	i := slices.IndexFunc(vs, func(v Version) bool { return v.Hash == row.hash })
	p, err := g.ByHash(tx, row.hash)
	return vs[i], p, err
}

// knownVersions are all versions as they stood at a count of versions and acts:
// both only ever grow. Every decision asks for them.
type knownVersions struct {
	versions, acts int
	today          calendar.Day
	all            []Version
}

// versions works out where each version of a pack, or (empty) of all, stands.
func (g *Registry) versions(tx *db.Tx, pack string) ([]Version, error) {
	at := knownVersions{today: g.today()}
	if err := countVersions(tx, &at.versions, &at.acts); err != nil {
		return nil, err
	}
	last := g.known.Load()
	if last == nil || last.versions != at.versions || last.acts != at.acts || last.today != at.today {
		all, err := g.readVersions(tx)
		if err != nil {
			return nil, err
		}
		at.all = all
		last = &at
		if !tx.Writable() { // what a transaction sees of itself may be rolled back
			g.known.Store(last)
		}
	}
	out := make([]Version, 0, len(last.all))
	for _, v := range last.all {
		if pack == "" || v.Pack == pack {
			out = append(out, v)
		}
	}
	return out, nil
}

func (g *Registry) readVersions(tx *db.Tx) ([]Version, error) {
	const pack = ""
	rows, err := versionRows(tx, pack)
	if err != nil {
		return nil, err
	}
	acts, err := actsOf(tx, pack)
	if err != nil {
		return nil, err
	}
	today := g.today()
	vs := make([]Version, 0, len(rows))
	for _, r := range rows {
		l := LifeOf(r.declared, acts[r.hash])
		vs = append(vs, Version{ID: r.id, Pack: r.pack, Number: r.version, Hash: r.hash, Shipped: r.shipped, By: r.officer, At: r.at,
			Life: l, Status: l.Status(today)})
	}
	for i := range vs {
		if vs[i].Status == Active && holding(vs, vs[i].Pack, today) != &vs[i] {
			vs[i].Status = Retired
		}
	}
	return vs, nil
}

// holding is the version of a pack that the effective dates choose for a day,
// stopped or not: the one activated from the latest day not after it.
func holding(vs []Version, pack string, on calendar.Day) *Version {
	var best *Version
	for i := range vs {
		v := &vs[i]
		if v.Pack != pack || !v.Life.Activated || v.Life.From > on {
			continue
		}
		if best == nil || v.Life.From > best.Life.From || v.Life.From == best.Life.From && v.Life.Since.After(best.Life.Since) {
			best = v
		}
	}
	return best
}

// Active returns the version of a pack that holds on a day, without the rows that
// were stopped. fault.Unavailable says that none does (packs.error.not_active),
// or that it was stopped in an emergency (packs.error.stopped): then nothing is
// decided by it until a new version is activated.
func (g *Registry) Active(tx *db.Tx, id string, on calendar.Day) (*Pack, error) {
	vs, err := g.versions(tx, id)
	if err != nil {
		return nil, fault.Wrap("pack.Active", err)
	}
	return g.active(tx, vs, id, on)
}

// keyNotYet is the message where a version is active, but its own rules begin after
// the day.
const keyNotYet = "packs.error.other_dates"

func (g *Registry) active(tx *db.Tx, vs []Version, id string, on calendar.Day) (*Pack, error) {
	none := func(key string) error {
		return &fault.Error{Code: fault.Unavailable, Op: "pack.Active", Key: key, Args: map[string]any{"pack": id}}
	}
	v := holding(vs, id, on)
	switch {
	case v == nil:
		return nil, none("packs.error.not_active")
	case v.Life.Whole:
		return nil, none("packs.error.stopped")
	}
	p, err := g.ByHash(tx, v.Hash)
	if err != nil {
		return nil, err
	}
	if !inForce(p.EffectiveFrom, calendar.Date{}, on) {
		return nil, none(keyNotYet)
	}
	if !inForce(p.EffectiveFrom, p.EffectiveTo, on) {
		return nil, none("packs.error.not_active")
	}
	return g.cut(p, v.Life.Rows)
}

// ByHash returns a stored version by its content hash, whatever its state: what
// explains a decision made long ago.
func (g *Registry) ByHash(tx *db.Tx, hash string) (*Pack, error) {
	if p, ok := g.cache.Load(hash); ok {
		return p.(*Pack), nil
	}
	files, err := filesByHash(tx, hash)
	if err != nil {
		return nil, fault.Wrap("pack.ByHash", err)
	}
	p, err := Parse(files)
	if err != nil {
		return nil, fault.Wrap("pack.ByHash", err)
	}
	if p.Hash != hash {
		return nil, fault.New(fault.Internal, "pack.ByHash", "packs.error.hash")
	}
	g.cache.Store(hash, p)
	return p, nil
}

func (g *Registry) cut(p *Pack, rows []string) (*Pack, error) {
	if len(rows) == 0 {
		return p, nil
	}
	key := p.Hash + "\x00" + strings.Join(rows, " ")
	if q, ok := g.cache.Load(key); ok {
		return q.(*Pack), nil
	}
	q, err := p.without(rows)
	if err == nil {
		g.cache.Store(key, q)
	}
	return q, err
}

// Import stores a new version as a draft or for review, as its manifest says. A
// version number that other content has already is refused.
func (g *Registry) Import(ctx context.Context, files Files) (db.ID, error) {
	p, err := Parse(files)
	if err != nil {
		return db.ID{}, err
	}
	if p.Kind == Forms {
		return db.ID{}, fault.Field("pack.Import", "kind", "packs.error.forms_only")
	}
	if p.Status != Draft && p.Status != Review {
		return db.ID{}, fault.Field("pack.Import", "status", "packs.error.status")
	}
	return g.store(ctx, p, false)
}

func (g *Registry) store(ctx context.Context, p *Pack, shipped bool) (db.ID, error) {
	const op = "pack.Import"
	by, err := g.allow(ctx, access.PackImport)
	if err != nil {
		return db.ID{}, err
	}
	stored, err := packFiles(p.Files)
	if err != nil {
		return db.ID{}, fault.Wrap(op, err)
	}
	id := db.NewID()
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		rows, err := versionRows(tx, p.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.hash == p.Hash {
				return fault.New(fault.Conflict, op, "packs.error.exists")
			}
			if r.version == p.Version && !shipped {
				return &fault.Error{Code: fault.Conflict, Op: op, Field: "version", Key: "packs.error.version_taken", Args: map[string]any{"version": p.Version}}
			}
		}
		return g.journal.Append(tx, by, journal.Change{Kind: VersionKind, Doc: id, Sensitivity: journal.Identity, Purpose: purpose,
			Fields: map[string]any{"pack": p.ID, "version": p.Version, "hash": p.Hash, "declared": p.Status, "shipped": shipped,
				"files": base64.StdEncoding.EncodeToString(stored)}})
	})
	if err != nil {
		return db.ID{}, fault.Wrap(op, err)
	}
	g.cache.Store(p.Hash, p)
	return id, nil
}

// SyncShipped registers the packs that ship with the program and are not stored
// yet, for review whatever they say of themselves. It answers how many were new.
func (g *Registry) SyncShipped(ctx context.Context, shipped fs.FS) (int, error) {
	dirs, err := fs.ReadDir(shipped, ".")
	if err != nil {
		return 0, fault.Wrap("pack.SyncShipped", err)
	}
	known := map[string]bool{}
	err = g.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := versionRows(tx, "")
		for _, r := range rows {
			known[r.hash] = true
		}
		return err
	})
	if err != nil {
		return 0, fault.Wrap("pack.SyncShipped", err)
	}
	n := 0
	for _, d := range dirs {
		if _, err := fs.Stat(shipped, d.Name()+"/"+manifestFile); err != nil {
			continue
		}
		files, err := loadFiles(shipped, d.Name(), nil, "")
		if err != nil {
			return n, fault.Wrap("pack.SyncShipped", err)
		}
		if known[files.Hash()] { // the usual case: nothing to parse
			continue
		}
		if m, ps := parseManifest([]byte(files[manifestFile])); len(ps) == 0 && m.Kind == Forms {
			continue // its forms live in the versions that include them
		}
		p, err := Parse(files)
		if err != nil {
			return n, fault.Wrap("pack.SyncShipped", err)
		}
		p.Status = Review
		if _, err := g.store(ctx, p, true); err != nil && !fault.Is(err, fault.Conflict) {
			return n, err
		}
		n++
	}
	return n, nil
}

// allow checks the right and answers who acts.
func (g *Registry) allow(ctx context.Context, a access.Action) (journal.Author, error) {
	if err := g.access.Check(ctx, a, resource); err != nil {
		return journal.Author{}, err
	}
	actor, ok := access.From(ctx)
	if !ok {
		return journal.Author{}, fault.New(fault.Forbidden, "pack.allow", "")
	}
	return actor.Author(), nil
}
