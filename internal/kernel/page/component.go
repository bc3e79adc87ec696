package page

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Level is the weight of a tag or callout. It chooses a colour, and each has a
// word beside it: colour is never the only sign.
type Level string

// The levels. Red is kept for danger.
const (
	Quiet  Level = ""       // grey: a plain fact
	Info   Level = "info"   // blue: worth knowing
	Done   Level = "done"   // green: finished, normal
	Wait   Level = "wait"   // amber: somebody must act
	Danger Level = "danger" // red: harm is possible
)

// Tag is a short word in a box: the state of something.
type Tag struct {
	Level Level
	Text  Msg
}

// Row is one line of a summary list: a question, its answer, a way to change it.
// Value may be whatever the show function knows: string, Msg, calendar.Date, Tag,
// value.Quantity, a number, a Link, or a slice of them; the zero string and nil
// read "not known".
type Row struct {
	Label  Msg
	Value  any
	Change Link
}

// Summary is a list of answers, shown with {{summary .Rows}}.
type Summary []Row

// Task is one line of a task list: what is to be done, how it stands, and why.
type Task struct {
	Name   Msg
	Href   string
	State  Tag
	Why    []Msg // the sentences of the rules
	Source Msg   // where they come from
	Note   Tag   // "unconfirmed"
}

// Tasks is a task list, shown with {{tasks .Tasks}}.
type Tasks []Task

// Event is one stop of a timeline: a stay, a dose, an act. Each field may be
// anything that show knows; nil leaves it out.
type Event struct {
	When, What, Detail any
	State              Tag
	Change             Link
}

// Timeline is events in the order of time, shown with {{timeline .Journey}}.
type Timeline []Event

// Column is a column of a table.
type Column struct {
	Label  Msg
	Number bool // figures, aligned at the end
	Wide   bool // takes the room that is left
	Hide   bool // the label is for screen readers only ("Action")
}

// Cell is anything the show function knows.
type Cell = any

// Table is a list of like things. At 360 px each row becomes a card whose lines
// carry the column's label. It is shown with {{table .Table}}.
type Table struct {
	Caption Msg
	Columns []Column
	Rows    [][]Cell
	Empty   Empty // what stands there when there are no rows
	Pager   Pager
	Tight   bool // a worklist
	Numbers bool
}

// Empty says that there is nothing, why, and what to do about it.
type Empty struct {
	Title  Msg
	Text   Msg
	Action Link
}

// Pager leads through a long list. Both links may be empty.
type Pager struct {
	Prev, Next string
	From, To   int
	Total      int // 0 when it is not counted
}

// IsZero reports whether there is only one page.
func (p Pager) IsZero() bool { return p.Prev == "" && p.Next == "" }

// Callout is a box that says one thing that matters.
type Callout struct {
	Level Level
	Title Msg
	Text  []Msg
	Links []Link
}

// Banner is who this page is about: on every page about a person, always the
// same, so that nobody treats the wrong one (design, section 8).
type Banner struct {
	Href       string // the person's page
	Name       string // in its own script; "" while the person has no name yet
	NameLang   string // BCP 47 of Name, where known
	Latin      string // in Latin script
	Wristband  string // what identifies a person without a name
	Sex        Sex
	Born       calendar.Date
	On         calendar.Day // the day the age is told for
	AgeDispute bool         // counts as a child for protection
	Died       calendar.Date
	Case       string // case number
	CaseHref   string
	Photo      string // URL; "" shows that there is none
	Languages  []string
	Interp     value.Truth // needs an interpreter
	Allergies  []string
	HasAllergy value.Truth // Unknown: not asked; No: none known
	NoSafety   bool        // the reader may not know allergies: the line is left out
	Flags      []Tag
	Consent    Tag
	Restricted bool
}

// Sex as recorded. The zero Sex is not known.
type Sex string

// The values of sex; "other" is also the X of a travel document.
const (
	Female Sex = "female"
	Male   Sex = "male"
	Other  Sex = "other"
)

// Msg says the sex.
func (s Sex) Msg() Msg {
	switch s {
	case Female, Male, Other:
		return M("page.sex." + string(s))
	}
	return M("page.sex.unknown")
}

// TruthMsg says yes, no, not known or refused.
func TruthMsg(t value.Truth) Msg { return M("page.truth." + t.String()) }

// Sync is how this node stands to its hub, in words.
type Sync struct {
	Alone   bool // no hub is set up
	Hub     bool // this is one, and is enrolled nowhere itself
	Waiting int
	Last    string // 07:40, or a date when it was not today; "" never
	Trouble bool   // the hub cannot be reached
	Stopped bool   // the exchange has ended for another reason, which somebody must see to
	Href    string // the page that says more; "" links none
}

// Nav is an item of the main navigation.
type Nav struct {
	Href string
	Text Msg
}

// Frame is what surrounds every page of a user.
type Frame struct {
	Site    string // name of the site
	Role    Msg
	User    string // name of who is logged in; "" before log-in
	Me      string // the own page of the user; "" links none
	Sync    *Sync
	Nav     []Nav
	Search  string // where the person search goes ("/people/find"); "" shows none
	SignOut string // where a POST logs out
	Locale  string // the user's own language; the switch wins
	Demo    bool   // says on every page that nothing here is real
	// Exercise says so too, on paper as well, and that it is an exercise.
	Exercise bool
}
