package demo

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

//go:embed names.csv
var namesCSV string

//go:embed routes.csv
var routesCSV string

// Stage is how far a family has come.
type Stage string

// The stages, so that every state of the process can be seen on the first day.
const (
	Booked     Stage = "booked"     // registered, comes today or later
	Today      Stage = "today"      // at the stations now, some services done
	Sputum     Stage = "sputum"     // waits for cultures
	Pregnant   Stage = "pregnant"   // an X-ray in pregnancy is to be decided
	Refused    Stage = "refused"    // a member refused a service
	Missing    Stage = "missing"    // a fact nobody knows holds the plan open
	ToSign     Stage = "to_sign"    // all done, waits for the physician
	Cleared    Stage = "cleared"    // signed and cleared
	Treatment  Stage = "treatment"  // TB found, on treatment
	Suspended  Stage = "suspended"  // cleared, then a fact arrived
	Registered Stage = "registered" // no case yet
)

// stages in the share they have of 100 families.
var stageShare = []struct {
	stage Stage
	share int
}{
	{Booked, 37}, {Today, 14}, {Sputum, 6}, {Pregnant, 4}, {Refused, 3}, {Missing, 5},
	{ToSign, 8}, {Cleared, 14}, {Treatment, 3}, {Suspended, 1}, {Registered, 5},
}

// World is the synthetic world on one day.
type World struct {
	Seed     uint64
	Today    calendar.Day
	Families []Family
}

// Family is one case unit: people who travel together.
type Family struct {
	Number      string // case number
	Destination string // pack id
	Route       string
	Stage       Stage
	Exam        calendar.Day
	Members     []Member
	// CaseFacts are the destination's own facts of the application, by fact name.
	CaseFacts map[string]string
}

// Member is one person of the family.
type Member struct {
	Relation      string // head, spouse, child, parent, sibling, other
	Given         Name
	Surname       Name
	Script        string        // Latn, Arab, Ethi, Cyrl
	Sex           string        // female, male
	Birth         calendar.Date // as exactly as anybody knows; zero for not known
	born          calendar.Day  // as it was
	Nationalities []string
	Languages     []string
	Interpreter   bool
	Passport      string // number, "" where there is none
	Stays         []Stay
	Pregnant      bool
	LMP           calendar.Date
	TBContact     bool
	Unaccompanied bool
	Declines      bool   // prefers not to answer what is asked about health
	Allergy       string // "" for none known
	// Findings are the results this person's tests will have, by fact name.
	Findings map[string]string
}

// Came reports whether the family has been at the centre: asked, and examined as
// far as its stage goes.
func (f Family) Came() bool {
	switch f.Stage {
	case Booked, Missing, Registered:
		return false
	}
	return true
}

// Name is a name as its owner writes it, and in Latin letters.
type Name struct{ Original, Latin string }

// Stay is a time in one country.
type Stay struct {
	Country string
	From    calendar.Date
	To      calendar.Date
	Ongoing bool
}

type route struct {
	name, culture, nationality string
	languages                  []string
	stops                      []stop
}

type stop struct {
	country  string
	min, max int // months
	now      bool
}

var scripts = map[string]string{"arabic": "Arab", "ethiopic": "Ethi", "cyrillic": "Cyrl"}

// New makes the world of a seed on a day: n families.
func New(seed uint64, today calendar.Day, n int) (*World, error) {
	names, err := readNames()
	if err != nil {
		return nil, err
	}
	routes, err := readRoutes()
	if err != nil {
		return nil, err
	}
	g := &generator{r: rand.New(rand.NewPCG(seed, 0x60D317)), today: today, names: names, made: map[Stage]int{}}
	for _, rt := range routes {
		g.second = append(g.second, rt.nationality)
	}
	w := &World{Seed: seed, Today: today}
	for i := range n {
		w.Families = append(w.Families, g.family(i, routes[g.r.IntN(len(routes))]))
	}
	return w, nil
}

type generator struct {
	r     *rand.Rand
	today calendar.Day
	names map[string][]Name // culture/part
	// second are the nationalities somebody may have beside the first.
	second []string
	made   map[Stage]int // families made so far, of the stages that count them
}

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *generator) between(lo, hi int) int { return lo + g.r.IntN(hi-lo+1) }

func (g *generator) name(culture, part string) Name {
	pool := g.names[culture+"/"+part]
	return pool[g.r.IntN(len(pool))]
}

// stage walks through the shares in steps prime to 100, so that a hundred families
// hold each stage exactly as often as its share says.
func (g *generator) stage(i int) Stage {
	n := i * 61 % 100
	for _, s := range stageShare {
		if n -= s.share; n < 0 {
			return s.stage
		}
	}
	return Cleared
}

func (g *generator) family(i int, rt route) Family {
	f := Family{Number: fmt.Sprintf("GW-%05d", 10000+i), Route: rt.name, Stage: g.stage(i)}
	f.Destination = []string{"us-immigrant", "us-immigrant", "us-immigrant", "us-immigrant", "uk-tb", "uk-tb", "uk-tb", "canada-ime", "canada-ime", "australia-ime"}[g.r.IntN(10)]
	switch f.Stage {
	case Today: // so that every station has work on the first day
		f.Destination = g.turn(Today, "us-immigrant", "australia-ime", "us-immigrant", "uk-tb", "us-immigrant", "canada-ime", "us-immigrant")
	case Pregnant:
		f.Destination = g.turn(Pregnant, "us-immigrant", "canada-ime", "us-immigrant", "uk-tb")
	case Sputum, Refused, Treatment, Suspended: // where something is always asked for
		f.Destination = pick(g, "us-immigrant", "us-immigrant", "canada-ime", "australia-ime")
	}
	f.Exam = g.exam(f.Stage)
	f.CaseFacts = g.caseFacts(f.Destination, f.Exam)
	if f.Stage != Booked && f.CaseFacts["visa"] != "" {
		f.CaseFacts["visa"] = pick(g, "humanitarian", "humanitarian", "permanent")
	}
	stays := g.stays(rt, f.Exam)
	surname := g.name(rt.culture, "s")
	alone := g.chance(4) && f.Stage != Pregnant
	f.Members = g.people(&f, rt, surname, alone)
	for j := range f.Members {
		f.Members[j].Stays = bornInto(stays, f.Members[j].Birth)
		g.findings(&f, &f.Members[j])
	}
	if f.Stage == Pregnant && !g.makePregnant(&f) {
		f.Stage = Booked
	}
	switch last := &f.Members[len(f.Members)-1]; {
	case f.Stage == Missing && len(f.Members) > 1:
		last.Birth = calendar.Date{} // nobody knows when they were born
	case f.Stage == Refused:
		f.Members[0].Declines = true
	}
	return f
}

// people are the members of a family, each born when such a relative can have been.
func (g *generator) people(f *Family, rt route, surname Name, alone bool) []Member {
	on := min(f.Exam, g.today)
	sex, age := pick(g, "female", "male"), g.between(24, 56)
	switch {
	case f.Stage == Pregnant:
		sex, age = "female", g.between(24, 38)
	case alone:
		age = g.between(13, 17)
	}
	head := g.member(rt, "head", sex, g.bornAt(age, on), surname)
	head.Unaccompanied = alone
	if f.Stage == Sputum || f.Stage == Treatment || f.Stage == Suspended {
		head.Birth = head.born.Date() // their story is the culture, not the age
	}
	all := []Member{head}
	if alone {
		return all
	}
	couple := map[string]calendar.Day{head.Sex: head.born}
	if g.chance(70) {
		spouse := g.member(rt, "spouse", "male", g.bornAt(max(age+g.between(-3, 10), 18), on), surname)
		if head.Sex == "male" {
			spouse = g.member(rt, "spouse", "female", g.bornAt(max(age-g.between(-3, 10), 18), on), surname)
		}
		couple[spouse.Sex] = spouse.born
		all = append(all, spouse)
	}
	latest := on - 30
	if f.Stage == Pregnant {
		latest = on - 400 // the child to come keeps its distance too
	}
	for _, born := range g.births(g.between(0, 5), couple, on.AddYears(-17, calendar.ClampToMonthEnd), latest) {
		child := g.member(rt, "child", pick(g, "female", "male"), born, surname)
		for tries := 0; tries < 40 && slices.ContainsFunc(all, func(m Member) bool { return m.Relation == "child" && m.Given == child.Given }); tries++ {
			child.Given = g.name(rt.culture, map[string]string{"female": "f", "male": "m"}[child.Sex])
		}
		all = append(all, child)
	}
	if age <= 50 && g.chance(14) {
		all = append(all, g.member(rt, "parent", pick(g, "female", "male"), g.bornAt(age+g.between(20, 40), on), surname))
	}
	return all
}

// Between what ages somebody becomes a parent in the demo, in years.
var parentAt = map[string][2]int{"female": {16, 44}, "male": {17, 64}}

// births are the days on which n children of a couple were born, the youngest first,
// not before and not after these days: more than a year apart, or twins.
func (g *generator) births(n int, couple map[string]calendar.Day, earliest, latest calendar.Day) (days []calendar.Day) {
	for _, sex := range []string{"female", "male"} {
		if born, ok := couple[sex]; ok {
			earliest = max(earliest, born.AddYears(parentAt[sex][0], calendar.ClampToMonthEnd))
			latest = min(latest, born.AddYears(parentAt[sex][1], calendar.ClampToMonthEnd))
		}
	}
	youngest := []int{3, 3, 11}[g.r.IntN(3)] // young families, and some with big children
	for at := latest - calendar.Day(g.r.IntN(youngest*365)); len(days) < n && at >= earliest; at -= calendar.Day(g.between(380, 1300)) {
		days = append(days, at)
		if len(days) < n && g.chance(3) {
			days = append(days, at)
		}
	}
	return days
}

// turn gives the families of a stage these destinations one after the other.
func (g *generator) turn(s Stage, destinations ...string) string {
	n := g.made[s]
	g.made[s]++
	return destinations[n%len(destinations)]
}

// bornAt is a day on which somebody was born who is of an age on a day.
func (g *generator) bornAt(age int, on calendar.Day) calendar.Day {
	return (on - calendar.Day(g.r.IntN(365))).AddYears(-age, calendar.ClampToMonthEnd)
}

// Sights are families worth a look, one for each thing that a centre meets, by what
// it is. What a newcomer is shown must be there, so the surest destination is
// taken where there is a choice.
func (w *World) Sights() []Sight {
	var out []Sight
	for _, s := range sights {
		best := -1
		for i, f := range w.Families {
			if !s.is(f) {
				continue
			}
			if best < 0 || f.Destination == "us-immigrant" && w.Families[best].Destination != "us-immigrant" {
				best = i
			}
		}
		if best >= 0 {
			out = append(out, Sight{w.Families[best].Number, s.what, w.Families[best].Stage})
		}
	}
	return out
}

// Sight is one family worth a look.
type Sight struct {
	Number string
	What   string
	Stage  Stage
}

var sights = []struct {
	what string
	is   func(f Family) bool
}{
	{"at the stations today", at(Today)},
	{"an X-ray in pregnancy: the choice is hers", at(Pregnant)},
	{"a fact that nobody knows holds the plan open", at(Missing)},
	{"a service was refused", at(Refused)},
	{"waits for sputum cultures", at(Sputum)},
	{"all done, waits for the signature", at(ToSign)},
	{"cleared", at(Cleared)},
	{"cleared, then a culture grew: suspended", at(Suspended)},
	{"tuberculosis found, on treatment", at(Treatment)},
	{"a child alone", func(f Family) bool { return f.Members[0].Unaccompanied && f.Stage != Registered }},
}

func at(s Stage) func(Family) bool {
	return func(f Family) bool { return f.Stage == s && !f.Members[0].Unaccompanied }
}

func (g *generator) exam(s Stage) calendar.Day {
	switch s {
	case Booked:
		return g.today + calendar.Day(g.between(0, 21))
	case Today, Missing, Refused, Registered:
		return g.today
	case Pregnant, ToSign:
		return g.today - calendar.Day(g.between(0, 5))
	case Sputum:
		return g.today - calendar.Day(g.between(7, 50))
	case Treatment:
		return g.today - calendar.Day(g.between(60, 150))
	}
	return g.today - calendar.Day(g.between(5, 80))
}

func (g *generator) caseFacts(destination string, exam calendar.Day) map[string]string {
	switch destination {
	case "us-immigrant":
		f := map[string]string{"programme": pick(g, "refugee", "immigrant", "immigrant"), "flu_season": pick(g, "true", "false")}
		if f["programme"] == "refugee" {
			f["region"] = "sub_saharan_africa" // where this centre processes refugees
		}
		return f
	case "uk-tb":
		return map[string]string{"route": pick(g, "work", "work", "fiance", "ukraine_scheme"), "stay_months": pick(g, "6", "12", "12", "36", "36", "60", "60"), "exempt": "false",
			"application_date": (exam + calendar.Day(g.between(5, 40))).String()}
	case "canada-ime":
		return map[string]string{"category": pick(g, "economic", "refugee", "refugee", "spouse"),
			"in_canada_low_risk": "false", "express_entry": "false", "temporary": "false"}
	case "australia-ime":
		return map[string]string{"visa": pick(g, "humanitarian", "humanitarian", "permanent", "provisional", "temporary"), "stay_months": "0", "uhm": "false",
			"tb_risk_country": "true", "hepb_high_risk": pick(g, "true", "false"), "health_worker": "false",
			"adoption": "false", "state_care": "false", "polio_stay_28d": "false"}
	}
	return map[string]string{}
}

func (g *generator) member(rt route, relation, sex string, born calendar.Day, surname Name) Member {
	part := map[string]string{"female": "f", "male": "m"}[sex]
	m := Member{
		Relation: relation, Sex: sex, Given: g.name(rt.culture, part), Surname: surname,
		Script: "Latn", Languages: rt.languages, Interpreter: rt.culture != "french" && g.chance(60),
		Nationalities: []string{rt.nationality}, born: born, Birth: g.birth(born), Findings: map[string]string{},
	}
	if s := scripts[rt.culture]; s != "" {
		m.Script = s
	}
	switch {
	case g.chance(3):
		m.Nationalities = []string{"XXA"} // stateless
	case g.chance(4):
		m.Nationalities = append(m.Nationalities, pick(g, g.second...))
	}
	if g.chance(6) {
		m.Allergy = pick(g, "Penicillin", "Penicillin", "Latex", "Egg")
	}
	if g.chance(55) {
		m.Passport = fmt.Sprintf("%c%07d", 'A'+rune(g.r.IntN(26)), g.r.IntN(10_000_000))
	}
	return m
}

// birth gives most people a full date, the rest what papers and memory hold: a
// year, a month, an estimated age.
func (g *generator) birth(born calendar.Day) calendar.Date {
	age := calendar.CompletedYears(born, g.today)
	y, m, _ := born.YMD()
	switch n := g.r.IntN(100); {
	case n < 70 || age < 3:
		return born.Date()
	case n < 85:
		d, _ := calendar.OfYear(y)
		return d
	case n < 93:
		d, _ := calendar.OfMonth(y, m)
		return d
	}
	d, err := calendar.BornAtAge(age, 1, g.today)
	if err != nil {
		return born.Date()
	}
	return d
}

func (g *generator) stays(rt route, exam calendar.Day) []Stay {
	var out []Stay
	at := exam
	for i := len(rt.stops) - 1; i >= 0; i-- {
		s := rt.stops[i]
		months := g.between(s.min, max(s.min, s.max))
		if s.now {
			months = g.between(2, 30)
		}
		from := at.AddMonths(-months, calendar.ClampToMonthEnd)
		st := Stay{Country: s.country, From: blur(g, from), To: blur(g, at), Ongoing: s.now}
		if i == 0 {
			st.From = calendar.Date{} // since birth; the person's own birth date says when
		}
		if st.Ongoing {
			st.To = calendar.Date{}
		}
		out = append([]Stay{st}, out...)
		at = from
	}
	return out
}

// bornInto leaves out what lay before a person's birth.
func bornInto(stays []Stay, birth calendar.Date) []Stay {
	born, _, ok := birth.Bounds()
	if !ok {
		return stays
	}
	var out []Stay
	for i, s := range stays {
		if _, last, ok := s.To.Bounds(); ok && last < born {
			continue
		}
		if first, _, ok := s.From.Bounds(); i == 0 || !ok || first < born || len(out) == 0 {
			s.From = birth
		}
		out = append(out, s)
	}
	return out
}

func (g *generator) findings(f *Family, m *Member) {
	m.TBContact = g.chance(3)
	m.Findings["cxr"], m.Findings["igra"] = "normal", "neg"
	if g.chance(8) {
		m.Findings["igra"] = "pos"
	}
	if (f.Stage == Sputum || f.Stage == Treatment || f.Stage == Suspended) && m.Relation == "head" {
		m.Findings["cxr"] = "tb"
		m.Findings["culture"] = map[Stage]string{Sputum: "pending", Treatment: "pos", Suspended: "neg"}[f.Stage]
	}
}

func (g *generator) makePregnant(f *Family) bool {
	for i := range f.Members {
		m := &f.Members[i]
		least, most, ok := calendar.Age(m.Birth, g.today.Date(), calendar.Years)
		if m.Sex == "female" && ok && least >= 18 && most <= 42 {
			m.Pregnant, m.LMP = true, (g.today - calendar.Day(g.between(50, 230))).Date()
			return true
		}
	}
	return false
}

// blur makes some dates of a journey as vague as memory is.
func blur(g *generator, d calendar.Day) calendar.Date {
	y, m, _ := d.YMD()
	var out calendar.Date
	switch n := g.r.IntN(10); {
	case n < 4:
		return d.Date()
	case n < 8:
		out, _ = calendar.OfMonth(y, m)
	default:
		out, _ = calendar.OfYear(y)
	}
	return out
}

func pick(g *generator, options ...string) string { return options[g.r.IntN(len(options))] }

func readNames() (map[string][]Name, error) {
	rows, err := csv.NewReader(strings.NewReader(namesCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("demo: names.csv: %w", err)
	}
	out := map[string][]Name{}
	for _, r := range rows[1:] {
		out[r[0]+"/"+r[1]] = append(out[r[0]+"/"+r[1]], Name{r[2], r[3]})
	}
	return out, nil
}

func readRoutes() ([]route, error) {
	rows, err := csv.NewReader(strings.NewReader(routesCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("demo: routes.csv: %w", err)
	}
	var out []route
	for _, r := range rows[1:] {
		rt := route{name: r[0], culture: r[1], nationality: r[2], languages: strings.Fields(r[3])}
		for _, s := range strings.Fields(r[4]) {
			parts := strings.Split(s, ":")
			st := stop{country: parts[0], now: parts[len(parts)-1] == "now"}
			if len(parts) == 3 {
				st.min, _ = strconv.Atoi(parts[1])
				st.max, _ = strconv.Atoi(parts[2])
			}
			rt.stops = append(rt.stops, st)
		}
		out = append(out, rt)
	}
	return out, nil
}
