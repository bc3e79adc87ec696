package surveillance

import (
	"crypto/sha256"
	"encoding/json"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const (
	kindReported = "surveillance.reported"
	groupReports = "reports"
)

// reportedKind is a cell of counts. Each report carries the whole cell, so that two who
// bring the same file in apart from each other have nothing to settle.
func reportedKind() journal.Kind {
	return journal.Kind{Name: kindReported, Schema: 1, Tables: []string{"surveillance_reported"}, Project: projectReported, Reach: journal.Everywhere,
		Groups: []journal.Group{{Name: groupReports, Class: journal.Append, Fields: []string{"report"}}}}
}

const reportedSQL = `
CREATE TABLE surveillance_reported (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, unit TEXT NOT NULL, disease TEXT NOT NULL, indicator TEXT NOT NULL, period TEXT NOT NULL, source TEXT NOT NULL,
	first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, value INTEGER, body TEXT NOT NULL
);
CREATE INDEX surveillance_reported_disease ON surveillance_reported (disease, indicator, last_day);
CREATE INDEX surveillance_reported_unit ON surveillance_reported (unit, disease, last_day);
`

// seriesSQL is the index by which series are found, and those of the last years read.
const seriesSQL = `
CREATE INDEX surveillance_reported_series ON surveillance_reported (disease, source, last_day);
`

// cellID is the document of a cell: whoever reports it anywhere writes to the same one.
func cellID(c Cell) db.ID {
	h := sha256.Sum256([]byte(strings.Join([]string{kindReported, c.Unit, c.Disease, c.Indicator, string(c.Period), c.Source}, "\x1f")))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

func projectReported(tx *db.Tx, d *journal.Doc) error {
	const op = "surveillance.projectReported"
	if d.Error {
		_, err := tx.Exec("DELETE FROM surveillance_reported WHERE id = ?", d.ID)
		return err
	}
	var reports []Report
	for _, it := range d.Items(groupReports) {
		raw, ok := it.Fields["report"]
		if !ok || string(raw) == "null" {
			continue
		}
		var r Report
		if err := json.Unmarshal(raw, &r); err != nil {
			return fault.Wrap(op, err)
		}
		reports = append(reports, r)
	}
	if len(reports) == 0 {
		return nil
	}
	r := FoldReports(reports)
	first, last, _ := r.Period.Bounds()
	body, err := json.Marshal(r.Reports)
	if err != nil {
		return fault.Wrap(op, err)
	}
	var value any
	if r.Value.Known {
		value = int64(r.Value.N)
	}
	_, err = tx.Exec(`INSERT INTO surveillance_reported (id, site, unit, disease, indicator, period, source, first_day, last_day, value, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, unit = excluded.unit, disease = excluded.disease, indicator = excluded.indicator, period = excluded.period, source = excluded.source,
			first_day = excluded.first_day, last_day = excluded.last_day, value = excluded.value, body = excluded.body`,
		d.ID, d.Site, r.Unit, r.Disease, r.Indicator, string(r.Period), r.Source, int64(first), int64(last), value, string(body))
	return err
}

// CountFilter says which counts are asked for. What is empty is any.
type CountFilter struct {
	Disease    string
	Unit       string
	Source     string
	Indicators []string
	From, To   calendar.Day // of the last day of the period; 0 is open
}

// where makes the condition of a filter.
func (f CountFilter) where() (string, []any) {
	sql, args := "1 = 1", []any{}
	add := func(cond string, v ...any) { sql, args = sql+" AND "+cond, append(args, v...) }
	for _, c := range []struct{ column, v string }{{"disease", f.Disease}, {"unit", f.Unit}, {"source", f.Source}} {
		if c.v != "" {
			add("r."+c.column+" = ?", c.v)
		}
	}
	if len(f.Indicators) > 0 {
		list := make([]any, len(f.Indicators))
		for i, v := range f.Indicators {
			list[i] = v
		}
		add("r.indicator IN (?"+strings.Repeat(", ?", len(list)-1)+")", list...)
	}
	if f.From != 0 {
		add("r.last_day >= ?", int64(f.From))
	}
	if f.To != 0 {
		add("r.last_day <= ?", int64(f.To))
	}
	return sql, args
}

// reportedRows reads the counts of a filter, by unit, period, indicator and source.
func reportedRows(tx *db.Tx, f CountFilter, limit int) ([]Reported, error) {
	where, args := f.where()
	rows, err := tx.Query("SELECT r.id, r.site, r.body FROM surveillance_reported r WHERE "+where+" ORDER BY r.unit, r.last_day, r.first_day, r.indicator, r.source, r.id LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Reported
	for rows.Next() {
		r, err := scanReported(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func scanReported(scan func(...any) error) (Reported, error) {
	var id db.ID
	var site, body string
	if err := scan(&id, &site, &body); err != nil {
		return Reported{}, err
	}
	var list []Report
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		return Reported{}, fault.Wrap("surveillance.scanReported", err)
	}
	r := FoldReports(list)
	r.ID, r.Site = id, site
	return r, nil
}

func findReported(tx *db.Tx, id db.ID) (Reported, error) {
	return scanReported(tx.Row("SELECT r.id, r.site, r.body FROM surveillance_reported r WHERE r.id = ?", id).Scan)
}

// CountSeries is what counts there are of a disease by a source.
type CountSeries struct {
	Disease, Source string
	Counts          int // of the CurrentDays up to the last, mostCompared at most: which of two is the fuller
	Last            calendar.Day
}

// CurrentDays is how far back an outbreak is looked at: two years. What was reported before
// is shown where somebody asks for it.
const CurrentDays = 730

// mostCompared is up to how many counts two series are told apart.
const mostCompared = 1000

// countSeries lists the series by going from one to the next in the index, so that it
// costs the series and not their counts.
func countSeries(tx *db.Tx) (out []CountSeries, err error) {
	var c CountSeries
	for {
		err := tx.Row(`SELECT r.disease, r.source FROM surveillance_reported r WHERE r.disease = ? AND r.source > ? ORDER BY r.source LIMIT 1`, c.Disease, c.Source).Scan(&c.Disease, &c.Source)
		if fault.Is(err, fault.NotFound) {
			err = tx.Row(`SELECT r.disease, r.source FROM surveillance_reported r WHERE r.disease > ? ORDER BY r.disease, r.source LIMIT 1`, c.Disease).Scan(&c.Disease, &c.Source)
		}
		if fault.Is(err, fault.NotFound) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		var last int64
		if err := tx.Row("SELECT max(last_day) FROM surveillance_reported WHERE disease = ? AND source = ?", c.Disease, c.Source).Scan(&last); err != nil {
			return nil, err
		}
		c.Last = calendar.Day(last)
		if err := tx.Row("SELECT count(*) FROM (SELECT 1 FROM surveillance_reported WHERE disease = ? AND source = ? AND last_day >= ? LIMIT ?) t", c.Disease, c.Source, int64(c.Last-CurrentDays), mostCompared).Scan(&c.Counts); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
}

// lastCount is the last day of which a source reported anything of a disease.
func lastCount(tx *db.Tx, disease, source string) (day calendar.Day, there bool, err error) {
	var last *int64
	err = tx.Row("SELECT max(last_day) FROM surveillance_reported WHERE disease = ? AND source = ?", disease, source).Scan(&last)
	if err != nil || last == nil {
		return 0, false, err
	}
	return calendar.Day(*last), true, nil
}
