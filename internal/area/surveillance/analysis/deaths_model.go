package analysis

import (
	"slices"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// How is how a register has its deaths.
type How string

// The closed list.
const (
	OneByOne How = "line"  // one death
	AsCount  How = "count" // so many in some days
)

// Hows lists them.
var Hows = []How{OneByOne, AsCount}

// Places are where somebody died.
var Places = []string{"home", "facility", "transit", "poe", "elsewhere"}

// Entry is an entry of a register of deaths. It names nobody: a line has the number that
// it has on paper.
type Entry struct {
	ID      db.ID        `json:"-"`
	Unit    string       `json:"unit"`
	How     How          `json:"how"`
	From    calendar.Day `json:"from"` // the day of death, or the first of the days counted
	To      calendar.Day `json:"to"`
	Number  string       `json:"number"` // in the register on paper
	Deaths  int          `json:"deaths"`
	Under5  int          `json:"under5"` // of these; -1 is not known
	Place   string       `json:"place"`
	Disease string       `json:"disease"` // that was suspected
}

const (
	mostCounted = 1_000_000
	longNumber  = 60
)

// Valid checks an entry on a day.
func (e Entry) Valid(lists surveillance.Lists, today calendar.Day) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("analysis.Entry", field, "analysis.error."+key))
	}
	if e.Unit == "" {
		bad("unit", "unit")
	}
	if !slices.Contains(Hows, e.How) {
		bad("how", "choose")
	}
	if e.From == 0 || e.From > today {
		bad("from", "day")
	}
	if e.To < e.From || e.To > today {
		bad("to", "day")
	}
	if e.How == OneByOne && (e.To != e.From || e.Deaths != 1) {
		bad("how", "one")
	}
	if e.Deaths < 0 || e.Deaths > mostCounted {
		bad("deaths", "number")
	}
	if e.Under5 < -1 || e.Under5 > e.Deaths {
		bad("under5", "under5")
	}
	if e.Place != "" && !slices.Contains(Places, e.Place) {
		bad("place", "choose")
	}
	if e.Disease != "" && !lists.HasDisease(e.Disease) {
		bad("disease", "choose")
	}
	if utf8.RuneCountInString(e.Number) > longNumber {
		bad("number", "long")
	}
	return errs
}

// again reports whether two counts tell of the same deaths: they share a day, and
// neither their places nor their diseases keep them apart.
func (e Entry) again(o Entry) bool {
	apart := func(a, b string) bool { return a != "" && b != "" && a != b }
	return e.How == AsCount && o.How == AsCount && e.From <= o.To && o.From <= e.To && !apart(e.Place, o.Place) && !apart(e.Disease, o.Disease)
}
