package expr

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Call is what a function knows of the place it is called from.
type Call struct {
	Env      Env
	Mode     Mode
	prepared any
}

// Func is a function an expression may call. Eval must not keep args.
type Func struct {
	Min, Max int // number of arguments; Max < 0: any number
	Eval     func(c Call, args []value.Value) value.Value
	modes    uint8 // bit per Mode; 0 for all
	prepare  func(args []*Node) (any, error)
}

func (f *Func) arity() string {
	switch {
	case f.Max < 0:
		return fmt.Sprintf("at least %d arguments", f.Min)
	case f.Min == f.Max:
		return fmt.Sprintf("%d arguments", f.Min)
	}
	return fmt.Sprintf("%d to %d arguments", f.Min, f.Max)
}

// builtin are the functions of every expression. The names are those of the ODK
// XForms specification and of FEEL; age and date functions are Godwit's own.
var builtin = map[string]*Func{
	"true":  {Min: 0, Max: 0, Eval: func(Call, []value.Value) value.Value { return value.Of(true) }},
	"false": {Min: 0, Max: 0, Eval: func(Call, []value.Value) value.Value { return value.Of(false) }},
	"today": {Min: 0, Max: 0, Eval: func(c Call, _ []value.Value) value.Value { return c.Env.Today() }},
	"date":  {Min: 1, Max: 1, Eval: func(_ Call, a []value.Value) value.Value { return asDate(a[0]) }},

	"coalesce":       {Min: 1, Max: -1, Eval: coalesce},
	"selected":       {Min: 2, Max: 2, Eval: func(_ Call, a []value.Value) value.Value { return value.OfTruth(Contains(a[0], a[1])) }},
	"list contains":  {Min: 2, Max: 2, Eval: func(_ Call, a []value.Value) value.Value { return value.OfTruth(Contains(a[0], a[1])) }},
	"count-selected": {Min: 1, Max: 1, Eval: countSelected},
	"count":          {Min: 1, Max: -1, Eval: count},
	"string-length":  {Min: 1, Max: 1, Eval: stringLength},
	"string length":  {Min: 1, Max: 1, Eval: stringLength},
	"regex":          {Min: 2, Max: 2, Eval: matchRegex, prepare: prepareRegex},
	"matches":        {Min: 2, Max: 2, Eval: matchRegex, prepare: prepareRegex, modes: 1<<Feel | 1<<DMN},
	"contains":       textTest(strings.Contains),
	"starts-with":    textTest(strings.HasPrefix),
	"starts with":    textTest(strings.HasPrefix),
	"ends-with":      textTest(strings.HasSuffix),
	"ends with":      textTest(strings.HasSuffix),
	"upper case":     textMap(strings.ToUpper),
	"lower case":     textMap(strings.ToLower),
	"concat":         {Min: 1, Max: -1, Eval: concat},
	"string":         {Min: 1, Max: 1, Eval: toText},
	"number":         {Min: 1, Max: 1, Eval: toNumber},

	"int":     {Min: 1, Max: 1, Eval: stepwise(math.Trunc)},
	"floor":   {Min: 1, Max: 1, Eval: stepwise(math.Floor)},
	"ceiling": {Min: 1, Max: 1, Eval: stepwise(math.Ceil)},
	"round":   {Min: 1, Max: 2, Eval: round},
	"abs":     {Min: 1, Max: 1, Eval: abs},
	"min":     {Min: 1, Max: -1, Eval: fold(math.Min)},
	"max":     {Min: 1, Max: -1, Eval: fold(math.Max)},
	"sum":     {Min: 1, Max: -1, Eval: fold(func(a, b float64) float64 { return a + b })},

	"mean":       {Min: 1, Max: -1, Eval: mean},
	"stddev":     {Min: 2, Max: -1, Eval: stddev},
	"kth_least":  {Min: 2, Max: -1, Eval: kthLeast},
	"count_true": {Min: 1, Max: -1, Eval: countTrue},

	"age_years":       {Min: 2, Max: 2, Eval: age(calendar.Years)},
	"age_months":      {Min: 2, Max: 2, Eval: age(calendar.Months)},
	"age_weeks":       {Min: 2, Max: 2, Eval: age(calendar.Weeks)},
	"age_days":        {Min: 2, Max: 2, Eval: age(calendar.Days)},
	"gestation_weeks": {Min: 2, Max: 2, Eval: age(calendar.Weeks)},
	"days_between":    {Min: 2, Max: 2, Eval: daysBetween},
	"months_between":  {Min: 2, Max: 2, Eval: monthsBetween},
	"years_between":   {Min: 2, Max: 2, Eval: yearsBetween},
	"hours_to":        {Min: 2, Max: 2, Eval: hoursTo},
	"add_days":        {Min: 2, Max: 2, Eval: func(_ Call, a []value.Value) value.Value { return arith(OpAdd, asDate(a[0]), a[1]) }},
	"add_weeks": {Min: 2, Max: 2, Eval: func(_ Call, a []value.Value) value.Value {
		return arith(OpAdd, asDate(a[0]), arith(OpMul, a[1], value.Number(7)))
	}},
	"add_months": {Min: 2, Max: 2, Eval: addMonths(1)},
	"add_years":  {Min: 2, Max: 2, Eval: addMonths(12)},
}

// Builtins returns the names of the built-in functions in order.
func Builtins() []string {
	return slices.Sorted(maps.Keys(builtin))
}

// coalesce names the unknown on purpose: the first argument that is known in
// any part.
func coalesce(_ Call, args []value.Value) value.Value {
	for _, a := range args {
		if !unanswered(a) {
			return a
		}
	}
	return value.NotKnown()
}

// Contains answers whether a list holds an item; a single value counts as a list
// of one, and a text with spaces as the choices of a select_multiple. An element
// that is not known may be any item.
func Contains(list, item value.Value) value.Truth {
	switch list.Kind() {
	case value.KindUnknown, value.KindRefused:
		return value.Unknown
	case value.KindList:
		t := value.No
		for _, e := range list.Items() {
			t = t.Or(e.Same(item))
		}
		return t
	case value.KindText:
		s, _ := list.Str()
		want, ok := item.Str()
		if !ok {
			return item.Same(list)
		}
		t := value.TruthOf(s == want)
		for _, part := range strings.Fields(s) {
			t = t.Or(value.TruthOf(part == want))
		}
		return t
	}
	return list.Same(item)
}

func countSelected(_ Call, a []value.Value) value.Value {
	switch a[0].Kind() {
	case value.KindList:
		return value.Number(float64(len(a[0].Items())))
	case value.KindText:
		s, _ := a[0].Str()
		return value.Number(float64(len(strings.Fields(s))))
	}
	return value.NotKnown()
}

func count(_ Call, args []value.Value) value.Value {
	if len(args) == 1 {
		if args[0].Kind() == value.KindList {
			return value.Number(float64(len(args[0].Items())))
		}
		if unanswered(args[0]) {
			return value.NotKnown()
		}
	}
	return value.Number(float64(len(args)))
}

func stringLength(_ Call, a []value.Value) value.Value {
	if s, ok := a[0].Str(); ok {
		return value.Number(float64(utf8.RuneCountInString(s)))
	}
	if a[0].Known() {
		return value.Number(float64(len(a[0].String())))
	}
	return value.NotKnown()
}

// prepareRegex compiles the pattern once. Go's engine runs in linear time, so a
// hostile pattern cannot stall a form.
func prepareRegex(args []*Node) (any, error) {
	pat, ok := args[1].Value.Str()
	if args[1].Op != OpLiteral || !ok {
		return nil, fmt.Errorf("the pattern must be a text")
	}
	if len(pat) > 1024 {
		return nil, fmt.Errorf("the pattern is longer than 1024 bytes")
	}
	return regexp.Compile(`^(?:` + pat + `)$`)
}

func matchRegex(c Call, a []value.Value) value.Value {
	re, _ := c.prepared.(*regexp.Regexp)
	s, ok := a[0].Str()
	if !ok && a[0].Known() && a[0].Kind() == value.KindNumber {
		s, ok = a[0].String(), true
	}
	if !ok || re == nil {
		return value.NotKnown()
	}
	return value.Of(re.MatchString(s))
}

func textTest(f func(s, part string) bool) *Func {
	return &Func{Min: 2, Max: 2, Eval: func(_ Call, a []value.Value) value.Value {
		s, ok1 := a[0].Str()
		part, ok2 := a[1].Str()
		if !ok1 || !ok2 {
			return value.NotKnown()
		}
		return value.Of(f(s, part))
	}}
}

func textMap(f func(string) string) *Func {
	return &Func{Min: 1, Max: 1, Eval: func(_ Call, a []value.Value) value.Value {
		if s, ok := a[0].Str(); ok {
			return value.Text(f(s))
		}
		return value.NotKnown()
	}}
}

func concat(_ Call, args []value.Value) value.Value {
	var b strings.Builder
	for _, a := range args {
		if !a.Known() {
			return value.NotKnown()
		}
		b.WriteString(a.String())
	}
	return value.Text(b.String())
}

func toText(_ Call, a []value.Value) value.Value {
	if !a[0].Known() {
		return value.NotKnown()
	}
	return value.Text(a[0].String())
}

func toNumber(_ Call, a []value.Value) value.Value {
	if s, ok := a[0].Str(); ok {
		return textAs(s, value.KindNumber, value.NotKnown())
	}
	if a[0].Kind() == value.KindNumber {
		return a[0]
	}
	return value.NotKnown()
}

// stepwise lifts a non-decreasing function to ranges.
func stepwise(f func(float64) float64) func(Call, []value.Value) value.Value {
	return func(c Call, a []value.Value) value.Value {
		v := a[0]
		if c.Mode == Form {
			v = toNumber(c, a)
		}
		lo, hi, ok := v.Bounds()
		if !ok || v.Kind() != value.KindNumber {
			return value.NotKnown()
		}
		return value.Range(f(lo), f(hi))
	}
}

func round(c Call, a []value.Value) value.Value {
	scale := 1.0
	if len(a) == 2 {
		places, ok := a[1].Float()
		if !ok || math.Abs(places) > 12 {
			return value.NotKnown()
		}
		scale = math.Pow(10, math.Trunc(places))
	}
	return stepwise(func(f float64) float64 { return math.Floor(f*scale+0.5) / scale })(c, a[:1])
}

func abs(_ Call, a []value.Value) value.Value {
	lo, hi, ok := a[0].Bounds()
	switch {
	case !ok || a[0].Kind() != value.KindNumber:
		return value.NotKnown()
	case lo >= 0:
		return a[0]
	case hi <= 0:
		return value.Range(-hi, -lo)
	}
	return value.Range(0, math.Max(-lo, hi))
}

// fold lifts a function that does not decrease in either argument to ranges.
func fold(f func(a, b float64) float64) func(Call, []value.Value) value.Value {
	return func(_ Call, args []value.Value) value.Value {
		if len(args) == 1 && args[0].Kind() == value.KindList {
			args = args[0].Items()
		}
		var lo, hi float64
		for i, a := range args {
			l, h, ok := a.Bounds()
			if !ok || a.Kind() != args[0].Kind() {
				return value.NotKnown()
			}
			if i == 0 {
				lo, hi = l, h
				continue
			}
			lo, hi = f(lo, l), f(hi, h)
		}
		if len(args) == 0 {
			return value.NotKnown()
		}
		return span(args[0].Kind(), lo, hi)
	}
}

// mean is the arithmetic mean, as FEEL's.
func mean(c Call, args []value.Value) value.Value {
	lo, hi, ok := fold(func(a, b float64) float64 { return a + b })(c, args).Bounds()
	if !ok || args[0].Kind() != value.KindNumber {
		return value.NotKnown()
	}
	n := float64(len(args))
	return value.Range(lo/n, hi/n)
}

// stddev is the standard deviation of a sample (divided by n-1), as FEEL's. It does
// not grow with its arguments, so it is known only when all of them are exact.
func stddev(c Call, args []value.Value) value.Value {
	m, ok := mean(c, args).Float()
	if !ok {
		return value.NotKnown()
	}
	sum := 0.0
	for _, a := range args {
		x, ok := a.Float()
		if !ok {
			return value.NotKnown()
		}
		sum += (x - m) * (x - m)
	}
	return value.Number(math.Sqrt(sum / float64(len(args)-1)))
}

// kthLeast is the k-th smallest of the numbers after the first argument: of five
// years, kth_least(4, …) is what charts of malaria call the third quartile.
func kthLeast(_ Call, args []value.Value) value.Value {
	k, ok := args[0].Float()
	n := len(args) - 1
	if !ok || k != math.Trunc(k) || k < 1 || int(k) > n {
		return value.NotKnown()
	}
	lo, hi := make([]float64, n), make([]float64, n)
	for i, a := range args[1:] {
		if lo[i], hi[i], ok = a.Bounds(); !ok || a.Kind() != value.KindNumber {
			return value.NotKnown()
		}
	}
	slices.Sort(lo)
	slices.Sort(hi)
	return value.Range(lo[int(k)-1], hi[int(k)-1])
}

// countTrue counts the conditions that are true; each that is not known widens the
// answer by one, so that "at least three signs" settles as soon as it can.
func countTrue(_ Call, args []value.Value) value.Value {
	lo, hi := 0.0, 0.0
	for _, a := range args {
		switch a.Truth() {
		case value.Yes:
			lo, hi = lo+1, hi+1
		case value.No:
		default:
			hi++
		}
	}
	return value.Range(lo, hi)
}
