package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// The budget (design, section 10): 100,000 persons in 150 MB, so 1,500 bytes a
// person, everything counted: journal, merged documents, rows and search index.
const (
	storageBudget  = 1500
	storagePersons = 10_000
)

// benchStorage registers persons the way a page does and prints what one takes in
// each table and index. A table's bytes are those of the pages that are free once
// it is dropped, so nothing is estimated.
func benchStorage(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-storage-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := newSearchSide(dir, storagePersons)
	if err != nil {
		return err
	}
	defer s.d.Close()
	if err := s.register(); err != nil {
		return err
	}
	sizes, total, err := s.sizes()
	if err != nil {
		return err
	}
	per := func(n int64) float64 { return float64(n) / storagePersons }
	fmt.Fprintf(w, "%d persons registered, each with a name, a birth date, sex, nationality and language; pages as they were filled\n", storagePersons)
	fmt.Fprintf(w, "%-44s %16s\n", "", "bytes a person")
	for _, o := range sizes {
		fmt.Fprintf(w, "%-44s %16.0f\n", o.name, per(o.bytes))
	}
	fmt.Fprintf(w, "%-44s %16.0f   %.2f of the budget\n", "everything", per(total), per(total)/storageBudget)
	return nil
}

// register saves persons at the desk, in the order in which they come.
func (s *searchSide) register() error {
	ctx := access.Operator(context.Background())
	if err := s.s.Sites.Save(ctx, place.Site{Code: "S0", Kind: place.Centre, Names: map[string]string{"en": "Bench"}, Country: "KEN"}); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 2))
	for at := 0; at < s.n; {
		var batch []people.Registration
		for end := min(at+100, s.n); at < end; at++ {
			p := s.names.person(r)
			p.Nationalities, p.Languages = []string{"SOM"}, []string{"so"}
			batch = append(batch, people.Registration{ID: db.NewID(), Person: p})
		}
		if err := s.s.RegisterBatch(s.ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// object is a table with its keys, or an index.
type object struct {
	name  string
	bytes int64
}

var errMeasured = errors.New("measured")

// sizes drops one thing after the other, indexes first, counts the pages that come
// free, and takes all of it back.
func (s *searchSide) sizes() (out []object, total int64, err error) {
	err = s.d.Write(context.Background(), func(tx *db.Tx) error {
		out, total = nil, 0
		names, err := objects(tx)
		if err != nil {
			return err
		}
		var page, free, pages int64
		for pragma, into := range map[string]*int64{"page_size": &page, "freelist_count": &free, "page_count": &pages} {
			if err := tx.Row("PRAGMA " + pragma).Scan(into); err != nil {
				return err
			}
		}
		total = page * pages
		for _, n := range names {
			if _, err := tx.Exec("DROP " + n); err != nil {
				return err
			}
			var now int64
			if err := tx.Row("PRAGMA freelist_count").Scan(&now); err != nil {
				return err
			}
			if b := (now - free) * page; b > 10*storagePersons {
				out = append(out, object{n, b})
			}
			free = now
		}
		return errMeasured
	})
	slices.SortFunc(out, func(a, b object) int { return cmp.Compare(b.bytes, a.bytes) })
	if errors.Is(err, errMeasured) {
		err = nil
	}
	return out, total, err
}

func objects(tx *db.Tx) ([]string, error) {
	rows, err := tx.Query("SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('index', 'table') AND name NOT LIKE 'sqlite_%' ORDER BY type, name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	return names, rows.Err()
}
