package place

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// NoPlace is the target of a name that an officer said is no place.
const NoPlace = "-"

// What says what kind of thing a code stands for.
type What string

// The kinds of thing.
const (
	IsCountry What = "country"
	IsArea    What = "area"
	IsPoint   What = "point"
)

// Ref is a place that a name may mean.
type Ref struct {
	What    What
	Code    string
	Names   map[string]string // nil of a country
	Country string
	Parent  string // of an area the one above; of a point its area
	Level   int    // of an area; 0 of a country
	Reason  Reason // of a candidate, why it is offered
}

// Name is the place's name in a language.
func (r Ref) Name(locale string) string {
	if r.What == IsCountry {
		c, _ := Country(r.Code)
		return c.Name(locale)
	}
	return nameOf(r.Names, locale, r.Code)
}

// Query is a name as a file or a person has it.
type Query struct {
	Text   string
	Within string // code of a country or an area that the place must lie in; "" is anywhere
	What   What   // only this kind of thing; "" is any
	Level  int    // only areas of this level; 0 is any
}

// Resolution is what a name means here. Exactly one of these holds: Place is not
// nil; Waiting, an officer has to say; neither, and nobody was asked yet.
type Resolution struct {
	Query      Query
	Place      *Ref
	By         How
	Candidates []Ref // what it could be, the likeliest first; never chosen without an officer
	Waiting    bool  // it stands in the queue
	NoPlace    bool  // an officer said that it is no place
}

// How says what made a match.
type How string

// The ways.
const (
	ByName   How = "name"   // one place has exactly this name or code, folded
	ByChoice How = "choice" // an officer said so, or a file of aliases
)

// Name is what an officer said, or has to say, about a name, journal kind
// "place.name". Within is where it was seen: a name can mean two places in two
// countries.
type Name struct {
	ID     db.ID    `json:"-"`
	Text   string   `json:"text,omitempty"`
	Within string   `json:"within,omitempty"`
	Source string   `json:"source,omitempty"` // file or page where it was seen last
	Note   string   `json:"note,omitempty"`
	Target string   `json:"target,omitempty"` // code, NoPlace, or empty while it waits
	Chosen []string `json:"chosen,omitempty"` // what officers said who differ
}

// Waiting reports whether somebody has to say what the name means.
func (n Name) Waiting() bool { return n.Target == "" }

const maxCandidates = 8

// Resolve says what a name means. What an officer said holds; else a place whose
// name or code folds to the same, if there is exactly one within; else candidates
// with reasons and no place.
func (g *Gazetteer) Resolve(tx *db.Tx, q Query) (Resolution, error) {
	return g.book(tx).resolve(q)
}

// book reads what many names of one file need only once.
type book struct {
	g      *Gazetteer
	tx     *db.Tx
	inside func(area, country, in string) (bool, error)
	all    []labelled // every label, once a name was not found
	read   bool
}

type labelled struct {
	label
	code string
}

func (g *Gazetteer) book(tx *db.Tx) *book { return &book{g: g, tx: tx, inside: g.inside(tx)} }

func (b *book) resolve(q Query) (Resolution, error) {
	r, found, err := b.lookup(q)
	if err != nil || r.Place != nil || r.NoPlace {
		return r, err
	}
	r.Candidates, err = b.candidates(r.Query, found)
	return r, err
}

// found is what speaks for a name that is not settled.
type found struct {
	folded string
	same   []Ref    // places of exactly this name
	codes  []string // what was said of it elsewhere, or by officers who differ
}

// lookup resolves a name without candidates.
func (b *book) lookup(q Query) (r Resolution, f found, err error) {
	q.Text = strings.TrimSpace(q.Text)
	r.Query = q
	f.folded = fold(q.Text)
	if f.folded == "" || utf8.RuneCountInString(q.Text) > maxNameRunes {
		return r, f, fault.Field("place.Resolve", "name", "place.error.name_bad")
	}
	said, elsewhere, err := b.said(f.folded, q.Within)
	if err != nil {
		return r, f, err
	}
	if said != nil && said.Target != "" {
		if r.NoPlace = said.Target == NoPlace; r.NoPlace {
			return r, f, nil
		}
		ref, ok, err := b.ref(said.Target)
		if err != nil {
			return r, f, err
		}
		if fits, err := b.fits(ref, q); ok && fits || err != nil {
			r.Place, r.By = &ref, ByChoice
			return r, f, err
		}
		elsewhere = append(elsewhere, said.Target)
	}
	if f.same, err = b.same(f.folded, q); err != nil {
		return r, f, err
	}
	if len(f.same) == 1 && (said == nil || len(said.Chosen) == 0) {
		r.Place, r.By = &f.same[0], ByName
		return r, f, nil
	}
	f.codes = elsewhere
	if said != nil {
		f.codes, r.Waiting = append(f.codes, said.Chosen...), said.Waiting()
	}
	return r, f, nil
}

// said is what was said of a name for the smallest part of the world around within,
// and the places it was said to be elsewhere.
func (b *book) said(folded, within string) (said *Name, elsewhere []string, err error) {
	list, err := bodies(b.tx, nameID, "SELECT id, body FROM place_name WHERE folded = ? ORDER BY id", folded)
	if err != nil {
		return nil, nil, err
	}
	chain, err := b.around(within)
	if err != nil {
		return nil, nil, err
	}
	best := len(chain)
	for i, n := range list {
		at := slices.Index(chain, n.Within)
		switch {
		case at < 0 && n.Target != "" && n.Target != NoPlace:
			elsewhere = append(elsewhere, n.Target)
		case at >= 0 && at < best:
			best, said = at, &list[i]
		}
	}
	return said, elsewhere, nil
}

// around is a code, what lies around it, its country, and the world.
func (b *book) around(within string) ([]string, error) {
	if within == "" {
		return []string{""}, nil
	}
	if isCountry(within) {
		return []string{within, ""}, nil
	}
	chain, err := b.g.Ancestors(b.tx, within)
	if err != nil {
		return nil, err
	}
	a, err := b.g.Area(b.tx, within)
	if err != nil {
		return nil, err
	}
	out := []string{within}
	for _, up := range chain {
		out = append(out, up.Code)
	}
	return append(out, a.Country, ""), nil
}

// ref finds what a code stands for.
func (b *book) ref(code string) (Ref, bool, error) {
	if isCountry(code) {
		return Ref{What: IsCountry, Code: code, Country: code}, true, nil
	}
	a, err := b.g.Area(b.tx, code)
	if err == nil {
		return Ref{What: IsArea, Code: a.Code, Names: a.Names, Country: a.Country, Parent: a.Parent, Level: a.Level}, true, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return Ref{}, false, err
	}
	p, err := b.g.Point(b.tx, code)
	if fault.Is(err, fault.NotFound) {
		return Ref{}, false, nil
	}
	return Ref{What: IsPoint, Code: p.Code, Names: p.Names, Country: p.Country, Parent: p.Area}, err == nil, err
}

// fits reports whether a place is what was asked for, where it was asked for.
func (b *book) fits(r Ref, q Query) (bool, error) {
	if r.Code == "" || q.What != "" && q.What != r.What || q.Level != 0 && (r.What != IsArea || q.Level != r.Level) {
		return false, nil
	}
	area := r.Code
	if r.What == IsPoint {
		area = r.Parent
	}
	return b.inside(area, r.Country, q.Within)
}

const sameSQL = `SELECT code FROM place_area_label WHERE folded = ? UNION SELECT code FROM place_point_label WHERE folded = ? ORDER BY code`

// same are the places that have exactly this name.
func (b *book) same(folded string, q Query) ([]Ref, error) {
	codes, err := texts(b.tx, sameSQL, folded, folded)
	if err != nil {
		return nil, err
	}
	for _, n := range load().folded {
		if n.name == folded {
			codes = append(codes, n.place.Code)
		}
	}
	if c := strings.ToUpper(q.Text); isCountry(c) {
		codes = append(codes, c)
	}
	return b.fitting(codes, q, ReasonSame)
}

// fitting are the places of codes that fit, each once.
func (b *book) fitting(codes []string, q Query, why Reason) (out []Ref, err error) {
	seen := map[string]bool{}
	for _, code := range codes {
		if seen[code] {
			continue
		}
		seen[code] = true
		r, ok, err := b.ref(code)
		if err != nil {
			return nil, err
		}
		fits, err := b.fits(r, q)
		if err != nil {
			return nil, err
		}
		if r.Reason = why; ok && fits {
			out = append(out, r)
		}
	}
	return out, nil
}

// candidates are what a name without a match could be.
func (b *book) candidates(q Query, f found) ([]Ref, error) {
	chosen, err := b.fitting(f.codes, q, ReasonChosen)
	if err != nil {
		return nil, err
	}
	out := append(f.same, chosen...)
	if err := b.labels(); err != nil {
		return nil, err
	}
	type hit struct {
		code string
		why  Reason
	}
	var hits []hit
	asked := labelOf(f.folded)
	for _, l := range b.all {
		if why := near(asked, l.label); why != "" {
			hits = append(hits, hit{l.code, why})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Compare(slices.Index(Reasons, a.why), slices.Index(Reasons, b.why))
	})
	for _, h := range hits {
		if len(out) >= maxCandidates {
			break
		}
		if slices.ContainsFunc(out, func(r Ref) bool { return r.Code == h.code }) {
			continue
		}
		more, err := b.fitting([]string{h.code}, q, h.why)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out[:min(len(out), maxCandidates)], nil
}

// labels reads all labels, once.
func (b *book) labels() error {
	if b.read {
		return nil
	}
	b.read = true
	rows, err := b.tx.Query("SELECT folded, code FROM place_area_label UNION SELECT folded, code FROM place_point_label ORDER BY code, folded")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var folded, code string
		if err := rows.Scan(&folded, &code); err != nil {
			return err
		}
		b.all = append(b.all, labelled{labelOf(folded), code})
	}
	for _, n := range load().folded {
		b.all = append(b.all, labelled{labelOf(n.name), n.place.Code})
	}
	return rows.Err()
}

// texts reads the first column of all rows.
func texts(tx *db.Tx, sql string, args ...any) ([]string, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
