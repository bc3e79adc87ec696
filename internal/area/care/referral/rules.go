package referral

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"
)

//go:embed data/urgencies.csv
var urgenciesCSV []byte

// Urgency is how soon somebody is to be seen, and how long an answer may take.
type Urgency struct {
	Code      string
	Within    time.Duration
	Certainty string // O official, S secondary, R recalled
	Source    string
}

// Urgencies reads the list, the most urgent first.
func Urgencies(file []byte) ([]Urgency, error) {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("urgencies: %w", err)
	}
	var out []Urgency
	for i, r := range rows {
		if i == 0 {
			if !slices.Equal(r, []string{"code", "hours", "certainty", "source"}) {
				return nil, fmt.Errorf("urgencies: the head is %q", r)
			}
			continue
		}
		hours, err := strconv.Atoi(r[1])
		switch {
		case err != nil || hours <= 0:
			return nil, fmt.Errorf("urgencies, line %d: %q is no number of hours", i+1, r[1])
		case !slices.Contains([]string{"O", "S", "R"}, r[2]) || r[3] == "":
			return nil, fmt.Errorf("urgencies, line %d: certainty and source are missing", i+1)
		case slices.ContainsFunc(out, func(u Urgency) bool { return u.Code == r[0] }):
			return nil, fmt.Errorf("urgencies, line %d: %q is there twice", i+1, r[0])
		}
		out = append(out, Urgency{r[0], time.Duration(hours) * time.Hour, r[2], r[3]})
	}
	return out, nil
}

// Shipped is the list that ships; a test reads it, so that it cannot be wrong.
func Shipped() []Urgency {
	list, err := Urgencies(urgenciesCSV)
	if err != nil {
		panic(err)
	}
	return list
}

// chosen are the lines of the pieces that were ticked, in the order in which they were
// offered, and whether one of them is sensitive.
func chosen(pieces []Piece, keys []string) (out []Line, sensitive bool) {
	for _, p := range pieces {
		if slices.Contains(keys, p.Key) {
			out, sensitive = append(out, p.Line), sensitive || p.Sensitive
		}
	}
	return out, sensitive
}
