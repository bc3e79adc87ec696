package stock

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this area.
const (
	kindItem     = "stock.item"
	kindLevel    = "stock.level"
	kindLot      = "stock.lot"
	kindMovement = "stock.movement"
	kindTransfer = "stock.transfer"
)

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindItem, Schema: 1, Tables: []string{"stock_item"}, Project: projectItem, Reach: journal.Everywhere, Groups: []journal.Group{
			reg("item", "code", "name", "sort", "atc", "strength", "unit", "content"), reg("gone", "gone")}},
		{Name: kindLevel, Schema: 1, Tables: []string{"stock_level"}, Project: projectLevel, Groups: []journal.Group{reg("level", "item", "min", "max")}},
		{Name: kindLot, Schema: 1, Tables: []string{"stock_lot"}, Project: projectLot, Reach: journal.Everywhere, Groups: []journal.Group{
			reg("lot", "item", "number"), reg("expiry", "expiry"), reg("held", "held")}},
		{Name: kindMovement, Schema: 1, Tables: []string{"stock_movement"}, Project: projectMovement, Remove: takeBack, Groups: []journal.Group{
			reg("movement", "item", "lot", "n", "why", "reason", "party", "day", "at", "by")}},
		{Name: kindTransfer, Schema: 1, Tables: []string{"stock_transfer"}, Project: projectTransfer, Reach: journal.Everywhere, Groups: []journal.Group{
			reg("sent", "item", "lot", "n", "from", "to", "day"), reg("came", "came", "came_day", "note")}},
	}
}

// Migrations are this area's tables. stock_balance is kept by projectMovement and takeBack.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "stock", Number: 1, SQL: `
CREATE TABLE stock_item (id BLOB NOT NULL PRIMARY KEY, code TEXT NOT NULL, atc TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX stock_item_code ON stock_item (code);
CREATE INDEX stock_item_atc ON stock_item (atc);
CREATE TABLE stock_level (id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, item BLOB NOT NULL, body TEXT NOT NULL);
CREATE INDEX stock_level_site ON stock_level (site, item);
CREATE TABLE stock_lot (id BLOB NOT NULL PRIMARY KEY, item BLOB NOT NULL, body TEXT NOT NULL);
CREATE INDEX stock_lot_item ON stock_lot (item);
CREATE TABLE stock_movement (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, item BLOB NOT NULL, lot BLOB NOT NULL, day INTEGER NOT NULL, why TEXT NOT NULL, n INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX stock_movement_card ON stock_movement (site, item, day);
CREATE TABLE stock_balance (site TEXT NOT NULL, item BLOB NOT NULL, lot BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (site, item, lot)) WITHOUT ROWID;
CREATE TABLE stock_transfer (id BLOB NOT NULL PRIMARY KEY, open INTEGER NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX stock_transfer_open ON stock_transfer (open, day);
`}}
}

// idOf is the id of a document that is there once for what its name says.
func idOf(format string, args ...any) db.ID {
	h := sha256.Sum256(fmt.Appendf(nil, format, args...))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// decoded reads a document and answers it as its row keeps it.
func decoded[T any](d *journal.Doc) (T, string, error) {
	var x T
	if err := d.Decode(&x); err != nil {
		return x, "", err
	}
	body, err := json.Marshal(x)
	return x, string(body), fault.Wrap("stock.project", err)
}

func drop(tx *db.Tx, table string, id db.ID) error {
	_, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", id)
	return err
}

func projectItem(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return drop(tx, "stock_item", d.ID)
	}
	i, body, err := decoded[Item](d)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO stock_item (id, code, atc, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET code = excluded.code, atc = excluded.atc, body = excluded.body", d.ID, i.Code, i.ATC, body)
	return err
}

func projectLevel(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return drop(tx, "stock_level", d.ID)
	}
	l, body, err := decoded[Level](d)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO stock_level (id, site, item, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET site = excluded.site, item = excluded.item, body = excluded.body", d.ID, d.Site, l.Item, body)
	return err
}

func projectLot(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return drop(tx, "stock_lot", d.ID)
	}
	l, _, err := decoded[Lot](d)
	if err != nil {
		return err
	}
	// A lot of which two said a different expiry expires on the earlier day until somebody
	// looked, and one that anybody holds is held.
	for _, alt := range d.Disputed["expiry"] {
		var day calendar.Day
		if json.Unmarshal(alt.Fields["expiry"], &day) == nil && day < l.Expiry {
			l.Expiry = day
		}
	}
	for _, alt := range d.Disputed["held"] {
		var held string
		if json.Unmarshal(alt.Fields["held"], &held) == nil && l.Held == "" {
			l.Held = held
		}
	}
	body, err := json.Marshal(l)
	if err != nil {
		return fault.Wrap("stock.projectLot", err)
	}
	_, err = tx.Exec("INSERT INTO stock_lot (id, item, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET item = excluded.item, body = excluded.body", d.ID, l.Item, string(body))
	return err
}

// takeBack takes what a movement counted out of the balance.
func takeBack(tx *db.Tx, id db.ID) error {
	var site string
	var item, lot db.ID
	var n int64
	err := tx.Row("SELECT site, item, lot, n FROM stock_movement WHERE id = ?", id).Scan(&site, &item, &lot, &n)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return addBalance(tx, site, item, lot, -n)
}

func addBalance(tx *db.Tx, site string, item, lot db.ID, n int64) error {
	_, err := tx.Exec(`INSERT INTO stock_balance (site, item, lot, n) VALUES (?, ?, ?, ?)
		ON CONFLICT (site, item, lot) DO UPDATE SET n = stock_balance.n + excluded.n`, site, item, lot, n)
	return err
}

func projectMovement(tx *db.Tx, d *journal.Doc) error {
	if err := takeBack(tx, d.ID); err != nil {
		return err
	}
	if d.Error {
		return drop(tx, "stock_movement", d.ID)
	}
	m, body, err := decoded[Movement](d)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO stock_movement (id, site, item, lot, day, why, n, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, item = excluded.item, lot = excluded.lot, day = excluded.day, why = excluded.why, n = excluded.n, body = excluded.body`,
		d.ID, d.Site, m.Item, m.Lot, m.Day, string(m.Why), m.N, body); err != nil {
		return err
	}
	return addBalance(tx, d.Site, m.Item, m.Lot, m.N)
}

func projectTransfer(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return drop(tx, "stock_transfer", d.ID)
	}
	t, body, err := decoded[Transfer](d)
	if err != nil {
		return err
	}
	open := 0
	if t.Open() {
		open = 1
	}
	_, err = tx.Exec(`INSERT INTO stock_transfer (id, open, sender, receiver, day, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET open = excluded.open, sender = excluded.sender, receiver = excluded.receiver, day = excluded.day, body = excluded.body`,
		d.ID, open, t.From, t.To, t.Day, body)
	return err
}

// rows reads rows of an id and a body.
func rowsOf[T any](tx *db.Tx, put func(*T, db.ID), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var id db.ID
		var body string
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		var x T
		if err := json.Unmarshal([]byte(body), &x); err != nil {
			return nil, fault.Wrap("stock.rows", err)
		}
		put(&x, id)
		out = append(out, x)
	}
	return out, rows.Err()
}

func one[T any](list []T, err error) (T, error) {
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(list) == 0:
		return zero, fault.New(fault.NotFound, "stock.one", "page.error.not_found")
	}
	return list[0], nil
}

func asItem(i *Item, id db.ID)         { i.ID = id }
func asLot(l *Lot, id db.ID)           { l.ID = id }
func asMovement(m *Movement, id db.ID) { m.ID = id }
func asTransfer(t *Transfer, id db.ID) { t.ID = id }

func items(tx *db.Tx, limit int) ([]Item, error) {
	return rowsOf(tx, asItem, "SELECT id, body FROM stock_item ORDER BY code, id LIMIT ?", limit)
}

func findItem(tx *db.Tx, id db.ID) (Item, error) {
	return one(rowsOf(tx, asItem, "SELECT id, body FROM stock_item WHERE id = ?", id))
}

// itemsOf lists the items of an ATC code.
func itemsOf(tx *db.Tx, atc string) ([]Item, error) {
	return rowsOf(tx, asItem, "SELECT id, body FROM stock_item WHERE atc = ? ORDER BY code, id", atc)
}

func findLot(tx *db.Tx, id db.ID) (Lot, error) {
	return one(rowsOf(tx, asLot, "SELECT id, body FROM stock_lot WHERE id = ?", id))
}

func findTransfer(tx *db.Tx, id db.ID) (Transfer, error) {
	return one(rowsOf(tx, asTransfer, "SELECT id, body FROM stock_transfer WHERE id = ?", id))
}

// openTransfers lists what is on its way to or from a site, the oldest first.
func openTransfers(tx *db.Tx, site string, limit int) ([]Transfer, error) {
	return rowsOf(tx, asTransfer, "SELECT id, body FROM stock_transfer WHERE open = 1 AND (sender = ? OR receiver = ?) ORDER BY day, id LIMIT ?", site, site, limit)
}

// levelsOf reads the levels of a site by item.
func levelsOf(tx *db.Tx, site string) (map[db.ID]Level, error) {
	list, err := rowsOf(tx, func(*Level, db.ID) {}, "SELECT id, body FROM stock_level WHERE site = ?", site)
	out := make(map[db.ID]Level, len(list))
	for _, l := range list {
		out[l.Item] = l
	}
	return out, err
}

// shelvesOf reads the lots of a site by item; of one item where item is not zero.
func shelvesOf(tx *db.Tx, site string, item db.ID, lock bool) (map[db.ID][]Shelf, error) {
	query, args := "SELECT b.item, b.lot, b.n, l.body FROM stock_balance b JOIN stock_lot l ON l.id = b.lot WHERE b.site = ?", []any{site}
	if !item.IsZero() {
		query, args = query+" AND b.item = ?", append(args, item)
	}
	query += " ORDER BY b.item, b.lot"
	if lock && tx.Engine() == db.Postgres { // two processes must not give out one bottle
		query += " FOR UPDATE OF b"
	}
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[db.ID][]Shelf{}
	for rows.Next() {
		var of, lot db.ID
		var s Shelf
		var body string
		if err := rows.Scan(&of, &lot, &s.N, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &s.Lot); err != nil {
			return nil, fault.Wrap("stock.shelves", err)
		}
		s.Lot.ID = lot
		out[of] = append(out[of], s)
	}
	return out, rows.Err()
}

// Line is a line of an item's card: one movement, or what was given to persons on a day.
type Line struct {
	Movement
	Sum bool
}

// card lists the latest movements of an item at a site. What went to persons is one line a
// day, without a lot and an hour.
func card(tx *db.Tx, site string, item db.ID, limit int) (out []Line, left bool, err error) {
	list, err := rowsOf(tx, asMovement, "SELECT id, body FROM stock_movement WHERE site = ? AND item = ? ORDER BY day DESC, id DESC LIMIT ?", site, item, limit+1)
	if left = len(list) > limit; left {
		list = list[:limit]
	}
	sums := map[calendar.Day]int{}
	for _, m := range list {
		if m.Why != Given && m.Why != GivenBack {
			out = append(out, Line{Movement: m})
			continue
		}
		if i, ok := sums[m.Day]; ok {
			out[i].N += m.N
			continue
		}
		sums[m.Day] = len(out)
		out = append(out, Line{Movement: Movement{Item: m.Item, Site: site, N: m.N, Why: Given, Day: m.Day}, Sum: true})
	}
	return out, left, err
}
