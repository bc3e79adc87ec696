package assessment

import (
	"testing"
)

func TestAHealthyAdultIsCleared(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, member, _ := w.cleared()
		v := w.look(member)
		t.Log(v.Member.State, codesAndStates(v.Plan), v.Clearance)
	})
}
