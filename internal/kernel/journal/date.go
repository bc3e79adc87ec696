package journal

import (
	"context"
	"sync"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// plausible is how far a clock may run ahead of the last time that this installation knows
// before its date is doubted: a week in which nobody switched the machine on. A clock that
// was set to another month or year is further off (docs/adr/0031).
const plausible = 7 * 24 * time.Hour

// mostLent is how much of the time a clock may have gained altogether on its own word, in
// steps that are each plausible, before its date is doubted: four weeks of nights and
// journeys with the machine switched off, since somebody or something else last bore
// witness. Time that the running program measured itself is not lent.
const mostLent = 28 * 24 * time.Hour

// behindBy is how far a clock may fall behind it: the summer's hour, a zone that was wrong.
const behindBy = 24 * time.Hour

// dateTable is the last time that this installation knows to have come, in milliseconds.
const dateTable = `
CREATE TABLE journal_date (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	known INTEGER NOT NULL
)`

// lentColumns are what of the known time nothing but the clock said, in milliseconds, and
// the last time that something else bore witness of.
const lentColumns = `
ALTER TABLE journal_date ADD COLUMN lent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal_date ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0;
`

// Date is what this installation makes of the date of its own clock.
type Date struct {
	Clock, Known time.Time // what the clock says, and the last time that is known to have come
	Ahead        bool      // it went further than a clock does, and nothing else says so
	Crept        bool      // it is ahead, and not by one jump: by many small ones
	Behind       bool      // it stands before a time that has come
}

// Day is the day that may be relied on where something is erased for ever: while the clock
// is doubted the last one that is known.
func (d Date) Day() calendar.Day {
	if d.Ahead {
		return calendar.DayOfTime(d.Known)
	}
	return calendar.DayOfTime(d.Clock)
}

// dateRow is what an installation keeps about the date.
type dateRow struct {
	known, vouched time.Time
	lent           time.Duration
}

// steady is what this process knows of time by a clock that nobody can set.
type steady struct {
	sync.Mutex
	known time.Time     // what it last kept,
	at    time.Duration // and when, by that clock
}

// DateIn answers how the date stands. It changes nothing.
func (j *Journal) DateIn(tx *db.Tx) (Date, error) {
	d, _, err := j.dateIn(tx)
	return d, err
}

// dateIn answers how the date stands, and what would be kept of it.
//
// The clock gains time in two ways: the program runs and measures how long by a clock that
// nobody can set; or the machine was off, or somebody set the clock, which it cannot tell
// apart. Only the second is lent, until something else bears witness.
func (j *Journal) dateIn(tx *db.Tx) (Date, dateRow, error) {
	const op = "journal.DateIn"
	d := Date{Clock: j.clock.now().UTC()}
	row, err := j.knownDate(tx, d.Clock)
	if err != nil {
		return d, row, fault.Wrap(op, err)
	}
	witness, err := j.witnessed(tx, d.Clock)
	if err != nil {
		return d, row, fault.Wrap(op, err)
	}
	if witness.After(row.vouched) {
		row.vouched = witness
		row.lent = min(row.lent, max(0, row.known.Sub(witness)))
	}
	measured, own := j.measured(row.known)
	gained := d.Clock.Sub(row.known)
	lends := min(max(0, gained-measured), max(0, d.Clock.Sub(row.vouched)))
	switch {
	case gained <= 0:
		d.Behind = -gained > behindBy
	case lends > plausible, row.lent+lends > mostLent:
		d.Ahead, d.Crept = true, lends <= plausible
		if own { // what was measured has passed, whatever the clock says
			row.known = row.known.Add(min(measured, gained))
		}
	default:
		row.known, row.lent = d.Clock, row.lent+lends
	}
	d.Known = row.known
	return d, row, nil
}

// knownDate is what was kept. The first time it is the last entry: what was written here
// may be from before the clock jumped.
func (j *Journal) knownDate(tx *db.Tx, clock time.Time) (dateRow, error) {
	var known, lent, vouched int64
	err := tx.Row("SELECT known, lent, vouched FROM journal_date").Scan(&known, &lent, &vouched)
	if fault.Is(err, fault.NotFound) {
		var latest int64
		err = tx.Row("SELECT COALESCE(MAX(hlc), 0) FROM journal_heads").Scan(&latest)
		if known = HLC(latest).Time().UnixMilli(); latest == 0 {
			known = clock.UnixMilli()
		}
	}
	return dateRow{known: time.UnixMilli(known).UTC(), vouched: time.UnixMilli(vouched).UTC(), lent: time.Duration(lent) * time.Millisecond}, err
}

// witnessed is the latest time, no further ahead of the clock than a week, that something
// else than this clock says has come: the last entry of another installation, or the day
// on which the program was built. What this one wrote itself carries its own clock and
// proves nothing.
func (j *Journal) witnessed(tx *db.Tx, clock time.Time) (time.Time, error) {
	latest := max(clock.Add(plausible).UnixMilli(), 0)<<16 | 0xffff
	var hlc int64
	err := tx.Row("SELECT COALESCE(MAX(hlc), 0) FROM journal_heads WHERE installation NOT IN (SELECT id FROM journal_installation) AND hlc <= ?", latest).Scan(&hlc)
	out := HLC(hlc).Time().UTC()
	if j.built.After(out) && !j.built.After(clock) {
		out = j.built
	}
	return out, err
}

// measured is how long this process has measured since it kept the known time, and whether
// it was this one that kept it: another one beside it counts the same hours.
func (j *Journal) measured(known time.Time) (d time.Duration, own bool) {
	j.steady.Lock()
	defer j.steady.Unlock()
	if j.steady.known.IsZero() {
		return 0, false
	}
	return j.ran() - j.steady.at, j.steady.known.Equal(known)
}

// Witness takes note of the time that the clock says, where it may be believed, and of the
// time that this process measured, where it may not, and answers how the date stands. The
// program calls it when it starts and every hour.
func (j *Journal) Witness(ctx context.Context) (d Date, err error) {
	err = j.db.Write(ctx, func(tx *db.Tx) error {
		var row dateRow
		if d, row, err = j.dateIn(tx); err != nil {
			return err
		}
		return j.know(tx, row)
	})
	return d, fault.Wrap("journal.Witness", err)
}

// ConfirmDate takes an officer's word that today is a day; it must be the one that the
// clock says, so that nobody confirms another than they read.
func (j *Journal) ConfirmDate(ctx context.Context, today calendar.Day) error {
	const op = "journal.ConfirmDate"
	return fault.Wrap(op, j.db.Write(ctx, func(tx *db.Tx) error {
		now := j.clock.now().UTC()
		if calendar.DayOfTime(now) != today {
			return fault.New(fault.Conflict, op, "journal.other_day")
		}
		return j.know(tx, dateRow{known: now, vouched: now})
	}))
}

func (j *Journal) know(tx *db.Tx, r dateRow) error {
	_, err := tx.Exec("INSERT INTO journal_date (one, known, lent, vouched) VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET known = excluded.known, lent = excluded.lent, vouched = excluded.vouched",
		r.known.UnixMilli(), r.lent.Milliseconds(), max(r.vouched.UnixMilli(), 0))
	j.steady.Lock()
	defer j.steady.Unlock()
	j.steady.known, j.steady.at = time.UnixMilli(r.known.UnixMilli()).UTC(), j.ran()
	return err
}
