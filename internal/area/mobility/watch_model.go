package mobility

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// The closed lists of what is counted (IOM, DTM flow monitoring registry). The words are
// mobility.way.<direction>, mobility.mode.<mode>, mobility.reason.<reason>,
// mobility.group.<group> and mobility.vulnerable.<code>.
var (
	Ways       = []string{"in", "out", "inside"}
	Modes      = []string{"foot", "bicycle", "motorcycle", "car", "bus", "truck", "boat", "animal", "train", "aircraft", "other"}
	Reasons    = []string{"work", "trade", "family", "school", "health", "conflict", "disaster", "return", "other"}
	Groups     = []string{"women", "men", "girls", "boys"}
	Vulnerable = []string{"pregnant", "lactating", "child_under_5", "alone_child", "disabled", "elderly", "ill"}
)

// Elsewhere and NotTold are the ends of a journey that are no place of a list.
const (
	Elsewhere = "elsewhere"
	NotTold   = "not_told"
)

// Watchpoint is how a flow monitoring point is run: what people must know who read its
// counts.
type Watchpoint struct {
	ID       db.ID    `json:"-"`
	Point    string   `json:"point"`              // code in the gazetteer
	Site     string   `json:"site"`               // whose staff counts there
	Offset   int      `json:"offset"`             // minutes that its clock is ahead of UTC
	From     int      `json:"from"`               // people pass from this hour of the day
	To       int      `json:"to"`                 // until this one
	Places   []string `json:"places"`             // codes of where people come from and go to
	Excludes string   `json:"excludes,omitempty"` // whom nobody counts: "market trips"
	Shut     bool     `json:"shut,omitempty"`
}

// mostPlaces keeps the choices of a phone short.
const (
	mostPlaces   = 40
	mostPeople   = 5000
	longExcludes = 300
	leastOffset  = -12 * 60
	mostOffset   = 14 * 60
)

// Valid returns one fault for each thing that is wrong.
func (w Watchpoint) Valid() []error {
	const op = "mobility.Watchpoint"
	var errs []error
	check := func(ok bool, field, key string) {
		if !ok {
			errs = append(errs, fault.Field(op, field, "mobility.error."+key))
		}
	}
	check(w.Point != "", "point", "choose")
	check(w.Site != "", "site", "choose")
	check(w.Offset >= leastOffset && w.Offset <= mostOffset && w.Offset%15 == 0, "offset", "choose")
	check(w.From >= 0 && w.From < w.To && w.To <= 24, "to", "hours")
	check(len(w.Places) > 0 && len(w.Places) <= mostPlaces, "places", "places")
	check(utf8.RuneCountInString(w.Excludes) <= longExcludes, "excludes", "long")
	return errs
}

// Group is people who passed together, as somebody at a point saw and asked them. It holds
// nobody's name.
type Group struct {
	ID         db.ID          `json:"-"`
	Point      string         `json:"point"`
	Day        calendar.Day   `json:"day"`
	Hour       int            `json:"hour"`
	Way        string         `json:"way"`
	From       string         `json:"from"` // a place of the point's list, Elsewhere or NotTold
	To         string         `json:"to"`
	Mode       string         `json:"mode"`
	Reason     string         `json:"reason,omitempty"`
	People     int            `json:"people"`
	Groups     map[string]int `json:"groups,omitempty"`     // as far as they were counted
	Vulnerable map[string]int `json:"vulnerable,omitempty"` // as far as was seen or told
}

// Valid returns one fault for each thing that is wrong; now is the hour at the point.
func (g Group) Valid(w Watchpoint, today calendar.Day, hour int) []error {
	const op = "mobility.Group"
	var errs []error
	check := func(ok bool, field, key string) {
		if !ok {
			errs = append(errs, fault.Field(op, field, "mobility.error."+key))
		}
	}
	ends := append([]string{Elsewhere, NotTold}, w.Places...)
	check(g.Day <= today && (g.Day < today || g.Hour <= hour), "day", "future")
	check(g.Day > today-60, "day", "old")
	check(g.Hour >= 0 && g.Hour < 24, "hour", "hours")
	check(slices.Contains(Ways, g.Way), "way", "choose")
	check(slices.Contains(ends, g.From), "from", "choose")
	check(slices.Contains(ends, g.To), "to", "choose")
	check(g.From != g.To || g.From == Elsewhere || g.From == NotTold, "to", "same")
	check(slices.Contains(Modes, g.Mode), "mode", "choose")
	check(g.Reason == "" || slices.Contains(Reasons, g.Reason), "reason", "choose")
	check(g.People >= 1 && g.People <= mostPeople, "people", "people")
	sum := 0
	for code, n := range g.Groups {
		check(slices.Contains(Groups, code) && n >= 0, code, "number")
		sum += max(0, n)
	}
	check(sum <= g.People, "people", "parts")
	for code, n := range g.Vulnerable {
		check(slices.Contains(Vulnerable, code) && n >= 0 && n <= g.People, code, "parts")
	}
	return errs
}

// Watched is an hour in which somebody watched a point. Its id follows from the point, the
// day and the hour: who says so twice says it once.
type Watched struct {
	Point string       `json:"point"`
	Day   calendar.Day `json:"day"`
	Hour  int          `json:"hour"`
}

// Answer is what one traveller told in a survey, without a name and linked to nothing.
// Somebody who declined has no answers.
type Answer struct {
	ID        db.ID        `json:"-"`
	Point     string       `json:"point"`
	Day       calendar.Day `json:"day"`
	Agreed    bool         `json:"agreed"`
	From      string       `json:"from,omitempty"`
	To        string       `json:"to,omitempty"`
	Mode      string       `json:"mode,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	Stay      string       `json:"stay,omitempty"`
	Needs     []string     `json:"needs,omitempty"`
	Intention string       `json:"intention,omitempty"`
}

// What a survey asks. The words are mobility.stay.<code>, mobility.need.<code> and
// mobility.intention.<code>.
var (
	Stays      = []string{"day", "week", "month", "longer"}
	Needs      = []string{"water", "food", "health", "shelter", "information", "safety", "documents", "none"}
	Intentions = []string{"stay", "go_on", "return", "not_decided"}
)

// Valid returns one fault for each thing that is wrong.
func (a Answer) Valid(w Watchpoint, today calendar.Day) []error {
	const op = "mobility.Answer"
	if a.Day > today || a.Day <= today-60 {
		return []error{fault.Field(op, "day", "mobility.error.future")}
	}
	if !a.Agreed {
		if a.From+a.To+a.Mode+a.Reason+a.Stay+a.Intention != "" || len(a.Needs) > 0 {
			return []error{fault.Field(op, "agreed", "mobility.error.declined")}
		}
		return nil
	}
	var errs []error
	ends := append([]string{"", Elsewhere, NotTold}, w.Places...)
	for _, f := range []struct {
		field, v string
		list     []string
	}{{"from", a.From, ends}, {"to", a.To, ends}, {"mode", a.Mode, Modes}, {"reason", a.Reason, Reasons}, {"stay", a.Stay, Stays}, {"intention", a.Intention, Intentions}} {
		if f.v != "" && !slices.Contains(f.list, f.v) {
			errs = append(errs, fault.Field(op, f.field, "mobility.error.choose"))
		}
	}
	for _, n := range a.Needs {
		if !slices.Contains(Needs, n) || n == "none" && len(a.Needs) > 1 {
			errs = append(errs, fault.Field(op, "needs", "mobility.error.choose"))
		}
	}
	return errs
}

// Road is a corridor: the ways from some places to some others that are looked at as one,
// and the points that people pass on it.
type Road struct {
	ID     db.ID    `json:"-"`
	Code   string   `json:"code"`
	Name   string   `json:"name"`
	From   []string `json:"from"` // codes of areas
	To     []string `json:"to"`
	Points []string `json:"points,omitempty"`
	Note   string   `json:"note,omitempty"`
	Shut   bool     `json:"shut,omitempty"`
}

// Valid returns one fault for each thing that is wrong.
func (r Road) Valid() []error {
	const op = "mobility.Road"
	var errs []error
	check := func(ok bool, field, key string) {
		if !ok {
			errs = append(errs, fault.Field(op, field, "mobility.error."+key))
		}
	}
	check(matrixCode.MatchString(r.Code), "code", "code")
	check(strings.TrimSpace(r.Name) != "" && utf8.RuneCountInString(r.Name) <= longName, "name", "name")
	check(len(r.From) > 0 && len(r.From) <= mostPlaces, "from", "places")
	check(len(r.To) > 0 && len(r.To) <= mostPlaces, "to", "places")
	check(!slices.ContainsFunc(r.From, func(c string) bool { return slices.Contains(r.To, c) }), "to", "same")
	check(utf8.RuneCountInString(r.Note) <= longExcludes, "note", "long")
	return errs
}

// Sketch is a line of a participatory map: a way or a place that somebody who knows it
// told of (IOM, participatory mapping).
type Sketch struct {
	ID    db.ID        `json:"-"`
	About string       `json:"about"` // code of the area that was mapped
	Place string       `json:"place"` // what people call it
	What  string       `json:"what"`
	Way   string       `json:"way"`
	Who   string       `json:"who"`
	Few   int          `json:"few"` // so many at least, on a usual day
	Many  int          `json:"many"`
	When  string       `json:"when"`
	Trust string       `json:"trust"`
	Told  string       `json:"told"` // by whom, as a kind of person and never a name
	Day   calendar.Day `json:"day"`
	Note  string       `json:"note,omitempty"`
}

// What a sketch can say. The words are mobility.sketch_what.<code>, mobility.when.<code>,
// mobility.trust.<code> and mobility.told.<code>.
var (
	SketchWhats = []string{"crossing", "market", "bus_stop", "landing", "well", "school", "worship", "clinic", "work", "other"}
	Whens       = []string{"daily", "market_day", "weekend", "dry_season", "rainy_season", "night", "holiday"}
	Trusts      = []string{"seen", "several", "one"}
	Tolds       = []string{"driver", "trader", "leader", "health_worker", "officer", "woman", "youth", "other"}
)

// Valid returns one fault for each thing that is wrong.
func (k Sketch) Valid(today calendar.Day) []error {
	const op = "mobility.Sketch"
	var errs []error
	check := func(ok bool, field, key string) {
		if !ok {
			errs = append(errs, fault.Field(op, field, "mobility.error."+key))
		}
	}
	check(k.About != "", "about", "place")
	check(strings.TrimSpace(k.Place) != "" && utf8.RuneCountInString(k.Place) <= longName, "place", "name")
	check(slices.Contains(SketchWhats, k.What), "what", "choose")
	check(slices.Contains(Ways, k.Way), "way", "choose")
	check(strings.TrimSpace(k.Who) != "" && utf8.RuneCountInString(k.Who) <= longName, "who", "who")
	check(k.Few >= 0 && k.Few <= k.Many && k.Many <= 1_000_000, "many", "few_many")
	check(slices.Contains(Whens, k.When), "when", "choose")
	check(slices.Contains(Trusts, k.Trust), "trust", "choose")
	check(slices.Contains(Tolds, k.Told), "told", "choose")
	check(k.Day <= today, "day", "future")
	check(utf8.RuneCountInString(k.Note) <= longExcludes, "note", "long")
	return errs
}
