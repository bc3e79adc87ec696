package order

import (
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// queueIndex holds all that the order of a worklist asks of an order, so that a
// station that plans weeks ahead reads the orders that its page shows and no others.
const queueIndex = `
DROP INDEX care_order_station;
CREATE INDEX care_order_station ON care_order (station, is_open, site, subject, status, at, sensitivity, programme, id);
`

// mostListed caps what a list shows beside those who are here; a station with more
// who have not come has other worries.
const mostListed = 200

// askedAtOnce bounds how many ids one query names.
const askedAtOnce = 200

// queued is an order as it waits at a station: what its place in the list goes by.
type queued struct {
	ID, Subject db.ID
	Status      Status
	At          time.Time

	Own     bool // an open order of the station itself, and not of another whose talk is here
	Here    bool // came today; everybody where nobody notes who comes
	Tell    bool // the result waits to be given to the person
	Waiting time.Duration
}

func queueOf(tx *db.Tx, where string, args ...any) ([]queued, error) {
	rows, err := tx.Query("SELECT o.id, o.subject, o.status, o.at FROM care_order o WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []queued
	for rows.Next() {
		q := queued{Own: true}
		if err := rows.Scan(&q.ID, &q.Subject, &q.Status, &q.At); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, rows.Err()
}

// openAt lists the open orders of a station that the scope allows: those begun first,
// which nobody may lose sight of, then longest waiting first; not more than most.
func openAt(tx *db.Tx, station string, scope access.Scope, most int) ([]queued, error) {
	where, args := scope.WhereIn("o", access.Columns{})
	return queueOf(tx, "o.station = ? AND o.is_open = 1 AND "+where+" ORDER BY CASE o.status WHEN ? THEN 0 ELSE 1 END, o.at, o.id LIMIT ?",
		append(append([]any{station}, args...), string(InProgress), most)...)
}

// openOf lists the open orders of some people at a station that the scope allows.
func openOf(tx *db.Tx, station string, scope access.Scope, people []db.ID) ([]queued, error) {
	where, rights := scope.WhereIn("o", access.Columns{})
	var out []queued
	err := byChunk(people, func(marks string, ids []any) error {
		list, err := queueOf(tx, "o.station = ? AND o.is_open = 1 AND o.subject IN ("+marks+") AND "+where+" ORDER BY o.at, o.id",
			append(append([]any{station}, ids...), rights...)...)
		out = append(out, list...)
		return err
	})
	return out, err
}

// byChunk asks about many ids, askedAtOnce at a time: marks are as many question marks.
func byChunk(all []db.ID, ask func(marks string, ids []any) error) error {
	for some := range slices.Chunk(all, askedAtOnce) {
		ids := make([]any, len(some))
		for i, id := range some {
			ids[i] = id
		}
		if err := ask("?"+strings.Repeat(", ?", len(some)-1), ids); err != nil {
			return err
		}
	}
	return nil
}

// openCounts counts the open orders of a station that the scope lets through, by how
// far they are.
func openCounts(tx *db.Tx, station string, scope access.Scope) (map[Status]int, error) {
	where, args := scope.WhereIn("o", access.Columns{})
	rows, err := tx.Query("SELECT o.status, COUNT(*) FROM care_order o WHERE o.station = ? AND o.is_open = 1 AND "+where+" GROUP BY o.status", append([]any{station}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Status]int{}
	for rows.Next() {
		var st Status
		var n int
		if err := rows.Scan(&st, &n); err != nil {
			return nil, err
		}
		out[st] = n
	}
	return out, rows.Err()
}

// waitingAt counts the open orders of each station that the scope lets through.
func waitingAt(tx *db.Tx, scope access.Scope) (map[string]int, error) {
	where, args := scope.WhereIn("o", access.Columns{})
	rows, err := tx.Query("SELECT o.station, COUNT(*) FROM care_order o WHERE o.is_open = 1 AND "+where+" GROUP BY o.station", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var station string
		var n int
		if err := rows.Scan(&station, &n); err != nil {
			return nil, err
		}
		out[station] = n
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

// findOrders reads many orders at once.
func findOrders(tx *db.Tx, ids []db.ID) (map[db.ID]Order, error) {
	out := make(map[db.ID]Order, len(ids))
	err := byChunk(ids, func(marks string, ids []any) error {
		list, err := queryOrders(tx, "o.id IN ("+marks+")", ids...)
		for _, o := range list {
			out[o.ID] = o
		}
		return err
	})
	return out, err
}

// stepsOfAll reads the steps of many orders at once.
func stepsOfAll(tx *db.Tx, orders []db.ID) (map[db.ID][]Step, error) {
	out := map[db.ID][]Step{}
	err := byChunk(orders, func(marks string, ids []any) error {
		steps, err := querySteps(tx, "order_id IN ("+marks+")", ids...)
		for _, s := range steps {
			out[s.Order] = append(out[s.Order], s)
		}
		return err
	})
	return out, err
}
