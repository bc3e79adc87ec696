package decision

import (
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

func barsProtocol(t *testing.T) *Protocol {
	return mustCompile(t, Source{Facts: factDefs("sick:bool", "preg:bool", "late:bool", "stop:bool"), Tables: []*Table{
		rules(t, "Give collect", "sick", "outcome; code; dose; text",
			"g1; true => treat; DRUG; 400 mg", "g2; - => offer; DRUG", "g3; - => offer; TALK", "g4; - => waive; DRUG", "g5; - => clear; ", "g6; - => classify; FIT", "g7; - => classify; SEEN", "g8; - => require; DRUG"),
		rules(t, "Bar collect", "preg; late; stop", "outcome; code; reason",
			"b1; true; -; - => contraindicate; DRUG; pregnant", "b2; -; true; - => defer; DRUG", "b3; -; -; true => hold; PAPERS"),
	}})
}

func TestWhatStandsAgainstWhat(t *testing.T) {
	p := barsProtocol(t)
	none := value.Facts{"sick": yes, "preg": no, "late": no, "stop": no}
	expectSaid(t, decide(t, p, none), "require DRUG; waive DRUG; offer DRUG; offer TALK; treat DRUG; classify FIT; classify SEEN; clear")
	with := func(k string, v value.Value) value.Facts {
		f := value.Facts{}
		for n, x := range none {
			f[n] = x
		}
		f[k] = v
		return f
	}
	// contraindicate beats treat, offer and waive; required at once is blocked
	expectSaid(t, decide(t, p, with("preg", yes)), "contraindicate DRUG; require! DRUG; offer TALK; classify FIT; classify SEEN; clear")
	expectSaid(t, decide(t, p, with("preg", unknown)), "contraindicate? DRUG [preg]; require? DRUG [preg]; waive? DRUG [preg]; offer? DRUG [preg]; offer TALK; treat? DRUG [preg]; classify FIT; classify SEEN; clear")
	expectSaid(t, decide(t, p, with("late", yes)), "defer DRUG; require DRUG; offer TALK; classify FIT; classify SEEN; clear")
	// any hold blocks clear and fit
	expectSaid(t, decide(t, p, with("stop", yes)), "hold PAPERS; require DRUG; waive DRUG; offer DRUG; offer TALK; treat DRUG; classify SEEN")
	expectSaid(t, decide(t, p, with("stop", unknown)), "hold? PAPERS [stop]; require DRUG; waive DRUG; offer DRUG; offer TALK; treat DRUG; classify? FIT [stop]; classify SEEN; clear? [stop]")
	expectSaid(t, decide(t, p, with("stop", refused)), "hold? PAPERS; require DRUG; waive DRUG; offer DRUG; offer TALK; treat DRUG; classify? FIT; classify SEEN; clear?")

	d := decide(t, p, with("preg", yes))
	if len(d.Overruled) != 3 || d.Overruled[2].Kind != Treat || d.Overruled[2].BarredBy[0].ID != "b1" || d.Overruled[2].BarredBy[0].Reason != "pregnant" {
		t.Errorf("overruled: %+v", d.Overruled)
	}
	o, _ := d.Outcome(Require, "DRUG")
	if o.Fires != value.Yes || o.Barred != value.Yes || len(o.BarredBy) != 1 {
		t.Errorf("blocked: %+v", o)
	}
	if d := decide(t, p, none); d.Outcomes[4].Args["dose"] != "400 mg" {
		t.Errorf("treat: %+v", d.Outcomes[4])
	}
}

// An outcome of an earlier table that is barred is not seen as given.
func TestALaterTableSeesWhatIsBarred(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("sick:bool", "preg:bool"), Tables: []*Table{
		rules(t, "After collect", "treat.DRUG", "outcome; code", "a; true => form; LEAFLET"),
		rules(t, "Give collect", "sick", "outcome; code", "g; true => treat; DRUG"),
		rules(t, "Bar collect", "preg", "outcome; code", "b; true => contraindicate; DRUG"),
	}})
	expectSaid(t, decide(t, p, value.Facts{"sick": yes, "preg": no}), "treat DRUG; form LEAFLET")
	expectSaid(t, decide(t, p, value.Facts{"sick": yes, "preg": yes}), "contraindicate DRUG")
	expectSaid(t, decide(t, p, value.Facts{"sick": yes}), "contraindicate? DRUG [preg]; treat? DRUG [preg]; form? LEAFLET [preg]")
}

func TestRowsWithOneCodeGiveOneOutcome(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("a:bool", "b:bool"), Tables: []*Table{
		rules(t, "T collect", "a; b", "outcome; code; within_days; reason", "r1; true; - => refer; TB; 7; cough", "r2; -; true => refer; TB; 7; fever", "r3; -; true => refer; TB; 30; again"),
	}})
	d := decide(t, p, value.Facts{"a": yes, "b": yes})
	expectSaid(t, d, "refer TB; refer TB")
	if len(d.Outcomes[0].Rows) != 2 || d.Outcomes[0].Rows[1].Reason != "fever" || d.Outcomes[1].Args["within_days"] != "30" {
		t.Errorf("%+v", d.Outcomes)
	}
	// Either way it follows: definite, though neither row is.
	p = mustCompile(t, Source{Facts: factDefs("a:bool"), Tables: []*Table{
		rules(t, "T collect", "a", "outcome; code; within_days; reason", "r1; true => refer; TB; 7; x", "r2; false => refer; TB; 7; y"),
	}})
	d = decide(t, p, nil)
	expectSaid(t, d, "refer TB")
	if len(d.Ask) != 0 || len(d.Outcomes[0].Rows) != 2 || d.Outcomes[0].Rows[0].Truth != value.Unknown {
		t.Errorf("%+v", d)
	}
}

func TestUnconfirmed(t *testing.T) {
	src := Source{Facts: factDefs("a:bool", "c:code", "n:decimal", "r:bool=in_list(\"recalled\", c)"),
		Lists:  []ListDef{{ID: "recalled", Entries: []ListEntry{{Code: "X", Certainty: "R"}}}, {ID: "read", Entries: []ListEntry{{Code: "X", Certainty: "O"}}}},
		Params: []ParamDef{{ID: "p", Values: []ParamValue{{Value: 3, Certainty: "R"}}}},
		Tables: []*Table{
			rules(t, "T collect", "a; c; n; r", "outcome; code", "r1; true; -; -; - => require; SURE", "r2; true; -; -; - => require; RECALLED",
				`r3; -; in list("recalled"); -; - => require; LIST`, `r4; -; in list("read"); -; - => require; READ`, `r5; -; -; >param("p"); - => require; PARAM`, "r6; -; -; -; true => require; DERIVED"),
			rules(t, "U collect", "require.RECALLED", "outcome; code", "u; true => hold; CHAINED"),
		}}
	src.Tables[0].Rows[1].Certainty = "R"
	d := decide(t, mustCompile(t, src), value.Facts{"a": yes, "c": value.Text("X"), "n": value.Number(4)})
	want := map[string]bool{"SURE": false, "RECALLED": true, "LIST": true, "READ": false, "PARAM": true, "DERIVED": true, "CHAINED": true}
	for _, o := range d.Outcomes {
		if o.Unconfirmed != want[o.Code] {
			t.Errorf("%s: unconfirmed %v", o.Code, o.Unconfirmed)
		}
		delete(want, o.Code)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestCombineSafetyWithADestination(t *testing.T) {
	dest := mustCompile(t, Source{ID: "dest", Facts: factDefs("a:bool", "exam:date"), Tables: []*Table{
		rules(t, "T collect", "a", "outcome; code; anchor; months", "r1; - => require; CXR", "r2; true => offer; MMR", "r3; - => clear; ", "r4; - => valid; M; exam; 6")}})
	safety := mustCompile(t, Source{ID: "safe", Facts: factDefs("preg:bool", "exam:date"), Tables: []*Table{
		rules(t, "S collect", "preg", "outcome; code; anchor; months", "s1; true => contraindicate; CXR MMR", "s2; unknown => hold; PREGNANCY_OPEN", "s3; - => valid; M; exam; 3")}})
	both := func(f value.Facts) string {
		return said(Decision{Outcomes: Combine(decide(t, dest, f), decide(t, safety, f))})
	}
	exam := date(t, "2026-01-31")
	for _, c := range []struct {
		preg value.Value
		want string
	}{
		{no, "require CXR; offer MMR; clear; valid M 2026-04-30"},
		{yes, "contraindicate CXR; contraindicate MMR; require! CXR; clear; valid M 2026-04-30"},
		{unknown, "contraindicate? CXR [preg]; contraindicate? MMR [preg]; hold PREGNANCY_OPEN; require? CXR [preg]; offer? MMR [preg]; valid M 2026-04-30"},
	} {
		if got := both(value.Facts{"a": yes, "exam": exam, "preg": c.preg}); got != c.want {
			t.Errorf("pregnant %s:\ngot  %s\nwant %s", c.preg, got, c.want)
		}
	}
}
