package vaccine

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/internal/testkit"
)

func TestThePublishedDataIsWhole(t *testing.T) {
	d, err := ReadCDSi(os.DirFS(testkit.Data(t, "cdsi/xml")))
	if err != nil {
		t.Fatal(err)
	}
	series, doses, skips, override, recurring := 0, 0, 0, 0, 0
	for _, a := range d.Antigens {
		series += len(a.Series)
		for _, s := range a.Series {
			doses += len(s.Doses)
			for _, x := range s.Doses {
				skips += len(x.Skips)
				if x.Recurring {
					recurring++
				}
				for _, v := range x.Intervals {
					if v.Override {
						override++
					}
				}
			}
		}
	}
	// reference/immunization.md, section 1
	got := fmt.Sprint(len(d.Antigens), series, doses, skips, override, recurring, len(d.Products), len(d.Groups), len(d.Observations), len(d.Conflicts))
	if want := "30 143 484 264 30 29 218 26 277 625"; got != want {
		t.Errorf("antigens, series, doses, skips, override intervals, recurring doses, products, groups, observations, conflicts: %s, want %s", got, want)
	}
}

func TestADifferentDataHasADifferentVersion(t *testing.T) {
	a := mustCompile(t, "", antigenXML("A", "", seriesXML("")))
	b := mustCompile(t, "", antigenXML("A", "", seriesXML("")))
	c := mustCompile(t, "", antigenXML("A", "", seriesXML(apart)))
	if a.Version() != b.Version() || a.Version() == c.Version() {
		t.Errorf("%s %s %s", a.Version(), b.Version(), c.Version())
	}
	if r := evaluate(t, a, born(t, "2020-01-01"), "2021-01-01"); r.Version != a.Version() {
		t.Error("the result does not say by which data")
	}
}

func TestDataThatCannotBeUsedIsRefusedWithItsPlace(t *testing.T) {
	for _, tc := range []struct{ antigen, want string }{
		{"<antigenSupportingData><series>", "antigen0.xml line 1: is not XML"},
		{"<antigenSupportingData></series>", "is closed by"},
		{"<antigenSupportingData>&nbsp;</antigenSupportingData>", "&nbsp; is not known"},
		{"<!DOCTYPE x><a/>", "document type"},
		{"<soup/>", "<soup>"},
		{"\xff\xfe<", "UTF-8"},
		{strings.Repeat("<a>", 100), "nested deeper"},
		{antigenXML("A", "", seriesXML("<age>\n<minAge>6 weecs</minAge></age>")), `antigen0.xml line 1: minAge: "6 weecs" is not a period`},
		{antigenXML("A", "", strings.Replace(seriesXML(""), "Standard", "Sometimes", 1)), `"Sometimes" is none`},
		{antigenXML("A", "", seriesXML("<recurringDose>perhaps</recurringDose>")), `"perhaps" is neither yes nor no`},
		{antigenXML("A", "", seriesXML(fromFirst, strings.ReplaceAll(fromFirst, ">1<", ">7<"))), "measured from dose 7"},
		{antigenXML("A", "", seriesXML(skipXML("Both", "n/a", "<condition><conditionType>Mood</conditionType></condition>"))), `"Mood" is none`},
		{antigenXML("A", "", seriesXML(skipXML("Both", "n/a", "<condition><conditionType>Vaccine Count by Age</conditionType><doseCountLogic>about</doseCountLogic></condition>"))), `"about" is none`},
		{antigenXML("A", "", seriesXML("<seasonalRecommendation><startDate>20251301</startDate></seasonalRecommendation>")), `"20251301" is not a date`},
		{strings.Replace(antigenXML("C", "", seriesXML("")), "<vaccineGroup>Group C</vaccineGroup>", "", 1), `vaccine group ""`},
		{strings.Replace(antigenXML("A", "", seriesXML("")), "Group A", "Group Z", 1), `vaccine group "Group Z"`},
	} {
		if _, err := compileXML("", tc.antigen); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%.60s: %v, want %q", tc.antigen, err, tc.want)
		}
	}
	if _, err := ReadCDSi(fstest.MapFS{"readme.txt": {}}); err == nil {
		t.Error("a folder without supporting data is read")
	}
	if _, err := ReadCDSi(fstest.MapFS{"a.xml": {Data: []byte(antigenXML("A", "", seriesXML("")))}}); err == nil || !strings.Contains(err.Error(), "0 schedule files") {
		t.Errorf("no schedule file: %v", err)
	}
}

func TestAProductOfAnAntigenWithoutSeriesIsAWarning(t *testing.T) {
	s, err := compileXML("", strings.Replace(antigenXML("C", "", seriesXML("")), "Group C", "Group A", 1))
	if err != nil || len(s.Warnings()) != 2 || !strings.Contains(s.Warnings()[0], `the antigen "A", which has no series`) {
		t.Fatalf("%v %v", s, err)
	}
	if r := evaluate(t, s, born(t, "2020-01-01", "2021-01-01 1"), "2022-01-01"); len(r.Problems) != 0 || len(r.Doses[0].Evaluations) != 0 {
		t.Errorf("%+v", r)
	}
	if s := mustCompile(t, "", antigenXML("A", "", seriesXML(""))); len(s.Warnings()) != 0 {
		t.Errorf("%v", s.Warnings())
	}
}

func TestAFolderAsTheArchiveIsUnpackedIsRead(t *testing.T) {
	fsys := fstest.MapFS{"Version 4.64/s.xml": {Data: []byte(fmt.Sprintf(scheduleXML, ""))}, "Version 4.64/a.xml": {Data: []byte(antigenXML("A", "", seriesXML("")))}}
	if d, err := ReadCDSi(fsys); err != nil || len(d.Antigens) != 1 {
		t.Fatal(err)
	}
}

func TestXMLAsItIsWritten(t *testing.T) {
	n, err := parseXML("x", []byte("\ufeff<?xml version=\"1.0\"?>\r\n<!-- <a> --><a>\n <b x=\"1\"/> <c >\n5 &lt; 6 &amp; &#8805;&#x2265; <![CDATA[<&>]]></c><b>n/a</b></a>\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c := n.first("c"); c == nil || c.text != "5 < 6 & ≥≥ <&>" || c.line != 3 {
		t.Errorf("%+v", n.first("c"))
	}
	count := 0
	for range n.all("b") {
		count++
	}
	if count != 2 || n.str("b") != "" || !n.first("b").empty() {
		t.Errorf("%d elements b", count)
	}
}

func TestAHistoryIsReadOrRefusedWithItsPlace(t *testing.T) {
	p, err := ReadPatient(strings.NewReader(`{"birth":"2024-02-29","gender":"Female","country":"US",
		"doses":[{"date":"2024-05","cvx":"107","volume":0.5,"lotExpiry":"2025-06","condition":true}],"observations":[{"code":"7","system":"SNOMED"}]}`))
	if err != nil || p.Gender != Female || len(p.Doses) != 1 || !p.Doses[0].Condition || p.Doses[0].Date.String() != "2024-05" || p.History[0].System != "SNOMED" {
		t.Errorf("%+v, %v", p, err)
	}
	for in, want := range map[string]string{
		`{}`:                                   "birth",
		`{"birth":"2024"}`:                     "full date",
		`{"birth":"2024-02-29","gender":"x"}`:  "gender",
		`{"birth":"2024-02-29","born":"2024"}`: "unknown field",
		`{"birth":"2024-02-29","doses":[{"cvx":107}]}`:                          "cvx",
		`{"birth":"2024-02-29","doses":[{"date":"2024-01-01"}]}`:                "doses[0]: has no cvx",
		`{"birth":"2024-02-29","doses":[{"cvx":"1","volume":-1}]}`:              "below zero",
		`{"birth":"2024-02-29","observations":[{}]}`:                            "observations[0]: has no code",
		`{"birth":"2024-02-29"}{}`:                                              "more than one",
		"{\n\"birth\":\"2024-02-29\",\"doses\":[{\"date\":\"Anna's secret\"}]}": "line 2: has a date that does not exist",
	} {
		_, err := ReadPatient(strings.NewReader(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("an error repeats what is a person's: %v", err)
		}
	}
}

func FuzzReadCDSi(f *testing.F) {
	f.Add(fmt.Sprintf(scheduleXML, liveConflict), antigenXML("A", "", seriesXML(age, apart)))
	f.Add(fmt.Sprintf(scheduleXML, ""), antigenXML("B", "<immunity/>", seriesOf("Risk", "2", "A", "1", ifSeven, fromFirst, skipXML("Both", "OR"))))
	f.Fuzz(func(t *testing.T, schedule, antigen string) {
		fsys := fstest.MapFS{"s.xml": {Data: []byte(schedule)}, "a.xml": {Data: []byte(antigen)}, "b.xml": {Data: []byte(antigenXML("B", "", seriesXML("")))}}
		d, err := ReadCDSi(fsys)
		if err != nil {
			return
		}
		s, err := Compile(d)
		if err != nil {
			return
		}
		p := with(born(t, "2020-01-01", "2020-03-01 01", "2021-03-01 02", "2021-03-01 03"), "007")
		r, err := s.Evaluate(p, day(t, "2025-01-01"))
		if err != nil || len(r.Doses) != 3 {
			t.Fatal(err)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"6 weeks - 4 days", "16 years - 4 months", "n/a", "- 1 day", "1 year + 1 year - 2 days"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePeriod(s)
		if err != nil {
			return
		}
		if again, err := ParsePeriod(p.String()); err != nil || again != p {
			t.Fatalf("%q is %s, which is read as %s (%v)", s, p, again, err)
		}
	})
}

func FuzzReadPatient(f *testing.F) {
	f.Add([]byte(`{"birth":"2024-02-29","doses":[{"date":"2024-05-01","cvx":"1"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ReadPatient(strings.NewReader(string(b))); err == nil && p.Birth.String() == "" {
			t.Fatal("a patient without a birth date")
		}
	})
}

func TestAListOfPatientsIsReadAroundABadLine(t *testing.T) {
	in := "{\"id\":\"1\",\"birth\":\"2024-02-29\"}\n\n{\"id\":\"2\",\"birth\":\"2024\"}\n{\"id\":\"3\"\n{\"id\":\"4\",\"birth\":\"2020-01-01\"}{}\n{\"id\":\"5\",\"birth\":\"2020-01-01\"}"
	var got []string
	err := ReadPatients(strings.NewReader(in), func(r Record) bool {
		got = append(got, fmt.Sprintf("%d %s %t", r.Line, r.ID, r.Err == nil))
		return r.Line < 6
	})
	if want := "1 1 true; 3 2 false; 4  false; 5 4 false; 6 5 true"; err != nil || strings.Join(got, "; ") != want {
		t.Errorf("%s (%v), want %s", strings.Join(got, "; "), err, want)
	}
}
