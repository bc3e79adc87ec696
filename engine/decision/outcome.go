package decision

import (
	"sort"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Kind is what an outcome does. The set is closed (design, section 5).
type Kind string

// The kinds of outcome.
const (
	Require        Kind = "require"        // a service must be done
	Offer          Kind = "offer"          // a service may be had
	Waive          Kind = "waive"          // a required service may be left out, by a named officer
	Defer          Kind = "defer"          // a service must wait
	Contraindicate Kind = "contraindicate" // a service or drug must not be given
	Treat          Kind = "treat"          // a drug is to be given
	Classify       Kind = "classify"       // a class of the destination
	Hold           Kind = "hold"           // clearance must wait
	Clear          Kind = "clear"          // clearance may be given
	Valid          Kind = "valid"          // life of the medical; never clearance
	Refer          Kind = "refer"          // to another service
	Notify         Kind = "notify"         // a recipient must be told
	Form           Kind = "form"           // a form is to be filled in
	Escort         Kind = "escort"         // level of escort in travel
	Ask            Kind = "ask"            // a fact is to be asked for
	Flag           Kind = "flag"           // something to show
)

// kinds in the order outcomes are listed: what forbids before what allows.
var kinds = []Kind{Contraindicate, Hold, Defer, Require, Waive, Offer, Treat, Classify, Clear, Valid, Refer, Notify, Form, Escort, Ask, Flag}

var kindRank = func() map[Kind]int {
	m := map[Kind]int{}
	for i, k := range kinds {
		m[k] = i
	}
	return m
}()

// Kinds returns the closed set of outcome kinds.
func Kinds() []Kind { return append([]Kind(nil), kinds...) }

// State says how far an outcome is settled.
type State string

// The states of an outcome. What is definitely not so is not listed at all.
const (
	Definite     State = "definite"     // every way of filling in the unknown gives it
	Undetermined State = "undetermined" // some ways give it, some do not
	Blocked      State = "blocked"      // required and contraindicated at once, or rows that contradict each other: for the officer
)

// RowRef names a row and why it counts.
type RowRef struct {
	Table     string      `json:"table"`
	ID        string      `json:"id"`
	Certainty string      `json:"certainty,omitempty"`
	Source    string      `json:"source,omitempty"`
	Note      string      `json:"note,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	Truth     value.Truth `json:"truth"` // yes: it fired; unknown: it may fire
}

// Outcome is one thing that follows. Args and Rows are shared with the protocol
// and must not be changed.
type Outcome struct {
	Kind        Kind              `json:"kind"`
	Code        string            `json:"code,omitempty"`
	Args        map[string]string `json:"args,omitempty"` // months, until, drug, dose …; valid has until (2027-04-01)
	State       State             `json:"state"`
	Rows        []RowRef          `json:"rows,omitempty"`
	Ask         []string          `json:"ask,omitempty"` // facts that could change it, if undetermined
	Unconfirmed bool              `json:"unconfirmed,omitempty"`
	Fires       value.Truth       `json:"fires"`  // whether its rows fire, contraindications and holds aside
	Barred      value.Truth       `json:"barred"` // whether a contraindication, deferral or hold stands against it
	BarredBy    []RowRef          `json:"barred_by,omitempty"`
}

// Decision is what a protocol says about facts on a day.
type Decision struct {
	Protocol  string                 `json:"protocol"`
	Version   string                 `json:"version"`
	Hash      string                 `json:"hash"`
	On        calendar.Day           `json:"on"` // the day dated rows were taken for
	Outcomes  []Outcome              `json:"outcomes"`
	Overruled []Outcome              `json:"overruled,omitempty"` // offers, treatments … that a contraindication, deferral or hold beat
	Ask       []string               `json:"ask,omitempty"`       // facts that could change something undetermined, most decisive first
	Used      map[string]value.Value `json:"used"`                // the facts the rows in force read, derived ones included
	Problems  []string               `json:"problems,omitempty"`  // facts that could not be read; they count as unknown
	Capped    bool                   `json:"capped,omitempty"`    // too many unknowns to enumerate: some "undetermined" may be settled
}

// Codes returns the codes of a kind that are definite, sorted, each once.
func (d *Decision) Codes(k Kind) []string {
	codes := []string{}
	for _, o := range d.Outcomes {
		if o.Kind == k && o.State == Definite {
			codes = append(codes, o.Code)
		}
	}
	sort.Strings(codes)
	return compact(codes)
}

// ValidUntil returns the last day of the medical, if it is definite.
func (d *Decision) ValidUntil() (calendar.Day, bool) {
	for _, o := range d.Outcomes {
		if o.Kind == Valid && o.State == Definite {
			day, err := calendar.ParseDay(o.Args["until"])
			return day, err == nil
		}
	}
	return 0, false
}

// Outcome returns the first outcome of a kind and code; ok is false when it is
// definitely not so.
func (d *Decision) Outcome(k Kind, code string) (Outcome, bool) {
	for _, o := range d.Outcomes {
		if o.Kind == k && o.Code == code {
			return o, true
		}
	}
	return Outcome{}, false
}

func compact(sorted []string) []string {
	out := sorted[:0]
	for i, s := range sorted {
		if i == 0 || s != sorted[i-1] {
			out = append(out, s)
		}
	}
	return out
}

// Fact is what is known of a fact.
type Fact struct {
	Value    value.Value
	AsOf     calendar.Date // when it was asked or measured; needed where the fact has a longest age
	Disputed bool          // in open conflict: counts as unknown
}

// Input is what a decision is asked on.
type Input struct {
	On      calendar.Day // the day of the decision; stands for the date basis unless that fact is given
	Facts   map[string]Fact
	Journey *Journey // nil: nothing is known of it
	// Unasked leaves the questions out, of the outcomes and of the decision: finding
	// which facts could change something costs most where little is known.
	Unasked bool
}

// FactsOf wraps plain values, as of the day, for tests and worked cases.
func FactsOf(vs value.Facts, on calendar.Day) map[string]Fact {
	m := make(map[string]Fact, len(vs))
	for k, v := range vs {
		m[k] = Fact{Value: v, AsOf: on.Date()}
	}
	return m
}

// Stay is a time in one place.
type Stay struct {
	Place string // country code
	Span  calendar.Span
}

// Journey is where the person has been.
type Journey struct {
	Stays                []Stay
	Complete             bool // the person says that these are all the places
	Citizenships         []string
	CitizenshipsComplete bool // the person says that these are all
}
