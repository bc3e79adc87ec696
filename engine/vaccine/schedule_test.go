package vaccine

import (
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The schedule of these tests is made up, so that each rule can be asked alone: one
// antigen A with the products 1 and 2, given as xml the way the CDC writes it.

// antigenXML is a file of one antigen with the given series.
func antigenXML(name, more string, series ...string) string {
	out := "<antigenSupportingData>" + more
	for _, s := range series {
		out += fmt.Sprintf("<series><seriesName>%s series</seriesName><targetDisease>%s</targetDisease><vaccineGroup>Group %s</vaccineGroup>%s</series>", name, name, name, s)
	}
	return out + "</antigenSupportingData>"
}

// seriesXML is the inside of a standard default series of group 1.
func seriesXML(doses ...string) string {
	return "<seriesType>Standard</seriesType><selectSeries><defaultSeries>Yes</defaultSeries><productPath>No</productPath><seriesGroup>1</seriesGroup>" +
		"<seriesPriority>A</seriesPriority><seriesPreference>1</seriesPreference></selectSeries>" + dosesXML(doses...)
}

func dosesXML(doses ...string) (out string) {
	for i, d := range doses {
		out += fmt.Sprintf("<seriesDose><doseNumber>Dose %d</doseNumber>%s<preferableVaccine><cvx>01</cvx><forecastVaccineType>Y</forecastVaccineType></preferableVaccine></seriesDose>", i+1, d)
	}
	return out
}

const scheduleXML = `<?xml version="1.0" encoding="UTF-8"?><scheduleSupportingData>
<liveVirusConflicts>%s</liveVirusConflicts>
<vaccineGroups><vaccineGroup><name>Group A</name></vaccineGroup><vaccineGroup><name>Group B</name></vaccineGroup></vaccineGroups>
<vaccineGroupToAntigenMap><vaccineGroupMap><name>Group A</name><antigen>A</antigen></vaccineGroupMap>
<vaccineGroupMap><name>Group B</name><antigen>B</antigen></vaccineGroupMap></vaccineGroupToAntigenMap>
<cvxToAntigenMap>
<cvxMap><cvx>01</cvx><shortDescription>one</shortDescription><association><antigen>A</antigen></association></cvxMap>
<cvxMap><cvx>02</cvx><shortDescription>two</shortDescription><association><antigen>A</antigen></association></cvxMap>
<cvxMap><cvx>03</cvx><shortDescription>three</shortDescription><association><antigen>B</antigen></association></cvxMap>
</cvxToAntigenMap>
<observations><observation><observationCode>007</observationCode><observationTitle>seven</observationTitle>
<codedValues><codedValue><code>77386006</code><codeSystem>SNOMED</codeSystem><text>seven</text></codedValue></codedValues></observation></observations>
</scheduleSupportingData>`

func mustCompile(t testing.TB, conflicts string, antigens ...string) *Schedule {
	t.Helper()
	s, err := compileXML(conflicts, antigens...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compileXML(conflicts string, antigens ...string) (*Schedule, error) {
	fsys := fstest.MapFS{"schedule.xml": {Data: []byte(fmt.Sprintf(scheduleXML, conflicts))}}
	b := false
	for i, a := range antigens {
		fsys[fmt.Sprintf("antigen%d.xml", i)] = &fstest.MapFile{Data: []byte(a)}
		b = b || i > 0
	}
	if !b { // product 3 is of an antigen B
		fsys["antigenB.xml"] = &fstest.MapFile{Data: []byte(antigenXML("B", "", seriesXML("")))}
	}
	d, err := ReadCDSi(fsys)
	if err != nil {
		return nil, err
	}
	return Compile(d)
}

func day(t testing.TB, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// born is a patient with doses written "2020-01-31 01".
func born(t testing.TB, birth string, doses ...string) *Patient {
	t.Helper()
	p := &Patient{Birth: day(t, birth)}
	for _, d := range doses {
		p.Doses = append(p.Doses, Dose{Date: day(t, d[:10]).Date(), Product: d[11:]})
	}
	return p
}

func evaluate(t testing.TB, s *Schedule, p *Patient, on string) *Result {
	t.Helper()
	r, err := s.Evaluate(p, day(t, on))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// statuses are those of the doses in the first series that each counts for.
func statuses(r *Result) (out []Status) {
	for _, d := range r.Doses {
		if len(d.Evaluations) == 0 {
			out = append(out, NotEvaluated)
			continue
		}
		out = append(out, d.Evaluations[0].Status)
	}
	return out
}

// of is the leading forecast of a vaccine group.
func of(t testing.TB, r *Result, group string) Forecast {
	t.Helper()
	for _, f := range r.Forecasts {
		if f.Group == group {
			return f
		}
	}
	t.Fatalf("no forecast for %s", group)
	return Forecast{}
}

// published is the supporting data of the shared folder, compiled.
func published(t testing.TB) *Schedule {
	t.Helper()
	d, err := ReadCDSi(os.DirFS(testkit.Data(t, "cdsi/xml")))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Compile(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
