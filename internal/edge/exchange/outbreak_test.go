package exchange

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

func TestTheFilesOfAnOutbreakComeInAsTheyArePublished(t *testing.T) {
	m, files := outbreak(t)
	w := newWorld(t, "")
	tried := w.bring(m, files, true)
	if !tried.Changed() || !tried.DryRun {
		t.Error("the dry run says nothing")
	}
	if list, err := w.Counts.Counts(w.reader, surveillance.CountFilter{}); err != nil || len(list) != 0 {
		t.Fatalf("the dry run kept %d counts: %v", len(list), err)
	}
	rep := w.bring(m, files, false)
	if rep.SkippedRows() != 0 || len(rep.Waiting) != 0 || len(rep.Unread) != 0 {
		t.Errorf("skipped %d, waiting %v, unread %v: %v", rep.SkippedRows(), rep.Waiting, rep.Unread, rep.Notes)
	}
	silent := 0
	for _, f := range rep.Files {
		if f.Is == "counts" {
			silent += f.NotReported
		}
	}
	if silent != 300 { // grep -c ',ND' over the files
		t.Errorf("%d are not reported", silent)
	}
	w.checkOutbreak(rep)
	again := w.bring(m, files, false)
	if again.Changed() {
		t.Errorf("a second time changes something: %+v", again.Files)
	}
}

func (w *world) checkOutbreak(rep Report) {
	t := w.t
	t.Helper()
	if want := []Variant{{"Nyankunde", "Nyakunde", 22}, {"Mongbwalu", "Mongbalu", 5}, {"Gety", "Gethy", 1}}; !sameVariants(rep.Variants, want) {
		t.Errorf("%+v", rep.Variants)
	}
	list, err := w.Counts.Counts(w.reader, surveillance.CountFilter{Unit: "COD-MONGBALU", Indicators: []string{"new_suspected_cases", "cumulative_suspected_cases"}, To: calendar.DayOf(2026, 5, 15)})
	w.must(err)
	var said []string
	for _, r := range list {
		said = append(said, string(r.Period)+" "+r.Indicator+" "+text(r.Value))
	}
	if want := []string{"2026-05-14 cumulative_suspected_cases -", "2026-05-14 new_suspected_cases -", "2026-05-15 cumulative_suspected_cases -", "2026-05-15 new_suspected_cases 0"}; !slices.Equal(said, want) {
		t.Errorf("%q", said) // ND is not zero, and zero is not ND
	}
	fell := slices.ContainsFunc(rep.Findings, func(f surveillance.Finding) bool {
		return f.Kind == surveillance.Fell && f.Unit == "COD-BUNIA" && f.Indicator == "cumulative_suspected_cases" && f.Was == 279 && f.Is == 249
	})
	if !fell {
		t.Errorf("the cumulative count of Bunia fell on 27 May, and nothing says so: %+v", rep.Findings)
	}
	flows, err := w.Flows.Table(w.reader, "flowminder-2026-03")
	w.must(err)
	if a := flows.At("COD-ABA", "COD-ADI"); !a.Known || a.Value != 371 || len(flows.Origins()) != 413 {
		t.Errorf("%+v, %d origins", a, len(flows.Origins()))
	}
	if a := flows.At("COD-ABA", "COD-GOMA"); a.Known {
		t.Errorf("a flow that nobody listed is %+v", a)
	}
	road, err := w.Flows.Table(w.reader, "osrm-drc")
	w.must(err)
	if a, b := road.At("COD-WEMBO-NYAMA", "COD-KOLE"), road.At("COD-IDJWI", "COD-GOMA"); a.Value != 351.994 || b.Known {
		t.Errorf("%+v %+v", a, b)
	}
	doubts := 0
	for _, n := range rep.Notes {
		if n.Kind == Doubtful && n.File == "osrm__travel_time.csv.gz" && strings.Contains(n.Why, "is labelled") {
			doubts++
		}
	}
	if doubts != 8 {
		t.Errorf("%d columns are labelled otherwise than their rows: %+v", doubts, rep.Notes)
	}
}

func text(c surveillance.Count) string {
	if !c.Known {
		return "-"
	}
	return said(c)
}

func sameVariants(got, want []Variant) bool {
	return len(got) == len(want) && !slices.ContainsFunc(want, func(v Variant) bool { return !slices.Contains(got, v) })
}

const little = `
disease: cholera
within: UGA
source: sitrep
not_reported: [ND]
dates: [iso, day/month/year]
files:
- {file: areas.csv, is: areas, level: 1}
- {file: cases.csv, is: counts, header: false, columns: [place, date, value], indicator: cumulative_cases}
- {file: flows.csv, is: flows, matrix: little, per: week}
- {file: road.csv, is: square, matrix: road, measure: minutes}
`

func littleFiles() map[string]string {
	return map[string]string{
		"areas.csv": "name\nGulu\nLira\nArua\n",
		"cases.csv": "\ufeffGulu,2026-05-18,4\r\nGulu,19/05/2026,ND\r\nLira,2026-05-18,0\r\n",
		"flows.csv": "from,to,people\nGulu,Lira,120.5\nLira,Gulu,ND\n",
		"road.csv":  "x,Gulu,Lira\nGulu,0,90\nLira,95,0\n",
	}
}

func TestEveryRowThatIsSkippedOrDoubtfulIsListedAndTheRestIsKept(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		files := littleFiles()
		files["cases.csv"] += "Guulu,2026-05-18,1\nGulu,2026-13-01,1\nGulu,2026-05-20,-1\nGulu,2026-05-20,1.5\nGulu,2026-07-20,1\nGulu,2026-05-21\nGulu,2026-05-20,many\nGulu,18/05/2026,5\n"
		files["flows.csv"] += "Gulu,Lira,7\nGulu,Gulu,9\nGulu,Nowhere,3\nLira,Arua,-4\n"
		files["else.csv"] = "x"
		rep := w.bring(little, files, false)
		want := map[int]string{4: `no place is called "Guulu"; could be Gulu`, 5: "is no day", 6: "negative", 7: "no whole number", 8: "surveillance.error.future", 9: "has 2 cells", 10: "is no number", 11: "is there twice"}
		for _, n := range rep.Notes {
			if n.File != "cases.csv" {
				continue
			}
			if part, ok := want[n.Row]; !ok || !strings.Contains(n.Why, part) || (n.Kind == Doubtful) != (n.Row == 11) {
				t.Errorf("row %d (%s): %s", n.Row, n.Kind, n.Why)
			}
			delete(want, n.Row)
		}
		if len(want) != 0 || rep.SkippedRows() != 7+4 || !slices.Equal(rep.Waiting, []string{"Guulu", "Nowhere"}) || !slices.Equal(rep.Unread, []string{"else.csv"}) {
			t.Errorf("missing %v; skipped %d, waiting %v, unread %v", want, rep.SkippedRows(), rep.Waiting, rep.Unread)
		}
		list, err := w.Counts.Counts(w.reader, surveillance.CountFilter{Unit: "UGA-GULU"})
		w.must(err)
		if len(list) != 2 || list[0].Value != surveillance.Of(5) || !list[0].Differs || len(list[0].Reports) != 2 || list[1].Value.Known {
			t.Errorf("two rows of one day are both kept, and the cell says that they differ: %+v", list)
		}
		flows, err := w.Flows.Table(w.reader, "little")
		w.must(err)
		if a, b := flows.At("UGA-GULU", "UGA-LIRA"), flows.At("UGA-LIRA", "UGA-GULU"); a.Value != 120.5 || b.Known {
			t.Errorf("%+v %+v", a, b)
		}
		if again := w.bring(little, files, false); again.Changed() {
			t.Errorf("a second time changes something: %+v", again.Files)
		}
		files["cases.csv"] = "Gulu,2026-05-19,6\n"
		if more := w.bring(little, files, false); more.Files[1].Known != 0 || more.Files[1].Revised != 1 {
			t.Errorf("what was not reported is reported now: %+v", more.Files[1])
		}
	})
}

func TestAFileThatIsNotWhatTheMapSaysKeepsNothing(t *testing.T) {
	w := newWorld(t, "")
	m, err := ReadMap([]byte(little), w.Counts.Lists())
	w.must(err)
	for name, text := range map[string]string{
		"flows.csv": "origin,destination,people\nGulu,Lira,1\n",
		"road.csv":  "x,Gulu,Lira\nGulu,0,90\n",
		"cases.csv": "\"Gulu,2026",
	} {
		files := map[string][]byte{}
		for n, v := range littleFiles() {
			files[n] = []byte(v)
		}
		files[name] = []byte(text)
		if _, err := w.Import(access.Operator(t.Context()), m, files, false); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if list, err := w.Counts.Counts(w.reader, surveillance.CountFilter{}); err != nil || len(list) != 0 {
			t.Errorf("%s: %d counts were kept: %v", name, len(list), err)
		}
	}
	files := map[string][]byte{}
	for n, v := range littleFiles() {
		files[n] = []byte(v)
	}
	files["road.csv"] = []byte("x,Gulu,Lira\nLira,90,0\nGulu,0,95\n") // the rows in another order than the columns
	if _, err := w.Import(access.Operator(t.Context()), m, files, false); err == nil || !strings.Contains(err.Error(), "not in the same order") {
		t.Errorf("a matrix that is out of order: %v", err)
	}
	delete(files, "road.csv")
	if _, err := w.Import(access.Operator(t.Context()), m, files, false); err == nil || !strings.Contains(err.Error(), "no road.csv") {
		t.Errorf("a file that is missing: %v", err)
	}
}

func TestMapsThatAreWrongAreRefusedInWords(t *testing.T) {
	lists := newWorld(t, "").Counts.Lists()
	for _, c := range []struct{ old, new, want string }{
		{"disease: cholera", "disease: plauge", `disease: "plauge"`},
		{"disease: cholera", "diseases: cholera", "unknown field"},
		{"dates: [iso, day/month/year]", "dates: [month/day/year, day/month/year]", "two days"},
		{"dates: [iso, day/month/year]", "dates: [us]", "no form"},
		{"is: flows", "is: flow", "is not one of"},
		{"columns: [place, date, value]", "columns: [place, day, value]", "date is missing"},
		{"indicator: cumulative_cases", "indicator: sick", `indicator: "sick"`},
		{"matrix: little", "matrix: Little", "mobility.Matrix"},
		{"file: flows.csv", "file: ../flows.csv", "name of a file"},
		{"- {file: areas.csv", "- {file: [", "cannot be read"},
	} {
		text := strings.Replace(little, c.old, c.new, 1)
		if text == little {
			t.Fatalf("%q is not in the map", c.old)
		}
		if _, err := ReadMap([]byte(text), lists); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.new, err, c.want)
		}
	}
}

// Whatever a map or a file holds, it is read or refused.
func FuzzReadMap(f *testing.F) {
	f.Add([]byte(little))
	f.Add([]byte("files: [{file: a, is: square, skip: -1}]"))
	lists := surveillance.New(surveillance.Deps{}).Lists()
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadMap(b, lists)
		if err == nil && len(m.Files) == 0 {
			t.Error("a map of no files is accepted")
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add("a.csv", []byte("\ufeffa,b\n1,2\n"))
	f.Add("a.csv.gz", []byte{0x1f, 0x8b, 8})
	yes := true
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		_, _, _, err := File{File: name, Is: "flows", Header: &yes}.columned(b)
		if err == nil && !strings.Contains(strings.ToLower(string(b)), "people") && !strings.HasSuffix(name, ".gz") {
			t.Error("a file without its columns is accepted")
		}
	})
}
