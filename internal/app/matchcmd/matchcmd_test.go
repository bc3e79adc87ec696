package matchcmd_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/godwit-health/godwit/internal/app/matchcmd"
)

// run does one command as it is typed after "godwit match".
func run(t testing.TB, in string, args ...string) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	parser, err := kong.New(&matchcmd.Commands{}, kong.Exit(func(int) { t.Fatal("exited") }), kong.Writers(&o, &e))
	if err != nil {
		t.Fatal(err)
	}
	k, err := parser.Parse(args)
	if err != nil {
		return "", "", err
	}
	err = k.Run(&matchcmd.Env{In: strings.NewReader(in), Out: &o, Err: &e})
	return o.String(), e.String(), err
}

// register is a file of distinct people with one of them twice, spelled otherwise, and
// blanks around headers and cells.
func register() string {
	given := strings.Fields("amina yusuf sahra omar hodan farah nadia bilal rahma idris zahra malik salma tariq leila hamid noura jamal asha karim")
	family := strings.Fields("warsame haile tesfaye ndiaye okello mwangi rahimi petrov garcia nguyen ferreira kowalski")
	var b strings.Builder
	b.WriteString(" case_no , given name , surname, date of birth ,sex\n")
	r := rand.New(rand.NewPCG(7, 20))
	var rows [][]string
	for range 240 {
		row := []string{given[r.IntN(len(given))], family[r.IntN(len(family))], fmt.Sprintf("%d-%02d-%02d", 1950+r.IntN(55), 1+r.IntN(12), 1+r.IntN(28)), []string{"f", "m"}[r.IntN(2)]}
		rows = append(rows, row)
		fmt.Fprintf(&b, "C%03d , %s\n", len(rows), strings.Join(row, " , "))
	}
	for k := range 12 { // a second registration: the same, or a letter doubled in one name
		row := slices.Clone(rows[19*k])
		if at := k % 4; at < 2 {
			row[at] += row[at][len(row[at])-1:]
		}
		fmt.Fprintf(&b, "D%02d,%s\n", k, strings.Join(row, ","))
	}
	return b.String()
}

func TestDedupeWritesThePairs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pairs.csv")
	_, errs, err := run(t, register(), "dedupe", "-", "--id", "case_no", "--out", file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(errs, "pairs compared") {
		t.Errorf("nothing summed up: %q", errs)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"case_no_1", "case_no_2", "probability", "weight_given name", "weight_surname", "weight_date of birth", "weight_sex"}
	if !slices.Equal(rows[0], want) {
		t.Errorf("header %q, want %q", rows[0], want)
	}
	again, before := 0, 2.0
	for _, row := range rows[1:] {
		p, err := strconv.ParseFloat(row[2], 64)
		if err != nil || p < 0.01 || p > 1 || p > before {
			t.Errorf("probability %q after %v", row[2], before)
		}
		if before = p; p >= 0.5 && (row[0][0] == 'D') != (row[1][0] == 'D') {
			again++
		}
	}
	if again != 12 {
		t.Errorf("%d of 12 second registrations found:\n%s", again, text)
	}
}

func TestLinkPairsColumnsByNameAndByWhatTheyHold(t *testing.T) {
	dir := t.TempDir()
	lines := strings.SplitAfter(register(), "\n")
	a, b := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv")
	header := "nr;prénom;nom;naissance;sexe\n"
	second := header
	for _, l := range lines[1:] {
		if strings.HasPrefix(l, "D") {
			second += strings.ReplaceAll(l, ",", ";")
		}
	}
	write(t, a, strings.Join(lines[:len(lines)-13], ""))
	write(t, b, second)
	out, _, err := run(t, "", "link", a, b, "--id", "case_no", "--id2", "nr", "--out", "-")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if rows[0][0] != "case_no" || rows[0][1] != "nr" || len(rows[0]) != 7 {
		t.Errorf("header %q", rows[0])
	}
	found := 0
	for _, row := range rows[1:] {
		if p, _ := strconv.ParseFloat(row[2], 64); p >= 0.5 && row[0][0] == 'C' && row[1][0] == 'D' {
			found++
		}
	}
	if found != 12 {
		t.Errorf("%d of 12 linked:\n%s", found, out)
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMapAndIgnore(t *testing.T) {
	dir := t.TempDir()
	m := filepath.Join(dir, "map.yaml")
	text := strings.Replace(register(), "given name , surname, date of birth ,sex", "a,b,c,d", 1)
	for _, body := range []string{"columns:\n  a: given\n  b: family\n  c: birth\n", "a: given\nb: family\nc: birth\n"} {
		write(t, m, body)
		out, _, err := run(t, text, "dedupe", "-", "--id", "case_no", "--map", m, "--ignore", "d", "--out", "-")
		if err != nil {
			t.Fatal(err)
		}
		if header, _, _ := strings.Cut(out, "\n"); header != "case_no_1,case_no_2,probability,weight_a,weight_b,weight_c" {
			t.Errorf("%q gives %q", body, header)
		}
	}
}

func TestBadInputIsSaidAndNothingIsWritten(t *testing.T) {
	dir := t.TempDir()
	m := func(name, body string) string {
		write(t, filepath.Join(dir, name), body)
		return filepath.Join(dir, name)
	}
	good := "id,given,family\n1,amina,ali\n2,omar,said\n"
	id := []string{"--id", "id"}
	for _, tt := range []struct {
		name, in string
		args     []string
		want     string
	}{
		{"no id column", good, []string{"--id", "nr"}, `there is no column "nr"; there is id, given, family`},
		{"an id twice", "id,given\n7,amina\n8,omar\n7,sahra\n", id, "line 4: the id in column id stands in line 2 too"},
		{"a row without id", "id,given\n7,amina\n,omar\n", id, "line 3: column id is empty"},
		{"an empty file", "", id, "the file is empty"},
		{"a header alone", "id,given\n", id, "a header and no rows"},
		{"a ragged row", "id,given,family\n1,amina,ali\n2,omar\n", id, "line 3: has 2 cells where the header has 3"},
		{"Latin-1", "id,given\n1,Jos\xe9\n", id, "line 2: cell 2 is not UTF-8"},
		{"UTF-16", "\xff\xfei\x00d\x00", id, "UTF-16"},
		{"a workbook", "PK\x03\x04", id, "workbook"},
		{"a cell of 100 KiB", "id,given\n1," + strings.Repeat("a", 100<<10) + "\n", id, "line 2: cell 2 has more than 64 KiB"},
		{"an open quote", "id,given\n1,\"amina\n2,omar\n", id, "line"},
		{"one header twice", "id,given,given\n1,a,b\n", id, `two columns are called "given"`},
		{"nothing to compare", "id\n1\n2\n", id, "no column is left to compare by"},
		{"an unknown column to ignore", good, []string{"--id", "id", "--ignore", "givn"}, `there is no column "givn" (to be ignored)`},
		{"a map with an unknown column", good, []string{"--id", "id", "--map", m("a.yaml", "dob: birth\n")}, `there is no column "dob" (of the map)`},
		{"a map with an unknown kind", good, []string{"--id", "id", "--map", m("b.yaml", "given: firstname\n")}, `there is no kind of column "firstname"`},
		{"an empty map", good, []string{"--id", "id", "--map", m("c.yaml", "")}, "names no column"},
		{"a map that is no YAML", good, []string{"--id", "id", "--map", m("d.yaml", "{")}, "d.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(dir, "pairs.csv")
			_, _, err := run(t, tt.in, append([]string{"dedupe", "-", "--out", file}, tt.args...)...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if _, err := os.Stat(file); err == nil {
				t.Error("a file was written")
			}
			if err != nil && (strings.Contains(err.Error(), "amina") || strings.Contains(err.Error(), "sahra")) {
				t.Errorf("a name stands in the error: %v", err)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".pairs*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
