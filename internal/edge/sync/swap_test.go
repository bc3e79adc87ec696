package sync

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

var agreed = db.ID{7, 7, 7}

// shares lets notes travel under the one agreement of the tests, with any hub.
func (s *side) shares() {
	s.Sharing = &Sharing{Kinds: []string{"t.note"},
		Open:    func(*db.Tx, []byte, time.Time) ([]db.ID, error) { return []db.ID{agreed}, nil },
		Terms:   func(*db.Tx, db.ID, []byte, time.Time) ([]byte, error) { return []byte("terms"), nil },
		Leaves:  func(*db.Tx, db.ID, db.ID) (bool, error) { return true, nil },
		Accept:  func(*db.Tx, db.ID, *journal.Entry) error { return nil },
		Arrived: func(context.Context, *db.Tx, db.ID, []db.ID) error { return nil }}
}

// otherHub is a hub of another organisation that calls this one.
func (s *side) otherHub() *side {
	s.t.Helper()
	other := newSide(s.t, onDisk(s.t))
	s.shares()
	other.shares()
	_, code, err := s.InviteHub(s.t.Context(), "Other")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := other.EnrolHub(s.t.Context(), direct, "Hub", code); err != nil {
		s.t.Fatal(err)
	}
	return other
}

func TestAHubIsSentWhatIsSharedAndNothingElse(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		other := hub.otherHub()
		amal := hub.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		site := hub.put("t.site", "", db.ID{}, map[string]any{"given": "Camp"})
		note := hub.put("t.note", "", amal, map[string]any{"allergy": "latex"})
		back := other.put("t.note", "", db.NewID(), map[string]any{"allergy": "none"})
		r, err := other.Swap(t.Context(), direct)
		if err != nil || r != (SwapReport{Sent: 1, Taken: 1}) {
			t.Fatal(r, err)
		}
		want(t, "the note", other.row(note), hub.row(note))
		want(t, "the person", other.row(amal), "none")
		want(t, "what goes everywhere among nodes", other.row(site), "none")
		want(t, "what goes the other way", hub.row(back), other.row(back))
		hub.edit(note, map[string]any{"allergy": "latex, bananas"})
		r, err = other.Swap(t.Context(), direct)
		want(t, "the next exchange", r, SwapReport{Taken: 1})
		want(t, "the correction", other.row(note), hub.row(note))
		if err != nil {
			t.Error(err)
		}
		hub.whole()
		other.whole()

		// A hub is no node: it has no session, whatever it says.
		_, err = hub.recognise(t.Context(), other.pin())
		wantFault(t, err, fault.Forbidden, "sync.unknown_node")
		all, err := other.hubs()
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
	})
}

func (s *side) pin() []byte {
	s.t.Helper()
	var pin []byte
	err := s.d.Write(s.t.Context(), func(tx *db.Tx) error {
		id, err := ownIdentity(tx)
		if err == nil {
			pin, err = id.pin()
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return pin
}

func (s *side) hubs() (all []OtherHub, err error) {
	err = s.d.Read(s.t.Context(), func(tx *db.Tx) error { all, err = s.Hubs(tx); return err })
	return all, err
}

// message is what the hub would send its other hub next.
func message(t *testing.T, hub, other *side) swap {
	t.Helper()
	all, err := hub.hubs()
	if err != nil {
		t.Fatal(err)
	}
	ask, _, err := other.swapTurn(t.Context(), mine(t, other), agreed, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, did, err := hub.swapTurn(t.Context(), all[0], agreed, &ask)
	if err != nil || did.Sent == 0 {
		t.Fatal(did, err)
	}
	return m
}

func mine(t *testing.T, s *side) OtherHub {
	t.Helper()
	all, err := s.hubs()
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

func TestAPacketThatWasChangedOnTheWayIsRefused(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		other := hub.otherHub()
		note := hub.put("t.note", "", db.NewID(), map[string]any{"allergy": "latex"})
		m := message(t, hub, other)
		for _, at := range []int{len(m.Items) / 4, len(m.Items) / 2, len(m.Items) - 12} {
			bad := m
			bad.Items = slices.Clone(m.Items)
			bad.Items[at] ^= 1
			if _, did, err := other.swapTurn(t.Context(), mine(t, other), agreed, &bad); err == nil || did.Taken != 0 {
				t.Errorf("changed at %d of %d: taken %d, %v", at, len(m.Items), did.Taken, err)
			}
			want(t, "the note", other.row(note), "none")
		}
		if _, did, err := other.swapTurn(t.Context(), mine(t, other), agreed, &m); err != nil || did.Taken != 1 {
			t.Fatal(did, err)
		}
		want(t, "unchanged", other.row(note), hub.row(note))
	})
}

// A hub that writes under the name of this side's node, or about a document that is
// this side's, could make a fork of what it did not write.
func TestAHubSpeaksForItselfAlone(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		other := hub.otherHub()
		note := hub.put("t.note", "", db.NewID(), map[string]any{"allergy": "latex"})
		m := message(t, hub, other)
		var self db.ID
		err := other.d.Write(t.Context(), func(tx *db.Tx) (err error) {
			if self, err = hub.installation(); err != nil {
				return err
			}
			_, err = tx.Exec("INSERT INTO sync_installation (id, node, own, since) VALUES (?, ?, 1, ?)", self, db.NewID(), time.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = other.swapTurn(t.Context(), mine(t, other), agreed, &m)
		wantFault(t, err, fault.Forbidden, "sync.not_yours")
		want(t, "the note", other.row(note), "none")
	})
}

func (s *side) installation() (id db.ID, err error) {
	err = s.d.Write(s.t.Context(), func(tx *db.Tx) error { id, err = s.Journal.Installation(tx); return err })
	return id, err
}

func TestAHubThatIsNotKnownOrRevokedIsToldNothing(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		other := hub.otherHub()
		note := hub.put("t.note", "", db.NewID(), map[string]any{"allergy": "latex"})
		known, err := hub.hubs()
		if err != nil {
			t.Fatal(err)
		}
		if err := hub.RevokeHub(t.Context(), known[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err = other.Swap(t.Context(), direct)
		wantFault(t, err, fault.Forbidden, "sync.revoked")
		want(t, "the note", other.row(note), "none")
		if all, _ := other.hubs(); all[0].Trouble != "sync.revoked" {
			t.Errorf("what is kept of it: %q", all[0].Trouble)
		}

		stranger := newSide(t, onDisk(t))
		stranger.shares()
		err = stranger.d.Write(t.Context(), func(tx *db.Tx) error {
			return insertHub(tx, OtherHub{ID: db.NewID(), Name: "Hub", State: Enrolled, Address: hub.Address, Pin: hub.pin()}, nil, time.Time{}, time.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = stranger.Swap(t.Context(), direct)
		wantFault(t, err, fault.Forbidden, "sync.unknown_hub")

		// A node's code is none for a hub.
		_, code, err := hub.Invite(t.Context(), Invitation{Name: "A", Sites: []string{"camp"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = stranger.EnrolHub(t.Context(), Client{Proxy: http.ProxyURL(nil)}, "Hub", code)
		wantFault(t, err, fault.Forbidden, "sync.code_refused")
	})
}

// It stands in the feed, the link was cut, and consent is taken back meanwhile.
func TestWhatMayNotLeaveAnyMoreKeepsItsPlaceAndNothingElse(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		other := hub.otherHub()
		note := hub.put("t.note", "", db.NewID(), map[string]any{"allergy": "latex"})
		lost := message(t, hub, other)
		hub.Sharing.Leaves = func(_ *db.Tx, _, doc db.ID) (bool, error) { return doc != note, nil }
		next := hub.put("t.note", "", db.NewID(), map[string]any{"allergy": "bees"})
		if len(lost.Items) == 0 {
			t.Fatal("nothing was queued")
		}
		if _, err := other.Swap(t.Context(), direct); err != nil {
			t.Fatal(err)
		}
		want(t, "what was taken back", other.row(note), "none")
		want(t, "what comes after it", other.row(next), hub.row(next))
		var payloads int64
		err := other.d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row("SELECT count(*) FROM journal_entries WHERE doc = ? AND payload IS NOT NULL", note).Scan(&payloads)
		})
		if err != nil || payloads != 0 {
			t.Errorf("payloads that came: %d %v", payloads, err)
		}
		hub.whole()
		other.whole()
	})
}
