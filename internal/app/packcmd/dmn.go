package packcmd

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/decision/dmn"
)

// ImportDMN turns the decision tables of a DMN file into CSV: printed one after
// the other, or written into the tables and lists folders of a pack folder, where
// nothing is overwritten. The facts that pack.yaml needs, and what a person should
// look at, go to the error stream.
func (e *Env) ImportDMN(file, out string) int {
	f, err := os.Open(file)
	if err != nil {
		fmt.Fprintf(e.Err, "error: the DMN file cannot be read: %v\n", err)
		return 2
	}
	defer f.Close()
	got, err := dmn.Import(f)
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			fmt.Fprintf(e.Err, "error: %s: %s\n", file, line)
		}
		return 1
	}
	sheets, err := sheetsOf(got)
	if err == nil && out == "" {
		err = e.printSheets(sheets)
	} else if err == nil {
		err = e.writeSheets(out, sheets)
	}
	if err != nil {
		fmt.Fprintf(e.Err, "error: %v\n", err)
		return 2
	}
	e.printFacts(got.Facts)
	for _, n := range got.Notes {
		fmt.Fprintf(e.Err, "note: %s\n", n)
	}
	return 0
}

// aSheet is one CSV file of the import, by its place in a pack.
type aSheet struct {
	path string
	text []byte
}

func sheetsOf(got *dmn.Imported) ([]aSheet, error) {
	var all []aSheet
	used := map[string]bool{}
	add := func(folder, name string, text []byte) {
		p := folder + "/" + fileName(name, used) + ".csv"
		all = append(all, aSheet{p, text})
	}
	for _, t := range got.Tables {
		var b bytes.Buffer
		if err := decision.WriteTable(&b, t); err != nil {
			return nil, err
		}
		add("tables", t.Name, b.Bytes())
	}
	for _, l := range got.Lists {
		text, err := listSheet(l)
		if err != nil {
			return nil, err
		}
		add("lists", l.ID, text)
	}
	return all, nil
}

func listSheet(l decision.ListDef) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"code", "from", "to", "value", "certainty", "source", "note"}}
	for _, m := range l.Entries {
		from, to := "", ""
		if m.From != nil {
			from = m.From.String()
		}
		if m.To != nil {
			to = m.To.String()
		}
		rows = append(rows, []string{m.Code, from, to, m.Value, m.Certainty, m.Source, m.Note})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// unsafeName is what a table's name may not put into a file name.
var unsafeName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// fileName is a name for a file that no other sheet has, nor any system reserves.
func fileName(table string, used map[string]bool) string {
	name := strings.ToLower(strings.Trim(unsafeName.ReplaceAllString(table, "-"), "-."))
	if name == "" {
		name = "table"
	}
	name = name[:min(len(name), 80)]
	unique := name
	for i := 2; used[unique]; i++ {
		unique = fmt.Sprintf("%s-%d", name, i)
	}
	used[unique] = true
	return unique
}

func (e *Env) printSheets(sheets []aSheet) error {
	for i, s := range sheets {
		if i > 0 {
			fmt.Fprintln(e.Out)
		}
		if _, err := e.Out.Write(s.text); err != nil {
			return err
		}
	}
	return nil
}

func (e *Env) writeSheets(folder string, sheets []aSheet) error {
	for _, s := range sheets {
		p := filepath.Join(folder, filepath.FromSlash(s.path))
		if _, err := os.Lstat(p); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already; nothing was written", p)
		}
	}
	for _, s := range sheets {
		p := filepath.Join(folder, filepath.FromSlash(s.path))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			return err
		}
		if err := writeNew(p, s.text); err != nil {
			return err
		}
		fmt.Fprintln(e.Out, p)
	}
	return nil
}

func writeNew(p string, text []byte) error {
	f, err := os.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, bytes.NewReader(text))
	return errors.Join(err, f.Close())
}

// printFacts prints the facts as pack.yaml wants them.
func (e *Env) printFacts(facts []decision.FactDef) {
	if len(facts) == 0 {
		return
	}
	fmt.Fprintln(e.Err, "for pack.yaml:\nfacts:")
	for _, f := range facts {
		fmt.Fprintf(e.Err, "  - {name: %s, type: %s", f.Name, f.Type)
		if len(f.Values) > 0 {
			quoted := make([]string, len(f.Values))
			for i, v := range f.Values {
				quoted[i] = fmt.Sprintf("%q", v)
			}
			fmt.Fprintf(e.Err, ", values: [%s]", strings.Join(quoted, ", "))
		}
		if f.Derive != "" {
			fmt.Fprintf(e.Err, ", derive: %q", f.Derive)
		}
		fmt.Fprintln(e.Err, "}")
	}
}

// ExportDMN writes a pack's tables as they stand on a day as DMN XML.
func (e *Env) ExportDMN(name, on string) int {
	day, ok := e.day(on)
	if !ok {
		return 2
	}
	p, ok := e.open(name)
	if !ok {
		return 2
	}
	var b bytes.Buffer // nothing is printed of an export that fails
	if err := dmn.Export(&b, p.Protocol.Source(), day); err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			fmt.Fprintf(e.Err, "error: %s\n", line)
		}
		return 1
	}
	if _, err := e.Out.Write(b.Bytes()); err != nil {
		fmt.Fprintf(e.Err, "error: %v\n", err)
		return 2
	}
	return 0
}

// DMNTest runs the DMN TCK cases of every folder below a folder. The last line is
// "N passed, N failed"; a case that cannot be run counts as failed.
func (e *Env) DMNTest(dir string) int {
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		fmt.Fprintf(e.Err, "error: %s is not a folder that can be read\n", dir)
		return 2
	}
	passed, failed, err := dmn.RunTCK(os.DirFS(dir), e.Out)
	if err != nil {
		fmt.Fprintf(e.Err, "error: %v\n", err)
		return 2
	}
	fmt.Fprintf(e.Out, "%d passed, %d failed\n", passed, failed)
	switch {
	case failed > 0:
		return 1
	case passed == 0:
		fmt.Fprintf(e.Err, "error: no *-test-*.xml below %s\n", dir)
		return 1
	}
	return 0
}
