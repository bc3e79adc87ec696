package count

import (
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// What is counted.
type What string

// The closed list.
const (
	Contact    What = "contact"
	Test       What = "test"
	Registered What = "registered"
)

// The counters of package tally. Their dimensions are place, service and Dims; a person's
// place and service may be Any.
const (
	CounterContact    = "programme.contact"
	CounterTest       = "programme.test"
	CounterRegistered = "programme.registered"
	CounterWeek       = "programme.person.week"  // on the week's Monday
	CounterMonth      = "programme.person.month" // on the month's first day
)

// Any stands for all sites, or all services.
const Any = "*"

// NotKnown is the code of what is not known.
const NotKnown = "u"

// Dims is what a count is told apart by; all are codes.
type Dims struct{ Sex, Age, Pregnant, Disability, Status string }

// fields are the dimensions in their fixed order.
func (d Dims) fields() []string { return []string{d.Sex, d.Age, d.Pregnant, d.Disability, d.Status} }

const between = "|"

func (d Dims) text() string { return strings.Join(d.fields(), between) }

// DimsOf reads dimensions in their fixed order; what is missing is not known.
func DimsOf(list []string) Dims {
	at := func(i int) string {
		if i < len(list) && list[i] != "" {
			return list[i]
		}
		return NotKnown
	}
	return Dims{at(0), at(1), at(2), at(3), at(4)}
}

// fact is one counted document.
type fact struct {
	Doc, Subject db.ID
	What         What
	Site         string
	Service      string // of a contact pack/CODE, of a test its form
	Day          calendar.Day
	Pregnant     value.Truth
	Dims         Dims
}
