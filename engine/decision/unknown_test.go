package decision

import (
	"fmt"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

func usTable(t testing.TB) Source {
	return Source{ID: "us", Version: "1", DateBasis: "exam_date",
		Facts: factDefs("dob:date", "exam_date:date", "age_years:int=age_years(dob, exam_date)", "tb_incidence:decimal", "symptoms:bool", "sti_suspect:bool", "igra:code:not_done|neg|pos"),
		Tables: []*Table{rules(t, "S collect", "age_years; tb_incidence; symptoms; sti_suspect; igra", "outcome; code",
			"S1; -; -; -; -; - => require; CORE", "S2; [2..14]; >=20; -; -; - => require; IGRA", "S3; >=15; -; -; -; - => require; CXR",
			"S4; -; -; true; -; - => require; CXR SPUTUM", "S5; <15; -; -; -; pos => require; CXR", "S9; [18..44]; -; -; -; - => require; SYPH", "S9s; -; -; -; true; - => require; SYPH")}}
}

func TestABirthYearSettlesWhatItCan(t *testing.T) {
	p := mustCompile(t, usTable(t))
	known := value.Facts{"tb_incidence": value.Number(50), "symptoms": no, "sti_suspect": no, "igra": value.Text("neg")}
	cases := []struct{ dob, want string }{
		{"2011-06-01", "require CORE; require CXR"},
		{"2011-06-02", "require CORE; require IGRA"},
		{"2011", "require CORE; require? IGRA [dob]; require? CXR [dob]"},
		{"2010", "require CORE; require CXR"},
		{"2012", "require CORE; require IGRA"},
		{"2011-06", "require CORE; require? IGRA [dob]; require? CXR [dob]"},
		{"1900", "require CORE; require CXR"},
		{"2008", "require CORE; require CXR; require? SYPH [dob]"},
		{"", "require CORE; require? IGRA [dob]; require? CXR [dob]; require? SYPH [dob]"},
	}
	for _, c := range cases {
		known["dob"] = date(t, c.dob)
		if got := said(decide(t, p, known)); got != c.want {
			t.Errorf("born %s:\ngot  %s\nwant %s", c.dob, got, c.want)
		}
	}
	// positive IGRA under 15, X-ray from 15 on: the X-ray is due either way
	known["dob"], known["igra"] = date(t, "2011"), value.Text("pos")
	expectSaid(t, decide(t, p, known), "require CORE; require? IGRA [dob]; require CXR")
}

func TestOnlyFactsThatCanChangeSomethingAreAsked(t *testing.T) {
	p := mustCompile(t, usTable(t))
	// With symptoms the X-ray is settled; the incidence matters only below 15.
	f := value.Facts{"dob": date(t, "2015-01-01"), "symptoms": yes, "sti_suspect": no}
	d := decide(t, p, f)
	expectSaid(t, d, "require CORE; require? IGRA [tb_incidence]; require CXR; require SPUTUM")
	if fmt.Sprint(d.Ask) != "[tb_incidence]" {
		t.Errorf("ask %v", d.Ask)
	}
	f["dob"] = date(t, "1990-01-01")
	if d := decide(t, p, f); len(d.Ask) != 0 || said(d) != "require CORE; require CXR; require SPUTUM; require SYPH" {
		t.Errorf("%s, ask %v", said(d), d.Ask)
	}
	// Most decisive first: the birth date bears on four outcomes.
	d = decide(t, p, nil)
	if d.Ask[0] != "dob" {
		t.Errorf("ask %v", d.Ask)
	}
}

func TestRefusedIsUnknownButNotAskedAgain(t *testing.T) {
	p := mustCompile(t, usTable(t))
	d := decide(t, p, value.Facts{"dob": date(t, "1990-01-01"), "symptoms": refused, "sti_suspect": refused})
	expectSaid(t, d, "require CORE; require CXR; require? SPUTUM; require SYPH")
	if len(d.Ask) != 0 {
		t.Errorf("ask %v", d.Ask)
	}
}

func TestFactsGrowOldAndCanBeDisputed(t *testing.T) {
	src := Source{Facts: factDefs("preg:bool", "weight:decimal", "sex:code"), Tables: []*Table{
		rules(t, "T collect", "preg; weight", "outcome; code", "r1; false; - => offer; MMR", "r2; -; >=35 => treat; DOSE4")}}
	src.Facts[0].LongestAge, src.Facts[1].LongestAge = SameDay, 14
	p := mustCompile(t, src)
	on := dayOf(t, testDay)
	at := func(v value.Value, asOf string) Fact {
		d, err := calendar.Parse(asOf)
		if err != nil {
			t.Fatal(err)
		}
		return Fact{Value: v, AsOf: d}
	}
	cases := []struct {
		preg, weight Fact
		want         string
	}{
		{at(no, "2026-06-01"), at(value.Number(35), "2026-05-18"), "offer MMR; treat DOSE4"},
		{at(no, "2026-05-31"), at(value.Number(35), "2026-05-17"), "offer? MMR [preg]; treat? DOSE4 [weight]"},
		{at(no, ""), at(value.Number(35), ""), "offer? MMR [preg]; treat? DOSE4 [weight]"},
		{at(no, "2026-06"), at(value.Number(35), "2026-05"), "offer MMR; treat? DOSE4 [weight]"},
		{Fact{Value: no, AsOf: on.Date(), Disputed: true}, Fact{Value: value.Number(3), AsOf: on.Date(), Disputed: true}, "offer? MMR [preg]; treat? DOSE4 [weight]"},
	}
	for i, c := range cases {
		if got := said(p.Decide(Input{On: on, Facts: map[string]Fact{"preg": c.preg, "weight": c.weight}})); got != c.want {
			t.Errorf("%d: got %s, want %s", i, got, c.want)
		}
	}
}

func TestRowsMayNameTheUnknown(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("preg:bool"), Tables: []*Table{
		rules(t, "T first", "preg", "outcome; code", "r1; refused => refer; PHYSICIAN", "r2; unknown => hold; ASK_FIRST", "r3; true => contraindicate; CXR", "r4; false => offer; CXR")}})
	for _, c := range []struct {
		v    value.Value
		want string
	}{{refused, "refer PHYSICIAN"}, {unknown, "hold ASK_FIRST"}, {yes, "contraindicate CXR"}, {no, "offer CXR"}} {
		if got := said(decide(t, p, value.Facts{"preg": c.v})); got != c.want {
			t.Errorf("%s: got %s, want %s", c.v, got, c.want)
		}
	}
}

func TestAGivenFactStandsInPlaceOfItsDerivation(t *testing.T) {
	p := mustCompile(t, usTable(t))
	d := decide(t, p, value.Facts{"dob": date(t, "2020-01-01"), "age_years": value.Number(30), "symptoms": no, "sti_suspect": no})
	expectSaid(t, d, "require CORE; require CXR; require SYPH")
	if d.Used["age_years"].String() != "30" || d.Used["dob"].String() != "2020-01-01" || len(d.Used) != 7 {
		t.Errorf("used %v", d.Used)
	}
}

func TestBadFactsAreUnknownAndSaidSo(t *testing.T) {
	src := usTable(t)
	lo, hi := 0.0, 5000.0
	src.Facts[3].Min, src.Facts[3].Max = &lo, &hi
	p := mustCompile(t, src)
	d := decide(t, p, value.Facts{"dob": value.Text("someday"), "symptoms": value.Text("maybe"), "igra": value.Text("positive"), "tb_incidence": value.Number(-3), "height": value.Number(1)})
	if len(d.Problems) != 5 {
		t.Errorf("problems: %q", d.Problems)
	}
	if o, _ := d.Outcome(Require, "CXR"); o.State != Undetermined {
		t.Errorf("CXR: %+v", o)
	}
	// a birth after the examination makes an age nobody can have
	d = decide(t, p, value.Facts{"dob": value.Text("2027-01-01"), "symptoms": no})
	if len(d.Problems) != 1 {
		t.Errorf("problems: %q", d.Problems)
	}
	if o, _ := d.Outcome(Require, "CXR"); o.State != Undetermined {
		t.Errorf("CXR: %+v", o)
	}
}

func TestAgesOfOneBirthGoTogether(t *testing.T) {
	// Less than 2 years and 24 months or more cannot both be: no case is left.
	p := mustCompile(t, Source{Facts: factDefs("dob:date", "exam:date", "y:int=age_years(dob, exam)", "m:int=age_months(dob, exam)"), Tables: []*Table{
		rules(t, "T collect", "y; m", "outcome; code", "r1; <2; - => require; A", "r2; -; >=24 => require; A", "r3; <2; >=24 => require; NEVER")}})
	expectSaid(t, decide(t, p, value.Facts{"exam": date(t, testDay), "dob": date(t, "2024")}), "require A")
	expectSaid(t, decide(t, p, value.Facts{"exam": date(t, testDay)}), "require A")
}

func TestCodesFeedDerivedFacts(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("sex:code:female|male|other", "age:int", `could:bool=sex != "male" and age >= 10 and age <= 55`), Tables: []*Table{
		rules(t, "T collect", "could; sex", "outcome; code", "r1; true; - => ask; age", "r2; -; male => flag; M", "r3; true; male => flag; NEVER", "r4; false; - => flag; NO", "r5; true; - => flag; YES")}})
	expectSaid(t, decide(t, p, value.Facts{"age": value.Number(30)}), "ask? age [sex]; flag? M [sex]; flag? NO [sex]; flag? YES [sex]")
	expectSaid(t, decide(t, p, value.Facts{"age": value.Number(9)}), "flag? M [sex]; flag NO")
	expectSaid(t, decide(t, p, value.Facts{"sex": value.Text("male")}), "flag M; flag NO")
}

func TestDatedRowsListsAndParameters(t *testing.T) {
	tab := rules(t, "T collect", "c; n", "outcome; code", "old; -; - => require; OLD", "new; -; - => require; NEW", `list; in list("l"); - => require; LIST`, `param; -; >param("p") => require; PARAM`)
	tab.Rows[0].To, tab.Rows[1].From = dayPtr(t, "2023-09-30"), dayPtr(t, "2023-10-01")
	src := Source{DateBasis: "exam", Facts: factDefs("exam:date", "c:code", "n:decimal"), Tables: []*Table{tab},
		Lists:  []ListDef{{ID: "l", Entries: []ListEntry{{Code: "X", From: dayPtr(t, "2024-01-01"), To: dayPtr(t, "2024-12-31")}}}},
		Params: []ParamDef{{ID: "p", Values: []ParamValue{{Value: 10, To: dayPtr(t, "2025-12-31")}, {Value: 20, From: dayPtr(t, "2026-01-01")}}}}}
	p := mustCompile(t, src)
	cases := []struct{ exam, want string }{
		{"2023-09-30", "require OLD; require PARAM"}, {"2023-10-01", "require NEW; require PARAM"}, {"2024-01-01", "require NEW; require LIST; require PARAM"},
		{"2024-12-31", "require NEW; require LIST; require PARAM"}, {"2025-01-01", "require NEW; require PARAM"}, {"2026-01-01", "require NEW"},
		// a basis known to the month or year: definite is what every day gives
		{"2023-09", "require OLD; require PARAM"}, {"2023", "require? OLD [exam]; require PARAM; require? NEW [exam]"},
		{"2024", "require NEW; require LIST; require PARAM"}, {"2024-01-01/2025-02-01", "require NEW; require? LIST [exam]; require PARAM"},
	}
	for _, c := range cases {
		d := p.Decide(Input{On: 0, Facts: FactsOf(value.Facts{"exam": date(t, c.exam), "c": value.Text("X"), "n": value.Number(15)}, 0)})
		if got := said(d); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.exam, got, c.want)
		}
	}
	// The day of the decision stands for the basis when that is not given, and
	// does not when it is given as unknown.
	on := dayOf(t, "2024-06-01")
	rest := value.Facts{"c": value.Text("X"), "n": value.Number(15)}
	expectSaid(t, p.Decide(Input{On: on, Facts: FactsOf(rest, on)}), "require NEW; require LIST; require PARAM")
	rest["exam"] = unknown
	expectSaid(t, p.Decide(Input{On: on, Facts: FactsOf(rest, on)}), "require? OLD [exam]; require? PARAM [exam]; require? NEW [exam]; require? LIST [exam]")
}

func TestAskRowsAddToTheQuestions(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("a:bool", "b:bool", "c:bool"), Tables: []*Table{
		rules(t, "T collect", "a", "outcome; code", "r; true => ask; b c journey")}})
	d := decide(t, p, value.Facts{"a": yes, "b": yes})
	if fmt.Sprint(d.Ask) != "[c journey]" {
		t.Errorf("ask %v", d.Ask)
	}
}

func TestBeyondTheCapTheAnswerIsSound(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("a:bool"), Tables: []*Table{
		rules(t, "T collect", "a", "outcome; code", "r1; true => require; X", "r2; false => require; X")}})
	expectSaid(t, decide(t, p, nil), "require X")
	p.cap = 0
	d := decide(t, p, nil)
	expectSaid(t, d, "require? X [a]")
	if !d.Capped {
		t.Error("the cap is not told")
	}
}

func TestDecideIsSafeForConcurrentUse(t *testing.T) {
	p := mustCompile(t, usTable(t))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			f := value.Facts{"dob": date(t, fmt.Sprint(2008+i)), "symptoms": no}
			want := said(decide(t, p, f))
			for range 50 {
				if got := said(decide(t, p, f)); got != want {
					t.Errorf("got %s, want %s", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestSheetGivesWhatTheMapGives(t *testing.T) {
	p := mustCompile(t, usTable(t))
	on := dayOf(t, testDay)
	f := value.Facts{"dob": date(t, "2011"), "symptoms": yes}
	s := p.NewSheet(on)
	for k, v := range FactsOf(f, on) {
		slot, ok := p.Slot(k)
		if !ok {
			t.Fatal(k)
		}
		s.Set(slot, v)
	}
	d := p.DecideSheet(s)
	expectSaid(t, d, said(decide(t, p, f)))
	s.Clear()
	d = p.DecideSheet(s)
	expectSaid(t, d, said(decide(t, p, nil)))
}
