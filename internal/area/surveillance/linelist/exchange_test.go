package linelist

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func day(s string) calendar.Date {
	d, _ := calendar.Parse(s)
	return d
}

func TestWhatASpreadsheetWouldRunIsMadeHarmlessAndReadBackExactly(t *testing.T) {
	for _, evil := range []string{"=1+2", "+33 1 23", "-5", "@SUM(A1)", "\t=1", "'quoted", "''=2", "'=cmd", "plain", "a=b", "Ñandú", ""} {
		out := neutral(evil)
		if out != "" && strings.ContainsRune(triggers, rune(out[0])) {
			t.Errorf("%q leaves as %q", evil, out)
		}
		if back := plain(out); back != evil {
			t.Errorf("%q comes back as %q", evil, back)
		}
	}
	for _, f := range Formats {
		var b bytes.Buffer
		if err := WriteSheet(&b, f, []Row{{"name": "=HYPERLINK(1)", "number": "007", "onset": "2026-05"}}); err != nil {
			t.Fatal(err)
		}
		if f == XLSX {
			x, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			formula, err := x.GetCellFormula("line list", "N2")
			text, err2 := x.GetCellValue("line list", "N2")
			if err = errors.Join(err, err2); err != nil || formula != "" || text != "'=HYPERLINK(1)" {
				t.Errorf("the cell is %q with formula %q, %v", text, formula, err)
			}
		} else if strings.Contains(b.String(), ",=") {
			t.Errorf("a formula in %s", b.String())
		}
		sheet, err := ReadSheet(b.Bytes())
		if err != nil || !slices.Equal(sheet.Head, Columns) || len(sheet.Lines) != 1 || sheet.Lines[0][13] != "=HYPERLINK(1)" || sheet.Lines[0][1] != "007" {
			t.Errorf("%s: %v %q", f, err, sheet.Lines)
		}
	}
}

func TestAFileThatCannotBeReadSaysWhere(t *testing.T) {
	for _, tc := range []struct {
		why, file string
		line      int
	}{
		{"nothing", "", 0}, {"empty lines", "\n ,\n", 0}, {"a quote that never ends", "a,b\n1,\"x", 2}, {"a workbook that is none", "PK\x03\x04 and nothing", 0},
		{"no UTF-8", "name\n\xff\xfe", 2}, {"a cell without end", "name\n" + strings.Repeat("x", cellLongest+1), 2}, {"too many columns", strings.Repeat("a,", sheetCells+1) + "a", 1},
	} {
		_, err := ReadSheet([]byte(tc.file))
		var bad *SheetError
		if !errors.As(err, &bad) || bad.Line != tc.line {
			t.Errorf("%s: %v", tc.why, err)
		}
	}
	sheet, err := ReadSheet([]byte("\ufeffDatum;Krankheit\r\n2026-06-01;measles\r\n"))
	if err != nil || !slices.Equal(sheet.Head, []string{"Datum", "Krankheit"}) {
		t.Errorf("a semicolon file: %v %q", err, sheet.Head)
	}
	m, err := ParseMap("Datum = reported\nKrankheit=disease\n Alter =\n")
	if err != nil || m["Datum"] != "reported" || m["Krankheit"] != "disease" {
		t.Errorf("the map %v, %v", m, err)
	}
	for _, text := range []string{"Datum", "Datum = melancholy", "= reported"} {
		if _, err := ParseMap(text); err == nil {
			t.Errorf("%q is a map", text)
		}
	}
}

// outbreak records cases of every sort: a registered refugee, a named case and one
// without a name, and one at a shelter.
func (w *world) outbreak() (person db.ID) {
	w.T.Helper()
	made, err := w.people.Register(w.As("reception"), people.Registration{ID: db.NewID(), Person: people.Person{Family: "Nur", Given: "Amina", Sex: people.Female, Birth: day("1990-04-01")}})
	w.Must(err)
	_, err = w.Record(w.As("nurse"), Case{Disease: "measles", Number: "ME-1", Person: made.ID, Reported: day("2026-06-01"), Onset: day("2026-05-30"), Area: "North", Place: "Village 3"}, false)
	w.Must(err)
	w.record(Case{Disease: "measles", Number: "=2+3", Name: "@Juma", Sex: people.Male, Birth: day("2021"), Reported: day("2026-06-02"), Onset: day("2026-05"), Imported: value.Yes, From: "Elsewhere", Ending: Recovered, Ended: day("2026-06-09")})
	w.record(Case{Disease: "measles", Reported: day("2026-06-03"), Work: value.No})
	return made.ID
}

func TestALineListLeavesAndComesBackTheSame(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.Must(w.Access.Register(Outlets()...))
		w.outbreak()
		out, err := w.Export(w.As("epidemiologist"), Filter{Disease: "measles"}, access.CareProvider)
		w.Must(err)
		for _, f := range Formats {
			var b bytes.Buffer
			w.Must(WriteSheet(&b, f, out.Rows))
			sheet, err := ReadSheet(b.Bytes())
			w.Must(err)
			// Here everything is known by its id.
			rep, err := w.ImportSheet(w.As("epidemiologist"), sheet, sheet.Suggest(), "list."+string(f), "", false)
			w.Must(err)
			if rep.New != 0 || rep.Here != 3 || len(rep.Doubts) != 0 {
				t.Errorf("%s back where it left: %+v", f, rep)
			}
			// Elsewhere all three are new, and leave from there as they came.
			other := newWorld(t, "")
			w.Must(other.Access.Register(Outlets()...))
			rep, err = other.ImportSheet(other.As("epidemiologist"), sheet, sheet.Suggest(), "list."+string(f), "", false)
			w.Must(err)
			again, err := other.Export(other.As("epidemiologist"), Filter{}, access.CareProvider)
			w.Must(err)
			if rep.New != 3 || len(again.Rows) != len(out.Rows) {
				t.Fatalf("%s elsewhere: %+v, %d rows", f, rep, len(again.Rows))
			}
			for i, r := range out.Rows {
				for _, col := range Columns {
					if got := again.Rows[i][col]; got != r[col] && col != "class_by" && col != "class" {
						t.Errorf("%s: %s of row %d is %q, was %q", f, col, i, got, r[col])
					}
				}
			}
			rep, err = other.ImportSheet(other.As("epidemiologist"), sheet, sheet.Suggest(), "list", "", false)
			w.Must(err)
			if rep.New != 0 || rep.Here != 3 {
				t.Errorf("%s a second time: %+v", f, rep)
			}
		}
	})
}

func TestNobodyIsNamedToAnAuthorityOfWhomItIsNotKnownThatTheyDidNotFleeIt(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.Must(w.Access.Register(Outlets()...))
		person := w.outbreak()
		if _, err := w.Export(w.As("nurse"), Filter{}, access.CareProvider); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse exports: %v", err)
		}
		if _, err := w.Export(w.As("epidemiologist"), Filter{}, access.Applicant); !fault.Is(err, fault.Forbidden) {
			t.Errorf("to the applicant: %v", err)
		}
		out, err := w.Export(w.As("epidemiologist"), Filter{}, access.HealthAuthority.Of("UGA"))
		w.Must(err)
		if out.Withheld != 3 || len(out.Rows) != 3 {
			t.Fatalf("withheld %d of %d", out.Withheld, len(out.Rows))
		}
		for _, r := range out.Rows {
			for _, col := range identifying {
				if r[col] != "" {
					t.Errorf("%s leaves as %q", col, r[col])
				}
			}
		}
		if r := out.Rows[2]; r["area"] != "North" || r["age_years"] != "36" || r["sex"] != "female" {
			t.Errorf("time, place and person: %v", r)
		}
		out, err = w.Export(w.As("epidemiologist"), Filter{}, access.CareProvider)
		w.Must(err)
		named := slices.IndexFunc(out.Rows, func(r Row) bool { return r["number"] == "ME-1" })
		if named < 0 || out.Withheld != 0 {
			t.Errorf("to a team that treats them: %+v", out)
		}
		_ = person
		w.Must(w.Sites.(*place.Sites).Save(w.As("administrator"), place.Site{Code: "KLA", Kind: place.Centre, Names: map[string]string{"en": "Shelter"}, Country: "UGA", ConsentAge: 16, Guarded: true}))
		out, err = w.Export(w.As("epidemiologist"), Filter{}, access.CareProvider)
		w.Must(err)
		if r := out.Rows[2]; r["area"] != "" || r["site"] != "" || r["place"] != "" || r["country"] != "UGA" {
			t.Errorf("of a shelter: %v", r)
		}
	})
}

func TestANumberThatIsWithheldDoesNotLeaveInAnotherColumn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.Must(w.Access.Register(Outlets()...))
		for _, file := range []string{"number,reported,disease\nNRC-4711,2026-06-01,measles\n", "case_id,number,reported,disease\nNRC-4712,NRC-4712,2026-06-02,measles\n"} {
			sheet, err := ReadSheet([]byte(file))
			w.Must(err)
			rep, err := w.ImportSheet(w.As("epidemiologist"), sheet, sheet.Suggest(), "list", "", false)
			w.Must(err)
			if rep.New != 1 {
				t.Fatalf("%+v", rep)
			}
		}
		secret := func(out Exported, err error) (said []string) {
			w.Must(err)
			if len(out.Rows) != 2 {
				t.Fatalf("%d rows", len(out.Rows))
			}
			for _, r := range out.Rows {
				for _, col := range Columns {
					if strings.Contains(r[col], "NRC-47") {
						said = append(said, col+"="+r[col])
					}
				}
				if _, ok := ownID(r["case_id"]); !ok {
					said = append(said, "case_id="+r["case_id"])
				}
			}
			return said
		}
		if said := secret(w.Export(w.As("epidemiologist"), Filter{}, access.HealthAuthority.Of("UGA"))); len(said) > 0 {
			t.Errorf("to an authority leaves %q", said)
		}
		w.Must(w.Sites.(*place.Sites).Save(w.As("administrator"), place.Site{Code: "KLA", Kind: place.Centre, Names: map[string]string{"en": "Shelter"}, Country: "UGA", ConsentAge: 16, Guarded: true}))
		out, err := w.Export(w.As("epidemiologist"), Filter{}, access.CareProvider)
		w.Must(err)
		for _, r := range out.Rows {
			if strings.Contains(r["case_id"], "KLA") {
				t.Errorf("of a shelter leaves case_id %q", r["case_id"])
			}
		}
	})
}

func TestASiteThatIsNotKnownHereIsAShelter(t *testing.T) {
	w := newWorld(t, "")
	w.Must(w.Access.Register(Outlets()...))
	w.record(Case{Disease: "measles", Area: "North", Place: "Village 3", Country: "UGA"})
	w.Sites = nowhere{}
	out, err := w.Export(w.As("epidemiologist"), Filter{}, access.CareProvider)
	w.Must(err)
	if r := out.Rows[0]; r["site"] != "" || r["area"] != "" || r["place"] != "" || r["country"] != "UGA" {
		t.Errorf("of a site that nobody here knows leaves %v", r)
	}
}

// nowhere knows no site.
type nowhere struct{}

func (nowhere) Site(*db.Tx, string) (place.Site, error) {
	return place.Site{}, fault.New(fault.NotFound, "test", "door.not_found")
}

func TestTwoListsThatCountFromOneAreTwoLists(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		list := func(who, disease, head string, n int) SheetReport {
			var b strings.Builder
			b.WriteString(head + ",reported\n")
			for i := range n {
				fmt.Fprintf(&b, "%d,2026-06-01\n", i+1)
			}
			sheet, err := ReadSheet([]byte(b.String()))
			w.Must(err)
			rep, err := w.ImportSheet(w.As(who), sheet, sheet.Suggest(), "list", disease, false)
			w.Must(err)
			return rep
		}
		if rep := list("epidemiologist", "cholera", "number", 5); rep.New != 5 {
			t.Fatalf("cholera: %+v", rep)
		}
		if rep := list("epidemiologist", "measles", "number", 3); rep.New != 3 || rep.Here != 0 || len(rep.Doubts) != 0 {
			t.Errorf("measles after cholera: %+v", rep)
		}
		if rep := list("epidemiologist", "measles", "number", 4); rep.New != 1 || rep.Here != 3 || len(rep.Doubts) != 0 {
			t.Errorf("the same list, longer: %+v", rep)
		}
		// Their own case_id stands for itself; another disease by it is told.
		if rep := list("epidemiologist", "cholera", "case_id", 2); rep.New != 2 {
			t.Errorf("by case_id: %+v", rep)
		}
		if rep := list("epidemiologist", "measles", "case_id", 2); rep.New != 0 || rep.Here != 2 || len(rep.Doubts) != 2 {
			t.Errorf("another disease by the same case_id: %+v", rep)
		}
	})
}

func TestAListThatCameByItsNumbersAloneIsStillKnown(t *testing.T) {
	w := newWorld(t, "")
	w.record(Case{Disease: "measles", Number: "7", System: SheetSystem, Foreign: "7"})
	for _, tc := range []struct {
		disease   string
		new, here int
	}{{"measles", 0, 1}, {"cholera", 1, 0}} {
		sheet, err := ReadSheet([]byte("number,reported\n7,2026-06-01\n"))
		w.Must(err)
		rep, err := w.ImportSheet(w.As("epidemiologist"), sheet, sheet.Suggest(), "list", tc.disease, true)
		w.Must(err)
		if rep.New != tc.new || rep.Here != tc.here {
			t.Errorf("%s: %+v", tc.disease, rep)
		}
	}
}

func TestABadRowIsToldAndTheRestIsKept(t *testing.T) {
	w := newWorld(t, "")
	file := "ID,Meldung,Beginn,Krankheit,Geschlecht,Alter,Klasse\n" +
		"7,2026-06-01,2026-05-28,measles,f,3,CONFIRMED\n" + // good
		"8,2026-06-02,2027-01-01,measles,m,,\n" + // ill in the future
		"9,2026-06-02,yesterday,measles,x,200,PERHAPS\n" + // good, with doubts
		",2026-06-02,,measles,,,\n" + // nothing to know it by
		"10,46175,46170,measles,,,NOT_MEETING\n" // days as a spreadsheet keeps them
	sheet, err := ReadSheet([]byte(file))
	w.Must(err)
	m, err := ParseMap("ID = case_id\nMeldung = reported\nBeginn = onset\nKrankheit = disease\nGeschlecht = sex\nAlter = age_years\nKlasse = class\n")
	w.Must(err)
	rep, err := w.ImportSheet(w.As("epidemiologist"), sheet, m, "liste.csv", "", true)
	w.Must(err)
	if rep.New != 3 || len(rep.Doubts) != 7 {
		t.Errorf("a trial: %+v", rep)
	}
	if _, total, err := w.List(w.As("epidemiologist"), Filter{}, 0); err != nil || total != 0 {
		t.Errorf("a trial kept %d, %v", total, err)
	}
	rep, err = w.ImportSheet(w.As("nurse"), sheet, m, "liste.csv", "", false)
	w.Must(err)
	list, _, err := w.List(w.As("epidemiologist"), Filter{}, 0)
	w.Must(err)
	if rep.New != 3 || len(list) != 3 {
		t.Fatalf("%+v, %d kept", rep, len(list))
	}
	for _, l := range list {
		if l.Officer != nil {
			t.Errorf("a nurse set class %s", l.Class())
		}
		if l.Foreign == "10" && (l.Reported != day("2026-06-02") || l.Onset != day("2026-05-28")) {
			t.Errorf("the spreadsheet's days: %s, %s", l.Reported, l.Onset)
		}
		if l.Foreign == "7" && (l.Sex != people.Female || l.Birth.IsZero()) {
			t.Errorf("row 7: %q %s", l.Sex, l.Birth)
		}
	}
	for _, d := range rep.Doubts {
		if strings.Contains(d.What, "yesterday") || d.Row < 2 {
			t.Errorf("a doubt shows what stood there: %+v", d)
		}
	}
	if _, err := w.ImportSheet(w.As("nurse"), sheet, ColumnMap{"ID": "case_id"}, "x", "", false); fault.FieldOf(err) != "map" {
		t.Errorf("without a day of report: %v", err)
	}
}

func TestThePagesOfALineListThatLeavesAndComes(t *testing.T) {
	w := newWorld(t, "")
	w.Must(w.Access.Register(Outlets()...))
	w.outbreak()
	code, body := w.Post("epidemiologist", "/linelist/export", url.Values{"to": {"health_authority"}, "format": {"csv"}})
	if code != 422 {
		t.Errorf("without a country: %d", code)
	}
	w.Says(body, "Give one country")
	code, body = w.Post("epidemiologist", "/linelist/export", url.Values{"to": {"health_authority"}, "country": {"Uganda"}, "format": {"csv"}, "disease": {"measles"}})
	if code != 200 || !strings.HasPrefix(body, strings.Join(Columns, ",")) || strings.Contains(body, "Juma") || strings.Count(body, "\r\n") != 4 {
		t.Errorf("for the authority: %d %.600s", code, body)
	}
	if code, _ = w.Post("nurse", "/linelist/export", url.Values{"to": {"care_provider"}, "format": {"csv"}}); code != 403 {
		t.Errorf("a nurse takes it out: %d", code)
	}
	send := func(login, file string, form map[string]string) (int, string) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for k, v := range form {
			w.Must(m.WriteField(k, v))
		}
		part, err := m.CreateFormFile("file", "list.csv")
		w.Must(err)
		_, err = part.Write([]byte(file))
		w.Must(err)
		w.Must(m.Close())
		r := httptest.NewRequest(http.MethodPost, "/linelist/bring-in", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		return w.Ask(login, r)
	}
	code, body = send("nurse", "nr,day\n77,2026-06-01\n", map[string]string{"trial": "yes", "disease": "measles"})
	if code != 422 || !strings.Contains(body, "nr = ") {
		t.Errorf("unknown columns: %d", code)
	}
	code, body = send("nurse", "nr,day\n77,2026-06-01\n", map[string]string{"trial": "yes", "disease": "measles", "map": "nr = number\nday = reported"})
	if code != 200 {
		t.Errorf("a trial: %d", code)
	}
	w.Says(body, "New cases 1", "Doubts 0")
	if code, body = send("nurse", "nr,day\n77,2026-06-01\n", map[string]string{"trial": "no", "disease": "measles", "map": "nr = number\nday = reported"}); code != 303 || body != "/linelist" {
		t.Errorf("kept: %d %.300s", code, body)
	}
	if code, _ = send("manager", "nr,day\n78,2026-06-01\n", map[string]string{"trial": "no", "disease": "measles", "map": "nr = number\nday = reported"}); code != 403 {
		t.Errorf("a manager brings cases in: %d", code)
	}
}

func FuzzReadSheet(f *testing.F) {
	var b bytes.Buffer
	if err := WriteSheet(&b, XLSX, []Row{{"name": "=1"}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("case_id,reported\n1,2026-06-01\n"))
	f.Add([]byte("a;b\n\"x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		sheet, err := ReadSheet(b)
		if err != nil {
			return
		}
		var doubts []Doubt
		if got := sheet.Incoming(sheet.Suggest(), "f", "measles", "KLA", &doubts); len(got) != len(sheet.Lines) {
			t.Errorf("%d rows of %d lines", len(got), len(sheet.Lines))
		}
	})
}
