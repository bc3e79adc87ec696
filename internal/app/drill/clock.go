package drill

import (
	"context"
	"sync"
	"time"
)

// Clock is the time of an exercise. It is safe for concurrent use.
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	pace time.Duration
}

// NewClock makes a clock that stands at a time. pace is how long an hour of the
// exercise takes whoever looks on; nothing where it is zero.
func NewClock(now time.Time, pace time.Duration) *Clock { return &Clock{now: now, pace: pace} }

// Now is the time of the exercise. No two answers are the same.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// Move lets so much time go by.
func (c *Clock) Move(ctx context.Context, d time.Duration) error {
	if wait := time.Duration(d.Hours() * float64(c.pace)); wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}
