package border

import (
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Shift is a team at a point for some hours.
type Shift struct {
	ID      db.ID     `json:"-"`
	Site    string    `json:"-"`
	Point   string    `json:"point"`
	Started time.Time `json:"started"`
	By      db.ID     `json:"by"`
	Before  db.ID     `json:"before"` // the shift whose hand-over was read
	Ended   time.Time `json:"ended"`
	EndedBy db.ID     `json:"ended_by"`
	// Handover is what the next shift must know, without personal data.
	Handover string `json:"handover"`
}

// Open reports whether somebody is at work on it.
func (s Shift) Open() bool { return s.Ended.IsZero() }

const longNote = 1000

// noteFault says what is wrong with a note: it is long, or holds what can only be
// somebody's.
func noteFault(op, field, text string) []error {
	if key := surveillance.TextFault(text, longNote); key != "" {
		return []error{fault.Field(op, field, "border.error."+key)}
	}
	return nil
}

// Closing is the report of a day at a point.
type Closing struct {
	ID    db.ID        `json:"-"`
	Site  string       `json:"-"`
	Point string       `json:"point"`
	Day   calendar.Day `json:"day"`
	// Counted is what had been counted when it was closed; Stated what the report says.
	// The difference is counted as a correction of the day.
	Counted Totals    `json:"counted"`
	Stated  Totals    `json:"stated"`
	Zero    bool      `json:"zero"` // nobody came, and somebody says so
	Why     string    `json:"why"`  // of a difference
	At      time.Time `json:"at"`
	By      db.ID     `json:"by"`
}

// Corrections are what the report adds to what was counted; they may take away.
func (c Closing) Corrections() []Count {
	var out []Count
	for _, w := range Whats {
		if n := c.Stated[w] - c.Counted[w]; n != 0 {
			out = append(out, Count{Key{Hour: Hour(c.Day) * 24, What: w}, n})
		}
	}
	return out
}

// Valid checks a report on a day.
func (c Closing) Valid(today calendar.Day) []error {
	const op = "border.Closing"
	var errs []error
	if c.Day > today {
		errs = append(errs, fault.Field(op, "day", "border.error.future"))
	}
	if c.Day < today-lateHours/24 {
		errs = append(errs, fault.Field(op, "day", "border.error.late"))
	}
	for _, w := range Whats {
		switch n, ok := c.Stated[w]; {
		case !ok:
			errs = append(errs, fault.Field(op, string(w), "border.error.number"))
		case n > 10*mostN:
			errs = append(errs, fault.Field(op, string(w), "border.error.many"))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	errs = append(errs, c.Stated.Valid()...)
	if c.Stated.Zero() != c.Zero {
		errs = append(errs, fault.Field(op, "zero", "border.error.zero"))
	}
	if len(c.Corrections()) > 0 && utf8.RuneCountInString(c.Why) < 3 {
		errs = append(errs, fault.Field(op, "why", "border.error.why"))
	}
	return append(errs, noteFault(op, "why", c.Why)...)
}
