package assessment

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// harbour is a small pack for the tests of rules: an X-ray from 15, sputum when it
// suggests TB, a culture that follows; blood for a sensitive reason; a vaccine not
// given in pregnancy.
func harbour(t testing.TB, change ...func(pack.Files)) *pack.Pack {
	t.Helper()
	f := pack.Files{
		"pack.yaml": `id: harbour
version: "1"
kind: destination
jurisdiction: ZZZ
programme: harbour
status: review
effective_from: 2020-01-01
date_basis: exam_date
sources: [{id: book, title: The book}]
facts:
  - {name: exam_date, type: date, from: case.exam_date, sensitivity: identity}
  - {name: age, type: int, from: "obs:age", sensitivity: identity}
  - {name: sick, type: bool, from: "obs:sick", sensitivity: clinical}
  - {name: virus, type: bool, from: "obs:virus", sensitivity: sensitive}
  - {name: pregnant, type: bool, from: "obs:pregnant", sensitivity: sensitive, longest_age: 0}
  - {name: cxr, type: code, values: [not_done, normal, tb], from: "obs:cxr", service: CXR, absent: not_done, longest_age: 90, sensitivity: clinical}
  - {name: culture, type: code, values: [not_done, pending, neg, pos], from: "obs:culture", service: SPUTUM, absent: not_done, sensitivity: clinical}
services:
  - {code: CXR, service: xray, station: radiology, form: cxr, sensitivity: clinical}
  - {code: SPUTUM, service: sputum, station: laboratory, form: sputum, sensitivity: clinical}
  - {code: BLOOD, service: blood, station: laboratory, form: blood, sensitivity: sensitive}
  - {code: MMR, service: mmr, station: vaccination, form: dose, sensitivity: clinical}
  - {code: TALK, service: talk, station: counselling, form: dose, sensitivity: clinical}
`,
		"tables/1-services.csv": `table,H.services,collect
id,from,to,age,sick,virus,pregnant,cxr,|,outcome,code,|,certainty,source,note
H1,,,>=15,-,-,-,-,|,require,CXR,|,O,book,
H2,,,-,true,-,-,-,|,require,CXR,|,R,book,
H3,,,-,-,-,-,"""tb""",|,require,SPUTUM,|,O,book,
H4,,,-,-,true,-,-,|,require,BLOOD,|,O,book,
H5,,,-,-,-,-,-,|,require,MMR,|,O,book,
H6,,,-,-,-,true,-,|,contraindicate,MMR,|,O,book,
H7,,,-,-,-,-,-,|,offer,TALK,|,O,book,
H8,,,-,-,true,-,-,|,defer,CXR,|,O,book,
`,
		"tables/2-class.csv": `table,H.class,first
id,from,to,culture,|,outcome,code,|,certainty,source,note
C1,,,"""pos""",|,hold,TREAT,|,O,book,
C2,,,"""pending""",|,hold,WAIT,|,O,book,
C3,,,-,|,classify,FREE,|,O,book,
`,
		"tables/3-valid.csv": `table,H.valid,collect
id,from,to,hold.any,|,outcome,code,anchor,months,|,certainty,source,note
V1,,,false,|,valid,MEDICAL,exam_date,6,|,O,book,
`,
		"forms/cxr.csv":    "type,name,label::en,required,fact\nselect_one film,film,Film,yes,cxr\nchoice film,normal,Normal,,\nchoice film,tb,TB,,\n",
		"forms/sputum.csv": "type,name,label::en,required,fact\nselect_one culture,culture,Culture,yes,culture\nchoice culture,neg,Negative,,\nchoice culture,pos,Positive,,\nchoice culture,pending,To come,,\n",
		"forms/blood.csv":  "type,name,label::en,required,fact\nselect_one blood,blood,Blood,yes,blood_result\nchoice blood,neg,Negative,,\nchoice blood,pos,Positive,,\n",
		"forms/dose.csv":   "type,name,label::en,required,fact\ndecimal,weight,Weight,yes,weight\nselect_one yes_no,given,Given,yes,given\n",
	}
	for _, c := range change {
		c(f)
	}
	p, err := pack.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var examDay = calendar.DayOf(2026, 11, 22)

// said makes facts of the day: "pos" a code, numbers, booleans; nil is not known.
func said(pairs ...any) decision.Input {
	in := decision.Input{On: examDay, Facts: map[string]decision.Fact{"exam_date": {Value: value.Day(int(examDay)), AsOf: examDay.Date()}}}
	for i := 0; i < len(pairs); i += 2 {
		f := decision.Fact{AsOf: examDay.Date()}
		switch x := pairs[i+1].(type) {
		case bool:
			f.Value = value.Of(x)
		case int:
			f.Value = value.Number(float64(x))
		case string:
			f.Value = value.Text(x)
		case value.Value:
			f.Value = x
		}
		in.Facts[pairs[i].(string)] = f
	}
	return in
}

func TestSettleNeverReadsAResultToComeAsNotNeeded(t *testing.T) {
	p := harbour(t)
	for _, tc := range []struct {
		why     string
		in      decision.Input
		ordered []string
		filled  string // facts that are now known to be absent
	}{
		{"a child who is well needs nothing: both are absent", said("age", 9, "sick", false), nil, "culture cxr"},
		{"an adult's X-ray is to come, and whether sputum follows is open", said("age", 30, "sick", false), nil, ""},
		{"the X-ray is there and normal: no sputum", said("age", 30, "sick", false, "cxr", "normal"), nil, "culture"},
		{"the X-ray suggests TB: the culture is to come", said("age", 30, "sick", false, "cxr", "tb"), nil, ""},
		{"nobody knows whether the child is sick: the X-ray may be needed", said("age", 9), nil, ""},
		{"the age is a range over the limit: the X-ray may be needed", said("age", value.Range(14, 15), "sick", false), nil, ""},
		{"refused to say whether sick: as unknown", said("age", 9, "sick", value.RefusedAnswer()), nil, ""},
		{"not needed, but somebody ordered it: its result is to come", said("age", 9, "sick", false), []string{"CXR"}, ""},
		{"sputum ordered beside the rules", said("age", 9, "sick", false), []string{"SPUTUM"}, "cxr"},
		{"an X-ray nobody asked for that suggests TB brings the sputum", said("age", 9, "sick", false, "cxr", "tb"), nil, ""},
	} {
		t.Run(tc.why, func(t *testing.T) {
			ordered := map[string]bool{}
			for _, c := range tc.ordered {
				ordered[c] = true
			}
			given := len(tc.in.Facts)
			_, in := settle(p.Protocol.Decide, tc.in, p.Facts, ordered)
			var filled []string
			for name, f := range in.Facts {
				if _, had := tc.in.Facts[name]; !had {
					filled = append(filled, name)
					if s, _ := f.Value.Str(); s != "not_done" {
						t.Errorf("%s was filled in as %v", name, f.Value)
					}
				}
			}
			slices.Sort(filled)
			if got := strings.Join(filled, " "); got != tc.filled {
				t.Errorf("filled in %q, want %q", got, tc.filled)
			}
			if len(tc.in.Facts) != given {
				t.Error("the facts handed in were changed")
			}
		})
	}
}

// A pack that asks for a service because its result is absent would go round in
// circles. The result stays unknown, and the search ends.
func TestSettleEndsInACircle(t *testing.T) {
	p := harbour(t, func(f pack.Files) {
		f["tables/1-services.csv"] = strings.Replace(f["tables/1-services.csv"], "H3,,,-,-,-,-,\"\"\"tb\"\"\",|,require,SPUTUM",
			"H3,,,-,-,-,-,\"\"\"not_done\"\"\",|,require,CXR", 1)
	})
	_, in := settle(p.Protocol.Decide, said("age", 9, "sick", false), p.Facts, nil)
	if f, has := in.Facts["cxr"]; has {
		t.Errorf("the X-ray reads %v", f.Value)
	}
}

// One by one in every order, the results come to the same decision.
func TestSettleDoesNotDependOnTheOrderOfResults(t *testing.T) {
	p := harbour(t)
	results := []string{"age", "sick", "virus", "pregnant", "cxr", "culture"}
	vals := map[string]any{"age": 30, "sick": true, "virus": true, "pregnant": false, "cxr": "tb", "culture": "neg"}
	whole := ""
	permute(results, func(order []string) {
		var pairs []any
		last := ""
		for _, name := range order {
			pairs = append(pairs, name, vals[name])
			d, in := settle(p.Protocol.Decide, said(pairs...), p.Facts, nil)
			b, err := p.NewRecord(in, d).Bytes()
			if err != nil {
				t.Fatal(err)
			}
			last = string(b)
		}
		if whole == "" {
			whole = last
		}
		if last != whole {
			t.Fatalf("in the order %v:\n%s\nelse\n%s", order, last, whole)
		}
	})
}

func permute(list []string, f func([]string)) {
	var walk func(n int)
	walk = func(n int) {
		if n == 1 {
			f(list)
			return
		}
		for i := range n {
			walk(n - 1)
			j := 0
			if n%2 == 0 {
				j = i
			}
			list[j], list[n-1] = list[n-1], list[j]
		}
	}
	walk(len(list))
}

// On every pack that ships: whatever is filled in is a service that no rule asks
// for and nobody ordered, and as long as a result is to come nobody can sign.
func TestSettleOnShippedPacks(t *testing.T) {
	for _, id := range destinations() {
		t.Run(id, func(t *testing.T) {
			p := shipped()[id]
			rng := rand.New(rand.NewPCG(1, 2))
			for range 300 {
				in := somebody(p, rng, 0)
				missing := map[string]bool{}
				for _, f := range p.Facts {
					if f.Service != "" && rng.IntN(2) == 0 {
						delete(in.Facts, f.Name)
						missing[f.Name] = true
					}
				}
				d, out := settle(p.Protocol.Decide, in, p.Facts, nil)
				orders := map[string]OrderState{}
				for _, f := range p.Facts {
					if _, filled := out.Facts[f.Name]; missing[f.Name] && filled {
						for _, code := range strings.Fields(f.Service) {
							if _, asked := d.Outcome(decision.Require, code); asked {
								t.Fatalf("%s reads absent while %s is asked for", f.Name, code)
							}
						}
					}
					if _, in := in.Facts[f.Name]; in {
						for _, code := range strings.Fields(f.Service) {
							orders[code] = OrderDone
						}
					}
				}
				pl := plan(d, p, standing{Orders: orders})
				for name := range missing {
					f, _ := p.Fact(name)
					_, filled := out.Facts[name]
					asked := slices.ContainsFunc(d.Ask, func(q string) bool { return q == name })
					if !filled && asked && len(obstacles(pl, false)) == 0 {
						t.Fatalf("%s is to come and decides, and nothing stands against signing (service %s, facts %v)", name, f.Service, in.Facts)
					}
				}
			}
		})
	}
}

// somebody is a made-up person for a pack: a value for every fact that somebody
// has to supply, and one in 1/unknown of them not known.
func somebody(p *pack.Pack, rng *rand.Rand, unknown int) decision.Input {
	in := decision.Input{On: examDay, Facts: map[string]decision.Fact{}, Journey: &decision.Journey{Complete: true, CitizenshipsComplete: true}}
	for _, f := range p.Facts {
		if !f.Asked() || unknown > 0 && rng.IntN(unknown) == 0 {
			continue
		}
		in.Facts[f.Name] = decision.Fact{Value: someValue(f, rng), AsOf: examDay.Date()}
	}
	places := []string{"UGA", "SOM", "YEM", "IND", "DEU", "PHL"}
	at := examDay - 40*365
	for range rng.IntN(3) {
		to := at + calendar.Day(200+rng.IntN(4000))
		in.Journey.Stays = append(in.Journey.Stays, decision.Stay{Place: places[rng.IntN(len(places))], Span: calendar.Span{From: at.Date(), To: to.Date()}})
		at = to
	}
	in.Journey.Stays = append(in.Journey.Stays, decision.Stay{Place: places[rng.IntN(len(places))], Span: calendar.Span{From: at.Date(), Ongoing: true}})
	return in
}

func someValue(f pack.Fact, rng *rand.Rand) value.Value {
	switch f.Type {
	case "bool":
		return value.Of(rng.IntN(2) == 0)
	case "code":
		if len(f.Values) == 0 {
			return value.NotKnown()
		}
		return value.Text(f.Values[rng.IntN(len(f.Values))])
	case "date":
		if f.From == "person.birth" {
			return value.Day(int(examDay) - rng.IntN(70*365))
		}
		if strings.HasPrefix(f.From, "case.") {
			return value.Day(int(examDay))
		}
		return value.Day(int(examDay) - rng.IntN(60))
	case "int", "decimal":
		lo, hi := 0.0, 60.0
		if f.Min != nil {
			lo = *f.Min
		}
		if f.Max != nil {
			hi = min(*f.Max, 100_000)
		}
		return value.Number(lo + float64(rng.IntN(int(hi-lo)+1)))
	}
	return value.NotKnown()
}

func TestStale(t *testing.T) {
	p := harbour(t)
	day := func(back int) calendar.Date { return (examDay - calendar.Day(back)).Date() }
	for _, tc := range []struct {
		why  string
		fact decision.Fact
		want bool
	}{
		{"of the day", decision.Fact{Value: value.Text("normal"), AsOf: day(0)}, false},
		{"90 days old is the last day", decision.Fact{Value: value.Text("normal"), AsOf: day(90)}, false},
		{"91 days old", decision.Fact{Value: value.Text("normal"), AsOf: day(91)}, true},
		{"of a day to come", decision.Fact{Value: value.Text("normal"), AsOf: day(-5)}, false},
		{"nobody noted the day", decision.Fact{Value: value.Text("normal")}, true},
		{"not known is not old", decision.Fact{AsOf: day(400)}, false},
		{"refused is not old", decision.Fact{Value: value.RefusedAnswer(), AsOf: day(400)}, false},
	} {
		in := decision.Input{On: examDay, Facts: map[string]decision.Fact{"cxr": tc.fact}}
		if got := stale(in, p)["CXR"]; got != tc.want {
			t.Errorf("%s: %v", tc.why, got)
		}
	}
	// Pregnancy is no result of a service: an old answer is a question again.
	in := decision.Input{On: examDay, Facts: map[string]decision.Fact{"pregnant": {Value: value.Of(false), AsOf: day(3)}}}
	if got := stale(in, p); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
