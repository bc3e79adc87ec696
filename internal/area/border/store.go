package border

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// The journal kinds of this package.
const (
	kindPost    = "border.post"
	kindShift   = "border.shift"
	kindTally   = "border.tally"
	kindClosing = "border.closing"
)

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: kindPost, Schema: 1, Tables: []string{"border_post"}, Project: projectPost, Reach: journal.Everywhere, Groups: []journal.Group{
			{Name: "post", Class: journal.Register, Fields: []string{"code", "site", "offset", "corridor", "shut"}}}},
		{Name: kindShift, Schema: 1, Tables: []string{"border_shift"}, Project: projectShift, Groups: []journal.Group{
			{Name: "start", Class: journal.Register, Fields: []string{"point", "started", "by", "before"}},
			{Name: "end", Class: journal.Register, Fields: []string{"ended", "ended_by", "handover"}}}},
		{Name: kindTally, Schema: 1, Tables: []string{"border_tally"}, Project: projectTally, Remove: uncountTally, Groups: []journal.Group{
			{Name: "counts", Class: journal.Register, Fields: []string{"point", "shift", "typed", "counts"}}}},
		{Name: kindClosing, Schema: 1, Tables: []string{"border_closing"}, Project: projectClosing, Remove: uncountClosing, Groups: []journal.Group{
			{Name: "report", Class: journal.Register, Fields: []string{"point", "day", "counted", "stated", "zero", "why", "at", "by"}}}},
	}
}

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "border", Number: 1, SQL: `
CREATE TABLE border_post (id BLOB NOT NULL PRIMARY KEY, code TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX border_post_code ON border_post (code);
CREATE TABLE border_shift (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	point TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER, body TEXT NOT NULL
);
CREATE INDEX border_shift_point ON border_shift (point, started);
CREATE TABLE border_tally (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, shift BLOB NOT NULL, point TEXT NOT NULL, typed INTEGER NOT NULL, first INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX border_tally_shift ON border_tally (shift, typed, first);
CREATE TABLE border_closing (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	point TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX border_closing_point ON border_closing (point, day);
`}, {Area: "border", Number: 2, SQL: `
CREATE INDEX border_closing_day ON border_closing (day, point);
`}}
}

func projectPost(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM border_post WHERE id = ?", d.ID)
		return err
	}
	var p Post
	body, err := decoded(d, &p)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO border_post (id, code, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET code = excluded.code, body = excluded.body", d.ID, p.Code, body)
	return err
}

func projectShift(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM border_shift WHERE id = ?", d.ID)
		return err
	}
	var s Shift
	body, err := decoded(d, &s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO border_shift (id, site, programme, sensitivity, point, started, ended, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			point = excluded.point, started = excluded.started, ended = excluded.ended, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), s.Point, s.Started, s.Ended, body)
	return err
}

// decoded reads a document into a struct and answers it as its row keeps it.
func decoded(d *journal.Doc, into any) (string, error) {
	if err := d.Decode(into); err != nil {
		return "", err
	}
	body, err := json.Marshal(into)
	return string(body), fault.Wrap("border.project", err)
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// body reads a row's body into a struct; there is none where it answers false.
func body(tx *db.Tx, into any, sql string, args ...any) (bool, error) {
	var text string
	err := tx.Row(sql, args...).Scan(&text)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), into)
	}
	return err == nil, fault.Wrap("border.body", err)
}

// The counters. Pages about one point read counterHour under it; pages about all
// points read counterDay, and the figure of the whole programme counterAll.
const (
	counterHour = "border.hour" // point, what, direction, age, hour of the day; "" of a correction
	counterDay  = "border.day"  // what, point
	counterAll  = "border.all"  // what
)

// allLanes parts the few rows of counterAll, so that points that report at one moment
// do not wait for each other. The rows of one point are written by its own node.
const allLanes = 16

// count brings the counters from what a document said to what it says.
func count(tx *db.Tx, doc db.ID, point string, was, is []Count, corrects bool) error {
	diff := map[Key]int64{}
	for _, c := range was {
		diff[c.Key] -= c.N
	}
	for _, c := range is {
		diff[c.Key] += c.N
	}
	type dayWhat struct {
		day  calendar.Day
		what What
	}
	byDay := map[dayWhat]int64{}
	for _, c := range Same(listed(diff)) {
		hour := fmt.Sprintf("%02d", c.Hour.OfDay())
		if corrects {
			hour = ""
		}
		if err := tally.Add(tx, 0, counterHour, c.Hour.Day(), c.N, point, string(c.What), string(c.Direction), string(c.Age), hour); err != nil {
			return err
		}
		byDay[dayWhat{c.Hour.Day(), c.What}] += c.N
	}
	for k, n := range byDay {
		if err := tally.Add(tx, 0, counterDay, k.day, n, string(k.what), point); err != nil {
			return err
		}
		if err := tally.Add(tx, int64(doc[15]%allLanes), counterAll, k.day, n, string(k.what)); err != nil {
			return err
		}
	}
	return nil
}

func listed(m map[Key]int64) []Count {
	out := make([]Count, 0, len(m))
	for k, n := range m {
		out = append(out, Count{k, n})
	}
	return out
}

func projectTally(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		if err := uncountTally(tx, d.ID); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM border_tally WHERE id = ?", d.ID)
		return err
	}
	var was, is Tally
	if _, err := body(tx, &was, "SELECT body FROM border_tally WHERE id = ?", d.ID); err != nil {
		return err
	}
	text, err := decoded(d, &is)
	if err != nil {
		return err
	}
	if was.Point != is.Point && was.Point != "" {
		if err := count(tx, d.ID, was.Point, was.Counts, nil, false); err != nil {
			return err
		}
		was.Counts = nil
	}
	if err := count(tx, d.ID, is.Point, was.Counts, is.Counts, false); err != nil {
		return err
	}
	var first Hour
	if len(is.Counts) > 0 {
		first = is.Counts[0].Hour
	}
	_, err = tx.Exec(`INSERT INTO border_tally (id, site, shift, point, typed, first, body) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, shift = excluded.shift, point = excluded.point, typed = excluded.typed, first = excluded.first, body = excluded.body`,
		d.ID, d.Site, is.Shift[:], is.Point, number(is.Typed), int64(first), text)
	return err
}

// uncountTally takes back what a tally counted.
func uncountTally(tx *db.Tx, doc db.ID) error {
	var was Tally
	there, err := body(tx, &was, "SELECT body FROM border_tally WHERE id = ?", doc)
	if err != nil || !there {
		return err
	}
	return count(tx, doc, was.Point, was.Counts, nil, false)
}

func projectClosing(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		if err := uncountClosing(tx, d.ID); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM border_closing WHERE id = ?", d.ID)
		return err
	}
	if err := uncountClosing(tx, d.ID); err != nil {
		return err
	}
	var c Closing
	text, err := decoded(d, &c)
	if err != nil {
		return err
	}
	if err := count(tx, d.ID, c.Point, nil, c.Corrections(), true); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO border_closing (id, site, programme, sensitivity, point, day, body) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, point = excluded.point, day = excluded.day, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), c.Point, c.Day, text)
	return err
}

func uncountClosing(tx *db.Tx, doc db.ID) error {
	var was Closing
	there, err := body(tx, &was, "SELECT body FROM border_closing WHERE id = ?", doc)
	if err != nil || !there {
		return err
	}
	return count(tx, doc, was.Point, was.Corrections(), nil, true)
}

// idOf is the id of a document that is there once for what its name says, so that two
// devices that write it before they met write one document.
func idOf(name string) db.ID {
	h := sha256.Sum256([]byte(name))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

func postID(code string) db.ID { return idOf("border.post " + code) }

// hourID: a shift types an hour once in each direction.
func hourID(shift db.ID, h Hour, d Direction, a Age) db.ID {
	name := fmt.Sprintf("border.tally %s %d %s", shift, h, d)
	if a != "" { // an hour without one keeps the id that it always had
		name += " " + string(a)
	}
	return idOf(name)
}

// closingID: a day of a point is reported once.
func closingID(point string, day calendar.Day) db.ID {
	return idOf(fmt.Sprintf("border.closing %s %d", point, day))
}

func postRow(scan func(...any) error) (Point, error) {
	var p Point
	var text string
	if err := scan(&p.ID, &text); err != nil {
		return p, err
	}
	return p, fault.Wrap("border.postRow", json.Unmarshal([]byte(text), &p.Post))
}

func findPost(tx *db.Tx, code string) (Point, error) {
	return postRow(tx.Row("SELECT id, body FROM border_post WHERE code = ? ORDER BY id LIMIT 1", code).Scan)
}

func allPosts(tx *db.Tx) ([]Point, error) {
	return db.List(tx, postRow, "SELECT id, body FROM border_post ORDER BY code, id")
}

func shiftRow(scan func(...any) error) (Shift, error) {
	var s Shift
	var id db.ID
	var site, text string
	if err := scan(&id, &site, &text); err != nil {
		return s, err
	}
	err := json.Unmarshal([]byte(text), &s)
	s.ID, s.Site = id, site
	return s, fault.Wrap("border.shiftRow", err)
}

func findShift(tx *db.Tx, id db.ID) (Shift, error) {
	return shiftRow(tx.Row("SELECT id, site, body FROM border_shift WHERE id = ?", id).Scan)
}

// lastShifts lists the shifts of a point, the latest first.
func lastShifts(tx *db.Tx, point string, limit int) ([]Shift, error) {
	return db.List(tx, shiftRow, "SELECT id, site, body FROM border_shift WHERE point = ? ORDER BY started DESC, id DESC LIMIT ?", point, limit)
}

// resourceOf is what a shift's right is decided by.
func resourceOf(kind string, s Shift) access.Resource {
	return access.Resource{Kind: kind, Doc: s.ID, Site: s.Site, Sensitivity: journal.Identity, Shift: s.ID.String()}
}

func findTally(tx *db.Tx, id db.ID) (Tally, error) {
	t := Tally{ID: id}
	there, err := body(tx, &t, "SELECT body FROM border_tally WHERE id = ?", id)
	if err == nil && !there {
		err = fault.New(fault.NotFound, "border.findTally", "border.error.no_tally")
	}
	return t, err
}

// shiftCounts adds up what a shift counted. A shift has some hundred tallies.
func shiftCounts(tx *db.Tx, shift db.ID) (Totals, error) {
	tallies, err := db.List(tx, tallyRow, "SELECT id, body FROM border_tally WHERE shift = ?", shift[:])
	out := Totals{}
	for _, t := range tallies {
		for _, c := range t.Counts {
			out[c.What] += c.N
		}
	}
	return out, err
}

func tallyRow(scan func(...any) error) (Tally, error) {
	var t Tally
	var text string
	if err := scan(&t.ID, &text); err != nil {
		return t, err
	}
	return t, fault.Wrap("border.tallyRow", json.Unmarshal([]byte(text), &t))
}

// typedHours lists what a shift typed, by hour.
func typedHours(tx *db.Tx, shift db.ID) ([]Tally, error) {
	return db.List(tx, tallyRow, "SELECT id, body FROM border_tally WHERE shift = ? AND typed = 1 ORDER BY first DESC, id", shift[:])
}

func closingRow(scan func(...any) error) (Closing, error) {
	var c Closing
	var id db.ID
	var site, text string
	if err := scan(&id, &site, &text); err != nil {
		return c, err
	}
	err := json.Unmarshal([]byte(text), &c)
	c.ID, c.Site = id, site
	return c, fault.Wrap("border.closingRow", err)
}

// closingOf answers the report of a day; fault.NotFound is a day that nobody reported.
func closingOf(tx *db.Tx, point string, day calendar.Day) (Closing, error) {
	return closingRow(tx.Row("SELECT id, site, body FROM border_closing WHERE point = ? AND day = ? ORDER BY id LIMIT 1", point, day).Scan)
}

// dayTotals is what was counted at a point on a day.
func dayTotals(tx *db.Tx, point string, day calendar.Day) (Totals, error) {
	sums, err := tally.SumUnder(tx, counterHour, day, day, []string{point}, 1)
	out := Totals{}
	for _, c := range sums {
		out[What(c.Dims[0])] = c.N
	}
	return out, err
}

// reportedByPoint counts the days that each point reported.
func reportedByPoint(tx *db.Tx, first, last calendar.Day) (map[string]int, error) {
	out := map[string]int{}
	_, err := db.List(tx, func(scan func(...any) error) (int, error) {
		var point string
		var n int
		err := scan(&point, &n)
		out[point] = n
		return n, err
	}, "SELECT point, count(*) FROM border_closing WHERE day >= ? AND day <= ? GROUP BY point", first, last)
	return out, err
}

// reportedByDay counts the points that reported each day.
func reportedByDay(tx *db.Tx, first, last calendar.Day) (map[calendar.Day]int, error) {
	out := map[calendar.Day]int{}
	_, err := db.List(tx, func(scan func(...any) error) (int, error) {
		var day calendar.Day
		var n int
		err := scan(&day, &n)
		out[day] = n
		return n, err
	}, "SELECT day, count(*) FROM border_closing WHERE day >= ? AND day <= ? GROUP BY day", first, last)
	return out, err
}

// pointTotals is what each point counted in some days.
func pointTotals(tx *db.Tx, first, last calendar.Day) (map[string]Totals, error) {
	sums, err := tally.Sum(tx, counterDay, first, last, 1, 0)
	out := map[string]Totals{}
	for _, c := range sums {
		if out[c.Dims[0]] == nil {
			out[c.Dims[0]] = Totals{}
		}
		out[c.Dims[0]][What(c.Dims[1])] = c.N
	}
	return out, err
}
