package hubs

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// What stands in the feed and was not taken yet is not told beside the withdrawal, by
// file or by link.
func TestWhatWasTakenBackBeforeItWasFetchedIsNotTold(t *testing.T) {
	words := []string{"banduwalo", "+254 700"}
	t.Run("by file", func(t *testing.T) {
		a, b := byCards(t, onDisk(t), onDisk(t))
		id := agreeOnNotices(a, b, nil)
		of, _ := a.contact("Okello Banduwalo", 3)
		sent, err := a.tell(across.OfContact, of, id, func(in *across.Sending) { in.Reach = "+254 700 000 000" })
		a.must(err)
		a.file(id) // is lost
		a.must(a.across.Withdraw(a.as("epidemiologist"), sent, across.WhyAsked))
		_, err = b.take(a.file(id))
		b.must(err)
		b.onlyWithdrawn(words)
	})
	t.Run("by link", func(t *testing.T) {
		twoHubs(t, func(t *testing.T, a, b *shareHub) {
			id := agreeOnNotices(a, b, nil)
			b.must(b.swap()) // so that each knows the feed of the other
			of, _ := a.contact("Okello Banduwalo", 3)
			sent, err := a.tell(across.OfContact, of, id, func(in *across.Sending) { in.Reach = "+254 700 000 000" })
			a.must(err)
			a.file(id) // puts it into the feed
			a.must(a.across.Withdraw(a.as("epidemiologist"), sent, across.WhyAsked))
			b.must(b.swap())
			b.onlyWithdrawn(words)
		})
	})
}

// onlyWithdrawn looks that one notice came, that it is taken back, and that nothing of
// what it said is anywhere.
func (h *shareHub) onlyWithdrawn(words []string) {
	h.t.Helper()
	came := h.board().Came
	if len(came) != 1 || came[0].Notice.Withdrawn.IsZero() || len(came[0].Notice.Values)+len(came[0].Notice.Visits) != 0 {
		h.t.Fatalf("what came: %+v", came)
	}
	h.nowhere("what was taken back", words)
}

// Two hubs that exchange once in some days: the withdrawal arrives all the same, and the
// name and the telephone go from the other side's list.
func TestAWithdrawalThatIsExchangedDaysLaterArrives(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	of, _ := a.contact("Okello Banduwalo", 3)
	sent, err := a.tell(across.OfContact, of, id, nil)
	a.must(err)
	_, err = b.take(a.file(id))
	b.must(err)
	a.must(a.across.Withdraw(a.as("epidemiologist"), sent, across.WhyAsked))
	later(a, 3*24*time.Hour)
	for _, h := range []*shareHub{a, b} {
		h.must(h.journal.ConfirmDate(t.Context(), calendar.DayOfTime(h.clock.Now())))
		_, err := h.across.Sweep(t.Context())
		h.must(err)
	}
	_, err = b.take(a.file(id))
	b.must(err)
	if came := b.board().Came; len(came) != 1 || came[0].Notice.Withdrawn.IsZero() || len(came[0].Notice.Values) != 0 {
		t.Errorf("three days later it says %+v", came)
	}
}

// Who said meanwhile that they need protection is not named any more by the correction,
// and what was queued with the name does not go beside it.
func TestACorrectionTakesTheNameAway(t *testing.T) {
	for why, between := range map[string]bool{"exchanged before the correction": true, "exchanged after it": false} {
		t.Run(why, func(t *testing.T) {
			a, b := byCards(t, onDisk(t), onDisk(t))
			id := agreeOnNotices(a, b, nil)
			person, sent := a.namedCase(id)
			a.file(id) // is lost
			a.fled(person, "KEN")
			if between {
				if n := len(b.cameBy(a.file(id))); n != 0 {
					t.Errorf("%d came of somebody who is not to be named", n)
				}
			}
			a.must(a.across.Correct(a.as("medical_officer"), sent))
			came := b.cameBy(a.file(id))
			if len(came) != 1 || came[0].Notice.Values["onset"] == "" || came[0].Notice.Values["name"] != "" {
				t.Errorf("what came: %+v", came)
			}
			b.nowhere("who needs protection", []string{"tesfayewit"})
		})
	}
}

// namedCase is a case of a registered person who may be named, told of by name.
func (h *shareHub) namedCase(agreement db.ID) (person, sent db.ID) {
	h.t.Helper()
	person = h.register("Tesfayewit")
	today := calendar.DayOfTime(h.clock.Now()).Date()
	c, err := h.cases.Record(h.as("physician"), linelist.Case{Disease: "measles", Person: person, Reported: today, Onset: today}, true)
	h.must(err)
	sent = h.tellAs("medical_officer", across.OfCase, c, agreement)
	if _, n, _, err := h.across.OpenSent(h.as("medical_officer"), sent); err != nil || n.Values["name"] == "" {
		h.t.Fatalf("not told by name: %+v %v", n, err)
	}
	return person, sent
}

func (h *shareHub) tellAs(login string, about across.About, of, agreement db.ID) db.ID {
	h.t.Helper()
	p, err := h.across.Preview(h.as(login), about, of, agreement)
	h.must(err)
	sent, err := h.across.Send(h.as(login), across.Sending{About: about, Of: of, Agreement: agreement, Shield: value.No, Shown: p.Digest})
	h.must(err)
	return sent
}

// fled writes down that somebody is a national of a country, so that they are not named
// to it.
func (h *shareHub) fled(person db.ID, country string) {
	h.t.Helper()
	h.must(h.db.Write(h.t.Context(), func(tx *db.Tx) error {
		d, err := h.journal.Load(tx, person)
		if err != nil {
			return err
		}
		return h.journal.Append(tx, h.users["physician"].Author(), journal.Change{Kind: d.Kind, Doc: person, Purpose: "care", Base: d.Version, Fields: map[string]any{"nationalities": []string{country}}})
	}))
}

func (h *shareHub) cameBy(file []byte) []across.Arrival {
	h.t.Helper()
	_, err := h.take(file)
	h.must(err)
	return h.board().Came
}
