package people

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestListsOfOtherAreasKnowWhoIsHereAndTheirFamily(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		family, code := db.NewID(), db.NewID()
		here, away, alone := db.NewID(), db.NewID(), db.NewID()
		for _, r := range []Registration{
			{ID: here, Person: almaz(t), Arrived: true, Family: family, NewFamily: true, FamilyNumber: "GW-10001", Role: RoleHead},
			{ID: away, Person: Person{Family: "Tekle", Given: "Rahel"}, Family: code, NewFamily: true, Role: RoleHead},
			{ID: alone, Person: Person{Family: "Ali", Given: "Omar"}},
		} {
			if _, err := w.Register(w.as(access.Reception), r); err != nil {
				t.Fatal(err)
			}
		}
		w.read(func(tx *db.Tx) error {
			came, err := w.Here(tx, "KLA", w.Today())
			if err != nil || len(came) != 1 || !came[here].Equal(w.clock) {
				t.Errorf("here %v %v, want one at %v", came, err, w.clock)
			}
			if other, err := w.Here(tx, "NBO", w.Today()); err != nil || len(other) != 0 {
				t.Errorf("at another site: %v %v", other, err)
			}
			if before, err := w.Here(tx, "KLA", w.Today()-1); err != nil || len(before) != 0 {
				t.Errorf("the day before: %v %v", before, err)
			}
			numbers, err := w.FamilyNumbers(tx, []db.ID{here, away, alone})
			if err != nil || len(numbers) != 2 || numbers[here] != "GW-10001" || numbers[away] != ShowCode(Code(code)) {
				t.Errorf("families %v %v", numbers, err)
			}
			for typed, want := range map[string]int{"gw-10001": 1, ShowCode(Code(here)): 1, Code(code): 1, "GW-1": 0, "": 0, " ": 0} {
				if who, err := w.Numbered(tx, typed); err != nil || len(who) != want {
					t.Errorf("%q stands for %v %v, want %d", typed, who, err, want)
				}
			}
			return nil
		})
	})
}
