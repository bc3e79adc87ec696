package app

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// unmarked takes the marks of direction out of a text.
func unmarked(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

// startHub is a node of its own that others enrol at.
func startHub(t testing.TB) *testNode {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	n := serveWith(t, Options{Dir: staffedFolder(t), SyncAddr: addr, SyncName: addr}, testDay)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); n.serveNodes(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return n
}

// startOther is a node that is no copy of the others.
func startOther(t testing.TB) *testNode {
	t.Helper()
	dir, err := os.MkdirTemp("", "gw-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	n, err := OpenDemo(t.Context(), dir, DemoOptions{Seed: 2, Families: noFamilies, Clock: (&clock{now: testDay}).Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	return serveFolder(t, dir, testDay)
}

var printedCode = regexp.MustCompile(`127\.0\.0\.1:\d+/[0-9A-Z]{5}(-[0-9A-Z]{1,5}){8}`)

// invited invites a node and answers its code.
func (n *testNode) invited(name string, sites ...string) string {
	n.t.Helper()
	f := n.at(access.Administrator).form("/admin/nodes/new").set("name", name)
	f.values["sites"] = sites
	a := f.send().says(n.t, 200, "It works once, within a day", name)
	code := printedCode.FindString(text(a.doc))
	if code == "" {
		n.t.Fatalf("no code is shown: %s", text(a.doc))
	}
	if !strings.Contains(a.body, `aria-label="The code as a QR code"`) {
		n.t.Error("the code is not shown as a QR code")
	}
	return code
}

func TestAComputerOnItsOwnSaysWhatThatMeans(t *testing.T) {
	n := startNode(t)
	nurse := n.at(access.Nurse)
	a := nurse.get("/").says(t, 200)
	led := false
	for _, href := range allLinks(a) {
		led = led || href == "/sync"
	}
	if !led {
		t.Error("the words on the exchange lead nowhere")
	}
	a = nurse.get("/sync").says(t, 200, "This computer works on its own", "If it is lost, stolen or broken", "since the last backup")
	if len(nurse.forms(a)) > 0 {
		t.Error("a nurse is offered to enrol the computer")
	}
	if strings.Contains(text(a.doc), "opens only with the password") {
		t.Error("a demo's key lies beside it, and the page says that a password is needed")
	}
	admin := n.at(access.Administrator)
	for code, word := range map[string]string{"": "not a whole enrolment code", "hub.example.org/ABC": "not a whole enrolment code", "127.0.0.1:1/" + strings.Repeat("00000-", 8) + "00": "cannot be reached"} {
		f := admin.pick(admin.get("/sync"), "/sync/enrol").set("code", code)
		a := f.send().says(t, http.StatusUnprocessableEntity, word)
		if code != "" && !strings.Contains(text(a.doc), code) {
			t.Errorf("what was typed (%s) is not shown again", code)
		}
	}
}

// allLinks are the links of the whole page, with the shell.
func allLinks(a answer) (out []string) {
	for _, m := range regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(a.body, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestOnlyWhoLooksAfterTheMachineEnrolsInvitesAndRevokes(t *testing.T) {
	n := startHub(t)
	n.invited("Laptop 1", "NBO-1")
	nodes, err := n.Sync.Nodes(t.Context())
	if err != nil || len(nodes) != 1 {
		t.Fatal(nodes, err)
	}
	one := "/admin/nodes/" + nodes[0].ID.String()
	revoke := one + "/revoke"
	for _, role := range access.Roles() {
		if role == access.Administrator {
			continue
		}
		v := n.at(role)
		v.get("/sync").says(t, 200, "This is the hub")
		for _, path := range []string{"/admin/nodes", "/admin/nodes/new", one, revoke} {
			v.get(path).says(t, http.StatusForbidden)
		}
		for _, path := range []string{"/sync/now", "/sync/enrol", "/admin/nodes/new", one, revoke} {
			v.post(path, url.Values{"name": {"X"}, "code": {"X"}, "sites": {"NBO-1"}}).says(t, http.StatusForbidden)
		}
	}
	if nodes, _ = n.Sync.Nodes(t.Context()); len(nodes) != 1 || nodes[0].State != "invited" {
		t.Errorf("after the refusals: %v", nodes)
	}
}

func TestAnInstallationThatIsNoHubSaysHowItBecomesOne(t *testing.T) {
	admin := startNode(t).at(access.Administrator)
	admin.get("/admin/nodes").says(t, 200, "This installation is not a hub", "--sync-addr", "--sync-name", "No node is enrolled")
	if a := admin.post("/admin/nodes/new", url.Values{"name": {"Laptop 1"}}); a.path != "/admin/nodes" || printedCode.MatchString(a.body) {
		t.Errorf("at %s: %s", a.path, text(a.doc))
	}
}

func TestAnInvitationIsRefusedByField(t *testing.T) {
	n := startHub(t)
	admin := n.at(access.Administrator)
	admin.get("/admin/nodes").says(t, 200, "No node is enrolled", "Invite a node")
	for _, tc := range []struct {
		why, name, most, site, word string
	}{
		{"no name", " ", "", "NBO-1", "needs a name"},
		{"a cap in words", "Laptop 1", "many", "NBO-1", "whole number of people"},
		{"a cap of nobody", "Laptop 1", "0", "NBO-1", "whole number of people"},
		{"a site that is not there", "Laptop 1", "", "XXX", "from the sites that are listed"},
	} {
		a := admin.post("/admin/nodes/new", url.Values{"name": {tc.name}, "most": {tc.most}, "sites": {tc.site}})
		a.says(t, http.StatusUnprocessableEntity, tc.word)
		if printedCode.MatchString(a.body) {
			t.Errorf("%s: a code is shown", tc.why)
		}
	}
	code := n.invited("Laptop 1")
	admin.post("/admin/nodes/new", url.Values{"name": {"Laptop 1"}}).says(t, http.StatusUnprocessableEntity, "Another node has this name")
	a := admin.get("/admin/nodes").says(t, 200, "Laptop 1", "Invited", "None: only whom it writes about", "Not known yet", "Never")
	_, secret, _ := strings.Cut(code, "/")
	if strings.Contains(a.body, secret) {
		t.Error("the code is shown a second time")
	}
	// Its code opens nothing once it is withdrawn.
	var path string
	for _, href := range a.links() {
		if strings.HasSuffix(href, "/revoke") {
			path = href
		}
	}
	f := admin.pick(admin.get(path).says(t, 200, "Withdraw the invitation"), path)
	f.send().says(t, 200, "The invitation is withdrawn", "Revoked")
	other := startOther(t).at(access.Administrator)
	other.pick(other.get("/sync"), "/sync/enrol").set("code", code).send().says(t, http.StatusUnprocessableEntity, "does not take this code")
	admin.get(path).says(t, http.StatusNotFound)
	admin.get("/admin/nodes/nonsense/revoke").says(t, http.StatusNotFound)
}

func TestANodeIsEnrolledExchangesAndIsRevokedInTheBrowser(t *testing.T) {
	hub, node := startHub(t), startOther(t)
	boss, chief, desk := hub.at(access.Administrator), node.at(access.Administrator), node.at(access.Reception)
	chief.pick(chief.get("/sync"), "/sync/enrol").set("code", hub.invited("Laptop 1", "NBO-1")).send().says(t, 200, "This device is enrolled", "Laptop 1")
	a := desk.get("/sync").says(t, 200, "have not left this device", "The hub has received nothing yet", "Never")
	if len(desk.forms(a)) > 0 {
		t.Error("the reception is offered what it may not do")
	}
	exchange := func() answer { return chief.pick(chief.get("/sync"), "/sync/now").send() }
	exchange().says(t, 200, "The exchange is done", "Everything recorded here has reached the hub", "changes received, head", "less than a minute ago")
	boss.get("/admin/nodes").says(t, 200, "Laptop 1", "Enrolled", "head", "less than a minute ago")

	node.register(desk, "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	desk.get("/sync").says(t, 200, "not left this device. Until it is sent it exists here only")
	desk.get("/").says(t, 200, "waiting to be sent")
	exchange().says(t, 200, "The exchange is done", "Everything is sent")
	hub.at(access.Reception).post("/people/find", url.Values{"q": {"Omar Hassan"}}).says(t, 200, "Hassan")

	var path string
	for _, href := range boss.get("/admin/nodes").links() {
		if strings.HasSuffix(href, "/revoke") {
			path = href
		}
	}
	f := boss.pick(boss.get(path).says(t, 200, "Laptop 1", "for good", "What it has not sent exists on it alone"), path)
	f.send().says(t, 200, "The node is revoked", "Revoked", "Over")
	exchange().says(t, 200, "did not go through", "The hub has revoked this machine")
	desk.get("/").says(t, 200, "The exchange does not go on")
}

// finds reports whether a search at this installation finds somebody.
func (n *testNode) finds(name string) bool {
	n.t.Helper()
	a := n.at(access.Reception).post("/people/find", url.Values{"q": {name}})
	return a.status == 200 && !strings.Contains(text(a.doc), "Nobody was found")
}

func TestTheSitesOfANodeAreChangedInTheBrowserAndPeopleArriveAndGo(t *testing.T) {
	hub, node := startHub(t), startOther(t)
	boss, chief := hub.at(access.Administrator), node.at(access.Administrator)
	hub.register(hub.at(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	chief.pick(chief.get("/sync"), "/sync/enrol").set("code", hub.invited("Laptop 1")).send().says(t, 200, "This device is enrolled")
	exchange := func() {
		t.Helper()
		chief.pick(chief.get("/sync"), "/sync/now").send().says(t, 200, "The exchange is done")
	}
	exchange()
	if node.finds("Omar Hassan") {
		t.Fatal("a node of no site was given somebody")
	}
	path := "/admin/nodes/" + onlyNode(t, hub)
	boss.get("/admin/nodes").says(t, 200, "Sites and cap")
	boss.get(path).says(t, 200, "Laptop 1", "its people arrive", "Nothing is lost at the hub", "A lower cap drops nobody", "Invited", "People it holds now")
	for _, tc := range []struct{ why, most, site, word string }{
		{"a cap of nobody", "0", "NBO-1", "whole number of people"},
		{"a site that is not there", "", "XXX", "from the sites that are listed"},
	} {
		a := boss.post(path, url.Values{"most": {tc.most}, "sites": {tc.site}})
		a.says(t, http.StatusUnprocessableEntity, tc.word)
		if got := onlyNodeOf(t, hub).Sites; len(got) != 0 {
			t.Errorf("%s: the node has the sites %v", tc.why, got)
		}
	}
	change := func(most string, sites ...string) {
		t.Helper()
		f := boss.pick(boss.get(path), path).set("most", most)
		f.values["sites"] = sites
		f.send().says(t, 200, "Saved. It counts from the next contact", "Sites or cap changed")
	}
	change("2000", "NBO-1")
	exchange()
	if !node.finds("Omar Hassan") {
		t.Error("the site was added, and who belongs to it did not arrive")
	}
	boss.get(path).says(t, 200, "At most 2000 people")
	change("")
	exchange()
	if node.finds("Omar Hassan") {
		t.Error("the site was taken away, and who belongs to it is still there")
	}
	if !hub.finds("Omar Hassan") {
		t.Error("somebody is lost at the hub")
	}
	if got := onlyNodeOf(t, hub).Most; got != 100_000 {
		t.Errorf("an empty cap is %d", got)
	}
	hub.at(access.PrivacyOfficer).get("/audit").says(t, 200, "What was done to nodes")
	hub.at(access.PrivacyOfficer).get("/audit/nodes").says(t, 200, "Laptop 1", "Sites or cap changed", "Invited")
	hub.at(access.Nurse).get("/audit/nodes").says(t, http.StatusForbidden)
	if err := hub.Sync.Revoke(t.Context(), onlyNodeOf(t, hub).ID); err != nil {
		t.Fatal(err)
	}
	boss.get(path).says(t, http.StatusNotFound)
}

func onlyNodeOf(t testing.TB, hub *testNode) sync.PeerStanding {
	t.Helper()
	nodes, err := hub.Sync.Nodes(t.Context())
	if err != nil || len(nodes) != 1 {
		t.Fatal(nodes, err)
	}
	return nodes[0]
}

func onlyNode(t testing.TB, hub *testNode) string { return onlyNodeOf(t, hub).ID.String() }
