package mhpss

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

// packID is the pack that scores, gates and asks.
const packID = "mhpss"

// Forms of the pack.
const (
	scoresForm  = "scores"
	checkForm   = "safety-check"
	sessionForm = "session"
)

//go:embed data/suppression.csv
var suppression []byte

// leastShown is the smallest count that stands among the figures.
func leastShown() (int, error) {
	rows, err := csv.NewReader(bytes.NewReader(suppression)).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != "smallest" {
		return 0, fmt.Errorf("suppression.csv has %d rows: %w", len(rows), err)
	}
	return strconv.Atoi(rows[1][1])
}

// caseOf makes a case of its leaves, in their order; ok is false where its beginning is missing.
func caseOf(leaves []seal.Leaf) (c Case, ok bool, err error) {
	for _, l := range leaves {
		if seal.IsErasure(l) {
			c.Erasing = l.By
		}
		var e error
		switch l.Kind {
		case caseLeaf:
			c.ID, c.Room, c.Person, c.By, c.At, ok = l.Record, l.Room, l.Person, l.By, l.At, true
			e = l.Into(&c.Begun)
		case contactLeaf:
			c.Contact = &Contact{}
			e = l.Into(c.Contact)
		case talkLeaf:
			e = add(&c.Talks, l)
		case scoreLeaf:
			e = add(&c.Scores, l)
		case checkLeaf:
			e = add(&c.Checks, l)
		case planLeaf:
			var all []Told[Plan]
			if e = add(&all, l); e == nil {
				c.Plan = &all[0]
			}
		case referLeaf:
			e = add(&c.Referrals, l)
		case closeLeaf:
			var all []Told[Closing]
			if e = add(&all, l); e == nil {
				c.Closed = &all[0]
			}
		}
		if e != nil {
			return c, ok, e
		}
	}
	return c, ok, nil
}

func add[T any](to *[]Told[T], l seal.Leaf) error {
	t := Told[T]{ID: l.ID, By: l.By, At: l.At}
	if err := l.Into(&t.V); err != nil {
		return err
	}
	*to = append(*to, t)
	return nil
}

// asked is what a pack is asked about a questionnaire, a check or a session.
type asked struct {
	person    map[string]decision.Fact // of the record; nil for a session
	answers   value.Facts              // by fact
	validated value.Value
	responder value.Value
	on        calendar.Day
}

func (a asked) input(p *pack.Pack) decision.Input {
	in := decision.Input{On: a.on, Facts: map[string]decision.Fact{}}
	put := func(name string, v value.Value) { in.Facts[name] = decision.Fact{Value: v, AsOf: a.on.Date()} }
	for _, f := range p.Facts {
		kind, name, _ := strings.Cut(f.From, ":")
		switch {
		case f.From == "visit.day":
			put(f.Name, value.Day(int(a.on)))
		case f.From == "visit.language_validated":
			put(f.Name, a.validated)
		case f.From == "site:mhpss_responder":
			put(f.Name, a.responder)
		case kind == "obs":
			if v, ok := a.answers[name]; ok {
				put(f.Name, v)
			}
		default:
			if fact, ok := a.person[f.From]; ok {
				in.Facts[f.Name] = fact
			}
		}
	}
	return in
}

// told are the definite outcomes of an explanation by code, "kind.CODE".
func told(x pack.Explanation) (out []string) {
	for _, o := range x.Outcomes {
		if o.State == decision.Definite {
			out = append(out, codeOf(o))
		}
	}
	return out
}

func codeOf(o pack.ExplainedOutcome) string { return string(o.Kind) + "." + o.Code }

// holds lists the definite holds of an explanation: what stands against asking at all.
func holds(x pack.Explanation, but ...string) (out []pack.ExplainedOutcome) {
	for _, o := range x.Outcomes {
		if o.Kind == decision.Hold && o.State == decision.Definite && !slices.Contains(but, o.Code) {
			out = append(out, o)
		}
	}
	return out
}

// gateOpen reports whether the pack lets an instrument be used: no gate holds, and none could.
func gateOpen(x pack.Explanation) bool {
	return !slices.ContainsFunc(x.Outcomes, func(o pack.ExplainedOutcome) bool {
		return o.Kind == decision.Hold && o.Code != safetyCheck && o.Code != twoFacilitators
	})
}

// Codes of the pack that this area acts on.
const (
	safetyCheck     = "SAFETY_CHECK"
	twoFacilitators = "TWO_FACILITATORS"
	askLastItem     = "ASK_LAST_ITEM"
)

// totalOf is the sum that the pack derives for an instrument; none where an answer is missing.
func totalOf(d decision.Decision, instrument string) *int {
	v, ok := d.Used[instrument+"_total"]
	if !ok {
		return nil
	}
	n, ok := v.Float()
	if !ok {
		return nil
	}
	total := int(n)
	return &total
}
