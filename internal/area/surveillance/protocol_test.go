package surveillance

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// filesOf are the files of a pack that ships.
func filesOf(t *testing.T, id string) pack.Files {
	t.Helper()
	files, err := pack.ReadFiles(packs.Builtin(), id)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func parsed(t *testing.T, files pack.Files) *pack.Pack {
	t.Helper()
	p, err := pack.Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func shippedProtocol(t *testing.T) Protocol {
	t.Helper()
	return protocolOf(parsed(t, filesOf(t, packEvents)), parsed(t, filesOf(t, packLay)), day(t, "2026-05-08"))
}

func TestThePacksThatShipHaveEveryClockWithItsSourceAndEveryCellOfTheMatrix(t *testing.T) {
	p := shippedProtocol(t)
	for _, c := range clocked {
		if got := p.Clocks[c]; got.Long <= 0 || got.Certainty == "" || got.Source == "" {
			t.Errorf("clock %s: %+v", c, got)
		}
	}
	// The rows as the desk had them before the pack decided, from the least likely up.
	for i, row := range []string{"low low low moderate high", "low low moderate high high", "low moderate high high very_high", "low moderate high very_high very_high", "low moderate high very_high very_high"} {
		for j, want := range strings.Fields(row) {
			if got, ok := p.Level(i+1, j+1); !ok || string(got) != want {
				t.Errorf("likelihood %d, consequence %d: %q, want %s", i+1, j+1, got, want)
			}
		}
	}
	for _, off := range [][2]int{{0, 1}, {1, 0}, {6, 1}, {1, 6}} {
		if got, ok := p.Level(off[0], off[1]); ok {
			t.Errorf("off the scale, %v: %s", off, got)
		}
	}
}

func TestARowOfAPackHoldsOnItsDays(t *testing.T) {
	events, lay := filesOf(t, packEvents), filesOf(t, packLay)
	replace := func(files pack.Files, name, old, new string) {
		t.Helper()
		if !strings.Contains(files[name], old) {
			t.Fatalf("%s has no %q", name, old)
		}
		files[name] = strings.Replace(files[name], old, new, 1)
	}
	replace(events, "lists/clocks.csv", "triage,,,24,", "triage,,2026-05-31,24,R,recalled,\ntriage,2026-06-01,,12,")
	replace(lay, "lists/signs.csv", "animals,,,", "animals,2026-06-01,,")
	for on, want := range map[string]struct {
		hours   float64
		animals bool
	}{"2026-05-31": {24, false}, "2026-06-01": {12, true}} {
		p := protocolOf(parsed(t, events), parsed(t, lay), day(t, on))
		if got := p.Clocks[ClockTriage].Long.Hours(); got != want.hours || p.HasSign("animals") != want.animals {
			t.Errorf("%s: triage has %g hours, animals can be told %t; want %g, %t", on, got, p.HasSign("animals"), want.hours, want.animals)
		}
	}
}

func TestWithoutPacksInForceNothingIsDueAndNobodyIsKeptFromTelling(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		old := w.report("volunteer", Raised{Source: Community, Sign: "rash"})
		w.packs.gone = true
		w.clock = w.clock.AddDate(0, 0, 30)
		if _, overdue, err := w.Waiting(w.as("epidemiologist")); err != nil || overdue != 0 {
			t.Errorf("%d are overdue by no clock (%v)", overdue, err)
		}
		if o := w.opened(old); o.Pace != Stopped || !o.Due.IsZero() || o.Seven.Notify.Met != value.Unknown {
			t.Errorf("without a clock: due %s, pace %d, 7-1-7 %+v", o.Due, o.Pace, o.Seven)
		}
		if _, err := w.Report(w.as("volunteer"), Raised{Source: Community, Sign: "rash"}); fault.FieldOf(err) != "sign" {
			t.Errorf("a definition that no pack has: %v", err)
		}
		if code, body := w.get("volunteer", "/surveillance/tell"); code != 200 || !strings.Contains(body, `value="other"`) || strings.Contains(body, `value="rash"`) {
			t.Errorf("the form of a volunteer: %d %s", code, body)
		}
		id := w.report("volunteer", Raised{Source: Community, Sign: SignOther})
		for _, step := range []Step{{Act: ActTriage, Outcome: GoOn}, {Act: ActVerify, Outcome: GoOn}, {Act: ActAssess, Likelihood: 5, Consequence: 5, Why: "many are ill"}} {
			w.must(w.Do(w.as("epidemiologist"), id, step))
		}
		if o := w.opened(id); o.Stage != Respond || o.Level != "" {
			t.Errorf("assessed without a matrix: %s, level %q", o.Stage, o.Level)
		}
		if code, body := w.get("epidemiologist", "/surveillance/signals/"+id.String()); code != 200 || !strings.Contains(body, "no matrix of risk is in force") {
			t.Errorf("the page of the signal: %d %s", code, body)
		}
		w.packs.gone = false
		w.must(w.Do(w.as("epidemiologist"), id, Step{Act: ActAssess, Likelihood: 5, Consequence: 5, Why: "the matrix has come"}))
		if o := w.opened(id); o.Level != VeryHigh {
			t.Errorf("assessed again by the matrix: level %q", o.Level)
		}
	})
}
