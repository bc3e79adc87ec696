package flowcmd

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/flow"
)

// Env is what the commands work with.
type Env struct {
	In  io.Reader // read where a file is named -
	Out io.Writer
}

// Commands are the subcommands of godwit flow.
type Commands struct {
	Gravity     GravityCmd     `cmd:"" help:"Fill flows between places by the production-constrained gravity model."`
	Radiation   RadiationCmd   `cmd:"" help:"Fill flows between places by the radiation model."`
	Distance    DistanceCmd    `cmd:"" help:"Effective distance between places from the flows between them."`
	Import      ImportCmd      `cmd:"" help:"Expected importations from an outbreak, with drawn incubation and infectious periods."`
	Outbreak    OutbreakCmd    `cmd:"" help:"Probability that importations start an outbreak."`
	Travellers  TravellersCmd  `cmd:"" help:"Risk of one traveller, as one case per N travellers."`
	Screening   ScreeningCmd   `cmd:"" help:"What traveller screening finds and misses, by stage and reason."`
	PlacePoints PlacePointsCmd `cmd:"" help:"Where k screening points meet most infected travellers."`
	SEIR        SEIRCmd        `cmd:"" name:"seir" help:"Metapopulation SEIR with travel both ways."`
	Delay       DelayCmd       `cmd:"" help:"Days that a reduction of travel postpones an importation."`
	Backtest    BacktestCmd    `cmd:"" help:"Score rankings of who may be next on what came to pass."`
}

// output is the flag of every command.
type output struct {
	JSON bool `name:"json" help:"Print a JSON array of objects in place of CSV; what is not known is null."`
}

// common are the flags of commands that read a file.
type common struct {
	output
	By string `help:"Column that tells several sets in one file apart; world, network, case_id, case or group if there is one." placeholder:"COLUMN"`
}

// open reads a table from a file, or from standard input for "-".
func (e *Env) open(name string) (*flow.Table, error) {
	if name == "-" {
		return flow.ReadTable(e.In, "standard input")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return flow.ReadTable(f, name)
}

// group is the column that tells sets apart, "" for none.
func (c common) group(t *flow.Table) (string, error) {
	if c.By != "" {
		return c.By, t.Need(c.By)
	}
	for _, col := range []string{"world", "network", "case_id", "case", "group"} {
		if t.Has(col) {
			return col, nil
		}
	}
	return "", nil
}

// table is what a command prints.
type table struct {
	cols []string
	rows [][]any
}

// newTable begins with the group's column if there is one.
func newTable(group string, cols ...string) *table {
	if group != "" {
		cols = append([]string{group}, cols...)
	}
	return &table{cols: cols}
}

// add adds a row; the group's name is left out where there is no group.
func (t *table) add(group, name string, cells ...any) {
	if group != "" {
		cells = append([]any{name}, cells...)
	}
	t.rows = append(t.rows, cells)
}

// known is the number of an answer, or nothing.
func known(s flow.State, v float64) any {
	if s != flow.Known {
		return nil
	}
	return v
}

// amount is a number, or nothing.
func amount(a flow.Amount) any {
	if !a.Known {
		return nil
	}
	return a.Value
}

// stateOf is the word of a number that may not be known.
func stateOf(a flow.Amount) string {
	if a.Known {
		return flow.Known.String()
	}
	return flow.Unknown.String()
}

// print writes the table.
func (e *Env) print(t *table, asJSON bool) error {
	if asJSON {
		return e.printJSON(t)
	}
	w := csv.NewWriter(e.Out)
	if err := w.Write(t.cols); err != nil {
		return err
	}
	rec := make([]string, len(t.cols))
	for _, row := range t.rows {
		for i, v := range row {
			rec[i] = cell(v)
		}
		if err := w.Write(rec); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// cell prints numbers so that they read back as they are.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// printJSON keeps the order of the columns, which a map would lose.
func (e *Env) printJSON(t *table) error {
	objects := make([]string, len(t.rows))
	for r, row := range t.rows {
		pairs := make([]string, len(row))
		for i, v := range row {
			if f, ok := v.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
				v = nil
			}
			text, err := json.Marshal(v)
			if err != nil {
				return err
			}
			pairs[i] = fmt.Sprintf("%q: %s", t.cols[i], text)
		}
		objects[r] = "  {" + strings.Join(pairs, ", ") + "}"
	}
	_, err := fmt.Fprintf(e.Out, "[\n%s\n]\n", strings.Join(objects, ",\n"))
	return err
}

// unique are the texts of a column in the order of the file, each once.
func unique(t *flow.Table, rows []int, col string) (out []string, err error) {
	seen := map[string]bool{}
	for _, r := range rows {
		name := t.Text(r, col)
		switch {
		case name == "":
			return nil, t.Fault(r, col, "is empty; every place needs a name")
		case seen[name]:
			return nil, t.Fault(r, col, "is %q a second time; keep one row a place", name)
		}
		seen[name] = true
		out = append(out, name)
	}
	return out, nil
}

// number is the flag's value where it was given, else the column's.
func number(t *flow.Table, row int, col string, flag *float64, name string) (float64, error) {
	if flag != nil {
		return *flag, nil
	}
	if !t.Has(col) {
		return 0, t.Fault(row, col, "is no column; add it, or give %s", name)
	}
	return t.Number(row, col)
}
