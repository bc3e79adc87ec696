package matchcmd

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/goccy/go-yaml"

	"github.com/godwit-health/godwit/engine/match"
)

// Env is what the commands work with.
type Env struct {
	In       io.Reader // standard input
	Out, Err io.Writer
}

// Commands are the subcommands of godwit match.
type Commands struct {
	Dedupe DedupeCmd `cmd:"" help:"Find the rows of a CSV that may be one person."`
	Link   LinkCmd   `cmd:"" help:"Find the rows of two CSV that may be one person."`
}

// options are what both commands take.
type options struct {
	ID      string   `name:"id" required:"" help:"Column with the id of a row." placeholder:"COL"`
	Map     string   `help:"YAML file that says what columns hold; the others are typed by name and cells." placeholder:"FILE.yaml"`
	Ignore  []string `help:"Column that is not compared; may be given again." placeholder:"COL"`
	Out     string   `required:"" help:"CSV to write the pairs to; - is standard output." placeholder:"PAIRS.csv"`
	Explain bool     `help:"Say on standard error what each level of each field is worth in this file."`
}

// DedupeCmd is godwit match dedupe.
type DedupeCmd struct {
	File string `arg:"" name:"file.csv" help:"A header and a row a record; - is standard input."`
	options
}

// Help adds examples.
func (DedupeCmd) Help() string {
	return `Examples:

  godwit match dedupe --id case_no --out pairs.csv register.csv
  godwit match dedupe --id rec_id --ignore national_id --ignore notes --out pairs.csv register.csv
  godwit match dedupe --id rec_id --map columns.yaml --out pairs.csv register.csv

The first two columns of the output are the ids of the pair, then the probability, then
the weight of each field in bits, for every pair at 0.01 or above. A map has one line a
column, such as

  columns:
    nom_complet: name
    ddn: birth

Kinds are given, family, name, birth, birth-year, birth-month, birth-day, age, sex, phone,
document, email, street, house, postcode, place, region, category, household, text and
ignore. Nothing is merged. docs/match.md has the method.`
}

// LinkCmd is godwit match link.
type LinkCmd struct {
	A   string `arg:"" name:"a.csv" help:"A header and a row a record."`
	B   string `arg:"" name:"b.csv" help:"The same of the other file; columns are paired by name, or by what they hold."`
	ID2 string `name:"id2" help:"Column with the id in the second file, where it is another." placeholder:"COL"`
	options
}

// Help adds an example.
func (LinkCmd) Help() string {
	return `Example:

  godwit match link --id rec_id --ignore national_id --out pairs.csv clinic.csv camp.csv

The output has an id of the first file, an id of the second, the probability, and the
weight of each field in bits. godwit match dedupe --help has the maps.`
}

// Run runs the command.
func (c *DedupeCmd) Run(e *Env) error {
	t, err := e.table(c.File)
	if err != nil {
		return err
	}
	return c.run(e, t, nil, c.ID, c.ID)
}

// Run runs the command.
func (c *LinkCmd) Run(e *Env) error {
	if c.A == "-" && c.B == "-" {
		return errors.New("only one of the two files can be standard input")
	}
	a, err := e.table(c.A)
	if err != nil {
		return err
	}
	b, err := e.table(c.B)
	if err != nil {
		return err
	}
	second := c.ID2
	if second == "" {
		second = c.ID
	}
	return c.run(e, a, b, c.ID, second)
}

// file is a table with its name, for messages.
type file struct {
	*match.Table
	name string
}

func called(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

func (e *Env) table(name string) (*file, error) {
	in := e.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	t, err := match.ReadTable(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", called(name), err)
	}
	return &file{t, called(name)}, nil
}

// ids reads the id column, or says what is wrong with it.
func (f *file) ids(column string) ([]string, error) {
	ids, err := f.IDs(column)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return ids, nil
}

func (o options) run(e *Env, a, b *file, idA, idB string) error {
	kinds, err := readMap(o.Map)
	if err != nil {
		return err
	}
	idsA, err := a.ids(idA)
	if err != nil {
		return err
	}
	idsB, second := idsA, (*match.Table)(nil)
	if b != nil {
		if idsB, err = b.ids(idB); err != nil {
			return err
		}
		second = b.Table
	}
	bar := newBar(e.Err)
	how := match.LinkOptions{ID: idA, ID2: idB, Kinds: kinds, Ignore: o.Ignore, Progress: bar.show}
	var l *match.Linkage
	if second == nil {
		l, err = match.Dedupe(a.Table, how)
	} else {
		l, err = match.Link(a.Table, second, how)
	}
	bar.done()
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	first, last := idNames(idA, idB)
	if err := o.write(e, func(w io.Writer) error { return writePairs(w, l, idsA, idsB, first, last) }); err != nil {
		return err
	}
	o.tell(e, l)
	return nil
}

// idNames are the headers of the two id columns.
func idNames(a, b string) (first, second string) {
	if a == b {
		return a + "_1", a + "_2"
	}
	return a, b
}

// writePairs writes the pairs, the likeliest first.
func writePairs(w io.Writer, l *match.Linkage, idsA, idsB []string, first, second string) error {
	out := csv.NewWriter(w)
	row := []string{first, second, "probability"}
	for _, f := range l.Fields {
		row = append(row, "weight_"+f.Name)
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, p := range l.Pairs {
		row = append(row[:0], idsA[p.A], idsB[p.B], strconv.FormatFloat(p.Probability, 'f', 6, 64))
		for _, bits := range p.Weights {
			row = append(row, strconv.FormatFloat(bits, 'f', 2, 64))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// write writes to a file beside the name and moves it there when it is whole.
func (o options) write(e *Env, body func(io.Writer) error) (err error) {
	if o.Out == "-" {
		return body(e.Out)
	}
	f, err := os.CreateTemp(filepath.Dir(o.Out), "."+filepath.Base(o.Out)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = body(f); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), o.Out)
}

// tell sums up on standard error.
func (o options) tell(e *Env, l *match.Linkage) {
	likely := 0
	for _, p := range l.Pairs {
		if p.Probability >= 0.5 {
			likely++
		}
	}
	fmt.Fprintf(e.Err, "%d pairs compared, %d written, %d of them at a probability of 0.5 or above\n", l.Compared, len(l.Pairs), likely)
	if !o.Explain {
		return
	}
	for _, f := range l.Fields {
		fmt.Fprintf(e.Err, "\n%s (%s)\n", f.Name, f.Kind)
		for _, v := range f.Levels {
			fmt.Fprintf(e.Err, "  %-28s %8.4f %% of one person, %10.6f %% of two, %6.1f bits\n", v.Level, 100*v.One, 100*v.Two, v.Bits())
		}
	}
}

// maxMapBytes bounds a map.
const maxMapBytes = 1 << 20

// readMap reads what columns hold: under "columns", or one line a column.
func readMap(name string) (map[string]match.Kind, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(text) > maxMapBytes {
		return nil, fmt.Errorf("%s: larger than %d MiB; a map has one line a column", name, maxMapBytes>>20)
	}
	var nested struct {
		Columns map[string]string `yaml:"columns"`
	}
	columns := map[string]string{}
	if err := yaml.UnmarshalWithOptions(bytes.TrimPrefix(text, []byte("\ufeff")), &nested, yaml.Strict()); err == nil {
		columns = nested.Columns
	} else if err := yaml.Unmarshal(text, &columns); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("%s: names no column; it has one line a column, such as ddn: birth", name)
	}
	kinds := map[string]match.Kind{}
	for c, k := range columns {
		kind, err := match.ParseKind(k)
		if err != nil {
			return nil, fmt.Errorf("%s: column %s: %w", name, c, err)
		}
		kinds[c] = kind
	}
	return kinds, nil
}

// bar is a line of progress on a terminal, and nothing anywhere else.
type bar struct {
	w     io.Writer
	shown int
}

func newBar(w io.Writer) *bar {
	f, ok := w.(*os.File)
	if !ok {
		return &bar{shown: math.MaxInt}
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &bar{shown: math.MaxInt}
	}
	return &bar{w: w, shown: -1}
}

func (b *bar) show(done, total int) {
	if percent := 100 * done / max(total, 1); percent > b.shown {
		b.shown = percent
		fmt.Fprintf(b.w, "\r%3d %% compared", percent)
	}
}

func (b *bar) done() {
	if b.w != nil {
		fmt.Fprint(b.w, "\r              \r")
	}
}
