package ground

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Station is where hands are washed.
type Station struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Point  string  `json:"point"`
	Name   string  `json:"name"` // where at the point it stands
	Gone   bool    `json:"gone"` // it stands there no more
	Checks []Check `json:"checks"`
}

// Check is one look at a station, or at a device.
type Check struct {
	Answers map[string][]string `json:"answers"` // to the pack's form
	Alarms  []string            `json:"alarms,omitempty"`
	Record  json.RawMessage     `json:"record,omitempty"`
	Shift   db.ID               `json:"shift,omitzero"`
	By      db.ID               `json:"by"`
	At      time.Time           `json:"at"`
}

// Last is the last check; ok is false where nobody looked yet.
func (s Station) Last() (Check, bool) {
	if len(s.Checks) == 0 {
		return Check{}, false
	}
	return s.Checks[len(s.Checks)-1], true
}

// Broken is the alarm of a station that does not work.
const Broken = "STATION_BROKEN"

// Since answers since when checks have all had an alarm; zero where the last one has
// none.
func (s Station) Since(alarm string) time.Time {
	var since time.Time
	for i := len(s.Checks) - 1; i >= 0; i-- {
		found := false
		for _, a := range s.Checks[i].Alarms {
			found = found || a == alarm
		}
		if !found {
			break
		}
		since = s.Checks[i].At
	}
	return since
}

// Repair is a station to be repaired by an hour.
type Repair struct {
	Station
	PointName string
	Alarms    []string
	Since     time.Time
	Due       time.Time
}

// Overdue reports whether it should have been repaired.
func (r Repair) Overdue(now time.Time) bool { return now.After(r.Due) }

// Device measures temperatures.
type Device struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Point  string        `json:"point"`
	Name   string        `json:"name"`
	Kind   string        `json:"kind"` // of the screening pack: ncit, tympanic …
	Gone   bool          `json:"gone"`
	Checks []DeviceCheck `json:"checks"`
}

// DeviceCheck is a measurement of something whose temperature is known.
type DeviceCheck struct {
	Reference string    `json:"reference"` // °C
	Reading   string    `json:"reading"`
	Good      bool      `json:"good"` // whoever checked it uses it
	Shift     db.ID     `json:"shift"`
	By        db.ID     `json:"by"`
	At        time.Time `json:"at"`
}

// Last is the last check; ok is false where nobody checked it.
func (d Device) Last() (DeviceCheck, bool) {
	if len(d.Checks) == 0 {
		return DeviceCheck{}, false
	}
	return d.Checks[len(d.Checks)-1], true
}

// CheckedIn reports whether it was checked in a shift.
func (d Device) CheckedIn(shift db.ID) bool {
	last, ok := d.Last()
	return ok && last.Shift == shift
}

const longName = 200
