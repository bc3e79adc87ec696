package dhis2_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/area/programme/report"
	"github.com/godwit-health/godwit/internal/edge/exchange/dhis2"
	"github.com/godwit-health/godwit/internal/edge/exchange/dhis2/dhis2test"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const unit, period = "DiszpKrYNg8", "202610"

var rows = []report.Row{{Element: "f7n9E0hX8qk", Value: "12"}, {Element: "Ix2HsbDMLea", Combo: "Prlt0C1RF0s", Value: "0"}}

func push(t *testing.T, s *dhis2test.Stub, set report.Set, dry bool) (report.Outcome, error) {
	t.Helper()
	s.User, s.Password = "sender", "secret"
	if s.OrgUnits == nil {
		s.OrgUnits = map[string]bool{unit: true}
	}
	srv := httptest.NewServer(s)
	defer srv.Close()
	c := dhis2.Client{HTTP: &http.Client{Timeout: 300 * time.Millisecond}, Wait: time.Millisecond, Tries: 2}
	return c.Send(t.Context(), report.Target{URL: srv.URL, User: "sender", Password: "secret"}, set, dry)
}

func monthly(rows ...report.Row) report.Set {
	return report.Set{DataSet: "pBOMPrpg1QX", OrgUnit: unit, Period: period, Complete: "2026-11-03", Rows: rows}
}

// What each version answers, and what it means.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		stub   *dhis2test.Stub
		twice  bool
		want   report.PushState
		stored int
		held   int // values that the server has
	}{
		{"taken", &dhis2test.Stub{}, false, report.PushSent, 2, 2},
		{"taken, before 2.38", &dhis2test.Stub{Old: true}, false, report.PushSent, 2, 2},
		{"sent twice: updated", &dhis2test.Stub{}, true, report.PushSent, 2, 2},
		{"sent twice up to 2.42: all ignored, and read back", &dhis2test.Stub{Old: true}, true, report.PushSent, 2, 2},
		{"a part, up to 2.42: 409", &dhis2test.Stub{Old: true, Refuse: map[string]string{rows[1].Element: "E7619"}}, false, report.PushPartial, 1, 1},
		{"a part, from 2.43: 200", &dhis2test.Stub{Refuse: map[string]string{rows[1].Element: "E8122"}}, false, report.PushPartial, 1, 1},
		{"a wrong org unit refuses the whole set", &dhis2test.Stub{OrgUnits: map[string]bool{"x": true}}, false, report.PushRejected, 0, 0},
		{"a job", &dhis2test.Stub{Async: true}, false, report.PushSent, 2, 2},
		{"the server fails once", &dhis2test.Stub{Fail: 1}, false, report.PushSent, 2, 2},
		{"the server fails always", &dhis2test.Stub{Fail: 100}, false, report.PushUnknown, 0, 0},
		{"the answer is lost twice: read back", &dhis2test.Stub{Lost: 2}, false, report.PushSent, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := push(t, c.stub, monthly(rows...), false)
			if c.twice {
				o, err = push(t, c.stub, monthly(rows...), false)
			}
			if err != nil || o.State != c.want || o.Stored != c.stored {
				t.Errorf("%+v %v, want %s with %d stored", o, err, c.want, c.stored)
			}
			if got := c.stub.Values(unit, period); len(got) != c.held {
				t.Errorf("the server holds %v", got)
			}
			if c.want == report.PushPartial && (len(o.Conflicts) != 1 || o.Conflicts[0].Row != 1) {
				t.Errorf("conflicts %+v, want one at the second row", o.Conflicts)
			}
		})
	}
}

func TestADryRunStoresNothing(t *testing.T) {
	var s dhis2test.Stub
	o, err := push(t, &s, monthly(rows...), true)
	if err != nil || o.State != report.PushSent || len(s.Values(unit, period)) != 0 || s.Pushes() != 0 {
		t.Errorf("%+v %v, %v held", o, err, s.Values(unit, period))
	}
}

// What a correction has no more is deleted there, and what it has is updated.
func TestACorrection(t *testing.T) {
	var s dhis2test.Stub
	if _, err := push(t, &s, monthly(rows...), false); err != nil {
		t.Fatal(err)
	}
	set := monthly(report.Row{Element: rows[0].Element, Value: "15"})
	set.Delete = rows[1:]
	o, err := push(t, &s, set, false)
	got := s.Values(unit, period)
	if err != nil || o.State != report.PushSent || o.Deleted != 1 || len(got) != 1 || got[rows[0].Element+" HllvX50cXC0"] != "15" {
		t.Errorf("%+v %v, %v held", o, err, got)
	}
}

// No password goes anywhere in the clear, or to where a redirection points.
func TestWhereNothingGoes(t *testing.T) {
	taken := 0
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { taken++ }))
	defer thief.Close()
	turned := httptest.NewServer(http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
	defer turned.Close()
	for _, c := range []struct{ url, key string }{{"http://dhis2.example.org", "report.error.url"}, {"https://user:pass@dhis2.example.org", "report.error.url"}, {turned.URL, "report.error.not_dhis2"}} {
		_, err := dhis2.Client{Wait: time.Millisecond}.Send(t.Context(), report.Target{URL: c.url, User: "u", Password: "p"}, monthly(rows...), false)
		if fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v", c.url, err)
		}
	}
	if taken > 0 {
		t.Error("the redirection was followed")
	}
	srv := httptest.NewServer(&dhis2test.Stub{User: "somebody", Password: "else"})
	defer srv.Close()
	if _, err := (dhis2.Client{}).Send(t.Context(), report.Target{URL: srv.URL, User: "u", Password: "p"}, monthly(rows...), false); fault.KeyOf(err) != "report.error.log_in" {
		t.Errorf("a wrong password: %v", err)
	}
}
