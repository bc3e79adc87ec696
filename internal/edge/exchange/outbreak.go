package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Deps is what an Importer needs.
type Deps struct {
	DB        *db.DB
	Gazetteer *place.Gazetteer
	Counts    *surveillance.Service
	Flows     *mobility.Service
	Today     func() calendar.Day
	Sentence  func(error) string // a fault in words
}

// Importer brings folders in.
type Importer struct{ Deps }

// NoteKind says how bad a row is.
type NoteKind string

// The kinds.
const (
	Skipped  NoteKind = "skipped"  // not kept
	Doubtful NoteKind = "doubtful" // kept as it is, and somebody should look
)

// Note is a row that somebody should look at.
type Note struct {
	Kind NoteKind
	File string
	Row  int // line of the file; 0 is about the file
	Why  string
}

// FileReport is what became of a file.
type FileReport struct {
	File, Is    string
	Rows        int
	Kept        int // new here
	Revised     int // of a count or a document that was here otherwise
	Known       int // here already
	NotReported int // counts among these that give no number
	Skipped     int
}

// Variant is another spelling that was read as a place, because somebody said so.
type Variant struct {
	Text, Name string
	Rows       int
}

// Report is what became of a folder.
type Report struct {
	DryRun   bool
	Files    []FileReport
	Notes    []Note
	Waiting  []string // names that no place has
	Variants []Variant
	Unread   []string // files of the folder that the map does not name
	Findings []surveillance.Finding
	Names    map[string]string // of the units of the findings
}

// Changed reports whether anything is new.
func (r Report) Changed() bool {
	return slices.ContainsFunc(r.Files, func(f FileReport) bool { return f.Kept+f.Revised > 0 })
}

// SkippedRows counts what was not kept.
func (r Report) SkippedRows() (n int) {
	for _, f := range r.Files {
		n += f.Skipped
	}
	return n
}

var errDryRun = errors.New("tried out only")

// Import brings a folder in by a map, in one transaction. A dry run does all of it and
// takes it back.
func (im *Importer) Import(ctx context.Context, m Map, files map[string][]byte, dry bool) (rep Report, err error) {
	for _, f := range m.Files {
		if _, ok := files[f.File]; !ok {
			return rep, fmt.Errorf("the folder has no %s, which the map names", f.File)
		}
	}
	err = im.DB.Write(ctx, func(tx *db.Tx) error {
		in := &bringing{Importer: im, ctx: ctx, tx: tx, m: m, rep: Report{DryRun: dry, Names: map[string]string{}}, names: map[string]place.Resolution{}}
		if err := in.all(files); err != nil {
			return err
		}
		rep = in.rep
		if dry {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		named := slices.ContainsFunc(m.Files, func(f File) bool { return f.File == name }) || slices.Contains(m.Ignore, name)
		if !named {
			rep.Unread = append(rep.Unread, name)
		}
	}
	return rep, err
}

// bringing is one folder on its way in.
type bringing struct {
	*Importer
	ctx   context.Context
	tx    *db.Tx
	m     Map
	rep   Report
	names map[string]place.Resolution
}

func (in *bringing) all(files map[string][]byte) error {
	series := map[[2]string]bool{} // disease and source
	for _, f := range in.m.Files {
		r := FileReport{File: f.File, Is: f.Is}
		do := map[string]func(File, []byte, *FileReport) error{"counts": in.counts, "flows": in.flows, "square": in.square}[f.Is]
		if do == nil {
			do = in.gazetteer
		}
		if err := do(f, files[f.File], &r); err != nil {
			return fmt.Errorf("%s: %w", f.File, err)
		}
		in.rep.Files = append(in.rep.Files, r)
		if f.Is == "counts" {
			series[[2]string{f.Disease, f.Source}] = true
		}
	}
	for k := range series {
		list, err := in.Counts.CountsIn(in.tx, surveillance.CountFilter{Disease: k[0], Source: k[1]})
		if err != nil {
			return err
		}
		in.rep.Findings = append(in.rep.Findings, in.Counts.Lists().Reconcile(list)...)
	}
	for _, f := range in.rep.Findings {
		u, err := in.Counts.Unit(in.tx, f.Unit)
		if err != nil {
			return err
		}
		in.rep.Names[f.Unit] = u.Name("en")
	}
	return nil
}

func (in *bringing) note(kind NoteKind, f File, row int, r *FileReport, format string, args ...any) {
	if kind == Skipped {
		r.Skipped++
	}
	in.rep.Notes = append(in.rep.Notes, Note{kind, f.File, row, fmt.Sprintf(format, args...)})
}

// gazetteer brings areas, aliases, population and points in.
func (in *bringing) gazetteer(f File, data []byte, r *FileReport) error {
	o := place.ImportOptions{Subject: place.Subject(f.Is), File: f.File, Within: strings.ToUpper(f.Within), Level: f.Level, Type: f.Type, Kind: place.PointKind(f.Kind), Source: f.Source, Date: f.Date}
	if !*f.Header {
		o.Columns = f.Columns
	}
	if f.Is == "points" { // their country is a column, or what the file says itself
		o.Within = ""
	}
	rep, err := in.Gazetteer.ImportIn(in.ctx, in.tx, bytes.NewReader(data), o)
	if err != nil {
		return err
	}
	r.Rows, r.Kept, r.Revised, r.Known = rep.Rows, rep.Made, rep.Changed, rep.Unchanged+rep.Known
	for _, bad := range rep.Faults {
		in.note(Skipped, f, bad.Line, r, "%s", strings.ReplaceAll(in.Sentence(bad.Err), "\n", "; "))
	}
	r.Skipped = rep.Bad + rep.Queued
	in.waits(rep.Waiting...)
	clear(in.names)
	return nil
}

func (in *bringing) waits(names ...string) {
	for _, n := range names {
		if !slices.Contains(in.rep.Waiting, n) {
			in.rep.Waiting = append(in.rep.Waiting, n)
		}
	}
}

// find says which place a name is; why says what is wrong where it is none.
func (in *bringing) find(f File, text, within string) (code, why string, err error) {
	key := within + "\x1f" + text
	res, seen := in.names[key]
	if !seen {
		list, err := in.Gazetteer.ResolveOrQueueIn(in.ctx, in.tx, f.File, place.Query{Text: text, Within: strings.ToUpper(within)})
		if err != nil {
			return "", in.Sentence(err), nil
		}
		res = list[0]
		in.names[key] = res
	}
	switch {
	case res.Place != nil:
		if res.By == place.ByChoice {
			in.variant(text, res.Place.Name("en"))
		}
		return res.Place.Code, "", nil
	case res.NoPlace:
		return "", fmt.Sprintf("an officer said that %q is no place", text), nil
	}
	in.waits(text)
	why = fmt.Sprintf("no place is called %q", text)
	for i, c := range res.Candidates {
		if why += map[bool]string{true: "; could be ", false: ", "}[i == 0] + c.Name("en"); i == 2 {
			break
		}
	}
	return "", why, nil
}

func (in *bringing) variant(text, name string) {
	i := slices.IndexFunc(in.rep.Variants, func(v Variant) bool { return v.Text == text })
	if i < 0 {
		i = len(in.rep.Variants)
		in.rep.Variants = append(in.rep.Variants, Variant{Text: text, Name: name})
	}
	in.rep.Variants[i].Rows++
}

// counts brings a file of counts in.
func (in *bringing) counts(f File, data []byte, r *FileReport) error {
	rows, at, width, err := f.columned(data)
	if err != nil {
		return err
	}
	lists, today := in.Counts.Lists(), in.Today()
	first := map[surveillance.Cell]surveillance.Report{}
	var list []surveillance.Report
	for _, row := range rows {
		r.Rows++
		if len(row.cells) != width {
			in.note(Skipped, f, row.line, r, "has %d cells, and %d are expected", len(row.cells), width)
			continue
		}
		unit, why, err := in.find(f, row.cells[at["place"]], f.Within)
		if err != nil {
			return err
		}
		if why != "" {
			in.note(Skipped, f, row.line, r, "%s", why)
			continue
		}
		report, err := in.count(f, row, at, unit)
		if err != nil {
			in.note(Skipped, f, row.line, r, "%v", err)
			continue
		}
		if errs := report.Valid(lists, today); len(errs) > 0 {
			in.note(Skipped, f, row.line, r, "%s", in.Sentence(errs[0]))
			continue
		}
		if !report.Value.Known {
			r.NotReported++
		}
		if was, twice := first[report.Cell]; twice {
			in.note(Doubtful, f, row.line, r, "%s on %s is there twice (%s): %s here, %s there; both are kept", row.cells[at["place"]], report.Period, was.From, said(report.Value), said(was.Value))
		} else {
			first[report.Cell] = report
		}
		list = append(list, report)
	}
	return in.record(list, r)
}

func said(c surveillance.Count) string {
	if !c.Known {
		return "not reported"
	}
	return fmt.Sprint(c.N)
}

// count reads what a row says. Where there is no column for the date of the report it
// is that of the count.
func (in *bringing) count(f File, row record, at map[string]int, unit string) (surveillance.Report, error) {
	day, err := in.m.readDay(row.cells[at["date"]])
	if err != nil {
		return surveillance.Report{}, err
	}
	n, known, err := in.m.readCount(row.cells[at["value"]])
	if err != nil {
		return surveillance.Report{}, err
	}
	out := surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: f.Disease, Indicator: f.Indicator, Period: surveillance.DayPeriod(day), Source: f.Source},
		Reported: day, From: fmt.Sprintf("%s:%d", f.File, row.line)}
	if known {
		out.Value = surveillance.Of(n)
	}
	if i, ok := at["reported"]; ok {
		if out.Reported, err = in.m.readDay(row.cells[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

// atOnce is how many reports are kept by one call.
const atOnce = 1000

func (in *bringing) record(list []surveillance.Report, r *FileReport) error {
	for chunk := range slices.Chunk(list, atOnce) {
		outcomes, err := in.Counts.RecordCountsIn(in.ctx, in.tx, chunk...)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			switch o {
			case surveillance.Kept:
				r.Kept++
			case surveillance.Revised:
				r.Revised++
			default:
				r.Known++
			}
		}
	}
	return nil
}

// flows brings a list of flows in: from, to, people.
func (in *bringing) flows(f File, data []byte, r *FileReport) error {
	rows, at, width, err := f.columned(data)
	if err != nil {
		return err
	}
	t := mobility.Table{Rows: map[string]map[string]*float64{}}
	lines := map[[2]string]int{}
	for _, row := range rows {
		r.Rows++
		if len(row.cells) != width {
			in.note(Skipped, f, row.line, r, "has %d cells, and %d are expected", len(row.cells), width)
			continue
		}
		var ends [2]string
		why := ""
		for i, c := range []struct{ col, within string }{{"from", f.Within}, {"to", f.WithinTo}} {
			var bad string
			if ends[i], bad, err = in.find(f, row.cells[at[c.col]], c.within); err != nil {
				return err
			}
			why = or(why, bad)
		}
		v, known, err := in.m.readNumber(row.cells[at["people"]])
		if err != nil {
			why = or(why, err.Error())
		}
		switch was, twice := lines[ends]; {
		case why != "":
		case ends[0] == ends[1]:
			why = "goes from a place to itself, which is no travel"
		case twice:
			why = fmt.Sprintf("this pair is in row %d too; the first is kept", was)
		}
		if why != "" {
			in.note(Skipped, f, row.line, r, "%s", why)
			continue
		}
		lines[ends] = row.line
		if !known {
			r.NotReported++
		}
		set(t, ends[0], ends[1], v, known)
	}
	return in.save(f, t, r)
}

// save keeps the matrix of a file.
func (in *bringing) save(f File, t mobility.Table, r *FileReport) (err error) {
	if t.Matrix, err = f.matrix(); err != nil {
		return err
	}
	saved, err := in.Flows.SaveMatrixIn(in.ctx, in.tx, t)
	r.Kept, r.Revised, r.Known = saved.Made, saved.Changed, saved.Unchanged
	return err
}

// square brings a matrix in whose rows and columns are the same places in the same
// order. Labels of columns are what spreadsheets and programs spoil, so a column is the
// place of the row in its position; where its label says otherwise, that is noted.
func (in *bringing) square(f File, data []byte, r *FileReport) error {
	rows, err := records(f.File, data)
	if err != nil {
		return err
	}
	if len(rows) < 2 || len(rows[0].cells) != len(rows)-1+f.Skip+1 {
		return fmt.Errorf("has %d rows and is no square under its header; columns before the name of the row are given as skip", len(rows))
	}
	head, rows := rows[0].cells[f.Skip+1:], rows[1:]
	codes := make([]string, len(rows))
	for i, row := range rows {
		r.Rows++
		if len(row.cells) != len(head)+f.Skip+1 {
			return fmt.Errorf("row %d has %d cells, and %d are expected", row.line, len(row.cells), len(head)+f.Skip+1)
		}
		name, why := row.cells[f.Skip], ""
		if codes[i], why, err = in.find(f, name, f.Within); err != nil {
			return err
		}
		if why != "" {
			in.note(Skipped, f, row.line, r, "%s; its row and its column are left out", why)
			continue
		}
		if label := head[i]; !sameLabel(label, name) {
			in.note(Doubtful, f, row.line, r, "column %d is labelled %q and row %d is %q; rows and columns are taken to be in the same order", i+1, label, i+1, name)
		}
	}
	t := mobility.Table{Rows: map[string]map[string]*float64{}}
	for i, row := range rows {
		if codes[i] == "" {
			continue
		}
		if err := in.squareRow(f, t, codes, i, row, r); err != nil {
			return err
		}
	}
	return in.save(f, t, r)
}

func (in *bringing) squareRow(f File, t mobility.Table, codes []string, i int, row record, r *FileReport) error {
	distance := f.Measure == string(mobility.Minutes) || f.Measure == string(mobility.Kilometres)
	for j, text := range row.cells[f.Skip+1:] {
		v, known, err := in.m.readNumber(text)
		switch {
		case codes[j] == "":
			continue
		case err != nil:
			return fmt.Errorf("row %d, column %d: %w", row.line, j+1, err)
		case i == j && distance && known && v != 0:
			return fmt.Errorf("row %d: a place is %v from itself; rows and columns are not in the same order", row.line, v)
		case i == j: // people who stay are no travel
			continue
		case !known:
			r.NotReported++
		}
		set(t, codes[i], codes[j], v, known)
	}
	return nil
}

// set puts a number into a table.
func set(t mobility.Table, from, to string, v float64, known bool) {
	if t.Rows[from] == nil {
		t.Rows[from] = map[string]*float64{}
	}
	if !known {
		t.Rows[from][to] = nil
		return
	}
	v = math.Round(v*1000) / 1000
	t.Rows[from][to] = &v
}

// sameLabel compares the letters and digits of two labels: programs put dots in place
// of everything else.
func sameLabel(a, b string) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" .-'’_()", r) {
				return -1
			}
			return r
		}, strings.ToLower(s))
	}
	return plain(a) == plain(b)
}
