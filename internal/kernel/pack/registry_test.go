package pack

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// desk is a node with a registry and its officers.
type desk struct {
	*Registry
	db      *db.DB
	journal *journal.Journal
	mu      sync.Mutex
	at      time.Time
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

func (d *desk) move(t time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(t)
}

// engines runs a test on both databases.
func engines(t *testing.T, f func(t *testing.T, d *desk)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newDesk(t, db.Options{})) })
	t.Run("postgres", func(t *testing.T) { f(t, newDesk(t, db.Options{URL: testkit.Postgres(t)})) })
}

func newDesk(t *testing.T, o db.Options) *desk {
	t.Helper()
	if o.URL == "" {
		o.Path, o.Key = filepath.Join(t.TempDir(), "godwit.db"), key.Plain(bytes.Repeat([]byte{7}, 32))
	}
	o.Migrations = append(append(journal.Migrations(), access.Migrations()...), Migrations()...)
	base, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := base.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{db: base, at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	d.journal, err = journal.New(journal.Options{DB: base, Kinds: append(access.Kinds(), Kinds()...), Clock: d.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.journal.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	gate, err := access.New(access.Options{DB: base, Journal: d.journal, Clock: d.now})
	if err != nil {
		t.Fatal(err)
	}
	d.Registry = NewRegistry(Deps{DB: base, Journal: d.journal, Access: gate, Clock: d.now})
	return d
}

// officer is a synthetic medical officer; the number tells them apart.
func officer(t *testing.T, n byte, roles ...access.Role) context.Context {
	t.Helper()
	if len(roles) == 0 {
		roles = []access.Role{access.MedicalOfficer}
	}
	return access.With(t.Context(), actor(n, roles...))
}

func actor(n byte, roles ...access.Role) access.Actor {
	return access.Actor{User: db.ID{15: n, 6: 0x70, 8: 0x80}, Login: "officer", Name: "Test Officer", Roles: roles,
		Sites: []string{access.All}, Programmes: []string{access.All}, Sensitivity: journal.Sensitive, Purpose: "administration"}
}

// imported stores the test pack, changed if a change is given.
func (d *desk) imported(t *testing.T, change func(Files)) (db.ID, *Pack) {
	t.Helper()
	files := harbour(t)
	if change != nil {
		change(files)
	}
	id, err := d.Import(officer(t, 1), files)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	return id, p
}

// activated takes a version through both officers.
func (d *desk) activated(t *testing.T, id db.ID, from string) {
	t.Helper()
	for n := byte(1); n <= 2; n++ {
		d.move(time.Second)
		must(t, d.Approve(officer(t, n), id, db.NewID()))
	}
	for n := byte(1); n <= 2; n++ {
		d.move(time.Second)
		must(t, d.Activate(officer(t, n), id, db.NewID(), day(t, from)))
	}
}

func (d *desk) activeOn(t *testing.T, on string) (*Pack, error) {
	t.Helper()
	var p *Pack
	err := d.db.Read(t.Context(), func(tx *db.Tx) (err error) {
		p, err = d.Active(tx, "harbour", day(t, on))
		return err
	})
	return p, err
}

func (d *desk) version(t *testing.T, id db.ID) Version {
	t.Helper()
	v, _, err := d.Version(officer(t, 1), id)
	must(t, err)
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, code fault.Code, key string) {
	t.Helper()
	if !fault.Is(err, code) || fault.KeyOf(err) != key {
		t.Errorf("want %s %s, got %v", code, key, err)
	}
}

func day(t *testing.T, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func replaced(file, old, now string) func(Files) {
	return func(f Files) {
		if !strings.Contains(f[file], old) {
			panic(file + " does not hold " + old)
		}
		f[file] = strings.Replace(f[file], old, now, 1)
	}
}

func TestTheLifeOfAVersion(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		id, p := d.imported(t, replaced(manifestFile, "status: review", "status: draft"))
		v := d.version(t, id)
		if v.Status != Draft || v.Hash != p.Hash || v.Number != "1.0" || v.Shipped {
			t.Errorf("after import: %+v", v)
		}
		refused(t, d.Approve(officer(t, 1), id, db.NewID()), fault.Conflict, "packs.error.not_submitted")
		must(t, d.Submit(officer(t, 1), id, db.NewID()))
		refused(t, d.Submit(officer(t, 1), id, db.NewID()), fault.Conflict, "packs.error.not_draft")
		refused(t, d.Activate(officer(t, 1), id, db.NewID(), day(t, "2026-12-01")), fault.Conflict, "packs.error.not_approved")

		must(t, d.Approve(officer(t, 1), id, db.NewID()))
		refused(t, d.Approve(officer(t, 1), id, db.NewID()), fault.Conflict, "packs.error.approved_already")
		if v = d.version(t, id); v.Status != Review || len(v.Life.Approvals) != 1 {
			t.Errorf("one officer is not two: %s", v.Status)
		}
		must(t, d.Approve(officer(t, 2), id, db.NewID()))
		if v = d.version(t, id); v.Status != Approved {
			t.Errorf("after two officers: %s", v.Status)
		}

		must(t, d.Activate(officer(t, 1), id, db.NewID(), day(t, "2026-12-01")))
		refused(t, d.Activate(officer(t, 1), id, db.NewID(), day(t, "2026-12-01")), fault.Conflict, "packs.error.second_officer")
		must(t, d.Activate(officer(t, 2), id, db.NewID(), day(t, "2026-12-02")))
		if v = d.version(t, id); v.Life.Activated {
			t.Error("two officers who name different days have not agreed")
		}
		must(t, d.Activate(officer(t, 1), id, db.NewID(), day(t, "2026-12-02")))
		if v = d.version(t, id); !v.Life.Activated || v.Life.From != day(t, "2026-12-02") || v.Status != Approved {
			t.Errorf("activated from a later day: %+v", v)
		}

		_, err := d.activeOn(t, "2026-12-01")
		refused(t, err, fault.Unavailable, "packs.error.not_active")
		got, err := d.activeOn(t, "2026-12-02")
		must(t, err)
		if got.Hash != p.Hash {
			t.Error("another version holds")
		}
		d.move(11 * 24 * time.Hour)
		if v = d.version(t, id); v.Status != Active {
			t.Errorf("on its day: %s", v.Status)
		}
	})
}

func TestAFormSentTwiceCountsOnce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		id, _ := d.imported(t, nil)
		act := db.NewID()
		must(t, d.Approve(officer(t, 1), id, act))
		if err := d.Approve(officer(t, 2), id, act); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same form by another officer: %v", err)
		}
		if v := d.version(t, id); len(v.Life.Approvals) != 1 {
			t.Errorf("%d approvals", len(v.Life.Approvals))
		}
	})
}

func TestOnlyThoseWithTheRightMayAct(t *testing.T) {
	d := newDesk(t, db.Options{})
	id, _ := d.imported(t, nil)
	nurse := officer(t, 9, access.Nurse)
	for name, err := range map[string]error{
		"import":   func() error { _, err := d.Import(nurse, harbour(t)); return err }(),
		"approve":  d.Approve(nurse, id, db.NewID()),
		"activate": d.Activate(nurse, id, db.NewID(), day(t, "2026-12-01")),
		"stop":     d.Stop(nurse, id, db.NewID(), nil, "a mistake in a row"),
	} {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse may not %s: %v", name, err)
		}
	}
	if _, err := d.Versions(nurse); err != nil {
		t.Errorf("a nurse may read packs: %v", err)
	}
	if _, err := d.Versions(t.Context()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("nobody may not: %v", err)
	}
}

func TestAnOfficerOfOneSiteMayApprove(t *testing.T) {
	d := newDesk(t, db.Options{})
	id, _ := d.imported(t, nil)
	a := actor(5, access.MedicalOfficer)
	a.Sites, a.Programmes = []string{"KLA"}, []string{"immigrant"}
	if err := d.Approve(access.With(t.Context(), a), id, db.NewID()); err != nil {
		t.Errorf("packs belong to no site, so being tied to one does not matter: %v", err)
	}
}

func TestAVersionIsItsContent(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.imported(t, nil)
		_, err := d.Import(officer(t, 1), harbour(t))
		refused(t, err, fault.Conflict, "packs.error.exists")
		files := harbour(t)
		replaced("cases.jsonl", "HB-08", "HB-09")(files)
		_, err = d.Import(officer(t, 1), files)
		refused(t, err, fault.Conflict, "packs.error.version_taken")
		replaced(manifestFile, `version: "1.0"`, `version: "1.1"`)(files)
		if _, err := d.Import(officer(t, 1), files); err != nil {
			t.Error(err)
		}
		replaced(manifestFile, "status: review", "status: active")(files)
		_, err = d.Import(officer(t, 1), files)
		refused(t, err, fault.Invalid, "packs.error.status")
	})
}

func TestWhatStopsActivation(t *testing.T) {
	cases := map[string]struct {
		change func(Files)
		key    string
	}{
		"a failing case":                    {replaced("cases.jsonl", `"require":["CXR","EXAM"],"offer":[],"classify":["FIT"]`, `"require":["EXAM"],"offer":[],"classify":["FIT"]`), "packs.error.cases"},
		"a clear row that is only recalled": {replaced("tables/clearance.csv", "clear,ENTRY,,,|,O", "clear,ENTRY,,,|,R"), "packs.error.lint"},
		"a clear row without a hazard":      {replaced("hazards.csv", "H-X1 H-C1", "H-C1"), "packs.error.lint"},
		"an expired list":                   {replaced(manifestFile, "review_by: 2027-12-31", "review_by: 2026-11-21"), "packs.error.lint"},
		"a sentence missing in Arabic":      {replaced("locales/ar.json", "row.H-S1", "row.H-S0"), "packs.error.lint"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, db.Options{})
			id, _ := d.imported(t, c.change)
			must(t, d.Approve(officer(t, 1), id, db.NewID()))
			must(t, d.Approve(officer(t, 2), id, db.NewID()))
			refused(t, d.Activate(officer(t, 1), id, db.NewID(), day(t, "2026-12-01")), fault.Conflict, c.key)
		})
	}
}

func TestEffectiveDates(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first, p1 := d.imported(t, nil)
		must(t, d.Approve(officer(t, 1), first, db.NewID()))
		must(t, d.Approve(officer(t, 2), first, db.NewID()))
		refused(t, d.Activate(officer(t, 1), first, db.NewID(), day(t, "2019-12-31")), fault.Invalid, "packs.error.outside")
		d.move(time.Second)
		must(t, d.Activate(officer(t, 1), first, db.NewID(), day(t, "2020-01-01")))
		d.move(time.Second)
		must(t, d.Activate(officer(t, 2), first, db.NewID(), day(t, "2020-01-01")))

		second, p2 := d.imported(t, func(f Files) {
			replaced(manifestFile, `version: "1.0"`, `version: "2.0"`)(f)
			replaced("cases.jsonl", "HB-08", "HB-18")(f)
		})
		must(t, d.Approve(officer(t, 1), second, db.NewID()))
		must(t, d.Approve(officer(t, 2), second, db.NewID()))
		// A day in the past would change what the first version decided.
		refused(t, d.Activate(officer(t, 1), second, db.NewID(), day(t, "2026-11-21")), fault.Invalid, "packs.error.before_other")
		d.move(time.Second)
		must(t, d.Activate(officer(t, 1), second, db.NewID(), day(t, "2026-11-25")))
		d.move(time.Second)
		must(t, d.Activate(officer(t, 2), second, db.NewID(), day(t, "2026-11-25")))
		for on, want := range map[string]string{"2020-01-01": p1.Hash, "2026-11-24": p1.Hash, "2026-11-25": p2.Hash, "2030-01-01": p2.Hash} {
			got, err := d.activeOn(t, on)
			must(t, err)
			if got.Hash != want {
				t.Errorf("on %s version %s holds", on, got.Version)
			}
		}
		if v := d.version(t, first); v.Status != Active {
			t.Errorf("until the later one holds: %s", v.Status)
		}
		d.move(3 * 24 * time.Hour)
		if v := d.version(t, first); v.Status != Retired {
			t.Errorf("after the later one holds: %s", v.Status)
		}
	})
}

func TestShippedPacksAreRegisteredOnce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		shipped := fstest.MapFS{"README.md": {Data: []byte("x")}}
		for p, text := range harbour(t) {
			shipped["harbour/"+p] = &fstest.MapFile{Data: []byte(text)}
		}
		op := access.Operator(t.Context())
		for _, want := range []int{1, 0} {
			n, err := d.SyncShipped(op, shipped)
			must(t, err)
			if n != want {
				t.Errorf("%d new versions, want %d", n, want)
			}
		}
		vs, err := d.Versions(op)
		must(t, err)
		if len(vs) != 1 || !vs[0].Shipped || vs[0].Status != Review {
			t.Fatalf("%+v", vs)
		}
		must(t, d.ActivateShipped(t.Context(), actor(1, access.MedicalOfficer), actor(2, access.MedicalOfficer), day(t, "2020-06-01")))
		if _, err := d.activeOn(t, "2020-06-01"); err != nil {
			t.Error(err)
		}
		must(t, d.ActivateShipped(t.Context(), actor(1, access.MedicalOfficer), actor(2, access.MedicalOfficer), day(t, "2020-06-01")))
		err = d.ActivateShipped(t.Context(), actor(1, access.Nurse), actor(2, access.MedicalOfficer), day(t, "2020-06-01"))
		if err != nil {
			t.Errorf("nothing was left to activate: %v", err)
		}
		var all []*Pack
		must(t, d.db.Read(t.Context(), func(tx *db.Tx) (err error) {
			all, err = d.WholeAll(tx, "destination", day(t, "2026-01-01"))
			return err
		}))
		if len(all) != 1 || all[0].ID != "harbour" {
			t.Errorf("active: %v", all)
		}
	})
}
