package decision

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// outputs reads a row's outputs. Each mistake is a column, a rule and a message.
func (c *compiler) outputs(t *Table, cr *crow) (problems [][3]string) {
	bad := func(col, rule, format string, args ...any) {
		problems = append(problems, [3]string{col, rule, fmt.Sprintf(format, args...)})
	}
	out := map[string]string{}
	for i, col := range t.Outputs {
		if i < len(cr.row.Out) && cr.row.Out[i] != "" && cr.row.Out[i] != "-" {
			out[col] = cr.row.Out[i]
		}
	}
	kind := Kind(out["outcome"])
	if kind == "" {
		// A row without outcome says that nothing follows: it closes a gap.
		for col := range out {
			bad(col, "outcome", "the row has no outcome")
		}
		return problems
	}
	if _, ok := kindRank[kind]; !ok {
		bad("outcome", "outcome", "%q is not an outcome (%v)", out["outcome"], kinds)
		return problems
	}
	o := outDef{kind: kind, args: map[string]string{}, anchor: -1, reason: out["reason"]}
	for i, col := range []string{"months", "days", "hours"} {
		if s, ok := out[col]; ok {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 || n > 100000 {
				bad(col, "type", "%q is not a whole number", s)
			}
			o.length[i] = n
		}
	}
	for _, col := range []string{"within_days"} {
		if s, ok := out[col]; ok {
			if n, err := strconv.Atoi(s); err != nil || n < 0 {
				bad(col, "type", "%q is not a whole number", s)
			}
		}
	}
	for col, s := range out {
		if col != "outcome" && col != "code" && col != "reason" {
			o.args[col] = s
		}
	}
	c.anchor(&o, out, bad)
	if strings.HasPrefix(string(t.Policy), "collect-") {
		c.aggregate(t, &o, out, bad)
	}
	codes := strings.Fields(out["code"])
	switch {
	case len(codes) == 0 && kind != Clear && kind != Valid:
		bad("code", "outcome", "%s needs a code", kind)
	case len(codes) == 0:
		codes = []string{""}
	}
	if kind == Ask {
		for _, code := range codes {
			if _, ok := c.p.factIdx[code]; !ok && code != AskJourney {
				bad("code", "fact", "there is no fact %q to ask for", code)
			}
		}
	}
	seen := map[string]bool{}
	for _, code := range codes {
		if seen[code] {
			bad("code", "duplicate", "%s stands twice", code)
			continue
		}
		seen[code] = true
		o.code = code
		o.key = outKey(&o)
		cr.outs = append(cr.outs, o)
	}
	return problems
}

// anchor reads where a validity counts from, and how long.
func (c *compiler) anchor(o *outDef, out map[string]string, bad func(col, rule, format string, args ...any)) {
	if name := out["anchor"]; name != "" {
		i, ok := c.p.factIdx[name]
		switch {
		case !ok:
			bad("anchor", "fact", "there is no fact %q", name)
		case c.p.facts[i].typ != typeDate:
			bad("anchor", "type", "%s is not a date", name)
		default:
			o.anchor = i
		}
	}
	if o.kind != Valid {
		return
	}
	until := out["until"]
	switch {
	case until != "":
		if d, err := calendar.ParseDay(until); err == nil {
			o.until = float64(d)
			break
		}
		i, ok := c.p.factIdx[until]
		if !ok || c.p.facts[i].typ != typeDate {
			bad("until", "type", "%q is neither a day nor a date fact", until)
			break
		}
		o.anchor = i
		if out["anchor"] != "" {
			bad("until", "outcome", "a valid row has an anchor or an until, not both")
		}
	case out["anchor"] == "":
		bad("anchor", "outcome", "a valid row needs an anchor fact, or until")
	case out["months"] == "" && out["days"] == "" && out["hours"] == "":
		bad("months", "outcome", "a valid row needs months, days or hours after its anchor")
	}
}

// numberColumns are the output columns that collect-min, -max and -sum may
// aggregate; the first that the row fills counts.
var numberColumns = []string{"months", "days", "hours", "within_days", "level", "dose"}

func (c *compiler) aggregate(t *Table, o *outDef, out map[string]string, bad func(col, rule, format string, args ...any)) {
	if o.kind == Valid {
		if t.Policy != CollectMin && t.Policy != CollectMax {
			bad("outcome", "outcome", "days cannot be added up or counted by %s", t.Policy)
		}
		return // compared by date
	}
	if t.Policy == CollectCount {
		o.column = "count"
		return
	}
	for _, col := range numberColumns {
		s, ok := out[col]
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			bad(col, "type", "%q is not a number, which %s needs", s, t.Policy)
		}
		o.number, o.column = f, col
		delete(o.args, col)
		return
	}
	bad("outcome", "outcome", "%s needs a number in one of %s", t.Policy, strings.Join(numberColumns, ", "))
}

// outKey tells outcomes apart: two rows that give the same key give one outcome.
func outKey(o *outDef) string {
	var b strings.Builder
	b.WriteString(string(o.kind) + "\x00" + o.code)
	if o.kind == Valid || o.column != "" {
		return b.String()
	}
	for _, col := range []string{"months", "days", "hours", "anchor", "until", "drug", "dose", "level", "within_days"} {
		if v, ok := o.args[col]; ok {
			b.WriteString("\x00" + col + "=" + v)
		}
	}
	return b.String()
}

// bars reports whether outcome o stands against an outcome of a kind and code
// (design, section 5): contraindicate, defer and hold on the same item against
// offer, treat, waive, clear and fit; any hold against clear and fit.
func bars(o *outDef, k Kind, code string) bool {
	switch o.kind {
	case Contraindicate, Defer, Hold:
	default:
		return false
	}
	switch k {
	case Offer, Treat, Waive:
		return o.code == code
	case Clear:
		return o.kind == Hold || o.code == code
	case Classify:
		return isFit(code) && (o.kind == Hold || o.code == code)
	}
	return false
}

// isFit reports whether a class says that the person is fit (to travel): it then
// needs every hold known not to stand.
func isFit(code string) bool { return code == "FIT" || strings.HasPrefix(code, "FIT_") }
