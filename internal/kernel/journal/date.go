package journal

import (
	"context"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// plausible is how far a clock may run ahead of the last time that this installation knows
// before its date is doubted: a week in which nobody switched the machine on. A clock that
// was set to another month or year is further off (docs/adr/0031).
const plausible = 7 * 24 * time.Hour

// behindBy is how far a clock may fall behind it: the summer's hour, a zone that was wrong.
const behindBy = 24 * time.Hour

// dateTable is the last time that this installation knows to have come, in milliseconds.
const dateTable = `
CREATE TABLE journal_date (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	known INTEGER NOT NULL
)`

// Date is what this installation makes of the date of its own clock.
type Date struct {
	Clock, Known time.Time // what the clock says, and the last time that is known to have come
	Ahead        bool      // it jumped further than a clock does, and nothing else says so
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

// DateIn answers how the date stands. It changes nothing.
func (j *Journal) DateIn(tx *db.Tx) (Date, error) {
	d := Date{Clock: j.clock.now().UTC()}
	var known int64
	err := tx.Row("SELECT known FROM journal_date").Scan(&known)
	if fault.Is(err, fault.NotFound) {
		// The first time. What was written here may be from before the clock jumped.
		var latest int64
		err = tx.Row("SELECT COALESCE(MAX(hlc), 0) FROM journal_heads").Scan(&latest)
		known = HLC(latest).Time().UnixMilli()
		if latest == 0 {
			known = d.Clock.UnixMilli()
		}
	}
	if err != nil {
		return d, fault.Wrap("journal.DateIn", err)
	}
	d.Known = time.UnixMilli(known).UTC()
	d.Behind = d.Known.Sub(d.Clock) > behindBy
	if d.Clock.Sub(d.Known) > plausible {
		agreed, err := j.othersAgree(tx, d.Clock)
		d.Ahead = !agreed
		return d, err
	}
	return d, nil
}

// othersAgree reports whether another installation wrote something about the time that
// this clock says. What this one wrote itself carries its own clock and proves nothing.
func (j *Journal) othersAgree(tx *db.Tx, clock time.Time) (bool, error) {
	at := func(t time.Time) int64 { return max(t.UnixMilli(), 0) << 16 }
	return tx.Exists("SELECT 1 FROM journal_heads WHERE installation NOT IN (SELECT id FROM journal_installation) AND hlc BETWEEN ? AND ?", at(clock.Add(-plausible)), at(clock.Add(plausible)))
}

// Witness takes note of the time that the clock says, where it may be believed, and
// answers how the date stands. The program calls it when it starts and every hour.
func (j *Journal) Witness(ctx context.Context) (d Date, err error) {
	err = j.db.Write(ctx, func(tx *db.Tx) error {
		if d, err = j.DateIn(tx); err != nil {
			return err
		}
		if !d.Ahead && d.Clock.After(d.Known) {
			d.Known = d.Clock
		}
		return j.know(tx, d.Known)
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
		return j.know(tx, now)
	}))
}

func (j *Journal) know(tx *db.Tx, t time.Time) error {
	_, err := tx.Exec("INSERT INTO journal_date (one, known) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET known = excluded.known", t.UnixMilli())
	return err
}
