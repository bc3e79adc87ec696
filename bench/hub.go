package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The budget (issue "Node and hub"): applying changes from nodes runs at no less than
// half the speed of COPY of the same rows into the same tables and indexes.
//
// Both sides are the whole hub: every table and index of every area. What a node wrote
// in the demo's world is applied in batches as a session does. COPY gets every row that
// came of it, table by table, each table whole, which is the fastest that PostgreSQL
// can be filled without taking its indexes away. Both sides are durable alike.
const (
	hubBudget = 0.5
	hubTurns  = 3

	hubFamilies = 100 // about 400 people
)

// hubBatches are entries in one Apply: what a chunk of a session holds while a node
// catches up, and more.
var hubBatches = []int{64, 256, 1024}

func benchHub(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-hub-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := demoEntries(dir, hubFamilies)
	if err != nil {
		return err
	}
	entries := make([]journal.Entry, len(all))
	for i := range all {
		entries[i] = all[i].Entry
	}
	pg, err := testkit.StartPostgres("max_wal_size=4GB", "checkpoint_timeout=30min")
	if err != nil {
		return err
	}
	defer pg.Stop()
	h := hubSide{pg: pg, entries: entries}
	fmt.Fprintf(w, "%d entries of the demo's world into a hub on PostgreSQL; %d turns each, medians; budget %.0f %%\n", len(entries), hubTurns, 100*hubBudget)
	fmt.Fprintf(w, "%10s %12s %12s %9s %11s %11s %9s %8s\n", "a batch", "applied/s", "COPY/s", "ratio", "applied µs", "COPY µs", "CPU", "rows")
	for _, size := range hubBatches {
		var applied, copied []sample
		var ratios []float64
		for range hubTurns {
			a, c, err := h.turn(size)
			if err != nil {
				return err
			}
			applied, copied, ratios = append(applied, a), append(copied, c), append(ratios, a.rate/c.rate)
		}
		a, c := medianSample(applied), medianSample(copied)
		fmt.Fprintf(w, "%10d %12.0f %12.0f %7.0f %% %11.1f %11.1f %7.0f %% %8d\n", size, a.rate, c.rate, 100*medianRate(ratios), a.cpu, c.cpu, 100*c.cpu/a.cpu, h.rows)
	}
	return nil
}

// hubSide is a server with the databases of one turn.
type hubSide struct {
	pg      *testkit.PostgresServer
	entries []journal.Entry
	made    int
	rows    int64
}

// fresh makes an empty hub.
func (h *hubSide) fresh(ctx context.Context) (name string, n *app.Node, err error) {
	h.made++
	name = fmt.Sprintf("hub%d", h.made)
	if err := h.pg.Exec(ctx, "postgres", "CREATE DATABASE "+name); err != nil {
		return "", nil, err
	}
	n, err = app.Open(ctx, app.Options{Database: h.pg.URL(name)})
	return name, n, err
}

func (h *hubSide) drop(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := h.pg.Exec(ctx, "postgres", "DROP DATABASE "+name); err != nil {
			return err
		}
	}
	return nil
}

// turn applies everything to one hub, and copies what came of it into another.
func (h *hubSide) turn(size int) (applied, copied sample, err error) {
	ctx := context.Background()
	from, n, err := h.fresh(ctx)
	if err != nil {
		return applied, copied, err
	}
	applied, err = h.timed(func() error {
		for part := range slices.Chunk(h.entries, size) {
			if err := n.Journal.Apply(ctx, slices.Clone(part)); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, n.Close()); err != nil {
		return applied, copied, err
	}
	to, n, err := h.fresh(ctx)
	if err != nil {
		return applied, copied, err
	}
	if err := n.Close(); err != nil {
		return applied, copied, err
	}
	fill, end, err := h.copies(ctx, from, to)
	if err != nil {
		return applied, copied, err
	}
	copied, err = h.timed(fill)
	return applied, copied, errors.Join(err, end(), h.drop(ctx, from, to))
}

// timed measures the wall, and the processor time of this program and of the server.
func (h *hubSide) timed(f func() error) (sample, error) {
	before, err := h.pg.ProcessorTime()
	if err != nil {
		return sample{}, err
	}
	s, err := timed(len(h.entries), f)
	after, timeErr := h.pg.ProcessorTime()
	s.cpu += float64((after - before).Microseconds()) / float64(len(h.entries))
	return s, errors.Join(err, timeErr)
}

// copies reads every row of one database, empties the other, and answers what fills
// that one by COPY.
func (h *hubSide) copies(ctx context.Context, from, to string) (fill, end func() error, err error) {
	src, err := pgx.Connect(ctx, h.pg.URL(from))
	if err != nil {
		return nil, nil, err
	}
	defer src.Close(ctx)
	dst, err := pgx.Connect(ctx, h.pg.URL(to))
	if err != nil {
		return nil, nil, err
	}
	rows, err := src.Query(ctx, "SELECT format('%I', relname) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1")
	if err != nil {
		return nil, nil, err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, nil, err
	}
	if _, err := dst.Exec(ctx, "TRUNCATE "+strings.Join(tables, ", ")); err != nil {
		return nil, nil, err
	}
	content := make([]bytes.Buffer, len(tables))
	for i, t := range tables {
		if _, err := src.PgConn().CopyTo(ctx, &content[i], "COPY (SELECT * FROM "+t+") TO STDOUT (FORMAT binary)"); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", t, err)
		}
	}
	h.rows = 0
	return func() error {
		for i, t := range tables {
			tag, err := dst.PgConn().CopyFrom(ctx, &content[i], "COPY "+t+" FROM STDIN (FORMAT binary)")
			if err != nil {
				return fmt.Errorf("%s: %w", t, err)
			}
			h.rows += tag.RowsAffected()
		}
		return nil
	}, func() error { return dst.Close(ctx) }, nil
}
