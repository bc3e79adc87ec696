package exchange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Map says what the files of a folder are.
type Map struct {
	Name        string   `yaml:"name"`
	Disease     string   `yaml:"disease"`
	Within      string   `yaml:"within"`       // country or area that names lie in
	Source      string   `yaml:"source"`       // of the counts
	NotReported []string `yaml:"not_reported"` // how a number that is not there is written
	Dates       []string `yaml:"dates"`        // iso, day/month/year or month/day/year
	Files       []File   `yaml:"files"`
	Ignore      []string `yaml:"ignore"` // files of the folder that are none of these
}

// File says what one file is. What is empty is as the map says for all.
type File struct {
	File    string   `yaml:"file"`
	Is      string   `yaml:"is"`      // areas, aliases, population, points, counts, flows, square
	Header  *bool    `yaml:"header"`  // whether the first line names the columns; areas … square have one unless this says no
	Columns []string `yaml:"columns"` // in order, where there is no header; "-" is not read
	Within  string   `yaml:"within"`
	Source  string   `yaml:"source"`

	Level int    `yaml:"level"` // areas, population
	Type  string `yaml:"type"`  // areas
	Kind  string `yaml:"kind"`  // points
	Date  string `yaml:"date"`  // population

	Disease   string `yaml:"disease"`   // counts
	Indicator string `yaml:"indicator"` // counts

	// flows, square
	Matrix   string  `yaml:"matrix"`
	Title    string  `yaml:"title"`
	Measure  string  `yaml:"measure"`
	Per      string  `yaml:"per"`
	Unlisted string  `yaml:"unlisted"`
	Fewer    float64 `yaml:"fewer"`
	From     string  `yaml:"from"`
	To       string  `yaml:"to"`
	WithinTo string  `yaml:"within_to"` // what destinations lie in, where it is not Within
	Licence  string  `yaml:"licence"`
	Limits   string  `yaml:"limits"`
	Skip     int     `yaml:"skip"` // square: columns before the one that names the row
}

// kindsOfFile are what a file can be, with the columns that it must have. Those of the
// gazetteer check their own.
var kindsOfFile = map[string][]string{"areas": nil, "aliases": nil, "population": nil, "points": nil, "counts": {"place", "date", "value"}, "flows": {"from", "to", "people"}, "square": nil}

// MaxMapBytes bounds a map.
const MaxMapBytes = 1 << 20

// ReadMap reads and checks a map. The error says what is wrong with it and where.
func ReadMap(b []byte, lists surveillance.Lists) (Map, error) {
	var m Map
	if len(b) > MaxMapBytes {
		return m, fmt.Errorf("the map is larger than %d MB", MaxMapBytes>>20)
	}
	if err := yaml.UnmarshalWithOptions(b, &m, yaml.Strict()); err != nil {
		return m, fmt.Errorf("the map cannot be read: %w", err)
	}
	if len(m.NotReported) == 0 {
		m.NotReported = []string{""}
	}
	if len(m.Dates) == 0 {
		m.Dates = []string{"iso"}
	}
	if err := m.checkDates(); err != nil {
		return m, err
	}
	if len(m.Files) == 0 {
		return m, fmt.Errorf("the map names no file: give a list under files")
	}
	for i := range m.Files {
		if err := m.fill(&m.Files[i], lists); err != nil {
			return m, fmt.Errorf("file %d of the map (%s): %w", i+1, m.Files[i].File, err)
		}
	}
	return m, nil
}

// checkDates refuses forms that could read one text as two days.
func (m Map) checkDates() error {
	for _, d := range m.Dates {
		if dateForms[d] == nil {
			return fmt.Errorf("dates: %q is no form; give iso, day/month/year or month/day/year", d)
		}
	}
	if slices.Contains(m.Dates, "day/month/year") && slices.Contains(m.Dates, "month/day/year") {
		return fmt.Errorf("dates: day/month/year and month/day/year together could read 03/04/2026 as two days; split the files")
	}
	return nil
}

// fill takes what a file does not say from the map, and checks it.
func (m Map) fill(f *File, lists surveillance.Lists) error {
	need, known := kindsOfFile[f.Is]
	if !known {
		return fmt.Errorf("is: %q is not one of areas, aliases, population, points, counts, flows, square", f.Is)
	}
	if f.File == "" || strings.ContainsAny(f.File, `/\`) {
		return fmt.Errorf("file: give the name of a file of the folder")
	}
	f.Within, f.Source, f.Disease = or(f.Within, m.Within), or(f.Source, m.Source), or(f.Disease, m.Disease)
	f.WithinTo = or(f.WithinTo, f.Within)
	if f.Header == nil {
		yes := len(f.Columns) == 0
		f.Header = &yes
	}
	if !*f.Header && len(f.Columns) == 0 {
		return fmt.Errorf("columns: a file without a header needs them")
	}
	if len(f.Columns) > 0 {
		for _, c := range need {
			if !slices.Contains(f.Columns, c) {
				return fmt.Errorf("columns: %s is missing; %s files need %s", c, f.Is, strings.Join(need, ", "))
			}
		}
	}
	switch f.Is {
	case "points":
		if f.Kind != "" && !slices.Contains(place.PointKinds, place.PointKind(f.Kind)) {
			return fmt.Errorf("kind: %q is no kind of point", f.Kind)
		}
	case "counts":
		if !lists.HasDisease(f.Disease) {
			return fmt.Errorf("disease: %q is not in the list", f.Disease)
		}
		if _, ok := lists.Indicator(f.Indicator); !ok {
			return fmt.Errorf("indicator: %q is not in the list", f.Indicator)
		}
	case "flows", "square":
		if f.Skip < 0 {
			return fmt.Errorf("skip: %d is no number of columns", f.Skip)
		}
		return f.checkMatrix()
	}
	return nil
}

func (f *File) checkMatrix() error {
	f.Measure, f.Unlisted = or(f.Measure, string(mobility.People)), or(f.Unlisted, string(mobility.UnlistedUnknown))
	m, err := f.matrix()
	if err != nil {
		return err
	}
	for _, err := range m.Valid() {
		return err
	}
	return nil
}

// matrix is the matrix that a file of flows makes, without its rows.
func (f *File) matrix() (mobility.Matrix, error) {
	m := mobility.Matrix{Code: f.Matrix, Name: or(f.Title, f.Matrix), Measure: mobility.Measure(f.Measure), Per: f.Per, Unlisted: mobility.Unlisted(f.Unlisted), Fewer: f.Fewer,
		Source: or(f.Source, f.File), Licence: f.Licence, Limits: f.Limits}
	var err error
	if m.From, err = calendar.Parse(f.From); err != nil {
		return m, fmt.Errorf("from: %q is no date", f.From)
	}
	if m.To, err = calendar.Parse(f.To); err != nil {
		return m, fmt.Errorf("to: %q is no date", f.To)
	}
	return m, nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
