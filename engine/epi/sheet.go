package epi

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Column is one column of counts that a sheet is read for. The names are tried in
// order, without regard to case.
type Column struct {
	Names    []string
	Optional bool
}

// Sheet is a CSV of counts, by series.
type Sheet struct {
	Series   []SheetSeries // in the order of their first row
	Problems []RowProblem
}

// SheetSeries are the counts of one series in the order of time, whatever the order of
// its rows.
type SheetSeries struct {
	ID     string
	T      []string    // as written
	Counts [][]float64 // of each column asked for; nil for an optional one that is not there
	// Start is the ISO week of the first count where t are weeks, or days a week apart.
	Start Week
	Daily bool // t are consecutive days
}

// RowProblem is what is wrong with one row, or with a series. A series with a problem
// is left out whole: a method would take the gap for time that did not pass.
type RowProblem struct {
	Row     int // line of the file, from 1; 0 for a series as a whole
	Series  string
	Problem string
}

// String names the place.
func (p RowProblem) String() string {
	s := p.Problem
	if p.Series != "" {
		s = "series " + p.Series + ": " + s
	}
	if p.Row > 0 {
		s = fmt.Sprintf("line %d: %s", p.Row, s)
	}
	return s
}

// Limits of a sheet, so that a wrong file cannot take the memory.
const (
	maxSheetBytes = 256 << 20
	maxSheetRows  = 5_000_000
	maxProblems   = 100
)

// ReadSheet reads a CSV with a header: series_id (optional; without it there is one
// series), t, and the columns asked for. Other columns are passed over.
//
// t is a whole number, an ISO week (2020-W53) or a day (2020-12-28), and one series has
// one kind, a period apart without a gap: a period that was not reported is a row whose
// count is empty or NA. Days follow each other by 1 or by 7.
//
// An error is a file that cannot be read at all; what is wrong with a series stands in
// Problems, and the other series are read.
func ReadSheet(r io.Reader, columns ...Column) (*Sheet, error) {
	counted := &countingReader{r: r}
	in := csv.NewReader(skipBOM(counted))
	in.ReuseRecord, in.FieldsPerRecord = true, -1
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, refuse("file", "is empty; the first line names the columns")
	}
	if err != nil {
		return nil, sheetError(err)
	}
	rd := &sheetReader{columns: columns, byID: map[string]*rawSeries{}}
	if err := rd.header(header); err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, sheetError(err)
		}
		if n >= maxSheetRows {
			return nil, refuse("file", "has more than %d rows; cut it", maxSheetRows)
		}
		line, _ := in.FieldPos(0)
		rd.row(line, row)
	}
	if counted.n > maxSheetBytes {
		return nil, refuse("file", "is larger than %d MiB; cut it", maxSheetBytes>>20)
	}
	if len(rd.order) == 0 {
		return nil, refuse("file", "has a header and no rows")
	}
	return rd.sheet(), nil
}

// sheetError keeps the position and drops the text.
func sheetError(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return refuse("file", "line %d, column %d: %v", pe.Line, pe.Column, pe.Err)
	}
	return fmt.Errorf("file: %w", err)
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(b []byte) (int, error) {
	if c.n > maxSheetBytes {
		return 0, io.EOF
	}
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// skipBOM passes over the byte order mark that spreadsheets write.
func skipBOM(r io.Reader) io.Reader {
	mark := make([]byte, 3)
	n, err := io.ReadFull(r, mark)
	if string(mark[:n]) == "\ufeff" {
		n = 0
	}
	head := strings.NewReader(string(mark[:n]))
	if err != nil {
		return head
	}
	return io.MultiReader(head, r)
}

// rawSeries is a series as its rows came.
type rawSeries struct {
	id     string
	rows   []rawRow
	failed bool
}

type rawRow struct {
	line   int
	t      string
	index  int // of t, in periods or days
	kind   timeKind
	counts []float64
}

type timeKind uint8

const (
	byNumber timeKind = iota
	byWeek
	byDay
)

type sheetReader struct {
	columns  []Column
	id, t    int   // positions; id is -1 without
	at       []int // position of each column, -1 without
	order    []*rawSeries
	byID     map[string]*rawSeries
	problems []RowProblem
	more     int
}

// header finds the columns.
func (s *sheetReader) header(names []string) error {
	find := func(wanted []string) int {
		for _, w := range wanted {
			for i, n := range names {
				if strings.EqualFold(strings.TrimSpace(n), w) {
					return i
				}
			}
		}
		return -1
	}
	s.id = find([]string{"series_id", "series"})
	if s.t = find([]string{"t", "week", "date", "day"}); s.t < 0 {
		return refuse("file", "has no column t (or week, date); the first line names the columns")
	}
	for _, c := range s.columns {
		i := find(c.Names)
		if i < 0 && !c.Optional {
			return refuse("file", "has no column %s; the first line names the columns", strings.Join(c.Names, " or "))
		}
		s.at = append(s.at, i)
	}
	return nil
}

func (s *sheetReader) problem(line int, series *rawSeries, format string, args ...any) {
	p := RowProblem{Row: line, Problem: fmt.Sprintf(format, args...)}
	if series != nil {
		series.failed, p.Series = true, series.id
	}
	if len(s.problems) >= maxProblems {
		s.more++
		return
	}
	s.problems = append(s.problems, p)
}

// row reads one row into its series.
func (s *sheetReader) row(line int, row []string) {
	cell := func(i int) string {
		if i < 0 || i >= len(row) {
			return ""
		}
		return strings.TrimSpace(row[i])
	}
	id := cell(s.id)
	series := s.byID[id]
	if series == nil {
		series = &rawSeries{id: strings.Clone(id)}
		s.byID[series.id], s.order = series, append(s.order, series)
	}
	r := rawRow{line: line, t: strings.Clone(cell(s.t))}
	var ok bool
	if r.index, r.kind, ok = readTime(r.t); !ok {
		s.problem(line, series, "t is not a whole number, an ISO week such as 2020-W53, or a day such as 2020-12-28")
		return
	}
	for k, i := range s.at {
		c, err := readCount(cell(i))
		if err != "" {
			s.problem(line, series, "%s %s", s.columns[k].Names[0], err)
			return
		}
		r.counts = append(r.counts, c)
	}
	series.rows = append(series.rows, r)
}

// readTime reads t as an index: of periods, of weeks, or of days.
func readTime(text string) (index int, kind timeKind, ok bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, byNumber, n >= -1_000_000_000 && n <= 1_000_000_000
	}
	if w, err := ParseWeek(text); err == nil {
		return w.Since(Week{1970, 1}), byWeek, true
	}
	d, err := time.Parse(time.DateOnly, text)
	if err != nil || d.Year() < 1900 || d.Year() > 2999 {
		return 0, 0, false
	}
	return int(d.Unix() / (24 * 3600)), byDay, true
}

// readCount reads a count; an empty cell and NA were not reported.
func readCount(text string) (count float64, problem string) {
	if text == "" || text == "NA" {
		return NotCounted(), ""
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return 0, "is not a number; a period that was not reported is an empty cell"
	case v < 0:
		return 0, "is negative; counts are whole numbers from 0"
	case v != math.Trunc(v):
		return 0, "is not a whole number"
	case v > mostCases:
		return 0, "is more than there are people"
	}
	return v, ""
}

// sheet puts the series in order and checks that no period is missing.
func (s *sheetReader) sheet() *Sheet {
	out := &Sheet{}
	for _, series := range s.order {
		if ordered := s.ordered(series); ordered != nil {
			out.Series = append(out.Series, *ordered)
		}
	}
	out.Problems = s.problems
	if s.more > 0 {
		out.Problems = append(out.Problems, RowProblem{Problem: fmt.Sprintf("%d more rows with problems", s.more)})
	}
	return out
}

func (s *sheetReader) ordered(series *rawSeries) *SheetSeries {
	if series.failed {
		return nil
	}
	rows := series.rows
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].index < rows[j].index })
	kind, step := rows[0].kind, 1
	if kind == byDay && len(rows) > 1 && rows[1].index-rows[0].index == 7 {
		step = 7
	}
	for i, r := range rows {
		switch {
		case r.kind != kind:
			s.problem(r.line, series, "t is written in another way than in line %d", rows[0].line)
		case i == 0:
		case r.index == rows[i-1].index:
			s.problem(r.line, series, "t is the same as in line %d", rows[i-1].line)
		case r.index-rows[i-1].index != step:
			s.problem(r.line, series, "t goes from %s to %s; a period that was not reported is a row with an empty count", rows[i-1].t, r.t)
		}
		if series.failed {
			return nil
		}
	}
	out := &SheetSeries{ID: series.id, Daily: kind == byDay && step == 1, Counts: make([][]float64, len(s.columns))}
	switch {
	case kind == byWeek:
		out.Start = Week{1970, 1}.Add(rows[0].index)
	case kind == byDay && step == 7:
		out.Start = WeekOf(time.Unix(int64(rows[0].index)*24*3600, 0).UTC())
	}
	for _, r := range rows {
		out.T = append(out.T, r.t)
	}
	for k, at := range s.at {
		if at < 0 {
			continue
		}
		for _, r := range rows {
			out.Counts[k] = append(out.Counts[k], r.counts[k])
		}
	}
	return out
}

// Find is the index of a period by its t as written; -1 where there is none.
func (s SheetSeries) Find(t string) int { return slices.Index(s.T, t) }

// ReadShares reads a serial interval: a CSV with columns k (or day), the days from 0
// without a gap, and p (or w), their shares.
func ReadShares(r io.Reader) (SerialInterval, error) {
	in := csv.NewReader(skipBOM(io.LimitReader(r, maxSheetBytes)))
	header, err := in.Read()
	if err != nil {
		return nil, refuse("file", "is empty or no CSV; the first line names the columns k and p")
	}
	k, p := -1, -1
	for i, h := range header {
		switch strings.ToLower(strings.TrimSpace(h)) {
		case "k", "day":
			k = i
		case "p", "w":
			p = i
		}
	}
	if k < 0 || p < 0 {
		return nil, refuse("file", "has no columns k and p; the first line names the columns")
	}
	var out []float64
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return NewSerialInterval(out)
		}
		if err != nil {
			return nil, sheetError(err)
		}
		line, _ := in.FieldPos(0)
		day, err1 := strconv.Atoi(strings.TrimSpace(row[k]))
		share, err2 := strconv.ParseFloat(strings.TrimSpace(row[p]), 64)
		switch {
		case err1 != nil || day != len(out):
			return nil, refuse("file", "line %d: k is not %d; the days go 0, 1, 2 … without a gap", line, len(out))
		case err2 != nil:
			return nil, refuse("file", "line %d: p is not a number", line)
		case len(out) >= maxDays:
			return nil, refuse("file", "has more than %d days", maxDays)
		}
		out = append(out, share)
	}
}
