package expr

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

func day(t *testing.T, s string) value.Value {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d.Value()
}

func TestFormExpressions(t *testing.T) {
	env := On(value.Facts{
		"age":     value.Number(14),
		"young":   value.Range(14, 15),
		"signs":   value.Texts("cough", "fever"),
		"sex":     value.Text("female"),
		"refused": value.RefusedAnswer(),
		"yes":     value.Of(true),
		"no":      value.Of(false),
		"dob":     day(t, "2011-06-02"),
		"year":    day(t, "2011"),
		"code":    value.Text("5"),
		"name":    value.Text("Àmina"),
	}, calendar.DayOf(2026, 6, 1))
	env.Answer = value.Number(36.6)
	cases := []struct{ src, want string }{
		{`${age} > 5 and selected(${signs}, 'cough')`, "true"},
		{`${age} > 5 and selected(${signs}, 'rash')`, "false"},
		{`${missing} > 5`, "unknown"},
		{`${missing} > 5 and ${no}`, "false"},
		{`${missing} > 5 or ${yes}`, "true"},
		{`not(${missing})`, "unknown"},
		{`${refused} and ${yes}`, "unknown"},
		{`${young} >= 14`, "true"},
		{`${young} >= 15`, "unknown"},
		{`${young} > 15`, "false"},
		{`${young} + 1`, "15..16"},
		{`${young} * -2`, "-30..-28"},
		{`10 div 4`, "2.5"},
		{`10 div 0`, "unknown"},
		{`-7 mod 3`, "-1"},
		{`. >= 30 and . <= 45`, "true"},
		{`if(${sex} = 'female', 1, 2)`, "1"},
		{`if(${missing}, 1, 2)`, "1..2"},
		{`if(${missing}, 'a', 'a')`, "a"},
		{`coalesce(${missing}, ${refused}, ${age})`, "14"},
		{`count-selected(${signs})`, "2"},
		{`string-length(${name})`, "5"},
		{`mean(1, 2, 6)`, "3"},
		{`mean(${young}, 1)`, "7.5..8"},
		{`mean(${missing}, 1)`, "unknown"},
		{`stddev(2, 4, 4, 4, 5, 5, 7, 9) = stddev(9, 4, 4, 4, 5, 5, 7, 2)`, "true"},
		{`round(stddev(2, 4, 4, 4, 5, 5, 7, 9), 6)`, "2.13809"},
		{`stddev(${young}, 1)`, "unknown"},
		{`stddev(${missing}, 1)`, "unknown"},
		{`kth_least(4, 30, 10, 50, 40, 20)`, "40"},
		{`kth_least(1, ${young}, 15)`, "14..15"},
		{`kth_least(2, ${young}, 14)`, "14..15"},
		{`kth_least(3, 1, 2)`, "unknown"},
		{`kth_least(1, ${missing}, 2)`, "unknown"},
		{`count_true(${yes}, ${no}, ${yes})`, "2"},
		{`count_true(${yes}, ${missing}, ${refused})`, "1..3"},
		{`count_true(${yes}, ${missing}) >= 1`, "true"},
		{`int(3.9)`, "3"},
		{`round(2.5)`, "3"},
		{`round(2.345, 2)`, "2.35"},
		{`regex(${name}, '[^0-9]+')`, "true"},
		{`regex(${name}, '[A-Z]')`, "false"},
		{`${dob} <= today()`, "true"},
		{`${dob} < '2011-06-03'`, "true"},
		{`today() - ${dob}`, "5478"},
		{`today() - 30`, "2026-05-02"},
		{`age_years(${dob}, today())`, "14"},
		{`age_years(${year}, today())`, "14..15"},
		{`age_years(${year}, today()) >= 2`, "true"},
		{`${missing} = ''`, "true"},
		{`${refused} = ''`, "true"},
		{`${age} != ''`, "true"},
		{`${code} = 5`, "true"},
		{`${code} < 10`, "true"},
		{`1 + 2 * 3 - 4`, "3"},
		{`(1 + 2) * 3`, "9"},
		{`true() and not(false())`, "true"},
		{`selected('a b c', 'b')`, "true"},
		{`selected(${missing}, 'b')`, "unknown"},
		{`add_months('2026-08-31', 6)`, "2027-02-28"},
		{`months_between('2026-01-31', '2026-02-28')`, "0"},
	}
	for _, c := range cases {
		e, err := ParseForm(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := e.Eval(env).String(); got != c.want {
			t.Errorf("%s = %s, want %s", c.src, got, c.want)
		}
	}
}

func TestFeelAndDMN(t *testing.T) {
	env := &Scope{Vars: value.Facts{
		"A": value.Of(true), "B": value.NotKnown(), "Monthly Fee": value.Number(20), "n": value.Number(3),
		"Approved/Declined": value.Text("Approved"), "r.Status": value.Text("ok"),
	}}
	names := []string{"Monthly Fee", "Approved/Declined", "Monthly"}
	cases := []struct {
		mode      Mode
		src, want string
	}{
		{DMN, `A and B`, "unknown"},
		{DMN, `A or B`, "true"},
		{DMN, `not(B)`, "unknown"},
		{DMN, `B = null`, "true"},
		{DMN, `A = null`, "false"},
		{DMN, `null = null`, "true"},
		{Feel, `B = null`, "unknown"},
		{DMN, `if B then 1 else 2`, "2"},
		{Feel, `if B then 1 else 2`, "1..2"},
		{DMN, `Monthly Fee * 2 + 1`, "41"},
		{DMN, `Approved/Declined = "Approved"`, "true"},
		{DMN, `r.Status + "!"`, "ok!"},
		{DMN, `n in [1..3]`, "true"},
		{DMN, `n in [1..3)`, "false"},
		{DMN, `n in (1, 2, 3)`, "true"},
		{DMN, `n between 1 and 2`, "false"},
		{DMN, `2 ** 3`, "8"},
		{DMN, `"1" = 1`, "unknown"},
		{DMN, `list contains(["a", "b"], "b")`, "true"},
		{DMN, `date("2020-01-02") < date("2020-01-03")`, "true"},
		{DMN, `"a" < "b"`, "true"},
	}
	for _, c := range cases {
		e, err := Parse(c.src, Options{Mode: c.mode, Names: names})
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := e.Eval(env).String(); got != c.want {
			t.Errorf("%s = %s, want %s", c.src, got, c.want)
		}
	}
}

func TestErrorsGiveThePosition(t *testing.T) {
	cases := []struct {
		src, want string
		pos       int
	}{
		{`${age} >`, "ends too early", 8},
		{`${age`, "${ without }", 0},
		{`'abc`, "closing quote", 0},
		{`age > 5`, "${age}", 0},
		{`selected(${a})`, "takes 2 arguments", 0},
		{`nonsense(1)`, `no function "nonsense"`, 0},
		{`1 + + 2`, "unexpected", 4},
		{`(1`, `")" is missing`, 2},
		{`1 2`, "unexpected", 2},
		{`regex(${a}, '[')`, "regex", 0},
		{`regex(${a}, ${b})`, "must be a text", 0},
		{`1 # 2`, "unexpected", 2},
		{strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200), "nested", 65},
		{strings.Repeat("1+", 5000) + "1", "more than", -1},
		{strings.Repeat(" ", MaxSource+1), "longer than", -1},
	}
	for _, c := range cases {
		_, err := ParseForm(c.src)
		se, ok := err.(*SyntaxError)
		if !ok {
			t.Errorf("%.40q: error %v, want a SyntaxError", c.src, err)
			continue
		}
		if !strings.Contains(se.Msg, c.want) || (c.pos >= 0 && se.Pos != c.pos) {
			t.Errorf("%.40q: %v (pos %d), want %q at %d", c.src, se, se.Pos, c.want, c.pos)
		}
	}
}

func TestVarsAndCurrent(t *testing.T) {
	e, err := ParseForm(`${b} > ${a} and . < ${b}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(e.Vars(), ","); got != "a,b" {
		t.Errorf("Vars = %s", got)
	}
	if !e.UsesCurrent() {
		t.Error("UsesCurrent = false")
	}
}
