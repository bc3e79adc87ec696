package linelist

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Columns are the columns of a line list that leaves or comes, in their order: the
// least variables for time, place and person, and what else the case keeps.
var Columns = []string{"case_id", "number", "disease", "class", "class_by", "reported", "onset", "site", "country", "area", "place", "imported", "imported_from",
	"name", "sex", "birth", "age_years", "health_worker", "admitted", "isolated", "outcome", "outcome_date"}

// identifying are the columns that say who somebody is, or nearly: they stay empty
// where that may not leave. The number of a case may be a patient's number elsewhere.
var identifying = []string{"number", "name", "birth", "place"}

// located are the columns that tell of a shelter, a place of detention or an unofficial
// crossing: nothing finer than the country leaves of those.
var located = []string{"site", "area", "place"}

// Format is how a line list is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Formats lists them.
var Formats = []Format{CSV, XLSX}

const (
	sheetLimit  = 16 << 20 // bytes of a file that comes in
	sheetRows   = 20_000
	sheetCells  = 200 // columns of a row
	sheetUnzip  = 256 << 20
	cellLongest = 4_000
)

// triggers begin a cell that a spreadsheet program would run as a formula.
const triggers = "=+-@\t\r"

// neutral makes a cell harmless to a spreadsheet: what would be read as a formula gets an
// apostrophe in front, and so does what begins with one, so that reading it back is
// exact.
func neutral(s string) string {
	if s != "" && (strings.ContainsRune(triggers, rune(s[0])) || s[0] == '\'') {
		return "'" + s
	}
	return s
}

// plain takes back what neutral put in front.
func plain(s string) string {
	if len(s) > 1 && s[0] == '\'' && (strings.ContainsRune(triggers, rune(s[1])) || s[1] == '\'') {
		return s[1:]
	}
	return s
}

// Row is one case as it leaves, by column.
type Row map[string]string

// rowOf writes a case as a row. name is the name to show, "" where it must not leave.
func rowOf(l Listed, on calendar.Day) Row {
	c := l.Case
	id := c.Foreign
	if c.System != SheetSystem || id == "" {
		id = c.ID.String()
	}
	r := Row{"case_id": id, "number": c.Number, "disease": l.Disease.Code, "class": string(c.Class()), "class_by": "definition", "reported": c.Reported.String(), "onset": c.Onset.String(), "site": c.Site,
		"country": c.Country, "area": c.Area, "place": c.Place, "imported": truthCell(c.Imported), "imported_from": c.From, "name": l.Name, "sex": string(c.Sex), "birth": c.Birth.String(),
		"health_worker": truthCell(c.Work), "admitted": c.Admitted.String(), "isolated": c.Isolated.String(), "outcome": string(c.Ending), "outcome_date": c.Ended.String()}
	if c.Officer != nil {
		r["class_by"] = "officer"
	}
	if onset, _, ok := c.Onset.Bounds(); ok {
		on = onset
	}
	if least, most, ok := calendar.Age(c.Birth, on.Date(), calendar.Years); ok && least == most {
		r["age_years"] = strconv.Itoa(least)
	}
	return r
}

// anonymous makes case_id one of ours: what another system calls a case may hold its
// number or its site, which are withheld.
func (r Row) anonymous(id db.ID) Row {
	r["case_id"] = id.String()
	return r
}

// without empties columns.
func (r Row) without(columns []string) Row {
	for _, c := range columns {
		r[c] = ""
	}
	return r
}

func truthCell(t value.Truth) string {
	if t.Known() {
		return t.String()
	}
	return ""
}

// WriteSheet writes rows in a format, every cell harmless to a spreadsheet.
func WriteSheet(w io.Writer, f Format, rows []Row) error {
	lines := [][]string{Columns}
	for _, r := range rows {
		line := make([]string, len(Columns))
		for i, c := range Columns {
			line[i] = neutral(r[c])
		}
		lines = append(lines, line)
	}
	if f == CSV {
		c := csv.NewWriter(w)
		c.UseCRLF = true // RFC 4180
		return errors.Join(c.WriteAll(lines), c.Error())
	}
	x := excelize.NewFile()
	const sheet = "line list"
	err := x.SetSheetName("Sheet1", sheet)
	for i, line := range lines {
		at, cellErr := excelize.CoordinatesToCellName(1, i+1)
		cells := make([]any, len(line))
		for j, c := range line {
			cells[j] = c // as text: a number there is a code
		}
		err = errors.Join(err, cellErr, x.SetSheetRow(sheet, at, &cells))
	}
	if err == nil {
		err = x.Write(w)
	}
	return errors.Join(err, x.Close())
}

// SheetError is a file that cannot be read at all.
type SheetError struct {
	Line    int // 0 is the whole file
	Problem string
}

// Error says what is wrong and where.
func (e *SheetError) Error() string {
	if e.Line == 0 {
		return "line list: " + e.Problem
	}
	return fmt.Sprintf("line list, line %d: %s", e.Line, e.Problem)
}

// Sheet is a file as it came: its head and its lines, and the line of the file that each
// stood on.
type Sheet struct {
	Head  []string
	Lines [][]string
	At    []int
}

// ReadSheet reads a CSV or an XLSX file, told apart by how it begins. An empty line is
// passed over; cells are trimmed and lose the apostrophe that made them harmless.
func ReadSheet(b []byte) (Sheet, error) {
	var out Sheet
	if len(b) > sheetLimit {
		return out, &SheetError{0, fmt.Sprintf("it is larger than %d MB", sheetLimit>>20)}
	}
	var lines [][]string
	var at []int
	var err error
	if bytes.HasPrefix(b, []byte("PK")) {
		lines, at, err = readXLSX(b)
	} else {
		lines, at, err = readCSVLines(b)
	}
	if err != nil {
		return out, err
	}
	for i, line := range lines {
		if len(line) > sheetCells {
			return out, &SheetError{at[i], fmt.Sprintf("it has more than %d columns", sheetCells)}
		}
		whole := true
		for j := range line {
			if len(line[j]) > cellLongest || !utf8.ValidString(line[j]) {
				return out, &SheetError{at[i], "a cell is too long or is no text in UTF-8"}
			}
			line[j] = plain(strings.TrimSpace(line[j]))
			whole = whole && line[j] == ""
		}
		switch {
		case whole:
		case out.Head == nil:
			out.Head = line
		default:
			out.Lines, out.At = append(out.Lines, line), append(out.At, at[i])
		}
	}
	switch {
	case out.Head == nil:
		return out, &SheetError{0, "it is empty"}
	case len(out.Lines) > sheetRows:
		return out, &SheetError{0, fmt.Sprintf("it has more than %d rows", sheetRows)}
	}
	return out, nil
}

func readCSVLines(b []byte) (lines [][]string, at []int, err error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.LazyQuotes = -1, false
	if first, _, _ := bytes.Cut(b, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';' // as spreadsheets write it where the comma is the decimal point
	}
	for {
		line, err := r.Read()
		if err == io.EOF {
			return lines, at, nil
		}
		if err != nil {
			var bad *csv.ParseError
			if errors.As(err, &bad) {
				return nil, nil, &SheetError{bad.StartLine, bad.Err.Error()}
			}
			return nil, nil, &SheetError{0, err.Error()}
		}
		n, _ := r.FieldPos(0)
		lines, at = append(lines, line), append(at, n)
		if len(lines) > sheetRows+1 {
			return nil, nil, &SheetError{n, fmt.Sprintf("it has more than %d rows", sheetRows)}
		}
	}
}

func readXLSX(b []byte) (lines [][]string, at []int, err error) {
	x, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: sheetUnzip, UnzipXMLSizeLimit: 32 << 20})
	if err != nil {
		return nil, nil, &SheetError{0, "it is no workbook that can be read"}
	}
	defer x.Close()
	names := x.GetSheetList()
	if len(names) == 0 {
		return nil, nil, &SheetError{0, "it has no sheet"}
	}
	rows, err := x.Rows(names[0])
	if err != nil {
		return nil, nil, &SheetError{0, "its first sheet cannot be read"}
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		line, err := rows.Columns()
		if err != nil {
			return nil, nil, &SheetError{n, "it cannot be read"}
		}
		lines, at = append(lines, line), append(at, n)
		if len(lines) > sheetRows+1 {
			return nil, nil, &SheetError{n, fmt.Sprintf("it has more than %d rows", sheetRows)}
		}
	}
	return lines, at, rows.Error()
}

// ColumnMap says which column of a file is which of Columns.
type ColumnMap map[string]string // by the file's head

// ParseMap reads a map: a line for each column, "theirs = ours". Ours may be empty,
// and the column is then passed over.
func ParseMap(text string) (ColumnMap, error) {
	out := ColumnMap{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		theirs, ours, ok := strings.Cut(line, "=")
		theirs, ours = strings.TrimSpace(theirs), strings.TrimSpace(ours)
		if !ok || theirs == "" || ours != "" && !slices.Contains(Columns, ours) {
			return nil, &SheetError{n, fmt.Sprintf("%q is no \"their column = our column\"", line)}
		}
		out[theirs] = ours
	}
	return out, nil
}

// Suggest maps the columns of a file that have our names; the rest is passed over.
func (s Sheet) Suggest() ColumnMap {
	out := ColumnMap{}
	for _, h := range s.Head {
		ours := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(h), " ", "_"))
		if slices.Contains(Columns, ours) {
			out[h] = ours
		} else {
			out[h] = ""
		}
	}
	return out
}

// Text is the map as ParseMap reads it, in the order of a file's head.
func (m ColumnMap) Text(head []string) string {
	var b strings.Builder
	for _, h := range head {
		if h != "" {
			b.WriteString(h + " = " + m[h] + "\n")
		}
	}
	return b.String()
}

// Incoming is a row that may become a case.
type Incoming struct {
	Line  int
	Row   Row
	Case  Case
	Class Class
	Older string // what the case was known by, where it has no case_id, before there was more to it than its number
}

// Incoming reads the rows of a file by a map. Each thing that cannot be read is a doubt
// of its row; a row without a day of report or a disease of the list is not taken. A row
// without case_id is known by its number together with its site, which is the given one
// where it says none, and its disease: every list begins with number 1.
func (s Sheet) Incoming(m ColumnMap, file, disease, site string, doubts *[]Doubt) (out []Incoming) {
	for i, line := range s.Lines {
		r := row{file: file, line: s.At[i], cells: map[string]string{}, doubts: doubts}
		for j, head := range s.Head {
			if ours := m[head]; ours != "" && j < len(line) && line[j] != "" {
				r.cells[ours] = line[j]
			}
		}
		in := Incoming{Line: s.At[i], Row: Row(r.cells)}
		in.Case, in.Class = caseOfSheet(r, disease)
		if c := &in.Case; c.Foreign == "" && c.Number != "" {
			in.Older, c.Foreign = c.Number, strings.Join([]string{cmp.Or(r.cells["site"], site), c.Disease, c.Number}, "/")
		}
		out = append(out, in)
	}
	return out
}

// SheetSystem is the system of a case that came in a file.
const SheetSystem = "sheet"

func caseOfSheet(r row, disease string) (Case, Class) {
	get := func(c string) string { return r.cells[c] }
	c := Case{Disease: get("disease"), Number: get("number"), System: SheetSystem, Foreign: get("case_id"), Name: get("name"), Country: strings.ToUpper(get("country")), Area: get("area"), Place: get("place"), From: get("imported_from"),
		Reported: r.sheetDate("reported"), Onset: r.sheetDate("onset"), Birth: r.sheetDate("birth"), Admitted: r.sheetDate("admitted"), Isolated: r.sheetDate("isolated"), Ended: r.sheetDate("outcome_date"),
		Imported: r.truth("imported"), Work: r.truth("health_worker")}
	if c.Disease == "" {
		c.Disease = disease
	}
	switch s := people.Sex(strings.ToLower(get("sex"))); {
	case s == "":
	case slices.Contains(sexes, s):
		c.Sex = s
	case s == "f", s == "m":
		c.Sex = map[people.Sex]people.Sex{"f": people.Female, "m": people.Male}[s]
	default:
		r.doubt("sex is none of the list: left open")
	}
	switch e := Ending(strings.ToLower(get("outcome"))); {
	case e == "":
	case slices.Contains(Endings, e):
		c.Ending = e
	default:
		r.doubt("outcome is none of the list: left open")
	}
	r.sheetAge(&c)
	class := Class(strings.ToUpper(get("class")))
	if class != "" && !slices.Contains(Classes, class) {
		r.doubt("class is none of the list: left open")
		class = ""
	}
	return c, class
}

// sheetAge takes a year of birth from an age where no birth was given.
func (r row) sheetAge(c *Case) {
	text := r.cells["age_years"]
	if text == "" || !c.Birth.IsZero() {
		return
	}
	on := c.Onset
	if on.IsZero() {
		on = c.Reported
	}
	years, err := strconv.Atoi(text)
	day, _, ok := on.Bounds()
	if err != nil || !ok || years < 0 || years > oldest {
		r.doubt("age_years cannot be: left open")
		return
	}
	if born, err := calendar.BornAtAge(years, 0, day); err == nil {
		c.Birth = born
	}
}

// sheetDate reads a day, a month or a year, or the number that a spreadsheet keeps a day
// as.
func (r row) sheetDate(column string) calendar.Date {
	text := r.cells[column]
	if text == "" {
		return calendar.Date{}
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 20_000 && n < 80_000 { // 1954 to 2119
		if t, err := excelize.ExcelDateToTime(n, false); err == nil {
			return calendar.DayOfTime(t).Date()
		}
	}
	d, err := calendar.Parse(text)
	if err != nil {
		r.doubt("%s is no date such as 2026-05-18: left open", column)
	}
	return d
}

func (r row) truth(column string) value.Truth {
	switch strings.ToLower(r.cells[column]) {
	case "":
		return value.Unknown
	case "yes", "y", "1", "true", "oui", "si", "sí", "نعم":
		return value.Yes
	case "no", "n", "0", "false", "non", "لا":
		return value.No
	}
	r.doubt("%s is neither yes nor no: left open", column)
	return value.Unknown
}

// ownID is the id of a case that a file names by ours.
func ownID(foreign string) (db.ID, bool) {
	id, err := db.ParseID(foreign)
	return id, err == nil
}
