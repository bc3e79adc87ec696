package access

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestWhoIsTakenIntoCareIsOpenToThatSiteForAWhile(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		far := Resource{Site: "LOS", Programme: "refugee", Subject: db.NewID(), Sensitivity: journal.Clinical}
		nurse := Actor{User: db.NewID(), Roles: []Role{Nurse}, Sites: []string{"NBO"}, Programmes: []string{"immigrant"}, Sensitivity: journal.Clinical, Purpose: "care"}
		may := func(a Actor, action Action, r Resource) bool {
			t.Helper()
			a, err := w.Refresh(t.Context(), a)
			if err != nil {
				t.Fatal(err)
			}
			return w.May(With(t.Context(), a), action, r)
		}
		if may(nurse, ClinicalWrite, far) {
			t.Fatal("a record of another site is open before anybody opened it")
		}
		for _, who := range []Actor{
			{User: db.NewID(), Roles: []Role{Reception}, Sites: []string{"NBO"}, Programmes: []string{All}, Sensitivity: journal.Identity, Purpose: "care"},
			{User: db.NewID(), Roles: []Role{Screener}, Sites: []string{"NBO"}, Programmes: []string{All}, Sensitivity: journal.Clinical, Purpose: "care"},
			{User: db.NewID(), Roles: []Role{Administrator}, Sites: []string{"NBO"}, Programmes: []string{All}, Sensitivity: journal.Clinical, Purpose: "care"},
		} {
			if err := w.TakeIn(With(t.Context(), who), far.Subject, "photo"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%v takes somebody into care: %v", who.Roles, err)
			}
		}
		for range 2 { // the second press opens nothing more
			if err := w.TakeIn(With(t.Context(), nurse), far.Subject, "photo"); err != nil {
				t.Fatal(err)
			}
		}
		var list []Opening
		read := func() {
			t.Helper()
			err := w.db.Read(t.Context(), func(tx *db.Tx) (err error) { list, err = w.Openings(tx, far.Subject); return err })
			if err != nil {
				t.Fatal(err)
			}
		}
		if read(); len(list) != 1 || list[0].Site != "NBO" || list[0].Why != InPerson || list[0].Until.Sub(list[0].At) != OpenFor {
			t.Fatalf("%+v", list)
		}
		colleague, elsewhere := nurse, nurse
		colleague.User, elsewhere.User, elsewhere.Sites = db.NewID(), db.NewID(), []string{"KLA"}
		sensitive, other := far, far
		sensitive.Sensitivity, other.Subject = journal.Sensitive, db.NewID()
		for _, k := range []struct {
			why    string
			who    Actor
			action Action
			r      Resource
			want   bool
		}{
			{"the nurse writes", nurse, ClinicalWrite, far, true},
			{"so does a colleague at the site", colleague, ResultRecord, far, true},
			{"another site does not", elsewhere, ClinicalRead, far, false},
			{"nothing above the own level", nurse, ClinicalRead, sensitive, false},
			{"nobody else's record", nurse, ClinicalRead, other, false},
			{"no assessment of another site is signed", Actor{User: db.NewID(), Roles: []Role{Physician}, Sites: []string{"NBO"}, Programmes: []string{All}, Sensitivity: journal.Sensitive, Purpose: "assessment"}, CaseSign, far, false},
			{"the desk sees nothing", Actor{User: db.NewID(), Roles: []Role{Reception}, Sites: []string{"NBO"}, Programmes: []string{All}, Sensitivity: journal.Identity, Purpose: "care"}, PersonRead, Resource{Site: "LOS", Subject: far.Subject, Sensitivity: journal.Identity}, false},
		} {
			if got := may(k.who, k.action, k.r); got != k.want {
				t.Errorf("%s: %v", k.why, got)
			}
		}
		if nurse.SiteFor("LOS") != "NBO" || nurse.SiteFor("NBO") != "NBO" {
			t.Error("what is written of a guest is not the site's own")
		}
		if err := w.db.Write(t.Context(), func(tx *db.Tx) error { return w.ShutTo(With(t.Context(), nurse), tx, far.Subject, "NBO") }); err != nil {
			t.Fatal(err)
		}
		if may(nurse, ClinicalRead, far) {
			t.Error("open after it was shut")
		}
		if err := w.TakeIn(With(t.Context(), nurse), far.Subject, "photo"); err != nil {
			t.Fatal(err)
		}
		w.clock.move(OpenFor + time.Minute)
		if may(nurse, ClinicalRead, far) {
			t.Error("open after its time")
		}
	})
}
