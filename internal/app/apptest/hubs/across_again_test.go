package hubs

import (
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// A correction says less than what it corrects: the register still says all that was
// told, and since when, and the correction is in the audit too.
func TestACorrectionLeavesInTheRegisterWhatWasToldBefore(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	person, sent := a.namedCase(id)
	before, _, _, err := a.across.OpenSent(a.as("medical_officer"), sent)
	a.must(err)
	was := a.releases()
	a.fled(person, "KEN")
	later(a, 3*time.Hour)
	a.must(a.across.Correct(a.as("medical_officer"), sent))
	after, n, _, err := a.across.OpenSent(a.as("medical_officer"), sent)
	a.must(err)
	if n.Values["name"] != "" {
		t.Fatalf("corrected to %+v", n)
	}
	if !after.Named || !slices.Equal(after.Fields, before.Fields) || !slices.Contains(after.Fields, "name") {
		t.Errorf("told before %v %v, and now the register says %v %v", before.Named, before.Fields, after.Named, after.Fields)
	}
	if !after.At.Equal(before.At) || !after.Due.Equal(before.Due) || after.Until <= 0 {
		t.Errorf("the clock runs from %v, and ran from %v", after.At, before.At)
	}
	if now := a.releases(); now <= was {
		t.Errorf("%d lines in the audit before the correction, %d after it", was, now)
	}
}

// releases counts the lines of the audit that say that a notice went.
func (h *shareHub) releases() (n int64) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.Row("SELECT count(*) FROM access_read WHERE act = 'released' AND what LIKE 'surveillance.notice%'").Scan(&n)
	}))
	return n
}
