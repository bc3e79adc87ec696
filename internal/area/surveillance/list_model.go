package surveillance

import (
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"
)

// Clocked is a step that has a clock.
type Clocked string

// The clocks (the list "clocks" of the pack event-response).
const (
	ClockTriage  Clocked = "triage"
	ClockVerify  Clocked = "verify"
	ClockAssess  Clocked = "assess"
	ClockRespond Clocked = "respond"
	ClockAcross  Clocked = "across"
	ClockListed  Clocked = "listed"
	ClockSeen    Clocked = "seen"
	ClockTraced  Clocked = "traced"
	SevenDetect  Clocked = "seven_detect"
	SevenNotify  Clocked = "seven_notify"
	SevenRespond Clocked = "seven_respond"
)

var clocked = []Clocked{ClockTriage, ClockVerify, ClockAssess, ClockRespond, ClockAcross, ClockListed, ClockSeen, ClockTraced, SevenDetect, SevenNotify, SevenRespond}

// Clock is how long a step may take, and who says so.
type Clock struct {
	Long      time.Duration
	Certainty string // O official, S secondary, R recalled
	Source    string
	Note      string
}

// Clocks are all clocks.
type Clocks map[Clocked]Clock

// Disease is a disease that can be reported, or one virus species of it: what is told
// of one is never told of another.
type Disease struct {
	Code string // its name is the word surveillance.disease.<code>
	// Definition is the pack of its case definition, "" where none ships, and Species the
	// virus that it is, as that pack names it. A disease whose definition knows species
	// and that has none here is one whose species is not known yet.
	Definition, Species string
	// Agent is what the pack of countermeasures calls it, Follow what the pack of contact
	// follow-up calls it, and Alert what the pack of thresholds calls it; "" where that
	// pack says nothing of it.
	Agent, Follow, Alert string
	Notify               string // immediate or weekly
	Certainty            string
	Source               string
}

// Lists are the codes of what may be reported. What is due when, what a volunteer looks
// for and how high a risk is are packs (Protocol).
type Lists struct {
	Diseases []Disease
	// Indicators are what a report can count.
	Indicators []Indicator
}

// HasDisease reports whether a disease is in the list.
func (l Lists) HasDisease(code string) bool {
	return slices.ContainsFunc(l.Diseases, func(d Disease) bool { return d.Code == code })
}

// Disease returns a disease by its code.
func (l Lists) Disease(code string) (Disease, bool) {
	for _, d := range l.Diseases {
		if d.Code == code {
			return d, true
		}
	}
	return Disease{}, false
}

// OfSpecies returns the disease that is this species of what a definition covers.
func (l Lists) OfSpecies(definition, species string) (Disease, bool) {
	for _, d := range l.Diseases {
		if species != "" && d.Definition == definition && d.Species == species {
			return d, true
		}
	}
	return Disease{}, false
}

// ReadLists reads the lists of a folder.
func ReadLists(fsys fs.FS) (Lists, error) {
	var l Lists
	for _, f := range []struct {
		name string
		head []string
		row  func(c []string) error
	}{
		{"diseases.csv", []string{"code", "definition", "species", "agent", "follow", "alert", "notify", "certainty", "source"}, func(c []string) error {
			l.Diseases = append(l.Diseases, Disease{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]})
			return nil
		}},
		{"indicators.csv", []string{"code", "stem", "mode", "group"}, l.indicator},
	} {
		if err := readCSV(fsys, f.name, f.head, f.row); err != nil {
			return Lists{}, err
		}
	}
	return l, nil
}

func (l *Lists) indicator(c []string) error {
	mode := Mode(c[2])
	if !slices.Contains([]Mode{PerPeriod, Cumulative, AtEnd}, mode) {
		return fmt.Errorf("no mode: %q", c[2])
	}
	if _, twice := l.Indicator(c[0]); twice {
		return fmt.Errorf("%q is there twice", c[0])
	}
	l.Indicators = append(l.Indicators, Indicator{c[0], c[1], mode, c[3]})
	return nil
}

// readCSV reads a table with a fixed head; a mistake names the file and the line.
func readCSV(fsys fs.FS, name string, head []string, row func([]string) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(io.LimitReader(f, 1<<20))
	r.FieldsPerRecord = len(head)
	for first := true; ; first = false {
		cells, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if first {
			if !slices.Equal(cells, head) {
				return fmt.Errorf("%s: columns %q, want %q", name, cells, head)
			}
			continue
		}
		if err := row(cells); err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
}
