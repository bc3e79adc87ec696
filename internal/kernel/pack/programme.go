package pack

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/expr"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Programme is a programme of visits that a pack carries: who is enrolled with which
// form, which visits are expected, whether doses are observed day by day, and what
// decides how it ends.
type Programme struct {
	Code        string `yaml:"code"`     // its word is programme.CODE
	Schedule    string `yaml:"schedule"` // of the visits it expects
	Enrol       string `yaml:"enrol"`    // form of enrolment
	Visit       string `yaml:"visit"`    // form of a visit
	Ending      string `yaml:"ending"`   // form that is filled in before it ends; may be empty
	Station     string `yaml:"station"`
	Sensitivity string `yaml:"sensitivity"`
	When        string `yaml:"when"` // a condition over the pack's facts; empty: for everybody
	// Anchors says where the date facts come from that the schedule counts from.
	Anchors map[string]AnchorFrom `yaml:"anchors"`
	Doses   bool                  `yaml:"doses"` // there is a calendar of doses that are observed day by day

	// Decides is the table whose class is the outcome; under the classes in Running the
	// programme goes on. Where no table decides, somebody chooses one of Outcomes, whose
	// words are end.CODE.
	Decides  string   `yaml:"decides"`
	Running  []string `yaml:"running"`
	Outcomes []string `yaml:"outcomes"`
	// Death is the outcome of Outcomes that a death gives.
	Death string `yaml:"death"`

	// Offers says which measure of the course a fact of the pack is: the fact with
	// "from: programme.NAME" by NAME (see Measures).
	Offers map[string]string `yaml:"offers"`
	// Shows are date facts that stand on the page of a course beside what its visits count
	// from, such as the day on which a birth is expected.
	Shows []string `yaml:"shows"`
	// Closes are the programmes that end when somebody is enrolled in this one.
	Closes []Closing `yaml:"closes"`

	when *expr.Expr
}

// AnchorFrom says where an anchor's date comes from.
type AnchorFrom string

// The closed list.
const (
	AnchorFact  AnchorFrom = "fact"       // what the pack says of the fact, such as a date that it derives
	AnchorVisit AnchorFrom = "last_visit" // the last visit of the course, else its enrolment: the visit comes again and again
)

// Closing names a programme that ends, and as what.
type Closing struct {
	Pack      string `yaml:"pack"`
	Programme string `yaml:"programme"`
	Outcome   string `yaml:"outcome"`
}

// Measures are what a course can tell the rules of its pack, and of which type that is.
// What stands after a colon is a code of an observation; after an equals sign a value.
//
// An unknown day of a dose makes a range of a count, and never a missed dose.
var Measures = map[string]string{
	"enrolled_on":       "date", // day of enrolment
	"open":              "bool", // it goes on
	"ended":             "bool",
	"died":              "bool", // before it ended
	"transferred":       "bool", // out to another site, which has not said that they came
	"is":                "code", // is:VALUE while it goes on
	"weeks":             "int",  // since enrolment
	"days_since_anchor": "int",  // days from the first anchor to today
	"enrolled_age":      "int",  // days from the first anchor to enrolment
	"days_since_visit":  "int",  // or since enrolment
	"visits_absent":     "int",  // visits running at which somebody was seen to be absent
	"missed_running":    "int",  // due days missed running, up to yesterday or today
	"taken_percent":     "decimal",
	"gap_days":          "int",  // days without a dose up to today
	"interrupted":       "bool", // there is a longest gap, or may be
	"gap_from":          "date",
	"gap_to":            "date",
	"seen":              "bool", // seen:CODE was observed in the course; never no
	"days_since":        "int",  // days_since:CODE
	"months_since":      "int",
	"week_of":           "int",  // week after the first anchor in which CODE was last observed
	"answered":          "any",  // answered:CODE=VALUE, and VALUE until it is
	"seen_from":         "bool", // seen_from:CODE=DAYS: observed that many days after the first anchor or later; no until it is
	"run_first":         "date", // run_first:CODE=VALUE, of the latest running observations of VALUE
	"run_last":          "date",
	"run_count":         "int",
	"last_month":        "int", // month of the course of the last CODE that was VALUE, 0 for none
}

// Measure is a measure with what it is of.
type Measure struct{ Name, Code, Value string }

// ParseMeasure reads name, name:CODE or name:CODE=VALUE.
func ParseMeasure(s string) (Measure, bool) {
	var m Measure
	m.Name, m.Code, _ = strings.Cut(s, ":")
	m.Code, m.Value, _ = strings.Cut(m.Code, "=")
	_, ok := Measures[m.Name]
	switch m.Name {
	case "seen", "days_since", "months_since", "week_of", "is":
		ok = ok && m.Code != "" && m.Value == ""
	case "seen_from":
		days, err := strconv.Atoi(m.Value)
		ok = ok && m.Code != "" && err == nil && days >= 0
	case "answered", "run_first", "run_last", "run_count", "last_month":
		ok = ok && m.Code != "" && m.Value != ""
	default:
		ok = ok && m.Code == ""
	}
	return m, ok
}

// FromProgramme begins where a fact comes from that a course tells.
const FromProgramme = "programme."

// FromVisit begins where a fact comes from that says whether a visit took place.
const FromVisit = FromProgramme + "visit:"

// checkProgrammes is what the manifest can show by itself.
func (m *Manifest) checkProgrammes(bad complain) {
	seen := map[string]bool{}
	for i := range m.Programmes {
		g := &m.Programmes[i]
		key := "programmes." + g.Code
		if g.Code == "" || strings.ContainsAny(g.Code, " ,;\"") {
			bad("programmes", "%q is not a code", g.Code)
		}
		once(seen, g.Code, func() { bad(key, "is there twice") })
		if _, ok := sensitivities[g.Sensitivity]; !ok {
			bad(key, "sensitivity %q is not identity, clinical, sensitive or sealed", g.Sensitivity)
		}
		if g.Decides == "" && len(g.Outcomes) == 0 {
			bad(key, "nothing decides how it ends: neither a table nor a list of outcomes")
		}
		if g.Death != "" && !slices.Contains(g.Outcomes, g.Death) {
			bad(key, "death: %s is not one of its outcomes", g.Death)
		}
		for _, fact := range slices.Sorted(maps.Keys(g.Anchors)) {
			if f, ok := m.Fact(fact); !ok || f.Type != "date" {
				bad(key, "anchors: %s is not a date fact of the pack", fact)
			}
			if from := g.Anchors[fact]; from != AnchorFact && from != AnchorVisit {
				bad(key, "anchors: %q is not fact or last_visit", from)
			}
		}
		for _, fact := range g.Shows {
			if f, ok := m.Fact(fact); !ok || f.Type != "date" {
				bad(key, "shows: %s is not a date fact of the pack", fact)
			}
		}
		for _, c := range g.Closes {
			if !idPattern.MatchString(c.Pack) || c.Programme == "" || c.Outcome == "" {
				bad(key, "closes: needs a pack, a programme and an outcome")
			}
		}
		m.checkOffers(g, key, bad)
		m.checkWhen(g, key, bad)
	}
}

func (m *Manifest) checkOffers(g *Programme, key string, bad complain) {
	for _, name := range slices.Sorted(maps.Keys(g.Offers)) {
		x, ok := ParseMeasure(g.Offers[name])
		if !ok {
			bad(key, "offers: %q is not a measure of a course", g.Offers[name])
			continue
		}
		i := slices.IndexFunc(m.Facts, func(f Fact) bool { return f.From == FromProgramme+name })
		if i < 0 {
			bad(key, "offers: no fact is from programme.%s", name)
			continue
		}
		if t := Measures[x.Name]; t != "any" && t != m.Facts[i].Type {
			bad(key, "offers: %s is of type %s, and the fact %s of type %s", x.Name, t, m.Facts[i].Name, m.Facts[i].Type)
		}
	}
}

func (m *Manifest) checkWhen(g *Programme, key string, bad complain) {
	if g.When == "" {
		return
	}
	var err error
	if g.when, err = expr.Parse(g.When, expr.Options{Mode: expr.Feel}); err != nil {
		bad(key, "when: %v", err)
		return
	}
	for _, name := range g.when.Vars() {
		if _, ok := m.Fact(name); !ok {
			bad(key, "when: %s is not a fact of the pack", name)
		}
	}
}

// For says whether a programme is for somebody of whom these facts are known, derived
// ones included (Decision.Used). What is not known leaves it open.
func (g Programme) For(facts value.Facts) value.Truth {
	if g.when == nil {
		return value.Yes
	}
	return g.when.Truth(&expr.Scope{Vars: facts})
}

// Derived works a fact out by its own derivation from what is known, also one that no row
// in force reads. It is not known where the fact is not derived, or by what the engine
// alone can tell, such as a journey.
func (m *Manifest) Derived(fact string, known value.Facts) value.Value {
	f, ok := m.Fact(fact)
	if !ok || f.Derive == "" {
		return known[fact]
	}
	e, err := expr.Parse(f.Derive, expr.Options{Mode: expr.Feel})
	if err != nil {
		return value.NotKnown()
	}
	return e.Eval(&expr.Scope{Vars: known})
}

// ProgrammeOf returns a programme by code.
func (m *Manifest) ProgrammeOf(code string) (Programme, bool) {
	i := slices.IndexFunc(m.Programmes, func(g Programme) bool { return g.Code == code })
	if i < 0 {
		return Programme{}, false
	}
	return m.Programmes[i], true
}

// programmes: each has its schedule with an anchor for every visit, its forms, its
// station and what decides about it.
func (l *linter) programmes() {
	for _, g := range l.p.Programmes {
		key := "programmes." + g.Code
		bad := func(ruleName, format string, args ...any) {
			l.say(Error, ruleName, manifestFile, 0, key, format, args...)
		}
		if !slices.Contains(place.Stations, g.Station) {
			bad("unknown-station", "station %q is not one of %s", g.Station, strings.Join(place.Stations, ", "))
		}
		for _, f := range []string{g.Enrol, g.Visit, g.Ending} {
			if _, ok := l.p.Forms[f]; !ok && (f != "" || f == g.Visit) {
				bad("unknown-form", "form %q is not in this pack", f)
			}
		}
		s, ok := l.p.Schedule(g.Schedule)
		if !ok {
			bad("unknown-schedule", "schedule %q is not in this pack", g.Schedule)
			continue
		}
		for _, v := range s.Visits {
			if g.Anchors[v.Anchor] == "" {
				bad("no-anchor", "visit %s counts from %s, and nothing says where that comes from", v.Code, v.Anchor)
			}
		}
		l.decides(g, bad)
	}
}

// decides: the table is there, and what runs on is a class of it.
func (l *linter) decides(g Programme, bad func(ruleName, format string, args ...any)) {
	if g.Decides == "" {
		return
	}
	var classes []string
	for _, r := range l.rules {
		if r.table == g.Decides && r.kind == "classify" {
			classes = append(classes, r.codes...)
		}
	}
	if len(classes) == 0 {
		bad("unknown-table", "no table %q classifies", g.Decides)
	}
	for _, c := range g.Running {
		if !slices.Contains(classes, c) {
			bad("unknown-class", "%s is no class of %s", c, g.Decides)
		}
	}
}
