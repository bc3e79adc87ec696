package app

import (
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// syncSamples are the pages of the exchange and of the nodes.
func syncSamples(t testing.TB) []page.Sample {
	t.Helper()
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	head := journal.Head{Origin: journal.Origin{Installation: db.ID{7}, Lane: 1}, Seq: 4812, Hash: [32]byte{0x3f, 0x2a, 0x77, 0x10}}
	state := func(name, trouble string, unsent int64) syncView {
		st := sync.Status{Enrolled: true, Name: name, Sites: []string{"NBO"}, Unsent: unsent, Received: 4812, Heads: []journal.Head{head, head},
			Contact: now.Add(-3 * time.Hour), Trouble: trouble}
		return syncView{State: syncState(st, false, true), Rows: syncRows(st, siteNames(st.Sites, nil, "en"), now), Now: &page.Form{Action: syncPath + "/now", Submit: page.M("app.sync.now")}}
	}
	refused := func(name string) syncView {
		v := state(name, "sync.fork", 12)
		v.Now, v.Anew = nil, reissuing(reissueForm())
		return v
	}
	alone := syncView{State: syncState(sync.Status{}, false, true), Enrol: enrolForm()}
	hub := syncView{State: syncState(sync.Status{}, true, true)}
	hub.State.Links = []page.Link{{Href: nodesPath, Text: page.M("app.nodes.title")}}
	nodes := func(name string) nodesView {
		return nodesView{Invite: page.Link{Href: nodesPath + "/new", Text: page.M("app.nodes.invite")}, Table: nodesTable(sampleNodes(name, now), nil, "en", now)}
	}
	var none nodesView
	none.Notice, none.Command = notHub()
	invited := func(name string) invitedView {
		v, err := invitedPage(name, "hub.example.org:8443/0123A-BCDEF-GHJKM-NPQRS-TVWXY-Z0123-45678-9ABCD-EF")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	revoke := func(name string, which int) revokeView {
		return revokePage(sampleNodes(name, now)[which], siteNames(nil, nil, "en"), now)
	}
	one := func(name string, sites []place.Site) nodeView {
		p := sampleNodes(name, now)[0]
		if p.People = 812; sites == nil {
			p.Sites = nil
		}
		done := page.Timeline{{When: now, What: page.M("app.nodes.act_changed"), Detail: []page.Cell{name, page.M("app.nodes.act_most", "count", 2000)}}}
		return nodePage(p, scopeForm(p.Peer, sites, "en"), done, siteNames(p.Sites, sites, "en"), nodeTag(p.Peer, now))
	}
	acts := actsTable()
	acts.Rows = append(acts.Rows, []page.Cell{now, "Boss", page.M("app.nodes.act_revoked"), pagetest.Hostile, siteNames(nil, nil, "en"), int64(100)})
	places := []place.Site{{Code: "NBO", Names: map[string]string{"en": "Nairobi"}}}
	return []page.Sample{
		{Name: "exchange", Template: "app/sync", Title: "app.sync.title", Empty: state("", "", 0), Full: state("Laptop Dadaab 1", "sync.unreachable", 3), Hostile: state(pagetest.Hostile, "sync.fork", 1)},
		{Name: "exchange of a fork", Template: "app/sync", Title: "app.sync.title", Empty: refused(""), Full: refused("Laptop Dadaab 1"), Hostile: refused(pagetest.Hostile),
			Problems: []page.Problem{{Field: "which", Text: page.M("app.reissue.choose")}, {Field: "code", Text: page.M("sync.bad_code")}}},
		{Name: "exchange of a computer on its own", Template: "app/sync", Title: "app.sync.title", Empty: syncView{State: syncState(sync.Status{}, false, false)}, Full: alone, Hostile: alone,
			Problems: []page.Problem{{Field: "code", Text: page.M("sync.bad_code")}}},
		{Name: "exchange of a hub", Template: "app/sync", Title: "app.sync.title", Empty: syncView{State: syncState(sync.Status{}, true, false)}, Full: hub, Hostile: hub},
		{Name: "nodes", Template: "app/nodes", Title: "app.nodes.title", Wide: true, Empty: none, Full: nodes("Laptop Dadaab 1"), Hostile: nodes(pagetest.Hostile)},
		{Name: "no nodes", Template: "app/nodes", Title: "app.nodes.title", Wide: true, Empty: nodesView{Table: nodesTable(nil, nil, "en", now)}, Full: nodes("A"), Hostile: none},
		{Name: "invite a node", Template: "page/form", Title: "app.nodes.invite", Empty: inviteForm(nil, "en"), Full: inviteForm(places, "en"), Hostile: inviteForm(places, "ar")},
		{Name: "code of a node", Template: "app/invited", Title: "app.nodes.invited", Empty: invitedView{}, Full: invited("Laptop Dadaab 1"), Hostile: invited(pagetest.Hostile)},
		{Name: "one node", Template: "app/node", Title: "app.nodes.scope_title", Empty: one("", nil), Full: one("Laptop Dadaab 1", places), Hostile: one(pagetest.Hostile, places),
			Problems: []page.Problem{{Field: "most", Text: page.M("app.nodes.most_wrong")}}},
		{Name: "what was done to nodes", Template: "app/acts", Title: "app.nodes.acts_all", Wide: true, Empty: actsView{actsTable()}, Full: actsView{acts}, Hostile: actsView{acts}},
		{Name: "ask the hub", Template: "app/fetch", Title: "app.fetch.title", Empty: fetchView{Form: fetchForm("")}, Full: fetchView{Form: fetchForm("DAD-1")}, Hostile: fetchView{Form: fetchForm(pagetest.Hostile)},
			Problems: []page.Problem{{Field: "number", Text: page.M("app.fetch.no_number")}, {Field: "purpose", Text: page.M("app.fetch.no_purpose")}}},
		{Name: "what the hub answered", Template: "app/fetch", Title: "app.fetch.title", Empty: fetchView{Result: fetched(false, nil, 0, false, false, nil)},
			Full: fetchView{Result: fetched(true, nil, 2, false, true, []page.Link{{Href: "/people/1", Text: page.M("app.fetch.open", "code", page.Code("ABC-123"))}})}, Hostile: fetchView{Result: fetchAlone()}},
		{Name: "revoke a node", Template: "app/revoke", Title: "app.nodes.revoke_title", Empty: revoke("", 0), Full: revoke("Laptop Dadaab 1", 0), Hostile: revoke(pagetest.Hostile, 0)},
		{Name: "withdraw an invitation", Template: "app/revoke", Title: "app.nodes.withdraw_title", Empty: revoke("", 1), Full: revoke("Laptop Dadaab 1", 1), Hostile: revoke(pagetest.Hostile, 1)},
	}
}

// sampleNodes are a node in each state.
func sampleNodes(name string, now time.Time) []sync.PeerStanding {
	three := int64(3)
	node := func(s sync.State) sync.PeerStanding {
		return sync.PeerStanding{Peer: sync.Peer{ID: db.ID{byte(len(s))}, Name: name, Sites: []string{"NBO", "MBA"}, State: s, Until: now.Add(time.Hour), Enrolled: now.Add(-240 * time.Hour)}}
	}
	well, invited, expired, silent, troubled, gone := node(sync.Enrolled), node(sync.Invited), node(sync.Invited), node(sync.Enrolled), node(sync.Enrolled), node(sync.Revoked)
	well.Contact, well.Received, well.Behind = now.Add(-time.Minute), 4812, &three
	well.Backlog = sync.Backlog{Known: true, Ready: 12, Unread: 30}
	well.Heads = []journal.Head{{Seq: 4812, Hash: [32]byte{0x3f, 0x2a, 0x77, 0x10}}}
	invited.Sites = nil
	expired.Until = now.Add(-time.Hour)
	silent.Contact, silent.Backlog = now.Add(-9*24*time.Hour), sync.Backlog{Known: true, Unread: 120}
	troubled.Contact, troubled.Trouble, troubled.Backlog = now.Add(-3*time.Hour), "sync.other_protocol", sync.Backlog{Known: true, Ready: 4}
	destroyed := node(sync.Revoked)
	destroyed.Why, destroyed.Ended, destroyed.Behind = sync.WhyDestroyed, now.Add(-time.Hour), &three
	return []sync.PeerStanding{well, invited, expired, silent, troubled, gone, destroyed}
}

func TestANodeThatIsSilentForAWeekIsAmber(t *testing.T) {
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const day = 24 * time.Hour
	for _, tc := range []struct {
		why   string
		p     sync.Peer
		level page.Level
		key   string
	}{
		{"heard of a minute ago", sync.Peer{State: sync.Enrolled, Contact: ago(time.Minute)}, page.Done, "app.nodes.state_enrolled"},
		{"a minute short of a week", sync.Peer{State: sync.Enrolled, Contact: ago(7*day - time.Minute)}, page.Done, "app.nodes.state_enrolled"},
		{"a week", sync.Peer{State: sync.Enrolled, Contact: ago(7 * day)}, page.Wait, "app.nodes.state_silent"},
		{"silent is more than the trouble before it", sync.Peer{State: sync.Enrolled, Contact: ago(8 * day), Trouble: "sync.fork"}, page.Wait, "app.nodes.state_silent"},
		{"enrolled and never there", sync.Peer{State: sync.Enrolled, Enrolled: ago(8 * day)}, page.Wait, "app.nodes.state_silent"},
		{"enrolled just now", sync.Peer{State: sync.Enrolled, Enrolled: ago(time.Minute)}, page.Done, "app.nodes.state_enrolled"},
		{"trouble", sync.Peer{State: sync.Enrolled, Contact: ago(time.Minute), Trouble: "sync.fork"}, page.Wait, "app.nodes.state_trouble"},
		{"a clock that was set back", sync.Peer{State: sync.Enrolled, Contact: now.Add(day)}, page.Done, "app.nodes.state_enrolled"},
		{"invited", sync.Peer{State: sync.Invited, Until: now.Add(time.Hour)}, page.Info, "app.nodes.state_invited"},
		{"a code that ran out", sync.Peer{State: sync.Invited, Until: ago(time.Hour)}, page.Wait, "app.nodes.state_expired"},
		{"destroyed, as it said", sync.Peer{State: sync.Revoked, Why: sync.WhyDestroyed, Contact: ago(time.Minute)}, page.Danger, "app.nodes.state_destroyed"},
		{"revoked long ago", sync.Peer{State: sync.Revoked, Contact: ago(90 * day)}, page.Quiet, "app.nodes.state_revoked"},
	} {
		if got := nodeTag(tc.p, now); got.Level != tc.level || got.Text.Key != tc.key {
			t.Errorf("%s: %s %s, want %s %s", tc.why, got.Level, got.Text.Key, tc.level, tc.key)
		}
	}
}

func TestHowLongAgoIsToldInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "less than a minute ago", 59 * time.Second: "less than a minute ago", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago",
		time.Hour: "1 hour ago", 47 * time.Hour: "47 hours ago", 48 * time.Hour: "2 days ago", 21 * 24 * time.Hour: "21 days ago",
	} {
		if got := unmarked(renderer(t).Text("en", agoMsg(d))); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// unmarked takes the marks of direction out of a text.
func unmarked(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }
