package place

import (
	"cmp"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// nameKey is what a name is kept under: where it was seen, and what it folds to.
func nameKey(text, within string) string { return within + "\x1f" + fold(text) }

// ResolveOrQueue resolves names of a source and puts those that no place has into
// the queue, all in one transaction. Names that wait already are not put in again.
func (g *Gazetteer) ResolveOrQueue(ctx context.Context, source string, queries ...Query) (out []Resolution, err error) {
	const op = "place.ResolveOrQueue"
	if err := g.may(ctx, access.PlaceRead, kindName); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		out, err = g.resolveOrQueue(ctx, tx, source, queries)
		return err
	})
	return out, fault.Wrap(op, err)
}

// ResolveOrQueueIn is ResolveOrQueue in the transaction of a caller that keeps what the
// names are about in the same.
func (g *Gazetteer) ResolveOrQueueIn(ctx context.Context, tx *db.Tx, source string, queries ...Query) ([]Resolution, error) {
	if err := g.may(ctx, access.PlaceRead, kindName); err != nil {
		return nil, err
	}
	return g.resolveOrQueue(ctx, tx, source, queries)
}

func (g *Gazetteer) resolveOrQueue(ctx context.Context, tx *db.Tx, source string, queries []Query) ([]Resolution, error) {
	b := g.book(tx)
	out := make([]Resolution, len(queries))
	for i, q := range queries {
		r, err := b.resolve(q)
		if err != nil {
			return nil, err
		}
		if r.Place == nil && !r.NoPlace && !r.Waiting {
			made, err := g.queue(ctx, tx, r.Query, source)
			if err != nil {
				return nil, err
			}
			r.Waiting = made == Made
		}
		out[i] = r
	}
	return out, nil
}

// queue puts a name into the queue. One that an officer mapped to another kind of
// place than was asked for stays as it is.
func (g *Gazetteer) queue(ctx context.Context, tx *db.Tx, q Query, source string) (Outcome, error) {
	key := nameKey(q.Text, q.Within)
	_, err := g.journal.Load(tx, idOf(kindName, key))
	if !fault.Is(err, fault.NotFound) {
		return Unchanged, err
	}
	return g.put(ctx, tx, kindName, key, map[string]any{"text": q.Text, "within": q.Within, "source": source})
}

// Waiting is a name in the queue, with what it could be.
type Waiting struct {
	Name
	Candidates []Ref
}

// Unmatched are the names that wait for an officer, by their text. One that a place
// has by now waits no longer.
func (g *Gazetteer) Unmatched(tx *db.Tx) ([]Waiting, error) {
	list, err := bodies(tx, nameID, "SELECT id, body FROM place_name WHERE target = '' ORDER BY folded, id")
	if err != nil {
		return nil, err
	}
	b := g.book(tx)
	var out []Waiting
	for _, n := range list {
		r, err := b.resolve(Query{Text: n.Text, Within: n.Within})
		if err != nil {
			return nil, err
		}
		if r.Place == nil {
			out = append(out, Waiting{n, r.Candidates})
		}
	}
	return out, nil
}

// Names are all names that something was said about, by their text.
func (g *Gazetteer) Names(tx *db.Tx) ([]Name, error) {
	return bodies(tx, nameID, "SELECT id, body FROM place_name WHERE target <> '' ORDER BY folded, id")
}

// Choose says what a name means, once and for all files that will come: the code of
// a place, or NoPlace. It settles what officers differed on. The place must lie
// within the part of the world for which it is said.
func (g *Gazetteer) Choose(ctx context.Context, n Name) (out Outcome, err error) {
	const op = "place.Choose"
	if err := g.may(ctx, access.PlaceMap, kindName); err != nil {
		return "", fault.Wrap(op, err)
	}
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		out, err = g.choose(ctx, tx, n)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (g *Gazetteer) choose(ctx context.Context, tx *db.Tx, n Name) (Outcome, error) {
	const op = "place.Choose"
	n.Text = strings.TrimSpace(n.Text)
	if fold(n.Text) == "" || utf8.RuneCountInString(n.Text) > maxNameRunes {
		return "", fault.Field(op, "name", "place.error.name_bad")
	}
	b := g.book(tx)
	if _, err := b.around(n.Within); err != nil {
		return "", fault.Field(op, "within", "place.error.unknown")
	}
	if n.Target != NoPlace {
		r, ok, err := b.ref(n.Target)
		if err != nil {
			return "", err
		}
		if !ok {
			return "", fault.Field(op, "target", "place.error.unknown")
		}
		if fits, err := b.fits(r, Query{Within: n.Within}); err != nil || !fits {
			return "", cmp.Or(err, error(fault.Field(op, "target", "place.error.outside")))
		}
	}
	key := nameKey(n.Text, n.Within)
	old, err := g.journal.Load(tx, idOf(kindName, key))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	if err == nil && len(old.Disputed["target"]) > 0 {
		return Changed, g.settle(ctx, tx, old, n.Target)
	}
	fields := map[string]any{"target": n.Target}
	if err != nil { // nobody had asked
		fields["text"], fields["within"] = n.Text, n.Within
	}
	for name, v := range map[string]string{"source": n.Source, "note": n.Note} {
		if v != "" {
			fields[name] = v
		}
	}
	return g.put(ctx, tx, kindName, key, fields)
}

// settle puts one answer in place of those that differ.
func (g *Gazetteer) settle(ctx context.Context, tx *db.Tx, old *journal.Doc, target string) error {
	actor, _ := access.From(ctx)
	c := journal.Change{Kind: kindName, Doc: old.ID, Base: old.Version, Purpose: actor.Purpose, Fields: map[string]any{"target": target}}
	for _, alt := range old.Disputed["target"] {
		c.Resolves = append(c.Resolves, alt.Version)
	}
	return g.journal.Append(tx, actor.Author(), c)
}
