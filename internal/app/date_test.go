package app_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// eraseNow does what the program does every hour.
func eraseNow(n *apptest.Node) {
	n.T.Helper()
	if err := n.EraseKept(n.T.Context()); err != nil {
		n.T.Fatal(err)
	}
}

func doctorSays(n *apptest.Node) string {
	n.T.Helper()
	lines, _ := n.ClockChecked(n.T.Context())
	return strings.Join(lines, "\n")
}

// The clock of a laptop jumps a year: what a traveller told stays until the administrator
// confirms the date, and the page of the day says so to nobody else.
func TestAClockThatJumpsErasesNoTravellerUntilTheAdministratorConfirmsTheDate(t *testing.T) {
	var log bytes.Buffer
	n := apptest.ServeWith(t, app.Options{Dir: apptest.Staffed(t), Log: slog.New(slog.NewTextHandler(&log, nil))}, apptest.Day)
	if err := n.OpenPoint(t.Context(), app.DemoPoints[0], border.Post{Code: "BUSIA", Site: "NBO-1", Offset: 180}); err != nil {
		t.Fatal(err)
	}
	eraseNow(n)
	phone := n.At(access.Screener)
	phone.Form("/border").Set("point", "BUSIA").Send().Says(t, 200, "Count travellers")
	form := phone.Form("/border/travellers/new")
	for name, v := range map[string]string{"screen_consent": "agreed", "corpse_or_very_ill": "no", "known_contact": "no", "visible_sign": "yes", "temp1_device": "ncit", "temp1_c": "39.2", "recent_sign": "yes",
		"exposed_recently": "unknown", "listed_stay": "no", "temp2_taken": "no"} {
		form.Values.Set("q-"+name, v)
	}
	form.Send().Says(t, 200, "What now: Second screening")
	kept := func() (left int) {
		n.Read(func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM border_screening").Scan(&left) })
		return left
	}
	if kept() != 1 {
		t.Fatalf("%d screenings", kept())
	}
	if a := n.At(access.Administrator).Get("/"); strings.Contains(a.Body, "/admin/date") {
		t.Error("the date is doubted before anything happened")
	}
	real := n.Clock.Now()
	n.Clock.Set(real.AddDate(1, 0, 0))
	eraseNow(n)
	if kept() != 1 {
		t.Fatal("a clock that jumped a year erased what a traveller told")
	}
	if !strings.Contains(log.String(), "the date of the clock is doubted") || !strings.Contains(doctorSays(n), "an administrator confirms the date") {
		t.Errorf("the log: %s; the doctor: %s", log.String(), doctorSays(n))
	}
	admin := n.At(access.Administrator)
	admin.Get("/").Says(t, 200, "The clock jumped more than a week ahead", "Nothing is erased by it")
	for _, role := range []access.Role{access.Nurse, access.Epidemiologist} {
		if a := n.At(role).Get("/"); strings.Contains(a.Body, "/admin/date") {
			t.Errorf("the %s is told", role)
		}
		if a := n.At(role).Get("/admin/date"); a.Status != 403 {
			t.Errorf("the %s reads the date: %d", role, a.Status)
		}
	}
	admin.Form("/admin/date").Send().Says(t, 422, "Tick that the date is right")
	eraseNow(n)
	if kept() != 1 {
		t.Fatal("what nobody confirmed was erased")
	}
	admin.Form("/admin/date").Set("right", "yes").Send().Says(t, 200, "The date is confirmed", "Nothing speaks against the date")
	eraseNow(n)
	if kept() != 0 {
		t.Error("the date is confirmed, and it is still there")
	}
	// It was confirmed wrongly, and the clock is set right: behind what was said to be known.
	n.Clock.Set(real.Add(48 * time.Hour))
	admin = n.At(access.Administrator)
	admin.Get("/").Says(t, 200, "The clock stands before a day that has come")
	admin.Form("/admin/date").Set("right", "yes").Send().Says(t, 200, "The date is confirmed")
	if a := admin.Get("/"); strings.Contains(a.Body, "/admin/date") {
		t.Error("the date that was set right is doubted")
	}
	if err := n.Journal.ConfirmDate(t.Context(), calendar.DayOfTime(real)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a day that was read before midnight is confirmed after it: %v", err)
	}
}
