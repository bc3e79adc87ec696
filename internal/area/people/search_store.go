package people

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Caps is how much one search looks at. Each trades what may be missed against
// time; bench/search.go measures both at a million persons.
type Caps struct {
	Probe int // rows counted to see how common a word is
	Scan  int // rows of the rarest word that are looked at
	Pass  int // rows that pass the signature and are checked on their keys
}

// DefaultCaps are the caps of Search.
var DefaultCaps = Caps{Probe: 1000, Scan: 60000, Pass: 600}

// span is a range of keys: one key, or those that begin with it and go on.
type span struct {
	key   string
	exact bool
	whole bool // not exact: the key itself is among them
}

// spansOf returns the ranges of keys that a term covers, the most telling first:
// whole words, then beginnings, then skeletons.
func spansOf(t match.Term) []span {
	var out []span
	for _, p := range t.Prefix {
		if strings.HasPrefix(p, "n:") {
			out = append(out, span{key: p, exact: true}, span{key: p})
		}
	}
	for _, k := range t.Exact {
		out = append(out, span{key: k, exact: true})
	}
	for _, p := range t.Prefix {
		if !strings.HasPrefix(p, "n:") {
			out = append(out, span{key: p, whole: true})
		}
	}
	slices.SortStableFunc(out, func(a, b span) int { return strings.Compare(b.key[:2], a.key[:2]) }) // n: before k:
	return out
}

// last follows every character there is, in the order of bytes as of code points.
const last = "\U0010ffff"

func (s span) where() (string, []any) {
	switch {
	case s.exact:
		return "key = ?", []any{s.key}
	case s.whole:
		return "key >= ? AND key < ?", []any{s.key, s.key + last}
	}
	return "key > ? AND key < ?", []any{s.key, s.key + last}
}

// common counts the rows a term covers, up to a cap.
func common(tx *db.Tx, t match.Term, probe int) (int, error) {
	total := 0
	for _, s := range spansOf(t) {
		where, args := s.where()
		var n int
		err := tx.Row("SELECT count(*) FROM (SELECT 1 FROM people_name WHERE "+where+" LIMIT ?) AS probe", append(args, probe-total)...).Scan(&n)
		if err != nil {
			return 0, err
		}
		if total += n; total >= probe {
			break
		}
	}
	return total, nil
}

// rarest puts the term with the fewest rows first. While every term reaches the
// probe, more rows are counted, up to a third of what may be scanned; among terms
// that are still even, the one with the longest words goes first.
func rarest(tx *db.Tx, terms []match.Term, caps Caps) (match.Term, []match.Term, error) {
	if len(terms) == 1 {
		return terms[0], nil, nil
	}
	best := 0
	for probe := caps.Probe; ; probe *= 8 {
		bestN, bestLen := 1<<62, 0
		for i, t := range terms {
			n, err := common(tx, t, probe)
			if err != nil {
				return match.Term{}, nil, err
			}
			l := longest(t)
			if n < bestN || n == bestN && l > bestLen {
				best, bestN, bestLen = i, n, l
			}
			if n == 0 {
				break // nobody: no need to look at the others
			}
		}
		if bestN < probe || probe*8 > caps.Scan/3 {
			break
		}
	}
	others := slices.Delete(slices.Clone(terms), best, best+1)
	return terms[best], others, nil
}

func longest(t match.Term) int {
	n := 0
	for _, k := range append(slices.Clone(t.Exact), t.Prefix...) {
		n = max(n, len(k))
	}
	return n
}

// sieve is what a row of people_name must pass beside its key.
type sieve struct {
	sql  string
	args []any
}

func (v *sieve) and(sql string, args ...any) {
	v.sql += " AND " + sql
	v.args = append(v.args, args...)
}

// newSieve asks for the signature of every other term, the year, and the scope.
func newSieve(others []match.Term, year int, scope access.Scope) sieve {
	var v sieve
	for _, t := range others {
		masks := sigMasks(t)
		if len(masks) == 0 {
			continue
		}
		or := strings.Repeat(" OR sig & ? = ?", len(masks))[4:]
		var args []any
		for _, m := range masks {
			args = append(args, m, m)
		}
		v.and("("+or+")", args...)
	}
	if year != 0 {
		v.and("year_from <= ? AND year_to >= ?", year, year)
	}
	if where, args := scope.WhereIn("", access.Columns{Subject: "person"}); where != "(1=1)" {
		v.and(where, args...)
	}
	return v
}

// scanNames returns persons, in the order of the spans, whose rows pass the
// sieve; capped reports that there may be more.
func scanNames(tx *db.Tx, driver match.Term, v sieve, scan, limit int) (ids []db.ID, capped bool, err error) {
	seen := map[db.ID]bool{}
	for _, s := range spansOf(driver) {
		where, args := s.where()
		// The inner query bounds what is read, the outer what is kept.
		sql := "SELECT person FROM (SELECT key, person, sig, year_from, year_to, site, programme, sensitivity FROM people_name WHERE " +
			where + " ORDER BY key, person LIMIT ?) AS near WHERE 1 = 1" + v.sql + " LIMIT ?"
		if v.sql == "" {
			sql = "SELECT person FROM people_name WHERE " + where + " ORDER BY key, person LIMIT ?"
			args = append(args, limit-len(ids)+1)
		} else {
			args = append(append(append(args, scan), v.args...), limit-len(ids)+1)
		}
		rows, err := tx.Query(sql, args...)
		if err != nil {
			return nil, false, err
		}
		found, err := rows.IDs()
		if err != nil {
			return nil, false, err
		}
		for _, id := range found {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
		if len(ids) > limit {
			return ids[:limit], true, nil
		}
	}
	return ids, false, nil
}

// keysOf returns the search keys of several persons.
func keysOf(tx *db.Tx, ids []db.ID) (map[db.ID][]string, error) {
	out := make(map[db.ID][]string, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), 100)
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		rows, err := tx.Query("SELECT person, keys FROM people_keys WHERE person IN (?"+strings.Repeat(", ?", n-1)+")", args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id db.ID
			var keys string
			if err := rows.Scan(&id, &keys); err != nil {
				_ = rows.Close()
				return nil, err
			}
			out[id] = strings.Fields(keys)
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

// findByName returns up to limit persons whose names match all terms, best first.
func findByName(tx *db.Tx, terms []match.Term, year int, scope access.Scope, limit int, caps Caps) (ids []db.ID, more bool, err error) {
	driver, others, err := rarest(tx, terms, caps)
	if err != nil {
		return nil, false, err
	}
	keep := caps.Pass
	if len(others) == 0 {
		keep = 4 * limit // every row of the one term matches: enough to rank
	}
	near, capped, err := scanNames(tx, driver, newSieve(others, year, scope), caps.Scan, keep)
	if err != nil {
		return nil, false, err
	}
	keys, err := keysOf(tx, near)
	if err != nil {
		return nil, false, err
	}
	type hit struct {
		id    db.ID
		score int
	}
	var hits []hit
	for _, id := range near {
		if match.Matches(keys[id], terms) {
			hits = append(hits, hit{id, rank(keys[id], terms)*100 + len(keys[id])})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return a.score - b.score })
	for _, h := range hits[:min(len(hits), limit)] {
		ids = append(ids, h.id)
	}
	return ids, capped || len(hits) > limit, nil
}

// findByNumber returns persons with this code, wristband, document number or
// family number, in that order.
func findByNumber(tx *db.Tx, number string, scope access.Scope, limit int) ([]db.ID, error) {
	var out []db.ID
	for _, q := range []struct{ sql, alias, subject string }{
		{"SELECT p.id FROM people_person p WHERE p.code = ?", "p", "id"},
		{"SELECT p.id FROM people_person p WHERE p.wristband = ? AND p.wristband <> ''", "p", "id"},
		{"SELECT p.id FROM people_document d JOIN people_person p ON p.id = d.person WHERE d.number = ?", "p", "id"},
		{"SELECT p.id FROM people_family f JOIN people_member m ON m.family = f.id AND m.has_left = 0 JOIN people_person p ON p.id = m.person WHERE f.number_key = ? AND f.number_key <> ''", "p", "id"},
		{"SELECT p.id FROM people_family f JOIN people_member m ON m.family = f.id AND m.has_left = 0 JOIN people_person p ON p.id = m.person WHERE f.code = ?", "p", "id"},
	} {
		where, args := scope.WhereIn(q.alias, access.Columns{Subject: q.subject})
		rows, err := tx.Query(q.sql+" AND "+where+" LIMIT ?", append(append([]any{number}, args...), limit)...)
		if err != nil {
			return nil, err
		}
		ids, err := rows.IDs()
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out[:min(len(out), limit)], nil
}

// widest is how many years an estimated birth may span; the index is by the first.
const widest = 12

// findByYear returns persons who may be born in a year, the latest registered
// first.
func findByYear(tx *db.Tx, year int, scope access.Scope, limit int) ([]db.ID, error) {
	where, args := scope.WhereIn("", access.Columns{Subject: "id"})
	rows, err := tx.Query("SELECT id FROM people_person WHERE year_from BETWEEN ? AND ? AND year_to >= ? AND "+where+" ORDER BY year_from DESC, id DESC LIMIT ?",
		append(append([]any{year - widest, year, year}, args...), limit)...)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}

// findByDocument returns who has a document with this number.
func findByDocument(tx *db.Tx, number string, scope access.Scope) ([]db.ID, error) {
	if number == "" {
		return nil, nil
	}
	where, args := scope.WhereIn("p", access.Columns{Subject: "id"})
	rows, err := tx.Query("SELECT DISTINCT p.id FROM people_document d JOIN people_person p ON p.id = d.person WHERE d.number = ? AND "+where+" LIMIT 5",
		append([]any{number}, args...)...)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}
