package ground

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Assessment is the checklist of Annex 1B of a point on a day.
type Assessment struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Point   string              `json:"point"`
	Day     calendar.Day        `json:"day"`
	Answers map[string][]string `json:"answers"`
	Result  string              `json:"result"` // of the pack; "" while something is not known
	Ask     []string            `json:"ask,omitempty"`
	// Routine and Emergency are percents of the points that can be had; "" not known.
	Routine   string          `json:"routine"`
	Emergency string          `json:"emergency"`
	Record    json.RawMessage `json:"record,omitempty"`
	By        db.ID           `json:"by"`
	At        time.Time       `json:"at"`
}

// The results of the pack that have a weight on a page.
const (
	NotReady = "NOT_READY"
	WithGaps = "WITH_GAPS"
	Complete = "COMPLETE"
)
