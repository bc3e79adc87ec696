package journal_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// busyNodes are two nodes that worked on the same records, apart and together:
// with edits that met, a sealed record, one entered in error, one erased, and one
// of an older version.
func busyNodes(t *testing.T) (a, b *node) {
	a, b = sqliteNode(t), sqliteNode(t)
	old := sqliteNode(t)
	old.create(fields{"given": "older"})
	if err := a.j.Apply(t.Context(), []journal.Entry{withSecret(old.entries()[0], bytes.Repeat([]byte{7}, 32))}); err != nil {
		t.Fatal(err)
	}
	id, gone := a.create(fields{"given": "A", "family": "አለማየሁ", "allergy": "none"}), a.create(fields{"given": planted})
	a.update(almaz, gone, fields{"note": planted, "at": "2026-11-22T16:41:50.06619Z"})
	b.pull(a)
	a.update(almaz, id, fields{"given": "A1", "note": id})
	b.update(bruno, id, fields{"given": "A2", "phone": "1"})
	a.pull(b)
	b.pull(a)
	a.append(bruno, journal.Change{Kind: "t.person", Doc: id, Base: a.load(id).Version, Purpose: "care", Fields: fields{"given": "A3"},
		Resolves: []journal.Version{a.load(id).Disputed["name"][0].Version}})
	sealed := newPerson(db.NewID(), nil)
	sealed.Sensitivity, sealed.Sealed = journal.Sealed, []byte{0, 1, 2, 3, 255}
	a.append(bruno, sealed)
	wrong := edit(id, a.load(id).Version, nil)
	wrong.EnteredInError = true
	a.append(bruno, wrong)
	a.erase(gone)
	b.pull(a)
	b.update(bruno, id, fields{"note": "after"})
	a.pull(b)
	return a, b
}

// stream packs entries, so many a chunk, and answers what comes out. prev is asked
// for the hash before each.
func stream(t *testing.T, entries []journal.Entry, chunk int, prev map[journal.Version][32]byte, known ...journal.Head) (out []journal.Part, wire int) {
	t.Helper()
	p, u := journal.NewPacker(), journal.NewUnpacker()
	defer u.Close()
	for _, h := range known {
		p.Knows(h)
		u.Knows(h)
	}
	for part := range slices.Chunk(entries, chunk) {
		for i := range part {
			if err := p.Add(&part[i], prev[part[i].Version]); err != nil {
				t.Fatal(err)
			}
		}
		b, err := p.Chunk()
		if err != nil {
			t.Fatal(err)
		}
		got, err := u.Unpack(b)
		if err != nil {
			t.Fatal(err)
		}
		out, wire = append(out, got...), wire+len(b)
	}
	return out, wire
}

// before are the hashes before entries, which are whole origins.
func before(entries []journal.Entry) map[journal.Version][32]byte {
	prev := make(map[journal.Version][32]byte)
	for i, e := range entries {
		if e.Version.Seq > 1 {
			prev[e.Version] = entries[i-1].Hash
		}
	}
	return prev
}

func plainEntries(packed []journal.Part) (out []journal.Entry) {
	for _, p := range packed {
		out = append(out, p.Entry)
	}
	return out
}

// What a journal holds arrives through the stream as it would from hand to hand.
func TestAJournalTravelsThroughTheStream(t *testing.T) {
	a, _ := busyNodes(t)
	all := a.entries()
	stores(t, func(t *testing.T, to *node) {
		for _, chunk := range []int{1, 3, len(all)} {
			out, _ := stream(t, all, chunk, before(all))
			if len(out) != len(all) {
				t.Fatalf("%d of %d entries", len(out), len(all))
			}
			for i, e := range all {
				got := out[i]
				if !bytes.Equal(got.Raw, e.Raw) || !bytes.Equal(got.Payload, e.Payload) || (got.Payload == nil) != (e.Payload == nil) ||
					!bytes.Equal(got.Secret, e.Secret) || got.Hash != e.Hash || e.Payload == nil && got.Commitment != e.Commitment {
					t.Errorf("came as\n%+v\nis\n%+v", got, e)
				}
			}
			if err := to.j.Apply(context.Background(), plainEntries(out)); err != nil {
				t.Fatal(err)
			}
		}
		to.verify()
		to.rebuild()
		if x, y := a.verify(), to.verify(); x.Entries != y.Entries || x.Erased != y.Erased || !slices.Equal(a.reviews(), to.reviews()) {
			t.Errorf("here %+v, there %+v", x, y)
		}
	})
}

// A feed carries some of an origin. Each entry still proves itself by the hash
// before it.
func TestASubsetWithGapsComesWithTheHashesBefore(t *testing.T) {
	a, _ := busyNodes(t)
	all := a.entries()
	prev := before(all)
	some := slices.DeleteFunc(slices.Clone(all), func(e journal.Entry) bool { return e.Version.Seq%3 == 2 })
	if len(some) == len(all) || len(some) < 5 {
		t.Fatalf("%d of %d", len(some), len(all))
	}
	out, _ := stream(t, some, 2, prev)
	for i, e := range some {
		if got := out[i]; got.Hash != e.Hash || got.Prev != prev[e.Version] {
			t.Errorf("%v: hash %x after %x, want %x after %x", e.Version, got.Hash, got.Prev, e.Hash, prev[e.Version])
		}
	}
}

// What the receiver has is not sent again: after a cut the next session goes on.
func TestTheHashThatTheReceiverHasIsNotSent(t *testing.T) {
	a := sqliteNode(t)
	id := a.create(fields{"given": "A"})
	for range 3 {
		a.update(almaz, id, fields{"note": "x"})
	}
	all := a.entries()
	rest, prev := all[2:], before(all)
	head := journal.Head{Origin: all[1].Version.Origin, Seq: 2, Hash: all[1].Hash}
	with, short := stream(t, rest, 9, prev, head)
	without, long := stream(t, rest, 9, prev)
	if short != long-32 {
		t.Errorf("%d bytes, and %d where the receiver has nothing", short, long)
	}
	for i := range rest {
		if with[i].Hash != rest[i].Hash || with[i].Prev != without[i].Prev || with[i].Prev != prev[rest[i].Version] {
			t.Errorf("entry %d: %x after %x", i, with[i].Hash, with[i].Prev)
		}
	}

	// A head that the receiver does not have, or has with another hash, is found out.
	for name, c := range map[string]struct {
		have func(u *journal.Unpacker)
		key  string
	}{
		"nothing":      {func(*journal.Unpacker) {}, "journal.gap"},
		"another hash": {func(u *journal.Unpacker) { u.Knows(journal.Head{Origin: head.Origin, Seq: 2, Hash: [32]byte{1}}) }, "journal.broken_chain"},
		"another head": {func(u *journal.Unpacker) { u.Knows(earlier(head)) }, "journal.gap"},
	} {
		p, u := journal.NewPacker(), journal.NewUnpacker()
		defer u.Close()
		p.Knows(head)
		c.have(u)
		if err := p.Add(&rest[0], prev[rest[0].Version]); err != nil {
			t.Fatal(err)
		}
		b, err := p.Chunk()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := u.Unpack(b); fault.KeyOf(err) != c.key {
			t.Errorf("%s: got %v, want %s", name, err, c.key)
		}
	}
}

func earlier(h journal.Head) journal.Head { h.Seq--; return h }

// An entry that is not what its sender has in its chain is not taken, nor what
// comes with it.
func TestABrokenChainIsNotUnpacked(t *testing.T) {
	a := sqliteNode(t)
	id := a.create(fields{"given": "A"})
	a.update(almaz, id, fields{"given": "B"})
	for name, spoil := range map[string]func(e []journal.Entry){
		"a payload": func(e []journal.Entry) { e[1].Payload = []byte(`{"given":"C"}`) },
		"a secret":  func(e []journal.Entry) { e[1].Secret = bytes.Repeat([]byte{1}, 16) },
		"a hash":    func(e []journal.Entry) { e[1].Hash[31]++ },
		"a header":  func(e []journal.Entry) { e[1].Raw = append(e[1].Raw, 0) },
	} {
		e := clone(a.entries())
		prev := before(e)
		spoil(e)
		p, u := journal.NewPacker(), journal.NewUnpacker()
		defer u.Close()
		for i := range e {
			if err := p.Add(&e[i], prev[e[i].Version]); err != nil {
				t.Fatal(err)
			}
		}
		b, err := p.Chunk()
		if err != nil {
			t.Fatal(err)
		}
		out, err := u.Unpack(b)
		if fault.KeyOf(err) != "journal.broken_chain" || out != nil {
			t.Errorf("%s: %d entries, %v", name, len(out), err)
		}
	}
}

// A byte that changed on the way is told with its place, and ends the stream.
func TestWhatChangedOnTheWayIsTold(t *testing.T) {
	a, _ := busyNodes(t)
	all := a.entries()
	prev := before(all)
	p := journal.NewPacker()
	var chunks [][]byte
	for part := range slices.Chunk(all, 8) {
		for i := range part {
			if err := p.Add(&part[i], prev[part[i].Version]); err != nil {
				t.Fatal(err)
			}
		}
		b, err := p.Chunk()
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, bytes.Clone(b))
	}
	wantTold := func(at int, spoiled []byte) {
		u := journal.NewUnpacker()
		defer u.Close()
		if _, err := u.Unpack(chunks[0]); err != nil {
			t.Fatal(err)
		}
		out, err := u.Unpack(spoiled)
		if out != nil || !fault.Is(err, fault.Invalid) || !strings.HasPrefix(fault.FieldOf(err), "chunk 2, entry ") {
			t.Fatalf("byte %d: %d entries, %v", at, len(out), err)
		}
		if _, again := u.Unpack(chunks[1]); !errors.Is(again, err) {
			t.Fatalf("byte %d: the stream goes on: %v", at, again)
		}
	}
	for at, b := range chunks[1] {
		flipped := bytes.Clone(chunks[1])
		flipped[at] = b ^ 0x11
		wantTold(at, flipped)
		wantTold(at, chunks[1][:at])
		wantTold(at, slices.Insert(bytes.Clone(chunks[1]), at, 0))
	}
	wantTold(len(chunks[1]), append(bytes.Clone(chunks[1]), 0))
}

// A short session that begins with what the receiver has of the last one takes half
// the bytes of one that begins with nothing, and says the same.
func TestAShortSessionGoesOnFromWhatBothHave(t *testing.T) {
	a := sqliteNode(t)
	for range 40 {
		id := a.create(fields{"given": "Almaz", "family": "Bekele", "allergy": "none"})
		a.update(bruno, id, fields{"note": "seen at the door", "phone": "0711"})
	}
	all := a.entries()
	prev, had, now := before(all), all[:70], all[70:]
	erased := clone(had)
	erased[3].Payload, erased[3].Commitment = nil, [32]byte{1}
	session := func(sender, receiver []journal.Entry) (size int, err error) {
		p, u := journal.NewPacker(), journal.NewUnpacker()
		defer u.Close()
		if err := errors.Join(p.Prime(sender), u.Prime(receiver)); err != nil {
			t.Fatal(err)
		}
		for part := range slices.Chunk(now, 4) {
			for i := range part {
				if err := p.Add(&part[i], prev[part[i].Version]); err != nil {
					t.Fatal(err)
				}
			}
			b, err := p.Chunk()
			if err != nil {
				t.Fatal(err)
			}
			out, err := u.Unpack(b)
			if err != nil {
				return 0, err
			}
			for i := range out {
				if out[i].Hash != part[i].Hash || !bytes.Equal(out[i].Payload, part[i].Payload) || !bytes.Equal(out[i].Secret, part[i].Secret) {
					t.Errorf("came as\n%+v\nis\n%+v", out[i], part[i])
				}
			}
			size += len(b)
		}
		return size, nil
	}
	fresh, err := session(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	primed, err := session(had, had)
	if err != nil || primed > fresh*2/3 {
		t.Errorf("%d bytes with a past, %d without; %v", primed, fresh, err)
	}
	if size, err := session(nil, had); err != nil || size != fresh {
		t.Errorf("a sender that does without: %d bytes, %d expected; %v", size, fresh, err)
	}
	for name, past := range map[string][]journal.Entry{"none": nil, "one entry less": had[1:], "an erased document": erased} {
		if _, err := session(had, past); !fault.Is(err, fault.Conflict) || fault.KeyOf(err) != "journal.other_past" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
