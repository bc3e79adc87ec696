package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// What either engine wrote is restored into either, row by row, and goes on from
// there.
func TestEveryRowComesBackOnEitherEngine(t *testing.T) {
	for _, from := range engines {
		for _, to := range engines {
			t.Run(from+" to "+to, func(t *testing.T) {
				s := filled(t, from, 300)
				want := s.all()
				o := optionsOf(t, to)
				a, err := restore(t, t.Context(), bytes.NewReader(s.archive()), o, identity)
				if err != nil {
					t.Fatal(err)
				}
				if h := a.Header; h.Entries != 302 || h.Program != "1.2.3" || !h.Made.Equal(made) || string(h.Files["demo"]) != "mark" || len(h.Heads) != 1 || h.Heads[0].Seq != 302 || h.Size < 10_000 {
					t.Errorf("the header says %+v", h)
				}
				r := openStore(t, o, noteMigrations())
				compare(t, want, r.all())
				report, err := r.j.Verify(t.Context())
				if err != nil || !report.OK() || report.Entries != 302 {
					t.Errorf("the chain: %+v, %v", report, err)
				}
				if again, err := r.j.Rebuild(t.Context(), nil); err != nil || !again.Same() {
					t.Errorf("the rows are not what the journal says: %+v, %v", again, err)
				}
				if _, err := r.j.NewInstallation(t.Context()); err != nil {
					t.Fatal(err)
				}
				r.note("after the restore", 1)
				r.write(func(tx *db.Tx) error {
					_, err := tx.Exec("INSERT INTO t_line (what) VALUES (?)", "numbered by the database, after those restored")
					return err
				})
				r.write(func(tx *db.Tx) error {
					var n int64
					if err := tx.Row("SELECT max(no) FROM t_line").Scan(&n); err != nil || n != 42 {
						t.Errorf("the next line has number %d (%v)", n, err)
					}
					if err := tx.Row("SELECT count(*) FROM t_machine").Scan(&n); err != nil || n != 0 {
						t.Errorf("%d rows of the machine were restored (%v)", n, err)
					}
					return nil
				})
			})
		}
	}
}

// An archive of an older program restores: its rows go into the tables of its day,
// and the migrations since then run on them.
func TestAnOlderArchiveIsBroughtToTheTablesOfToday(t *testing.T) {
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			s := filled(t, engine, 5)
			o := optionsOf(t, engine)
			if _, err := restore(t, t.Context(), bytes.NewReader(s.archive()), o, identity); err != nil {
				t.Fatal(err)
			}
			later := append(noteMigrations(), db.Migration{Area: "t", Number: 2, SQL: "ALTER TABLE t_line ADD COLUMN long INTEGER;\nUPDATE t_line SET long = length(what);"})
			r := openStore(t, o, later)
			r.write(func(tx *db.Tx) error {
				var n int64
				err := tx.Row("SELECT long FROM t_line WHERE no = 41").Scan(&n)
				if n != int64(len("beside the journal")) {
					t.Errorf("the migration of today made %d", n)
				}
				return err
			})
		})
	}
}

// While an archive is being written the database goes on, and the archive is of the
// moment when it began: its heads, its entries and its rows fit each other.
func TestAnArchiveIsOfOneMomentWhileWritesGoOn(t *testing.T) {
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			s := filled(t, engine, 400)
			stop, stopped := make(chan struct{}), make(chan int)
			go func() {
				n := 0
				defer func() { stopped <- n }()
				for {
					select {
					case <-stop:
						return
					default:
						s.note("while it is written", 2)
						n++
					}
				}
			}()
			for round := range 5 {
				o := optionsOf(t, "sqlite")
				a, err := restore(t, t.Context(), bytes.NewReader(s.archive()), o, identity)
				if err != nil {
					t.Fatal(err)
				}
				r := openStore(t, o, noteMigrations())
				report, err := r.j.Verify(t.Context())
				if err != nil || !report.OK() || report.Entries != a.Header.Entries {
					t.Fatalf("round %d: %+v, %v, and the header says %d entries", round, report, err, a.Header.Entries)
				}
				if again, err := r.j.Rebuild(t.Context(), nil); err != nil || !again.Same() {
					t.Fatalf("round %d: rows are not of the moment of the journal: %+v, %v", round, again, err)
				}
				prefix(t, s, a.Header)
			}
			close(stop)
			if n := <-stopped; n == 0 {
				t.Error("nothing was written meanwhile, so nothing was tested")
			}
		})
	}
}

// prefix checks that each head of an archive is an entry of the store's chain.
func prefix(t *testing.T, s *store, h backup.Header) {
	t.Helper()
	err := s.d.Read(t.Context(), func(tx *db.Tx) error {
		heads, err := s.j.Heads(tx)
		if err != nil {
			return err
		}
		for _, was := range h.Heads {
			found := false
			for _, is := range heads {
				if is.Origin.Installation.String() != was.Installation || is.Origin.Lane != was.Lane {
					continue
				}
				at, err := s.j.After(tx, is.Origin, was.Seq-1, 1)
				if err != nil {
					return err
				}
				found = len(at) == 1 && fmt.Sprintf("%x", at[0].Hash) == was.Hash
			}
			if !found {
				t.Errorf("head %+v is no entry of the chain", was)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever is wrong with an archive is found before anybody relies on it, and said
// so that somebody can act.
func TestABadArchiveIsRefused(t *testing.T) {
	s := filled(t, "sqlite", 1500)
	good := s.archive()
	other, _ := age.GenerateX25519Identity()
	inner := opened(t, good)
	for _, tc := range []struct {
		why, key string
		archive  []byte
		id       age.Identity
	}{
		{"another identity", "backup.wrong_identity", good, other},
		{"nothing", "backup.truncated", nil, identity},
		{"its beginning only", "backup.truncated", good[:len("age-encryption.org/v1\n-> X25519")], identity},
		{"cut off in the middle", "backup.damaged", good[:len(good)/2], identity},
		{"its last byte missing", "backup.damaged", good[:len(good)-1], identity},
		{"cut off where an encrypted chunk ends", "backup.truncated", chunkEnd(good), identity},
		{"something added at the end", "backup.damaged", append(bytes.Clone(good), 0), identity},
		{"a text", "backup.not_ours", []byte("Dear colleague, the backup of yesterday is attached.\n"), identity},
		{"an age file of something else", "backup.not_ours", sealed(t, []byte("holiday pictures\n")), identity},
		{"a newer format", "backup.newer", sealed(t, append([]byte("godwit backup 2\n"), inner[len("godwit backup 1\n"):]...)), identity},
		{"the same content, resealed whole", "", sealed(t, inner), identity},
		{"content cut short and resealed", "backup.truncated", sealed(t, inner[:len(inner)*2/3]), identity},
		{"content with more after its end", "backup.damaged", sealed(t, append(bytes.Clone(inner), inner[16:]...)), identity},
		{"no content", "backup.truncated", sealed(t, inner[:16]), identity},
		{"content changed and resealed", "backup.damaged", sealed(t, flipped(inner, len(inner)/2)), identity},
	} {
		_, err := restore(t, t.Context(), bytes.NewReader(tc.archive), optionsOf(t, "sqlite"), tc.id)
		if key := fault.KeyOf(err); key != tc.key {
			t.Errorf("%s: %v, want %s", tc.why, err, tc.key)
		}
	}
}

// A single changed byte, wherever it is, is found.
func TestAChangedByteIsFoundWherever(t *testing.T) {
	s := filled(t, "sqlite", 30)
	good := s.archive()
	at := make([]int, 0, 400)
	for i := range 230 { // the part in which age says for whom it is
		at = append(at, i)
	}
	for range 60 {
		at = append(at, rand.IntN(len(good)))
	}
	for _, i := range append(at, len(good)-1) {
		o := optionsOf(t, "sqlite")
		if _, err := restore(t, t.Context(), bytes.NewReader(flipped(good, i)), o, identity); err == nil || fault.KeyOf(err) == "" || fault.KeyOf(err) == "db.internal" {
			t.Errorf("byte %d of %d changed: %v", i, len(good), err)
		}
	}
}

// Content by somebody who knows the recipient and the format, and means harm.
func TestContentThatIsNoArchiveOfThisProgramIsRefused(t *testing.T) {
	steps := noteSteps(t)
	for why, frames := range map[string][]frame{
		"a table that is none":       {{'H', header(steps)}, {'T', `{"Name":"nothing","Columns":["a"]}`}},
		"a table in the name":        {{'H', header(steps)}, {'T', `{"Name":"t_line; DROP TABLE t_note","Columns":["no"]}`}},
		"a column that is none":      {{'H', header(steps)}, {'T', `{"Name":"t_line","Columns":["no","what","more"]}`}},
		"a column twice":             {{'H', header(steps)}, {'T', `{"Name":"t_line","Columns":["no","no"]}`}},
		"a table twice":              {{'H', header(steps)}, {'T', `{"Name":"t_line","Columns":["no","what"]}`}, {'T', `{"Name":"t_line","Columns":["no","what"]}`}},
		"the list of migrations":     {{'H', header(steps)}, {'T', `{"Name":"godwit_migrations","Columns":["area"]}`}},
		"rows of no table":           {{'H', header(steps)}, {'R', "\x00"}},
		"half a row":                 {{'H', header(steps)}, {'T', `{"Name":"t_line","Columns":["no","what"]}`}, {'R', "\x01\x02"}},
		"a cell longer than it is":   {{'H', header(steps)}, {'T', `{"Name":"t_line","Columns":["no","what"]}`}, {'R', "\x01\x02\x03\xff\xff\xff\x7fx"}},
		"a cell of another kind":     {{'H', header(steps)}, {'T', `{"Name":"t_line","Columns":["no","what"]}`}, {'R', "\x09"}},
		"a frame of another kind":    {{'H', header(steps)}, {'?', ""}},
		"rows first":                 {{'R', "\x00"}},
		"a header that is none":      {{'H', "[]"}},
		"an end that does not agree": {{'H', header(steps)}, {'E', `{"rows":0}`}},
		"an end with a wrong sum":    {{'H', header(steps)}, {'E', `{"rows":0,"bytes":1,"sha256":"00"}`}},
	} {
		_, err := restore(t, t.Context(), bytes.NewReader(sealed(t, forged(t, frames))), optionsOf(t, "sqlite"), identity)
		if fault.KeyOf(err) != "backup.damaged" {
			t.Errorf("%s: %v", why, err)
		}
	}
	for why, h := range map[string]string{
		"db.newer":             header(append(steps, `{"area":"t","number":9,"hash":"AA=="}`)),
		"db.changed_migration": header([]string{`{"area":"t","number":1,"hash":"AA=="}`}),
	} {
		_, err := restore(t, t.Context(), bytes.NewReader(sealed(t, forged(t, []frame{{'H', h}}))), optionsOf(t, "sqlite"), identity)
		if fault.KeyOf(err) != why {
			t.Errorf("want %s: %v", why, err)
		}
	}
}

// brokenWriter fails once so many bytes were written: a disk that is full.
type brokenWriter struct{ left int }

var errBroken = errors.New("no space left on device")

func (w *brokenWriter) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, errBroken
	}
	return len(b), nil
}

// A disk that fills up, wherever in the archive, is an error and not half a backup.
func TestAWriterThatFailsIsNeverSuccess(t *testing.T) {
	s := filled(t, "sqlite", 200)
	size := len(s.archive())
	for _, room := range []int{0, 100, 200, size / 4, size / 2, size - 40_000, size - 1} {
		w, err := backup.Seal(&brokenWriter{left: room}, []age.Recipient{identity.Recipient()})
		if err == nil {
			_, err = backup.Write(t.Context(), w, s.source(), nil)
		}
		if err == nil {
			err = w.Close()
		}
		if err == nil || !strings.Contains(err.Error(), errBroken.Error()) {
			t.Errorf("room for %d of %d bytes: %v", room, size, err)
		}
	}
}

// Stopped by its user, writing and reading end with the sentence for that.
func TestStoppingIsNotDamage(t *testing.T) {
	s := filled(t, "sqlite", 500)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := backup.Write(ctx, io.Discard, s.source(), func(done, _ int64) {
		if done > 0 {
			cancel()
		}
	})
	if fault.KeyOf(err) != "db.cancelled" {
		t.Errorf("writing: %v", err)
	}
	if _, err := restore(t, ctx, bytes.NewReader(s.archive()), optionsOf(t, "sqlite"), identity); fault.KeyOf(err) != "db.cancelled" {
		t.Errorf("reading: %v", err)
	}
}

// The share of what is done grows and ends at the whole.
func TestProgressEndsAtTheWhole(t *testing.T) {
	s := filled(t, "sqlite", 300)
	var last, whole int64
	_, err := backup.Write(t.Context(), io.Discard, s.source(), func(done, total int64) {
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last, whole = done, total
	})
	if err != nil || last != whole || whole < 900 {
		t.Errorf("ended at %d of %d, %v", last, whole, err)
	}
}

// Names in their order are in the order of time.
func TestNamesAreInTheOrderOfTime(t *testing.T) {
	a, b := backup.NewName(made, "01a2042d-252f-7380-a981-d0fce8957cb6"), backup.NewName(made.Add(time.Second), "01a2042d-252f-7380-a981-d0fce8000000")
	if a >= b || a != "godwit-20270314T040000Z-957cb6.godwit.age" || !backup.IsName(a) || backup.IsName(a+".part") {
		t.Errorf("%s, then %s", a, b)
	}
}

// The journal's own erasures travel with it.
func TestErasuresTravel(t *testing.T) {
	s := filled(t, "sqlite", 3)
	o := optionsOf(t, "sqlite")
	if _, err := restore(t, t.Context(), bytes.NewReader(s.archive()), o, identity); err != nil {
		t.Fatal(err)
	}
	r := openStore(t, o, noteMigrations())
	var known []journal.Erasure
	if err := r.d.Read(t.Context(), func(tx *db.Tx) (err error) { known, err = r.j.Erasures(tx); return err }); err != nil || len(known) != 1 {
		t.Errorf("%d erasures, %v", len(known), err)
	}
}
