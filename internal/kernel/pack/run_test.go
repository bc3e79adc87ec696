package pack

import (
	"strings"
	"testing"
)

func load(t testing.TB) *Pack {
	t.Helper()
	p, err := Load(testFS(t), "harbour")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestThePackOfTheTestsPassesItsOwnCases(t *testing.T) {
	rep := load(t).TestOwn()
	var b strings.Builder
	rep.Print(&b)
	if !rep.OK() || rep.Passed != 8 {
		t.Error(b.String())
	}
}

// A case of a scale names the class that counts: the highest that fired, whatever
// else fired with it, and none where a higher one is only possible.
func TestACaseNamesTheHighestClass(t *testing.T) {
	scale := "table,H.class,output-order,PLAGUE SICK\nid,from,to,cxr,symptoms,|,outcome,code,|,certainty,source,note\n" +
		"H-P,,,\"\"\"abnormal\"\"\",-,|,classify,PLAGUE,|,O,harbour-rules,\nH-S,,,-,true,|,classify,SICK,|,O,harbour-rules,\n"
	run := func(facts, highest string) Report {
		files := harbour(t)
		files["tables/class.csv"] = scale
		files["tables/clearance.csv"] = strings.Replace(files["tables/clearance.csv"], "classify.FIT", "symptoms", 1)
		files[caseFile] = `{"id":"X","on":"2026-06-01","facts":{` + facts + `},"expect":{"highest":` + highest + `}}`
		return parsed(t, files).TestOwn()
	}
	for _, c := range []struct {
		facts, highest string
		ok             bool
	}{
		{`"cxr":"abnormal","symptoms":true`, `["PLAGUE"]`, true},
		{`"cxr":"abnormal","symptoms":true`, `["SICK"]`, false},
		{`"cxr":"abnormal","symptoms":true`, `[]`, false},
		{`"cxr":"normal","symptoms":true`, `["SICK"]`, true},
		{`"symptoms":true`, `["SICK"]`, true},
		{`"cxr":"normal","symptoms":false`, `[]`, true},
		{`"cxr":"normal"`, `[]`, true},
	} {
		if rep := run(c.facts, c.highest); rep.OK() != c.ok {
			t.Errorf("%s, %s: %+v", c.facts, c.highest, rep)
		}
	}
}
