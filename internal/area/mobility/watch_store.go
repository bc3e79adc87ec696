package mobility

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// The journal kinds of what is counted and told at flow points. None is about anybody.
const (
	kindWatchpoint = "mobility.watchpoint"
	kindGroup      = "mobility.group"
	kindWatched    = "mobility.watched"
	kindAnswer     = "mobility.answer"
	kindRoad       = "mobility.corridor"
	kindSketch     = "mobility.sketch"
)

func watchKinds() []journal.Kind {
	one := func(name, table string, project func(*db.Tx, *journal.Doc) error, remove func(*db.Tx, db.ID) error, reach journal.Reach, fields ...string) journal.Kind {
		return journal.Kind{Name: name, Schema: 1, Tables: []string{table}, Project: project, Remove: remove, Reach: reach,
			Groups: []journal.Group{{Name: "all", Class: journal.Register, Fields: fields}}}
	}
	var local journal.Reach
	return []journal.Kind{
		one(kindWatchpoint, "mobility_watchpoint", projectWatchpoint, nil, journal.Everywhere, "point", "site", "offset", "from", "to", "places", "excludes", "shut"),
		one(kindGroup, "mobility_group", projectCounted[Group]("mobility_group"), uncounted[Group]("mobility_group"), local, "point", "day", "hour", "way", "from", "to", "mode", "reason", "people", "groups", "vulnerable"),
		one(kindWatched, "mobility_watched", projectCounted[Watched]("mobility_watched"), uncounted[Watched]("mobility_watched"), local, "point", "day", "hour"),
		one(kindAnswer, "mobility_answer", projectCounted[Answer]("mobility_answer"), uncounted[Answer]("mobility_answer"), local, "point", "day", "agreed", "from", "to", "mode", "reason", "stay", "needs", "intention"),
		one(kindRoad, "mobility_corridor", projectRoad, nil, journal.Everywhere, "code", "name", "from", "to", "points", "note", "shut"),
		one(kindSketch, "mobility_sketch", projectSketch, nil, journal.UpOnly, "about", "place", "what", "way", "who", "few", "many", "when", "trust", "told", "day", "note"),
	}
}

const watchSQL = `
CREATE TABLE mobility_watchpoint (id BLOB NOT NULL PRIMARY KEY, code TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX mobility_watchpoint_code ON mobility_watchpoint (code);
CREATE TABLE mobility_group (id BLOB NOT NULL PRIMARY KEY, point TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX mobility_group_point ON mobility_group (point, day);
CREATE TABLE mobility_watched (id BLOB NOT NULL PRIMARY KEY, point TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX mobility_watched_point ON mobility_watched (point, day);
CREATE TABLE mobility_answer (id BLOB NOT NULL PRIMARY KEY, point TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE mobility_corridor (id BLOB NOT NULL PRIMARY KEY, code TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE mobility_sketch (id BLOB NOT NULL PRIMARY KEY, about TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX mobility_sketch_about ON mobility_sketch (about, day);
`

// The counters. A page about a point reads those under it; none holds a cell that could
// be somebody.
const (
	counterPassed  = "mobility.passed"  // point, way, from, to
	counterWho     = "mobility.who"     // point, mode:… group:… vulnerable:… or reason:…
	counterWatched = "mobility.watched" // point: hours
	counterAsked   = "mobility.asked"   // point, agreed or declined; point, question:answer
)

// saved writes a row of a table with columns id, key and body, or with a day between.
func saved(tx *db.Tx, table string, d *journal.Doc, key, body string) error {
	column := map[string]string{"mobility_watchpoint": "code", "mobility_corridor": "code"}[table]
	_, err := tx.Exec("INSERT INTO "+table+" (id, "+column+", body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "+column+" = excluded."+column+", body = excluded.body", d.ID, key, body)
	return err
}

func savedDay(tx *db.Tx, table, column string, id db.ID, key string, day calendar.Day, body string) error {
	_, err := tx.Exec("INSERT INTO "+table+" (id, "+column+", day, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "+column+" = excluded."+column+", day = excluded.day, body = excluded.body", id, key, day, body)
	return err
}

func gone(tx *db.Tx, table string, id db.ID) error {
	_, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", id)
	return err
}

func projectWatchpoint(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, "mobility_watchpoint", d.ID)
	}
	var w Watchpoint
	body, err := decoded(d, &w)
	if err != nil {
		return err
	}
	return saved(tx, "mobility_watchpoint", d, w.Point, body)
}

func projectRoad(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, "mobility_corridor", d.ID)
	}
	var r Road
	body, err := decoded(d, &r)
	if err != nil {
		return err
	}
	return saved(tx, "mobility_corridor", d, r.Code, body)
}

func projectSketch(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, "mobility_sketch", d.ID)
	}
	var k Sketch
	body, err := decoded(d, &k)
	if err != nil {
		return err
	}
	return savedDay(tx, "mobility_sketch", "about", d.ID, k.About, k.Day, body)
}

// cells are what a document counts: how many, by counter and dimensions, on its day.
type cells map[string]map[string]int64

func (c cells) add(counter string, n int, dims ...string) {
	if c[counter] == nil {
		c[counter] = map[string]int64{}
	}
	key, _ := json.Marshal(dims)
	c[counter][string(key)] += int64(n)
}

// counts are the cells of a group.
func (g Group) counts() cells {
	c := cells{}
	if g.People == 0 {
		return c
	}
	c.add(counterPassed, g.People, g.Point, g.Way, g.From, g.To)
	c.add(counterWho, g.People, g.Point, "mode:"+g.Mode)
	if g.Reason != "" {
		c.add(counterWho, g.People, g.Point, "reason:"+g.Reason)
	}
	for code, n := range g.Groups {
		c.add(counterWho, n, g.Point, "group:"+code)
	}
	for code, n := range g.Vulnerable {
		c.add(counterWho, n, g.Point, "vulnerable:"+code)
	}
	return c
}

func (w Watched) counts() cells {
	c := cells{}
	if w.Point != "" {
		c.add(counterWatched, 1, w.Point)
	}
	return c
}

func (a Answer) counts() cells {
	c := cells{}
	if a.Point == "" {
		return c
	}
	if !a.Agreed {
		c.add(counterAsked, 1, a.Point, "declined")
		return c
	}
	c.add(counterAsked, 1, a.Point, "agreed")
	for question, v := range map[string]string{"from": a.From, "to": a.To, "mode": a.Mode, "reason": a.Reason, "stay": a.Stay, "intention": a.Intention} {
		if v != "" {
			c.add(counterAsked, 1, a.Point, question+":"+v)
		}
	}
	for _, n := range a.Needs {
		c.add(counterAsked, 1, a.Point, "need:"+n)
	}
	return c
}

// recount brings the counters from what a document said to what it says.
func recount(tx *db.Tx, wasDay, isDay calendar.Day, was, is cells) error {
	for _, side := range []struct {
		day  calendar.Day
		sign int64
		of   cells
	}{{wasDay, -1, was}, {isDay, 1, is}} {
		for _, counter := range slices.Sorted(maps.Keys(side.of)) {
			for _, key := range slices.Sorted(maps.Keys(side.of[counter])) {
				var dims []string
				if err := json.Unmarshal([]byte(key), &dims); err != nil {
					return err
				}
				if err := tally.Add(tx, 0, counter, side.day, side.sign*side.of[counter][key], dims...); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// bodyOf reads a row's body; there is none where it answers false.
func bodyOf(tx *db.Tx, table string, id db.ID, into any) (bool, error) {
	var text string
	err := tx.Row("SELECT body FROM "+table+" WHERE id = ?", id).Scan(&text)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), into)
	}
	return err == nil, fault.Wrap("mobility.bodyOf", err)
}

// counted is what is told at a point on a day and stands in the counters.
type counted interface {
	counts() cells
	at() (point string, day calendar.Day)
}

func (g Group) at() (string, calendar.Day)   { return g.Point, g.Day }
func (w Watched) at() (string, calendar.Day) { return w.Point, w.Day }
func (a Answer) at() (string, calendar.Day)  { return a.Point, a.Day }

// projectCounted keeps the row of a document and its counts.
func projectCounted[T counted](table string) func(*db.Tx, *journal.Doc) error {
	uncount := uncounted[T](table)
	return func(tx *db.Tx, d *journal.Doc) error {
		if d.Error {
			if err := uncount(tx, d.ID); err != nil {
				return err
			}
			return gone(tx, table, d.ID)
		}
		var was, is T
		if _, err := bodyOf(tx, table, d.ID, &was); err != nil {
			return err
		}
		body, err := decoded(d, &is)
		if err != nil {
			return err
		}
		_, before := was.at()
		point, day := is.at()
		if err := recount(tx, before, day, was.counts(), is.counts()); err != nil {
			return err
		}
		return savedDay(tx, table, "point", d.ID, point, day, body)
	}
}

// uncounted takes back what a document counted, before its row goes.
func uncounted[T counted](table string) func(*db.Tx, db.ID) error {
	return func(tx *db.Tx, id db.ID) error {
		var was T
		if _, err := bodyOf(tx, table, id, &was); err != nil {
			return err
		}
		_, day := was.at()
		return recount(tx, day, 0, was.counts(), nil)
	}
}

// rowsOf reads the bodies of a query whose columns are id and body.
func rowsOf[T any](tx *db.Tx, set func(*T, db.ID), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var id db.ID
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return nil, fmt.Errorf("mobility: a row that cannot be read: %w", err)
		}
		set(&v, id)
		out = append(out, v)
	}
	return out, rows.Err()
}

func watchpoints(tx *db.Tx) ([]Watchpoint, error) {
	return rowsOf(tx, func(w *Watchpoint, id db.ID) { w.ID = id }, "SELECT id, body FROM mobility_watchpoint ORDER BY code, id")
}

func watchpointOf(tx *db.Tx, point string) (Watchpoint, error) {
	list, err := rowsOf(tx, func(w *Watchpoint, id db.ID) { w.ID = id }, "SELECT id, body FROM mobility_watchpoint WHERE code = ? ORDER BY id LIMIT 1", point)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "mobility.watchpointOf", "")
	}
	if err != nil {
		return Watchpoint{}, err
	}
	return list[0], nil
}

func roads(tx *db.Tx) ([]Road, error) {
	return rowsOf(tx, func(r *Road, id db.ID) { r.ID = id }, "SELECT id, body FROM mobility_corridor ORDER BY code, id")
}

// mostSketches is how many lines of a participatory map a page shows.
const mostSketches = 200

func sketches(tx *db.Tx) ([]Sketch, error) {
	return rowsOf(tx, func(k *Sketch, id db.ID) { k.ID = id }, "SELECT id, body FROM mobility_sketch ORDER BY about, day DESC, id LIMIT ?", mostSketches)
}

func groupOf(tx *db.Tx, id db.ID) (g Group, there bool, err error) {
	there, err = bodyOf(tx, "mobility_group", id, &g)
	return g, there, err
}

func answerOf(tx *db.Tx, id db.ID) (a Answer, there bool, err error) {
	there, err = bodyOf(tx, "mobility_answer", id, &a)
	return a, there, err
}
