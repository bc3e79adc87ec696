package clinic

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestTheSameSeedShowsTheSameWorld(t *testing.T) {
	first := func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 9 }
	a, b := apptest.Seeded(t, 7, first).Shown(), apptest.Seeded(t, 7, first).Shown()
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
	n := apptest.Seeded(t, 1, func(_ int, f demo.Family, sights []demo.Sight) bool {
		return f.Stage == demo.Today || slices.ContainsFunc(sights, func(s demo.Sight) bool { return s.Number == f.Number })
	})
	report, err := n.Journal.Verify(t.Context())
	if err != nil || !report.OK() {
		t.Fatalf("chain: %v %v", err, report.Problems)
	}
	doctor := n.At(access.Physician)
	a := doctor.Get("/worklist")
	for _, station := range []string{"counselling", "nurse", "laboratory", "radiology", "physician", "vaccination"} {
		if !strings.Contains(strings.Join(a.Links(), " "), "/worklist/"+station) {
			t.Errorf("the list of stations does not lead to %s: %v", station, a.Links())
		}
		waiting := 0
		for _, l := range doctor.Get("/worklist/" + station).Links() {
			if strings.HasPrefix(l, "/orders/") {
				waiting++
			}
		}
		if waiting == 0 {
			t.Errorf("nobody waits at %s", station)
		}
	}
	w, err := demo.New(1, calendar.DayOfTime(apptest.Day), 100)
	if err != nil {
		t.Fatal(err)
	}
	// The families that a newcomer is led to are what they are said to be.
	want := map[demo.Stage]string{demo.Today: "services", demo.Pregnant: "services", demo.Missing: "questions", demo.Refused: "blocked", demo.Sputum: "waiting",
		demo.ToSign: "to_sign", demo.Cleared: "cleared", demo.Suspended: "suspended", demo.Treatment: "hold"}
	told := map[demo.Stage]bool{}
	for _, s := range w.Sights() {
		states := states(n, s.Number)
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
	if a := n.At(access.Manager).Get("/alerts"); a.Status == 200 {
		t.Error("a manager reads alerts")
	}
	doctor.Get("/alerts").Says(t, 200)
}

// states are where the members of a case stand.
func states(n *apptest.Node, number string) (out []string) {
	n.T.Helper()
	n.Read(func(tx *db.Tx) error {
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
