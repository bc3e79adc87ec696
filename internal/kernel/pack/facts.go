package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
)

// FactError says which fact cannot be read and why.
type FactError struct {
	Fact string
	Text string
}

// Error prints fact: why.
func (e *FactError) Error() string { return "fact " + e.Fact + ": " + e.Text }

// ReadFacts types facts by the pack's definitions. on is the day they are taken
// to be of where they do not say. The accepted forms of a fact are
//
//	true, 7, "pos", "2011-06-02", ["AAA"]     by its type; a date may be 2011 or 2011-06
//	null                                       nobody knows
//	{"refused": true}                          the person declined
//	{"range": [14, 15]}                        a number known only in part
//	{"value": …, "as_of": "2026-05-31"}        an answer of that day
//	{"value": …, "disputed": true}             in open conflict
//
// Every fact that cannot be read is reported; none is guessed.
func (p *Pack) ReadFacts(raw []RawFact, on calendar.Day) (map[string]decision.Fact, []error) {
	facts := make(map[string]decision.Fact, len(raw))
	var errs []error
	for _, r := range raw {
		def, ok := p.Fact(r.Name)
		if !ok {
			errs = append(errs, &FactError{r.Name, "is not a fact of pack " + p.ID})
			continue
		}
		f, err := readFact(def, r.JSON, on)
		if err != nil {
			errs = append(errs, &FactError{r.Name, err.Error()})
			continue
		}
		facts[r.Name] = f
	}
	return facts, errs
}

// ParseInput reads a file of facts for one decision: a JSON object of facts, or a
// worked case with its facts, day and journey. The day of a case is used unless
// another is given.
func (p *Pack) ParseInput(b []byte, on *calendar.Day, today calendar.Day) (decision.Input, []error) {
	in := decision.Input{On: today}
	raw, err := objectMembers(b)
	if err != nil {
		return in, []error{fmt.Errorf("the facts: %w", err)}
	}
	if _, isFact := p.Fact("facts"); !isFact {
		for _, m := range raw {
			if m.Name == "facts" {
				return p.caseFile(raw, on, today)
			}
		}
	}
	if on != nil {
		in.On = *on
	}
	var errs []error
	in.Facts, errs = p.ReadFacts(raw, in.On)
	return in, errs
}

func (p *Pack) caseFile(raw []RawFact, on *calendar.Day, today calendar.Day) (decision.Input, []error) {
	in := decision.Input{On: today}
	var c Case
	for _, m := range raw {
		if m.Name == "expect" {
			continue
		}
		if err := c.set(m); err != nil {
			return in, []error{err}
		}
	}
	if d, ok := c.On.Exact(); ok {
		in.On = d
	}
	if on != nil {
		in.On = *on
	}
	facts, errs := p.ReadFacts(c.Facts, in.On)
	in.Facts = facts
	j, err := ParseJourney(c.Journey)
	if err != nil {
		errs = append(errs, err)
	}
	in.Journey = j
	return in, errs
}

type factObject struct {
	Value    json.RawMessage `json:"value"`
	Refused  bool            `json:"refused"`
	Range    []float64       `json:"range"`
	AsOf     string          `json:"as_of"`
	Disputed bool            `json:"disputed"`
}

func readFact(def Fact, raw json.RawMessage, on calendar.Day) (decision.Fact, error) {
	f := decision.Fact{AsOf: on.Date()}
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' {
		v, err := typedValue(def, raw)
		f.Value = v
		return f, err
	}
	var o factObject
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		return f, fmt.Errorf("%s is not an object of value, refused, range, as_of, disputed", clip(raw))
	}
	if o.AsOf != "" {
		d, err := calendar.Parse(o.AsOf)
		if err != nil {
			return f, fmt.Errorf("as_of %q is not a date", o.AsOf)
		}
		f.AsOf = d
	}
	f.Disputed = o.Disputed
	var err error
	switch {
	case o.Refused:
		f.Value = value.RefusedAnswer()
	case o.Range != nil:
		if len(o.Range) != 2 || o.Range[0] > o.Range[1] || (def.Type != "int" && def.Type != "decimal") {
			return f, fmt.Errorf("%s is not a range of numbers, least first", clip(raw))
		}
		f.Value = value.Range(o.Range[0], o.Range[1])
	case o.Value != nil:
		f.Value, err = typedValue(def, o.Value)
	}
	return f, err
}

// typedValue reads a plain JSON value as the fact's type.
func typedValue(def Fact, raw json.RawMessage) (value.Value, error) {
	if string(raw) == "null" {
		return value.NotKnown(), nil
	}
	wrong := func(want string) (value.Value, error) {
		return value.NotKnown(), fmt.Errorf("%s is not %s", clip(raw), want)
	}
	switch def.Type {
	case "bool":
		var b bool
		if json.Unmarshal(raw, &b) != nil {
			return wrong("true or false")
		}
		return value.Of(b), nil
	case "int", "decimal":
		var f float64
		if json.Unmarshal(raw, &f) != nil || (def.Type == "int" && f != math.Trunc(f)) {
			return wrong(map[string]string{"int": "a whole number", "decimal": "a number"}[def.Type])
		}
		if (def.Min != nil && f < *def.Min) || (def.Max != nil && f > *def.Max) {
			return wrong("a value it may have (min, max)")
		}
		return value.Number(f), nil
	case "date":
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return wrong("a date (2026-11-22, 2026-11 or 2026)")
		}
		d, err := calendar.Parse(s)
		if err != nil || d.IsZero() {
			return wrong("a date (2026-11-22, 2026-11 or 2026)")
		}
		return d.Value(), nil
	case "code":
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return wrong("a code")
		}
		return oneOf(def, s)
	}
	var ss []string
	if json.Unmarshal(raw, &ss) != nil {
		return wrong("a list of codes")
	}
	for _, s := range ss {
		if _, err := oneOf(def, s); err != nil {
			return value.NotKnown(), err
		}
	}
	return value.Texts(ss...), nil
}

func oneOf(def Fact, s string) (value.Value, error) {
	if s == "" {
		return value.NotKnown(), errors.New("an empty text is not a code; write null for what nobody knows")
	}
	for _, v := range def.Values {
		if v == s {
			return value.Text(s), nil
		}
	}
	if len(def.Values) == 0 {
		return value.Text(s), nil
	}
	return value.NotKnown(), fmt.Errorf("%q is not one of %s", s, strings.Join(def.Values, ", "))
}

type journeyFile struct {
	Stays []struct {
		Place   string        `json:"place"`
		From    calendar.Date `json:"from"`
		To      calendar.Date `json:"to"`
		Ongoing bool          `json:"ongoing"`
	} `json:"stays"`
	Complete             bool     `json:"complete"`
	Citizenships         []string `json:"citizenships"`
	CitizenshipsComplete bool     `json:"citizenships_complete"`
}

// ParseJourney reads the journey of a case; none is nil, which is "not known".
func ParseJourney(raw json.RawMessage) (*decision.Journey, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var f journeyFile
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("journey: %v", err)
	}
	j := &decision.Journey{Complete: f.Complete, Citizenships: f.Citizenships, CitizenshipsComplete: f.CitizenshipsComplete}
	for _, s := range f.Stays {
		if s.Place == "" {
			return nil, fmt.Errorf("journey: a stay has no place")
		}
		j.Stays = append(j.Stays, decision.Stay{Place: s.Place, Span: calendar.Span{From: s.From, To: s.To, Ongoing: s.Ongoing}})
	}
	return j, nil
}

// FactNames lists the pack's facts in order, for messages and pages.
func (p *Pack) FactNames() []string {
	ns := make([]string, 0, len(p.Facts))
	for _, f := range p.Facts {
		ns = append(ns, f.Name)
	}
	sort.Strings(ns)
	return ns
}
