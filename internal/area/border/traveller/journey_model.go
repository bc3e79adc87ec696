package traveller

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Journey is what the stays that a traveller told say of the outbreaks that were declared.
// It is a reason to inform and to offer care, and by itself none to do anything.
type Journey struct {
	Answer outbreak.Answer `json:"answer"`
	Stays  int             `json:"stays"` // how many were told
	Met    []Met           `json:"met,omitempty"`

	Declared int `json:"declared"` // how many outbreaks there were to meet

	Unplaced []int `json:"unplaced,omitempty"` // the stays of which some place is not known here
}

// Met is one outbreak that a stay met, or may have met, as it was declared then.
type Met struct {
	Outbreak db.ID          `json:"outbreak"`
	Disease  string         `json:"disease"`
	State    outbreak.State `json:"state"`
	Since    calendar.Date  `json:"since"`
	Until    calendar.Date  `json:"until"`
	Source   string         `json:"source"`

	Stay    int  `json:"stay"` // its number in the form, from 1
	Certain bool `json:"certain"`
	Around  bool `json:"around,omitempty"` // only a larger place is known, and the affected one lies in it
	Counts  bool `json:"counts"`           // how long it counts is known: the pack has the incubation

	// First and Last are the bounds of the last day on which it can have been; First is zero
	// where nobody knows from when.
	First calendar.Day `json:"first,omitempty"`
	Last  calendar.Day `json:"last"`
}
