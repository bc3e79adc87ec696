package pack

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

func TestForWhomAProgrammeIs(t *testing.T) {
	g, ok := load(t).ProgrammeOf("AFTER")
	if !ok {
		t.Fatal("the pack of the tests has no programme AFTER")
	}
	for name, k := range map[string]struct {
		facts value.Facts
		want  value.Truth
	}{
		"two years":    {value.Facts{"age_years": value.Number(2)}, value.Yes},
		"a year":       {value.Facts{"age_years": value.Number(1)}, value.No},
		"nobody knows": {nil, value.Unknown},
	} {
		if got := g.For(k.facts); got != k.want {
			t.Errorf("%s: %v, want %v", name, got, k.want)
		}
	}
	if g.when = nil; g.For(nil) != value.Yes {
		t.Error("without a condition it is for everybody")
	}
	if _, ok := load(t).ProgrammeOf("BEFORE"); ok {
		t.Error("it has one that it has not")
	}
}

func TestWhatIsWrongWithAProgrammeIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no code":                      {"code: AFTER", "code: ", "not a code"},
		"no sensitivity":               {"sensitivity: clinical\n    when", "sensitivity: open\n    when", "open"},
		"nothing that ends it":         {"outcomes: [DONE, GONE]\n    offers", "outcomes: []\n    offers", "nothing decides"},
		"a death that is no outcome":   {"death: GONE", "death: DEAD", "DEAD"},
		"an anchor that is no fact":    {"anchors: {exam_date", "anchors: {exam_day", "exam_day"},
		"an anchor from nowhere":       {"exam_date: fact}", "exam_date: birth}", "last_visit"},
		"a measure that is none":       {"weeks: weeks}", "weeks: fortnights}", "fortnights"},
		"a measure of another type":    {"weeks: weeks}", "weeks: open}", "of type bool"},
		"an offer that nobody asks":    {"offers: {weeks:", "offers: {months:", "programme.months"},
		"a condition that is not read": {"when: \"age_years >= 2\"\n    anchors", "when: \"age_years >=\"\n    anchors", "when"},
		"a fact to show that is none":  {"anchors: {exam_date: fact}", "anchors: {exam_date: fact}\n    shows: [age_years]", "age_years"},
		"a closing without an outcome": {", outcome: DONE}", "}", "closes"},
	} {
		files := harbour(t)
		if !strings.Contains(files[manifestFile], c.old) {
			t.Fatalf("%s: no %q", name, c.old)
		}
		files[manifestFile] = strings.Replace(files[manifestFile], c.old, c.new, 1)
		if _, err := Parse(files); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFactIsWorkedOutThoughNoRowReadsIt(t *testing.T) {
	p := load(t)
	known := value.Facts{"dob": value.Day(0), "exam_date": value.Day(3653)}
	if got := p.Derived("age_years", known); !got.Equal(value.Number(10)) {
		t.Errorf("%v", got)
	}
	if got := p.Derived("age_years", value.Facts{"dob": value.Day(0)}); got.Known() {
		t.Errorf("without the day: %v", got)
	}
	if got := p.Derived("dob", known); !got.Equal(value.Day(0)) {
		t.Errorf("not derived: %v", got)
	}
}

func TestMeasuresAreReadWithWhatTheyAreOf(t *testing.T) {
	for text, want := range map[string]bool{"weeks": true, "weeks:hb": false, "seen:hb": true, "seen": false, "run_count:tb=negative": true, "run_count:tb": false,
		"answered:done=no": true, "seen_from:tb=56": true, "seen_from:tb=two": false, "is:mother": true, "is": false, "nothing": false} {
		if m, ok := ParseMeasure(text); ok != want || ok && m.Name == "" {
			t.Errorf("%s: %v %v", text, m, ok)
		}
	}
}
