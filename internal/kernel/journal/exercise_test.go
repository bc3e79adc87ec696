package journal_test

import (
	"context"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// What was recorded in an exercise carries the mark in every header, and neither side
// takes the other's: not a real installation, and not an exercise.
func TestAnExerciseAndWhatIsRealStayApart(t *testing.T) {
	for engine, place := range places() {
		t.Run(engine, func(t *testing.T) {
			exercise := newNode(t, place(t), func(o *journal.Options) { o.Exercise = true })
			actual, second := newNode(t, place(t)), newNode(t, places()["sqlite"](t), func(o *journal.Options) { o.Exercise = true })
			id := exercise.create(fields{"given": "Nobody"})
			exercise.update(almaz, id, fields{"note": "never happened"})
			var all []journal.Entry
			exercise.read(func(tx *db.Tx) (err error) { all, err = exercise.j.History(tx, id); return err })
			if len(all) != 2 {
				t.Fatalf("%d entries", len(all))
			}
			for _, e := range all {
				if e.Programme != journal.ExerciseProgramme {
					t.Errorf("entry %d is of programme %q", e.Version.Seq, e.Programme)
				}
			}
			if err := actual.j.Apply(context.Background(), exercise.missing(actual)); fault.KeyOf(err) != "journal.exercise" {
				t.Errorf("a real installation takes an exercise: %v", err)
			}
			actual.read(func(tx *db.Tx) error {
				if _, err := actual.j.Load(tx, id); !fault.Is(err, fault.NotFound) {
					t.Errorf("it has what never happened: %v", err)
				}
				return nil
			})
			actual.create(fields{"given": "Amina"})
			if err := exercise.j.Apply(context.Background(), actual.missing(exercise)); fault.KeyOf(err) != "journal.exercise" {
				t.Errorf("an exercise takes what is real: %v", err)
			}
			second.pull(exercise)
			if d := second.load(id); d.Programme != journal.ExerciseProgramme {
				t.Errorf("another installation of the exercise has programme %q", d.Programme)
			}
		})
	}
}

// The code of an exercise is nobody's programme: an entry that is of none and carries it
// would be refused by everybody who is to take it.
func TestNothingRealIsOfTheProgrammeOfAnExercise(t *testing.T) {
	for engine, place := range places() {
		t.Run(engine, func(t *testing.T) {
			actual, exercise := newNode(t, place(t)), newNode(t, places()["sqlite"](t), func(o *journal.Options) { o.Exercise = true })
			c := newPerson(db.NewID(), fields{"given": "Amina"})
			c.Programme = journal.ExerciseProgramme
			if err := actual.try(almaz, c); fault.KeyOf(err) != "journal.exercise_programme" || fault.FieldOf(err) != "programme" {
				t.Errorf("written: %v", err)
			}
			for words, n := range map[string]*node{"real": actual, "of an exercise": exercise} {
				n.read(func(tx *db.Tx) error {
					if _, known, err := n.j.OfExercise(tx); known || err != nil {
						t.Errorf("%s, and empty: known %v, %v", words, known, err)
					}
					return nil
				})
				n.create(fields{"given": "Amina"})
				n.read(func(tx *db.Tx) error {
					if is, known, err := n.j.OfExercise(tx); is != (n == exercise) || !known || err != nil {
						t.Errorf("%s: %v, known %v, %v", words, is, known, err)
					}
					return nil
				})
			}
		})
	}
}
