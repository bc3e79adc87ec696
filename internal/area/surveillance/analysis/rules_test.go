package analysis

import (
	"math"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

var first = calendar.DayOf(2026, 5, 1)

func disease(code string) surveillance.Disease {
	d, _ := surveillance.Shipped().Disease(code)
	return d
}

func tallied(day int, n int, imported value.Truth) linelist.Tallied {
	return linelist.Tallied{Disease: "covid", Day: first + calendar.Day(day), Site: "KLA", Class: linelist.Confirmed, Imported: imported, Onset: value.Yes, Age: linelist.FiveUp, N: n}
}

func asked() Asked { return Asked{Disease: "covid", From: first, To: first + 41} }

var covid = Interval{A: 4.7, B: 2.9, Source: "Nishiura"}

func TestTheCurveKeepsImportedAndLocalApart(t *testing.T) {
	dead := tallied(3, 2, value.No)
	dead.Ending = linelist.Dead
	notCase := tallied(4, 9, value.No)
	notCase.Class = linelist.NotACase
	elsewhere := tallied(5, 4, value.No)
	elsewhere.Site = "GUL"
	beyond := tallied(60, 1, value.No)
	a := asked()
	a.Site = "KLA"
	list := []linelist.Tallied{tallied(0, 3, value.Yes), tallied(3, 5, value.No), dead, tallied(3, 1, value.Unknown), notCase, elsewhere}
	d := Make(a, a.To, disease("covid"), list, append(list, beyond), 0, covid, Interval{}, true)
	if x := d.Days[3]; x.Local != 7 || x.Unknown != 1 || x.Imported != 0 || x.Deaths != 2 || d.Days[0].Imported != 3 || d.Days[4].All() != 0 || d.Days[5].All() != 0 {
		t.Errorf("the days %+v", d.Days[:6])
	}
	if d.Cases != 11 || d.Deaths != 2 || d.Imported != 3 || d.OriginUnknown != 1 || d.Others != 9 || d.Confirmed != 11 {
		t.Errorf("%+v", d)
	}
	if w := d.Weekly[0]; w.Week != "2026-W18" || w.Imported != 3 || d.Weekly[1].Local != 7 || len(d.Weekly) != 7 {
		t.Errorf("weeks %+v", d.Weekly)
	}
	if d.SettledNo != NotDetermined {
		t.Errorf("nobody noted who recovered, and %g die", d.Settled.Risk)
	}
	if d.AttackNo != NoPopulation {
		t.Errorf("an attack rate of nobody: %v", d.AttackNo)
	}
	d = Make(a, a.To, disease("covid"), list, list, 22_000, covid, Interval{}, true)
	if d.AttackNo != Given || d.Attack.Rate != 5 {
		t.Errorf("11 of 22,000 are %g per 10,000", d.Attack.Rate)
	}
}

func TestANumberThatIsTooSmallIsRefusedAndSaysWhy(t *testing.T) {
	few := []linelist.Tallied{tallied(0, 2, value.Yes), tallied(6, 3, value.No), tallied(12, 4, value.No)}
	d := Make(asked(), asked().To, disease("covid"), few, few, 0, covid, Interval{}, true)
	if d.RtNo != TooFew || d.GrowthNo != TooFew {
		t.Errorf("nine cases: Rt %q, growth %q", d.RtNo, d.GrowthNo)
	}
	if d = Make(asked(), asked().To, disease("covid"), nil, nil, 0, covid, Interval{}, true); d.RtNo != TooFew || d.CrudeNo != NotDetermined || d.GrowthNo != TooFew {
		t.Errorf("no case at all: %q %q %q", d.RtNo, d.CrudeNo, d.GrowthNo)
	}
	if d = Make(asked(), asked().To, disease("measles"), few, few, 0, Interval{A: 11.5}, Interval{}, true); d.RtNo != NoInterval || d.DelayedNo != NoDelay {
		t.Errorf("an interval whose spread nobody knows: %q; a delay that nobody knows: %q", d.RtNo, d.DelayedNo)
	}
	if d = Make(asked(), asked().To, disease("filovirus"), few, few, 0, covid, Interval{A: 2.4, B: 3.33}, false); d.RtNo != SpeciesUnknown || d.DelayedNo != SpeciesUnknown {
		t.Errorf("a virus whose species is not known: %q %q", d.RtNo, d.DelayedNo)
	}
}

func TestTheNumbersAreThoseOfTheEngine(t *testing.T) {
	var list []linelist.Tallied
	total, imported := make([]float64, 0, 30), make([]float64, 0, 30)
	for i := range 30 {
		n := int(math.Round(3 * math.Exp(0.1*float64(i))))
		list = append(list, tallied(i, n, value.No))
		total, imported = append(total, float64(n)), append(imported, 0)
		if i%5 == 0 {
			list = append(list, tallied(i, 2, value.Yes))
			total[i], imported[i] = total[i]+2, 2
		}
	}
	a := asked()
	a.To = first + 29
	d := Make(a, a.To, disease("covid"), list, list, 0, covid, Interval{}, true)
	want, err := epi.Reproduction{MeanSI: 4.7, SDSI: 2.9, MinCases: 12, Quantiles: []float64{0.025, 0.975}}.Estimate(epi.Incidence{Total: total, Imported: imported})
	if err != nil || d.RtNo != Given || len(d.Rt) != len(want) {
		t.Fatalf("%v, %q, %d of %d", err, d.RtNo, len(d.Rt), len(want))
	}
	last, end := d.Rt[len(d.Rt)-1], want[len(want)-1]
	if last.Mean != end.Mean || last.Low != end.Quantiles[0] || !last.Fresh || last.Local != int(end.Local) {
		t.Errorf("the last week %+v, want %+v", last, end)
	}
	if d.Rt[10].Fresh {
		t.Error("a week in the middle is told as fresh")
	}
	allLocal := slices.Clone(list)
	for i := range allLocal {
		allLocal[i].Imported = value.No
	}
	if r := Make(a, a.To, disease("covid"), allLocal, allLocal, 0, covid, Interval{}, true).Rt; !(r[len(r)-1].Mean > last.Mean) {
		t.Error("imported cases are taken for cases infected here")
	}
	if d.GrowthNo != Given || math.Abs(d.Growth.Rate-0.1) > 0.03 || d.Growth.Doubling < 5 || d.Growth.Doubling > 10 {
		t.Errorf("growth %+v", d.Growth)
	}
}

func TestTheOutcomesOfAPeriodThatIsOverAreAllKnown(t *testing.T) {
	var list []linelist.Tallied
	for i := range 10 {
		dead, well := tallied(i, 3, value.No), tallied(i, 7, value.No)
		dead.Ending, well.Ending = linelist.Dead, linelist.Recovered
		list = append(list, dead, well)
	}
	a := asked()
	a.To = first + 9
	delay := Interval{A: 2.4, B: 3.33} // eight days on average
	d := Make(a, a.To+200, disease("covid"), list, list, 0, covid, delay, true)
	if d.DelayedNo != Given || math.Abs(d.Delayed.Risk-0.3) > 0.005 || math.Abs(d.Delayed.Outcomes-100) > 1 {
		t.Errorf("30 of 100, all of whose outcomes are known: %q, %g of %g outcomes", d.DelayedNo, d.Delayed.Risk, d.Delayed.Outcomes)
	}
	// On its last day most outcomes are still to come.
	if d = Make(a, a.To, disease("covid"), list, list, 0, covid, delay, true); d.Delayed.Outcomes > 50 {
		t.Errorf("on the last day %g outcomes of 100 are known", d.Delayed.Outcomes)
	}
}

func TestThoseWhoFellIllBeforeThePeriodInfectInIt(t *testing.T) {
	var list []linelist.Tallied
	for i := -60; i < 42; i++ {
		list = append(list, tallied(i, 10, value.No))
	}
	a := asked()
	d := Make(a, a.To+30, disease("covid"), list, list, 0, covid, Interval{}, true)
	if d.RtNo != Given || len(d.Rt) != 42 || d.Rt[0].Day != a.From || d.Rt[0].No != Given {
		t.Fatalf("Rt %q of %d days, the first %+v", d.RtNo, len(d.Rt), d.Rt[:1])
	}
	for _, r := range d.Rt {
		if math.Abs(r.Mean-1) > 0.1 || r.Fresh {
			t.Errorf("ten a day, every day, a month ago: %+v", r)
		}
	}
	if d.Days[0].Day != a.From || d.Days[0].All() != 10 || len(d.Days) != 42 {
		t.Errorf("the curve begins with %+v", d.Days[0])
	}
}

func TestMortalityPer10000ADay(t *testing.T) {
	from, to := first, first+6
	people := []alert.Headcount{{On: first - 3, Source: alert.Head, People: 16_200, Under5: 2_916}, {On: first - 1, Source: alert.Estimate, People: 30_000, Under5: -1}}
	head := people[:1]
	week := Entry{How: AsCount, From: from, To: to, Deaths: 14, Under5: 5}
	d := Mortality("u", from, to, []Entry{week}, head)
	if d.CrudeNo != Given || math.Round(100*d.Crude.Rate)/100 != 1.23 || math.Round(100*d.Child.Rate)/100 != 2.45 || math.Round(100*d.Crude.Interval.Low)/100 != 0.67 {
		t.Errorf("14 deaths of 16,200 in a week, 5 of 2,916: %+v %+v", d.Crude, d.Child)
	}
	// Lines of days that a count covers say the same deaths again.
	line := Entry{How: OneByOne, From: from + 2, To: from + 2, Deaths: 1, Under5: 1}
	before := Entry{How: AsCount, From: from - 3, To: from + 3, Deaths: 9, Under5: 0}
	if d = Mortality("u", from, to, []Entry{week, line, before}, head); d.Deaths != 14 || len(d.Left) != 2 {
		t.Errorf("counted twice: %d deaths, %d left out", d.Deaths, len(d.Left))
	}
	if d = Mortality("u", from, to, []Entry{line, line}, head); d.Deaths != 2 || d.Under5 != 2 {
		t.Errorf("two lines are %d deaths, %d of children", d.Deaths, d.Under5)
	}
	if d = Mortality("u", from, to, []Entry{{How: AsCount, From: from, To: to, Deaths: 3, Under5: -1}}, head); d.ChildNo != NoPopulation || d.CrudeNo != Given {
		t.Errorf("whose ages nobody knows: %q", d.ChildNo)
	}
	if d = Mortality("u", from, to, []Entry{week}, nil); d.CrudeNo != NoPopulation {
		t.Errorf("nobody counted: %q", d.CrudeNo)
	}
	// Counts of another source are not mixed in: the latest is an estimate and stands alone.
	if d = Mortality("u", from, to, []Entry{week}, people); d.Start != people[1] || d.End != people[1] {
		t.Errorf("between %+v and %+v", d.Start, d.End)
	}
}

func TestWhatNobodyReportedIsNotThatNobodyDied(t *testing.T) {
	from, to := first, first+6
	head := []alert.Headcount{{On: first - 3, Source: alert.Head, People: 10_000, Under5: 1_800}}
	d := Mortality("u", from, to, nil, head)
	if d.CrudeNo != NotReported || d.ChildNo != NotReported || len(d.facts().Facts) == 0 {
		t.Errorf("without any entry: %q %q", d.CrudeNo, d.ChildNo)
	}
	if _, told := d.facts().Facts["deaths"]; told {
		t.Error("the pack is told that nobody died")
	}
	straddling := Entry{How: AsCount, From: from - 4, To: from + 2, Deaths: 20, Under5: 0}
	if d = Mortality("u", from, to, []Entry{straddling}, head); d.CrudeNo != NotReported || len(d.Left) != 1 {
		t.Errorf("a count that reaches beyond the period: %q", d.CrudeNo)
	}
	if d = Mortality("u", from, to, []Entry{{How: AsCount, From: from, To: to}}, head); d.CrudeNo != Given || d.Deaths != 0 || d.Days != 7 {
		t.Errorf("a count of zero: %q of %d days", d.CrudeNo, d.Days)
	}
	// Three days are only in the count that is left out, and four deaths are of four days.
	d = Mortality("u", from, to, []Entry{straddling, {How: AsCount, From: from + 3, To: to, Deaths: 4, Under5: 0}}, head)
	if d.Days != 4 || d.CrudeNo != Given || math.Abs(d.Crude.Rate-1) > 1e-9 {
		t.Errorf("%d deaths of %d days: %g", d.Deaths, d.Days, d.Crude.Rate)
	}
	line := Entry{How: OneByOne, From: from + 1, To: from + 1, Deaths: 1}
	if d = Mortality("u", from, to, []Entry{straddling, line}, head); d.Days != 5 || d.Deaths != 1 {
		t.Errorf("a line of a day that the count has too: %d deaths of %d days", d.Deaths, d.Days)
	}
}

func TestThePopulationOfAPeriodIsBetweenItsCounts(t *testing.T) {
	from, to := calendar.DayOf(2026, 8, 1), calendar.DayOf(2026, 8, 31)
	early, late := alert.Headcount{On: from + 1, Source: alert.Head, People: 10_000}, alert.Headcount{On: to, Source: alert.Head, People: 20_000}
	d := Mortality("u", from, to, []Entry{{How: AsCount, From: from, To: to, Deaths: 31, Under5: -1}}, []alert.Headcount{late, early})
	if d.Start != early || d.End != late || math.Abs(d.Crude.Rate-31.0/31/1.5) > 1e-9 {
		t.Errorf("between %+v and %+v: %g", d.Start, d.End, d.Crude.Rate)
	}
}
