package linelist

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

func lists() surveillance.Lists { return surveillance.New(surveillance.Deps{}).Lists() }

// Every definition that the list of diseases names ships, and what it reads of the case
// itself is something this package can say.
func TestEveryDefinitionThatIsNamedShips(t *testing.T) {
	seen := 0
	for _, d := range lists().Diseases {
		if d.Definition == "" {
			continue
		}
		p, err := pack.Load(packs.Builtin(), d.Definition)
		if err != nil {
			t.Errorf("%s: %v", d.Code, err)
			continue
		}
		seen++
		if d.Species == "" {
			continue
		}
		found := false
		for _, f := range p.Facts {
			if strings.HasPrefix(f.From, "lab:species:") {
				for _, v := range f.Values {
					found = found || v == d.Species
				}
			}
		}
		if !found {
			t.Errorf("%s: its definition knows no species %s", d.Code, d.Species)
		}
	}
	if seen < 20 {
		t.Errorf("only %d definitions were looked at", seen)
	}
}

// The worked cases of a definition, told as a case is told here, give the class that
// the definition's own test wants.
func TestTheWorkedCasesOfADefinitionHoldForACase(t *testing.T) {
	p, err := pack.Load(packs.Builtin(), "case-filovirus")
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(packs.Builtin(), "case-filovirus/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for sc := bufio.NewScanner(strings.NewReader(string(b))); sc.Scan(); {
		var line struct {
			ID     string
			Facts  map[string]any
			Expect struct {
				Highest []string `json:"highest"`
			}
		}
		if err := json.Unmarshal(sc.Bytes(), &line); err != nil || line.Expect.Highest == nil {
			continue
		}
		c, ok := told(t, p, line.Facts)
		if !ok {
			continue
		}
		k, _, err := classify(p, c, Around{}, calendar.DayOf(2026, 6, 10))
		if err != nil {
			t.Fatal(err)
		}
		want := NotMeeting
		if len(line.Expect.Highest) > 0 {
			want = Class(line.Expect.Highest[0])
		}
		if k.Class != want && k.Class != Open {
			t.Errorf("%s: %s, want %s", line.ID, k.Class, want)
		}
		if k.Class == want {
			ran++
		}
	}
	if ran < 10 {
		t.Errorf("only %d worked cases could be told and agreed", ran)
	}
}

// told puts the facts of a worked case into a case; false where a fact has a form that
// a case has no place for.
func told(t *testing.T, p *pack.Pack, facts map[string]any) (Case, bool) {
	t.Helper()
	c := Case{Disease: "filovirus", Signs: map[string]Sign{}}
	for name, v := range facts {
		f, ok := p.Fact(name)
		if !ok || f.Derive != "" {
			return c, false
		}
		var val value.Value
		switch x := v.(type) {
		case bool:
			val = value.Of(x)
		case string:
			val = value.Text(x)
		case float64:
			val = value.Number(x)
		default:
			return c, false
		}
		switch f.From {
		case "case.report_date":
			c.Reported, _ = calendar.Parse(v.(string))
		case "case.vital":
			c.Ending = map[string]Ending{"alive": Alive, "dead": Dead}[v.(string)]
		default:
			c.Signs[f.From] = Sign{Value: val, On: calendar.DayOf(2026, 6, 10).Date()}
		}
	}
	return c, true
}

func TestTheLastFinalResultCounts(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 6, 1, h, 0, 0, 0, time.UTC) }
	day := func(n int) calendar.Date { return (calendar.DayOf(2026, 6, 1) + calendar.Day(n)).Date() }
	r := func(code string, final bool, on calendar.Date, h int) Result {
		return Result{Of: "lab:pcr:filovirus", Value: value.Text(code), Final: final, On: on, At: at(h)}
	}
	other := Result{Of: "lab:igm:filovirus", Value: value.Text("positive"), Final: true, On: day(9), At: at(9)}
	for _, tc := range []struct {
		why     string
		results []Result
		want    string
	}{
		{"one", []Result{r("negative", true, day(1), 1)}, "negative"},
		{"a later one", []Result{r("negative", true, day(1), 1), r("positive", true, day(3), 2)}, "positive"},
		{"entered first and of a later day", []Result{r("positive", true, day(3), 1), r("negative", true, day(1), 2)}, "positive"},
		{"of one day the one entered last", []Result{r("negative", true, day(1), 1), r("positive", true, day(1), 2)}, "positive"},
		{"one that is awaited takes no final one away", []Result{r("positive", true, day(1), 1), r("", false, day(5), 2)}, "positive"},
		{"another test is another thing", []Result{r("negative", true, day(1), 1), other}, "negative"},
	} {
		got, ok := latest(tc.results, "lab:pcr:filovirus")
		code, _ := got.Value.Str()
		if !ok || code != tc.want {
			t.Errorf("%s: %q, want %q", tc.why, code, tc.want)
		}
	}
	if got, ok := latest([]Result{r("", false, day(5), 2)}, "lab:pcr:filovirus"); !ok || got.Final {
		t.Error("a result that is awaited is not told as awaited")
	}
	if _, ok := latest(nil, "lab:pcr:filovirus"); ok {
		t.Error("no result was read as one")
	}
}

func TestTheSpeciesIsWhatTheLaboratoryFound(t *testing.T) {
	found := func(code string) []Result {
		return []Result{{Of: "lab:species:filovirus", Value: value.Text(code), Final: true}}
	}
	for _, tc := range []struct {
		why, disease string
		results      []Result
		want         string
		known        bool
	}{
		{"nobody knows", "filovirus", nil, "filovirus", false},
		{"told as Bundibugyo", "bdbv", nil, "bdbv", true},
		{"found", "filovirus", found("BDBV"), "bdbv", true},
		{"told as Zaire and found as Bundibugyo", "ebov", found("BDBV"), "bdbv", true},
		{"awaited", "filovirus", []Result{{Of: "lab:species:filovirus"}}, "filovirus", false},
		{"a disease without species", "measles", nil, "measles", true},
		{"a disease without a definition", "tuberculosis", nil, "tuberculosis", true},
	} {
		d, known := Species(Case{Disease: tc.disease, Results: tc.results}, lists())
		if d.Code != tc.want || known != tc.known {
			t.Errorf("%s: %s, known %t; want %s, %t", tc.why, d.Code, known, tc.want, tc.known)
		}
	}
}

func TestACaseThatCannotBe(t *testing.T) {
	today := calendar.DayOf(2026, 6, 10)
	date := func(s string) calendar.Date {
		d, err := calendar.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	good := Case{Disease: "bdbv", Reported: date("2026-06-09")}
	for _, tc := range []struct {
		why, field string
		change     func(c *Case)
	}{
		{"nothing wrong", "", func(*Case) {}},
		{"no disease", "disease", func(c *Case) { c.Disease = "" }},
		{"onset tomorrow", "onset", func(c *Case) { c.Onset = date("2026-06-11") }},
		{"onset in this month, perhaps to come", "", func(c *Case) { c.Onset = date("2026-06") }},
		{"onset after death", "onset", func(c *Case) { c.Onset, c.Ended, c.Ending = date("2026-06-05"), date("2026-06-04"), Dead }},
		{"onset on the day of death", "", func(c *Case) { c.Onset, c.Ended, c.Ending = date("2026-06-04"), date("2026-06-04"), Dead }},
		{"onset in a month that death may be before", "", func(c *Case) { c.Onset, c.Ended, c.Ending = date("2026-05"), date("2026-05-20"), Dead }},
		{"onset before birth", "onset", func(c *Case) { c.Onset, c.Birth = date("2026-05-01"), date("2026-05-02") }},
		{"a day of ending without an ending", "ending", func(c *Case) { c.Ended = date("2026-06-04") }},
		{"not reported", "reported", func(c *Case) { c.Reported = calendar.Date{} }},
		{"a name without end", "name", func(c *Case) { c.Name = strings.Repeat("x", 201) }},
	} {
		c := good
		tc.change(&c)
		err := errors.Join(c.Valid(lists(), today)...)
		if (err == nil) != (tc.field == "") || err != nil && !strings.Contains(err.Error(), "("+tc.field+")") {
			t.Errorf("%s: %v, want a fault of %q", tc.why, err, tc.field)
		}
	}
}

// Onset on the 1st and a specimen on the 4th are 48 to 96 hours apart.
func TestDaysGiveARangeOfHours(t *testing.T) {
	c := Case{Onset: calendar.DayOf(2026, 6, 1).Date(), Results: []Result{{Of: "lab:pcr:filovirus", Final: true, Collected: calendar.DayOf(2026, 6, 4).Date()}}}
	v, ok := specimenHours(c)
	lo, hi, _ := v.Bounds()
	if !ok || lo != 48 || hi != 96 {
		t.Errorf("%v..%v, want 48..96", lo, hi)
	}
	if _, ok := specimenHours(Case{Onset: c.Onset}); ok {
		t.Error("without a specimen there are hours")
	}
}
