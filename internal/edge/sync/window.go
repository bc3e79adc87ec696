package sync

import "time"

// Window and chunk: how much may be under way, and how much is committed at a time. A
// chunk that is acknowledged within two seconds lets the window grow, one that takes
// more than four makes it shrink: so a link of 128 kbit/s is kept full with some 32 kB
// under way, which is what a cut costs, and a fast one far away is not held back.
const (
	windowMin  = 32 << 10
	windowMost = 256 << 10
	quickAck   = 2 * time.Second
	slowAck    = 4 * time.Second
	chunkGoal  = 20 << 10 // of headers and payloads; one to ten kB on the wire
	bareMost   = 64       // entries that are asked for in one exchange
	chunkMost  = 400      // entries, so that a commit is short
)

// window holds the chunks that are under way; C says what a chunk's answer is known by.
type window[C any] struct {
	open  bool // nobody answers, so nothing waits for an answer
	room  int  // bytes, as far as the link has shown that it carries them
	bytes int
	under []flight[C]
}

// flight is a chunk under way.
type flight[C any] struct {
	size int
	at   time.Time
	what C
}

func newWindow[C any]() window[C] { return window[C]{room: windowMin} }

// free reports whether another chunk may be sent.
func (w *window[C]) free() bool { return w.open || w.bytes < w.room }

func (w *window[C]) empty() bool { return len(w.under) == 0 }

func (w *window[C]) send(size int, now time.Time, what C) {
	w.under = append(w.under, flight[C]{size, now, what})
	w.bytes += size
}

// arrived takes those out that there, asked in the order in which they were sent, says
// have arrived.
func (w *window[C]) arrived(now time.Time, there func(C) bool) {
	for len(w.under) > 0 && there(w.under[0].what) {
		f := w.under[0]
		w.under = w.under[1:]
		w.bytes -= f.size
		switch took := now.Sub(f.at); {
		case took >= 0 && took < quickAck:
			w.room = min(w.room+f.size, windowMost)
		case took > slowAck:
			w.room = max(w.room/2, windowMin)
		}
	}
}
