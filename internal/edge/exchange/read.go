package exchange

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Limits of a folder.
const (
	MaxFileBytes = 64 << 20 // as it is unpacked
	MaxFileRows  = 500_000
)

// dateForms read a whole day, or say that the text is not of this form.
var dateForms = map[string]func(text string) (calendar.Day, bool){
	"iso":            func(t string) (calendar.Day, bool) { return dayOf(isoDay, t, 1, 2, 3) },
	"day/month/year": func(t string) (calendar.Day, bool) { return dayOf(slashDay, t, 3, 2, 1) },
	"month/day/year": func(t string) (calendar.Day, bool) { return dayOf(slashDay, t, 3, 1, 2) },
}

var (
	isoDay   = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
	slashDay = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})$`)
)

func dayOf(form *regexp.Regexp, text string, year, month, day int) (calendar.Day, bool) {
	m := form.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	y, _ := strconv.Atoi(m[year]) // digits by the pattern
	mo, _ := strconv.Atoi(m[month])
	d, _ := strconv.Atoi(m[day])
	date, err := calendar.OfDay(y, mo, d)
	if err != nil {
		return 0, false
	}
	return date.Exact()
}

// readDay reads a day in one of the forms of the map.
func (m Map) readDay(text string) (calendar.Day, error) {
	for _, form := range m.Dates {
		if d, ok := dateForms[form](text); ok {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is no day in the form %s", text, strings.Join(m.Dates, " or "))
}

// silent reports whether a cell says that a number was not reported.
func (m Map) silent(text string) bool {
	return slices.ContainsFunc(m.NotReported, func(s string) bool { return strings.EqualFold(s, text) })
}

// readNumber reads a number of 0 or more; known is false where it was not reported.
func (m Map) readNumber(text string) (v float64, known bool, err error) {
	if m.silent(text) {
		return 0, false, nil
	}
	v, err = strconv.ParseFloat(text, 64)
	switch {
	case err != nil, v != v, v > 1e15:
		return 0, false, fmt.Errorf("%q is no number", text)
	case v < 0:
		return 0, false, fmt.Errorf("%s is negative", text)
	}
	return v, true, nil
}

// readCount reads a whole number.
func (m Map) readCount(text string) (n int, known bool, err error) {
	v, known, err := m.readNumber(text)
	if err == nil && v != float64(int(v)) {
		err = fmt.Errorf("%s is no whole number", text)
	}
	return int(v), known, err
}

// record is a row of a file.
type record struct {
	line  int
	cells []string
}

// records reads a CSV file, unpacked and without a byte-order mark. What cannot be CSV
// at all is an error; a row of another width is the reader's to judge.
func records(name string, data []byte) ([]record, error) {
	var r io.Reader = bytes.NewReader(data)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("%s is no gzip file: %w", name, err)
		}
		r = z
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be unpacked: %w", name, err)
	}
	if len(text) > MaxFileBytes {
		return nil, fmt.Errorf("%s is larger than %d MB", name, MaxFileBytes>>20)
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	var out []record
	for {
		cells, err := in.Read()
		var wrong *csv.ParseError
		switch {
		case err == io.EOF:
			return out, nil
		case errors.As(err, &wrong):
			return nil, fmt.Errorf("%s row %d is no CSV: %w", name, wrong.Line, wrong.Err)
		case err != nil:
			return nil, err
		case len(out) > MaxFileRows:
			return nil, fmt.Errorf("%s has more than %d rows", name, MaxFileRows)
		}
		line, _ := in.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, record{line, cells})
	}
}

// columned reads a file whose columns have names, ours or those of its header.
func (f File) columned(data []byte) (rows []record, at map[string]int, width int, err error) {
	rows, err = records(f.File, data)
	if err != nil {
		return nil, nil, 0, err
	}
	names := f.Columns
	if *f.Header {
		if len(rows) == 0 {
			return nil, nil, 0, fmt.Errorf("%s is empty; its first line names the columns", f.File)
		}
		if len(names) == 0 {
			names = rows[0].cells
		}
		rows = rows[1:]
	}
	at = map[string]int{}
	for i, n := range names {
		if n = strings.ToLower(strings.TrimSpace(n)); n == "-" || n == "" {
			continue
		}
		if _, twice := at[n]; twice {
			return nil, nil, 0, fmt.Errorf("%s has the column %q twice", f.File, n)
		}
		at[n] = i
	}
	for _, c := range kindsOfFile[f.Is] {
		if _, ok := at[c]; !ok {
			return nil, nil, 0, fmt.Errorf("%s has no column %s; say with columns which it is", f.File, c)
		}
	}
	return rows, at, len(names), nil
}
