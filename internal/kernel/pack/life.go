package pack

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// ActName is what an officer did to a version.
type ActName string

// The acts of a version's life. Each is a journal document of its own, so that
// nothing an officer did is ever overwritten.
const (
	ActSubmit   ActName = "submit"   // a draft is complete and waits for officers
	ActApprove  ActName = "approve"  // one medical officer agrees
	ActActivate ActName = "activate" // one officer wants it to hold from a day
	ActStop     ActName = "stop"     // one officer wants it, or rows of it, stopped at once
)

// Officers is how many different officers approve, activate or stop.
const Officers = 2

// Act is one act.
type Act struct {
	ID     db.ID
	Hash   string // of the version
	Name   ActName
	By     db.ID
	At     time.Time
	From   calendar.Day // activate: the first day it is to hold
	Rows   []string     // stop: the rows meant; none is the whole version
	Reason string       // stop: why, without personal data
}

// Life is where a version stands, worked out from all its acts. It does not
// depend on the order in which nodes heard of them.
type Life struct {
	Declared  Status // draft or review, as imported
	Submitted bool
	Approvals []Act // by different officers, first act of each
	Activated bool  // two officers named the same day
	From      calendar.Day
	Since     time.Time // when the second of them did
	Starters  []Act     // the two
	Waiting   *Act      // an activation that waits for a second officer
	Whole     bool      // stopped as a whole
	Rows      []string  // rows stopped
	Stops     []Act     // completed stops, with the officers of each
	StopWaits *Act      // a stop that waits for a second officer
	acts      []Act
}

// All is every act on the version, the first one first.
func (l Life) All() []Act { return l.acts }

// Approved reports whether enough officers agreed.
func (l Life) Approved() bool { return len(l.Approvals) >= Officers }

// Status is the state of the version on a day, later versions aside.
func (l Life) Status(on calendar.Day) Status {
	switch {
	case l.Whole:
		return Stopped
	case l.Activated && l.From <= on:
		return Active
	case l.Approved():
		return Approved
	case l.Declared == Draft && !l.Submitted:
		return Draft
	}
	return Review
}

// LifeOf works a life out. Acts count in the order they were made.
func LifeOf(declared Status, acts []Act) Life {
	acts = slices.Clone(acts)
	sort.SliceStable(acts, func(i, j int) bool {
		if !acts[i].At.Equal(acts[j].At) {
			return acts[i].At.Before(acts[j].At)
		}
		return acts[i].ID.String() < acts[j].ID.String()
	})
	l := Life{Declared: declared, acts: acts}
	starts, stops := agreement{}, agreement{}
	for _, a := range acts {
		switch a.Name {
		case ActSubmit:
			l.Submitted = true
		case ActApprove:
			if !slices.ContainsFunc(l.Approvals, func(b Act) bool { return b.By == a.By }) {
				l.Approvals = append(l.Approvals, a)
			}
		case ActActivate:
			if both := starts.add(a, a.From.String()); both != nil {
				l.Activated, l.From, l.Since, l.Starters = true, a.From, a.At, both
			}
		case ActStop:
			if both := stops.add(a, strings.Join(a.Rows, " ")); both != nil {
				l.Stops = append(l.Stops, both...)
				l.Whole = l.Whole || len(a.Rows) == 0
				l.Rows = sortedSet(append(l.Rows, a.Rows...))
			}
		}
	}
	l.Waiting, l.StopWaits = starts.latest(), stops.latest()
	return l
}

// agreement collects what each officer last asked for until two ask the same.
type agreement struct {
	acts []Act
	what []string
}

func (g *agreement) add(a Act, what string) []Act {
	for i, b := range g.acts {
		if b.By != a.By && g.what[i] == what {
			g.acts, g.what = nil, nil
			return []Act{b, a}
		}
	}
	for i, b := range g.acts {
		if b.By == a.By {
			g.acts, g.what = slices.Delete(g.acts, i, i+1), slices.Delete(g.what, i, i+1)
			break
		}
	}
	g.acts, g.what = append(g.acts, a), append(g.what, what)
	return nil
}

func (g *agreement) latest() *Act {
	if len(g.acts) == 0 {
		return nil
	}
	a := g.acts[len(g.acts)-1]
	return &a
}

// stoppable are the outcomes a row may be stopped alone for: what the pack gives
// or tells. What protects, requires or classifies is never taken out of a version
// that goes on deciding, because what is missing would then read as "not needed".
var stoppable = map[string]bool{
	"offer": true, "treat": true, "waive": true, "clear": true, "refer": true, "notify": true, "form": true,
	"escort": true, "flag": true, "ask": true,
}

// CanStopRow answers why a row cannot be stopped alone, "" when it can.
func (p *Pack) CanStopRow(id string) (key string) {
	t, _, ok := p.RowByID(id)
	if !ok {
		return "packs.error.no_row"
	}
	switch t.Policy {
	case decision.Collect, decision.RuleOrder, decision.OutputOrder:
	default:
		return "packs.error.row_order" // another row would fire in its place
	}
	rules := p.ruleList
	at := slices.IndexFunc(rules, func(r rule) bool { return r.id == id })
	if !stoppable[rules[at].kind] {
		return "packs.error.row_protects"
	}
	for _, r := range rules {
		for _, f := range r.facts {
			kind, code, _ := strings.Cut(f, ".")
			if kind == rules[at].kind && (code == "any" || slices.Contains(rules[at].codes, code)) {
				return "packs.error.row_read"
			}
		}
	}
	return ""
}

// without is the pack with rows stopped. Its hash stays: the bytes are the same.
func (p *Pack) without(rows []string) (*Pack, error) {
	if len(rows) == 0 {
		return p, nil
	}
	q := *p
	q.Tables, q.StoppedRows = nil, rows
	for _, t := range p.Tables {
		cut := *t.Table
		cut.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r decision.Row) bool { return slices.Contains(rows, r.ID) })
		if len(cut.Rows) > 0 {
			q.Tables = append(q.Tables, Table{&cut, t.File})
		}
	}
	q.ruleList = q.rules()
	var ps Problems
	q.compile(&ps)
	return &q, ps.fault("pack.without")
}
