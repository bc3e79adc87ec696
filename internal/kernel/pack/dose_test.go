package pack

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
)

const doseHead = "id,medicine,indication,form,by,age_from,age_to,weight_from,weight_to,weight_age,mg_per_kg,mg,max_dose_mg,max_day_mg,times,days,strength_mg,per_ml,round,pregnancy,breastfeeding,allergy,interacts,from,to,certainty,source,note\n"

func parsedDoses(text string) ([]Dose, Problems) {
	p, ps := &Pack{Files: Files{"doses/x.csv": text}}, Problems{}
	p.parseDoses(&ps)
	return p.Doses, ps
}

const syrup = "A,N02BE01,fever,suspension,kg,91,5479,4,40,14,15,,,500,4,3,24,1,0.5,may,never,Paracetamol; X,stop:L04AX03 ask:J01,,,O,s,\n"

func TestADoseByKilogramIsRoundedDownAndNeverAboveItsDay(t *testing.T) {
	rules, ps := parsedDoses(doseHead + syrup)
	if len(ps) > 0 || len(rules) != 1 || len(rules[0].Interacts) != 2 || rules[0].Allergy[0] != "paracetamol" {
		t.Fatalf("%v %+v", ps, rules)
	}
	who := Patient{Weight: 7300, WeighedOn: 100, LeastAge: 300, MostAge: 310, AgeKnown: true, On: 100}
	a := WorkOut(rules, who) // 7.3 kg by 15 mg is 109.5 mg, 4.5625 mL
	if a.State != Definite || a.Raw != 109500 || a.Volume != 4500 || a.Dose != 108000 || a.Day != 432000 || a.Total != 54000 || a.Capped {
		t.Errorf("%+v", a)
	}
	who.Weight = 12000 // 180 mg four times is more than 500 in a day: 125 mg, 5.2 mL
	if a := WorkOut(rules, who); !a.Capped || a.Volume != 5000 || a.Dose != 120000 || a.Day > 500000 {
		t.Errorf("%+v", a)
	}
}

func TestWhatIsNotKnownIsAskedForAndNeverGuessed(t *testing.T) {
	rules, _ := parsedDoses(doseHead + syrup)
	good := Patient{Weight: 7300, WeighedOn: 100, LeastAge: 300, MostAge: 310, AgeKnown: true, On: 100}
	for _, c := range []struct {
		name   string
		change func(*Patient)
		want   DoseState
	}{
		{"no weight", func(p *Patient) { p.Weight = 0 }, NeedWeight},
		{"a weight of two weeks ago", func(p *Patient) { p.WeighedOn -= 14 }, Definite},
		{"an older weight", func(p *Patient) { p.WeighedOn -= 15 }, NeedWeight},
		{"a weight of tomorrow", func(p *Patient) { p.WeighedOn++ }, NeedWeight},
		{"no age", func(p *Patient) { p.AgeKnown = false }, NeedAge},
		{"an age that may be too young", func(p *Patient) { p.LeastAge = 80 }, NeedAge},
		{"an age that may be either too young or too old", func(p *Patient) { p.LeastAge, p.MostAge = 0, 9000 }, NeedAge},
		{"too young", func(p *Patient) { p.LeastAge, p.MostAge = 60, 90 }, OutOfBand},
		{"too light", func(p *Patient) { p.Weight = 3999 }, OutOfBand},
		{"at the first weight", func(p *Patient) { p.Weight = 4000 }, Definite},
		{"too heavy", func(p *Patient) { p.Weight = 40000 }, OutOfBand},
	} {
		who := good
		c.change(&who)
		if a := WorkOut(rules, who); a.State != c.want {
			t.Errorf("%s: %s, want %s", c.name, a.State, c.want)
		}
	}
	recalled, _ := parsedDoses(doseHead + strings.Replace(syrup, ",O,s,", ",R,s,", 1))
	if a := WorkOut(recalled, good); a.State != Unconfirmed {
		t.Errorf("a recalled rule gives a dose: %s", a.State)
	}
	if a := WorkOut(append(rules, rules[0]), good); a.State != OutOfBand {
		t.Errorf("one of two rules was chosen: %s", a.State)
	}
}

func TestEachWrongCellOfADoseIsNamed(t *testing.T) {
	for _, c := range []struct{ column, was, is string }{
		{"medicine", "N02BE01", "paracetamol"}, {"indication", "fever", "Fever!"}, {"by", ",kg,", ",age,"}, {"age_to", "5479", "90"}, {"weight_to", ",40,", ",4,"}, {"weight_age", ",14,15", ",,15"},
		{"mg_per_kg", ",15,,", ",,,"}, {"max_day_mg", ",500,", ",,"}, {"times", ",4,3,", ",,3,"}, {"days", ",4,3,", ",4,x,"}, {"strength_mg", ",24,1,", ",,1,"}, {"round", "0.5", ""}, {"pregnancy", "may,never", "perhaps,never"},
		{"breastfeeding", "may,never", "may,no"}, {"interacts", "stop:L04AX03", "L04AX03"}, {"certainty", ",O,", ",X,"}, {"strength_mg", ",24,1,", ",24.0001,1,"},
	} {
		rules, ps := parsedDoses(doseHead + strings.Replace(syrup, c.was, c.is, 1))
		if len(rules) != 0 || !strings.Contains(ps.fault("x").Error()+ps.text(), c.column) {
			t.Errorf("%s %q: %v", c.column, c.is, ps)
		}
	}
	if _, ps := parsedDoses(doseHead + syrup + syrup); len(ps) != 1 {
		t.Errorf("one id twice: %v", ps)
	}
}

func (ps Problems) text() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.Error())
	}
	return b.String()
}

func FuzzDoses(f *testing.F) {
	f.Add(doseHead + syrup)
	f.Add(doseHead + "A,N02BE01,fever,tablet,fixed,5479,,,,,,500,500,2000,4,3,500,,1,may,may,,,,,R,s,\n")
	f.Fuzz(func(t *testing.T, text string) {
		rules, _ := parsedDoses(text)
		for _, d := range rules {
			a := WorkOut([]Dose{d}, Patient{Weight: max(d.WeightFrom, 1), WeighedOn: 100, LeastAge: d.AgeFrom, MostAge: d.AgeFrom, AgeKnown: true, On: calendar.Day(100)})
			if a.State == Definite && (a.Volume <= 0 || d.MostDose > 0 && a.Dose > d.MostDose || d.MostDay > 0 && a.Day > d.MostDay || !d.Confirmed()) {
				t.Errorf("%+v of %+v", a, d)
			}
		}
	})
}
