package linksets

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/match"
)

// Set is one file, or two, with who is who and the bars it must meet.
type Set struct {
	Name   string
	A, B   *match.Table // B is nil where one file is held against itself
	ID     string
	Ignore []string
	Person func(t *match.Table, row int) string

	F1        float64 // bar
	Precision float64 // bar, at some probability, with Recall
	Recall    float64
}

// Read reads a table of the shared test data, from its folder match.
func Read(dir, name string) (*match.Table, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, err
		}
	}
	t, err := match.ReadTable(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// NumberOfID is the person in an id such as rec-1070-dup-0.
func NumberOfID(t *match.Table, row int) string {
	return strings.Split(t.Rows[row][t.Column("rec_id")], "-")[1]
}

// Cluster is the person in a column of its own.
func Cluster(t *match.Table, row int) string { return t.Rows[row][t.Column("cluster")] }

// YearOnly leaves of every birth date the year.
func YearOnly(t *match.Table, column string) {
	c := t.Column(column)
	for _, row := range t.Rows {
		row[c] = row[c][:min(4, len(row[c]))]
	}
}

// All are the sets with bars. Columns that hold a number of the person are hidden.
func All(dir string) ([]Set, error) {
	febrl := []string{"soc_sec_id"}
	uganda := []string{"uganda_nin", "art_number", "phone_number"}
	sets := []Set{
		{Name: "FEBRL 4", ID: "rec_id", Ignore: febrl, Person: NumberOfID, F1: 0.998},
		{Name: "FEBRL 3", ID: "rec_id", Ignore: febrl, Person: NumberOfID, F1: 0.995},
		{Name: "Uganda", ID: "rec_id", Ignore: uganda, Person: NumberOfID, F1: 0.99},
		{Name: "Uganda, birth year only", ID: "rec_id", Ignore: uganda, Person: NumberOfID, F1: 0.97},
		{Name: "Historical", ID: "unique_id", Ignore: []string{"cluster"}, Person: Cluster, Precision: 0.98, Recall: 0.67},
	}
	files := [][]string{{"dataset4a.csv", "dataset4b.csv"}, {"dataset3.csv"}, {"uganda-5000.csv"}, {"uganda-5000.csv"}, {"historical-50k-dev.csv.gz"}}
	for i, names := range files {
		var err error
		if sets[i].A, err = Read(dir, names[0]); err != nil {
			return nil, err
		}
		if len(names) > 1 {
			if sets[i].B, err = Read(dir, names[1]); err != nil {
				return nil, err
			}
		}
	}
	YearOnly(sets[3].A, "date_of_birth")
	return sets, nil
}

// Run links the set.
func (s Set) Run() (*match.Linkage, error) { return s.RunWith(nil) }

// RunWith links the set and says how far the comparison is.
func (s Set) RunWith(progress func(done, total int)) (*match.Linkage, error) {
	o := match.LinkOptions{ID: s.ID, Ignore: s.Ignore, Progress: progress}
	if s.B != nil {
		return match.Link(s.A, s.B, o)
	}
	return match.Dedupe(s.A, o)
}

// Records are how many there are.
func (s Set) Records() int {
	if s.B != nil {
		return len(s.A.Rows) + len(s.B.Rows)
	}
	return len(s.A.Rows)
}

// Measured is how a linkage stands against the truth.
type Measured struct {
	True                  int // pairs of one person
	Precision, Recall, F1 float64
	// At the probability where as many as possible are found with Set.Precision.
	At, RecallAt float64
}

// Measure holds a linkage against the truth.
func (s Set) Measure(l *match.Linkage) Measured {
	b := s.B
	if b == nil {
		b = s.A
	}
	m := Measured{True: s.truePairs()}
	var told, right, at5, right5 float64
	for _, p := range l.Pairs {
		told++
		if s.Person(s.A, p.A) == s.Person(b, p.B) {
			right++
		}
		if p.Probability >= 0.5 {
			at5, right5 = told, right
		}
		if recall := right / float64(m.True); right >= s.Precision*told && recall > m.RecallAt {
			m.At, m.RecallAt = p.Probability, recall
		}
	}
	m.Precision, m.Recall = right5/max(at5, 1), right5/float64(max(m.True, 1))
	m.F1 = 2 * m.Precision * m.Recall / max(m.Precision+m.Recall, 1e-9)
	return m
}

func (s Set) truePairs() int {
	persons, n := map[string]int{}, 0
	for i := range s.A.Rows {
		p := s.Person(s.A, i)
		if s.B == nil {
			n += persons[p]
		}
		persons[p]++
	}
	if s.B != nil {
		for i := range s.B.Rows {
			n += persons[s.Person(s.B, i)]
		}
	}
	return n
}

// Failed says which bar is not met, or nothing.
func (s Set) Failed(m Measured) string {
	switch {
	case m.F1 < s.F1:
		return fmt.Sprintf("F1 %.4f, bar %.3f", m.F1, s.F1)
	case m.RecallAt < s.Recall:
		return fmt.Sprintf("recall %.4f at precision %.2f, bar %.2f", m.RecallAt, s.Precision, s.Recall)
	}
	return ""
}

// Copy is a table that can be changed without changing the other.
func Copy(t *match.Table) *match.Table {
	out := &match.Table{Columns: slices.Clone(t.Columns), Lines: slices.Clone(t.Lines)}
	for _, row := range t.Rows {
		out.Rows = append(out.Rows, slices.Clone(row))
	}
	return out
}
