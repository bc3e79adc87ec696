package exchange

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

func TestAComputerOnItsOwnSaysWhatThatMeans(t *testing.T) {
	n := apptest.Start(t)
	nurse := n.At(access.Nurse)
	a := nurse.Get("/").Says(t, 200)
	led := false
	for _, href := range allLinks(a) {
		led = led || href == "/sync"
	}
	if !led {
		t.Error("the words on the exchange lead nowhere")
	}
	a = nurse.Get("/sync").Says(t, 200, "This computer works on its own", "If it is lost, stolen or broken", "since the last backup")
	if len(nurse.Forms(a)) > 0 {
		t.Error("a nurse is offered to enrol the computer")
	}
	if strings.Contains(apptest.Text(a.Doc), "opens only with the password") {
		t.Error("a demo's key lies beside it, and the page says that a password is needed")
	}
	admin := n.At(access.Administrator)
	for code, word := range map[string]string{"": "not a whole enrolment code", "hub.example.org/ABC": "not a whole enrolment code", "127.0.0.1:1/" + strings.Repeat("00000-", 8) + "00": "cannot be reached"} {
		f := admin.Pick(admin.Get("/sync"), "/sync/enrol").Set("code", code)
		a := f.Send().Says(t, http.StatusUnprocessableEntity, word)
		if code != "" && !strings.Contains(apptest.Text(a.Doc), code) {
			t.Errorf("what was typed (%s) is not shown again", code)
		}
	}
}

// allLinks are the links of the whole page, with the shell.
func allLinks(a apptest.Answer) (out []string) {
	for _, m := range regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(a.Body, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestOnlyWhoLooksAfterTheMachineEnrolsInvitesAndRevokes(t *testing.T) {
	n := apptest.StartHub(t)
	n.Invited("Laptop 1", "NBO-1")
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
		v := n.At(role)
		v.Get("/sync").Says(t, 200, "This is the hub")
		for _, path := range []string{"/admin/nodes", "/admin/nodes/new", one, revoke} {
			v.Get(path).Says(t, http.StatusForbidden)
		}
		for _, path := range []string{"/sync/now", "/sync/enrol", "/admin/nodes/new", one, revoke} {
			v.Post(path, url.Values{"name": {"X"}, "code": {"X"}, "sites": {"NBO-1"}}).Says(t, http.StatusForbidden)
		}
	}
	if nodes, _ = n.Sync.Nodes(t.Context()); len(nodes) != 1 || nodes[0].State != "invited" {
		t.Errorf("after the refusals: %v", nodes)
	}
}

func TestAnInstallationThatIsNoHubSaysHowItBecomesOne(t *testing.T) {
	admin := apptest.Start(t).At(access.Administrator)
	admin.Get("/admin/nodes").Says(t, 200, "This installation is not a hub", "--sync-addr", "--sync-name", "No node is enrolled")
	if a := admin.Post("/admin/nodes/new", url.Values{"name": {"Laptop 1"}}); a.Path != "/admin/nodes" || apptest.PrintedCode.MatchString(a.Body) {
		t.Errorf("at %s: %s", a.Path, apptest.Text(a.Doc))
	}
}

func TestAnInvitationIsRefusedByField(t *testing.T) {
	n := apptest.StartHub(t)
	admin := n.At(access.Administrator)
	admin.Get("/admin/nodes").Says(t, 200, "No node is enrolled", "Invite a node")
	for _, tc := range []struct {
		why, name, most, site, word string
	}{
		{"no name", " ", "", "NBO-1", "needs a name"},
		{"a cap in words", "Laptop 1", "many", "NBO-1", "whole number of people"},
		{"a cap of nobody", "Laptop 1", "0", "NBO-1", "whole number of people"},
		{"a site that is not there", "Laptop 1", "", "XXX", "from the sites that are listed"},
	} {
		a := admin.Post("/admin/nodes/new", url.Values{"name": {tc.name}, "most": {tc.most}, "sites": {tc.site}})
		a.Says(t, http.StatusUnprocessableEntity, tc.word)
		if apptest.PrintedCode.MatchString(a.Body) {
			t.Errorf("%s: a code is shown", tc.why)
		}
	}
	code := n.Invited("Laptop 1")
	admin.Post("/admin/nodes/new", url.Values{"name": {"Laptop 1"}}).Says(t, http.StatusUnprocessableEntity, "Another node has this name")
	a := admin.Get("/admin/nodes").Says(t, 200, "Laptop 1", "Invited", "None: only whom it writes about", "Not known yet", "Never")
	_, secret, _ := strings.Cut(code, "/")
	if strings.Contains(a.Body, secret) {
		t.Error("the code is shown a second time")
	}
	// Its code opens nothing once it is withdrawn.
	var path string
	for _, href := range a.Links() {
		if strings.HasSuffix(href, "/revoke") {
			path = href
		}
	}
	f := admin.Pick(admin.Get(path).Says(t, 200, "Withdraw the invitation"), path)
	f.Send().Says(t, 200, "The invitation is withdrawn", "Revoked")
	other := apptest.StartOther(t).At(access.Administrator)
	other.Pick(other.Get("/sync"), "/sync/enrol").Set("code", code).Send().Says(t, http.StatusUnprocessableEntity, "does not take this code")
	admin.Get(path).Says(t, http.StatusNotFound)
	admin.Get("/admin/nodes/nonsense/revoke").Says(t, http.StatusNotFound)
}

func TestANodeIsEnrolledExchangesAndIsRevokedInTheBrowser(t *testing.T) {
	hub, node := apptest.StartHub(t), apptest.StartOther(t)
	boss, chief, desk := hub.At(access.Administrator), node.At(access.Administrator), node.At(access.Reception)
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Laptop 1", "NBO-1")).Send().Says(t, 200, "This device is enrolled", "Laptop 1")
	a := desk.Get("/sync").Says(t, 200, "have not left this device", "The hub has received nothing yet", "Never")
	if len(desk.Forms(a)) > 0 {
		t.Error("the reception is offered what it may not do")
	}
	exchange := func() apptest.Answer { return chief.Pick(chief.Get("/sync"), "/sync/now").Send() }
	exchange().Says(t, 200, "The exchange is done", "Everything recorded here has reached the hub", "changes received, head", "less than a minute ago")
	boss.Get("/admin/nodes").Says(t, 200, "Laptop 1", "Enrolled", "head", "less than a minute ago")

	node.Register(desk, "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	desk.Get("/sync").Says(t, 200, "not left this device. Until it is sent it exists here only")
	desk.Get("/").Says(t, 200, "waiting to be sent")
	exchange().Says(t, 200, "The exchange is done", "Everything is sent")
	hub.At(access.Reception).Post("/people/find", url.Values{"q": {"Omar Hassan"}}).Says(t, 200, "Hassan")

	var path string
	for _, href := range boss.Get("/admin/nodes").Links() {
		if strings.HasSuffix(href, "/revoke") {
			path = href
		}
	}
	f := boss.Pick(boss.Get(path).Says(t, 200, "Laptop 1", "for good", "What it has not sent exists on it alone"), path)
	f.Send().Says(t, 200, "The node is revoked", "Revoked", "Over")
	exchange().Says(t, 200, "did not go through", "The hub has revoked this machine")
	desk.Get("/").Says(t, 200, "The exchange does not go on")
}

func TestTheSitesOfANodeAreChangedInTheBrowserAndPeopleArriveAndGo(t *testing.T) {
	hub, node := apptest.StartHub(t), apptest.StartOther(t)
	boss, chief := hub.At(access.Administrator), node.At(access.Administrator)
	hub.Register(hub.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Laptop 1")).Send().Says(t, 200, "This device is enrolled")
	exchange := func() {
		t.Helper()
		chief.Pick(chief.Get("/sync"), "/sync/now").Send().Says(t, 200, "The exchange is done")
	}
	exchange()
	if node.Finds("Omar Hassan") {
		t.Fatal("a node of no site was given somebody")
	}
	path := "/admin/nodes/" + apptest.OnlyNode(t, hub)
	boss.Get("/admin/nodes").Says(t, 200, "Sites and cap")
	boss.Get(path).Says(t, 200, "Laptop 1", "its people arrive", "Nothing is lost at the hub", "A lower cap drops nobody", "Invited", "People it holds now")
	for _, tc := range []struct{ why, most, site, word string }{
		{"a cap of nobody", "0", "NBO-1", "whole number of people"},
		{"a site that is not there", "", "XXX", "from the sites that are listed"},
	} {
		a := boss.Post(path, url.Values{"most": {tc.most}, "sites": {tc.site}})
		a.Says(t, http.StatusUnprocessableEntity, tc.word)
		if got := apptest.OnlyNodeOf(t, hub).Sites; len(got) != 0 {
			t.Errorf("%s: the node has the sites %v", tc.why, got)
		}
	}
	change := func(most string, sites ...string) {
		t.Helper()
		f := boss.Pick(boss.Get(path), path).Set("most", most)
		f.Values["sites"] = sites
		f.Send().Says(t, 200, "Saved. It counts from the next contact", "Sites or cap changed")
	}
	change("2000", "NBO-1")
	exchange()
	if !node.Finds("Omar Hassan") {
		t.Error("the site was added, and who belongs to it did not arrive")
	}
	boss.Get(path).Says(t, 200, "At most 2000 people")
	change("")
	exchange()
	if node.Finds("Omar Hassan") {
		t.Error("the site was taken away, and who belongs to it is still there")
	}
	if !hub.Finds("Omar Hassan") {
		t.Error("somebody is lost at the hub")
	}
	if got := apptest.OnlyNodeOf(t, hub).Most; got != 100_000 {
		t.Errorf("an empty cap is %d", got)
	}
	hub.At(access.PrivacyOfficer).Get("/audit").Says(t, 200, "What was done to nodes")
	hub.At(access.PrivacyOfficer).Get("/audit/nodes").Says(t, 200, "Laptop 1", "Sites or cap changed", "Invited")
	hub.At(access.Nurse).Get("/audit/nodes").Says(t, http.StatusForbidden)
	if err := hub.Sync.Revoke(t.Context(), apptest.OnlyNodeOf(t, hub).ID); err != nil {
		t.Fatal(err)
	}
	boss.Get(path).Says(t, http.StatusNotFound)
}
