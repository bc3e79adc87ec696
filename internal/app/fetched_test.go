package app

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestWhatCameOfAskingIsToldInWords(t *testing.T) {
	unreachable := fault.New(fault.Unavailable, "", "sync.unreachable")
	for _, tc := range []struct {
		why    string
		found  bool
		failed error
		here   int
		full   bool
		key    string
	}{
		{"here", true, nil, 2, false, "app.fetch.here"},
		{"here, and cut afterwards", true, unreachable, 1, false, "app.fetch.here"},
		{"found, and cut before it came", true, unreachable, 0, false, "app.fetch.arriving"},
		{"found, and no room", true, nil, 0, true, "app.fetch.full"},
		{"nobody", false, nil, 0, true, "app.fetch.nobody"},
		{"not reached", false, unreachable, 0, false, "app.fetch.not_asked"},
	} {
		if got := fetched(tc.found, tc.failed, tc.here, tc.full, false, nil).Title.Key; got != tc.key {
			t.Errorf("%s: %s, want %s", tc.why, got, tc.key)
		}
	}
	busy := fetched(false, fault.New(fault.Internal, "", "sync.bad_identity"), 0, false, false, nil)
	if busy.Text[0].Key != "sync.unreachable" {
		t.Errorf("a fault of ours is told as %s", busy.Text[0].Key)
	}
}
