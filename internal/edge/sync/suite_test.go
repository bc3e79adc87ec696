package sync

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var (
	almaz = journal.Author{User: db.ID{1, 1}}
	bruno = journal.Author{User: db.ID{2, 2}}
)

// The kinds of the tests: a person, notes about them, a site that goes everywhere.
const testTables = `CREATE TABLE t_row (id BLOB PRIMARY KEY, kind TEXT NOT NULL, subject BLOB, what TEXT NOT NULL);`

func testKinds() []journal.Kind {
	project := func(tx *db.Tx, d *journal.Doc) error {
		b, err := json.Marshal(d.Fields)
		if err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO t_row (id, kind, subject, what) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET what = excluded.what",
			d.ID, d.Kind, d.Subject, string(b))
		return err
	}
	kind := func(name string) journal.Kind {
		return journal.Kind{Name: name, Schema: 1, Tables: []string{"t_row"}, Project: project, Groups: []journal.Group{
			{Name: "name", Class: journal.Register, Fields: []string{"given", "family"}},
			{Name: "allergy", Class: journal.Safety, Fields: []string{"allergy"}}}}
	}
	site := kind("t.site")
	site.Reach = journal.Everywhere
	return append(Kinds(), kind("t.person"), kind("t.note"), site)
}

// side is one installation, a node or a hub.
type side struct {
	*Service
	t *testing.T
	d *db.DB
}

func newSide(t *testing.T, o db.Options) *side {
	t.Helper()
	o.Migrations = append(append(journal.Migrations(), Migrations()...), db.Migration{Area: "t", Number: 1, SQL: testTables})
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	j, err := journal.New(journal.Options{DB: d, Kinds: testKinds()})
	if err != nil {
		t.Fatal(err)
	}
	return &side{New(Service{Deps: Deps{DB: d, Journal: j, Clock: time.Now, Program: "test"}}), t, d}
}

func onDisk(t *testing.T) db.Options {
	return db.Options{Path: filepath.Join(t.TempDir(), "node.db"), Key: key.Plain(make([]byte, key.Size))}
}

// hubs runs a test with a hub on each engine.
func hubs(t *testing.T, test func(t *testing.T, hub *side)) {
	for engine, place := range map[string]func(*testing.T) db.Options{
		"sqlite":   onDisk,
		"postgres": func(t *testing.T) db.Options { return db.Options{URL: testkit.Postgres(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			hub := newSide(t, place(t))
			hub.serve()
			test(t, hub)
		})
	}
}

// serve answers nodes on a free port of loopback.
func (s *side) serve() {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Address = l.Addr().String()
	srv, err := s.Server(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	go srv.ServeTLS(l, "", "")
	s.t.Cleanup(func() { srv.Close() })
}

var direct = Client{Proxy: http.ProxyURL(nil)}

// node makes a node that is enrolled at the hub for some sites.
func (s *side) node(name string, sites ...string) *side {
	s.t.Helper()
	n, _ := s.nodeAt(name, sites...)
	return n
}

// nodeAt also says where its database is.
func (s *side) nodeAt(name string, sites ...string) (*side, db.Options) {
	s.t.Helper()
	place := onDisk(s.t)
	n := newSide(s.t, place)
	_, code, err := s.Invite(s.t.Context(), Invitation{Name: name, Sites: sites})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := n.Enrol(s.t.Context(), direct, code); err != nil {
		s.t.Fatal(err)
	}
	return n, place
}

func (s *side) sync() Report {
	s.t.Helper()
	r, err := s.Sync(s.t.Context(), direct)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// put records a document; a zero subject makes a person.
func (s *side) put(kind, site string, subject db.ID, fields map[string]any) db.ID {
	s.t.Helper()
	id := db.NewID()
	if subject.IsZero() && kind == "t.person" {
		subject = id
	}
	s.append(almaz, journal.Change{Kind: kind, Doc: id, Subject: subject, Site: site, Sensitivity: journal.Clinical, Fields: fields})
	return id
}

func (s *side) append(by journal.Author, c journal.Change) {
	s.t.Helper()
	if err := s.d.Write(context.Background(), func(tx *db.Tx) error { return s.Journal.Append(tx, by, c) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *side) edit(id db.ID, fields map[string]any) {
	s.t.Helper()
	err := s.d.Write(context.Background(), func(tx *db.Tx) error {
		d, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, bruno, journal.Change{Kind: d.Kind, Doc: id, Base: d.Version, Fields: fields})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// row is what is shown of a document, or none.
func (s *side) row(id db.ID) string {
	s.t.Helper()
	var what string
	err := s.d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.Row("SELECT what FROM t_row WHERE id = ?", id).Scan(&what)
	})
	if fault.Is(err, fault.NotFound) {
		return "none"
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return what
}

func (s *side) whole() {
	s.t.Helper()
	r, err := s.Journal.Verify(context.Background())
	if err != nil || !r.OK() {
		s.t.Fatalf("the chain is broken: %v %v", err, r.Problems)
	}
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// noise is bytes that no compression makes smaller, the same in every run.
func noise(n int) []byte {
	b := make([]byte, n)
	x := uint64(88172645463325252) + uint64(noiseAt)*7919
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	noiseAt++
	return b
}

var noiseAt int

func (s *side) close() {
	s.t.Helper()
	if err := s.Journal.Close(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	if err := s.d.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// copied is a copy of a database that nobody has open.
func copied(t *testing.T, place db.Options) db.Options {
	t.Helper()
	to := db.Options{Path: filepath.Join(t.TempDir(), "node.db"), Key: place.Key}
	b, err := os.ReadFile(place.Path)
	if err == nil {
		err = os.WriteFile(to.Path, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}
