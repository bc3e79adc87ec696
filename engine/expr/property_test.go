package expr

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// genNumber and genBool write random expressions over numbers a, b, truths p, q
// and days d, e.
func genNumber(t *rapid.T, depth int) string {
	if depth <= 0 {
		return rapid.SampledFrom([]string{"a", "b", "1", "2.5", "-3", "0"}).Draw(t, "number")
	}
	x, y := func() string { return genNumber(t, depth-1) }, func() string { return genNumber(t, depth-1) }
	switch rapid.IntRange(0, 13).Draw(t, "op") {
	case 0, 1:
		return "(" + x() + " + " + y() + ")"
	case 2, 3:
		return "(" + x() + " - " + y() + ")"
	case 4:
		return "(" + x() + " * " + y() + ")"
	case 5:
		return "(" + x() + " / " + y() + ")"
	case 6:
		return "(" + x() + " mod 4)"
	case 7:
		return "-(" + x() + ")"
	case 8:
		return "if " + genBool(t, depth-1) + " then " + x() + " else " + y()
	case 9:
		return rapid.SampledFrom([]string{"int", "floor", "ceiling", "round", "abs"}).Draw(t, "f") + "(" + x() + ")"
	case 10:
		return rapid.SampledFrom([]string{"min", "max", "sum"}).Draw(t, "fold") + "(" + x() + ", " + y() + ")"
	case 11:
		return rapid.SampledFrom([]string{"age_years", "age_months", "age_days", "days_between", "months_between", "years_between"}).Draw(t, "age") + "(" + genDay(t, depth-1) + ", " + genDay(t, depth-1) + ")"
	}
	return x()
}

func genDay(t *rapid.T, depth int) string {
	if depth <= 0 {
		return rapid.SampledFrom([]string{"d", "e", "today()"}).Draw(t, "day")
	}
	switch rapid.IntRange(0, 3).Draw(t, "dayop") {
	case 0:
		return rapid.SampledFrom([]string{"add_days", "add_months", "add_years"}).Draw(t, "add") + "(" + genDay(t, depth-1) + ", a)"
	case 1:
		return "(" + genDay(t, depth-1) + " + 10)"
	}
	return genDay(t, 0)
}

func genBool(t *rapid.T, depth int) string {
	if depth <= 0 {
		return rapid.SampledFrom([]string{"p", "q", "true", "false"}).Draw(t, "bool")
	}
	switch rapid.IntRange(0, 7).Draw(t, "boolop") {
	case 0:
		return "(" + genBool(t, depth-1) + " and " + genBool(t, depth-1) + ")"
	case 1:
		return "(" + genBool(t, depth-1) + " or " + genBool(t, depth-1) + ")"
	case 2:
		return "not(" + genBool(t, depth-1) + ")"
	case 3, 4:
		return "(" + genNumber(t, depth-1) + " " + rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=", "!="}).Draw(t, "cmp") + " " + genNumber(t, depth-1) + ")"
	case 5:
		return "(" + genDay(t, depth-1) + " " + rapid.SampledFrom([]string{"<", "<=", ">", ">=", "="}).Draw(t, "cmp") + " " + genDay(t, depth-1) + ")"
	case 6:
		return "(" + genNumber(t, depth-1) + " in " + rapid.SampledFrom([]string{"[1..3]", "(1..3)", "[1..3)", "(a..b]"}).Draw(t, "range") + ")"
	}
	return genBool(t, 0)
}

// What is said of ranges and unknowns holds for every value within them: an
// answer yes or no is never wrong, and a range is never too narrow.
func TestKnowingLessIsNeverWrong(t *testing.T) {
	today := calendar.DayOf(2026, 6, 1)
	rapid.Check(t, func(t *rapid.T) {
		src := genBool(t, 3)
		if rapid.Bool().Draw(t, "numeric") {
			src = genNumber(t, 3)
		}
		e, err := Parse(src, Options{Mode: Feel})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		less, exact := On(value.Facts{}, today), On(value.Facts{}, today)
		for _, v := range []string{"a", "b"} {
			lo := float64(rapid.IntRange(-20, 20).Draw(t, v)) / 2
			w := float64(rapid.IntRange(0, 10).Draw(t, v+" width")) / 2
			less.Vars[v] = value.Range(lo, lo+w)
			exact.Vars[v] = value.Number(lo + w*float64(rapid.IntRange(0, 4).Draw(t, v+" at"))/4)
		}
		for _, v := range []string{"d", "e"} {
			lo := int(today) - rapid.IntRange(0, 8000).Draw(t, v)
			w := rapid.IntRange(0, 400).Draw(t, v+" width")
			less.Vars[v] = value.DayRange(lo, lo+w)
			exact.Vars[v] = value.Day(lo + rapid.IntRange(0, w).Draw(t, v+" at"))
		}
		for _, v := range []string{"p", "q"} {
			exact.Vars[v] = value.Of(rapid.Bool().Draw(t, v))
			less.Vars[v] = exact.Vars[v]
			switch rapid.IntRange(0, 2).Draw(t, v+" veil") {
			case 0:
				less.Vars[v] = value.NotKnown()
			case 1:
				less.Vars[v] = value.RefusedAnswer()
			}
		}
		was, is := e.Eval(exact), e.Eval(less)
		if is.Kind() <= value.KindRefused || !was.Known() {
			// What cannot be computed exactly (÷ 0, an age before birth) is no
			// value within the range.
			return
		}
		lo, hi, ranged := is.Bounds()
		x, y, _ := was.Bounds()
		const eps = 1e-9
		if ranged && (x < lo-eps || y > hi+eps) || !ranged && !is.Equal(was) {
			t.Fatalf("%s is %s of %s, but %s of %s", src, is, fmt.Sprint(less.Vars), was, fmt.Sprint(exact.Vars))
		}
	})
}
