package people

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Whoever asks about many people at once hears of each what he would hear alone.
func TestConsentsOfManyAreThoseOfEach(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		reception, counsellor := w.as(access.Reception), w.as(access.Counsellor)
		var all []db.ID
		var batch []Registration
		for i := range 230 { // more than one statement names
			r := Registration{ID: db.NewID(), Person: Person{Given: "Amina", Family: strings.Repeat("a", i%40+1), Birth: calendar.DayOf(1970+i%30, 1, 1+i%28).Date(), Sex: Female}}
			batch, all = append(batch, r), append(all, r.ID)
		}
		if err := w.RegisterBatch(reception, batch); err != nil {
			t.Fatal(err)
		}
		for i, id := range all {
			if i%5 != 0 {
				continue
			}
			given := Consent{ID: db.NewID(), Scope: ScopeShareCare, Decision: Given, GivenBy: BySelf, Interpreter: InterpreterNone, Mode: ModeSigned, On: w.today()}
			refused := given
			refused.ID, refused.Scope, refused.Decision = db.NewID(), ScopePhoto, Refused
			if err := w.RecordConsent(counsellor, id, []Consent{given, refused}[:1+i%2]); err != nil {
				t.Fatal(err)
			}
			if i%3 == 0 {
				if err := w.Withdraw(counsellor, id, given.ID, BySelf, "I thought again"); err != nil {
					t.Fatal(err)
				}
			}
		}
		asked := append(slices.Clone(all), all[0], all[5], db.NewID()) // twice, and nobody
		w.read(func(tx *db.Tx) error {
			many, err := w.ConsentsOf(tx, asked)
			if err != nil {
				return err
			}
			said := 0
			for _, id := range asked {
				alone, err := consentsOf(tx, id)
				if err != nil {
					return err
				}
				if said += len(alone); len(alone)+len(many[id]) > 0 && !reflect.DeepEqual(alone, many[id]) {
					t.Errorf("of many %+v, alone %+v", many[id], alone)
				}
			}
			if said < 60 {
				t.Errorf("only %d consents: this shows nothing", said)
			}
			none, err := w.ConsentsOf(tx, nil)
			if len(none) != 0 {
				t.Errorf("of nobody: %+v", none)
			}
			return err
		})
	})
}
