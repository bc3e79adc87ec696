package decision

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// oracle decides naively about a person of whom everything is known: cells by
// their text, rows in order, no regions, no compilation. It shares no code with
// the engine but the table type, and exists to disagree with it.
type oracle struct {
	src   Source
	on    calendar.Day
	facts map[string]value.Value
	hits  map[string][]Row // table, then the rows that count
	clash map[string]bool
}

func runOracle(src Source, on calendar.Day, facts map[string]value.Value) []string {
	o := &oracle{src: src, on: on, facts: facts, hits: map[string][]Row{}, clash: map[string]bool{}}
	for _, t := range src.Tables { // in the order they must be evaluated
		o.table(t)
	}
	return o.outcomes()
}

func (o *oracle) table(t *Table) {
	var match []Row
	for _, r := range t.Rows {
		if (r.From == nil || *r.From <= o.on) && (r.To == nil || o.on <= *r.To) && o.row(t, r) {
			match = append(match, r)
		}
	}
	switch t.Policy {
	case First:
		if len(match) > 1 {
			match = match[:1]
		}
	case Priority:
		sort.SliceStable(match, func(i, j int) bool { return rankOf(t, match[i]) < rankOf(t, match[j]) })
		if len(match) > 1 {
			match = match[:1]
		}
	case Unique:
		o.clash[t.Name] = len(match) > 1
	case Any:
		for _, r := range match {
			if strings.Join(r.Out, ",") != strings.Join(match[0].Out, ",") {
				o.clash[t.Name] = true
			}
		}
	}
	o.hits[t.Name] = match
}

// rankOf is a row's place in a priority table: by its code, then, for codes the
// order does not name, by what the row does.
func rankOf(t *Table, r Row) int {
	for i, c := range t.Order {
		if c == r.Out[1] {
			return i
		}
	}
	for i, k := range []string{"contraindicate", "hold", "defer", "require", "waive", "offer", "treat", "classify", "clear", "valid"} {
		if k == r.Out[0] {
			return 100 + i
		}
	}
	return 1000
}

func (o *oracle) row(t *Table, r Row) bool {
	for i, c := range r.Cells {
		if !o.cell(c, t.Inputs[i]) {
			return false
		}
	}
	return true
}

func (o *oracle) cell(c, input string) bool {
	if c == "-" {
		return true
	}
	if kind, code, ok := strings.Cut(input, "."); ok {
		return (c == "true") == o.pseudo(kind, code)
	}
	if inner, ok := strings.CutPrefix(c, "not("); ok {
		return !o.tests(strings.TrimSuffix(inner, ")"), o.facts[input])
	}
	return o.tests(c, o.facts[input])
}

func (o *oracle) tests(c string, v value.Value) bool {
	for _, part := range strings.Split(c, ",") {
		if o.test(strings.TrimSpace(part), v) {
			return true
		}
	}
	return false
}

func (o *oracle) test(c string, v value.Value) bool {
	switch c {
	case "known":
		return true
	case "unknown", "refused":
		return false
	}
	if s, ok := v.Str(); ok {
		return strings.Trim(c, `"`) == s
	}
	if v.Kind() == value.KindBool {
		return c == v.String()
	}
	x, _, _ := v.Bounds()
	num := func(s string) float64 {
		if d, err := calendar.ParseDay(s); err == nil {
			return float64(d)
		}
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic("oracle: " + s)
		}
		return f
	}
	switch {
	case strings.HasPrefix(c, "<="):
		return x <= num(c[2:])
	case strings.HasPrefix(c, ">="):
		return x >= num(c[2:])
	case c[0] == '<':
		return x < num(c[1:])
	case c[0] == '>':
		return x > num(c[1:])
	case c[0] == '[' || c[0] == '(':
		lo, hi, _ := strings.Cut(c[1:len(c)-1], "..")
		above := x > num(lo) || c[0] == '[' && x == num(lo)
		below := x < num(hi) || c[len(c)-1] == ']' && x == num(hi)
		return above && below
	}
	return x == num(c)
}

// fires lists the codes of a kind that rows give, before anything is barred.
func (o *oracle) fires(kind string) map[string]bool {
	out := map[string]bool{}
	for _, t := range o.src.Tables {
		for _, r := range o.hits[t.Name] {
			if r.Out[0] == kind {
				if kind == "clear" {
					out[""] = true
				}
				for _, c := range strings.Fields(r.Out[1]) {
					out[c] = true
				}
			}
		}
	}
	return out
}

func (o *oracle) barred(kind, code string) bool {
	item := o.fires("contraindicate")[code] || o.fires("defer")[code] || o.fires("hold")[code]
	switch kind {
	case "offer", "treat", "waive":
		return item
	case "clear":
		return len(o.fires("hold")) > 0 || item
	case "classify":
		return code == "FIT" && (len(o.fires("hold")) > 0 || item)
	}
	return false
}

func (o *oracle) pseudo(kind, code string) bool {
	for c := range o.fires(kind) {
		if (code == "any" || code == c) && !o.barred(kind, c) {
			return true
		}
	}
	return false
}

func (o *oracle) outcomes() []string {
	set := map[string]bool{}
	earliest := calendar.Day(1 << 30)
	for _, t := range o.src.Tables {
		for _, r := range o.hits[t.Name] {
			kind := r.Out[0]
			if kind == "valid" {
				months, _ := strconv.Atoi(r.Out[3])
				d, _ := o.facts[r.Out[2]].DayNumber()
				earliest = min(earliest, calendar.Day(d).AddMonths(months, calendar.ClampToMonthEnd))
				continue
			}
			codes := strings.Fields(r.Out[1])
			if kind == "clear" && len(codes) == 0 {
				codes = []string{""}
			}
			for _, c := range codes {
				if !o.barred(kind, c) {
					set[kind+" "+c+o.mark(kind, c)] = true
				}
			}
		}
	}
	if earliest < 1<<30 {
		set["valid "+earliest.String()] = true
	}
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// mark is "!" for a blocked outcome: required and contraindicated, or given by a
// table (or barred by one) whose rows contradict each other.
func (o *oracle) mark(kind, code string) string {
	if kind == "require" && o.fires("contraindicate")[code] {
		return "!"
	}
	for _, t := range o.src.Tables {
		if !o.clash[t.Name] {
			continue
		}
		for _, r := range t.Rows {
			inForce := (r.From == nil || *r.From <= o.on) && (r.To == nil || o.on <= *r.To)
			for _, c := range append(strings.Fields(r.Out[1]), "") {
				gives := r.Out[0] == kind && c == code && (c != "" || r.Out[1] == "")
				against := bars(&outDef{kind: Kind(r.Out[0]), code: c}, Kind(kind), code) && (c != "" || r.Out[1] == "") ||
					kind == "require" && r.Out[0] == "contraindicate" && c == code
				if inForce && (gives || against) {
					return "!"
				}
			}
		}
	}
	return ""
}

// plain prints a decision as the oracle does.
func plain(d Decision) []string {
	var out []string
	for _, o := range d.Outcomes {
		switch {
		case o.State == Undetermined:
			out = append(out, fmt.Sprintf("%s? %s", o.Kind, o.Code))
		case o.Kind == Valid:
			out = append(out, "valid "+o.Args["until"])
		case o.State == Blocked:
			out = append(out, fmt.Sprintf("%s %s!", o.Kind, o.Code))
		default:
			out = append(out, fmt.Sprintf("%s %s", o.Kind, o.Code))
		}
	}
	sort.Strings(out)
	return compact(out)
}
