package encounter

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Setting is where an encounter takes place.
type Setting string

// The closed list.
const (
	Fixed  Setting = "fixed"
	Mobile Setting = "mobile"
	Home   Setting = "home"
	Remote Setting = "remote" // by telephone or video: nobody was touched
)

// Settings lists them.
var Settings = []Setting{Fixed, Mobile, Home, Remote}

// Where is where somebody went after an encounter.
type Where string

// The closed list.
const (
	WentHome Where = "home"
	Referred Where = "referred"
	Admitted Where = "admitted"
	Stays    Where = "observed" // is looked at again today
	Left     Where = "left"     // before the end, by their own choice
	Died     Where = "died"
)

// Wheres lists them.
var Wheres = []Where{WentHome, Referred, Admitted, Stays, Left, Died}

// Encounter is one contact of a person with care.
type Encounter struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	Sensitivity journal.Sensitivity `json:"-"`

	Pack    string       `json:"pack"`
	Version string       `json:"version"`
	Hash    string       `json:"hash"`
	Code    string       `json:"code"` // of the pack's encounter
	Setting Setting      `json:"setting"`
	Day     calendar.Day `json:"day"`
	At      time.Time    `json:"at"`
	By      db.ID        `json:"by"`

	Ending
}

// Ending is how an encounter ended; the zero value is one that goes on.
type Ending struct {
	Where    Where           `json:"where,omitempty"`
	Advice   string          `json:"advice,omitempty"`    // what the person was told
	Why      string          `json:"why,omitempty"`       // of going home although something says stop
	FollowUp calendar.Day    `json:"follow_up,omitempty"` // 0: none was agreed
	Record   json.RawMessage `json:"record,omitempty"`    // the look of that moment (pack.Record)
	EndedAt  time.Time       `json:"ended_at,omitzero"`
	EndedBy  db.ID           `json:"ended_by,omitzero"`
}

// Open reports whether the encounter goes on.
func (e Encounter) Open() bool { return e.Where == "" }

// Resource is the encounter as a policy sees it.
func (e Encounter) Resource() access.Resource {
	return access.Resource{Kind: kindEncounter, Doc: e.ID, Subject: e.Person, Site: e.Site, Programme: e.Programme, Sensitivity: e.Sensitivity}
}

const longText = 1000

// Valid checks how an encounter is to end, of which stops say how many things say stop.
func (e Ending) Valid(today calendar.Day, stops int) []error {
	const op = "encounter.Ending"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "encounter.error."+key)) }
	if !slices.Contains(Wheres, e.Where) {
		bad("where", "where")
	}
	for field, text := range map[string]string{"advice": e.Advice, "why": e.Why} {
		if utf8.RuneCountInString(text) > longText {
			bad(field, "long")
		}
	}
	if stops > 0 && (e.Where == WentHome || e.Where == Left) && strings.TrimSpace(e.Why) == "" {
		bad("why", "stops")
	}
	if e.FollowUp != 0 && e.FollowUp < today {
		bad("follow_up", "past")
	}
	return errs
}

// Offer is an encounter that a pack in force carries, and whether it is for somebody.
type Offer struct {
	Pack *pack.Pack
	pack.Encounter
	For value.Truth
}

// Key names an offer in a form.
func (o Offer) Key() string { return o.Pack.ID + " " + o.Code }
