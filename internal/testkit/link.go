package testkit

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Link is a link in the field on loopback: everything that goes through it is slowed
// to a rate, delayed, and cut when the test says. It is a model of TCP over such a
// link without loss of packets: congestion control never sees it.
type Link struct {
	Rate  int           // bytes a second in each direction; 0 is as fast as it goes
	Delay time.Duration // one way

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	down  bool

	up, back atomic.Int64
}

// linkRoom is what the link holds under way beside what its delay makes: the buffer of
// the modem in front of it.
const linkRoom = 16 << 10

// Dial connects through the link.
func (l *Link) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	down := l.down
	l.mu.Unlock()
	if down {
		return nil, &net.OpError{Op: "dial", Net: network, Err: net.ErrClosed}
	}
	far, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	// A pipe holds nothing: what a program thinks it has sent is what the link has
	// taken. Small buffers of a connection on loopback would do that too, and stand
	// still a third of the time, since the window opens by whole segments of 64 kB.
	near, inner := net.Pipe()
	l.mu.Lock()
	if l.conns == nil {
		l.conns = make(map[net.Conn]struct{})
	}
	l.conns[far], l.conns[inner] = struct{}{}, struct{}{}
	l.mu.Unlock()
	go l.pipe(far, inner, &l.up)
	go l.pipe(inner, far, &l.back)
	return near, nil
}

// Bytes are what has gone through, towards the far side and back.
func (l *Link) Bytes() (up, back int64) { return l.up.Load(), l.back.Load() }

// Cut ends every connection, with what is under way. While down, none can be made.
func (l *Link) Cut(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
	for c := range l.conns {
		_ = c.Close()
	}
	l.conns = nil
}

type parcel struct {
	at time.Time
	b  []byte
}

// pipe moves bytes from one side to the other at the link's pace.
func (l *Link) pipe(to, from net.Conn, count *atomic.Int64) {
	defer from.Close()
	defer to.Close()
	under := make(chan parcel, 1+(linkRoom+int(float64(l.Rate)*l.Delay.Seconds()))/1400)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for p := range under {
			time.Sleep(time.Until(p.at))
			if _, err := to.Write(p.b); err != nil {
				_ = from.Close()
				for range under { // what is under way is lost
				}
				return
			}
			count.Add(int64(len(p.b)))
		}
	}()
	var free time.Time // when the link can take the next byte
	for {
		b := make([]byte, 1400)
		n, err := from.Read(b)
		if n > 0 {
			now := time.Now()
			if free.Before(now) {
				free = now
			}
			if l.Rate > 0 {
				free = free.Add(time.Duration(n) * time.Second / time.Duration(l.Rate))
			}
			time.Sleep(time.Until(free.Add(-100 * time.Millisecond))) // no more than a tenth of a second ahead
			under <- parcel{free.Add(l.Delay), b[:n]}
		}
		if err != nil {
			close(under)
			<-done
			return
		}
	}
}
