package value

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

// Kind says what a Value holds. The zero Kind is KindUnknown.
type Kind uint8

// The kinds of value a fact, a cell or a form answer can have.
const (
	KindUnknown Kind = iota
	KindRefused
	KindBool
	KindNumber // a number or a closed range of numbers
	KindText   // a text or a code
	KindDate   // a day, or a closed range of days, counted from 1970-01-01
	KindList   // an ordered list; a select_multiple answer, countries lived in
)

var kindNames = [...]string{"unknown", "refused", "bool", "number", "text", "date", "list"}

// String returns the kind's name.
func (k Kind) String() string { return kindNames[k] }

// Value is one fact, answer or cell result. The zero Value is "not known".
// Values are immutable; List must not be changed by its reader.
type Value struct {
	kind   Kind
	lo, hi float64 // numbers, dates as day numbers, bools as 0 and 1
	text   string
	list   []Value
}

// Of builds the value of a bool.
func Of(b bool) Value {
	if b {
		return Value{kind: KindBool, lo: 1, hi: 1}
	}
	return Value{kind: KindBool}
}

// OfTruth builds a bool, unknown or refused value.
func OfTruth(t Truth) Value {
	switch t {
	case Yes, No:
		return Of(t == Yes)
	case Refused:
		return Value{kind: KindRefused}
	}
	return Value{}
}

// NotKnown is the zero Value by name.
func NotKnown() Value { return Value{} }

// RefusedAnswer is the value of a question the person declined to answer.
func RefusedAnswer() Value { return Value{kind: KindRefused} }

// Number builds an exact number. NaN is "not known".
func Number(f float64) Value { return Range(f, f) }

// Range builds a number known only to lie in [lo, hi]. An inverted range or a
// NaN is "not known"; infinite ends are allowed.
func Range(lo, hi float64) Value {
	if math.IsNaN(lo) || math.IsNaN(hi) || lo > hi {
		return Value{}
	}
	return Value{kind: KindNumber, lo: lo, hi: hi}
}

// Text builds a text or code. The empty text is a known, empty text.
func Text(s string) Value { return Value{kind: KindText, text: s} }

// Day builds an exact date from days since 1970-01-01 (calendar.Day).
func Day(days int) Value { return DayRange(days, days) }

// DayRange builds a date known only to lie in [first, last].
func DayRange(first, last int) Value {
	if first > last {
		return Value{}
	}
	return Value{kind: KindDate, lo: float64(first), hi: float64(last)}
}

// List builds a list.
func List(vs ...Value) Value { return Value{kind: KindList, list: vs} }

// Texts builds a list of texts.
func Texts(ss ...string) Value {
	vs := make([]Value, len(ss))
	for i, s := range ss {
		vs[i] = Text(s)
	}
	return List(vs...)
}

// Kind returns what v holds.
func (v Value) Kind() Kind { return v.kind }

// Known reports whether v is settled: not unknown, not refused, not a range.
func (v Value) Known() bool {
	switch v.kind {
	case KindUnknown, KindRefused:
		return false
	case KindNumber, KindDate:
		return v.lo == v.hi
	case KindList:
		for _, e := range v.list {
			if !e.Known() {
				return false
			}
		}
	}
	return true
}

// Bounds returns the ends of a number or date (equal when exact) and whether v
// is one. Dates are in days since 1970-01-01.
func (v Value) Bounds() (lo, hi float64, ok bool) {
	return v.lo, v.hi, v.kind == KindNumber || v.kind == KindDate
}

// Float returns an exact number.
func (v Value) Float() (float64, bool) {
	return v.lo, v.kind == KindNumber && v.lo == v.hi
}

// DayNumber returns an exact date as days since 1970-01-01.
func (v Value) DayNumber() (int, bool) {
	return int(v.lo), v.kind == KindDate && v.lo == v.hi
}

// Str returns a text.
func (v Value) Str() (string, bool) { return v.text, v.kind == KindText }

// Items returns a list's elements; do not change them.
func (v Value) Items() []Value { return v.list }

// Truth reads a bool; everything that is neither bool nor refused is Unknown.
func (v Value) Truth() Truth {
	switch v.kind {
	case KindBool:
		return TruthOf(v.lo != 0)
	case KindRefused:
		return Refused
	}
	return Unknown
}

// Equal reports whether both are the same value, ranges and unknowns included.
// It is identity for tests and storage; use Same for the logic of facts.
func (v Value) Equal(o Value) bool {
	if v.kind != o.kind || v.lo != o.lo || v.hi != o.hi || v.text != o.text || len(v.list) != len(o.list) {
		return false
	}
	for i := range v.list {
		if !v.list[i].Equal(o.list[i]) {
			return false
		}
	}
	return true
}

// Same answers whether two facts are equal, Unknown when either is not settled
// enough to say. Values of different kinds are never the same.
func (v Value) Same(o Value) Truth {
	if v.kind == KindUnknown || o.kind == KindUnknown || v.kind == KindRefused || o.kind == KindRefused {
		return Unknown
	}
	if v.kind != o.kind {
		return No
	}
	switch v.kind {
	case KindNumber, KindDate:
		if v.hi < o.lo || o.hi < v.lo {
			return No
		}
		if v.lo == v.hi && o.lo == o.hi {
			return Yes
		}
		return Unknown
	case KindBool:
		return TruthOf(v.lo == o.lo)
	case KindText:
		return TruthOf(v.text == o.text)
	}
	if len(v.list) != len(o.list) {
		return No
	}
	t := Yes
	for i := range v.list {
		t = t.And(v.list[i].Same(o.list[i]))
	}
	return t
}

// Less answers v < o for numbers and dates, Unknown where the ranges overlap or
// either is not known, and No-answer (Unknown) for other kinds.
func (v Value) Less(o Value) Truth {
	if v.kind != o.kind || (v.kind != KindNumber && v.kind != KindDate) {
		return Unknown
	}
	if v.hi < o.lo {
		return Yes
	}
	if v.lo >= o.hi {
		return No
	}
	return Unknown
}

// String prints v for explanations and tests: 14..15, 2011-06-02, [a, b], unknown.
func (v Value) String() string {
	switch v.kind {
	case KindBool:
		return strconv.FormatBool(v.lo != 0)
	case KindText:
		return v.text
	case KindNumber:
		if v.lo == v.hi {
			return formatFloat(v.lo)
		}
		return formatFloat(v.lo) + ".." + formatFloat(v.hi)
	case KindDate:
		if v.lo == v.hi {
			return isoDay(int(v.lo))
		}
		return isoDay(int(v.lo)) + "/" + isoDay(int(v.hi))
	case KindList:
		parts := make([]string, len(v.list))
		for i, e := range v.list {
			parts[i] = e.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return v.kind.String()
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// isoDay prints a civil date from days since 1970-01-01 (Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
func isoDay(z int) string {
	z += 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

// wire is the stored form of a Value: plain JSON where JSON has the kind, an
// object with one telling key where it has not.
type wire struct {
	Refused bool         `json:"refused,omitempty"`
	Days    *[2]int      `json:"days,omitempty"`
	Range   *[2]*float64 `json:"range,omitempty"` // null is an infinite end
}

// MarshalJSON writes bool, number, string, array and null as themselves, and
// {"refused":true}, {"days":[a,b]}, {"range":[a,b]} for the rest.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case KindUnknown:
		return []byte("null"), nil
	case KindRefused:
		return json.Marshal(wire{Refused: true})
	case KindBool:
		return json.Marshal(v.lo != 0)
	case KindText:
		return json.Marshal(v.text)
	case KindDate:
		return json.Marshal(wire{Days: &[2]int{int(v.lo), int(v.hi)}})
	case KindList:
		return json.Marshal(v.list)
	}
	if v.lo == v.hi && !math.IsInf(v.lo, 0) {
		return json.Marshal(v.lo)
	}
	var ends [2]*float64
	if !math.IsInf(v.lo, 0) {
		ends[0] = &v.lo
	}
	if !math.IsInf(v.hi, 0) {
		ends[1] = &v.hi
	}
	return json.Marshal(wire{Range: &ends})
}

// UnmarshalJSON reads what MarshalJSON wrote. A string stays a text: only the
// owner of a fact knows whether it is a date.
func (v *Value) UnmarshalJSON(b []byte) error {
	var raw any
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if _, ok := raw.(map[string]any); ok {
		var w wire
		if err := json.Unmarshal(b, &w); err != nil {
			return err
		}
		switch {
		case w.Refused:
			*v = RefusedAnswer()
		case w.Days != nil:
			*v = DayRange(w.Days[0], w.Days[1])
		case w.Range != nil:
			lo, hi := math.Inf(-1), math.Inf(1)
			if w.Range[0] != nil {
				lo = *w.Range[0]
			}
			if w.Range[1] != nil {
				hi = *w.Range[1]
			}
			*v = Range(lo, hi)
		default:
			return fmt.Errorf("value: an object needs refused, days or range")
		}
		return nil
	}
	*v = fromAny(raw)
	return nil
}

func fromAny(raw any) Value {
	switch x := raw.(type) {
	case bool:
		return Of(x)
	case float64:
		return Number(x)
	case string:
		return Text(x)
	case []any:
		vs := make([]Value, len(x))
		for i, e := range x {
			vs[i] = fromAny(e)
		}
		return List(vs...)
	}
	return Value{}
}

// Facts are named values: what a decision or a form is asked on.
type Facts map[string]Value

// Names returns the fact names in order.
func (f Facts) Names() []string {
	ns := make([]string, 0, len(f))
	for n := range f {
		ns = append(ns, n)
	}
	sort.Strings(ns)
	return ns
}
