package count

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// AgeCuts are the completed years at which the age bands of the tallies begin. What an
// indicator groups must begin at some of them.
var AgeCuts = []int{0, 1, 5, 10, 15, 18, 20, 25, 50, 60}

// bandOf is the band of a birth on a day, by its first year; NotKnown where the birth
// leaves it open.
func bandOf(birth calendar.Date, on calendar.Day) string {
	least, most, ok := calendar.Age(birth, on.Date(), calendar.Years)
	if !ok || most < 0 {
		return NotKnown
	}
	low, high := cutOf(max(least, 0)), cutOf(most) // whoever was seen was born
	if low != high {
		return NotKnown
	}
	return strconv.Itoa(low)
}

func cutOf(years int) (cut int) {
	for _, c := range AgeCuts {
		if years >= c {
			cut = c
		}
	}
	return cut
}

// The statuses that programmes report by. Somebody who asked for asylum or has subsidiary
// protection is counted with refugees, as UNHCR counts persons of concern; citizens and
// residents are the host community.
const (
	Refugee   = "refugee"
	Displaced = "displaced"
	Migrant   = "migrant"
	Returnee  = "returnee"
	Host      = "host"
	Stateless = "stateless"
)

// Statuses lists them, not known last.
var Statuses = []string{Refugee, Displaced, Migrant, Returnee, Host, Stateless, NotKnown}

func statusOf(s people.LegalStatus) string {
	switch s {
	case people.StatusRefugee, people.StatusAsylumSeeker, people.StatusSubsidiary:
		return Refugee
	case people.StatusDisplaced:
		return Displaced
	case people.StatusMigrant, people.StatusNoPapers:
		return Migrant
	case people.StatusReturnee:
		return Returnee
	case people.StatusCitizen, people.StatusResident:
		return Host
	case people.StatusStateless:
		return Stateless
	}
	return NotKnown
}

func sexOf(s people.Sex) string {
	switch s {
	case people.Female:
		return "f"
	case people.Male:
		return "m"
	case people.SexOther:
		return "x"
	}
	return NotKnown
}

func truthOf(t value.Truth) string {
	switch t {
	case value.Yes:
		return "y"
	case value.No:
		return "n"
	}
	return NotKnown
}

// dimsOf tells a document apart by whom it is about.
func dimsOf(c people.Counted, f fact) Dims {
	return Dims{sexOf(c.Sex), bandOf(c.Birth, f.Day), truthOf(f.Pregnant), truthOf(c.Disability), statusOf(c.Status)}
}

// Week and Month are the first days of a day's week (ISO 8601: Monday) and month.
func Week(d calendar.Day) calendar.Day {
	return d - calendar.Day((int(d.Weekday())-int(time.Monday)+7)%7)
}

// Month is the first day of a day's month.
func Month(d calendar.Day) calendar.Day {
	y, m, _ := d.YMD()
	return calendar.DayOf(y, m, 1)
}

// cell is one count of a tally, before it is written.
type cell struct {
	counter, site, service string
	day                    calendar.Day
	dims                   Dims
}

var counters = map[What]string{Contact: CounterContact, Test: CounterTest, Registered: CounterRegistered}

// period is one person's week or month at a site or at all, for a service or any.
type period struct {
	counter, site, service string
	day                    calendar.Day
}

// tallied is what the counted documents of one person come to.
func tallied(facts map[db.ID]fact) map[cell]int64 {
	out := map[cell]int64{}
	first := map[period]fact{}
	for _, f := range facts {
		out[cell{counters[f.What], f.Site, f.Service, f.Day, f.Dims}]++
		if f.What != Contact {
			continue
		}
		pack, _, _ := strings.Cut(f.Service, "/")
		for _, p := range []period{{CounterWeek, f.Site, pack, Week(f.Day)}, {CounterWeek, f.Site, Any, Week(f.Day)}, {CounterMonth, f.Site, pack, Month(f.Day)},
			{CounterMonth, f.Site, Any, Month(f.Day)}, {CounterMonth, Any, pack, Month(f.Day)}, {CounterMonth, Any, Any, Month(f.Day)}} {
			if old, ok := first[p]; !ok || f.before(old) {
				first[p] = f
			}
		}
	}
	for p, f := range first {
		out[cell{p.counter, p.site, p.service, p.day, f.Dims}]++
	}
	return out
}

// before orders documents by day and id, which every installation does alike.
func (f fact) before(o fact) bool {
	if f.Day != o.Day {
		return f.Day < o.Day
	}
	return bytes.Compare(f.Doc[:], o.Doc[:]) < 0
}
