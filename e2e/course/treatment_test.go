package course

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A nurse with a phone begins a treatment of tuberculosis and presses a dose a day. One is
// missed, and the page says what to do. He travels on: the clinic on the road takes the
// treatment over without a gap, and at its end the table of the pack says that he is
// cured.
func TestATreatmentAcrossTwoSites(t *testing.T) {
	n := apptest.Start(t)
	man := n.Register(n.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	d := at(n)

	// Enrolled at the centre, at a desk.
	start := d.today()
	d.LogIn("nurse").In("en").Size(1280).Visit("/people/" + man.String()).Follow("/courses/new")
	d.Sees("Treatment of tuberculosis").Set("what", "tb TB").Submit()
	one := d.Where()
	d.Sees(d.say("en", "course.fill_first")).Follow("/result")
	d.date("q-tb_start", start).date("q-tb_planned_end", start+168)
	d.Set("q-tb_regimen", "ds").Set("q-tb_phase", "intensive").Set("q-tb_site", "pulmonary").Set("q-tb_confirmed", "yes").Set("q-tb_smear_negative_start", "no").Submit()
	if d.Where() != one {
		t.Fatalf("the form does not lead back: %s %.800s", d.Where(), d.Text())
	}
	d.SeesNot(d.say("en", "course.fill_first")).Sees(d.word("en", "tb", "classify.TB_ON_TREATMENT"))
	d.Shot("course-tb-en-desk")

	// One press a day, on a phone, in French.
	d.In("fr").Size(360).Visit(one).Follow("/doses")
	d.Sees(d.say("fr", "course.dose.none"))
	d.Shot("doses-fr-phone")
	d.presses("state", "missed").Sees(d.say("fr", "course.dose_kept"), d.say("fr", "course.dose.missed"), d.word("fr", "tb", "flag.CONTACT_SAME_DAY"))
	d.sends("/undo").Sees(d.say("fr", "course.dose_undone"))
	d.presses("state", "observed").SeesNot(d.word("fr", "tb", "flag.CONTACT_SAME_DAY"))
	d.after(1).LogIn("nurse").In("fr").Visit("/courses").Sees("Omar", d.say("fr", "course.due.dose")).Visit(one + "/doses")
	d.presses("state", "missed").Sees(d.word("fr", "tb", "flag.CONTACT_SAME_DAY"), d.word("fr", "tb", "flag.ALWAYS_KIND"))
	d.Shot("doses-missed-fr-phone")

	// He travels on. Until the clinic accepts, the centre goes on.
	d.after(1).LogIn("nurse").In("fr").Visit(one).Follow("/transfer")
	d.Set("to", app.DemoClinic().Code).Set("why", "Part vendredi.").Submit().Sees(d.say("fr", "course.transfer.asked"))
	d.Visit(one + "/doses")
	d.presses("state", "observed").Sees(d.say("fr", "course.dose_kept"))

	// The clinic, in Arabic, at a desk.
	d.LogIn("nurse_clinic").In("ar").Size(1280).Visit(one).SeesNot("Omar")
	d.Visit("/courses").Sees(d.say("ar", "course.incoming"), "Omar").Follow("/transfers/")
	d.Shot("transfer-ar-desk")
	d.with("state", "accepted").Sees(d.say("ar", "course.move.accepted"))
	move := d.Where()
	d.Visit(one).Sees("Omar", d.word("ar", "tb", "classify.TB_NOT_EVALUATED"))
	d.Visit(move)
	d.with("state", "arrived").Sees(d.say("ar", "course.move.arrived"))
	d.after(1).LogIn("nurse_clinic").In("ar").Size(360).Visit(one + "/doses")
	d.presses("state", "observed").Sees(d.say("ar", "course.dose_kept"), "NKU-1")
	d.Shot("doses-ar-phone")
	d.LogIn("nurse").In("en").Visit(one).SeesNot("Omar")

	// Every other dose is seen, two specimens are negative, and he is done.
	course, err := db.ParseID(one[len("/courses/"):])
	if err != nil {
		t.Fatal(err)
	}
	d.followed(course, man, start)
	d.LogIn("nurse_clinic").In("ar").Size(1280).Visit(one)
	d.with("form", "course-ending")
	for q, v := range map[string]string{"tb_completed": "yes", "tb_changed": "no", "tb_never_started": "no", "tb_not_tb": "no"} {
		d.Set("q-"+q, v)
	}
	d.Submit().Sees(d.word("ar", "tb", "classify.TB_CURED"), d.word("ar", "tb", "flag.TB_SUCCESS"))
	d.Shot("course-end-ar-desk")
	d.Set("outcome", "TB_CURED")
	d.sends("/end").Sees(d.say("ar", "course.ended"), d.word("ar", "tb", "classify.TB_CURED"))
	d.Visit("/courses").SeesNot("Omar")
	d.In("en").Visit("/continuity/" + man.String()).Sees("1 dose missed")
}

// followed is what the clinic does in half a year: a dose a day, and two specimens.
func (d *desk) followed(course, man db.ID, start calendar.Day) {
	d.T.Helper()
	for _, specimen := range []int{60, 160} {
		d.after(int(start) + specimen - int(d.today()))
		doctor, err := d.n.Node.As(d.T.Context(), "physician_clinic", "care")
		must(d.T, err)
		r := order.Request{ID: db.NewID(), Subject: man, Case: course, Pack: "tb", Code: "SMEAR_CULTURE", Service: "sputum", Station: access.LabStation, Form: "tb-sputum", Sensitivity: journal.Clinical, Site: app.DemoClinic().Code}
		must(d.T, d.n.Orders.Order(doctor, r))
		_, err = d.n.Orders.Record(doctor, order.Entry{ID: db.NewID(), Order: r.ID, Identity: "photo", Answers: map[string][]string{"tb_bacteriology": {"negative"}}})
		must(d.T, err)
	}
	d.after(int(start) + 168 - int(d.today()))
	nurse, err := d.n.Node.As(d.T.Context(), "nurse_clinic", "care")
	must(d.T, err)
	for day := start + 4; day <= d.today(); day++ {
		_, err := d.n.Courses.RecordDose(nurse, db.NewID(), course, day, "observed", nil)
		must(d.T, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
