package journal

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// event says which entry, when and by whom.
type event struct {
	version Version
	hlc     HLC
	by      db.ID
}

func (e event) later(f event) bool {
	return e.hlc > f.hlc || e.hlc == f.hlc && e.version.compare(f.version) > 0
}

// alternative is one value of a group that nothing supersedes.
type alternative struct {
	event
	fields []field
	sealed []byte
}

// group is what a document holds of one group of fields.
type group struct {
	groupDef
	alts []alternative // sorted by version
}

func (g *group) disputed() bool { return g.class != Append && len(g.alts) > 1 }

// shown is the value that stands for a register in conflict: that of the greatest
// version. Any fixed rule would do that every node can follow; a clock would not.
func (g *group) shown() *alternative { return &g.alts[len(g.alts)-1] }

// review is a conflict that a person has to look at.
type review struct {
	group            string
	opened, resolved HLC // resolved 0 while open
}

// state is a document merged from all its entries. Equal sets of entries give
// equal bytes on every node, in whatever order they came.
type state struct {
	subject     db.ID
	programme   string
	site        string
	sensitivity Sensitivity
	inError     bool
	created     event
	updated     event
	seen        Base
	groups      []group // sorted by name
	reviews     []review

	room []alternative // memory for new groups
	pool []alternative // all of it, for reset
}

// reset makes s empty again and keeps its memory.
func (s *state) reset() {
	*s = state{groups: s.groups[:0], pool: s.pool}
}

func (s *state) group(name string) *group {
	i, ok := slices.BinarySearchFunc(s.groups, name, func(g group, n string) int { return strings.Compare(g.name, n) })
	if !ok {
		return nil
	}
	return &s.groups[i]
}

// reserve makes room for n groups of one value each in a document that has none,
// as most new ones are.
func (s *state) reserve(n int) {
	if len(s.groups) > 0 || n == 0 {
		return
	}
	if cap(s.groups) < n {
		s.groups = make([]group, 0, n)
	}
	if cap(s.pool) < n {
		s.pool = make([]alternative, n)
	}
	s.room = s.pool[:n]
}

// ensure answers the group, making it if the document has none yet.
func (s *state) ensure(d groupDef) *group {
	i, ok := slices.BinarySearchFunc(s.groups, d.name, func(g group, n string) int { return strings.Compare(g.name, n) })
	if !ok {
		g := group{groupDef: d}
		if len(s.room) > 0 {
			g.alts, s.room = s.room[:0:1], s.room[1:]
		}
		s.groups = slices.Insert(s.groups, i, g)
	}
	s.groups[i].class = d.class
	return &s.groups[i]
}

const (
	stateFormat      = 1
	stateInError     = 1 << 0
	stateUpdatedSame = 1 << 1 // as created
	stateSeenCreated = 1 << 2 // and nothing else
)

// Which event an alternative refers to.
const (
	refCreated = iota
	refUpdated
	refOwn // written out
)

// encode writes the stored form of s.
func (s *state) encode(b []byte) []byte {
	own := s.created.version.Origin.Installation
	flags := byte(0)
	if s.inError {
		flags |= stateInError
	}
	if s.updated == s.created {
		flags |= stateUpdatedSame
	}
	if len(s.seen.seen) == 1 && s.seen.seen[0] == s.created.version {
		flags |= stateSeenCreated
	}
	b = append(b, stateFormat, flags, byte(s.sensitivity))
	b = appendOptionalID(b, s.subject)
	b = appendText(b, s.programme)
	b = appendText(b, s.site)
	b = append(b, own[:]...)
	b = appendEvent(b, s.created, own)
	if flags&stateUpdatedSame == 0 {
		b = appendEvent(b, s.updated, own)
	}
	if flags&stateSeenCreated == 0 {
		b = appendVersions(b, s.seen.seen, own)
	}
	b = binary.AppendUvarint(b, uint64(len(s.groups)))
	for i := range s.groups {
		b = s.groups[i].encode(b, s, own)
	}
	b = binary.AppendUvarint(b, uint64(len(s.reviews)))
	for _, r := range s.reviews {
		b = appendText(b, r.group)
		b = binary.BigEndian.AppendUint64(b, uint64(r.opened))
		b = binary.BigEndian.AppendUint64(b, uint64(r.resolved))
	}
	return b
}

func appendEvent(b []byte, e event, own db.ID) []byte {
	b = appendVersion(b, e.version, own)
	b = binary.BigEndian.AppendUint64(b, uint64(e.hlc))
	return appendOptionalID(b, e.by)
}

func (g *group) encode(b []byte, s *state, own db.ID) []byte {
	b = appendText(b, g.name)
	b = append(b, byte(g.class))
	b = binary.AppendUvarint(b, uint64(len(g.alts)))
	for i := range g.alts {
		a := &g.alts[i]
		switch a.event {
		case s.created:
			b = append(b, refCreated)
		case s.updated:
			b = append(b, refUpdated)
		default:
			b = appendEvent(append(b, refOwn), a.event, own)
		}
		b = binary.AppendUvarint(b, uint64(len(a.sealed)))
		b = append(b, a.sealed...)
		b = binary.AppendUvarint(b, uint64(len(a.fields)))
		for _, f := range a.fields {
			b = appendText(b, f.name)
			b = binary.AppendUvarint(b, uint64(len(f.raw)))
			b = append(b, f.raw...)
		}
	}
	return b
}

// decodeState reads the stored form. The state shares b's bytes.
func decodeState(b []byte) (*state, error) {
	r := reader{b: b}
	s := &state{}
	if f := r.byte(); f != stateFormat {
		return nil, badState()
	}
	flags := r.byte()
	s.inError = flags&stateInError != 0
	s.sensitivity = Sensitivity(r.byte())
	s.subject = r.optionalID()
	s.programme = r.text(maxText)
	s.site = r.text(maxText)
	own := r.id()
	s.created = r.event(own)
	s.updated = s.created
	if flags&stateUpdatedSame == 0 {
		s.updated = r.event(own)
	}
	if flags&stateSeenCreated != 0 {
		s.seen = Base{[]Version{s.created.version}}
	} else {
		s.seen.seen = r.versions(own)
	}
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		return nil, badState()
	}
	s.groups = make([]group, n)
	for i := range s.groups {
		r.group(&s.groups[i], s, own)
	}
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		s.reviews = append(s.reviews, review{r.text(maxText + 1), HLC(r.uint64()), HLC(r.uint64())})
	}
	if r.bad || len(r.b) != 0 {
		return nil, badState()
	}
	return s, nil
}

func badState() error {
	return fault.New(fault.Internal, "journal.decodeState", "journal.bad_state")
}

func (r *reader) event(own db.ID) event {
	return event{r.version(own), HLC(r.uint64()), r.optionalID()}
}

func (r *reader) group(g *group, s *state, own db.ID) {
	g.name = r.text(1 << 20)
	g.class = Class(r.byte())
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return
	}
	g.alts = make([]alternative, n)
	for i := range g.alts {
		a := &g.alts[i]
		switch r.byte() {
		case refCreated:
			a.event = s.created
		case refUpdated:
			a.event = s.updated
		case refOwn:
			a.event = r.event(own)
		default:
			r.fail()
		}
		if n := r.uvarint(); n > 0 {
			a.sealed = r.bytes(n)
		}
		n := r.uvarint()
		if n > uint64(len(r.b)) {
			r.fail()
			return
		}
		a.fields = make([]field, n)
		for j := range a.fields {
			a.fields[j].name = r.text(1 << 20)
			a.fields[j].raw = r.bytes(r.uvarint())
		}
	}
}
