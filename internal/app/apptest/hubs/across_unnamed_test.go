package hubs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
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
	released := func() map[string]int { t.Helper(); return a.released(person) }
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

// released is what a person's own record says of notices that went.
func (h *shareHub) released(person db.ID) map[string]int {
	h.t.Helper()
	out := map[string]int{}
	lines, err := h.steward.Looked(h.as("physician"), person)
	h.must(err)
	for _, x := range lines {
		if strings.HasPrefix(fmt.Sprint(x.What), "surveillance.") && x.Recipient != "" {
			out[fmt.Sprintf("%v to %v", x.What, x.Recipient)]++
		}
	}
	return out
}

// An epidemiologist opens nobody's record: what they send of a registered person goes
// without the name, and their record does not say that it named them. Sent by whoever
// may open it, it does.
func TestOfWhomTheOfficerMayNotOpenTheNameTheRecordSaysThatNobodyWasNamed(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	today := calendar.DayOfTime(a.clock.Now()).Date()
	for login, want := range map[string]string{"epidemiologist": "surveillance.notice_unnamed to health_authority/KEN", "medical_officer": "surveillance.notice to health_authority/KEN"} {
		person := a.register("Planted " + login)
		c, err := a.cases.Record(a.as("physician"), linelist.Case{Disease: "measles", Person: person, Reported: today, Onset: today}, true)
		a.must(err)
		sent := a.tellAs(login, across.OfCase, c, id)
		named := want == "surveillance.notice to health_authority/KEN"
		l, n, _, err := a.across.OpenSent(a.as(login), sent)
		a.must(err)
		if (n.Values["name"] != "") != named || l.Named != named || n.Person.IsZero() == named {
			t.Errorf("as %s: told %v, the register says named %v", login, n.Values, l.Named)
		}
		if got := a.released(person); got[want] != 1 || len(got) != 1 {
			t.Errorf("as %s: their record says %v", login, got)
		}
		a.must(a.across.Correct(a.as(login), sent))
		if got := a.released(person); got[want] != 2 || len(got) != 1 {
			t.Errorf("as %s, after the correction: their record says %v", login, got)
		}
	}
}
