package stewardship

import (
	"sync"
	"time"
)

// limiter bounds how many complaints come in, because anybody may send one: a
// few an hour from one address, and more in all. It lives in memory and forgets.
type limiter struct {
	sync.Mutex
	from map[string][]time.Time
	all  []time.Time
}

const (
	mostFromOne = 10
	mostFromAll = 200
	limitWindow = time.Hour
)

func newLimiter() *limiter { return &limiter{from: map[string][]time.Time{}} }

// take counts one from an address and reports whether it is still within bounds.
func (l *limiter) take(address string, now time.Time) bool {
	l.Lock()
	defer l.Unlock()
	recent := func(list []time.Time) []time.Time {
		for len(list) > 0 && now.Sub(list[0]) >= limitWindow {
			list = list[1:]
		}
		return list
	}
	l.all = recent(l.all)
	for a, list := range l.from {
		if list = recent(list); len(list) == 0 {
			delete(l.from, a)
		} else {
			l.from[a] = list
		}
	}
	if len(l.all) >= mostFromAll || len(l.from[address]) >= mostFromOne {
		return false
	}
	l.all, l.from[address] = append(l.all, now), append(l.from[address], now)
	return true
}
