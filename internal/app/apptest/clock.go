package apptest

import (
	"sync"
	"time"
)

// Day is the day on which the tests' nodes stand.
var Day = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// anHourAgo has a package's nodes stand on the day of the machine's own clock: its tests
// start processes, which read that one, and a folder that was left more than a week ago
// has its date doubted.
func anHourAgo() { Day = time.Now().UTC().Truncate(time.Second).Add(-time.Hour) }

// Clock is a clock that a test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock is a clock that stands at an instant.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is a moment later at each reading.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond) // no two entries at one instant
	return c.now
}

// Move moves the clock, forwards or back.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set sets the clock.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}
