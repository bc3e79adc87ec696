package assessment

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// The counts above the list are those of the members whom the list itself shows to
// the same user on the same day, one by one.
func TestTheCountsAreThoseOfTheMembersOneByOne(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		begin := w.clock
		clear := func(number string) (id, member db.ID) {
			id, ms := w.numbered(number, "KLA", w.register("Amina", 34, people.Male))
			w.ready(ms[0], nil)
			if !w.sign(ms[0]) {
				t.Fatalf("%s is not cleared", number)
			}
			return id, ms[0]
		}
		var last []calendar.Day
		for i := range 3 { // three clearances that run out on different days
			w.clock = begin.Add(time.Duration(i) * 10 * 24 * time.Hour)
			_, m := clear(fmt.Sprint("GW-9", i))
			day, _ := w.look(m).Clearance.DayOf()
			last = append(last, day)
		}
		id, _ := clear("GW-99")
		must(t, w.Close(w.as(access.Physician), id))
		p, q := w.register("Yusuf", 40, people.Male), w.register("Amina", 31, people.Female)
		family, ms := w.numbered("GW-1", "KLA", p, q, w.register("Sara", 9, people.Female))
		must(t, w.Leave(w.as(access.Reception), family, ms[2]))
		w.numbered("GW-2", "NBO", p)
		w.numbered("GW-3", "NBO", q)
		_, one := w.numbered("GW-4", "KLA", q)
		w.ready(one[0], nil)

		at := func(r access.Role, site string, glass ...db.ID) context.Context {
			a, _ := access.From(w.as(r))
			a.Sites, a.Glass = []string{site}, glass
			return access.With(t.Context(), a)
		}
		states := map[State]bool{}
		for who, ctx := range map[string]context.Context{"reception": at(access.Reception, "KLA"), "a physician elsewhere": at(access.Physician, "NBO"),
			"a physician elsewhere who broke the glass": at(access.Physician, "NBO", p), "a manager": at(access.Manager, "KLA"), "the laboratory": at(access.Laboratory, "KLA")} {
			for _, day := range []calendar.Day{w.today(), last[0], last[0] + 1, last[1], last[1] + 1, last[2] + 1} {
				scope, err := w.Access.Scope(ctx, access.BoardRead)
				must(t, err)
				w.read(func(tx *db.Tx) error {
					want := map[State]int{}
					list, err := listCases(tx, scope, CaseFilter{Limit: 1000, Today: day})
					if err != nil {
						return err
					}
					for _, l := range list {
						for _, m := range l.Members {
							want[m.On(day)]++
							states[m.On(day)] = true
						}
					}
					got, err := countStates(tx, scope, day)
					if !maps.Equal(got, want) {
						t.Errorf("%s on %s: counted %v, one by one %v", who, day, got, want)
					}
					return err
				})
			}
		}
		if !states[StateCleared] || !states[StateExpired] || len(states) < 4 {
			t.Errorf("too few states to show anything: %v", states)
		}
	})
}
