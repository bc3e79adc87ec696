package assessment

import (
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

func TestSameGround(t *testing.T) {
	p := harbour(t)
	record := func(p *pack.Pack, in decision.Input) pack.Record {
		d, out := settle(p.Protocol.Decide, in, p.Facts, nil)
		return p.NewRecord(out, d)
	}
	fine := []any{"age", 30, "sick", false, "virus", false, "pregnant", false, "cxr", "normal"}
	signed := record(p, said(fine...))
	later := said(fine...)
	later.Facts["exam_date"] = decision.Fact{Value: value.Day(int(examDay) + 1), AsOf: examDay.Date()}
	stopped := signed
	stopped.Stopped = []string{"H7"}
	other := signed
	other.Hash = "another version"
	for _, tc := range []struct {
		why  string
		now  pack.Record
		same bool
	}{
		{"nothing changed", record(p, said(fine...)), true},
		{"an age that changes nothing", record(p, said("age", 31, "sick", false, "virus", false, "pregnant", false, "cxr", "normal")), true},
		{"the X-ray suggests TB after all", record(p, said("age", 30, "sick", false, "virus", false, "pregnant", false, "cxr", "tb")), false},
		{"a fact became unknown", record(p, said("age", 30, "sick", false, "pregnant", false, "cxr", "normal")), false},
		{"another service", record(p, said("age", 30, "sick", false, "virus", true, "pregnant", false, "cxr", "normal")), false},
		{"not safe any more", record(p, said("age", 30, "sick", false, "virus", false, "pregnant", true, "cxr", "normal")), false},
		{"another last day", record(p, later), false},
		{"another version of the rules that says the same", other, true},
		{"a rule was stopped that asked nothing of this person", stopped, true},
	} {
		if got := sameGround(signed, tc.now); got != tc.same {
			t.Errorf("%s: %v", tc.why, got)
		}
	}
}

func TestEvidenceHoldsWhatNoRuleReads(t *testing.T) {
	p := harbour(t)
	d, _ := settle(p.Protocol.Decide, said("age", 30, "sick", false, "virus", true, "pregnant", false), p.Facts, nil)
	pl := plan(d, p, standing{})
	seen := func(pairs ...any) map[string]decision.Fact { return said(pairs...).Facts }
	base := evidence(pl, p, seen("blood_result", "neg", "weight", 61))
	disputed := seen("blood_result", "neg", "weight", 61)
	disputed["blood_result"] = decision.Fact{Value: value.Text("neg"), Disputed: true}
	for _, tc := range []struct {
		why  string
		seen map[string]decision.Fact
		same bool
	}{
		{"the same", seen("blood_result", "neg", "weight", 61), true},
		{"the blood was corrected", seen("blood_result", "pos", "weight", 61), false},
		{"the blood was struck out", seen("weight", 61), false},
		{"two results of the blood do not agree", disputed, false},
		{"what a rule reads is the decision's", seen("blood_result", "neg", "weight", 61, "cxr", "tb"), true},
		{"of a form that no rule reads even a number counts", seen("blood_result", "neg", "weight", 75), false},
		{"a result of no service of the plan", seen("blood_result", "neg", "weight", 61, "shoe_size", 44), true},
	} {
		if got := evidence(pl, p, tc.seen) == base; got != tc.same {
			t.Errorf("%s: %v", tc.why, got)
		}
	}
}

func TestOfficersActs(t *testing.T) {
	hold, release := Act{Act: ActOverride, Outcome: "hold"}, Act{Act: ActOverride, Outcome: "release"}
	class := func(c string) Act { return Act{Act: ActOverride, Outcome: "class:" + c} }
	for _, tc := range []struct {
		acts  []Act
		held  bool
		class string
	}{
		{nil, false, ""},
		{[]Act{hold}, true, ""},
		{[]Act{hold, release}, false, ""},
		{[]Act{hold, release, class("A"), hold}, true, "A"},
		{[]Act{class("A"), class("B")}, false, "B"},
		{[]Act{{Act: ActSign, Outcome: "hold"}}, false, ""},
	} {
		if officerHold(tc.acts) != tc.held || officerClass(tc.acts) != tc.class {
			t.Errorf("%v: %v %q", tc.acts, officerHold(tc.acts), officerClass(tc.acts))
		}
	}
}

func TestSignedAlready(t *testing.T) {
	one, two := db.NewID(), db.NewID()
	sign := func(d db.ID, outcome string) Act { return Act{Act: ActSign, Decision: d, Outcome: outcome} }
	for _, tc := range []struct {
		why  string
		acts []Act
		want bool
	}{
		{"nobody signed", nil, false},
		{"signed, not cleared", []Act{sign(one, outcomeHeld)}, true},
		{"another decision", []Act{sign(two, outcomeHeld)}, false},
		{"cleared, and suspended since: it may be signed again", []Act{sign(one, outcomeCleared)}, false},
		{"an officer decided since", []Act{sign(one, outcomeHeld), {Act: ActOverride, Outcome: "release"}}, false},
		{"printed since", []Act{sign(one, outcomeHeld), {Act: ActPrint}}, true},
	} {
		if got := signedAlready(tc.acts, one.String()); got != tc.want {
			t.Errorf("%s: %v", tc.why, got)
		}
	}
}
