package form

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

var today = calendar.DayOf(2026, 11, 22)

const film = `type,name,label::en,label::fr,required,relevant,constraint,constraint_message::en,calculation,appearance,fact,unit,min,max,warn_min,warn_max,allow,sensitivity
hidden,age,,,,,,,,,age_years,,,,,,,
select_one film,film,What does the film show?,Que montre le cliché ?,yes,,,,,,cxr,,,,,,,
choice film,normal,Normal,Normal,,,,,,,,,,,,,,
choice film,tb,Suggestive of tuberculosis,Évocateur de tuberculose,,,,,,,,,,,,,,
begin group,finding,Findings,,,${film} = 'tb',,,,,,,,,,,,
select_one yes_no,cavity,Is there a cavity?,,yes,,,,,,,,,,,,unknown refused,
select_multiple sides,side,Which side?,,,${cavity} = 'yes',,,,,-,,,,,,,
choice sides,left,Left,,,,,,,,,,,,,,,
choice sides,right,Right,,,,,,,,,,,,,,,
end group,,,,,,,,,,,,,,,,,
decimal,weight,Weight,,,,,,,,weight_kg,kg,0.5,400,2,200,unknown,
integer,films,How many films?,,,,. <= 4,At most four films,,,,,0,,,,,
date,lmp,First day of the last period,,,,. <= today(),,,partial,,,,,,,unknown,clinical
text,comment,Comment,,,${films} > 1,,,,multiline,-,,,,,,,
calculate,double,,,,,,,${weight} * 2,,,kg,,,,,,
note,thanks,Thank you,,,,,,,,,,,,,,,
`

func mustParse(t *testing.T, text string) *Form {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParse(t *testing.T) {
	f := mustParse(t, "\ufeff"+film)
	if got := strings.Join(f.Facts(), " "); got != "cxr cavity weight_kg films lmp double" {
		t.Errorf("facts %s", got)
	}
	if got := f.Reads(); len(got) != 1 || got[0] != "age_years" {
		t.Errorf("reads %v", got)
	}
	side, _ := f.Row("side")
	if side.Depth != 1 || f.Rows[side.Parent].Name != "finding" || len(side.Choices) != 2 {
		t.Errorf("side: %+v", side)
	}
	if got := f.Rows[1].Label.In("ar"); got != "What does the film show?" {
		t.Errorf("no words in Arabic: %q", got)
	}
	if got := f.Untranslated("fr"); !reflect.DeepEqual(got, []string{"finding", "cavity", "side", "sides/left", "sides/right", "weight", "films", "films/constraint_message", "lmp", "comment", "thanks"}) {
		t.Errorf("untranslated: %v", got)
	}
}

func answers(s string) map[string][]string {
	out := map[string][]string{}
	for _, part := range strings.Split(s, ";") {
		if name, v, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
			out[name] = append(out[name], v)
		}
	}
	return out
}

func TestCheck(t *testing.T) {
	f := mustParse(t, film)
	for _, tt := range []struct{ name, in, facts, errors, dropped string }{
		{"nothing answered", "", "", "film:required", ""},
		{"the least", "film=normal", "cxr=normal", "", ""},
		{"what did not apply is dropped and reported", "film=normal;cavity=yes;side=left", "cxr=normal", "", "cavity side"},
		{"a question that applies now is required", "film=tb", "cxr=tb", "cavity:required", ""},
		{"yes is a bool", "film=tb;cavity=yes;side=right;side=left", "cavity=true cxr=tb", "", ""},
		{"not known is an answer where it is allowed", "film=tb;cavity-not=unknown", "cavity=unknown cxr=tb", "", ""},
		{"refused is an answer where it is allowed", "film=tb;cavity-not=refused", "cavity=refused cxr=tb", "", ""},
		{"not known among the choices", "film=tb;cavity=unknown", "cavity=unknown cxr=tb", "", ""},
		{"what hangs on it stays open", "film=tb;cavity-not=unknown;side=left", "cavity=unknown cxr=tb", "", ""},
		{"refused where it is not allowed", "film-not=refused", "", "film:not_allowed", ""},
		{"an answer and not known", "film=tb;cavity=yes;cavity-not=unknown", "cxr=tb", "cavity:both", ""},
		{"no choice", "film=unclear", "", "film:choice", ""},
		{"no choice of many", "film=tb;cavity=yes;side=middle", "cavity=true cxr=tb", "side:choice", ""},
		{"two answers to one question", "film=tb;film=normal", "", "film:both", ""},
		{"Arabic-Indic digits", "film=normal;weight=٧٠٫٥", "cxr=normal double=141 weight_kg=70.5", "", ""},
		{"Persian digits", "film=normal;films=۳", "cxr=normal films=3", "", ""},
		{"a decimal comma", "film=normal;weight=70,5", "cxr=normal double=141 weight_kg=70.5", "", ""},
		{"a comma that may part thousands", "film=normal;weight=1,234", "cxr=normal", "weight:number_comma", ""},
		{"no number", "film=normal;weight=heavy", "cxr=normal", "weight:number", ""},
		{"infinite", "film=normal;weight=Inf", "cxr=normal", "weight:number", ""},
		{"hexadecimal", "film=normal;weight=0x10", "cxr=normal", "weight:number", ""},
		{"no whole number", "film=normal;films=1.5", "cxr=normal", "films:integer", ""},
		{"beyond the hard bound", "film=normal;weight=700", "cxr=normal", "weight:max", ""},
		{"below the hard bound", "film=normal;weight=0.1", "cxr=normal", "weight:min", ""},
		{"unlikely: to be confirmed", "film=normal;weight=250", "cxr=normal", "weight:sure", ""},
		{"unlikely and confirmed", "film=normal;weight=250;weight-sure=250", "cxr=normal double=500 weight_kg=250", "", ""},
		{"another number was confirmed", "film=normal;weight=260;weight-sure=250", "cxr=normal", "weight:sure", ""},
		{"a constraint", "film=normal;films=9", "cxr=normal films=9", "films:constraint", ""},
		{"a day to come", "film=normal;lmp=2026-12-01", "cxr=normal lmp=2026-12-01", "lmp:constraint", ""},
		{"a month will do", "film=normal;lmp=2026-10", "cxr=normal lmp=2026-10-01/2026-10-31", "", ""},
		{"no day of the calendar", "film=normal;lmp=2026-02-30", "cxr=normal", "lmp:date", ""},
		{"text", "film=normal;films=2;comment=a\x00b", "cxr=normal films=2", "", ""},
		{"other names are passed over", "film=normal;csrf=x", "cxr=normal", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := answers(tt.in)
			res := f.Check(in, value.Facts{"age_years": value.Number(30)}, today)
			var facts, errs []string
			for _, n := range res.Facts.Names() {
				facts = append(facts, n+"="+res.Facts[n].String())
			}
			for _, e := range res.Errors {
				errs = append(errs, e.Question+":"+string(e.Code))
			}
			if got := strings.Join(facts, " "); got != tt.facts {
				t.Errorf("facts %q, want %q", got, tt.facts)
			}
			if got := strings.Join(errs, " "); got != tt.errors {
				t.Errorf("errors %q, want %q", got, tt.errors)
			}
			if got := strings.Join(res.Dropped, " "); got != tt.dropped {
				t.Errorf("dropped %q, want %q", got, tt.dropped)
			}
			if res.OK() != (tt.errors == "") {
				t.Errorf("OK is %v", res.OK())
			}
		})
	}
}

func TestAnErrorNamesTheQuestionAndNotTheAnswer(t *testing.T) {
	f := mustParse(t, film)
	res := f.Check(answers("film=normal;films=9;weight=secret"), nil, today)
	if len(res.Errors) != 2 || res.Errors[1].Message["en"] != "At most four films" || strings.Contains(res.Errors[0].Error(), "secret") {
		t.Errorf("%+v", res.Errors)
	}
}

const pregnant = `type,name,label::en,required,relevant,allow,fact
hidden,age,,,,,age_years
select_one yes_no,pregnant,Are you pregnant?,yes,${age} >= 11 and ${age} <= 55,unknown refused,
date,due,When is the child due?,yes,${pregnant} = 'yes',unknown,
`

// The unknown is not a no: what hangs on it is asked, and never required.
func TestRelevanceOfTheUnknown(t *testing.T) {
	f := mustParse(t, pregnant)
	for _, tt := range []struct {
		name     string
		age      value.Value
		answers  string
		pregnant State
		due      State
		ok       bool
	}{
		{"of an age to be", value.Number(30), "", Show, Hide, false},
		{"a child", value.Number(5), "", Hide, Hide, true},
		{"age not known", value.NotKnown(), "", Open, Hide, true},
		{"age 10 or 11", value.Range(10, 11), "", Open, Hide, true},
		{"yes", value.Number(30), "pregnant=yes", Show, Show, false},
		{"no", value.Number(30), "pregnant=no", Show, Hide, true},
		{"not known", value.Number(30), "pregnant-not=unknown", Show, Open, true},
		{"refused", value.Number(30), "pregnant-not=refused", Show, Open, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := f.Check(answers(tt.answers), value.Facts{"age_years": tt.age}, today)
			if res.States[1] != tt.pregnant || res.States[2] != tt.due || res.OK() != tt.ok {
				t.Errorf("states %v, errors %v", res.States, res.Errors)
			}
		})
	}
}

func TestView(t *testing.T) {
	f := mustParse(t, film)
	in := answers("film=tb;weight=250;cavity-not=refused")
	items := f.View(in, f.Check(in, nil, today))
	var names []string
	byName := map[string]Item{}
	for _, it := range items {
		names = append(names, it.Name)
		byName[it.Name] = it
	}
	if got := strings.Join(names, " "); got != "film finding cavity side weight films lmp thanks" {
		t.Errorf("shown: %s", got)
	}
	if w := byName["weight"]; w.Err == nil || w.Err.Code != Unlikely || w.Sure != "250" || w.Answer[0] != "250" {
		t.Errorf("weight: %+v", w)
	}
	if c := byName["cavity"]; c.Not != RefusedAnswer || !c.Required {
		t.Errorf("cavity: %+v", c)
	}
	if byName["side"].State != Open || byName["finding"].Type != Group {
		t.Errorf("side is not open")
	}
}

// A stored result opens again with the same answers.
func TestAnswersComeBack(t *testing.T) {
	f := mustParse(t, film)
	in := answers("film=tb;cavity=yes;side=left;side=right;weight=70.5;films=2;lmp=2026-10;comment=ok")
	res := f.Check(in, nil, today)
	back := f.Answers(res.Values)
	if !reflect.DeepEqual(back, in) {
		t.Errorf("got %v\nwant %v", back, in)
	}
	for _, n := range []string{"lmp-not", "cavity-not"} {
		again := f.Check(answers("film=tb;"+n+"=unknown"), nil, today)
		if f.Answers(again.Values)[n] == nil {
			t.Errorf("%s was lost", n)
		}
	}
	if s := f.Answers(value.Facts{"lmp": value.DayRange(20000, 20009)})["lmp"][0]; !strings.Contains(s, "/") {
		t.Errorf("an estimated date came back as %s", s)
	}
}

func TestParseNamesRowAndColumn(t *testing.T) {
	head := "type,name,label::en,required,relevant,constraint,constraint_message::en,calculation,appearance,fact,unit,min,max,allow,sensitivity\n"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "is empty"},
		{"no type column", "name,label\nx,y", "row 1, column type: is missing"},
		{"a column nobody knows", "type,name,default\ntext,a,b", "row 1, column default"},
		{"a column twice", "type,name,label,label::en\n", "row 1, column label::en: stands twice"},
		{"a bad quote", "type,name\ntext,\"a", "row 2"},
		{"not supported", head + "repeat,a", `row 2, column type: "repeat" is not supported`},
		{"begin repeat", head + "begin repeat,a", `row 2, column type`},
		{"a name with a blank", head + "text,a b", "row 2, column name"},
		{"a name twice", head + "text,a\ntext,a", "row 3, column name"},
		{"no list", head + "select_one,a", "row 2, column type"},
		{"an unknown list", head + "select_one x,a", "row 2, column type: there is no choice of a list x"},
		{"a choice twice", head + "choice x,a\nchoice x,a", "row 3, column name"},
		{"a choice of yes_no", head + "choice yes_no,maybe", "row 2, column type"},
		{"an open group", head + "begin group,g,G\ntext,a", "row 2, column type: the group g has no end"},
		{"an end too many", head + "end group", "row 2, column type"},
		{"a broken expression", head + "text,a,A,,${a", "row 2, column relevant"},
		{"a question that is not there", head + "text,a,A,,${b} = 1", "row 2, column relevant: there is no question ${b}"},
		{"a choice that is not there", head + "select_one yes_no,a,A\ntext,b,B,,${a} = 'maybe'", "row 3, column relevant: 'maybe' is no choice of ${a}"},
		{"selected a choice that is not there", head + "select_multiple x,a,A\nchoice x,one,One\ntext,b,B,,\"selected(${a}, 'two')\"", "row 4, column relevant: 'two'"},
		{"compared with unknown", head + "select_one yes_no,a,A\ntext,b,B,,${a} = 'unknown'", "row 3, column relevant: 'unknown' is no choice"},
		{"a circle", head + "text,a,A,,${b} = '1'\ntext,b,B,,${a} = '1'", "row 3, column relevant"},
		{". in a relevance", head + "text,a,A,,. = 1", "row 2, column relevant"},
		{"a calculation of a text", head + "text,a,A,,,,,1", "row 2, column calculation"},
		{"a message without a constraint", head + "text,a,A,,,,too much", "row 2, column constraint_message"},
		{"bounds of a text", head + "text,a,A,,,,,,,,,1", "row 2, column min"},
		{"a bound that is no number", head + "integer,a,A,,,,,,,,,x", "row 2, column min"},
		{"bounds in the wrong order", head + "integer,a,A,,,,,,,,,5,1", "row 2, column min: the bounds are not in order"},
		{"a unit of a text", head + "text,a,A,,,,,,,,kg", "row 2, column unit"},
		{"allow nonsense", head + "text,a,A,,,,,,,,,,,maybe", "row 2, column allow"},
		{"a sensitivity", head + "text,a,A,,,,,,,,,,,,secret", "row 2, column sensitivity"},
		{"a fact of a note", head + "note,a,A,,,,,,,f", "row 2, column fact"},
		{"a cell beyond the header", head + strings.Repeat(",", 20) + "x", "row 2: cell 21 has no column"},
		{"a refusal of nothing", head + "setting,refused\ntext,a", "row 2, column calculation"},
		{"a refusal of what cannot be refused", head + "setting,refused,,,,,,a\ntext,a", "row 2, column calculation"},
		{"a refusal by a question that is not there", head + "setting,refused,,,,,,b\ntext,a", "row 2, column calculation"},
		{"a setting nobody knows", head + "setting,colour", "row 2, column name"},
		{"ten specimens", head + "setting,specimens,,,,,,10", "row 2, column calculation"},
		{"a day that is no date", head + "setting,day,,,,,,a\ntext,a", "row 2, column calculation"},
		{"an act nobody knows", head + "setting,act,,,,,,surgery", "row 2, column calculation"},
		{"combine no choice", "type,name,combine\nselect_one x,a,pos\nchoice x,neg,", "row 2, column combine"},
		{"combine a text", "type,name,combine\ntext,a,pos", "row 2, column combine"},
		{"too large", strings.Repeat("x", MaxBytes+1), "larger than"},
		{"not text", "type,name\n\xff,a", "UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	f := mustParse(t, "type,name,calculation,combine\nsetting,specimens,3,\nsetting,act,specimen,\nselect_one x,culture,,neg pending pos\nchoice x,pos,,\nchoice x,pending,,\nchoice x,neg,,\n")
	if f.Specimens != 3 || f.Act != Specimen || strings.Join(f.Rows[0].Combine, " ") != "neg pending pos" {
		t.Errorf("%+v", f)
	}
	if plain := mustParse(t, "type,name\ntext,a"); plain.Specimens != 1 || plain.Act != NoAct {
		t.Errorf("%+v", plain)
	}
}

// What is left to somebody else is not required of this one, and what hangs on it
// stays open.
func TestSkip(t *testing.T) {
	f := mustParse(t, pregnant)
	res := f.Check(answers("pregnant=yes"), value.Facts{"age_years": value.Number(30)}, today, func(r *Row) bool { return r.Name == "pregnant" })
	if !res.OK() || res.States[1] != Hide || res.States[2] != Open || len(res.Values) != 0 || len(res.Dropped) != 0 {
		t.Errorf("%+v", res)
	}
}

func TestAllProblemsAreListed(t *testing.T) {
	_, err := Parse("type,name,min\ntext,a b\nrepeat,c\ntext,d,1")
	ps, ok := err.(Problems)
	if !ok || len(ps) != 3 {
		t.Errorf("%v", err)
	}
}

func TestTooManyRows(t *testing.T) {
	var b strings.Builder
	b.WriteString("type,name\n")
	for i := range MaxRows + 1 {
		fmt.Fprintf(&b, "text,a%d\n", i)
	}
	if _, err := Parse(b.String()); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(film, "film", "tb")
	f.Add(pregnant, "due", "2026-10")
	f.Add("type,name\nbegin group,g\nend group,\n", "g", "1")
	f.Fuzz(func(t *testing.T, text, name, answer string) {
		form, err := Parse(text)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without words")
			}
			return
		}
		in := map[string][]string{name: {answer}}
		res := form.Check(in, nil, today)
		for _, n := range res.Dropped {
			if _, kept := res.Values[n]; kept {
				t.Fatalf("%s was dropped and kept", n)
			}
		}
		items := form.View(in, res)
		if len(items) > len(form.Rows) {
			t.Fatal("more items than rows")
		}
		if res.OK() {
			again := form.Check(form.Answers(res.Values), nil, today)
			for n, v := range res.Values {
				if row, _ := form.Row(n); row.Asked() && row.WarnMin == nil && row.WarnMax == nil && !again.Values[n].Equal(v) {
					t.Fatalf("%s was %v and came back as %v", n, v, again.Values[n])
				}
			}
		}
	})
}

func TestTheFormSaysWhatItsRefusalIs(t *testing.T) {
	f := mustParse(t, "type,name,calculation,required\nsetting,refused,x,\nselect_one x,x,,yes\nchoice x,given,,\nchoice x,refused,,\n")
	for answer, want := range map[string]bool{"given": false, "refused": true, "": false} {
		answers := map[string][]string{}
		if answer != "" {
			answers["x"] = []string{answer}
		}
		if got := f.Check(answers, nil, 0).Refused; got != want {
			t.Errorf("%q: refused is %v", answer, got)
		}
	}
	if f := mustParse(t, "type,name\ntext,a\n"); f.Check(nil, nil, 0).Refused {
		t.Error("a form without a refusal was refused")
	}
}

// What asks for care is the form's author's to say: a calculation, true or not.
func TestAFormSaysWhatAsksForCare(t *testing.T) {
	const text = `type,name,label::en,required,calculation,allow
setting,care,,,needs_care,
calculate,needs_care,,,${result} = 'pos',
select_one r,result,Result,yes,,unknown
choice r,neg,negative,,,
choice r,pos,positive,,,
`
	f, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for answer, want := range map[string]bool{"pos": true, "neg": false, "unknown": false, "": false} {
		if got := f.Check(map[string][]string{"result": {answer}}, nil, 0).Care; got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
	for _, bad := range []string{"result", "nothing", ""} {
		if _, err := Parse(strings.Replace(text, "setting,care,,,needs_care,", "setting,care,,,"+bad+",", 1)); err == nil {
			t.Errorf("care is %q, which is no calculation", bad)
		}
	}
}
