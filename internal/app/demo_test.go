package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// seeded is a demo with some of the families of a seed's world of a hundred.
func seeded(t testing.TB, seed uint64, some func(i int, f demo.Family, sights []demo.Sight) bool) *testNode {
	t.Helper()
	n := startNode(t)
	w, err := demo.New(seed, calendar.DayOfTime(testDay), 100)
	if err != nil {
		t.Fatal(err)
	}
	cut := *w
	cut.Families = nil
	for i, f := range w.Families {
		if some(i, f, w.Sights()) {
			cut.Families = append(cut.Families, f)
		}
	}
	if err := n.seedFamilies(t.Context(), &cut); err != nil {
		t.Fatal(err)
	}
	return n
}

// shown is what a world shows of its people, their facts, cases and worklists,
// without the ids, which are made anew each time.
func (n *testNode) shown() []string {
	n.t.Helper()
	var out []string
	for _, q := range []string{
		"SELECT 'person', body FROM people_person",
		"SELECT 'stay', body FROM people_stay",
		"SELECT 'fact', code, value, unit FROM care_observation",
		"SELECT 'order', code, station, status FROM care_order",
		"SELECT 'member', state, stations FROM assessment_member",
		"SELECT 'case', number, destination, facts FROM assessment_case",
	} {
		n.read(func(tx *db.Tx) error {
			rows, err := tx.Query(q)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			defer rows.Close()
			columns := strings.Count(q, ",") + 1
			for rows.Next() {
				cells := make([]string, columns)
				into := make([]any, columns)
				for i := range cells {
					into[i] = &cells[i]
				}
				if err := rows.Scan(into...); err != nil {
					return fmt.Errorf("%s: %w", q, err)
				}
				out = append(out, strings.Join(cells, " | "))
			}
			return rows.Err()
		})
	}
	slices.Sort(out)
	return out
}

func TestTheSameSeedShowsTheSameWorld(t *testing.T) {
	first := func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 9 }
	a, b := seeded(t, 7, first).shown(), seeded(t, 7, first).shown()
	if len(a) < 200 {
		t.Fatalf("the world shows %d things", len(a))
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("one seed, two worlds: %q and %q", a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Errorf("one seed shows %d things, then %d", len(a), len(b))
	}
}

// Whoever logs in on the first day sees work, and the chain is sound.
func TestTheDemoShowsEveryStateAndEveryStationHasWork(t *testing.T) {
	n := seeded(t, 1, func(_ int, f demo.Family, sights []demo.Sight) bool {
		return f.Stage == demo.Today || slices.ContainsFunc(sights, func(s demo.Sight) bool { return s.Number == f.Number })
	})
	report, err := n.Journal.Verify(t.Context())
	if err != nil || !report.OK() {
		t.Fatalf("chain: %v %v", err, report.Problems)
	}
	doctor := n.at(access.Physician)
	a := doctor.get("/worklist")
	for _, station := range []string{"counselling", "nurse", "laboratory", "radiology", "physician", "vaccination"} {
		if !strings.Contains(strings.Join(a.links(), " "), "/worklist/"+station) {
			t.Errorf("the list of stations does not lead to %s: %v", station, a.links())
		}
		waiting := 0
		for _, l := range doctor.get("/worklist/" + station).links() {
			if strings.HasPrefix(l, "/orders/") {
				waiting++
			}
		}
		if waiting == 0 {
			t.Errorf("nobody waits at %s", station)
		}
	}
	w, err := demo.New(1, calendar.DayOfTime(testDay), 100)
	if err != nil {
		t.Fatal(err)
	}
	// The families that a newcomer is led to are what they are said to be.
	want := map[demo.Stage]string{demo.Today: "services", demo.Pregnant: "services", demo.Missing: "questions", demo.Refused: "blocked", demo.Sputum: "waiting",
		demo.ToSign: "to_sign", demo.Cleared: "cleared", demo.Suspended: "suspended", demo.Treatment: "hold"}
	told := map[demo.Stage]bool{}
	for _, s := range w.Sights() {
		states := n.states(s.Number)
		if told[s.Stage] || strings.Contains(s.What, "alone") {
			continue
		}
		told[s.Stage] = true
		if !slices.Contains(states, want[s.Stage]) {
			t.Errorf("%s (%s): its members are %v, want one %s", s.Number, s.What, states, want[s.Stage])
		}
	}
	if len(told) != len(want) {
		t.Errorf("%d of %d stages have a sight", len(told), len(want))
	}
	if a := n.at(access.Manager).get("/alerts"); a.status == 200 {
		t.Error("a manager reads alerts")
	}
	doctor.get("/alerts").says(t, 200)
}

// states are where the members of a case stand.
func (n *testNode) states(number string) (out []string) {
	n.t.Helper()
	n.read(func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT m.state FROM assessment_member m JOIN assessment_case c ON c.id = m.case_id WHERE c.number = ?", number)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			out = append(out, s)
		}
		return rows.Err()
	})
	return out
}
