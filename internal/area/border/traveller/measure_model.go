package traveller

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Measure is what is done to a traveller against the spread of a disease.
type Measure struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Screening db.ID           `json:"screening"`
	Point     string          `json:"point"`
	Shift     db.ID           `json:"shift"` // in which it began
	Day       calendar.Day    `json:"day"`
	At        time.Time       `json:"at"`
	Code      string          `json:"code"`    // of the pack: isolation, quarantine …
	Answers   Answers         `json:"answers"` // to the pack's form
	Record    json.RawMessage `json:"record,omitempty"`
	Due       time.Time       `json:"due"`   // when it is looked at again
	Ended     time.Time       `json:"ended"` // released
	Why       string          `json:"why"`   // it ended
	Until     calendar.Day    `json:"until"`

	Looks []Look `json:"looks"` // in the order in which they were made
}

// Look is one time that somebody looked after whoever a measure holds, or what they
// had to say against it.
type Look struct {
	Act    Act         `json:"act"`
	Food   value.Truth `json:"food"`  // food and water were given
	Phone  value.Truth `json:"phone"` // the means to call somebody
	Words  string      `json:"words"`
	Due    time.Time   `json:"due"` // the next look
	Upheld value.Truth `json:"upheld"`
	By     db.ID       `json:"by"`
	At     time.Time   `json:"at"`
}

// Act is what a look was.
type Act string

// The closed list.
const (
	Reviewed Act = "review"
	Appealed Act = "appeal"
	Answered Act = "answer" // to an appeal
	Let      Act = "release"
)

// Code is how whoever is held is called: the code of their screening.
func (m Measure) Called() string { return people.ShowCode(people.Code(m.Screening)) }

// Open reports whether it still holds.
func (m Measure) Open() bool { return m.Ended.IsZero() }

// Overdue reports whether it should have been looked at again.
func (m Measure) Overdue(now time.Time) bool { return m.Open() && now.After(m.Due) }

// Unanswered reports whether an appeal waits for an answer.
func (m Measure) Unanswered() bool {
	waits := false
	for _, l := range m.Looks {
		switch l.Act {
		case Appealed:
			waits = true
		case Answered:
			waits = false
		}
	}
	return waits
}

const longWords = 1000
