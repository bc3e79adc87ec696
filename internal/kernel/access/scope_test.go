package access

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// openedNow is when an actor of anyActor read whom their site took into its care.
var openedNow = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// The property that lists and single documents agree: for any actor and action,
// the rows that the condition selects are the rows on which the policies say yes.
func TestScopeAndPolicyAgreeRowByRow(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		rows := everyRow()
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			for i, r := range rows {
				if _, err := tx.Exec("INSERT INTO rows_of_a_list (n, subject, site, programme, sensitivity, station, shift) VALUES (?, ?, ?, ?, ?, ?, ?)",
					i, r.Subject, r.Site, r.Programme, int64(r.Sensitivity), r.Station, r.Shift); err != nil {
					return err
				}
			}
			for i, person := range []db.ID{{6}, {8}, {7}} { // the last one's time is over
				if _, err := tx.Exec("INSERT INTO access_opened (id, subject, site, usr, why, at, until, shut) VALUES (?, ?, 'KLA', ?, 'in_person', ?, ?, 0)",
					db.ID{byte(i + 1)}, person, db.ID{1}, openedNow.Add(-time.Hour), openedNow.Add(time.Duration(1-i)*time.Minute+time.Second)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			a := anyActor(rt)
			var action Action
			if rapid.Bool().Draw(rt, "often a list that differs") {
				action = rapid.SampledFrom([]Action{OrderRead, ResultRead, PersonRead, WorklistRead, ScreeningRead, CaseRead}).Draw(rt, "action")
			} else {
				action = rapid.SampledFrom(Actions()).Draw(rt, "action")
			}
			s, err := w.Scope(With(t.Context(), a), action)
			if err != nil {
				rt.Fatal(err)
			}
			where, args := s.Where("r")
			got := map[int]bool{}
			err = w.db.Read(t.Context(), func(tx *db.Tx) error {
				found, err := tx.Query("SELECT n FROM rows_of_a_list r WHERE "+where, args...)
				if err != nil {
					return err
				}
				defer found.Close()
				for found.Next() {
					var n int
					if err := found.Scan(&n); err != nil {
						return err
					}
					got[n] = true
				}
				return found.Err()
			})
			if err != nil {
				rt.Fatalf("%v in WHERE %s %v", err, where, args)
			}
			ctx := With(t.Context(), a)
			for i, r := range rows {
				if want := w.May(ctx, action, r); got[i] != want {
					rt.Fatalf("row %+v: list %v, policy %v\nWHERE %s %v", r, got[i], want, where, args)
				}
			}
		})
	})
}

// everyRow is a row of each combination that a policy could tell apart, and more
// that it should not.
func everyRow() []Resource {
	var out []Resource
	for _, site := range []string{"", "KLA", "NBO", "LOS"} {
		for _, programme := range []string{"", "immigrant", "student"} {
			for _, s := range append(levelsAll, 9) {
				for _, station := range []string{"", Radiology, LabStation, Counselling, "nurse"} {
					for _, shift := range []string{"", "morning", "night"} {
						for _, subject := range []db.ID{{}, {6}, {7}} {
							if shift != "" && station != "" {
								continue // no row has both
							}
							out = append(out, Resource{Site: site, Programme: programme, Sensitivity: s, Station: station, Shift: shift, Subject: subject})
						}
					}
				}
			}
		}
	}
	return out
}

func TestScopesOfPeopleAreShort(t *testing.T) {
	p := testPolicy(t)
	for _, c := range []struct {
		role Role
		act  Action
		want string
	}{
		{Reception, PersonSearch, "(r.site IN (?) AND (r.programme = '' OR r.programme IN (?)) AND r.sensitivity IN (?))"},
		{Radiographer, OrderRead, "(r.site IN (?) AND (r.programme = '' OR r.programme IN (?)) AND r.sensitivity IN (?,?) AND r.station IN (?))"},
		{Administrator, PersonRead, "(1=0)"},
		{Administrator, UserRead, "(1=1)"},
	} {
		s, err := p.scope(&scopeCache{}, typical(c.role), c.act)
		if err != nil {
			t.Fatal(err)
		}
		where, args := s.Where("r")
		if where != c.want || strings.Count(where, "?") != len(args) {
			t.Errorf("%s %s: %s %v", c.role, c.act, where, args)
		}
	}
}

func TestScopeReadsOtherColumns(t *testing.T) {
	who := typical(Physician)
	who.Glass = []db.ID{{7}}
	s, err := testPolicy(t).scope(&scopeCache{}, who, PersonRead)
	if err != nil {
		t.Fatal(err)
	}
	where, _ := s.WhereIn("p", Columns{Subject: "id", Site: "home"})
	if !strings.Contains(where, "p.id IN (?)") || !strings.Contains(where, "p.home IN (?)") || strings.Contains(where, "subject") {
		t.Error(where)
	}
}

func BenchmarkScope(b *testing.B) {
	p, cache := testPolicy(b), &scopeCache{}
	who := typical(Physician)
	for b.Loop() {
		s, err := p.scope(cache, who, ResultRead)
		if err != nil || s.Empty() {
			b.Fatal(err)
		}
		s.Where("r")
	}
}
