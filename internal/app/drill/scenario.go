package drill

import (
	"embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed data/*.json
var data embed.FS

// Hours is how long something takes, at least and at most.
type Hours [2]float64

// draw is one of the durations, to the minute.
func (h Hours) draw(r *rand.Rand) time.Duration {
	return time.Duration(h[0]*float64(time.Hour) + r.Float64()*(h[1]-h[0])*float64(time.Hour)).Truncate(time.Minute)
}

// Side is one side of the border.
type Side struct {
	Site   place.Site  `json:"site"`
	Point  place.Point `json:"point"`
	Offset int         `json:"offset"` // minutes by which its clocks are ahead of UTC
}

// Stage is a step that staff do, and how likely it is that somebody says that it is
// theirs before.
type Stage struct {
	After Hours               `json:"after"` // hours after the step before
	Taken float64             `json:"taken"`
	Says  map[string][]string `json:"says"`
}

// Visits are those of contacts, day by day for at most so many days.
type Visits struct {
	After  Hours               `json:"after"` // hours until the first
	Days   int                 `json:"days"`
	Seen   float64             `json:"seen"` // how likely they are there
	Says   map[string][]string `json:"says"`
	Missed map[string][]string `json:"missed"` // what is said where they are not
}

// Agreement is what both sides sign before the exercise: what the form asks, and for how
// many days it holds.
type Agreement struct {
	Says map[string][]string `json:"says"`
	Days int                 `json:"days"`
}

// Travels is a contact who travels on, and how they are handed over.
type Travels struct {
	Leaves Hours `json:"leaves"` // hours after the contacts were listed
	Stage
}

// Response is one of the early response actions.
type Response struct {
	Action   string `json:"action"`
	After    Hours  `json:"after"` // hours after the response began
	Needless string `json:"needless,omitempty"`
}

// Clinic finds at last whom the point let pass.
type Clinic struct {
	Onset  Hours               `json:"onset"`  // hours after the crossing until they fall ill
	After  Hours               `json:"after"`  // hours after that until a nurse reports them
	Report map[string][]string `json:"report"` // what the report says
	Case   map[string][]string `json:"case"`   // what the case says beside
	Recall float64             `json:"recall"` // how likely they remember somebody who came with them
}

// Scenario is what is played.
type Scenario struct {
	Name    string `json:"-"`
	About   string `json:"about"`
	Disease string `json:"disease"`
	East    Side   `json:"east"`
	West    Side   `json:"west"`

	Travellers int      `json:"travellers"` // who pass, among them the one who is ill
	Feverish   int      `json:"feverish"`   // who have a fever and are not ill of it
	Every      Hours    `json:"every"`      // between two of them
	Onset      Hours    `json:"onset"`      // since when whoever is ill has been, in hours
	Companions []string `json:"companions"` // invented names, which say that they are

	// Clinic is where whoever is ill is found after the point let them pass; nil where the
	// point finds them.
	Clinic *Clinic `json:"clinic,omitempty"`

	// What is answered, by the names of the packs' questions.
	Well, Warm, Rested, Ill, Second, Vehicle, Companion map[string][]string

	Triage   Stage      `json:"triage"`
	Verify   Stage      `json:"verify"`
	Assess   Stage      `json:"assess"`
	Notify   Stage      `json:"notify"`
	Case     Stage      `json:"case"`
	Contacts Stage      `json:"contacts"`
	Notice   Stage      `json:"notice"`
	Respond  Stage      `json:"respond"` // the first action
	Response []Response `json:"response"`
	FollowUp Visits     `json:"follow_up"`

	Agreement  Agreement           `json:"agreement"`
	NoticeSays map[string][]string `json:"notice_says"`
	Carry      Hours               `json:"carry"`   // of a file from one side to the other
	Open       Hours               `json:"open"`    // until somebody there opens what came
	Accept     Hours               `json:"accept"`  // and accepts it
	Travels    Travels             `json:"travels"` // the first of the companions does
	Abroad     Visits              `json:"abroad"`  // of who travelled on
	Outcome    Stage               `json:"outcome"` // it is told, after the follow-up there is over
}

// Days is how many days a scenario lasts at most, rounded up: what a drill must begin
// before.
func (s Scenario) Days() int {
	sum := float64(s.Travellers) * s.Every[1]
	if s.Clinic != nil {
		sum += s.Clinic.Onset[1] + s.Clinic.After[1]
	}
	for _, st := range []Stage{s.Triage, s.Verify, s.Assess, s.Notify, s.Case, s.Contacts, s.Notice, s.Respond, s.Travels.Stage, s.Outcome} {
		sum += st.After[1]
	}
	for _, r := range s.Response {
		sum += r.After[1]
	}
	for _, v := range []Visits{s.FollowUp, s.Abroad} {
		sum += v.After[1] + day.Hours()*float64(v.Days)
	}
	sum += s.Travels.Leaves[1] + s.Open[1] + s.Accept[1] + 3*s.Carry[1]
	return int(sum/24) + 2
}

// Scenarios are the names of those that ship.
func Scenarios() []string {
	files, _ := data.ReadDir("data") // embedded
	var out []string
	for _, f := range files {
		out = append(out, strings.TrimSuffix(f.Name(), ".json"))
	}
	slices.Sort(out)
	return out
}

// Load reads a scenario that ships.
func Load(name string) (Scenario, error) {
	var s Scenario
	if !slices.Contains(Scenarios(), name) {
		return s, fmt.Errorf("there is no scenario %q; there are: %s", name, strings.Join(Scenarios(), ", "))
	}
	b, err := data.ReadFile(path.Join("data", name+".json"))
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	s.Name = name
	return s, err
}
