package stock

import (
	"net/url"
	"strings"
	"testing"
)

const goodList = "code,name,sort,atc,strength,unit,content,min,max\nAMOX-250,Amoxicillin,medicine,J01CA04,250 mg,tablet,,100,500\nPCM-SYR,Paracetamol,medicine,N02BE01,120 mg/5 mL,bottle,100,20,\n"

func TestEachBadLineOfAListIsNamedAndTheGoodOnesAreRead(t *testing.T) {
	rows, faults := ParseList(goodList + "amox-250,Twice,medicine,,,tablet,,,\nBAD ATC,x,potion,J1,,spoon,-1,9,3\n\nORS,Oral rehydration salts,medicine,A07CA,,sachet,,,\n")
	if len(rows) != 3 || rows[2].Item.Code != "ORS" || rows[0].Level != (Level{Min: 100, Max: 500}) || rows[1].Item.Content != 100 {
		t.Errorf("%+v", rows)
	}
	if len(faults) != 2 || faults[0].Line != 4 || faults[0].Key != "stock.error.twice" || faults[1].Line != 5 || faults[1].Column != "content" {
		t.Errorf("%+v", faults)
	}
	_, faults = ParseList(goodList + "B!,x,potion,J1,,spoon,,9,3\n")
	fields := map[string]bool{}
	for _, f := range faults {
		fields[f.Column] = f.Line == 4
	}
	for _, want := range []string{"code", "name", "sort", "atc", "unit", "max"} {
		if !fields[want] {
			t.Errorf("%s is not named: %+v", want, faults)
		}
	}
}

func TestAListThatCannotBeReadSaysWhy(t *testing.T) {
	for text, key := range map[string]string{
		"":                                   "stock.error.no_header",
		"code;name;sort;unit\n":              "stock.error.semicolons",
		"code,name,sort\n":                   "stock.error.column_missing",
		"code,name,sort,unit,price\n":        "stock.error.column_unknown",
		"code,name,sort,unit,code\n":         "stock.error.column_twice",
		"code,name,sort,unit\nA,\"b,kit,kit": "stock.error.quotes",
		strings.Repeat("x", maxImport+1):     "stock.error.too_large",
		"code,name,sort,unit\n" + strings.Repeat("!,x,y,z\n", maxRows): "stock.error.too_many",
	} {
		_, faults := ParseList(text)
		if len(faults) == 0 || faults[len(faults)-1].Key != key {
			t.Errorf("%.30q: %v", text, faults[max(len(faults)-1, 0):])
		}
	}
}

func TestAListIsKeptWholeOrInPartAsWasChosen(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		list := goodList + "BAD,x,potion,,,tablet,,,\n"
		for i, keep := range []string{"all", "good"} {
			want := 2 * i
			code, body := w.Post("manager", "/stock/import?site=CAMP", url.Values{"text": {list}, "keep": {keep}})
			if code != 200 || !strings.Contains(body, "PCM-SYR") {
				t.Errorf("%s: %d, what was typed is lost", keep, code)
			}
			w.Says(body, "4 sort Say what kind it is")
			o, err := w.Overview(w.As("nurse"), "CAMP", 90)
			w.Must(err)
			if len(o.List) != want {
				t.Errorf("%s: %d items", keep, len(o.List))
			}
			if keep == "all" {
				continue
			}
			if code, to := w.Post("manager", "/stock/import?site=CAMP", url.Values{"text": {goodList}, "keep": {"all"}}); code != 303 {
				t.Errorf("again: %d %s", code, to)
			}
		}
		if code, _ := w.Post("nurse", "/stock/import?site=CAMP", url.Values{"text": {goodList}, "keep": {"all"}}); code != 403 {
			t.Errorf("a nurse brings a list in: %d", code)
		}
		code, body := w.Post("manager", "/stock/import?site=CAMP", url.Values{"text": {goodList}})
		if code == 303 {
			t.Error("nothing was chosen")
		}
		w.Says(body, "Say what to keep")
	})
}

func FuzzParseList(f *testing.F) {
	f.Add(goodList)
	f.Add("code,name,sort,unit\n\"")
	f.Add("\ufeffcode,name,sort,unit\nA,Ab,kit,kit\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, faults := ParseList(text)
		for _, r := range rows {
			if r.Line < 2 || len(r.Item.Valid()) > 0 || len(r.Level.Valid()) > 0 {
				t.Errorf("a bad row is kept: %+v", r)
			}
		}
		for _, x := range faults {
			if x.Key == "" || x.Line < 0 {
				t.Errorf("a fault without words: %+v", x)
			}
		}
		if len(rows) > maxRows {
			t.Error("no limit")
		}
	})
}
