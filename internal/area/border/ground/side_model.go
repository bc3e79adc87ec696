package ground

import (
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Side is what a point has agreed with the other side of its border.
type Side struct {
	ID    db.ID  `json:"-"`
	Site  string `json:"-"`
	Point string `json:"point"`

	OtherName string `json:"other_name"` // of the point on the other side
	Ours      string `json:"ours"`       // focal point here: office, telephone
	Theirs    string `json:"theirs"`
	// Procedures are those that both sides do in the same way: codes of joint.
	Procedures []string    `json:"procedures"`
	Shared     value.Truth `json:"shared"` // a screening on one side is not done again on the other
	Words      string      `json:"words"`
	Reviewed   string      `json:"reviewed"` // the day both looked at it, as a date
	Waits      []Wait      `json:"waits"`
}

// Wait is how long people and goods waited at one time, as somebody saw it. Nothing
// that nobody saw is zero.
type Wait struct {
	Day      calendar.Day `json:"day"`
	Minutes  Number       `json:"minutes"` // of a traveller, typically
	Drivers  Number       `json:"drivers"` // who wait
	Vehicles Number       `json:"vehicles"`
	Goods    Number       `json:"goods"` // loads that are delayed
	Why      string       `json:"why"`
	By       db.ID        `json:"by"`
	At       time.Time    `json:"at"`
}

// Number is a count; "" is not known, which is not zero.
type Number string

// most is the highest count that is no slip of the finger.
const most = 1_000_000

// Valid reports whether a number is one, or is not known.
func (n Number) Valid() bool {
	if n == "" {
		return true
	}
	v, err := strconv.Atoi(strings.TrimSpace(string(n)))
	return err == nil && v >= 0 && v <= most
}

// joint are the procedures that neighbours can have in common (IHR article 57.1:
// arrangements for direct exchange and joint work at crossings). Their words are
// ground.joint.<code>.
var joint = []string{"screening", "referral", "contacts", "notification", "conveyances", "drill"}
