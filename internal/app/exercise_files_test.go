package app_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/mark"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exerciseHub is a hub of an exercise, with staff, a case, the demo's flows and an agreement.
func exerciseHub(t *testing.T) (n *apptest.Node, agreement db.ID) {
	t.Helper()
	open := func(name string) *apptest.Node {
		dir, err := os.MkdirTemp("", "gw-")
		must(t, err)
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		return apptest.ServeWith(t, app.Options{Dir: dir, Exercise: true, Remake: true, Quick: true, FilesOnly: true, SyncName: "Exercise: " + name}, apptest.Day)
	}
	here, there := open("here"), open("there")
	must(t, app.SeedUsers(t.Context(), here.Node))
	must(t, app.SeedMobility(t.Context(), here.Node))
	card, fingerprint, err := there.Sync.Card(t.Context(), "there")
	must(t, err)
	_, err = here.Sync.AddHub(t.Context(), "there", card, fingerprint)
	must(t, err)
	as := func(login, purpose string) context.Context {
		ctx, err := here.As(t.Context(), login, purpose)
		must(t, err)
		return ctx
	}
	officer := func(login string) access.Actor {
		a, ok := access.From(as(login, "administration"))
		if !ok {
			t.Fatalf("%s is nobody", login)
		}
		return a
	}
	must(t, here.Packs.ActivateShipped(as("medical_officer", "administration"), officer("medical_officer"), officer("medical_officer_2"), calendar.DayOf(2026, 1, 1)))
	hubs, err := here.Steward.OtherHubs(as("privacy_officer", "oversight"))
	must(t, err)
	site, err := app.DemoSite()
	must(t, err)
	today := calendar.DayOfTime(here.Clock.Now())
	g := stewardship.Agreement{ID: db.NewID(), Peer: hubs[0].Name, Pin: hubs[0].Pin, Country: "RWA", Purpose: "public_health", Inbox: site.Code, Keep: 30, Expires: today + 60, Contacts: "focal points",
		Diseases: []string{"measles"}, Fields: map[stewardship.Part][]string{stewardship.PartCase: {"class"}}}
	must(t, here.Steward.DraftAgreement(as("privacy_officer", "oversight"), g))
	must(t, here.Steward.SignAgreement(as("medical_officer_2", "oversight"), g.ID))
	_, err = here.Cases.Record(as("epidemiologist", "public_health"), linelist.Case{Disease: "measles", Name: "Exercise Amani", Reported: today.Date()}, true)
	must(t, err)
	return here, g.ID
}

// way asks for the file of a way out.
type way struct {
	role   access.Role
	path   string
	form   url.Values // posted where there is one
	sealed bool       // nobody but the other side reads it
}

// fileOf is what comes.
func fileOf(n *apptest.Node, w way) (name string, b []byte) {
	n.T.Helper()
	v := n.At(w.role)
	req := v.Request(http.MethodGet, w.path, "", nil)
	if w.form != nil {
		req = v.Request(http.MethodPost, w.path, "application/x-www-form-urlencoded", strings.NewReader(w.form.Encode()))
	}
	resp, err := v.Client.Do(req)
	must(n.T, err)
	defer resp.Body.Close()
	b, err = io.ReadAll(resp.Body)
	must(n.T, err)
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
		n.T.Fatalf("%s gave no file: %d %.600s", w.path, resp.StatusCode, b)
	}
	return resp.Header.Get("Content-Disposition"), b
}

// Every file that leaves an exercise says so in its name and on each of its lines, also
// when somebody adds a way out and thinks of no exercise.
func TestEveryFileThatLeavesAnExerciseCarriesTheMark(t *testing.T) {
	n, agreement := exerciseHub(t)
	list := func(format string) way {
		return way{access.Epidemiologist, "/linelist/export", url.Values{"to": {"health_authority"}, "country": {"KEN"}, "format": {format}}, false}
	}
	ways := map[string][]way{
		"POST /linelist/export":                             {list("csv"), list("xlsx")},
		"GET /surveillance/desk/export":                     {{access.Manager, "/surveillance/desk/export?disease=measles", nil, false}},
		"GET /mobility/export/{code}":                       {{access.Epidemiologist, "/mobility/export/demo-flows", nil, false}},
		"GET /programme/export/{what}/{period}/{to}/{form}": {{access.Manager, "/programme/export/counts/202610/partner/csv", nil, false}, {access.Manager, "/programme/export/5w/202610/public/xlsx", nil, false}},
		"POST /across/export":                               {{access.Epidemiologist, "/across/export", url.Values{"agreement": {agreement.String()}}, true}},
	}
	for _, r := range n.Access.Routes() {
		if r.Means != access.Export {
			continue
		}
		for _, p := range r.Patterns {
			if len(ways[p]) == 0 {
				t.Errorf("%s (%s): say here how its file is asked for", p, r.Name)
			}
			for _, w := range ways[p] {
				name, b := fileOf(n, w)
				if !strings.Contains(name, `filename="EXERCISE-`) {
					t.Errorf("%s is called %s", p, name)
				}
				found := mark.Find(b)
				switch {
				case w.sealed && found != mark.NoTable:
					t.Errorf("%s is no sealed file", p)
				case !w.sealed && (found != mark.Every || mark.Check(b, false) == nil):
					t.Errorf("%s (%s): %d, %.300q", p, w.form, found, b)
				}
			}
			delete(ways, p)
		}
	}
	for p := range ways {
		t.Errorf("%s is no way out any more", p)
	}
}

// The line list of an exercise comes into another exercise, and never onto a real list;
// nor does a real one come into an exercise.
func TestALineListStaysInItsOwnWorld(t *testing.T) {
	exercise, _ := exerciseHub(t)
	actual := apptest.Start(t)
	_, marked := fileOf(exercise, way{access.Epidemiologist, "/linelist/export", url.Values{"to": {"health_authority"}, "country": {"KEN"}, "format": {"xlsx"}}, false})
	plain := "case_id,disease,reported\n7,measles,2026-11-01\n"
	bring := func(n *apptest.Node, file string) apptest.Answer {
		f := n.At(access.Epidemiologist).Form("/linelist/bring-in")
		f.Set("trial", "no", "disease", "measles")
		return f.SendFile("file", "list.csv", strings.NewReader(file))
	}
	for words, tc := range map[string]struct {
		n     *apptest.Node
		file  string
		says  string
		taken bool
	}{
		"of an exercise, here":     {actual, string(marked), "This file is of an exercise", false},
		"real, in an exercise":     {exercise, plain, "This installation is an exercise", false},
		"real, here":               {actual, plain, "1", true},
		"with some lines marked":   {exercise, plain + "EXERCISE,8,measles,2026-11-01\n", "This installation is an exercise", false},
		"invented, marked, in one": {exercise, "EXERCISE,case_id,disease,reported\nEXERCISE,7,measles,2026-11-01\n", "1", true},
	} {
		a := bring(tc.n, tc.file)
		if took := a.Status == http.StatusOK && strings.HasPrefix(a.Path, "/linelist") && !strings.Contains(a.Path, "bring-in"); took != tc.taken {
			t.Errorf("%s: taken %v, %d at %s: %.500s", words, took, a.Status, a.Path, apptest.Text(a.Doc))
		}
		if !strings.Contains(apptest.Text(a.Doc), tc.says) {
			t.Errorf("%s: %.700s", words, apptest.Text(a.Doc))
		}
	}
	// The same at the command line.
	godata := app.Command{Name: "import-godata", GoData: &app.GoDataCommand{Files: map[string][]byte{"cases_clean.csv": []byte("EXERCISE,id\nEXERCISE,1\n")}}}
	if a := actual.Do(t.Context(), godata); a.OK || !strings.Contains(a.Error, "cases_clean.csv") || !strings.Contains(a.Error, "of an exercise") {
		t.Errorf("%+v", a)
	}
	counts := app.Command{Name: "import-outbreak", Import: &app.ImportCommand{Files: map[string][]byte{"a.csv": []byte("a,b\n1,2\n")}}}
	if a := exercise.Do(t.Context(), counts); a.OK || !strings.Contains(a.Error, "is an exercise") {
		t.Errorf("%+v", a)
	}
	places := app.Command{Name: "place-import", Place: &app.PlaceCommand{Data: []byte("EXERCISE,code\nEXERCISE,X\n")}}
	if a := actual.Do(t.Context(), places); a.OK || !strings.Contains(a.Error, "of an exercise") {
		t.Errorf("%+v", a)
	}
}
