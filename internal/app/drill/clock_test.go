package drill

import (
	"context"
	"testing"
	"time"
)

func TestTheClockMovesWhenAStepIsPlayedAndNotByItself(t *testing.T) {
	c := NewClock(began, 0)
	if err := c.Move(t.Context(), 5*time.Hour); err != nil {
		t.Fatal(err)
	}
	first, second := c.Now(), c.Now()
	if d := first.Sub(at(5)); d <= 0 || d > time.Millisecond {
		t.Errorf("five hours later it is %v", first)
	}
	if d := second.Sub(first); d <= 0 || d > time.Millisecond {
		t.Errorf("by itself it went on %v", d)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	slow := NewClock(began, time.Hour)
	if err := slow.Move(over, 24*time.Hour); err == nil || slow.Now().Sub(began) > time.Millisecond {
		t.Errorf("who stops a drill waits on: %v, %v", err, slow.Now())
	}
}
