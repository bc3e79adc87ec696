package ready

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// apartly keeps a record and then changes of it that did not see each other, as two nodes
// make them; it answers how the record reads.
func (w *world) apartly(r Record, changes ...map[string]any) Record {
	w.T.Helper()
	w.Must(w.Save(w.As("manager"), r))
	a, _ := access.From(w.As("manager"))
	w.Must(w.DB.Write(w.T.Context(), func(tx *db.Tx) error {
		d, err := w.Journal.Load(tx, r.ID)
		if err != nil {
			return err
		}
		for _, fields := range changes {
			if err := w.Journal.Append(tx, a.Author(), journal.Change{Kind: d.Kind, Doc: r.ID, Base: d.Version, Site: d.Site, Sensitivity: journal.Identity, Purpose: "public_health", Fields: fields}); err != nil {
				return err
			}
		}
		return nil
	}))
	now, err := w.Record(w.As("manager"), r.ID)
	w.Must(err)
	return now
}

type fields = map[string]any

// Each of two nodes leaves the place in order; what comes of both is in order for nobody.
func TestWhatTwoNodesMadeApartIsKnownToNobody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		today := day(t, "2026-11-23")
		for _, tc := range []struct {
			words string
			r     Record
			a, b  fields
			group string // "" is no conflict
		}{
			{"a telephone was changed where another called the old one", goodContact, fields{"phone": "999", "confirmed": ""}, fields{"confirmed": "2026-11-22"}, "confirmed"},
			{"the deputy was changed where another called the old one", goodContact, fields{"deputy": "Day", "confirmed": ""}, fields{"confirmed": "2026-11-22"}, "confirmed"},
			{"the least was raised where another counted", goodItem, fields{"minimum": "400"}, fields{"have": "300", "counted": "2026-11-22"}, "count"},
			{"the unit was changed where another counted", goodItem, fields{"unit": "boxes"}, fields{"have": "300", "counted": "2026-11-22"}, "count"},
			{"two counted", goodItem, fields{"have": "10"}, fields{"have": "300"}, "count"},
			{"two say where the plan is", goodPlan, fields{"kept": "Red folder"}, fields{"kept": "Blue folder"}, "plan"},
			{"one renamed and one counted", goodItem, fields{"name": "Gloves, nitrile"}, fields{"have": "300"}, ""},
		} {
			now := w.apartly(at(tc.r, "point/BUSIA"), tc.a, tc.b)
			unknown := slices.Contains(gapsOf(now, today), Unknown)
			if tc.group == "" && (len(now.Disputed) > 0 || unknown) || tc.group != "" && (!slices.Equal(now.Disputed, []string{tc.group}) || !unknown) {
				t.Errorf("%s: disputed %v, gaps %v", tc.words, now.Disputed, gapsOf(now, today))
			}
		}
	})
}

func TestWhatTwoSayOtherwiseIsMarkedWhereverItStands(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.apartly(at(goodItem, "point/BUSIA"), fields{"have": "210"}, fields{"have": "300"})
		for _, path := range []string{"/surveillance/ready", "/surveillance/ready/point/BUSIA"} {
			if _, body := w.Get("nurse", path); strings.Count(areatest.Reads(body), "Two answers") < 1 {
				t.Errorf("%s does not say that two answers stand", path)
			}
		}
		w.apartly(at(with(goodAction, "name", "Call"), "point/GULU"), fields{"owner": "Shift leader A"}, fields{"owner": "Shift leader B"})
		if _, body := w.Get("nurse", "/surveillance/ready/actions"); !strings.Contains(areatest.Reads(body), "Two answers") {
			t.Error("the open actions do not say that two say whose it is")
		}
	})
}

func TestWhatOneEndedAndAnotherWentOnWithStays(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		action := w.apartly(at(goodAction, "site/BUS"), fields{"done": ""}, fields{"done": "2026-11-20", "result": "Written"})
		w.apartly(at(goodPlan, "site/BUS"), fields{"kept": "Blue folder"}, fields{"gone": true})
		list, err := w.Waiting(w.As("nurse"))
		w.Must(err)
		if len(list) != 1 || list[0].ID != action.ID {
			t.Errorf("an action of which two say whether it is done does not wait: %v", list)
		}
		k, err := w.Open(w.As("nurse"), "site/BUS")
		w.Must(err)
		if len(k.Of(Plan)) != 1 {
			t.Error("a plan that one removed while another went on with it is off the list")
		}
	})
}

func TestAFormFromBeforeTheConflictIsNotTaken(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		r := at(goodItem, "point/BUSIA")
		now := w.apartly(r, fields{"have": "300"})
		seen := now.Stands()
		again := w.apartly(at(goodItem, "point/BUSIA"), fields{"have": "10"}, fields{"have": "300"})
		if !slices.Equal([]string{now.Answers["have"]}, []string{again.Answers["have"]}) {
			t.Fatalf("the two do not read the same: %s, %s", now.Answers["have"], again.Answers["have"])
		}
		again.Seen = seen
		if err := w.Save(w.As("manager"), with(again, "have", "20")); fault.KeyOf(err) != "ready.error.changed" {
			t.Errorf("who saw one answer settles what two say: %v", err)
		}
	})
}

func TestAChangedNumberIsNotConfirmed(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for name, v := range map[string]string{"function": "laboratory", "name": "County laboratory", "phone": "999", "deputy": "Day", "deputy_phone": ""} {
			r := at(goodContact, "point/BUSIA")
			w.Must(w.Save(w.As("manager"), r))
			w.Must(w.Save(w.As("manager"), with(r, name, v)))
			now, err := w.Record(w.As("manager"), r.ID)
			w.Must(err)
			if now.Answers["confirmed"] != "" || !slices.Contains(gapsOf(now, day(t, "2026-11-23")), Unconfirmed) {
				t.Errorf("another %s, and it is confirmed on %s", name, now.Answers["confirmed"])
			}
			w.Must(w.Save(w.As("manager"), with(with(now, name, r.Answers[name]), "confirmed", "2026-11-22")))
			if now, err = w.Record(w.As("manager"), r.ID); err != nil || now.Answers["confirmed"] != "2026-11-22" {
				t.Errorf("who changes the %s and calls it has not confirmed it: %v %v", name, now.Answers, err)
			}
			w.Must(w.Save(w.As("manager"), with(now, "next", "2026-12-24")))
			if now, err = w.Record(w.As("manager"), r.ID); err != nil || now.Answers["confirmed"] != "2026-11-22" {
				t.Errorf("who moves the next day takes the confirmation back: %v %v", now.Answers, err)
			}
		}
	})
}
