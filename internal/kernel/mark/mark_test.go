package mark

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func workbook(t testing.TB, sheets map[string][][]string) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	for name, rows := range sheets {
		if _, err := x.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, c := range row {
				at, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if err := x.SetCellStr(name, at, c); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := x.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func into(t testing.TB, kind string, b []byte) []byte {
	t.Helper()
	out, err := Into(kind, b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What was given out says so on every line, and loses nothing else.
func TestEveryLineOfWhatIsGivenOutSaysThatItIsAnExercise(t *testing.T) {
	table := "name,note\r\nAmani,\"two, and\na line\"\r\nOkello,'=1+1\r\n"
	got := into(t, "text/csv; charset=utf-8", []byte(table))
	if want := "EXERCISE,name,note\r\nEXERCISE,Amani,\"two, and\r\na line\"\r\nEXERCISE,Okello,'=1+1\r\n"; string(got) != want {
		t.Errorf("%q", got)
	}
	if Find(got) != Every || Find([]byte(table)) != Without {
		t.Errorf("found %d and %d", Find(got), Find([]byte(table)))
	}
	book := into(t, kindXLSX, workbook(t, map[string][][]string{"cases": {{"name", "age"}, {"Amani", "3"}}, "contacts": {{"of"}, {"Okello"}}, "empty": nil}))
	x, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for sheet, want := range map[string][][]string{"cases": {{Word, "name", "age"}, {Word, "Amani", "3"}}, "contacts": {{Word, "of"}, {Word, "Okello"}}, "empty": {{Word}}} {
		if rows, err := x.GetRows(sheet); err != nil || !reflect.DeepEqual(rows, want) {
			t.Errorf("%s: %q %v", sheet, rows, err)
		}
	}
	if Find(book) != Every {
		t.Errorf("the workbook: %d", Find(book))
	}
	for in, want := range map[string]string{`{"a":1}`: `{"EXERCISE":"nothing of this happened","a":1}`, " { }\n": "{\"EXERCISE\":\"nothing of this happened\"}\n"} {
		if got := into(t, kindJSON, []byte(in)); string(got) != want || Find(got) != Every {
			t.Errorf("%s", got)
		}
	}
	if got := into(t, kindCSV, nil); string(got) != "EXERCISE\n" {
		t.Errorf("an empty table: %q", got)
	}
	if b := []byte{0, 1, 2}; !bytes.Equal(into(t, "application/octet-stream", b), b) {
		t.Error("a sealed file was changed")
	}
}

// A way out of a form that nobody thought of stops, and does not leave without the mark.
func TestWhatCannotCarryTheMarkIsStopped(t *testing.T) {
	for kind, b := range map[string]string{"application/pdf": "%PDF", "text/plain": "a list", "application/zip": "PK", "": "a,b", kindJSON: "[1,2]", kindXLSX: "no workbook", "application/fhir+json": "{}"} {
		if got, err := Into(kind, []byte(b)); err == nil {
			t.Errorf("%s left as %q", kind, got)
		}
	}
}

// Whatever somebody does with the rows, a real installation still sees what they are.
func TestTheMarkIsFoundWhateverWasDoneWithTheRows(t *testing.T) {
	for words, b := range map[string][]byte{
		"the column at the end":             []byte("name,EXERCISE\nAmani,EXERCISE\n"),
		"saved with semicolons":             []byte("EXERCISE;name;note\r\nEXERCISE;Amani;a,b\r\n"),
		"saved with tabs and a byte order":  []byte("\ufeffEXERCISE\tname\nEXERCISE\tAmani\n"),
		"rows pasted below real ones":       []byte("name,age\nNyota,4\nEXERCISE,Amani,3\n"),
		"the head replaced":                 []byte("training,name\nEXERCISE,Amani\n"),
		"blanks around it":                  []byte("name,mark\nAmani, EXERCISE \n"),
		"packed":                            zipped(t, []byte("EXERCISE,name\nEXERCISE,Amani\n")),
		"a workbook's second sheet":         workbook(t, map[string][][]string{"a": {{"x"}}, "b": {{"y"}, {"z", Word}}}),
		"quotes that no program can read":   []byte("EXERCISE,\"name\nEXERCISE,Amani\n"),
		"JSON with other members before it": []byte(`{"a":{"b":1},"EXERCISE":"x"}`),
	} {
		if err := Check(b, false); fault.KeyOf(err) != "mark.error.exercise" {
			t.Errorf("%s: a real installation takes it: %v (found %d)", words, err, Find(b))
		}
	}
	for words, b := range map[string][]byte{
		"real rows":                  []byte("name,age\nNyota,4\n"),
		"the word in a sentence":     []byte("name,note\nNyota,came after the EXERCISE\n"),
		"exercise as an activity":    []byte("name,exercise\nNyota,yes\n"),
		"a picture":                  {0xff, 0xd8, 0xff, 0, 1, 2},
		"a pack":                     []byte("PK\x03\x04 no workbook"),
		"nothing":                    nil,
		"the score of a drill":       []byte(`{"exercise":true,"lines":[]}`),
		"an object that is cut":      []byte(`{"EXERCI`),
		"what only looks compressed": {0x1f, 0x8b, 8},
	} {
		if err := Check(b, false); err != nil {
			t.Errorf("%s: %v", words, err)
		}
	}
}

// In an exercise nobody guards a real table: it is not taken.
func TestAnExerciseTakesATableOnlyIfEveryLineSaysSo(t *testing.T) {
	for words, tc := range map[string]struct {
		b    string
		want string
	}{
		"every line":         {"EXERCISE,name\nEXERCISE,Amani\n\n", ""},
		"real":               {"name,age\nNyota,4\n", "mark.error.actual"},
		"some lines":         {"EXERCISE,name\nNyota,x\n", "mark.error.actual"},
		"one column":         {"name\nNyota\n", "mark.error.actual"},
		"no table":           {"\x00\x01", ""},
		"an object":          {`{"exercise":true}`, ""},
		"nothing but blanks": {"\n \n", ""},
	} {
		if err := Check([]byte(tc.b), true); fault.KeyOf(err) != tc.want || (err == nil) != (tc.want == "") {
			t.Errorf("%s: %v, want %q", words, err, tc.want)
		}
	}
}

func TestTheMarkIsTakenOutForAProgramThatCountsColumns(t *testing.T) {
	for in, want := range map[string]string{"EXERCISE,a,b\nEXERCISE,1,2\n": "a,b\n1,2\n", "a,EXERCISE\nEXERCISE,2\n": "a,EXERCISE\n2\n", "a,b\n1,2\n": "a,b\n1,2\n"} {
		if got := string(Strip([]byte(in))); got != want {
			t.Errorf("%q of %q, want %q", got, in, want)
		}
	}
}

// Whatever a table holds, it carries the mark once it has it, and the rest is as it was.
func FuzzMark(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\n\"x\ny\";2\n", "", "EXERCISE", "{}", "PK\x03\x04", "\x1f\x8b\x08", "\ufeffa\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		Find(b)
		_ = Check(b, true)
		_, _ = Into(kindXLSX, b)
		if !isText(b) || bytes.HasPrefix(b, []byte("PK")) || bytes.HasPrefix(bytes.TrimLeft(b, "\ufeff \t\r\n"), []byte("{")) {
			return
		}
		before, comma, err := lines(b)
		if err != nil {
			return
		}
		out, err := Into(kindCSV, b)
		if err != nil {
			t.Fatal(err)
		}
		if len(before) > 0 && strings.Count(string(out), Word) < len(before) {
			t.Fatalf("%q became %q", b, out)
		}
		r := csv.NewReader(bytes.NewReader(out))
		r.Comma, r.FieldsPerRecord = comma, -1
		after, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%q became %q, which nobody can read: %v", b, out, err)
		}
		for i := range before {
			for j := range before[i] {
				before[i][j] = strings.ReplaceAll(before[i][j], "\r\n", "\n")
			}
			if after[i][0] != Word || !slices.Equal(normal(after[i][1:]), normal(before[i])) {
				t.Fatalf("line %d of %q became %q", i, b, after[i])
			}
		}
	})
}

// normal leaves out how lines end within a cell: the format has one way.
func normal(line []string) []string {
	out := make([]string, len(line))
	for i, c := range line {
		out[i] = strings.NewReplacer("\r\n", "\n", "\r", "").Replace(c)
	}
	return out
}
