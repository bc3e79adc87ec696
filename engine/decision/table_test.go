package decision

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

const goodTable = "table,US.services,collect\n" +
	"id,from,to,age_years,symptoms,|,outcome,code,months,|,certainty,source,note\n" +
	"US-S2,,2023-09-30,[2..14],\"\"\"a\"\",\"\"b\"\"\",|,require,IGRA TST,,|,O,\"CDC, flowchart\",\"a note, with comma\"\n" +
	"US-S3,2023-10-01,,-,true,|,valid,,6,|,R,,\n"

func TestParseTableReadsWhatASpreadsheetWrites(t *testing.T) {
	tab := mustTable(t, goodTable)
	if tab.Name != "US.services" || tab.Policy != Collect || len(tab.Rows) != 2 {
		t.Fatalf("%+v", tab)
	}
	r := tab.Rows[0]
	if r.ID != "US-S2" || r.Cells[1] != `"a","b"` || r.Out[1] != "IGRA TST" || r.To.String() != "2023-09-30" || r.From != nil || r.Source != "CDC, flowchart" || r.Line != 3 {
		t.Errorf("%+v", r)
	}
	// A byte order mark, Windows line ends, padding columns and blank lines.
	padded := "\xef\xbb\xbf" + strings.ReplaceAll(strings.ReplaceAll(goodTable, "\n", ",,\r\n"), "US-S3", "\r\n,,,,\r\nUS-S3")
	again := mustTable(t, padded)
	for i := range again.Rows {
		again.Rows[i].Line = tab.Rows[i].Line
	}
	if !reflect.DeepEqual(tab, again) {
		t.Errorf("got  %+v\nwant %+v", again, tab)
	}
}

func TestWriteTableIsRead(t *testing.T) {
	tab := mustTable(t, strings.Replace(goodTable, "collect", "priority,B A", 1))
	var b bytes.Buffer
	if err := WriteTable(&b, tab); err != nil {
		t.Fatal(err)
	}
	if again := mustTable(t, b.String()); !reflect.DeepEqual(tab, again) || !reflect.DeepEqual(again.Order, []string{"B", "A"}) {
		t.Errorf("got  %+v\nwant %+v", again, tab)
	}
}

func TestParseTableNamesRowAndColumn(t *testing.T) {
	cases := []struct{ from, to, want string }{
		{goodTable, "", "needs a title line"},
		{"table,US", "tabel,US", "line 1 must be"},
		{"US.services", "", "has no name"},
		{"collect", "collects", `"collects" is not a hit policy`},
		{"id,from,to", "id,to,from", "must begin with id, from, to"},
		{",|,outcome", ",outcome", "two | columns"},
		{"outcome,code", "code,outcome", "must begin with outcome, code"},
		{"months", "weeks", "column weeks: not an output column"},
		{"certainty,source,note", "certainty,note,source", "must end with certainty"},
		{"US-S2,", ",", "line 3, column id: the row has no id"},
		{"2023-09-30", "2023-09-31", "line 3, row US-S2, column to"},
		{"2023-10-01", "soon", "line 4, row US-S3, column from"},
		{"[2..14]", "", "line 3, row US-S2, column age_years: the cell is empty"},
		{"[2..14]", "[14..2]", "column age_years: position 1: the range is inverted"},
		{"[2..14],", "", "line 3, row US-S2, column |"},
		{",R,,", ",R,,,more,", "columns, the header has"},
		{"\"CDC, flowchart\"", "\"CDC", "parse error"},
		{"-,true", "-,\xff", "UTF-8"},
	}
	for _, c := range cases {
		_, err := ParseTable("file.csv", strings.NewReader(strings.Replace(goodTable, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.to, c.from, err, c.want)
		}
	}
	two := strings.Replace(strings.Replace(goodTable, "[2..14]", "[14..2]", 1), "2023-10-01", "soon", 1)
	if _, err := ParseTable("f", strings.NewReader(two)); err == nil || !strings.Contains(err.Error(), "US-S2") || !strings.Contains(err.Error(), "US-S3") {
		t.Errorf("both bad rows should be named: %v", err)
	}
	if _, err := ParseTable("f", strings.NewReader(goodTable+strings.Repeat("x", MaxTableBytes))); err == nil {
		t.Error("a table without end was read")
	}
}

func TestCompileNamesEveryMistake(t *testing.T) {
	base := func() Source {
		return Source{ID: "p", Facts: factDefs("age:int", "sick:bool", "seen:date"), DateBasis: "seen",
			Tables: []*Table{rules(t, "T collect", "age; sick", "outcome; code; anchor; months", "r1; >5; - => require; X", "r2; -; true => valid; ; seen; 6")}}
	}
	if _, err := Compile(base()); err != nil {
		t.Fatal(err)
	}
	row := func(s *Source, i int) *Row { return &s.Tables[0].Rows[i] }
	cases := []struct {
		why  string
		do   func(s *Source)
		want string
	}{
		{"fact twice", func(s *Source) { s.Facts = append(s.Facts, s.Facts[0]) }, "age: the fact is declared twice"},
		{"bad type", func(s *Source) { s.Facts[0].Type = "number" }, `the fact has type "number"`},
		{"bad name", func(s *Source) { s.Facts[0].Name = "a b" }, "not a fact name"},
		{"reserved name", func(s *Source) { s.Facts[0].Name = "on" }, "not a fact name"},
		{"values of a number", func(s *Source) { s.Facts[0].Values = []string{"1"} }, "only a code or list"},
		{"no such basis", func(s *Source) { s.DateBasis = "then" }, "date basis is not a declared fact"},
		{"basis not a date", func(s *Source) { s.DateBasis = "age" }, "date basis is not a date"},
		{"no such column", func(s *Source) { s.Tables[0].Inputs[0] = "years" }, "column years: there is no such fact"},
		{"no such outcome", func(s *Source) { s.Tables[0].Inputs[1] = "hold.any" }, "column hold.any: no table gives this outcome"},
		{"own outcome", func(s *Source) { s.Tables[0].Inputs[1] = "require.X" }, "circle"},
		{"table twice", func(s *Source) { s.Tables = append(s.Tables, s.Tables[0]) }, "another table has the same name"},
		{"row twice", func(s *Source) { row(s, 1).ID = "r1" }, "row r1, column id: the row id stands twice"},
		{"dates", func(s *Source) { row(s, 0).From, row(s, 0).To = dayPtr(t, "2026-01-02"), dayPtr(t, "2026-01-01") }, "row r1, column from: from 2026-01-02 is after to"},
		{"certainty", func(s *Source) { row(s, 0).Certainty = "X" }, "row r1, column certainty"},
		{"outcome", func(s *Source) { row(s, 0).Out[0] = "demand" }, `"demand" is not an outcome`},
		{"no code", func(s *Source) { row(s, 0).Out[1] = "" }, "require needs a code"},
		{"months", func(s *Source) { row(s, 1).Out[3] = "six" }, `column months: "six" is not a whole number`},
		{"no anchor", func(s *Source) { row(s, 1).Out[2] = "" }, "a valid row needs an anchor"},
		{"anchor not a fact", func(s *Source) { row(s, 1).Out[2] = "then" }, `there is no fact "then"`},
		{"anchor not a date", func(s *Source) { row(s, 1).Out[2] = "age" }, "age is not a date"},
		{"no length", func(s *Source) { row(s, 1).Out[3] = "" }, "months, days or hours"},
		{"ask for nothing known", func(s *Source) { row(s, 0).Out[0], row(s, 0).Out[1] = "ask", "height" }, `no fact "height"`},
		{"derive", func(s *Source) { s.Facts[0].Derive = "age_years(dob, seen)" }, `there is no fact "dob"`},
		{"derive syntax", func(s *Source) { s.Facts[0].Derive = "age_years(seen" }, "position"},
		{"derive circle", func(s *Source) { s.Facts[0].Derive = "age + 1" }, "derived from itself"},
		{"derive list", func(s *Source) { s.Facts[1].Derive = `any_stay_in("l")` }, `there is no list "l"`},
		{"derive unit", func(s *Source) { s.Facts[0].Derive, s.Facts[0].Unit = "age_months(seen, seen)", "a" }, "counts in mo, the fact in a"},
		{"derive list values", func(s *Source) {
			s.Lists = []ListDef{{ID: "l", Entries: []ListEntry{{Code: "A", Value: "many"}}}}
			s.Facts = append(s.Facts, FactDef{Name: "c", Type: "code"}, FactDef{Name: "d", Type: "decimal", Derive: `country_value("l", c)`})
		}, "is not a number"},
		{"list twice", func(s *Source) { s.Lists = []ListDef{{ID: "l"}, {ID: "l"}} }, "there twice"},
		{"param twice", func(s *Source) { s.Params = []ParamDef{{ID: "l"}, {ID: "l"}} }, "there twice"},
		{"sum of days", func(s *Source) { s.Tables[0].Policy = CollectSum; row(s, 0).Out = []string{"flag", "Y", "", "2"} }, "days cannot be added up"},
		{"code twice", func(s *Source) { row(s, 0).Out[1] = "X X" }, "X stands twice"},
		{"sum without number", func(s *Source) { s.Tables[0].Policy = CollectSum; row(s, 1).Out = []string{"flag", "Y", "", ""} }, "collect-sum needs a number"},
	}
	for _, c := range cases {
		src := base()
		c.do(&src)
		_, err := Compile(src)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.why, err, c.want)
		}
	}
}

func TestTablesAreOrderedByWhatTheyRead(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("sick:bool"), Tables: []*Table{
		rules(t, "C collect", "hold.any; classify.OK", "outcome; code", "c; false; true => clear; "),
		rules(t, "B collect", "hold.any", "outcome; code", "b; false => classify; OK"),
		rules(t, "A collect", "sick", "outcome; code", "a; true => hold; SICK"),
	}})
	expectSaid(t, decide(t, p, value.Facts{"sick": no}), "classify OK; clear")
	expectSaid(t, decide(t, p, value.Facts{"sick": yes}), "hold SICK")
	expectSaid(t, decide(t, p, nil), "hold? SICK [sick]; classify? OK [sick]; clear? [sick]")
}

func TestHash(t *testing.T) {
	src := Source{ID: "p", Version: "1", Facts: factDefs("age:int", "sick:bool"), Lists: []ListDef{{ID: "l", Entries: []ListEntry{{Code: "A"}}}},
		Tables: []*Table{rules(t, "T collect", "age", "outcome; code", "r; >5 => require; X", "q; >6 => require; Y")}}
	h := src.Hash()
	if len(h) != 64 || mustCompile(t, src).Hash() != h {
		t.Errorf("hash %q", h)
	}
	turned := src
	turned.Facts = []FactDef{src.Facts[1], src.Facts[0]}
	if turned.Hash() != h {
		t.Error("the order of facts changed the hash")
	}
	for m := range Mutants(src) {
		if m.Source.Hash() == h {
			t.Errorf("%s of %s keeps the hash", m.Description, m.Row)
		}
	}
	other := src
	other.Lists = []ListDef{{ID: "l", Entries: []ListEntry{{Code: "A", To: dayPtr(t, testDay)}}}}
	if other.Hash() == h {
		t.Error("a list's dates do not count")
	}
}
