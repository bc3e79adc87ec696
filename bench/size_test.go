package main

import (
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// openWork is what a statement reads of work that waits: its cost is that of what is open
// now, and not of what was ever recorded. The copies of the test leave everything open.
var openWork = []string{
	"FROM border_measure WHERE ended IS NULL",
	"FROM surveillance_signal s WHERE s.stage = ? AND s.clock = ?",
	"FROM alert_alert a WHERE a.open = 1",
	"FROM alert_alert WHERE open = 1",
}

// limited are statements that read up to a limit, which the small size does not reach: what
// they cost at the large one must stay under it.
var limited = map[string]int64{
	"SELECT count(*) FROM (SELECT 1 FROM linelist_case":        150_000, // 10,000 cases
	"FROM linelist_contact k WHERE":                            100_000,
	"FROM border_screening s WHERE":                            5_000,   // a list of 100
	"FROM linelist_case c WHERE":                               20_000,  // 200 cases of a chain, and pages of 100
	"FROM linelist_link l WHERE l.source = ?":                  50_000,  // those of 200 cases
	"FROM linelist_link l WHERE l.target IN":                   100_000, // those of 5,000 contacts
	"FROM across_sent s WHERE":                                 25_000,  // 500 lines
	"FROM across_taken t WHERE":                                25_000,
	"FROM across_answer WHERE notice = ?":                      25_000,  // of 500 lines
	"SELECT 1 FROM surveillance_reported":                      10_000,  // of 1000
	"SELECT r.id, r.site, r.body FROM surveillance_reported r": 200_000, // of two years
}

// A page over ten times the records makes SQLite take no more steps, apart from work that
// waits and from lists that are not full yet. Steps are counted and not milliseconds, so
// that a slow machine is no fault.
func TestNoDashboardAndNoListCostsMoreOverTenTimesTheRecords(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a node")
	}
	s := newTestSized(t)
	s.every = history / 40
	costs := map[string][2]cost{}
	for i, copies := range []int{4, 40} {
		if _, err := s.fill(t.Context(), copies*len(s.docs)); err != nil {
			t.Fatal(err)
		}
		for _, p := range sizedPages {
			c, err := s.open(p, 1)
			if err != nil {
				t.Fatal(err)
			}
			both := costs[p.name]
			both[i] = c
			costs[p.name] = both
		}
	}
	for _, p := range sizedPages {
		for _, sql := range grown(costs[p.name]) {
			text := strings.Join(strings.Fields(sql), " ")
			n := costs[p.name][1].steps.By[sql]
			if slices.ContainsFunc(openWork, func(w string) bool { return strings.Contains(text, w) }) {
				continue
			}
			if !within(text, n) {
				t.Errorf("%s: %d steps of ten times the records, %d of a tenth: %s", p.name, n, costs[p.name][0].steps.By[sql], text)
			}
		}
	}
}

func within(text string, steps int64) bool {
	for w, most := range limited {
		if strings.Contains(text, w) && steps <= most {
			return true
		}
	}
	return false
}

func newTestSized(t *testing.T) *sized {
	t.Helper()
	s, err := newSized(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// What the filler writes is what the journal writes: the same documents, projected by both
// into two nodes, give the same rows in every table of their kinds and the same tallies.
func TestAFilledDatabaseIsTheOneThatTheJournalWrites(t *testing.T) {
	ctx := t.Context()
	s := newTestSized(t)
	dir := filepath.Join(t.TempDir(), "other")
	other, err := app.Open(ctx, app.Options{Dir: dir, Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	// The journal's way: every entry of the demo, as a sync brings it.
	if err := journalled(ctx, s.node, other); err != nil {
		t.Fatal(err)
	}
	// The filler's way: the documents projected again over an empty copy of their tables.
	want := contents(t, s.filler, other.DB)
	if err := s.d.Write(ctx, func(tx *db.Tx) error {
		for _, kind := range copied {
			k := s.kinds[kind]
			for _, doc := range s.docs {
				if doc.Kind == kind && k.Remove != nil {
					if err := k.Remove(tx, doc.ID); err != nil {
						return err
					}
				}
			}
			for _, table := range k.Tables {
				if _, err := tx.Exec("DELETE FROM " + table); err != nil {
					return err
				}
			}
		}
		for _, doc := range s.docs {
			same, err := doc.Another(doc.ID, doc.Subject, func(raw json.RawMessage) (json.RawMessage, error) { return raw, nil })
			if err != nil {
				return err
			}
			if err := s.kinds[doc.Kind].Project(tx, same); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	got := contents(t, s.filler, s.d)
	for table, rows := range want {
		if !slices.Equal(got[table], rows) {
			t.Errorf("%s: %d rows by the filler, %d by the journal", table, len(got[table]), len(rows))
		}
	}
	if len(want["border_tally"]) == 0 || len(want["linelist_case"]) == 0 || len(want["tally_counts"]) == 0 {
		t.Error("there is nothing to compare")
	}
}

// journalled brings every entry of one node's journal to another's.
func journalled(ctx context.Context, from, to *app.Node) error {
	var entries []journal.Entry
	err := from.DB.Read(ctx, func(tx *db.Tx) error {
		heads, err := from.Journal.Heads(tx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			for after := uint64(0); after < h.Seq; {
				some, err := from.Journal.After(tx, h.Origin, after, 1000)
				if err != nil {
					return err
				}
				entries = append(entries, some...)
				after += uint64(len(some))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return to.Journal.Apply(ctx, entries)
}

// contents are the rows of the tables of the copied kinds and the tallies, in an order of
// their own; the lane of a tally is that of who wrote it and says nothing of the counts.
func contents(t *testing.T, f *filler, d *db.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	rows, err := f.rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		for _, table := range slices.Sorted(maps.Keys(rows)) {
			sql := "SELECT * FROM " + table
			if table == "tally_counts" {
				sql = "SELECT counter, day, dims, sum(n) FROM tally_counts GROUP BY counter, day, dims HAVING sum(n) <> 0"
			}
			list, err := texts(tx, sql)
			if err != nil {
				return err
			}
			out[table] = list
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// texts are the rows of a query as text, in order.
func texts(tx *db.Tx, sql string) (out []string, err error) {
	rows, err := tx.Query(sql + " LIMIT 0")
	if err != nil {
		return nil, err
	}
	columns := rows.Columns()
	if err := rows.Close(); err != nil {
		return nil, err
	}
	for i, c := range columns {
		columns[i] = `quote("` + c + `")`
	}
	rows, err = tx.Query("SELECT " + strings.Join(columns, " || ' ' || ") + " FROM (" + sql + ") ORDER BY 1")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}
