package pack

import (
	"strings"
	"testing"
)

func TestThePackOfTheTestsIsClean(t *testing.T) {
	for _, f := range load(t).Lint(day(t, "2026-11-22")) {
		t.Error(f)
	}
}

func TestTheLinterNamesEachMistake(t *testing.T) {
	cases := []struct {
		name   string
		change func(Files)
		sev    Severity
		rule   string
		file   string
		column string
		text   string
	}{
		{"a clear row without a hazard line", replaced(hazardsFile, "H-X1 H-C1", "H-C1"), Error, "hazard", "tables/clearance.csv", "", "clear"},
		{"a clear row that is recalled", replaced("tables/clearance.csv", "clear,ENTRY,,,|,O", "clear,ENTRY,,,|,R"), Error, "recalled", "tables/clearance.csv", "certainty", "recalled"},
		{"a treat row that reads a recalled list", func(f Files) {
			replaced("lists/high-risk.csv", "AAA,2020-01-01,,,O", "AAA,2020-01-01,,,R")(f)
			replaced("tables/services.csv", "|,offer,IGRA", "|,treat,IGRA")(f)
		}, Error, "recalled", "tables/services.csv", "certainty", "list"},
		{"a gap", replaced("tables/class.csv", `H-C4,,,"""not_done""",false,|,classify,NO_IMAGE,|,O,harbour-rules,`, ""), Error, "gap", "tables/class.csv", "", "not_done"},
		{"a row that never counts", replaced("tables/class.csv", `H-C4,,,"""not_done"""`, `H-C4,,,"""abnormal"""`), Error, "unreachable", "tables/class.csv", "", "never counts"},
		{"a sentence missing in one language", replaced("locales/ar.json", "row.H-S1", "row.H-S0"), Error, "no-words", "locales/ar.json", "row.H-S1", "tables/services.csv:3"},
		{"a service without its word", replaced("locales/fr.json", "service.CXR", "service.XRC"), Error, "no-words", "locales/fr.json", "service.CXR", "missing"},
		{"a question without its words", replaced("locales/es.json", "fact.pregnant", "fact.pregnancy"), Error, "no-words", "locales/es.json", "fact.pregnant", "missing"},
		{"a value without its word", replaced("locales/es.json", "value.cxr.normal", "value.cxr.norml"), Error, "no-words", "locales/es.json", "value.cxr.normal", "missing"},
		{"a hold without its word", replaced("locales/en.json", "hold.ABNORMAL", "hold.NORMAL"), Error, "no-words", "locales/en.json", "hold.ABNORMAL", "missing"},
		{"a class without its word", replaced("locales/en.json", "classify.FIT", "classify.FAT"), Error, "no-words", "locales/en.json", "classify.FIT", "missing"},
		{"a subtype without its word", func(f Files) {
			replaced("tables/class.csv", "outcome,code,|", "outcome,code,level,|")(f)
			f["tables/class.csv"] = strings.ReplaceAll(f["tables/class.csv"], ",|,O,", ",,|,O,")
			replaced("tables/class.csv", "NO_IMAGE,,|", "NO_IMAGE,NEVER,|")(f)
		}, Error, "no-words", "locales/en.json", "level.NEVER", "missing"},
		{"a language that is missing", func(f Files) { delete(f, "locales/ar.json") }, Error, "no-words", "locales/ar.json", "", "is missing"},
		{"a sentence left in English", replaced("locales/fr.json", "Tout le monde est examiné.", "Everybody is examined."), Warning, "not-translated", "locales/fr.json", "row.H-S1", "English"},
		{"a sentence of no row", replaced("locales/fr.json", "row.H-S1", "row.H-S0"), Warning, "stale-words", "locales/fr.json", "row.H-S0", "no row"},
		{"a service at an unknown station", replaced(manifestFile, "station: radiology", "station: basement"), Error, "unknown-station", manifestFile, "services.CXR", "basement"},
		{"a service with a form that is not there", replaced(manifestFile, "form: examination", "form: exam"), Error, "unknown-form", manifestFile, "services.EXAM", "exam"},
		{"an encounter at an unknown station", replaced(manifestFile, "station: nurse", "station: basement"), Error, "unknown-station", manifestFile, "encounters.VISIT", "basement"},
		{"an encounter with a form that is not there", replaced(manifestFile, "form: examination, station: nurse", "form: exam, station: nurse"), Error, "unknown-form", manifestFile, "encounters.VISIT", "exam"},
		{"an encounter without its word", replaced("locales/fr.json", "encounter.VISIT", "encounter.VISITE"), Error, "no-words", "locales/fr.json", "encounter.VISIT", "missing"},
		{"a programme at an unknown station", replaced(manifestFile, "visit: examination\n    station: nurse", "visit: examination\n    station: basement"), Error, "unknown-station", manifestFile, "programmes.AFTER", "basement"},
		{"a programme with a form that is not there", replaced(manifestFile, "visit: examination\n", "visit: exam\n"), Error, "unknown-form", manifestFile, "programmes.AFTER", "exam"},
		{"a programme that a table decides which is not there", replaced(manifestFile, "enrol: examination\n", "enrol: examination\n    decides: HARBOUR\n"), Error, "unknown-table", manifestFile, "programmes.AFTER", "HARBOUR"},
		{"a programme whose visits count from nowhere", replaced(manifestFile, "anchors: {exam_date: fact}", "anchors: {dob: fact}"), Error, "no-anchor", manifestFile, "programmes.AFTER", "exam_date"},
		{"a programme without its word", replaced("locales/fr.json", "programme.AFTER", "programme.LATER"), Error, "no-words", "locales/fr.json", "programme.AFTER", "missing"},
		{"an outcome without its word", replaced("locales/ar.json", "end.GONE", "end.WENT"), Error, "no-words", "locales/ar.json", "end.GONE", "missing"},
		{"a required code that is no service", replaced("tables/services.csv", "require,SPUTUM", "require,SALIVA"), Error, "unknown-service", "tables/services.csv", "code", "SALIVA"},
		{"a service without sensitivity", replaced(manifestFile, "station: laboratory, sensitivity: clinical}", "station: laboratory}"), Error, "no-sensitivity", manifestFile, "services.SPUTUM", "sensitivity"},
		{"a service nobody asks for", replaced("tables/services.csv", "H-S4,,,-,true,-,-,|,require,SPUTUM,,|,S,harbour-rules,", ""), Warning, "unused-service", manifestFile, "services.SPUTUM", "no row"},
		{"a source that is not there", replaced("tables/services.csv", `"harbour-rules, section 1"`, `"harbor-rules, section 1"`), Error, "unknown-source", "tables/services.csv", "source", "harbor-rules"},
		{"a row without source", replaced("tables/services.csv", `"harbour-rules, section 1"`, ``), Error, "no-source", "tables/services.csv", "source", "no source"},
		{"a list member without source", replaced("lists/high-risk.csv", "O,harbour-rules,taken", "O,,taken"), Error, "no-source", "lists/high-risk.csv", "source", "no source"},
		{"a source nobody cites", replaced("tables/services.csv", "|,R,memory,", "|,R,harbour-rules,"), Warning, "unused-source", manifestFile, "sources.memory", "nothing"},
		{"a list to be read again", replaced(manifestFile, "review_by: 2027-12-31", "review_by: 2026-11-21"), Error, "expired", "lists/high-risk.csv", "", "2026-11-21"},
		{"a hazard with a case that is not there", replaced(hazardsFile, "HB-05", "HB-50"), Error, "unknown-test", hazardsFile, "test", "HB-50"},
		{"a hazard without a case", replaced(hazardsFile, "H-X1 H-C1,HB-05", "H-X1 H-C1,"), Error, "unknown-test", hazardsFile, "test", "no case"},
		{"a hazard with a row that is not there", replaced(hazardsFile, "H-X1 H-C1", "H-X1 H-C9"), Error, "unknown-row", hazardsFile, "rows", "H-C9"},
		{"a fact nobody uses", replaced(manifestFile, "  - {name: symptoms,", "  - {name: shoe_size, type: int, sensitivity: identity}\n  - {name: symptoms,"), Error, "unused-fact", manifestFile, "facts.shoe_size", "used_by"},
		{"a fact without sensitivity", replaced(manifestFile, "name: symptoms, type: bool, sensitivity: clinical", "name: symptoms, type: bool"), Error, "no-sensitivity", manifestFile, "facts.symptoms", "no sensitivity"},
		{"pregnancy marked as not sensitive", replaced(manifestFile, "longest_age: 0, sensitivity: sensitive", "longest_age: 0, sensitivity: clinical"), Error, "no-sensitivity", manifestFile, "facts.pregnant", "sensitive or sealed"},
		{"a diagnosis that anybody may answer", replaced(manifestFile, "  - {name: symptoms,", "  - {name: tb_dx, type: bool, from: \"obs:tb_dx\", sensitivity: clinical, used_by: report}\n  - {name: symptoms,"), Error, "answer", manifestFile, "facts.tb_dx", "diagnosis"},
		{"an answer by nobody that is known", replaced(manifestFile, "name: symptoms, type: bool, sensitivity: clinical", "name: symptoms, type: bool, sensitivity: clinical, from: \"obs:symptoms\", answer: cook"), Error, "answer", manifestFile, "facts.symptoms", "cook"},
		{"an answer to what is of the record", replaced(manifestFile, "name: symptoms, type: bool, sensitivity: clinical", "name: symptoms, type: bool, sensitivity: clinical, from: case.symptoms, answer: physician"), Error, "answer", manifestFile, "facts.symptoms", "observations"},
		{"a destination that asks a disability question", replaced(manifestFile, "type: bool, sensitivity: clinical", "type: bool, sensitivity: clinical, from: person.wg.walking"), Error, "disability-in-destination", manifestFile, "facts.symptoms", "Washington"},
		{"a destination that reads a disability question", func(f Files) {
			replaced(manifestFile, "name: symptoms", "name: wg_walking")(f)
			replaced("tables/services.csv", "age_years,symptoms", "age_years,wg_walking")(f)
			replaced("tables/class.csv", "cxr,symptoms", "cxr,wg_walking")(f)
		}, Error, "disability-in-destination", "tables/services.csv", "wg_walking", "H-S4"},
		{"a case that cannot be read", replaced(caseFile, `"expect":{"require":["CXR","EXAM"],"offer":[]`, `"expect":{"requires":["CXR","EXAM"],"offer":[]`), Error, "bad-case", caseFile, "HB-01", "requires"},
		{"a case id used twice", replaced(caseFile, `"id":"HB-02"`, `"id":"HB-01"`), Error, "bad-case", caseFile, "HB-01", "line 1"},
		{"no cases", func(f Files) { delete(f, caseFile) }, Error, "no-cases", caseFile, "", "worked cases"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := harbour(t)
			c.change(files)
			p, err := Parse(files)
			if err != nil {
				t.Fatal(err)
			}
			fs := p.Lint(day(t, "2026-11-22"))
			for _, f := range fs {
				if f.Severity == c.sev && f.Rule == c.rule && f.File == c.file && f.Column == c.column && strings.Contains(f.Text, c.text) {
					return
				}
			}
			t.Errorf("not found among %v", fs)
		})
	}
}

func TestContraindicateAndHoldMayBeRecalled(t *testing.T) {
	files := harbour(t)
	replaced("tables/services.csv", `contraindicate,CXR,pregnancy,|,O`, `contraindicate,CXR,pregnancy,|,R`)(files)
	replaced("tables/class.csv", "hold,SYMPTOMS,|,O", "hold,SYMPTOMS,|,R")(files)
	p, err := Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	if fs := p.Lint(day(t, "2026-11-22")); Errors(fs) > 0 {
		t.Errorf("what protects may rest on memory: %v", fs)
	}
}

func TestAFactOfAReportIsUsed(t *testing.T) {
	files := harbour(t)
	replaced(manifestFile, "  - {name: symptoms,", "  - {name: height_cm, type: decimal, unit: cm, sensitivity: clinical, used_by: examination form}\n  - {name: symptoms,")(files)
	for lang := range map[string]bool{"en": true, "fr": true, "es": true, "ar": true} {
		replaced("locales/"+lang+".json", `"fact.cxr"`, `"fact.height_cm": "x", "fact.cxr"`)(files)
	}
	p, err := Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Lint(day(t, "2026-11-22")) {
		t.Error(f)
	}
}

func TestWhatAFormCanAnswerTheRulesCanRead(t *testing.T) {
	form := func(text string) func(Files) { return func(f Files) { f["forms/cxr.csv"] = text } }
	const head = "type,name,label::en,label::fr,label::es,label::ar,unit,fact\n"
	cases := []struct {
		name, text, rule, column string
	}{
		{"a choice that is no value of its fact", head + "select_one cxr,cxr,a,a,a,a,,\nchoice cxr,normal,a,a,a,a,,\nchoice cxr,blurred,a,a,a,a,,\n", "form-value", "cxr"},
		{"a yes or no for a code", head + "select_one yes_no,cxr,a,a,a,a,,\n", "form-type", "cxr"},
		{"a question without Arabic", head + "text,findings_2,a,a,a,,,-\n", "no-words", "findings_2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := harbour(t)
			form(c.text)(files)
			p, err := Parse(files)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Lint(day(t, "2026-11-22")) {
				if f.Severity == Error && f.Rule == c.rule && f.Column == c.column && f.File == "forms/cxr.csv" {
					return
				}
			}
			t.Errorf("not found among %v", p.Lint(day(t, "2026-11-22")))
		})
	}
	files := harbour(t)
	form(head + "select_one cxr,cxr,a,a,a,a,,\nchoice cxr,normal,a,a,a,a,,\nchoice cxr,pending,a,a,a,a,,\n")(files)
	if p, err := Parse(files); err != nil || Errors(p.Lint(day(t, "2026-11-22"))) > 0 {
		t.Errorf("pending is \"still to come\", not a value: %v", err)
	}
	form("type,name\nselect_one nowhere,x\n")(files)
	_, err := Parse(files)
	wantProblem(t, err, "forms/cxr.csv", 2, "type", "nowhere")
}
