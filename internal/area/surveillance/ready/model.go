package ready

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// What is the sort of a record.
type What string

// The closed list.
const (
	Plan     What = "plan"
	Item     What = "item"
	Contact  What = "contact"
	Exercise What = "exercise"
	Review   What = "review"
	Action   What = "action"
)

// Whats lists them in the order of the pages.
var Whats = []What{Plan, Item, Contact, Exercise, Review, Action}

// Boarded are those of which a place must have one.
var Boarded = []What{Plan, Item, Contact, Exercise}

func (w What) kind() string { return "surveillance.ready_" + string(w) }

// Sort is what an answer looks like.
type Sort string

// The closed list.
const (
	Words  Sort = "words"  // a line that names nobody
	Long   Sort = "long"   // several lines that name nobody
	Phone  Sort = "phone"  // of an office
	Number Sort = "number" // of things or people; empty is not known
	PastOn Sort = "past"   // a day that has come
	NextOn Sort = "next"   // a day, to come or past
	Choice Sort = "choice" // one of a list
)

// Question is what is asked of a record. Its words are ready.<what>.<name>.
type Question struct {
	Name    string
	Sort    Sort
	Needed  bool
	Choices []string
}

// Functions are whom a point has to be able to call: the office, not the person.
var Functions = []string{"coordinator", "port_health", "district", "ihr", "ambulance", "isolation", "laboratory", "other_side", "security", "communication", "veterinary", "other"}

// Formats are the kinds of exercise (WHO, Simulation Exercise Manual, 2017).
var Formats = []string{"table_top", "drill", "functional", "full_scale"}

// Lasting says whether an item of stock expires.
var Lasting = []string{"expires", "lasts"}

// Asked is what a record of each sort is made of, in the order in which it is asked.
var Asked = map[What][]Question{
	Plan: {{Name: "name", Sort: Words, Needed: true}, {Name: "version", Sort: Words}, {Name: "dated", Sort: PastOn}, {Name: "kept", Sort: Words},
		{Name: "tested", Sort: PastOn}, {Name: "next", Sort: NextOn}},
	Item: {{Name: "name", Sort: Words, Needed: true}, {Name: "unit", Sort: Words}, {Name: "minimum", Sort: Number}, {Name: "have", Sort: Number},
		{Name: "counted", Sort: PastOn}, {Name: "lasting", Sort: Choice, Choices: Lasting}, {Name: "expires", Sort: NextOn}, {Name: "next", Sort: NextOn}},
	Contact: {{Name: "function", Sort: Choice, Needed: true, Choices: Functions}, {Name: "name", Sort: Words, Needed: true}, {Name: "phone", Sort: Phone}, {Name: "deputy", Sort: Words},
		{Name: "deputy_phone", Sort: Phone}, {Name: "confirmed", Sort: PastOn}, {Name: "next", Sort: NextOn}},
	Exercise: {{Name: "name", Sort: Words, Needed: true}, {Name: "format", Sort: Choice, Needed: true, Choices: Formats}, {Name: "held", Sort: PastOn, Needed: true}, {Name: "people", Sort: Number},
		{Name: "objectives", Sort: Long}, {Name: "findings", Sort: Long}, {Name: "next", Sort: NextOn}},
	Review: {{Name: "name", Sort: Words, Needed: true}, {Name: "held", Sort: PastOn, Needed: true}, {Name: "worked", Sort: Long}, {Name: "failed", Sort: Long}},
	Action: {{Name: "name", Sort: Words, Needed: true}, {Name: "owner", Sort: Words}, {Name: "due", Sort: NextOn}, {Name: "done", Sort: PastOn}, {Name: "result", Sort: Words}},
}

const (
	longWords = 200
	longText  = 4000
	longPhone = 40
	most      = 10_000_000
)

// Record is one thing that a place has, or has to do.
type Record struct {
	ID    db.ID  `json:"-"`
	Site  string `json:"-"`
	What  What   `json:"what"`
	Place string `json:"place"`
	From  db.ID  `json:"from,omitzero"` // of an action: the exercise or the review that it comes from
	Gone  bool   `json:"gone,omitempty"`
	// Answers are by the names of Asked: a day as YYYY-MM-DD, a number as digits. What is
	// empty is not known.
	Answers map[string]string `json:"answers"`
	// Disputed are the groups of answers of which two changes that did not see each other
	// say otherwise; one of them is shown and none is known.
	Disputed []string `json:"disputed,omitempty"`
	// Seen is how the record stood when whoever changes it looked (Stands); "" asks nothing.
	Seen string `json:"-"`
	// New says that whoever saves it knows of none before it: where there is one, only the
	// same answers are taken again.
	New bool `json:"-"`
}

// Stands is a mark of what a record says: another mark, other answers.
func (r Record) Stands() string {
	h := sha256.New()
	for _, q := range Asked[r.What] {
		fmt.Fprintf(h, "%s=%q\n", q.Name, r.Answers[q.Name])
	}
	fmt.Fprint(h, r.Gone, r.Disputed)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Name is what a record is called.
func (r Record) Name() string { return r.Answers["name"] }

// Day is an answer that is a day; 0 is not known.
func (r Record) Day(name string) calendar.Day {
	d, err := calendar.ParseDay(r.Answers[name])
	if err != nil {
		return 0
	}
	return d
}

// Count is an answer that is a number; false where it is not known.
func (r Record) Count(name string) (int, bool) {
	n, err := strconv.Atoi(r.Answers[name])
	return n, err == nil
}

// Open reports whether an action waits to be done; while two say otherwise, it does.
func (r Record) Open() bool {
	return r.What == Action && !r.Left() && (r.Answers["done"] == "" || r.Doubtful("done"))
}

// Doubtful reports whether two answers stand side by side.
func (r Record) Doubtful(name string) bool { return slices.Contains(r.Disputed, groupOf(r.What, name)) }

// Left reports whether a record is off the lists. Where one said so and another went on
// with it, it stays until somebody settles that.
func (r Record) Left() bool { return r.Gone && !r.Doubtful("gone") }

// called are the answers of a contact that a confirmation is of.
var called = []string{"function", "name", "phone", "deputy", "deputy_phone"}

// Unsay takes back the confirmation of a contact that is now another one, unless it was
// confirmed anew.
func (r *Record) Unsay(was Record) {
	if r.What != Contact || r.Answers["confirmed"] != was.Answers["confirmed"] {
		return
	}
	for _, name := range called {
		if r.Answers[name] != was.Answers[name] {
			r.Answers["confirmed"] = ""
		}
	}
}

// Valid checks a record on a day; it brings the answers into the form that is kept.
func (r *Record) Valid(today calendar.Day) []error {
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field("ready.Record", field, "ready.error."+key)) }
	if !slices.Contains(Whats, r.What) {
		return []error{fault.New(fault.NotFound, "ready.Record", "page.error.not_found")}
	}
	kept := map[string]string{}
	for _, q := range Asked[r.What] {
		v := strings.TrimSpace(r.Answers[q.Name])
		kept[q.Name] = v
		if v == "" {
			if q.Needed {
				bad(q.Name, "needed")
			}
			continue
		}
		if key := q.wrong(v, today); key != "" {
			bad(q.Name, key)
		}
	}
	r.Answers = kept
	if r.What == Item && kept["lasting"] == "lasts" && kept["expires"] != "" {
		bad("expires", "lasts")
	}
	return errs
}

// wrong is the key of what is wrong with an answer.
func (q Question) wrong(v string, today calendar.Day) string {
	switch q.Sort {
	case Words:
		return surveillance.TextFault(v, longWords)
	case Long:
		return surveillance.TextFault(v, longText)
	case Phone:
		if utf8.RuneCountInString(v) > longPhone {
			return "long"
		}
	case Number:
		if n, err := strconv.Atoi(v); err != nil || n < 0 || n > most {
			return "number"
		}
	case Choice:
		if !slices.Contains(q.Choices, v) {
			return "choose"
		}
	case PastOn, NextOn:
		d, err := calendar.ParseDay(v)
		switch {
		case err != nil:
			return "day"
		case q.Sort == PastOn && d > today:
			return "future"
		}
	}
	return ""
}
