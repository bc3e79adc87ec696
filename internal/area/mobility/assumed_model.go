package mobility

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

//go:embed data/*.csv
var data embed.FS

// Assumed is a number of a model that nobody measured here, with who says so. Its Name is
// its code; the word of each is mobility.assume.<code>, and its unit follows from Ask.
type Assumed struct {
	flow.Assumption
	Certainty string // O official, S secondary, R recalled or ours; "" an officer of this node
	Source    string
	Note      string // of the table that ships a code with words in each language; else why somebody gave it
}

// Ask is what a code can be.
type Ask struct {
	Code        string
	Least, Most float64
	Days        bool // else a share, or a number of its own
	Share       bool
}

// The codes of the assumptions, in the order in which they are shown.
var (
	ForecastAsks = []Ask{
		{Code: "reported", Least: 0.001, Most: 1, Share: true}, {Code: "incubation", Least: 0.1, Most: 200, Days: true}, {Code: "ill", Least: 0.1, Most: 200, Days: true},
		{Code: "stay_incubating", Most: 1, Share: true}, {Code: "stay_ill", Most: 1, Share: true}, {Code: "travel", Most: 100},
		{Code: "infects", Most: 50}, {Code: "spread", Least: 0.001, Most: 1000}}
	ScreeningAsks = []Ask{
		{Code: "incubation", Least: 0.1, Most: 200, Days: true}, {Code: "incubation_sd", Least: 0.01, Most: 200, Days: true}, {Code: "ill", Least: 0.1, Most: 200, Days: true}, {Code: "infects", Most: 50},
		{Code: "symptoms", Most: 1, Share: true}, {Code: "aware", Most: 1, Share: true}, {Code: "evade", Most: 1, Share: true},
		{Code: "symptom_departure", Most: 1, Share: true}, {Code: "symptom_arrival", Most: 1, Share: true}, {Code: "risk_departure", Most: 1, Share: true}, {Code: "risk_arrival", Most: 1, Share: true},
		{Code: "transit", Most: 60, Days: true}}
	MeasureAsks = []Ask{{Code: "diverted", Most: 1, Share: true}}
)

// Asks lists each code once.
var Asks = func() (out []Ask) {
	for _, list := range [][]Ask{ForecastAsks, ScreeningAsks, MeasureAsks} {
		for _, a := range list {
			if !slices.ContainsFunc(out, func(b Ask) bool { return b.Code == a.Code }) {
				out = append(out, a)
			}
		}
	}
	return out
}()

// Range is what an officer says of an assumption.
type Range struct {
	Low    float64 `json:"low"`
	Likely float64 `json:"likely"`
	High   float64 `json:"high"`
}

// Assumptions are what the models of one disease take for granted here. What an officer
// said wins over what ships; the seed is kept, so that a result comes out again.
type Assumptions struct {
	ID      db.ID            `json:"-"`
	Site    string           `json:"-"`
	Disease string           `json:"disease"`
	Seed    uint64           `json:"seed"`
	Draws   int              `json:"draws"`
	Own     map[string]Range `json:"own,omitempty"`
	Why     string           `json:"why,omitempty"`
}

// What holds where nobody said otherwise. A seed is any number; it is printed.
const (
	firstSeed  = 1
	firstDraws = 2000
	mostDraws  = 20_000
	longWhy    = 1000
)

// Valid returns one fault for each thing that is wrong.
func (a Assumptions) Valid() error {
	const op = "mobility.Assumptions"
	switch {
	case a.Disease == "":
		return fault.Field(op, "disease", "mobility.error.choose")
	case a.Draws < 100 || a.Draws > mostDraws:
		return fault.Field(op, "draws", "mobility.error.draws")
	case utf8.RuneCountInString(a.Why) > longWhy:
		return fault.Field(op, "why", "mobility.error.long")
	}
	for code, r := range a.Own {
		i := slices.IndexFunc(Asks, func(k Ask) bool { return k.Code == code })
		if i < 0 {
			return fault.Field(op, code, "mobility.error.choose")
		}
		if err := (flow.Assumption{Name: code, Low: r.Low, Likely: r.Likely, High: r.High}).Valid(); err != nil {
			return fault.Field(op, code, "mobility.error.order")
		}
		if r.Low < Asks[i].Least || r.High > Asks[i].Most {
			return &fault.Error{Code: fault.Invalid, Op: op, Field: code, Key: "mobility.error.range", Args: map[string]any{"least": trim(Asks[i].Least), "most": trim(Asks[i].Most)}}
		}
	}
	return nil
}

func trim(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Book is what ships: assumptions by disease, and limits.
type Book struct {
	of    map[string]map[string]Assumed // by disease, "*" for any, and code
	Small int64                         // fewer people than this do not leave as a number
	// Detour is by how many percent a straight way through a point may be longer than the
	// way without it, for the way to be taken as passing the point.
	Detour int64
}

// ReadBook reads the tables of a folder.
func ReadBook(fsys fs.FS) (Book, error) {
	b := Book{of: map[string]map[string]Assumed{}}
	err := readRows(fsys, "assumptions.csv", []string{"disease", "code", "low", "likely", "high", "certainty", "source", "note"}, func(c []string) error {
		a := Assumed{Assumption: flow.Assumption{Name: c[1]}, Certainty: c[5], Source: c[6], Note: c[7]}
		for i, v := range []*float64{&a.Low, &a.Likely, &a.High} {
			f, err := strconv.ParseFloat(c[2+i], 64)
			if err != nil {
				return err
			}
			*v = f
		}
		if !slices.Contains([]string{"O", "S", "R"}, a.Certainty) || a.Source == "" {
			return fmt.Errorf("%s of %s has no source or certainty", c[1], c[0])
		}
		if b.of[c[0]] == nil {
			b.of[c[0]] = map[string]Assumed{}
		}
		if _, twice := b.of[c[0]][c[1]]; twice {
			return fmt.Errorf("%s of %s is there twice", c[1], c[0])
		}
		b.of[c[0]][c[1]] = a
		return (Assumptions{Disease: c[0], Draws: firstDraws, Own: map[string]Range{c[1]: {a.Low, a.Likely, a.High}}}).Valid()
	})
	if err != nil {
		return b, err
	}
	err = readRows(fsys, "limits.csv", []string{"code", "value", "certainty", "source", "note"}, func(c []string) error {
		n, err := strconv.ParseInt(c[1], 10, 64)
		to, known := map[string]*int64{"small_cell": &b.Small, "detour_percent": &b.Detour}[c[0]]
		if err != nil || !known || n < 1 || c[3] == "" {
			return fmt.Errorf("no limit: %q is %q", c[0], c[1])
		}
		*to = n
		return nil
	})
	if err == nil && (b.Small == 0 || b.Detour == 0) {
		err = fmt.Errorf("limits.csv has no small_cell or no detour_percent")
	}
	return b, err
}

func readRows(fsys fs.FS, name string, head []string, row func([]string) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(head)
	all, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(all) == 0 || !slices.Equal(all[0], head) {
		return fmt.Errorf("%s: columns want %q", name, head)
	}
	for i, c := range all[1:] {
		if err := row(c); err != nil {
			return fmt.Errorf("%s row %d: %w", name, i+2, err)
		}
	}
	return nil
}

// Of are the assumptions of some asks: an officer's own, else those that ship for the
// disease, else those for any. missing are the codes of which nobody says anything.
func (b Book) Of(a Assumptions, asks []Ask) (out []Assumed, missing []string) {
	for _, k := range asks {
		if r, ok := a.Own[k.Code]; ok {
			out = append(out, Assumed{Assumption: flow.Assumption{Name: k.Code, Low: r.Low, Likely: r.Likely, High: r.High}, Note: a.Why})
			continue
		}
		v, ok := b.of[a.Disease][k.Code]
		if !ok {
			v, ok = b.of["*"][k.Code]
		}
		if !ok {
			missing = append(missing, k.Code)
			continue
		}
		out = append(out, v)
	}
	return out, missing
}

// ParseRange reads "lowest / likeliest / highest", or one number that is taken as known.
func ParseRange(text string) (Range, error) {
	const op = "mobility.ParseRange"
	parts := strings.Split(text, "/")
	var v []float64
	for _, p := range parts {
		f, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(p), ",", "."), 64)
		if err != nil {
			return Range{}, fault.New(fault.Invalid, op, "mobility.error.three")
		}
		v = append(v, f)
	}
	switch len(v) {
	case 1:
		return Range{v[0], v[0], v[0]}, nil
	case 3:
		return Range{v[0], v[1], v[2]}, nil
	}
	return Range{}, fault.New(fault.Invalid, op, "mobility.error.three")
}

// String writes a range as ParseRange reads it.
func (r Range) String() string {
	if r.Low == r.High {
		return trim(r.Likely)
	}
	return trim(r.Low) + " / " + trim(r.Likely) + " / " + trim(r.High)
}
