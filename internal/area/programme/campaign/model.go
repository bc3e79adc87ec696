package campaign

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Count is a number of people. The zero Count is not known, which is not zero.
type Count = surveillance.Count

// Campaign is a topic, and to whom, how and when it is spoken about.
type Campaign struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Topic     string       `json:"topic"`
	Name      string       `json:"name"`
	Goal      string       `json:"goal"` // what shall be different afterwards
	Audiences []string     `json:"audiences"`
	Languages []string     `json:"languages"`
	Channels  []string     `json:"channels"`
	From      calendar.Day `json:"from"`
	To        calendar.Day `json:"to,omitempty"` // 0: no end is planned
}

// Over reports whether the campaign has ended.
func (c Campaign) Over(today calendar.Day) bool { return c.To != 0 && c.To < today }

// Message is a text in one language.
type Message struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Campaign db.ID     `json:"campaign"`
	Title    string    `json:"title"`
	Language string    `json:"language"`
	Versions []Version `json:"versions"` // the oldest first
	Verdicts []Verdict `json:"verdicts"`
}

// Version is how a message reads.
type Version struct {
	ID   db.ID     `json:"id"`
	Text string    `json:"text"`
	By   db.ID     `json:"by"`
	At   time.Time `json:"at"`
}

// Verdict is what a second person says of a version.
type Verdict struct {
	Version db.ID     `json:"version"`
	Good    bool      `json:"good"`  // approved; else withdrawn
	Reads   bool      `json:"reads"` // whoever approved says that they read the language
	Why     string    `json:"why,omitempty"`
	By      db.ID     `json:"by"`
	At      time.Time `json:"at"`
}

// Activity is a message said somewhere on a day.
type Activity struct {
	ID   db.ID     `json:"-"`
	Site string    `json:"-"`
	By   db.ID     `json:"by"`
	At   time.Time `json:"at"`

	Campaign db.ID            `json:"campaign"`
	Day      calendar.Day     `json:"day"`
	Place    string           `json:"place"`
	Channel  string           `json:"channel"`
	Version  db.ID            `json:"version"` // of a message
	Audience string           `json:"audience"`
	Reached  Count            `json:"reached"`
	Groups   map[string]Count `json:"groups,omitempty"` // by groupKey, where it is known
	Distinct value.Truth      `json:"distinct"`         // nobody of these was counted at another activity of the campaign
	Note     string           `json:"note"`
	Struck   bool             `json:"struck"` // it was a mistake, and counts no more
	Why      string           `json:"why"`
}

// Cascade is how many people of a stretch of time came how far. A step that nobody
// counted is not known.
type Cascade struct {
	ID   db.ID     `json:"-"`
	Site string    `json:"-"`
	By   db.ID     `json:"by"`
	At   time.Time `json:"at"`

	Campaign db.ID            `json:"campaign"`
	From     calendar.Day     `json:"from"`
	To       calendar.Day     `json:"to"`
	Place    string           `json:"place"`
	Steps    map[string]Count `json:"steps"` // by the names of cascadeSteps
	Why      string           `json:"why"`   // why a step may be higher than the one before it
	Struck   bool             `json:"struck"`
}

// cascadeSteps are the steps from screening to treatment, in their order.
var cascadeSteps = []string{"screened", "presumptive", "tested", "diagnosed", "started"}

const (
	longName  = 120
	longText  = 2000
	longPlace = 200
	mostCount = 1_000_000
)
