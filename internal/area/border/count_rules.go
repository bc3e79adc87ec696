package border

import (
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Totals are numbers by what they count. What is missing was not counted, which is not
// zero.
type Totals map[What]int64

// TotalsOf adds counts up.
func TotalsOf(counts []Count) Totals {
	t := Totals{}
	for _, c := range counts {
		t[c.What] += c.N
	}
	return t
}

// Valid says which numbers contradict each other (reference/surveillance-border.md,
// 0.7): nobody is screened, refuses or washes who did not pass. More can wash their
// hands than are screened. What was not counted contradicts nothing.
func (t Totals) Valid() []error {
	const op = "border.Totals"
	var errs []error
	for _, w := range Whats {
		if t[w] < 0 {
			errs = append(errs, fault.Field(op, string(w), "border.error.negative"))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	passed, ok := t[Passed]
	if !ok {
		for _, w := range Whats {
			if t[w] > 0 && w != Informed {
				return append(errs, fault.Field(op, string(Passed), "border.error.passed"))
			}
		}
		return errs
	}
	if t[HandWashed] > passed {
		errs = append(errs, fault.Field(op, string(HandWashed), "border.error.washed"))
	}
	switch {
	case t[Screened] > passed:
		errs = append(errs, fault.Field(op, string(Screened), "border.error.screened"))
	case t[Screened]+t[RefusedScreening] > passed:
		errs = append(errs, fault.Field(op, string(RefusedScreening), "border.error.refused"))
	}
	return errs
}

// Zero reports whether every number is known and none is above zero.
func (t Totals) Zero() bool {
	for _, w := range Whats {
		if n, ok := t[w]; !ok || n != 0 {
			return false
		}
	}
	return true
}

// said adds the zeros of a report, which tallies leave out: a report states every
// number, so that what it does not count is none and not unknown.
func (t Totals) said(reported bool) Totals {
	if !reported {
		return t
	}
	out := Totals{}
	for _, w := range Whats {
		out[w] = t[w]
	}
	return out
}
