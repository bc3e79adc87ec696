package expr

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// No text may crash the parser or the evaluator, in any mode.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`${age} > 5 and selected(${x}, 'a')`, `if(${a}, 1, 2)`, `. >= 30 and . <= 45`, `regex(., '[a-z]+')`, `a in [1..5)`, `if a then b else c`,
		`not(x) or y`, `2 ** 3 mod 4`, `list contains(["a"], "b")`, `age_years(dob, today())`, `-(-3)`, `x between 1 and 2`, `add_months('2026-08-31', 1e9)`, `"\n"`, `${}`, `a.b.c`} {
		f.Add(s)
	}
	env := On(value.Facts{"age": value.Range(1, 2), "x": value.Texts("a"), "a": value.Of(true), "dob": value.DayRange(100, 500), "y": value.RefusedAnswer()}, calendar.DayOf(2026, 1, 1))
	env.Answer = value.Text("q")
	f.Fuzz(func(t *testing.T, s string) {
		for _, mode := range []Mode{Form, Feel, DMN} {
			e, err := Parse(s, Options{Mode: mode, Names: []string{"Monthly Fee", "a b"}})
			if err != nil {
				if se, ok := err.(*SyntaxError); !ok || se.Pos < 0 || se.Pos > len(s) {
					t.Errorf("%q: %v has no position", s, err)
				}
				continue
			}
			v := e.Eval(env)
			if _, err := v.MarshalJSON(); err != nil {
				t.Errorf("%q gives %s, which cannot be stored: %v", s, v, err)
			}
			e.Truth(env)
			_ = e.Vars()
		}
	})
}
