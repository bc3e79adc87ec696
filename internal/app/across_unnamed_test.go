package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

// That somebody's case was told abroad stands in their own record also where they were
// not named, and says that they were not; so does a correction of it.
func TestWhatWasToldOfAPersonWithoutTheirNameStandsInTheirOwnRecord(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, func(h *shareHub, g *stewardship.Agreement) {
		if h == a {
			g.Country = "ETH" // whose national she is
		}
	})
	person := a.register("Tesfayewit")
	today := calendar.DayOfTime(a.clock.Now()).Date()
	c, err := a.cases.Record(a.as("physician"), linelist.Case{Disease: "measles", Person: person, Reported: today, Onset: today}, true)
	a.must(err)
	released := func() map[string]int {
		t.Helper()
		out := map[string]int{}
		lines, err := a.steward.Looked(a.as("physician"), person)
		a.must(err)
		for _, x := range lines {
			if strings.HasPrefix(fmt.Sprint(x.What), "surveillance.") && x.Recipient != "" {
				out[fmt.Sprintf("%v to %v", x.What, x.Recipient)]++
			}
		}
		return out
	}
	sent := a.tellAs("medical_officer", across.OfCase, c, id)
	const line = "surveillance.notice_unnamed to health_authority/ETH"
	if got := released(); got[line] != 1 || len(got) != 1 {
		t.Errorf("their record says %v", got)
	}
	a.must(a.across.Correct(a.as("medical_officer"), sent))
	if got := released(); got[line] != 2 || len(got) != 1 {
		t.Errorf("after the correction their record says %v", got)
	}
}
