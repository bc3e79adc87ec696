package campaign

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Rumour is what people say, ask or fear, without anybody's name.
type Rumour struct {
	ID   db.ID     `json:"-"`
	Site string    `json:"-"`
	By   db.ID     `json:"by"`
	At   time.Time `json:"at"`

	Campaign db.ID         `json:"campaign,omitzero"` // of none, if it is zero
	Kind     string        `json:"kind"`
	Topic    string        `json:"topic"` // "" where it is about none of the topics
	Words    string        `json:"words"`
	Place    string        `json:"place"`
	Language string        `json:"language"`
	Channel  string        `json:"channel"` // where it was heard
	Since    calendar.Date `json:"since"`
	Risks    []string      `json:"risks"`
	Ill      value.Truth   `json:"ill"`  // it speaks of illness or death
	Sign     string        `json:"sign"` // which: a lay definition of the pack in force
	Cases    Count         `json:"cases"`
	Deaths   Count         `json:"deaths"`

	Heard  []Hearing `json:"heard"` // each time after the first
	Steps  []Step    `json:"steps"` // in the order in which they were made
	Signal db.ID     `json:"signal,omitzero"`
}

// Hearing is that the same was heard again.
type Hearing struct {
	Times int       `json:"times"`
	By    db.ID     `json:"by"`
	At    time.Time `json:"at"`
}

// State is how far a rumour was answered.
type State string

// The states, in their order.
const (
	Heard    State = "heard"
	Checked  State = "checked"  // somebody found out what is true of it
	Answered State = "answered" // the answer went out
	Followed State = "followed" // somebody looked whether it is still said
)

// States lists them.
var States = []State{Heard, Checked, Answered, Followed}

// Step is what was done about a rumour.
type Step struct {
	To      State       `json:"to"`
	True    value.Truth `json:"true"` // checked: whether it is
	Words   string      `json:"words"`
	Version db.ID       `json:"version,omitzero"` // answered: the message that answers it
	Still   value.Truth `json:"still"`            // followed: it is said still
	By      db.ID       `json:"by"`
	At      time.Time   `json:"at"`
}

// State is the highest that was reached: two nodes may both have checked it.
func (r Rumour) State() State {
	best := 0
	for _, s := range r.Steps {
		for i, st := range States {
			if st == s.To {
				best = max(best, i)
			}
		}
	}
	return States[best]
}

// Next is the step that waits; "" where none does.
func (r Rumour) Next() State {
	for i, st := range States {
		if st == r.State() && i+1 < len(States) {
			return States[i+1]
		}
	}
	return ""
}

// Times is how often it was heard.
func (r Rumour) Times() int {
	n := 1
	for _, h := range r.Heard {
		n += h.Times
	}
	return n
}

// Offered reports whether it is to be offered to surveillance: it speaks of illness or
// death, or nobody said that it does not, and no signal was raised of it.
func (r Rumour) Offered() bool { return r.Ill != value.No && r.Signal.IsZero() }
