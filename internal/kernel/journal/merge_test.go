package journal

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

func testKind(t interface{ Fatal(...any) }) *kindInfo {
	k, err := prepare(Kind{Name: "t.person", Schema: 1, Groups: []Group{
		{Name: "name", Class: Register, Fields: []string{"given", "family"}},
		{Name: "allergy", Class: Safety, Fields: []string{"allergy", "reaction"}},
		{Name: "notes", Class: Append, Fields: []string{"note"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// world is some installations that edit one document and now and then hear from
// each other, from old pages as often as from new ones.
type world struct {
	k     *kindInfo
	nodes []*site
	all   []change
	clock HLC
}

// site is one installation with one lane.
type site struct {
	origin Origin
	seq    uint64
	has    []int    // indexes into world.all
	pages  []page   // what somebody here has open
	heard  []uint64 // of each node, how far
}

type page struct {
	base Base
	s    *state
}

func (w *world) changes(has []int) []change {
	out := make([]change, len(has))
	for i, n := range has {
		out[i] = w.all[n]
	}
	return out
}

// drawWorld lets a few people work for a while.
func drawWorld(t *rapid.T) *world {
	w := &world{k: testKind(t)}
	n := rapid.IntRange(1, 3).Draw(t, "nodes")
	for i := range n {
		// Two lanes of one installation, and another installation.
		inst := db.ID{1: byte(9 - i/2)}
		w.nodes = append(w.nodes, &site{origin: Origin{inst, uint32(i % 2)}, heard: make([]uint64, n)})
	}
	steps := rapid.IntRange(1, 14).Draw(t, "steps")
	for range steps {
		s := w.nodes[rapid.IntRange(0, n-1).Draw(t, "node")]
		if from := rapid.IntRange(0, n).Draw(t, "hear"); from < n && w.nodes[from] != s {
			w.hear(s, rapid.IntRange(0, n-1).Draw(t, "whose"), from)
			continue
		}
		w.edit(t, s)
	}
	return w
}

// hear brings the entries of one origin, as far as node from has them.
func (w *world) hear(s *site, whose, from int) {
	for _, i := range w.nodes[from].has {
		c := w.all[i]
		if c.Version.Origin == w.nodes[whose].origin && c.Version.Origin != s.origin && c.Version.Seq > s.heard[whose] {
			s.heard[whose] = c.Version.Seq
			s.has = append(s.has, i)
		}
	}
}

func (w *world) edit(t *rapid.T, s *site) {
	now := fold(w.k, w.changes(s.has))
	s.pages = append(s.pages, page{now.seen, now})
	p := s.pages[len(s.pages)-1]
	if rapid.Bool().Draw(t, "old page") {
		p = s.pages[rapid.IntRange(0, len(s.pages)-1).Draw(t, "page")]
	}
	w.clock += HLC(rapid.IntRange(0, 2).Draw(t, "tick"))
	s.seq++
	h := &Header{Version: Version{s.origin, s.seq}, HLC: HLC(rapid.IntRange(0, 5).Draw(t, "skew")) + w.clock, Base: p.base, Actor: db.ID{byte(s.seq)},
		Sensitivity: Sensitivity(rapid.IntRange(1, 3).Draw(t, "sensitivity")), EnteredInError: rapid.IntRange(0, 15).Draw(t, "error") == 0,
		Site: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "site")}
	c := change{Header: h}
	for _, name := range []string{"allergy", "family", "given", "note", "phone", "reaction"} {
		if rapid.IntRange(0, 2).Draw(t, name) == 0 {
			raw := fmt.Sprintf(`"%s%d"`, name, len(w.all))
			if rapid.IntRange(0, 5).Draw(t, "null") == 0 {
				raw = "null"
			}
			c.fields = append(c.fields, field{name, []byte(raw)})
		}
	}
	for _, g := range p.s.groups {
		for _, a := range g.alts {
			if len(g.alts) > 1 && rapid.Bool().Draw(t, "resolve") && !slices.Contains(h.Resolves, a.version) {
				h.Resolves = append(h.Resolves, a.version)
			}
		}
	}
	w.all = append(w.all, c)
	s.has = append(s.has, len(w.all)-1)
}

// arrive merges changes as they come, the way the journal does: over the stored
// state if the change had seen all of it, else from the history.
func arrive(k *kindInfo, changes []change) []byte {
	var stored []byte
	for i := range changes {
		s := &state{}
		if i > 0 {
			var err error
			if s, err = decodeState(stored); err != nil {
				panic(err)
			}
		}
		d := &document{k: k, s: s, isNew: i == 0, schema: int64(k.Schema)}
		if d.follows(&changes[i]) {
			m := merger{k: k, s: s}
			m.step(&changes[i])
		} else {
			s = fold(k, changes[:i+1])
		}
		stored = s.encode(nil)
	}
	return stored
}

func TestTheOrderOfArrivalNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		if len(w.all) == 0 {
			t.Skip("nobody wrote")
		}
		want := fold(w.k, w.all).encode(nil)
		for range 3 {
			order := rapid.Permutation(w.all).Draw(t, "order")
			if got := fold(w.k, order).encode(nil); !bytes.Equal(got, want) {
				t.Fatalf("a fold in another order differs:\n%s\n%s", show(got), show(want))
			}
			if got := arrive(w.k, order); !bytes.Equal(got, want) {
				t.Fatalf("arriving one by one differs:\n%s\n%s", show(got), show(want))
			}
		}
	})
}

func TestNothingThatSomebodyTypedIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		s := fold(w.k, w.all)
		// Each value is shown, or a change whose author had seen it, or named it, came over it.
		for i := range w.all {
			c := &w.all[i]
			for _, f := range c.fields {
				g := s.group(w.k.groupOf(f.name).name)
				if g == nil {
					t.Fatalf("no group for %s", f.name)
				}
				alive := slices.ContainsFunc(g.alts, func(a alternative) bool { return a.version == c.Version })
				over := slices.ContainsFunc(w.all, func(d change) bool { return d.Version != c.Version && d.supersedes(c.Version) })
				if !alive && !over {
					t.Fatalf("%s of %s is gone and nobody had seen it", f.name, c.Version)
				}
			}
		}
		for i := range s.groups {
			if len(s.groups[i].alts) == 0 {
				t.Fatalf("group %s has no value", s.groups[i].name)
			}
		}
	})
}

func TestAReviewIsOpenExactlyWhileAGroupIsInConflict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := fold(testKind(t), drawWorld(t).all)
		for i := range s.groups {
			g := &s.groups[i]
			open := 0
			for _, r := range s.reviews {
				if r.group == g.name && r.resolved == 0 {
					open++
				}
			}
			if g.disputed() != (open == 1) || open > 1 {
				t.Fatalf("group %s has %d values and %d open reviews", g.name, len(g.alts), open)
			}
			if g.class == Safety && g.disputed() {
				d := s.doc(db.ID{1}, "t.person")
				if d.Fields["allergy"] != nil || len(d.Disputed["allergy"]) != len(g.alts) {
					t.Fatal("a disputed safety fact is shown as if it were known")
				}
			}
		}
	})
}

func TestStatesComeBackFromTheirBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		if len(w.all) == 0 {
			t.Skip("nobody wrote")
		}
		b := fold(w.k, w.all).encode(nil)
		s, err := decodeState(b)
		if err != nil {
			t.Fatal(err)
		}
		if again := s.encode(nil); !bytes.Equal(again, b) {
			t.Fatalf("%s\n%s", show(again), show(b))
		}
	})
}

func show(b []byte) string {
	s, err := decodeState(b)
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for _, g := range s.groups {
		fmt.Fprintf(&out, "%s(%s):", g.name, g.class)
		for _, a := range g.alts {
			fmt.Fprintf(&out, " %d.%d.%d", a.version.Origin.Installation[1], a.version.Origin.Lane, a.version.Seq)
			for _, f := range a.fields {
				fmt.Fprintf(&out, " %s=%s", f.name, f.raw)
			}
			out.WriteString(";")
		}
		out.WriteString("\n")
	}
	fmt.Fprintf(&out, "reviews %+v seen %+v created %+v updated %+v site %s sens %v err %v", s.reviews, s.seen, s.created, s.updated, s.site, s.sensitivity, s.inError)
	return out.String()
}

func TestTheChainCommitsToEveryByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s hasher
		var prev [32]byte
		h := drawHeader(t)
		length := rapid.SampledFrom([]int{secretSize, oldSecretSize}).Draw(t, "length")
		raw, payload, secret := appendHeader(nil, h), rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(t, "payload"), rapid.SliceOfN(rapid.Byte(), length, length).Draw(t, "secret")
		c := s.commit(secret, h.Version, payload)
		want := s.entry(raw, &c, &prev)
		flip := func(b []byte) []byte {
			b = bytes.Clone(b)
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			return b
		}
		if s.commit(secret, h.Version, flip(payload)) == c || s.commit(flip(secret), h.Version, payload) == c {
			t.Fatal("the commitment does not see a change")
		}
		v := h.Version
		v.Seq++
		if s.commit(secret, v, payload) == c {
			t.Fatal("two entries of a document with one payload have one commitment")
		}
		c2, p2 := [32]byte(flip(c[:])), [32]byte(flip(prev[:]))
		if s.entry(flip(raw), &c, &prev) == want || s.entry(raw, &c2, &prev) == want || s.entry(raw, &c, &p2) == want {
			t.Fatal("the hash does not see a change")
		}
	})
}

func drawVersion(t *rapid.T) Version {
	id := db.ID{15: byte(rapid.IntRange(1, 3).Draw(t, "installation"))}
	return Version{Origin{id, uint32(rapid.IntRange(0, 300).Draw(t, "lane"))}, uint64(rapid.Int64Range(1, maxSeq).Draw(t, "seq"))}
}

func drawHeader(t *rapid.T) *Header {
	text := rapid.StringN(0, 20, 60)
	h := &Header{Version: drawVersion(t), HLC: HLC(rapid.Uint64().Draw(t, "hlc")), Kind: "k" + text.Draw(t, "kind"), Doc: db.ID{1},
		Sensitivity: Sensitivity(rapid.IntRange(1, 4).Draw(t, "sensitivity")), Programme: text.Draw(t, "programme"), Site: text.Draw(t, "site"),
		Purpose: text.Draw(t, "purpose"), Schema: rapid.IntRange(0, 1<<31-1).Draw(t, "schema"), EnteredInError: rapid.Bool().Draw(t, "error"), Sealed: rapid.Bool().Draw(t, "sealed")}
	if rapid.Bool().Draw(t, "subject") {
		h.Subject, h.Actor = db.ID{2}, db.ID{3}
	}
	for range rapid.IntRange(0, 4).Draw(t, "base") {
		h.Base = h.Base.with(drawVersion(t))
	}
	for range rapid.IntRange(0, 2).Draw(t, "resolves") {
		h.Resolves = append(h.Resolves, drawVersion(t))
	}
	return h
}

func TestHeadersComeBackFromTheirBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHeader(t)
		raw := appendHeader(nil, h)
		got, err := parseHeader(raw)
		if err != nil {
			t.Fatal(err)
		}
		if again := appendHeader(nil, &got); !bytes.Equal(again, raw) || got.Version != h.Version || !got.Base.Equal(h.Base) {
			t.Fatalf("%+v\n%+v", got, *h)
		}
		later, err := parseHeader(append(raw, "a later field"...))
		if err != nil || !bytes.Equal(appendHeader(nil, &later), raw) {
			t.Fatalf("a header of a later version: %v", err)
		}
	})
}

func TestSecretsAreNeverDrawnTwice(t *testing.T) {
	b := &batch{}
	seen := map[[secretSize]byte]bool{{}: true} // and never empty
	for range 100 {
		var s [secretSize]byte
		b.draw(s[:])
		if seen[s] {
			t.Fatal("a secret was drawn twice")
		}
		seen[s] = true
	}
}
