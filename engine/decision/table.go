package decision

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Policy says which of the rows that match count (DMN 1.5, 8.2.8).
type Policy string

// The hit policies.
const (
	Unique       Policy = "unique"      // at most one row may match
	Any          Policy = "any"         // rows that match together must say the same
	First        Policy = "first"       // the first that matches
	Priority     Policy = "priority"    // the one highest in Table.Order
	Collect      Policy = "collect"     // all
	CollectMin   Policy = "collect-min" // the smallest number
	CollectMax   Policy = "collect-max" // the largest
	CollectSum   Policy = "collect-sum" // their sum
	CollectCount Policy = "collect-count"
	RuleOrder    Policy = "rule-order"   // all, in row order
	OutputOrder  Policy = "output-order" // all, in the order of Table.Order
)

// Policies returns the hit policies.
func Policies() []Policy {
	return []Policy{Unique, Any, First, Priority, Collect, CollectMin, CollectMax, CollectSum, CollectCount, RuleOrder, OutputOrder}
}

// Limits on outside tables.
const (
	MaxTableBytes = 4 << 20
	MaxRows       = 5000
	MaxColumns    = 200
	MaxCellBytes  = 4096
)

// Table is a decision table as written.
type Table struct {
	Name    string
	Policy  Policy
	Order   []string // codes, best first, for priority and output-order
	Inputs  []string // facts and pseudo-facts (hold.any, require.CXR)
	Outputs []string // outcome, code, then arguments
	Rows    []Row
}

// Row is one rule. Cells stand under Inputs, Out under Outputs.
type Row struct {
	ID        string
	From, To  *calendar.Day // both days included; nil is an open end
	Cells     []string
	Out       []string
	Certainty string // O official text read, S secondary source, R recalled
	Source    string
	Note      string
	Line      int // in the file it came from; 0 if it did not
}

// argColumns are the output columns a table may have beside outcome and code.
var argColumns = map[string]bool{
	"months": true, "days": true, "hours": true, "anchor": true, "until": true, "reason": true,
	"drug": true, "dose": true, "level": true, "within_days": true, "text": true,
}

// lineError names the row and column of a mistake in a table's text.
type lineError struct {
	table, row, column string
	line               int
	msg                string
}

func (e *lineError) Error() string {
	var b strings.Builder
	b.WriteString("decision table")
	if e.table != "" {
		fmt.Fprintf(&b, " %s", e.table)
	}
	if e.line > 0 {
		fmt.Fprintf(&b, ", line %d", e.line)
	}
	if e.row != "" {
		fmt.Fprintf(&b, ", row %s", e.row)
	}
	if e.column != "" {
		fmt.Fprintf(&b, ", column %s", e.column)
	}
	return b.String() + ": " + e.msg
}

// ParseTable reads a table from CSV (RFC 4180, UTF-8, a byte order mark is
// skipped). Line 1 is `table`, name, hit policy and, for priority and
// output-order, the codes best first. Line 2 is the header. name is used in
// errors until line 1 is read. Every mistake in the file is reported, each with
// its line, row and column.
func ParseTable(name string, r io.Reader) (*Table, error) {
	lr := &io.LimitedReader{R: r, N: MaxTableBytes + 1}
	br := bufio.NewReader(lr)
	if bom, err := br.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		br.Discard(3)
	}
	cr := csv.NewReader(br)
	cr.FieldsPerRecord = -1
	t := &Table{Name: name}
	var errs []error
	var cols columns
	for n := 0; ; n++ {
		rec, err := cr.Read()
		if err == io.EOF {
			break
		}
		if lr.N <= 0 {
			return nil, &lineError{table: t.Name, msg: fmt.Sprintf("longer than %d bytes", MaxTableBytes)}
		}
		if err != nil {
			return nil, &lineError{table: t.Name, msg: err.Error()}
		}
		line, _ := cr.FieldPos(0)
		rec = trimRecord(rec)
		switch {
		case n == 0:
			if err := t.readTitle(rec, line); err != nil {
				return nil, err
			}
		case n == 1:
			if cols, err = t.readHeader(rec, line); err != nil {
				return nil, err
			}
		case len(rec) == 0:
			n--
		case len(t.Rows) >= MaxRows:
			return nil, &lineError{table: t.Name, line: line, msg: fmt.Sprintf("more than %d rows", MaxRows)}
		default:
			row, err := t.readRow(rec, line, cols)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			t.Rows = append(t.Rows, row)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if cols.width == 0 {
		return nil, &lineError{table: t.Name, msg: "the file needs a title line and a header line"}
	}
	return t, nil
}

// trimRecord drops blanks around fields and the empty fields at the end that
// spreadsheets add.
func trimRecord(rec []string) []string {
	for i := range rec {
		rec[i] = strings.TrimSpace(rec[i])
	}
	for len(rec) > 0 && rec[len(rec)-1] == "" {
		rec = rec[:len(rec)-1]
	}
	return rec
}

func (t *Table) readTitle(rec []string, line int) error {
	if len(rec) < 3 || rec[0] != "table" {
		return &lineError{table: t.Name, line: line, msg: "line 1 must be: table, name, hit policy"}
	}
	if rec[1] == "" {
		return &lineError{table: t.Name, line: line, msg: "the table has no name"}
	}
	t.Name = rec[1]
	for _, p := range Policies() {
		if string(p) == rec[2] {
			t.Policy = p
		}
	}
	if t.Policy == "" {
		return &lineError{table: t.Name, line: line, msg: fmt.Sprintf("%q is not a hit policy (want one of %v)", rec[2], Policies())}
	}
	if len(rec) > 3 {
		t.Order = strings.Fields(strings.Join(rec[3:], " "))
	}
	return nil
}

// columns is where the parts of a row stand.
type columns struct{ inputs, outputs, tail, width int }

// readHeader reads: id,from,to, inputs, |, outputs, |, certainty,source,note.
func (t *Table) readHeader(rec []string, line int) (columns, error) {
	fail := func(col, msg string) (columns, error) {
		return columns{}, &lineError{table: t.Name, line: line, column: col, msg: msg}
	}
	if len(rec) > MaxColumns {
		return fail("", fmt.Sprintf("more than %d columns", MaxColumns))
	}
	if len(rec) < 3 || rec[0] != "id" || rec[1] != "from" || rec[2] != "to" {
		return fail("", "the header must begin with id, from, to")
	}
	bars := []int{}
	for i, c := range rec {
		if c == "|" {
			bars = append(bars, i)
		}
	}
	if len(bars) != 2 {
		return fail("", "the header needs two | columns: before the outputs and before certainty")
	}
	c := columns{inputs: 3, outputs: bars[0] + 1, tail: bars[1] + 1, width: len(rec)}
	t.Inputs = append([]string(nil), rec[c.inputs:bars[0]]...)
	t.Outputs = append([]string(nil), rec[c.outputs:bars[1]]...)
	if got := strings.Join(rec[c.tail:], ","); got != "certainty,source,note" {
		return fail("", "the header must end with certainty, source, note")
	}
	seen := map[string]bool{}
	for _, in := range t.Inputs {
		if in == "" || !utf8.ValidString(in) {
			return fail("", "an input column has no name")
		}
	}
	for i, o := range t.Outputs {
		switch {
		case i == 0 && o != "outcome", i == 1 && o != "code":
			return fail(o, "the outputs must begin with outcome, code")
		case i > 1 && !argColumns[o]:
			return fail(o, "not an output column (months, days, hours, anchor, until, reason, drug, dose, level, within_days, text)")
		case seen[o]:
			return fail(o, "the column stands twice")
		}
		seen[o] = true
	}
	if len(t.Outputs) < 2 {
		return fail("", "the outputs must begin with outcome, code")
	}
	return c, nil
}

func (t *Table) readRow(rec []string, line int, c columns) (Row, error) {
	row := Row{Line: line}
	if len(rec) > 0 {
		row.ID = rec[0]
	}
	fail := func(col, msg string) (Row, error) {
		return Row{}, &lineError{table: t.Name, line: line, row: row.ID, column: col, msg: msg}
	}
	if row.ID == "" {
		return fail("id", "the row has no id")
	}
	if len(rec) > c.width {
		return fail("", fmt.Sprintf("%d columns, the header has %d", len(rec), c.width))
	}
	for len(rec) < c.width {
		rec = append(rec, "")
	}
	if rec[c.outputs-1] != "|" || rec[c.tail-1] != "|" {
		return fail("|", "the | stands in another column than in the header")
	}
	for _, f := range rec {
		if len(f) > MaxCellBytes {
			return fail("", fmt.Sprintf("a cell is longer than %d bytes", MaxCellBytes))
		}
		if !utf8.ValidString(f) {
			return fail("", "not valid UTF-8")
		}
	}
	var err error
	if row.From, err = optionalDay(rec[1]); err != nil {
		return fail("from", err.Error())
	}
	if row.To, err = optionalDay(rec[2]); err != nil {
		return fail("to", err.Error())
	}
	row.Cells = append([]string(nil), rec[c.inputs:c.outputs-1]...)
	for i, cell := range row.Cells {
		if cell == "" {
			return fail(t.Inputs[i], "the cell is empty; write - for any")
		}
		if _, err := parseCell(cell); err != nil {
			return fail(t.Inputs[i], err.Error())
		}
	}
	row.Out = append([]string(nil), rec[c.outputs:c.tail-1]...)
	row.Certainty, row.Source, row.Note = rec[c.tail], rec[c.tail+1], rec[c.tail+2]
	return row, nil
}

func optionalDay(s string) (*calendar.Day, error) {
	if s == "" {
		return nil, nil
	}
	d, err := calendar.ParseDay(s)
	if err != nil {
		return nil, err
	}
	return &d, nil
}

// WriteTable writes the CSV that ParseTable reads.
func WriteTable(w io.Writer, t *Table) error {
	cw := csv.NewWriter(w)
	title := []string{"table", t.Name, string(t.Policy)}
	if len(t.Order) > 0 {
		title = append(title, strings.Join(t.Order, " "))
	}
	cw.Write(title)
	header := append([]string{"id", "from", "to"}, t.Inputs...)
	header = append(append(header, "|"), t.Outputs...)
	cw.Write(append(header, "|", "certainty", "source", "note"))
	for _, r := range t.Rows {
		rec := append([]string{r.ID, dayText(r.From), dayText(r.To)}, r.Cells...)
		rec = append(append(rec, "|"), r.Out...)
		cw.Write(append(rec, "|", r.Certainty, r.Source, r.Note))
	}
	cw.Flush()
	return cw.Error()
}

func dayText(d *calendar.Day) string {
	if d == nil {
		return ""
	}
	return d.String()
}
