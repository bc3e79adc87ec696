package app

import (
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance/across"
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
