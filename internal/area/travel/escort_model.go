package travel

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Role is what somebody who goes along is.
type Role string

// The closed list.
const (
	RoleOperational Role = "operational"
	RoleNurse       Role = "nurse"
	RoleDoctor      Role = "doctor"
)

// Roles lists them.
var Roles = []Role{RoleOperational, RoleNurse, RoleDoctor}

// Companion is somebody who goes along.
type Companion struct {
	Login string `json:"login,omitempty"` // their account; "" for one who has none
	Name  string `json:"name"`
	Role  Role   `json:"role"`
}

// Item is one thing of the kit; of a drug, how many there are.
type Item struct {
	Name    string       `json:"name"`
	Count   int          `json:"count"`
	Expires calendar.Day `json:"expires,omitempty"` // 0: it does not expire
}

// Call is one number of the phone tree, in the order in which to call.
type Call struct {
	Who    string `json:"who"`
	Number string `json:"number"`
}

// Escort is who and what goes along with somebody on a movement.
type Escort struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	Movement db.ID       `json:"movement"`
	With     []Companion `json:"with,omitempty"`
	Oxygen   Oxygen      `json:"oxygen,omitzero"`
	Kit      []Item      `json:"kit,omitempty"`
	Calls    []Call      `json:"calls,omitempty"`

	BriefedAt time.Time `json:"briefed_at,omitzero"`
	BriefedBy db.ID     `json:"briefed_by,omitzero"`
}

// Oxygen is what is taken along; the zero value is none.
type Oxygen struct {
	Litres float64 `json:"litres,omitempty"` // a minute
	Hours  float64 `json:"hours,omitempty"`  // for which there is enough
	Source string  `json:"source,omitempty"` // cylinder, concentrator, of the carrier
}

// Resource is the escort as a policy sees it.
func (e Escort) Resource() access.Resource {
	return access.Resource{Kind: kindEscort, Doc: e.ID, Subject: e.Person, Site: e.Site, Programme: e.Programme, Sensitivity: journal.Clinical}
}

// has reports whether somebody of a role goes along.
func (e Escort) has(roles ...Role) bool {
	return slices.ContainsFunc(e.With, func(c Companion) bool { return slices.Contains(roles, c.Role) })
}

// named reports whether those who go along are who a level asks for.
func (e Escort) named(l Level) bool {
	switch l {
	case Operational:
		return len(e.With) > 0
	case Nurse:
		return e.has(RoleNurse, RoleDoctor)
	case Doctor:
		return e.has(RoleDoctor)
	case Both:
		return e.has(RoleDoctor) && e.has(RoleNurse)
	case Stretcher:
		return e.has(RoleDoctor, RoleNurse) && len(e.With) > 1 // one stays, one calls
	}
	return true
}

// expired are the things of the kit that are over by a day.
func (e Escort) expired(by calendar.Day) (out []string) {
	for _, i := range e.Kit {
		if i.Expires != 0 && i.Expires < by {
			out = append(out, i.Name)
		}
	}
	return out
}

// ready reports whether an escort can go: briefed, reachable, and with a kit that is good
// on the day.
func (e Escort) ready(day calendar.Day) bool {
	if e.BriefedAt.IsZero() || len(e.Calls) == 0 || len(e.expired(day)) > 0 {
		return false
	}
	return len(e.Kit) > 0 || !e.has(RoleNurse, RoleDoctor)
}

const (
	mostLines  = 60
	longLine   = 120
	mostLitres = 25
)

// atLine is a fault of one line of what was typed.
func atLine(op, field, key string, line int) error {
	return &fault.Error{Code: fault.Invalid, Op: op, Field: field, Key: key, Args: map[string]any{"line": strconv.Itoa(line + 1)}}
}

// readKit reads a kit as it is typed: one thing a line, with its count and the day on
// which it expires, parted by commas: "adrenaline 1 mg, 2, 2027-03-31".
func readKit(text string, on calendar.Day) ([]Item, error) {
	const op = "travel.readKit"
	var out []Item
	for n, line := range lines(text) {
		bad := func(key string) error {
			return atLine(op, "kit", "travel.error.kit_"+key, n)
		}
		cells := strings.Split(strings.ReplaceAll(line, "،", ","), ",")
		i := Item{Name: strings.TrimSpace(cells[0]), Count: 1}
		if i.Name == "" || utf8.RuneCountInString(i.Name) > longLine || len(cells) > 3 || n >= mostLines {
			return nil, bad("line")
		}
		if len(cells) > 1 {
			count, err := strconv.Atoi(strings.TrimSpace(cells[1]))
			if err != nil || count < 1 || count > 10000 {
				return nil, bad("count")
			}
			i.Count = count
		}
		if len(cells) > 2 {
			day, err := calendar.ParseDay(strings.TrimSpace(cells[2]))
			if err != nil {
				return nil, bad("day")
			}
			if i.Expires = day; day < on {
				return nil, bad("expired")
			}
		}
		out = append(out, i)
	}
	return out, nil
}

// readCalls reads a phone tree as it is typed: one a line, who and the number.
func readCalls(text string) ([]Call, error) {
	var out []Call
	for n, line := range lines(text) {
		who, number, ok := strings.Cut(strings.ReplaceAll(line, "،", ","), ",")
		c := Call{Who: strings.TrimSpace(who), Number: strings.TrimSpace(number)}
		if !ok || c.Who == "" || c.Number == "" || utf8.RuneCountInString(line) > longLine || n >= mostLines {
			return nil, atLine("travel.readCalls", "calls", "travel.error.calls_line", n)
		}
		out = append(out, c)
	}
	return out, nil
}

// lines are the lines of a text that have something in them.
func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// mostWith is how many go along with one person.
const mostWith = 2

// Valid checks an escort that is assigned.
func (e Escort) Valid() []error {
	const op = "travel.Escort"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "travel.error."+key)) }
	if len(e.With) == 0 {
		bad("with-1", "companion")
	}
	for i, c := range e.With {
		if utf8.RuneCountInString(c.Name) > longLine {
			bad("with-"+strconv.Itoa(i+1), "long")
		}
		if !slices.Contains(Roles, c.Role) {
			bad("role-"+strconv.Itoa(i+1), "choose")
		}
	}
	o := e.Oxygen
	if o.Litres < 0 || o.Litres > mostLitres {
		bad("litres", "litres")
	}
	if o.Hours < 0 || o.Hours > mostHours || (o.Litres > 0) != (o.Hours > 0) {
		bad("oxygen_hours", "oxygen")
	}
	if utf8.RuneCountInString(o.Source) > longLine {
		bad("source", "long")
	}
	return errs
}

// lasts reports whether the oxygen is enough for a way of some hours; of a way whose hours
// are not known it is not known to be.
func (o Oxygen) lasts(hours int) bool { return o.Litres > 0 && hours > 0 && o.Hours >= float64(hours) }

// What is written down on the way. The list is closed.
type What string

// The list.
const (
	Observed What = "observed" // condition, vital signs
	Given    What = "given"    // a medicine, oxygen
	Happened What = "happened" // an event, an incident
	Left     What = "left"     // a stage: boarded, landed, changed vehicles
)

// Whats lists them.
var Whats = []What{Observed, Given, Happened, Left}

// Line is one line of the log on the way. Nothing of it is changed afterwards.
type Line struct {
	ID     db.ID     `json:"-"`
	Escort db.ID     `json:"escort"`
	At     time.Time `json:"at"`
	What   What      `json:"what"`
	Text   string    `json:"text"`
	By     string    `json:"by"` // the name of who wrote it
}

// Valid checks a line.
func (l Line) Valid(now time.Time) []error {
	const op = "travel.Line"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "travel.error."+key)) }
	if !slices.Contains(Whats, l.What) {
		bad("what", "choose")
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(l.Text)); {
	case n == 0:
		bad("text", "text")
	case n > longText:
		bad("text", "long")
	}
	if l.At.After(now) {
		bad("log_at", "future")
	}
	return errs
}
