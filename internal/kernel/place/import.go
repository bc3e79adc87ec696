package place

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Limits of an imported file.
const (
	MaxImportBytes = 64 << 20
	MaxImportRows  = 200_000
	maxShownRows   = 200 // faults kept for whoever reads the report
)

// Subject is what a file is about.
type Subject string

// The subjects.
const (
	ImportAreas      Subject = "areas"
	ImportPoints     Subject = "points"
	ImportPopulation Subject = "population"
	ImportAliases    Subject = "aliases"
)

// ImportOptions say what a file does not.
type ImportOptions struct {
	Subject Subject
	File    string   // its name, which becomes the source where nothing else says it
	Columns []string // of a file that has no header
	Within  string   // country or area that the names lie in
	Level   int      // of the areas that a file names
	Type    string   // what the areas of a file are called: health_zone
	Kind    PointKind
	Source  string // printed beside the figures
	Date    string // of figures, calendar.Date
	Create  bool   // population: make an area of each name that there is none of
	Whole   bool   // keep nothing when a row is wrong; else the good rows
}

// RowFault is what is wrong with one row.
type RowFault struct {
	Line int
	Err  error // faults with message keys
}

// ImportReport is what became of a file. Each row is counted once among Made,
// Changed, Unchanged, Queued, Known and Bad.
type ImportReport struct {
	Rows                     int
	Made, Changed, Unchanged int
	Known                    int // aliases: the name is the place's own already
	Queued                   int // the name waits for an officer, and so does the row
	Bad                      int
	Created                  int // areas made for names, beside what is counted above
	ByName, ByChoice         int // names that a place has, and that somebody said a place has
	Faults                   []RowFault
	Waiting                  []string // names that were put into the queue or stand in it
	NothingKept              bool
}

// columns in other words than ours, as files of health authorities have them.
var columnWords = map[string]string{
	"poe_name": "name", "nom": "name", "place": "name", "zone": "name", "observed_name": "name", "alias": "name",
	"latitude": "lat", "longitude": "lon", "lng": "lon", "long": "lon",
	"side_of_border": "country", "canonical_nom": "target", "canonical": "target", "canonical_name": "target", "means": "target",
	"count": "population", "pop": "population", "people": "population",
	"source_url": "source", "source_dataset": "source", "notes": "note", "pcode": "pcode", "p_code": "pcode",
	"parent_code": "parent", "admin_level": "level",
}

// Import brings a CSV file in, in one transaction. Columns are found by name.
func (g *Gazetteer) Import(ctx context.Context, r io.Reader, o ImportOptions) (rep ImportReport, err error) {
	const op = "place.Import"
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		rep, err = g.ImportIn(ctx, tx, r, o)
		if err == nil && rep.NothingKept {
			return fault.New(fault.Invalid, op, "place.error.nothing_kept") // rolls back
		}
		return err
	})
	if rep.NothingKept && fault.KeyOf(err) == "place.error.nothing_kept" {
		return rep, nil
	}
	return rep, fault.Wrap(op, err)
}

// ImportIn is Import in the transaction of a caller that brings more than one file in.
// Where nothing is to be kept (ImportReport.NothingKept) the caller rolls back.
func (g *Gazetteer) ImportIn(ctx context.Context, tx *db.Tx, r io.Reader, o ImportOptions) (rep ImportReport, err error) {
	const op = "place.Import"
	if err := g.may(ctx, access.PlaceEdit, kindArea); err != nil {
		return rep, err
	}
	rows, err := readRows(r, o)
	if err != nil {
		return rep, err
	}
	do := map[Subject]func(*importer, row) error{ImportAreas: (*importer).area, ImportPoints: (*importer).point, ImportPopulation: (*importer).population, ImportAliases: (*importer).alias}[o.Subject]
	if do == nil {
		return rep, fault.Field(op, "subject", "place.error.subject")
	}
	if o.Source == "" {
		o.Source = o.File
	}
	im := &importer{g: g, ctx: ctx, tx: tx, o: o, book: g.book(tx), seen: map[string]int{}, rep: ImportReport{Rows: len(rows)}}
	if _, err := im.book.around(o.Within); err != nil {
		return rep, fault.Field(op, "within", "place.error.unknown")
	}
	for _, row := range rows {
		err := row.wrong
		if err == nil {
			err = do(im, row)
		}
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) && fault.KeyOf(err) == "place.error.unknown" {
			im.rep.bad(row.line, err)
		} else if err != nil {
			return rep, err
		}
	}
	im.rep.NothingKept = o.Whole && im.rep.Bad > 0
	return im.rep, nil
}

func (r *ImportReport) bad(line int, err error) {
	if r.Bad++; len(r.Faults) < maxShownRows {
		r.Faults = append(r.Faults, RowFault{line, err})
	}
}

func (r *ImportReport) count(o Outcome) {
	switch o {
	case Made:
		r.Made++
	case Changed:
		r.Changed++
	default:
		r.Unchanged++
	}
}

// row is one row of a file by its columns.
type row struct {
	line  int
	cells map[string]string
	wrong error
}

func (r row) text(col string) string { return r.cells[col] }

// number reads a number of a row; known is false for an empty cell and ND.
func (r row) number(col string) (v float64, known bool, err error) {
	text := r.cells[col]
	if text == "" || strings.EqualFold(text, "ND") || strings.EqualFold(text, "NA") {
		return 0, false, nil
	}
	v, parseErr := strconv.ParseFloat(text, 64)
	if parseErr != nil {
		return 0, false, fault.Field("place.Import", col, "place.error.number")
	}
	return v, true, nil
}

// position reads lat and lon: both or neither.
func (r row) position() (*Position, error) {
	lat, hasLat, err := r.number("lat")
	if err != nil {
		return nil, err
	}
	lon, hasLon, err := r.number("lon")
	switch {
	case err != nil:
		return nil, err
	case !hasLat && !hasLon:
		return nil, nil
	}
	if p := (&Position{lat, lon}); hasLat && hasLon && p.valid() {
		return p, nil
	}
	return nil, fault.Field("place.Import", "lat, lon", "place.error.position")
}

// readRows reads the file. A row of another width is a fault of that row; a file
// that is no CSV is refused as a whole.
func readRows(r io.Reader, o ImportOptions) ([]row, error) {
	const op = "place.Import"
	data, err := io.ReadAll(io.LimitReader(r, MaxImportBytes+1))
	if err != nil {
		return nil, &fault.Error{Code: fault.Invalid, Op: op, Key: "place.error.unreadable", Err: err}
	}
	if len(data) > MaxImportBytes {
		return nil, fault.New(fault.Invalid, op, "place.error.too_large")
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	header, err := headOf(o.Columns)
	if err != nil {
		return nil, err
	}
	var rows []row
	for {
		rec, err := in.Read()
		var wrong *csv.ParseError
		switch {
		case err == io.EOF && header == nil:
			return nil, fault.New(fault.Invalid, op, "place.error.empty")
		case err == io.EOF:
			return rows, nil
		case errors.As(err, &wrong):
			return nil, &fault.Error{Code: fault.Invalid, Op: op, Key: "place.error.csv", Args: map[string]any{"line": wrong.Line}}
		case err != nil:
			return nil, err
		case len(rows) >= MaxImportRows:
			return nil, fault.New(fault.Invalid, op, "place.error.too_large")
		case header == nil:
			if header, err = headOf(rec); err != nil {
				return nil, err
			}
			continue
		}
		line, _ := in.FieldPos(0)
		rows = append(rows, rowOf(header, rec, line))
	}
}

// headOf are the columns in our words.
func headOf(rec []string) ([]string, error) {
	if rec == nil {
		return nil, nil
	}
	out := make([]string, len(rec))
	for i, h := range rec {
		h = strings.ToLower(strings.TrimSpace(h))
		if ours := columnWords[h]; ours != "" {
			h = ours
		}
		if h != "" && slices.Contains(out[:i], h) {
			return nil, &fault.Error{Code: fault.Invalid, Op: "place.Import", Key: "place.error.column_twice", Args: map[string]any{"column": h}}
		}
		out[i] = h
	}
	if !slices.Contains(out, "name") {
		return nil, fault.New(fault.Invalid, "place.Import", "place.error.no_name_column")
	}
	return out, nil
}

func rowOf(header, rec []string, line int) row {
	r := row{line: line, cells: map[string]string{}}
	if len(rec) != len(header) {
		r.wrong = &fault.Error{Code: fault.Invalid, Op: "place.Import", Key: "place.error.width", Args: map[string]any{"cells": len(rec), "columns": len(header)}}
		return r
	}
	for i, h := range header {
		r.cells[h] = strings.TrimSpace(rec[i])
	}
	return r
}
