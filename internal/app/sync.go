package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// How often a node that has its hub in reach asks for news, and how long it waits at
// most after it could not reach it.
const (
	syncEvery  = 30 * time.Second
	syncLatest = 15 * time.Minute
)

// newSync builds the exchange. A node that is given an address for nodes is a hub.
func (n *Node) newSync(o Options) *sync.Service {
	s := sync.New(sync.Service{Deps: sync.Deps{DB: n.DB, Journal: n.Journal, Clock: o.Clock, Program: Version(), Log: o.Log}, Address: o.SyncName, Wake: n.tellArrivals})
	s.Resolve = n.numbered
	s.Asked = func(tx *db.Tx, _ sync.Peer, a sync.Ask, subject db.ID) error {
		return n.Access.Fetched(tx, db.ID(a.User), subject, a.Purpose)
	}
	s.Vouch = func(ctx context.Context, login, password, node string) (db.ID, bool, error) {
		v, err := n.Access.Vouch(ctx, login, password, node)
		return v.User, v.Temporary, err
	}
	n.Access.UseElsewhere(func(ctx context.Context, login, password string) (access.Vouched, error) {
		user, temporary, err := s.AskVouch(ctx, sync.Client{}, login, password)
		return access.Vouched{User: user, Temporary: temporary}, err
	})
	return s
}

// askedFor is most people that one number brings to a node: a family, and others who
// happen to bear it.
const askedFor = 30

// numbered is who has the code, or is in a family with the number, that somebody read
// off a card at another node. Their families come along.
func (n *Node) numbered(tx *db.Tx, number string) ([]db.ID, error) {
	ids, err := n.People.Numbered(tx, number)
	return ids[:min(len(ids), askedFor)], err
}

// syncWithHub exchanges with the hub again and again, if this node has one, until ctx
// ends: soon when all is well, later each time when the hub cannot be reached.
func (n *Node) syncWithHub(ctx context.Context) {
	wait := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.syncNow:
		case <-time.After(wait):
		}
		_, err := n.alone(ctx, "sync", func(ctx context.Context) error {
			_, err := n.Sync.Sync(ctx, sync.Client{})
			return err
		})
		switch {
		case err == nil:
			wait = syncEvery
		case fault.KeyOf(err) == "sync.not_enrolled":
			wait = syncLatest
		default:
			wait = min(max(2*wait, syncEvery), syncLatest)
			if ctx.Err() == nil {
				n.log.Warn("sync", "err", err)
			}
		}
		wait += rand.N(wait/4 + time.Second) // nodes that lost one link together do not come back at once
	}
}

// ServeNodes answers the nodes of this hub, if it is one, until ctx ends.
func (n *Node) ServeNodes(ctx context.Context) {
	if n.nodes == nil {
		return
	}
	srv, err := n.Sync.Server(ctx)
	if err != nil {
		n.log.Error("sync", "err", err)
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		_ = srv.Close() // sessions resume where they were cut
	}()
	l, err := net.Listen("tcp", n.nodes.addr)
	if err != nil {
		n.log.Error("sync", "err", fmt.Errorf("cannot listen for nodes: %T", err))
		return
	}
	if err := srv.ServeTLS(l, "", ""); err != nil && !errors.Is(err, http.ErrServerClosed) {
		n.log.Error("sync", "err", err)
	}
	<-done
}

// nodesAt is where a hub listens for nodes.
type nodesAt struct{ addr string }

// reachable refuses a name under which no node reaches a hub: it stands in every code
// that the hub gives out.
func reachable(addr, name string) error {
	if addr == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(name)
	switch {
	case err != nil || port == "":
		return fmt.Errorf("--sync-name %s is no name and port; write it as hub.example.org:8443", name)
	case host == "" || net.ParseIP(host).IsUnspecified() || port == "0":
		return fmt.Errorf("%s is no address that a node can reach; say with --sync-name by which name and port nodes reach this hub", name)
	}
	return nil
}

// arrived names this program's part that looks again at whom something was recorded
// about elsewhere.
var arrived = db.ID{'a', 'r', 'r', 'i', 'v', 'e', 'd', 0x70, 0x80}

// lookAgain looks again at everybody about whom something has come from another
// installation: what comes after a signature counts, wherever it was recorded.
func (n *Node) lookAgain(ctx context.Context) {
	for {
		again := sweepEvery
		done, err := n.alone(ctx, "look-again", func(ctx context.Context) error { return n.lookAgainOnce(AsProgram(ctx)) })
		if err != nil && ctx.Err() == nil {
			n.log.Error("looking again after a sync", "err", err)
		}
		if !done {
			again = aloneAgain
		}
		n.tellKeys() // somebody may have been disabled elsewhere
		select {
		case <-ctx.Done():
			return
		case <-n.arrivals:
		case <-time.After(again):
		}
	}
}

const lookAgainAt = 200 // entries in one transaction

func (n *Node) lookAgainOnce(ctx context.Context) error {
	for more := true; more; {
		err := n.DB.Write(ctx, func(tx *db.Tx) error {
			headers, again, err := n.Journal.Arrivals(tx, arrived, lookAgainAt)
			if err != nil {
				return err
			}
			more = again
			if err := n.lookAtCases(ctx, tx, headers); err != nil {
				return err
			}
			if err := n.coursesCame(ctx, tx, headers); err != nil {
				return err
			}
			if err := n.lookAtJourneys(ctx, tx, headers); err != nil {
				return err
			}
			var people []db.ID
			for _, h := range headers {
				if !h.Subject.IsZero() && !slices.Contains(people, h.Subject) {
					people = append(people, h.Subject)
				}
			}
			for _, id := range people {
				if err := n.lookAgainAt(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAgainAt looks again at one person, where this installation is the one to do it:
// if two did, both would record the same decision, and somebody had to say that they
// are one.
func (n *Node) lookAgainAt(ctx context.Context, tx *db.Tx, person db.ID) error {
	sites, err := n.Assessment.SitesOf(tx, person)
	if err != nil {
		return err
	}
	for _, s := range sites {
		mine, err := n.Sync.InCharge(tx, s)
		if err != nil {
			return err
		}
		if mine {
			return n.Assessment.Changed(ctx, tx, person, "elsewhere")
		}
	}
	return nil
}

// tellArrivals wakes lookAgain.
func (n *Node) tellArrivals() {
	select {
	case n.arrivals <- struct{}{}:
	default:
	}
}

// syncFrame is what every page says of what has not left this machine.
func (n *Node) syncFrame(ctx context.Context) *page.Sync {
	s, err := n.Sync.Status(ctx)
	if err != nil {
		return &page.Sync{Alone: true} // the page matters more
	}
	if !s.Enrolled {
		return &page.Sync{Alone: n.nodes == nil, Hub: n.nodes != nil}
	}
	f := &page.Sync{Waiting: int(s.Unsent), Last: lastContact(s.Contact, n.clock())}
	switch s.Trouble {
	case "", "sync.full": // what is full still sends
	case "sync.unreachable":
		f.Trouble = true
	default:
		f.Stopped = true
	}
	return f
}

// lastContact is a time of today, or the day.
func lastContact(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(now.Location())
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format(time.DateOnly)
}

// SyncCommand does what the command line asks of the exchange.
func (n *Node) SyncCommand(ctx context.Context, c Command) (lines []string, err error) {
	switch c.Name {
	case "hub-invite":
		return n.inviteNode(ctx, c)
	case "hub-nodes":
		return n.listNodes(ctx)
	case "hub-revoke":
		return n.revokeNode(ctx, c.Login)
	case "sync-enrol":
		if err := n.enrol(ctx, c.Code); err != nil {
			return nil, err
		}
		n.wakeSync()
		st, err := n.Sync.Status(ctx)
		return []string{fmt.Sprintf("enrolled as %q for %s", st.Name, sitesLine(st.Sites))}, err
	case "sync-reissue":
		return n.reissueCommand(ctx, c.Code)
	case "sync-export":
		return n.ExportBatch(ctx, c.File)
	case "sync-import":
		return n.importBatch(ctx, c.File, c.Reply)
	case "sync-now":
		r, err := n.Sync.Sync(ctx, sync.Client{})
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("%d changes sent, %d received", r.Up, r.Down))
		fallthrough
	case "sync-status":
		more, err := n.syncStatus(ctx)
		return append(lines, more...), err
	}
	return nil, fmt.Errorf("unknown command %q", c.Name)
}

func (n *Node) inviteNode(ctx context.Context, c Command) ([]string, error) {
	if n.Sync.Address == "" {
		return nil, errors.New("this is not a hub yet; run it with `godwit serve --sync-addr ADDRESS --sync-name HOST:PORT`")
	}
	all, err := n.sites(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range c.Sites {
		if !slices.ContainsFunc(all, func(k Site) bool { return k.Code == s }) {
			return nil, fmt.Errorf("there is no site %s; make it with `godwit site set %s`", s, s)
		}
	}
	p, code, err := n.Sync.Invite(ctx, sync.Invitation{Name: c.Login, Sites: c.Sites, Most: int64(c.Most)})
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("%s may enrol once within a day, for %s. Type this at the node (`godwit sync enrol CODE`):", p.Name, sitesLine(p.Sites)), "", "  " + code, ""}, nil
}

func sitesLine(sites []string) string {
	if len(sites) == 0 {
		return "no site: it gets only whom it writes about or asks for"
	}
	return strings.Join(sites, ", ")
}

func (n *Node) listNodes(ctx context.Context) ([]string, error) {
	nodes, err := n.Sync.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return []string{"no node is enrolled; invite one with `godwit hub invite NAME --site CODE`"}, nil
	}
	var lines []string
	for _, p := range nodes {
		last := "never"
		if !p.Contact.IsZero() {
			last = p.Contact.UTC().Format(time.RFC3339)
		}
		line := fmt.Sprintf("%-20s %-9s last contact %s, %d changes received, %s, %s, sites %s", p.Name, p.State, last, p.Received, behindLine(p.Behind), backlogLine(p.Backlog), strings.Join(p.Sites, ","))
		switch {
		case p.Why == sync.WhyDestroyed:
			line += "; its records were destroyed on " + p.Ended.UTC().Format(time.RFC3339) + ", as it said itself"
		case p.State == sync.Revoked && !p.Ended.IsZero():
			line += "; since " + p.Ended.UTC().Format(time.RFC3339)
		}
		if p.Trouble != "" {
			line += "; " + sentenceOf(p.Trouble)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func behindLine(behind *int64) string {
	if behind == nil {
		return "not known what it has not sent"
	}
	return fmt.Sprintf("%d not sent at that time", *behind)
}

func backlogLine(b sync.Backlog) string {
	switch {
	case !b.Known:
		return "nothing of its feed taken"
	case b.Unread > 0:
		return fmt.Sprintf("%d to %d not taken", b.Ready, b.Ready+b.Unread)
	}
	return fmt.Sprintf("%d not taken", b.Ready)
}

func (n *Node) revokeNode(ctx context.Context, name string) ([]string, error) {
	nodes, err := n.Sync.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range nodes {
		if p.Name == name && p.State != sync.Revoked {
			if err := n.Sync.Revoke(ctx, p.ID); err != nil {
				return nil, err
			}
			return []string{name + " is revoked: nothing is taken from it or sent to it any more. What it had sent is here."}, nil
		}
	}
	return nil, fmt.Errorf("there is no node %q that is not revoked; `godwit hub nodes` lists them", name)
}

func (n *Node) syncStatus(ctx context.Context) ([]string, error) {
	s, err := n.Sync.Status(ctx)
	if err != nil {
		return nil, err
	}
	if !s.Enrolled {
		return []string{"this machine is not enrolled at a hub; `godwit sync enrol CODE` enrols it"}, nil
	}
	last := "never"
	if !s.Contact.IsZero() {
		last = s.Contact.UTC().Format(time.RFC3339)
	}
	lines := []string{
		fmt.Sprintf("enrolled as %q for %s", s.Name, sitesLine(s.Sites)),
		fmt.Sprintf("%d changes wait to be sent; the hub has received %d; last contact %s", s.Unsent, s.Received, last),
	}
	for _, h := range s.Heads {
		lines = append(lines, fmt.Sprintf("receipt: %d changes of %s, head %x", h.Seq, h.Origin, h.Hash[:8]))
	}
	if s.Trouble != "" {
		lines = append(lines, sentenceOf(s.Trouble))
	}
	return lines, nil
}

// sentenceOf says a message key in English, as the command line does.
func sentenceOf(key string) string { return Sentence(fault.New(fault.Unavailable, "", key)) }

func (n *Node) wakeSync() {
	select {
	case n.syncNow <- struct{}{}:
	default:
	}
}
