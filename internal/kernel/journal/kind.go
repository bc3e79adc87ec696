package journal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Class says what happens when two changes of a group did not see each other.
type Class uint8

// The classes.
const (
	// Append: a new fact never overwrites. Every change is kept as an item.
	Append Class = 1 + iota
	// Register: both are kept, one is shown by a fixed rule and marked, and a
	// review item opens.
	Register
	// Safety: all are alternatives and none is the value, until a change names
	// those that it supersedes.
	Safety
)

// String is the class's name.
func (c Class) String() string {
	if c < Append || c > Safety {
		return "unset"
	}
	return [...]string{"append", "register", "safety"}[c-1]
}

// Group is a set of fields that change together: a name; a birth date with its
// precision; a classification with its date. A field that stands in no group is a
// register of its own, so that a field of a later version is merged as well.
type Group struct {
	Name   string
	Class  Class
	Fields []string
}

// Kind is a kind of document.
type Kind struct {
	Name   string // "people.person"
	Schema int    // 1, 2, 3 …; raise it when Groups or Project change
	Groups []Group

	// Tables are the projected tables, each with a column doc or, where it has
	// none, id that holds the document's id. Rebuild clears and compares them;
	// erasure deletes from them. They have no foreign keys to rows of other
	// documents: after a sync those may not be there yet.
	Tables []string

	// Project writes d's rows from its merged state, new or not. It must write
	// the same rows for the same document whatever was there, use tx only, and
	// not keep d.
	Project func(tx *db.Tx, d *Doc) error

	// Acts says what a document records that can be done only once, so that two
	// records of one act are found (see Acts). It depends on d alone. It may be nil.
	Acts func(d *Doc) Acts

	// Remove deletes rows that Tables do not name, and takes back what Project counted
	// (package tally); the rows of Tables are still there. It may be nil.
	Remove func(tx *db.Tx, doc db.ID) error

	// Reach says to which nodes the documents go.
	Reach Reach

	// Links names the documents without which d cannot be understood, such as the
	// family of a member. They go where d goes. It depends on d alone, must answer
	// the same whatever was disputed, and may be nil.
	Links func(d *Doc) []db.ID

	// Binds says that the people whose documents link to this one travel together,
	// as a family does, or those of one case.
	Binds bool

	// Until names the field that holds the last day (a calendar.Day) on which a
	// document is kept. After it the program may erase it without two officers (see
	// Expire): what is said when a document is made is a promise to whom it is about.
	// A kind without it is erased by officers only.
	Until string
}

// kindInfo is a Kind made ready.
type kindInfo struct {
	Kind
	groups  []groupDef     // sorted by name
	byField map[string]int // index into groups
}

type groupDef struct {
	name  string
	class Class
}

// lone marks the group of a field that no group declares.
const lone = "="

// sealedGroup holds the payloads of sealed documents, each an item.
const sealedGroup = "=sealed"

func prepare(k Kind) (*kindInfo, error) {
	bad := func(format string, args ...any) error {
		return &fault.Error{Code: fault.Internal, Op: "journal.New", Key: "journal.bad_kind",
			Err: fmt.Errorf("kind %q: "+format, append([]any{k.Name}, args...)...)}
	}
	if k.Name == "" || len(k.Name) > maxText || strings.HasPrefix(k.Name, "journal.") || k.Schema < 1 {
		return nil, bad("needs a name outside journal.* and a schema from 1")
	}
	p := &kindInfo{Kind: k, byField: make(map[string]int)}
	groups := slices.Clone(k.Groups)
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	for i, g := range groups {
		if g.Name == "" || len(g.Name) > maxText || strings.HasPrefix(g.Name, lone) || g.Class < Append || g.Class > Safety || len(g.Fields) == 0 {
			return nil, bad("group %q needs a name, a class and fields", g.Name)
		}
		if i > 0 && groups[i-1].Name == g.Name {
			return nil, bad("group %q is declared twice", g.Name)
		}
		p.groups = append(p.groups, groupDef{g.Name, g.Class})
		for _, f := range g.Fields {
			if _, twice := p.byField[f]; twice || f == "" || strings.HasPrefix(f, distinctPrefix) {
				return nil, bad("field %q is empty, in two groups or the journal's own", f)
			}
			p.byField[f] = i
		}
	}
	return p, nil
}

// unknownKind serves a kind that this program does not know: its fields are
// merged as registers, and nothing is projected.
func unknownKind(name string) *kindInfo { return &kindInfo{Kind: Kind{Name: name}} }

// groupOf names the group of a field.
func (k *kindInfo) groupOf(name string) groupDef {
	if i, ok := k.byField[name]; ok {
		return k.groups[i]
	}
	if strings.HasPrefix(name, distinctPrefix) {
		return groupDef{lone + name, Append} // two officers who say the same do not differ
	}
	return groupDef{lone + name, Register}
}

// plainGroup is the name of a group as callers know it.
func plainGroup(name string) string { return strings.TrimPrefix(name, lone) }
