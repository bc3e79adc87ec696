package apptest

import (
	"context"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// StartHubProcess is what one process of a hub is, without the process.
func StartHubProcess(t testing.TB, url string) *Node {
	t.Helper()
	c := NewClock(Day)
	n, err := app.Open(t.Context(), app.Options{Database: url, Clock: c.Now, Quick: true})
	if err != nil {
		t.Fatal(err)
	}
	return atWork(t, n, c)
}

// FirstFamilies are some of a world.
func FirstFamilies(t testing.TB, seed uint64, count int) *demo.World {
	t.Helper()
	w, err := demo.New(seed, calendar.DayOfTime(Day), 100)
	if err != nil {
		t.Fatal(err)
	}
	cut := *w
	cut.Families = cut.Families[:count]
	return &cut
}

// StartHub is a node of its own that others enrol at.
func StartHub(t testing.TB) *Node {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	n := ServeWith(t, app.Options{Dir: Staffed(t), SyncAddr: addr, SyncName: addr}, Day)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); n.ServeNodes(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return n
}

// StartOther is a node that is no copy of the others.
func StartOther(t testing.TB) *Node {
	t.Helper()
	dir, err := os.MkdirTemp("", "gw-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	n, err := app.OpenDemo(t.Context(), dir, app.DemoOptions{Seed: 2, Families: app.NoFamilies, Clock: NewClock(Day).Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	return ServeFolder(t, dir, Day)
}

// PrintedCode is the code of an invitation, as the page shows it.
var PrintedCode = regexp.MustCompile(`127\.0\.0\.1:\d+/[0-9A-Z]{5}(-[0-9A-Z]{1,5}){8}`)

// Invited invites a node and answers its code.
func (n *Node) Invited(name string, sites ...string) string {
	n.T.Helper()
	f := n.At(access.Administrator).Form("/admin/nodes/new").Set("name", name)
	f.Values["sites"] = sites
	a := f.Send().Says(n.T, 200, "It works once, within a day", name)
	code := PrintedCode.FindString(Text(a.Doc))
	if code == "" {
		n.T.Fatalf("no code is shown: %s", Text(a.Doc))
	}
	if !strings.Contains(a.Body, `aria-label="The code as a QR code"`) {
		n.T.Error("the code is not shown as a QR code")
	}
	return code
}

// Finds reports whether a search at this installation finds somebody.
func (n *Node) Finds(name string) bool {
	n.T.Helper()
	a := n.At(access.Reception).Post("/people/find", url.Values{"q": {name}})
	return a.Status == 200 && !strings.Contains(Text(a.Doc), "Nobody was found")
}

// OnlyNodeOf is the one node of a hub.
func OnlyNodeOf(t testing.TB, hub *Node) sync.PeerStanding {
	t.Helper()
	nodes, err := hub.Sync.Nodes(t.Context())
	if err != nil || len(nodes) != 1 {
		t.Fatal(nodes, err)
	}
	return nodes[0]
}

// OnlyNode is its id.
func OnlyNode(t testing.TB, hub *Node) string { return OnlyNodeOf(t, hub).ID.String() }
