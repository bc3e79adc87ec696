package assessment

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// A clearance runs out by the passing of a day, without anybody writing anything:
// the list, its filters, the counts, the board and the member's page say so, and
// say shortly before how long it still lasts.
func TestAClearanceThatRunsOutIsShownAsExpired(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id, m, _ := w.cleared()
		until, _ := w.look(m).Clearance.DayOf()
		at := func(daysLeft int) {
			y, mo, d := (until).YMD()
			w.clock = time.Date(y, time.Month(mo), d-daysLeft, 9, 0, 0, 0, time.UTC)
		}
		doctor, desk := w.as(access.Physician), w.as(access.Reception)
		counts := func() string {
			t.Helper()
			list, err := w.Counts(doctor)
			must(t, err)
			var out []string
			for _, l := range list {
				out = append(out, strings.TrimPrefix(l.Href, "/cases?state=")+fmt.Sprint(" ", l.Text.Args[1]))
			}
			return strings.Join(out, ", ")
		}
		found := func(st State) int {
			t.Helper()
			a, _ := access.From(desk)
			return len(w.list(a, CaseFilter{State: st, Today: w.today()}))
		}
		shown := func(ctx context.Context) (board, list, own string) {
			t.Helper()
			w.read(func(tx *db.Tx) error {
				v, _, err := w.board(ctx, tx, id)
				if err != nil {
					return err
				}
				board = v.Members[0].State.Text.Key
				scope, err := w.Access.Scope(ctx, access.BoardRead)
				if err != nil {
					return err
				}
				cases, err := listCases(tx, scope, CaseFilter{Limit: 9, Today: w.today()})
				if err != nil {
					return err
				}
				row, err := w.desk(tx).caseRow(ctx, cases[0], nil)
				if err != nil {
					return err
				}
				for _, tag := range row[4].([]page.Tag) {
					list += tag.Text.Key + " "
				}
				return nil
			})
			v := w.look(m)
			return board, strings.TrimSpace(list), w.memberView(ctx, v, Links{}, nil).State.Text.Key
		}
		const state = "assessment.state."
		for _, tc := range []struct {
			why                  string
			left                 int
			board, list, counted string
			cleared, expired     int
		}{
			{"long before", 40, state + "cleared", state + "cleared", "cleared 1", 1, 0},
			{"thirty days before", 30, state + "cleared", state + "cleared", "cleared 1", 1, 0},
			{"a month before", 29, state + "cleared_left", state + "cleared assessment.cases.soonest_left", "cleared 1", 1, 0},
			{"on the last day", 0, state + "cleared_last", state + "cleared assessment.cases.soonest_last", "cleared 1", 1, 0},
			{"the day after", -1, state + "expired", state + "expired", "expired 1", 0, 1},
			{"long after", -400, state + "expired", state + "expired", "expired 1", 0, 1},
		} {
			at(tc.left)
			board, list, own := shown(doctor)
			if board != tc.board || list != tc.list {
				t.Errorf("%s: board %q, list %q", tc.why, board, list)
			}
			if expired := own == state+"expired"; expired != (tc.expired == 1) {
				t.Errorf("%s: the member's own page says %q", tc.why, own)
			}
			if got := counts(); got != tc.counted {
				t.Errorf("%s: counted %q", tc.why, got)
			}
			if c, e := found(StateCleared), found(StateExpired); c != tc.cleared || e != tc.expired {
				t.Errorf("%s: the filters find %d cleared, %d expired", tc.why, c, e)
			}
		}
		// The United States' medical is shorter with a finding that reception may not
		// know: the days that are left would tell it. That it is over is no secret.
		at(10)
		if board, list, _ := shown(desk); board != state+"cleared" || list != state+"cleared" {
			t.Errorf("reception reads from the days what it may not know: %q, %q", board, list)
		}
		at(-1)
		if board, _, _ := shown(desk); board != state+"expired" {
			t.Errorf("reception is not told that it is over: %q", board)
		}
		if v := w.look(m); v.Member.State != StateCleared {
			t.Errorf("the passing of a day was stored: %s", v.Member.State)
		}
		must(t, w.Close(desk, id))
	})
}
