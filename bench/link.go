package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	edgesync "github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The budgets (design, section 10): 90 % of a bare TCP stream over the same link, one
// chunk again after a cut, 75 MB for the first sync of 50,000 persons.
const (
	linkRate    = 16 << 10 // 128 kbit/s
	linkDelay   = 300 * time.Millisecond
	linkBudget  = 0.90
	linkEntries = 6_000
	firstPeople = 50_000
	firstBudget = 75e6
)

// linkSide is one installation without areas: what it takes it keeps and does not
// project.
type linkSide struct {
	d *db.DB
	s *edgesync.Service
}

func newLinkSide(dir, name string) (*linkSide, error) {
	d, err := db.Open(context.Background(), db.Options{Path: filepath.Join(dir, name), Key: key.Plain(make([]byte, key.Size)),
		Migrations: append(journal.Migrations(), edgesync.Migrations()...)})
	if err != nil {
		return nil, err
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: edgesync.Kinds()})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &linkSide{d, edgesync.New(edgesync.Service{Deps: edgesync.Deps{DB: d, Journal: j, Clock: time.Now, Program: "bench"}})}, nil
}

// serve answers nodes until stop is called.
func (s *linkSide) serve() (stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.s.Address = l.Addr().String()
	srv, err := s.s.Server(context.Background())
	if err != nil {
		return nil, err
	}
	go srv.ServeTLS(l, "", "")
	return func() { _ = srv.Close() }, nil
}

var linkDirect = edgesync.Client{Proxy: http.ProxyURL(nil)}

func (s *linkSide) enrol(dir, name string, sites ...string) (*linkSide, error) {
	n, err := newLinkSide(dir, name)
	if err != nil {
		return nil, err
	}
	_, code, err := s.s.Invite(context.Background(), edgesync.Invitation{Name: name, Sites: sites})
	if err != nil {
		return nil, err
	}
	_, err = n.s.Enrol(context.Background(), linkDirect, code)
	return n, err
}

func (s *linkSide) apply(entries []syncEntry) error {
	for at := 0; at < len(entries); at += 500 {
		var part []journal.Entry
		for _, e := range entries[at:min(at+500, len(entries))] {
			part = append(part, e.Entry)
		}
		if err := s.s.Journal.Apply(context.Background(), part); err != nil {
			return err
		}
	}
	return nil
}

// benchLink syncs a day over a link of 128 kbit/s with 600 ms there and back, beside a
// bare stream of as many bytes, and then again with a cut every five seconds.
func benchLink(w io.Writer, all []syncEntry) error {
	n := min(len(all), linkEntries)
	took, up, _, _, err := overLink(all, n, 0)
	if err != nil {
		return err
	}
	bare, err := bareStream(up)
	if err != nil {
		return err
	}
	share := bare.Seconds() / took.Seconds()
	fmt.Fprintf(w, "\nover a link of 128 kbit/s, 600 ms there and back (a model of TCP without loss)\n")
	fmt.Fprintf(w, "a bare stream of %d kB %24.1f s\n", up>>10, bare.Seconds())
	fmt.Fprintf(w, "%d changes, %.1f bytes each %17.1f s   %.0f %% of the bare stream (budget %.0f %%)\n", n, float64(up)/float64(n), took.Seconds(), 100*share, 100*linkBudget)
	_, cutUp, sent, cuts, err := overLink(all, n, 5*time.Second)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "cut every 5 s: %d cuts, %d kB more in all, %d changes packed again, %.1f a cut\n", cuts, (cutUp-up)>>10, sent-int64(n), float64(sent-int64(n))/float64(max(cuts, 1)))
	return nil
}

// overLink sends the last n entries of a node to a hub that has those before, with a
// cut each so often.
func overLink(all []syncEntry, last int, cut time.Duration) (took time.Duration, up, sent, cuts int64, err error) {
	dir, err := os.MkdirTemp("", "godwit-bench-link-")
	if err != nil {
		return 0, 0, 0, 0, err
	}
	defer os.RemoveAll(dir)
	hub, err := newLinkSide(dir, "hub")
	if err != nil {
		return 0, 0, 0, 0, err
	}
	defer hub.d.Close()
	stop, err := hub.serve()
	if err != nil {
		return 0, 0, 0, 0, err
	}
	defer stop()
	n, err := hub.enrol(dir, "node")
	if err != nil {
		return 0, 0, 0, 0, err
	}
	defer n.d.Close()
	if err := errors.Join(hub.apply(all[:len(all)-last]), n.apply(all)); err != nil {
		return 0, 0, 0, 0, err
	}
	link := &testkit.Link{Rate: linkRate, Delay: linkDelay}
	client := linkDirect
	client.Dial = link.Dial
	begin := time.Now()
	for {
		done := func() bool { return true }
		if cut > 0 {
			done = time.AfterFunc(cut, func() { link.Cut(false) }).Stop
		}
		r, err := n.s.Sync(context.Background(), client)
		done()
		sent += r.Sent
		if err == nil {
			break
		}
		if cuts++; cut == 0 || cuts > 100 {
			return 0, 0, 0, 0, err
		}
	}
	up, _ = link.Bytes()
	return time.Since(begin), up, sent, cuts, nil
}

// bareStream sends so many bytes over the link by TCP alone, to the last one's answer.
func bareStream(n int64) (time.Duration, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if _, err := io.CopyN(io.Discard, c, n); err == nil {
			_, _ = c.Write([]byte{1})
		}
	}()
	link := &testkit.Link{Rate: linkRate, Delay: linkDelay}
	begin := time.Now()
	c, err := link.Dial(context.Background(), "tcp", l.Addr().String())
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if _, err := io.CopyN(c, rand.Reader, n); err != nil {
		return 0, err
	}
	_, err = io.ReadFull(c, make([]byte, 1))
	return time.Since(begin), err
}

// benchFirst brings all persons of a site to a node that has nothing.
func benchFirst(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-first-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := newSearchSide(dir, firstPeople)
	if err != nil {
		return err
	}
	defer s.d.Close()
	if err := s.register(); err != nil {
		return err
	}
	hub, err := newLinkSide(dir, "hub")
	if err != nil {
		return err
	}
	defer hub.d.Close()
	entries, err := journalEntries(s.d, s.s.Journal)
	if err != nil {
		return err
	}
	if err := hub.apply(entries); err != nil {
		return err
	}
	stop, err := hub.serve()
	if err != nil {
		return err
	}
	defer stop()
	site := entries[len(entries)-1].Site
	n, err := hub.enrol(dir, "node", site)
	if err != nil {
		return err
	}
	defer n.d.Close()
	link := &testkit.Link{}
	client := linkDirect
	client.Dial = link.Dial
	begin := time.Now()
	r, err := n.s.Sync(context.Background(), client)
	if err != nil {
		return err
	}
	_, back := link.Bytes()
	fmt.Fprintf(w, "first sync of %d persons: %d items, %.1f MB (budget %.0f), %.0f bytes a person, %.0f s\n", firstPeople, r.Down, float64(back)/1e6, firstBudget/1e6, float64(back)/firstPeople, time.Since(begin).Seconds())
	return nil
}

// benchLinks is what a real exchange takes over a slow link.
func benchLinks(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-link-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := demoEntries(dir, 0)
	if err != nil {
		return err
	}
	return benchLink(w, all)
}
