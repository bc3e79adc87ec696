package pack

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// harbour reads the test pack's files to change and parse again.
func harbour(t testing.TB) Files {
	t.Helper()
	files, err := ReadFiles(testFS(t), "harbour")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// wantProblem fails unless err lists a problem at file:row and column whose text
// holds want.
func wantProblem(t *testing.T, err error, file string, row int, column, want string) {
	t.Helper()
	var ps Problems
	if !errors.As(err, &ps) {
		t.Fatalf("want problems, got %v", err)
	}
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("want an invalid fault, got %v", fault.CodeOf(err))
	}
	for _, p := range ps {
		if p.File == file && (row == 0 || p.Row == row) && p.Column == column && strings.Contains(p.Text, want) {
			return
		}
	}
	t.Errorf("no problem %s:%d %s %q in:\n%v", file, row, column, want, ps)
}

func TestBadFilesAreNamedWithRowAndColumn(t *testing.T) {
	cases := []struct {
		name, file string
		old, new   string
		row        int
		column     string
		want       string
	}{
		{"an unknown key in the manifest", "pack.yaml", "kind: destination", "kind: destination\ncolour: red", 5, "", "colour"},
		{"a misspelt key of a fact", "pack.yaml", "longest_age: 90", "longest_ago: 90", 21, "", "longest_ago"},
		{"a key given twice", "pack.yaml", "programme: entry", "programme: entry\nprogramme: exit", 7, "", "programme"},
		{"an impossible day", "pack.yaml", "2020-01-01", "2020-02-30", 0, "", "2020-02-30"},
		{"a month where a day is needed", "pack.yaml", "2020-01-01", "2020-02", 0, "effective_from", "full day"},
		{"a text where a number of days is needed", "pack.yaml", "longest_age: 90", "longest_age: ninety", 21, "", "ninety"},
		{"an alias", "pack.yaml", "jurisdiction:\nprogramme: entry", "jurisdiction: &x AAA\nprogramme: *x", 0, "", "anchors"},
		{"a date basis that is no fact", "pack.yaml", "date_basis: exam_date", "date_basis: exam_day", 0, "date_basis", "exam_day"},
		{"a fact type that does not exist", "pack.yaml", "type: bool, sensitivity: clinical", "type: boolean", 0, "facts.symptoms", "boolean"},
		{"a code without values", "pack.yaml", ", values: [AAA, BBB, CCC]", "", 0, "facts.country", "values"},
		{"a status that does not exist", "pack.yaml", "status: review", "status: live", 0, "status", "live"},
		{"a fact that is there twice", "pack.yaml", "name: symptoms", "name: cxr", 0, "facts.cxr", "twice"},
		{"a note on a list that is not there", "pack.yaml", "id: high-risk", "id: low-risk", 0, "lists.low-risk", "no file"},
		{"a list without its column", "lists/high-risk.csv", "certainty,source", "source", 1, "certainty", "missing"},
		{"a list with a column too many", "lists/high-risk.csv", "source,note", "source,note,colour", 1, "colour", "not a column"},
		{"a list parted by semicolons", "lists/high-risk.csv", "code,from,to,value,certainty,source,note", "code;from;to;value;certainty;source;note", 1, "", "semicolons"},
		{"a list member with a day that does not exist", "lists/high-risk.csv", "2022-01-01", "2022-13-01", 3, "from", "not a day"},
		{"a list member that ends before it starts", "lists/high-risk.csv", "2022-01-01,2024-12-31", "2022-01-01,2021-12-31", 3, "to", "before from"},
		{"a list member without certainty", "lists/high-risk.csv", ",,O,harbour-rules,taken", ",,,harbour-rules,taken", 3, "certainty", "not O, S or R"},
		{"a list member twice on the same day", "lists/high-risk.csv", "BBB,2022", "AAA,2022", 3, "code", "row 2"},
		{"a list member without code", "lists/high-risk.csv", "BBB,2022", ",2022", 3, "code", "empty"},
		{"a list with an open quote", "lists/high-risk.csv", "taken off", "\"taken off", 3, "", "quote"},
		{"a hazard without a guard", "hazards.csv", "the hold row is passed over,a hold blocks clearance", "the hold row is passed over,", 2, "guard", "empty"},
		{"a hazard twice", "hazards.csv", "HZ-2,", "HZ-1,", 3, "id", "twice"},
		{"an encounter without a form", "pack.yaml", "form: examination, station: nurse", "station: nurse", 0, "encounters.VISIT", "no form"},
		{"an encounter without a code", "pack.yaml", "code: VISIT, form", "code: , form", 0, "encounters", "not a code"},
		{"an encounter of no sensitivity", "pack.yaml", "sensitivity: clinical, when", "sensitivity: open, when", 0, "encounters.VISIT", "open"},
		{"an encounter for whom nobody can say", "pack.yaml", "age_years >= 2\"", "age_years >=\"", 0, "encounters.VISIT", "when"},
		{"an encounter by a fact that is none", "pack.yaml", "when: \"age_years", "when: \"age_days", 0, "encounters.VISIT", "age_days"},
		{"a locale key twice", "locales/en.json", `"row.H-S2"`, `"row.H-S1"`, 4, "row.H-S1", "twice"},
		{"a locale text that is a number", "locales/en.json", `"Everybody is examined."`, `7`, 3, "row.H-S1", "not a text"},
		{"a locale that is cut off", "locales/en.json", "}\n", "", 0, "", "JSON"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := harbour(t)
			if !strings.Contains(files[c.file], c.old) {
				t.Fatalf("%s does not hold %q", c.file, c.old)
			}
			files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
			_, err := Parse(files)
			wantProblem(t, err, c.file, c.row, c.column, c.want)
		})
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	files := harbour(t)
	files["lists/high-risk.csv"] = strings.Replace(files["lists/high-risk.csv"], "2022-01-01", "2022-13-01", 1)
	files["hazards.csv"] = strings.Replace(files["hazards.csv"], "HZ-2,", "HZ-1,", 1)
	_, err := Parse(files)
	wantProblem(t, err, "lists/high-risk.csv", 3, "from", "not a day")
	wantProblem(t, err, "hazards.csv", 3, "id", "twice")
}

func TestReadingAFolder(t *testing.T) {
	base := func() fstest.MapFS {
		m := fstest.MapFS{}
		for p, text := range harbour(t) {
			m["harbour/"+p] = &fstest.MapFile{Data: []byte(text)}
		}
		return m
	}
	t.Run("what editors leave behind is passed over", func(t *testing.T) {
		m := base()
		m["harbour/tables/.~lock.services.csv#"] = &fstest.MapFile{Data: []byte("x")}
		m["harbour/.git/config"] = &fstest.MapFile{Data: []byte("x")}
		p, err := Load(m, "harbour")
		if err != nil {
			t.Fatal(err)
		}
		if want := harbour(t).Hash(); p.Hash != want {
			t.Error("leftovers must not change the hash")
		}
	})
	t.Run("a file that is no part of a pack is named", func(t *testing.T) {
		m := base()
		m["harbour/tables/services.xlsx"] = &fstest.MapFile{Data: []byte("x")}
		_, err := Load(m, "harbour")
		wantProblem(t, err, "tables/services.xlsx", 0, "", "no part of a pack")
	})
	t.Run("a file that is not UTF-8 is named", func(t *testing.T) {
		m := base()
		m["harbour/lists/high-risk.csv"] = &fstest.MapFile{Data: []byte("code\xff")}
		_, err := Load(m, "harbour")
		wantProblem(t, err, "lists/high-risk.csv", 0, "", "UTF-8")
	})
	t.Run("a byte order mark is taken off", func(t *testing.T) {
		m := base()
		f := "harbour/lists/high-risk.csv"
		m[f] = &fstest.MapFile{Data: append([]byte("\xef\xbb\xbf"), m[f].Data...)}
		p, err := Load(m, "harbour")
		if err != nil {
			t.Fatal(err)
		}
		if p.Hash != harbour(t).Hash() {
			t.Error("the mark must not change the hash")
		}
	})
	t.Run("a file beyond the limit is named", func(t *testing.T) {
		m := base()
		m["harbour/lists/high-risk.csv"] = &fstest.MapFile{Data: make([]byte, maxFile+1)}
		_, err := Load(m, "harbour")
		wantProblem(t, err, "lists/high-risk.csv", 0, "", "larger than")
	})
	t.Run("a folder that is not there is not found", func(t *testing.T) {
		if _, err := Load(base(), "nowhere"); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a folder without manifest is not found", func(t *testing.T) {
		if _, err := Load(fstest.MapFS{"x/README.md": {Data: []byte("x")}}, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestIncludedFormsBecomePartOfTheVersion(t *testing.T) {
	m := fstest.MapFS{}
	for p, text := range harbour(t) {
		m["harbour/"+p] = &fstest.MapFile{Data: []byte(text)}
	}
	delete(m, "harbour/forms/examination.csv")
	m["harbour/pack.yaml"].Data = append(m["harbour/pack.yaml"].Data, "include:\n  - {pack: shared, forms: [examination]}\n"...)
	m["shared/forms/examination.csv"] = &fstest.MapFile{Data: []byte("type,name\ntext,a\n")}
	first, err := Load(m, "harbour")
	if err != nil {
		t.Fatal(err)
	}
	if first.Forms["examination"] != "type,name\ntext,a\n" {
		t.Errorf("form not included: %v", first.Forms)
	}
	again, err := Parse(first.Files)
	if err != nil || again.Hash != first.Hash {
		t.Errorf("a stored version must need nothing from beside it: %v", err)
	}
	m["shared/forms/examination.csv"].Data = []byte("type,name\ntext,b\n")
	second, err := Load(m, "harbour")
	if err != nil {
		t.Fatal(err)
	}
	if second.Hash == first.Hash {
		t.Error("a changed included form must change the hash")
	}
	delete(m, "shared/forms/examination.csv")
	_, err = Load(m, "harbour")
	wantProblem(t, err, "pack.yaml", 0, "include.shared", "cannot be read")
	m["secret.csv"] = &fstest.MapFile{Data: []byte("type,name\ntext,a\n")}
	m["harbour/pack.yaml"].Data = bytes.Replace(m["harbour/pack.yaml"].Data, []byte("[examination]}\n"), []byte("[../../secret]}\n"), 1)
	_, err = Load(m, "harbour")
	wantProblem(t, err, "pack.yaml", 0, "include.shared", "not a form name")
}

func TestTheHashNamesTheContent(t *testing.T) {
	a := Files{"a": "bc", "d": ""}
	for name, b := range map[string]Files{
		"a letter moved between path and content": {"ab": "c", "d": ""},
		"a letter moved between files":            {"a": "b", "d": "c"},
		"a file less":                             {"a": "bc"},
	} {
		if a.Hash() == b.Hash() {
			t.Errorf("%s: the hash is the same", name)
		}
	}
	if a.Hash() != (Files{"d": "", "a": "bc"}).Hash() {
		t.Error("the hash must not depend on the order of a map")
	}
}

func TestSourceIDs(t *testing.T) {
	for cell, want := range map[string]string{
		"cdc-ti-tb":                        "cdc-ti-tb",
		"cdc-ti-tb, flowchart; uscis: B 3": "cdc-ti-tb uscis",
		"cdc-ti-tb section 2":              "cdc-ti-tb",
		"":                                 "",
		" ; ":                              "",
	} {
		if got := strings.Join(SourceIDs(cell), " "); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

// Only a manifest that may include forms is read for them, however it writes the key.
func TestAManifestThatIncludesIsKnownByItsText(t *testing.T) {
	for text, want := range map[string]bool{
		"id: x\ninclude:\n  - pack: forms\n":          true,
		"id: x\n\"include\": []\n":                    true,
		"{id: x, include: [{pack: forms}]}":           true,
		"{id: x,'include' : []}":                      true,
		"? include\n: []\n":                           true,
		"id: x\nnote: it does not include anything\n": false,
		"id: x\ndescription: counts include: none\n":  true, // read for nothing
	} {
		if got := includeKey.MatchString(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	p := harbour(t)
	if _, err := Parse(p); err != nil {
		t.Fatal(err)
	}
	p[manifestFile] += "\"incl\\u0075de\": [{pack: quarantine, forms: [landing]}]\n"
	if _, err := Parse(p); err == nil {
		t.Error("a pack whose included form was not found is whole")
	}
}
