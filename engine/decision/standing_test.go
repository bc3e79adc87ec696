package decision

import (
	"fmt"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

// The highest class counts, every row that fired stays, and what is not known is
// asked for only where it could raise the class.
func TestStandingIsTheHighestThatIsSure(t *testing.T) {
	rows := []string{"s; true; - => classify; SUSPECTED", "c; -; true => classify; CONFIRMED"}
	p := mustCompile(t, Source{Facts: factDefs("fever:bool", "pcr:bool", "alone:bool"), Tables: []*Table{
		rules(t, "class output-order CONFIRMED NOT_A_CASE SUSPECTED", "fever; pcr", "outcome; code", rows...),
		rules(t, "other collect", "fever; pcr", "outcome; code", "o; true; true => flag; BOTH"),
		rules(t, "later collect", "classify.SUSPECTED; alone", "outcome; code", "n; true; true => classify; NOT_A_CASE", "f; true; - => flag; SUSPECTED"),
	}})
	cases := []struct {
		fever, pcr value.Value
		want       string
	}{
		{yes, yes, "CONFIRMED 2 rows, may [] ask []"},
		{yes, no, "SUSPECTED 1 rows, may [] ask []"},
		{no, yes, "CONFIRMED 1 rows, may [] ask []"},
		{no, no, " 0 rows, may [] ask []"},
		{yes, unknown, "SUSPECTED 1 rows, may [CONFIRMED] ask [pcr]"},
		{unknown, yes, "CONFIRMED 1 rows, may [] ask []"}, // whether it was suspected too does not matter
		{unknown, no, " 0 rows, may [SUSPECTED] ask [fever]"},
		{unknown, unknown, " 0 rows, may [CONFIRMED SUSPECTED] ask [pcr fever]"},
	}
	for _, c := range cases {
		d := decide(t, p, value.Facts{"fever": c.fever, "pcr": c.pcr, "alone": no})
		s, ok := p.Standing(&d, "class")
		got := fmt.Sprintf("%s %d rows, may %v ask %v", s.Code, len(s.Rows), s.May, s.Ask)
		if !ok || got != c.want || s.Open() != (len(s.May) > 0) {
			t.Errorf("fever %v, pcr %v: %s, want %s", c.fever, c.pcr, got, c.want)
		}
		if all := p.Standings(&d); len(all) != 1 || all[0].Code != s.Code {
			t.Errorf("standings: %v", all)
		}
	}
	d := decide(t, p, value.Facts{"fever": yes, "pcr": no, "alone": yes})
	if s, _ := p.Standing(&d, "class"); s.Code != "NOT_A_CASE" || len(s.Rows) != 2 {
		t.Errorf("a later table gives a class of the scale: %+v", s)
	}
	d = decide(t, p, value.Facts{})
	if _, ok := p.Standing(&d, "other"); ok {
		t.Error("a table that has no order has no standing")
	}
}
