package seal

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type world struct {
	*areatest.World
	*Vault
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Migrations: [][]db.Migration{Migrations()}, Kinds: [][]journal.Kind{Kinds()}})}
	w.Vault = New(Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Clock: w.Time, Cost: key.Cost{Memory: 64, Time: 1, Threads: 1},
		Session: func(ctx context.Context) string { a, _ := access.From(ctx); return a.Login }})
	w.Employ("CAMP", "")
	for _, login := range []string{"counsellor", "nurse", "physician"} {
		w.Must(w.Open(w.As(login), access.DemoPassword))
	}
	return w
}

func (w *world) room(login string) db.ID {
	w.T.Helper()
	id := db.NewID()
	w.Must(w.Found(w.As(login), id, "Quiet room", "support", "CAMP"))
	return id
}

func (w *world) admits(by, login string, room db.ID) {
	w.T.Helper()
	c, err := w.Candidate(w.As(by), login)
	w.Must(err)
	w.Must(w.Admit(w.As(by), room, login, strings.ToLower(c.Fingerprints[len(c.Fingerprints)-1])))
}

func (w *world) writes(login string, room db.ID, text string) {
	w.T.Helper()
	w.Must(w.Put(w.As(login), room, db.NewID(), "note", db.NewID(), db.ID{7}, map[string]string{"text": text}))
}

// reads are the notes that somebody can read in a room, or why they cannot.
func (w *world) reads(login string, room db.ID) ([]string, error) {
	_, all, err := w.Leaves(w.As(login), room)
	var out []string
	for _, l := range all {
		var v struct{ Text string }
		w.Must(l.Into(&v))
		out = append(out, v.Text)
	}
	return out, err
}

func (w *world) expect(login string, room db.ID, want ...string) {
	w.T.Helper()
	got, err := w.reads(login, room)
	if err != nil || !slices.Equal(got, want) {
		w.T.Errorf("%s reads %q (%v), want %q", login, got, err, want)
	}
}

func TestARoomOpensForItsMembersAndForNobodyElse(t *testing.T) {
	areatest.Both(t, newWorld, func(t *testing.T, w *world) {
		room := w.room("counsellor")
		w.writes("counsellor", room, "before")
		if _, err := w.reads("nurse", room); !fault.Is(err, fault.NotFound) {
			t.Fatalf("who is no member reads a room: %v", err)
		}
		w.admits("counsellor", "nurse", room)
		w.expect("nurse", room, "before")
		w.writes("nurse", room, "together")
		w.expect("counsellor", room, "before", "together")

		w.admits("nurse", "physician", room)
		w.Must(w.Remove(w.As("counsellor"), room, w.Staff["nurse"].User))
		w.writes("counsellor", room, "after")
		w.expect("physician", room, "before", "together", "after")
		if _, err := w.reads("nurse", room); !fault.Is(err, fault.NotFound) {
			t.Errorf("who was removed reads on: %v", err)
		}
		_, o, err := w.opened(w.As("nurse"), "test")
		w.Must(err)
		for _, l := range o.leaves {
			if l != nil && bytes.Contains(l.Body, []byte("after")) {
				t.Error("the keys of who was removed open what was written after")
			}
		}

		// Admitted again after two turns, they read everything, also what they were out for.
		w.Must(w.Remove(w.As("counsellor"), room, w.Staff["physician"].User))
		w.admits("counsellor", "nurse", room)
		w.expect("nurse", room, "before", "together", "after")
		if _, err := w.reads("administrator", room); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator asks for a room: %v", err)
		}
		if err := w.Remove(w.As("nurse"), room, w.Staff["counsellor"].User); err != nil {
			t.Error(err)
		}
		if err := w.Remove(w.As("nurse"), room, w.Staff["nurse"].User); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last member leaves: %v", err)
		}
	})
}

func TestNothingOfALeafCanBeTold(t *testing.T) {
	areatest.Both(t, newWorld, func(t *testing.T, w *world) {
		room := w.room("counsellor")
		w.admits("counsellor", "nurse", room)
		person := db.ID{0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
		w.Must(w.Put(w.As("nurse"), room, db.NewID(), "note", db.NewID(), person, map[string]string{"text": "Petit Papillon"}))
		seen := 0
		w.Must(w.Store.Read(t.Context(), func(tx *db.Tx) error {
			ids, err := leafIDs(tx)
			if err != nil {
				return err
			}
			for _, id := range ids {
				entries, err := w.Entries.History(tx, id)
				if err != nil {
					return err
				}
				for _, e := range entries {
					seen++
					if !e.Subject.IsZero() || e.Kind != leafKind || e.Purpose != "care" || e.Programme != "" || e.Actor != access.Anybody().User || !e.Sealed {
						t.Errorf("a header says something: %+v", e.Header)
					}
					if !slices.Contains(classes, len(e.Payload)) {
						t.Errorf("a leaf of %d bytes", len(e.Payload))
					}
					for _, word := range [][]byte{[]byte("Papillon"), []byte("Quiet"), []byte(w.Staff["nurse"].Name), person[:], room[:], []byte(person.String())} {
						if bytes.Contains(e.Payload, word) {
							t.Errorf("%q stands in a leaf", word)
						}
					}
				}
			}
			return nil
		}))
		if seen < 6 {
			t.Fatalf("only %d leaves were looked at", seen)
		}
	})
}

func TestAPasswordThatItsUserChangesOpensAndOneThatIsSetDoesNot(t *testing.T) {
	areatest.Both(t, newWorld, func(t *testing.T, w *world) {
		room := w.room("counsellor")
		w.writes("counsellor", room, "kept")
		ctx := w.As("counsellor")
		const own, set = "salt marsh at low water", "temporary by the office"
		write, err := w.Rewrap(ctx, w.Staff["counsellor"].User, access.DemoPassword, own)
		w.Must(err)
		w.Must(w.Store.Write(ctx, write))
		w.Must(w.Gate.SetPassword(w.As("administrator"), "counsellor", own)) // the log-in, which Rewrap is not
		w.Close(ctx)
		if _, err := w.reads("counsellor", room); !IsClosed(err) {
			t.Fatalf("a room that was closed is read: %v", err)
		}
		w.Must(w.Open(ctx, own))
		w.expect("counsellor", room, "kept")
		words, err := w.Paper(ctx)
		w.Must(err)
		w.Close(ctx)

		w.Must(w.Gate.SetPassword(w.As("administrator"), "counsellor", set))
		if err := w.Open(ctx, set); fault.KeyOf(err) != "seal.error.reset" {
			t.Fatalf("a password that an administrator set opens a room: %v", err)
		}
		if err := w.Open(ctx, own); fault.KeyOf(err) != "seal.error.password" {
			t.Errorf("the password from before still proves somebody: %v", err)
		}
		if err := w.OpenPaper(ctx, "abandon "+strings.Repeat("ability ", 11), set); err == nil {
			t.Error("any words open")
		}
		w.Must(w.OpenPaper(ctx, words, set))
		w.expect("counsellor", room, "kept")
		w.Close(ctx)
		w.Must(w.Open(ctx, set))

		// Without the paper: a new key, and a member who admits them again.
		w.admits("counsellor", "nurse", room)
		w.Must(w.Renew(ctx, set))
		if _, err := w.reads("counsellor", room); !fault.Is(err, fault.NotFound) {
			t.Errorf("a new key opens by itself: %v", err)
		}
		w.admits("nurse", "counsellor", room)
		w.expect("counsellor", room, "kept")
	})
}

func TestAKeyThatNobodyAnnouncedIsNotBelieved(t *testing.T) {
	w := newWorld(t, "")
	room := w.room("counsellor")
	w.writes("counsellor", room, "ours")
	_, o, err := w.opened(w.As("counsellor"), "test")
	w.Must(err)
	// Somebody who can write to the database, and knows the room, grants a key of their own.
	forged := granted{room: room, epoch: 9, secret: [keySize]byte{1}}
	w.Must(w.Store.Write(t.Context(), func(tx *db.Tx) error {
		doc := db.NewID()
		b, err := forged.grant(doc, [][]byte{o.own.PublicKey().Bytes()})
		if err != nil {
			return err
		}
		return (&pen{v: w.Vault, tx: tx, site: "CAMP"}).append(doc, b)
	}))
	w.writes("counsellor", room, "still ours")
	w.expect("counsellor", room, "ours", "still ours")
	if r := o.rooms[room]; len(r.heads) != 1 || r.heads[0].epoch != 1 {
		t.Errorf("the room writes with %d keys, the first of turn %d", len(r.heads), r.heads[0].epoch)
	}
}

func TestARecordIsErasedByTwoMembers(t *testing.T) {
	areatest.Both(t, newWorld, func(t *testing.T, w *world) {
		room, record, doc := w.room("counsellor"), db.NewID(), db.NewID()
		w.admits("counsellor", "nurse", room)
		w.Must(w.Put(w.As("nurse"), room, doc, "note", record, db.ID{7}, map[string]string{"text": "gone"}))
		w.writes("nurse", room, "stays")
		w.Must(w.AskErase(w.As("nurse"), room, record))
		if err := w.Erase(w.As("nurse"), room, record); fault.KeyOf(err) != "seal.error.two" {
			t.Fatalf("one member erases alone: %v", err)
		}
		w.Must(w.Erase(w.As("counsellor"), room, record))
		w.expect("nurse", room, "stays")
		w.Must(w.Store.Read(t.Context(), func(tx *db.Tx) error {
			entries, err := w.Entries.History(tx, doc)
			if err != nil || len(entries) != 1 || entries[0].Payload != nil {
				t.Errorf("the payload is still there: %d entries, %v", len(entries), err)
			}
			return nil
		}))
	})
}

func TestAWrongPasswordOrKeyIsToldAtItsField(t *testing.T) {
	w := newWorld(t, "")
	ctx := w.As("counsellor")
	if err := w.Open(ctx, "not this one at all"); fault.FieldOf(err) != "password" {
		t.Errorf("%v", err)
	}
	room := w.room("counsellor")
	if err := w.Admit(ctx, room, "nurse", "AAAA BBBB CCCC DDDD"); fault.FieldOf(err) != "fingerprint" {
		t.Errorf("%v", err)
	}
	if _, err := w.Candidate(ctx, "medical_officer"); fault.KeyOf(err) != "seal.error.no_key" {
		t.Errorf("%v", err)
	}
	if err := w.Put(ctx, room, db.NewID(), "note", db.ID{}, db.ID{}, strings.Repeat("long ", 20000)); fault.KeyOf(err) != "seal.error.long" {
		t.Errorf("%v", err)
	}
	if err := w.Open(w.As("administrator"), access.DemoPassword); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an administrator makes a key: %v", err)
	}
	w.Now = w.Now.Add(openFor + time.Minute)
	if _, err := w.reads("counsellor", room); !IsClosed(err) {
		t.Errorf("a room that was left alone stays open: %v", err)
	}
}
