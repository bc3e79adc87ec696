package report

import (
	"context"
	"encoding/csv"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/programme/count"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type world struct {
	*Service
	*areatest.World
	sent []Set
	next Outcome
}

// Send implements Sender.
func (w *world) Send(_ context.Context, to Target, set Set, dry bool) (Outcome, error) {
	if to.Password != "secret" {
		return Outcome{}, fault.New(fault.Conflict, "test", "report.error.log_in")
	}
	if !dry {
		w.sent = append(w.sent, set)
	}
	return w.next, nil
}

func newWorld(t *testing.T, pg string) *world {
	w := &world{next: Outcome{State: PushSent}}
	var kinds []journal.Kind
	for _, k := range [][]journal.Kind{people.Kinds(), order.Kinds(), encounter.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	w.World = areatest.New(t, areatest.Setup{Postgres: pg, Now: time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC),
		Migrations: [][]db.Migration{tally.Migrations(), people.Migrations(), order.Migrations(), encounter.Migrations(), count.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{count.Counting(kinds)}, Pages: []page.Area{Pages()}})
	w.Service = New(Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Pages: w.Renderer, Packs: &areatest.Shipped{}, Sites: w.Houses, Clock: w.Time, Sender: w})
	w.Must(w.Gate.Register(Outlets()...))
	w.Employ("CAMP", "")
	w.Employ("FAR", "_far", "manager")
	for _, code := range []string{"CAMP", "FAR", "MID"} {
		w.Build(place.Site{Code: code, Kind: place.Clinic, Names: map[string]string{"en": "Site " + code}, Country: "KEN"})
	}
	w.Serve(w.Routes)
	return w
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

var october = Period{Monthly, calendar.DayOf(2026, 10, 1)}

// visits are encounters of one woman and so many men at a site in October.
func (w *world) visits(site string, men int) {
	w.T.Helper()
	w.Must(w.Store.Write(w.T.Context(), func(tx *db.Tx) error {
		for i := range men + 1 {
			sex, p := "male", db.NewID()
			if i == 0 {
				sex = "female"
			}
			for _, c := range []journal.Change{{Kind: "people.person", Doc: p, Subject: p, Fields: map[string]any{"sex": sex, "birth": "1990-05-01"}},
				{Kind: "care.encounter", Doc: db.NewID(), Subject: p, Fields: map[string]any{"pack": "phc-adult", "code": "TRIAGE", "day": october.First + 4, "where": "home"}}} {
				c.Site, c.Sensitivity = site, journal.Clinical
				if err := w.Entries.Append(tx, journal.Author{User: db.ID{15: 9}}, c); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

func n(v int64) *int64 { return &v }

func (w *world) open(site string) Opened {
	w.T.Helper()
	o, err := w.Open(w.As("manager"), site, october)
	w.Must(err)
	return o
}

// A report is filled in from the tallies, but what nobody said is not reported; a zero is
// said; a correction is another version; and a withdrawn report is missing again.
func TestAReportFromCountToWithdrawal(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.visits("CAMP", 7)
		o := w.open("CAMP")
		if c := o.Counted["CONSULTATIONS"]; *c.Value != 8 || c.Cells["sex=m"] != 7 || c.Cells["sex=f age=18-59"] != 1 {
			t.Fatalf("counted %d %v", *c.Value, c.Cells)
		}
		if o.State != Due || len(o.Versions) != 0 {
			t.Errorf("before: %s, %d versions", o.State, len(o.Versions))
		}
		w.Must(w.Sign(w.As("manager"), "CAMP", october, Signing{Numbers: map[string]*int64{"CONSULTATIONS": n(8), "POPULATION": n(0)}}))
		o = w.open("CAMP")
		v, _ := o.Last()
		if _, said := v.Figures["ANTENATAL"]; said || o.State != InTime || v.Figures["CONSULTATIONS"].Cells["sex=m"] != 7 {
			t.Errorf("signed: %s %+v", o.State, v.Figures)
		}
		x, _ := o.Pack.Indicator("UTILISATION")
		if r := rateOf(x, v.Figures, october); r.OK || r.Why != "no_denominator" {
			t.Errorf("a rate by a population of zero: %+v", r)
		}
		if r := rateOf(x, map[string]Figure{"CONSULTATIONS": {Value: n(4000)}, "POPULATION": {Value: n(24000)}}, october); !r.OK || r.Value != 2 {
			t.Errorf("4,000 of 24,000 in a month is 2 a year: %+v", r)
		}
		w.Must(w.Sign(w.As("physician"), "CAMP", october, Signing{Numbers: map[string]*int64{"CONSULTATIONS": n(10)}, Zero: true}))
		o = w.open("CAMP")
		v, _ = o.Last()
		if f := v.Figures["CONSULTATIONS"]; len(o.Versions) != 2 || f.Cells["sex=u"] != 2 || *v.Figures["ANTENATAL"].Value != 0 || v.Figures["POPULATION"].Value != nil {
			t.Errorf("corrected: %+v", v.Figures)
		}
		w.Must(w.Withdraw(w.As("manager"), "CAMP", october, "Of another site"))
		if _, ok := w.open("CAMP").Last(); ok {
			t.Error("a withdrawn report still holds")
		}
		w.Now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		if o := w.open("CAMP"); o.State != Missing {
			t.Errorf("withdrawn and due: %s", o.State)
		}
	})
}

func TestWhoMaySign(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		in := Signing{Numbers: map[string]*int64{"CONSULTATIONS": n(1)}}
		for login, want := range map[string]fault.Code{"manager_far": fault.Forbidden, "nurse": fault.Forbidden, "administrator": fault.Forbidden, "manager": ""} {
			if err := w.Sign(w.As(login), "CAMP", october, in); fault.CodeOf(err) != want && (want != "" || err != nil) {
				t.Errorf("%s: %v", login, err)
			}
		}
		for _, c := range []struct {
			p   Period
			in  Signing
			key string
		}{{october, Signing{}, "report.error.nothing"}, {october, Signing{Numbers: map[string]*int64{"CONSULTATIONS": n(-1)}}, "report.error.number"}, {october.Before(-1), in, "report.error.goes_on"}} {
			if err := w.Sign(w.As("manager"), "CAMP", c.p, c.in); fault.KeyOf(err) != c.key {
				t.Errorf("%v, want %s", err, c.key)
			}
		}
	})
}

// What leaves tells no small count, and nothing that would; a guarded place is not in it.
func TestWhatLeaves(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for site, v := range map[string]int64{"CAMP": 7, "FAR": 4, "MID": 15} {
			login := "medical_officer"
			if site == "FAR" {
				login = "manager_far"
			} else if site == "MID" {
				continue
			}
			w.Must(w.Sign(w.As(login), site, october, Signing{Numbers: map[string]*int64{"CONSULTATIONS": &v}}))
		}
		_, body := w.Get("manager", "/programme/export/counts/202610/partner/csv")
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		w.Must(err)
		got := map[string]string{}
		for _, r := range rows[2:] {
			got[r[3]+" "+r[4]] = r[7]
		}
		if len(got) != 3 || got[" CONSULTATIONS"] != "11" || got["CAMP CONSULTATIONS"] != "*" || got["FAR CONSULTATIONS"] != "*" {
			t.Errorf("%v", got)
		}
		if code, _ := w.Get("nurse", "/programme/export/counts/202610/partner/csv"); rows[1][7] != "#indicator+value+num" || code == 200 {
			t.Error("no tags, or a nurse takes it out")
		}
		if code, x := w.Get("manager", "/programme/export/5w/202610/public/xlsx"); code != 200 || !strings.HasPrefix(x, "PK") {
			t.Errorf("a workbook: %d", code)
		}
	})
}

func TestPeriods(t *testing.T) {
	for code, day := range map[string]calendar.Day{"2026W1": calendar.DayOf(2025, 12, 29), "2026W53": calendar.DayOf(2026, 12, 28), "2026W47": calendar.DayOf(2026, 11, 16), "2020W53": calendar.DayOf(2020, 12, 28), "202611": calendar.DayOf(2026, 11, 1)} {
		if p, err := ParsePeriod(code); err != nil || p.First != day || p.Code() != code {
			t.Errorf("%s: %v %v", code, p, err)
		}
	}
	for _, code := range []string{"2025W53", "2026W0", "2026W01", "202613", "2026", "x", "2026W54"} {
		if p, err := ParsePeriod(code); err == nil {
			t.Errorf("%s is %v", code, p)
		}
	}
}

const mapping = "indicator,cell,data_element,category_option_combo\nCONSULTATIONS,,f7n9E0hX8qk,\nCONSULTATIONS,sex=f,Ix2HsbDMLea,Prlt0C1RF0s\nANTENATAL,,eY5ehpbEsB7,\n"

// A push sends what was said, a correction deletes what is there no more, small counts stay
// unless it is agreed otherwise, and the password is in no entry and on no page.
func TestAPush(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.visits("CAMP", 7)
		boss := w.As("manager")
		m := Ministry{ID: db.NewID(), Name: "Ministry", URL: "https://dhis2.example.org/", User: "sender", DataSet: "pBOMPrpg1QX", Freq: Monthly, Elements: mapping, Units: "site,org_unit\nCAMP,DiszpKrYNg8\n"}
		w.Must(w.SaveMinistry(boss, m, "secret"))
		w.Must(w.Sign(boss, "CAMP", october, Signing{Numbers: map[string]*int64{"CONSULTATIONS": n(8), "ANTENATAL": n(0)}}))
		v, err := w.Preview(boss, m.ID, "CAMP", october)
		w.Must(err)
		if len(v.Set.Rows) != 2 || v.Set.Rows[1].Value != "0" || v.Held == 0 || len(v.Empty) != 1 {
			t.Errorf("not agreed: %+v, %d held", v.Set.Rows, v.Held)
		}
		m.Whole = true
		w.Must(w.SaveMinistry(boss, m, ""))
		for range 2 {
			_, err = w.Service.Send(boss, m.ID, "CAMP", october, false)
			w.Must(err)
		}
		v, err = w.Preview(boss, m.ID, "CAMP", october)
		w.Must(err)
		if len(w.sent) != 2 || w.sent[0].hash() != w.sent[1].hash() || !v.Same || len(w.sent[0].Rows) != 3 || w.sent[0].Rows[1].Value != "1" {
			t.Errorf("sent %+v, same %v", w.sent, v.Same)
		}
		w.Must(w.Sign(boss, "CAMP", october, Signing{Numbers: map[string]*int64{"CONSULTATIONS": n(9)}}))
		_, err = w.Service.Send(boss, m.ID, "CAMP", october, false)
		w.Must(err)
		if last := w.sent[2]; last.Rows[0].Value != "9" || len(last.Delete) != 1 || last.Delete[0].Element != "eY5ehpbEsB7" {
			t.Errorf("corrected: %+v", last)
		}
		w.Must(w.Withdraw(boss, "CAMP", october, "Counted twice"))
		_, err = w.Service.Send(boss, m.ID, "CAMP", october, false)
		w.Must(err)
		if last := w.sent[3]; len(last.Rows) != 0 || len(last.Delete) != 2 {
			t.Errorf("withdrawn: %+v", last)
		}
		if _, body := w.Get("manager", "/programme/dhis2/"+m.ID.String()); strings.Contains(body, "secret") || !strings.Contains(body, "sender") {
			t.Error("the password stands on the page")
		}
		moved := m
		moved.URL = "https://elsewhere.example.org"
		if err := w.SaveMinistry(boss, moved, ""); fault.FieldOf(err) != "password" {
			t.Errorf("the password goes along to another address: %v", err)
		}
		for _, url := range []string{"http://dhis2.example.org", "ftp://x", "https://a:b@c", ""} {
			if SafeURL(url) {
				t.Errorf("%q is safe", url)
			}
		}
	})
}

// What was typed stands there again beside its fault.
func TestWhatWasTypedIsKept(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		code, body := w.Post("manager", Path("CAMP", october), url.Values{"n-CONSULTATIONS": {"2.5"}, "comment": {"The road was closed"}})
		if code != 422 || !strings.Contains(body, "The road was closed") || !strings.Contains(body, `value="2.5"`) {
			t.Errorf("%d %.600s", code, body)
		}
	})
}
