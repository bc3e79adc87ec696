package people

import (
	"math"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// whereaboutsTable is an index of the stays by country and time, so that who may have
// been somewhere is found without reading everybody's journey. first and last are the
// reach reading of the stay.
const whereaboutsTable = `
CREATE TABLE people_whereabouts (
	id BLOB NOT NULL PRIMARY KEY, person BLOB NOT NULL, country TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
);
CREATE INDEX people_whereabouts_country ON people_whereabouts (country, person, first, last);
CREATE INDEX people_arrival_person ON people_arrival (person, day);
`

// The ends of a stay that nobody knows.
const (
	everBefore = calendar.Day(math.MinInt32)
	everAfter  = calendar.Day(math.MaxInt32)
)

// projectStay writes a stay's row and its place in the index.
func projectStay(tx *db.Tx, d *journal.Doc) error {
	if err := projectRecord("people_stay")(tx, d); err != nil {
		return err
	}
	if d.Error {
		_, err := tx.Exec("DELETE FROM people_whereabouts WHERE id = ?", d.ID)
		return err
	}
	var st Stay
	if err := d.Decode(&st); err != nil {
		return err
	}
	first, last := reach(st)
	_, err := tx.Exec(`INSERT INTO people_whereabouts (id, person, country, first, last) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET country = excluded.country, first = excluded.first, last = excluded.last`, d.ID, d.Subject, st.Place, first, last)
	return err
}

func reach(st Stay) (first, last calendar.Day) {
	first, last = everBefore, everAfter
	if f, _, ok := st.From.Bounds(); ok {
		first = f
	}
	if _, l, ok := st.To.Bounds(); ok && !st.Ongoing {
		last = l
	}
	return first, last
}

// beenIn lists people who may have been in a country between two days, in the order
// of their ids, after one of them.
func beenIn(tx *db.Tx, country string, from, to calendar.Day, after db.ID, limit int) ([]db.ID, error) {
	return personIDs(tx, "people_whereabouts WHERE country = ? AND first <= ? AND last >= ?", after, limit, country, to, from)
}

// cameTo lists people who came to a site between two days, like beenIn.
func cameTo(tx *db.Tx, site string, from, to calendar.Day, after db.ID, limit int) ([]db.ID, error) {
	return personIDs(tx, "people_arrival WHERE site = ? AND day >= ? AND day <= ?", after, limit, site, dayText(from), dayText(to))
}

// dayText writes a day as the table of arrivals has it; what is before or after all
// days that anybody types stays so.
func dayText(d calendar.Day) string {
	switch {
	case d < calendar.DayOf(1, 1, 1):
		return ""
	case d > calendar.DayOf(9999, 12, 31):
		return "9999-12-31"
	}
	return d.String()
}

// personIDs lists the people of rows once each, in the order of their ids after one of
// them; a zero id is before all.
func personIDs(tx *db.Tx, from string, after db.ID, limit int, args ...any) ([]db.ID, error) {
	if !after.IsZero() {
		from, args = from+" AND person > ?", append(args, after)
	}
	return tx.IDs("SELECT DISTINCT person FROM "+from+" ORDER BY person LIMIT ?", append(args, limit)...)
}

// arrivalsOf lists on which days a person came to which site.
func arrivalsOf(tx *db.Tx, person db.ID) ([]Came, error) {
	rows, err := tx.Query("SELECT id, site, day FROM people_arrival WHERE person = ? ORDER BY day, id", person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Came
	for rows.Next() {
		var c Came
		var day string
		if err := rows.Scan(&c.ID, &c.Site, &day); err != nil {
			return nil, err
		}
		if c.Day, err = calendar.ParseDay(day); err != nil {
			return nil, fault.Wrap("people.arrivalsOf", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
