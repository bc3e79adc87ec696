package app

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

// tlsHello begins every TLS connection: a record of the handshake (RFC 8446, 5.1).
// No request in HTTP can begin with it.
const tlsHello = 0x16

// helloWithin is how long a connection may say nothing before it is ended.
const helloWithin = 10 * time.Second

// split shares one port between TLS and plain HTTP by the first byte that a
// connection sends. Closing either half closes the port.
func split(l net.Listener, patience time.Duration) (secure, plain net.Listener) {
	s := &splitter{Listener: l, patience: patience, done: make(chan struct{})}
	a, b := &half{s, make(chan net.Conn)}, &half{s, make(chan net.Conn)}
	go s.run(a.conns, b.conns)
	return a, b
}

type splitter struct {
	net.Listener
	patience time.Duration
	done     chan struct{}
	once     sync.Once
	err      error
}

// end closes the port, and with it both halves.
func (s *splitter) end(err error) {
	s.once.Do(func() {
		s.err = err
		close(s.done)
		_ = s.Listener.Close()
	})
}

func (s *splitter) run(secure, plain chan<- net.Conn) {
	for wait := time.Duration(0); ; {
		c, err := s.Accept()
		var passing interface{ Temporary() bool }
		switch {
		case err == nil:
			wait = 0
			go s.sort(c, secure, plain)
			continue
		case !errors.As(err, &passing) || !passing.Temporary(): // too many open files passes; net/http waits in the same way
			s.end(err)
			return
		}
		wait = min(max(2*wait, 5*time.Millisecond), time.Second)
		select {
		case <-s.done:
			return
		case <-time.After(wait):
		}
	}
}

// sort reads one byte, and hands on a connection that still has it.
func (s *splitter) sort(c net.Conn, secure, plain chan<- net.Conn) {
	quiet := make(chan struct{})
	defer close(quiet)
	go func() { // a port that closes does not wait for who says nothing
		select {
		case <-s.done:
			_ = c.SetDeadline(time.Unix(1, 0))
		case <-quiet:
		}
	}()
	b := make([]byte, 1)
	_ = c.SetReadDeadline(time.Now().Add(s.patience))
	if n, err := c.Read(b); n != 1 || err != nil {
		_ = c.Close()
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	to := plain
	if b[0] == tlsHello {
		to = secure
	}
	select {
	case to <- &begun{Conn: c, first: b}:
	case <-s.done:
		_ = c.Close()
	}
}

// half is one side of a port.
type half struct {
	*splitter
	conns chan net.Conn
}

// Accept answers the next connection of this side.
func (h *half) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.done:
		return nil, h.err
	}
}

// Close closes the port.
func (h *half) Close() error {
	h.end(net.ErrClosed)
	return nil
}

// begun is a connection of which the first byte has been read.
type begun struct {
	net.Conn
	first []byte
}

// Read gives that byte back first.
func (b *begun) Read(p []byte) (int, error) {
	if len(b.first) > 0 && len(p) > 0 {
		n := copy(p, b.first)
		b.first = b.first[n:]
		return n, nil
	}
	return b.Conn.Read(p)
}

// tlsConfig serves the pages with whatever certificate the host has at that moment.
func (h *Host) tlsConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if p := h.pair.Load(); p != nil {
			return &p.tls, nil
		}
		return nil, errors.New("no certificate yet")
	}}
}
