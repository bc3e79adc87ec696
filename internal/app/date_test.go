package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// eraseNow does what the program does every hour.
func (n *testNode) eraseNow() {
	n.t.Helper()
	if err := n.eraseKept(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *testNode) doctorSays() string {
	n.t.Helper()
	var e exam
	n.checkClock(n.t.Context(), &e)
	return strings.Join(e.lines, "\n")
}

// The clock of a laptop jumps a year: what a traveller told stays until the administrator
// confirms the date, and the page of the day says so to nobody else.
func TestAClockThatJumpsErasesNoTravellerUntilTheAdministratorConfirmsTheDate(t *testing.T) {
	var log bytes.Buffer
	n := serveWith(t, Options{Dir: staffedFolder(t), Log: slog.New(slog.NewTextHandler(&log, nil))}, testDay)
	if err := n.openPoint(t.Context(), demoPoints[0], border.Post{Code: "BUSIA", Site: "NBO-1", Offset: 180}); err != nil {
		t.Fatal(err)
	}
	n.eraseNow()
	phone := n.at(access.Screener)
	phone.form("/border").set("point", "BUSIA").send().says(t, 200, "Count travellers")
	form := phone.form("/border/travellers/new")
	for name, v := range map[string]string{"screen_consent": "agreed", "corpse_or_very_ill": "no", "known_contact": "no", "visible_sign": "yes", "temp1_device": "ncit", "temp1_c": "39.2", "recent_sign": "yes",
		"exposed_recently": "unknown", "listed_stay": "no", "temp2_taken": "no"} {
		form.values.Set("q-"+name, v)
	}
	form.send().says(t, 200, "What now: Second screening")
	kept := func() (left int) {
		n.read(func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM border_screening").Scan(&left) })
		return left
	}
	if kept() != 1 {
		t.Fatalf("%d screenings", kept())
	}
	if a := n.at(access.Administrator).get("/"); strings.Contains(a.body, "/admin/date") {
		t.Error("the date is doubted before anything happened")
	}
	real := n.clock.now
	n.clock.now = real.AddDate(1, 0, 0)
	n.eraseNow()
	if kept() != 1 {
		t.Fatal("a clock that jumped a year erased what a traveller told")
	}
	if !strings.Contains(log.String(), "the date of the clock is doubted") || !strings.Contains(n.doctorSays(), "an administrator confirms the date") {
		t.Errorf("the log: %s; the doctor: %s", log.String(), n.doctorSays())
	}
	admin := n.at(access.Administrator)
	admin.get("/").says(t, 200, "The clock jumped more than a week ahead", "Nothing is erased by it")
	for _, role := range []access.Role{access.Nurse, access.Epidemiologist} {
		if a := n.at(role).get("/"); strings.Contains(a.body, "/admin/date") {
			t.Errorf("the %s is told", role)
		}
		if a := n.at(role).get("/admin/date"); a.status != 403 {
			t.Errorf("the %s reads the date: %d", role, a.status)
		}
	}
	admin.form("/admin/date").send().says(t, 422, "Tick that the date is right")
	n.eraseNow()
	if kept() != 1 {
		t.Fatal("what nobody confirmed was erased")
	}
	admin.form("/admin/date").set("right", "yes").send().says(t, 200, "The date is confirmed", "Nothing speaks against the date")
	n.eraseNow()
	if kept() != 0 {
		t.Error("the date is confirmed, and it is still there")
	}
	// It was confirmed wrongly, and the clock is set right: behind what was said to be known.
	n.clock.now = real.Add(48 * time.Hour)
	admin = n.at(access.Administrator)
	admin.get("/").says(t, 200, "The clock stands before a day that has come")
	admin.form("/admin/date").set("right", "yes").send().says(t, 200, "The date is confirmed")
	if a := admin.get("/"); strings.Contains(a.body, "/admin/date") {
		t.Error("the date that was set right is doubted")
	}
	if err := n.Journal.ConfirmDate(t.Context(), calendar.DayOfTime(real)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a day that was read before midnight is confirmed after it: %v", err)
	}
}
