package encounter

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// What other areas know of somebody stands on the page where an encounter is signed, and
// a concern that no area answers is not told as "none".
func TestWhatIsNotFinishedStandsBeforeTheSignature(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var asked db.ID
		w.OnBefore(ConcernProblems, func(_ context.Context, _ *db.Tx, person db.ID) ([]BeforeLine, error) {
			asked = person
			return []BeforeLine{{What: "Asthma", State: page.Tag{Text: page.M("encounter.goes_on")}}}, nil
		})
		w.OnBefore(ConcernResults, func(context.Context, *db.Tx, db.ID) ([]BeforeLine, error) { return nil, nil })
		w.OnBeside(func(_ context.Context, _ *db.Tx, e Encounter) (Beside, error) {
			return Beside{Rows: page.Summary{{Label: page.M("encounter.refer"), Value: "beside " + e.Code}}}, nil
		})
		child := w.person("male", months(30))
		id := w.begun(child, "phc-child", "IMCI_CHILD")
		w.answer(id, "convulsing_now", "no")
		_, body := w.Get("nurse", path(id))
		w.Says(body, "Before you sign", "Problem Asthma Goes on", "Result still to come Nothing is written here", "beside IMCI_CHILD")
		if asked != child {
			t.Errorf("asked about %v", asked)
		}
		if strings.Contains(body, "Medicine") {
			t.Error("a concern that nobody answers is shown")
		}
		var told Encounter
		w.OnEnd(func(_ context.Context, _ *db.Tx, e Encounter) error { told = e; return nil })
		w.Must(w.End(w.As("nurse"), id, Ending{Where: WentHome, Advice: "rest"}))
		if told.ID != id || told.Where != WentHome || told.Advice != "rest" {
			t.Errorf("told %+v", told)
		}
		if _, body := w.Get("nurse", path(id)); strings.Contains(body, "Before you sign") {
			t.Error("asked to look again at what was signed")
		}
	})
}

// An area that cannot do its part at the end keeps the encounter open.
func TestAnEndThatFailsElsewhereIsNone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.begun(w.person("male", months(30)), "phc-child", "IMCI_CHILD")
		w.answer(id, "convulsing_now", "no")
		no := fault.New(fault.Conflict, "test", "encounter.error.ended")
		w.OnEnd(func(context.Context, *db.Tx, Encounter) error { return no })
		if err := w.End(w.As("nurse"), id, Ending{Where: WentHome}); fault.KeyOf(err) != "encounter.error.ended" {
			t.Fatal(err)
		}
		if !w.look("nurse", id).Open() {
			t.Error("it ended all the same")
		}
	})
}

// Who is sent on is led to the referral, and a stop offers it; where it was made, or
// nobody refers, the encounter's own page follows.
func TestASentOnPersonIsReferred(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		done := false
		w.OnRefer(func(_ context.Context, _ *db.Tx, e Encounter) (page.Link, error) {
			if done {
				return page.Link{}, nil
			}
			return page.Link{Href: "/referrals/new?encounter=" + e.ID.String(), Text: page.M("encounter.refer")}, nil
		})
		end := func(id db.ID) string {
			code, to := w.Post("nurse", path(id)+"/end", url.Values{"where": {"referred"}})
			if code != 303 {
				t.Fatalf("%d %s", code, to)
			}
			return to
		}
		first := w.begun(w.person("male", months(30)), "phc-child", "IMCI_CHILD")
		w.answer(first, "convulsing_now", "yes")
		if _, body := w.Get("nurse", path(first)); strings.Count(body, "/referrals/new?encounter=") == 0 {
			t.Error("a stop offers no referral")
		}
		if to := end(first); !strings.HasPrefix(to, "/referrals/new?encounter="+first.String()) {
			t.Errorf("led to %s", to)
		}
		done = true
		second := w.begun(w.person("female", months(48)), "phc-child", "IMCI_CHILD")
		w.answer(second, "convulsing_now", "yes")
		if to := end(second); !strings.HasPrefix(to, path(second)) {
			t.Errorf("led to %s", to)
		}
	})
}
