package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// The budget (design, section 10): any dashboard within a second and any list within
// 200 ms with 100,000,000 screening rows behind it.
const (
	boardBudget = time.Second
	listBudget  = 200 * time.Millisecond

	tallyPoints = 50
	tallyDays   = 14
	boardTurns  = 21
	// mostBatches bounds the generator's writes: with more travellers the batches are
	// larger, as those of a queue of a stadium are.
	mostBatches  = 100_000
	smallBatch   = 10 // travellers in the fifteen seconds of a busy lane
	tallyWriters = 32
)

// posts is a programme with points of entry on an encrypted node.
type posts struct {
	*border.Service
	d      *db.DB
	ctx    context.Context
	shifts []border.Shift
	now    time.Time
	pages  http.Handler
}

// benchTally fills a node with counted travellers, a hundredth, a tenth and all of
// them, and prints what the pages cost each time: the points and the days are the same,
// so that what grows is what stands behind them.
func benchTally(w io.Writer, travellers int) error {
	dir, err := os.MkdirTemp("", "godwit-bench-tally-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := newPosts(dir)
	if err != nil {
		return err
	}
	defer p.d.Close()
	fmt.Fprintf(w, "%d points, %d days; whole pages over the service, encrypted SQLite; medians of %d\n", tallyPoints, tallyDays, boardTurns)
	fmt.Fprintf(w, "%12s %9s %9s %9s %12s %12s %12s %10s\n", "travellers", "batches", "counts", "fill s", "board ms", "point ms", "list ms", "size MB")
	var first, last time.Duration
	done, batches := 0, 0
	for _, share := range []int{100, 10, 1} {
		begin := time.Now()
		made, err := p.fill(done, travellers/share, travellers)
		if err != nil {
			return err
		}
		done, batches = travellers/share, batches+made
		filled := time.Since(begin)
		var took [3]time.Duration
		for i, path := range []string{"/border/board", "/border/points/P00/board", "/border"} {
			if took[i], err = p.open(path); err != nil {
				return err
			}
		}
		if first == 0 {
			first = took[0]
		}
		last = took[0]
		cells, err := p.cells()
		if err != nil {
			return err
		}
		st, err := os.Stat(filepath.Join(dir, "tally.db"))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%12d %9d %9d %9.1f %12.1f %12.1f %12.1f %10.1f\n", done, batches, cells, filled.Seconds(), ms(took[0]), ms(took[1]), ms(took[2]), float64(st.Size())/1e6)
		if share == 1 {
			fmt.Fprintf(w, "the board with all of them against a hundredth: %.2f times; of its budget %.3f, the list of its %.3f\n", last.Seconds()/first.Seconds(), took[0].Seconds()/boardBudget.Seconds(), took[2].Seconds()/listBudget.Seconds())
		}
	}
	return nil
}

func newPosts(dir string) (*posts, error) {
	p := &posts{now: time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)}
	clock := func() time.Time { return p.now }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), tally.Migrations(), access.Migrations(), place.Migrations(), surveillance.Migrations(), border.Migrations()} {
		migrations = append(migrations, m...)
	}
	ctx := context.Background()
	var err error
	if p.d, err = db.Open(ctx, db.Options{Path: filepath.Join(dir, "tally.db"), Key: key.Plain(benchKey), Migrations: migrations}); err != nil {
		return nil, err
	}
	var kinds []journal.Kind
	for _, k := range [][]journal.Kind{access.Kinds(), place.Kinds(), surveillance.Kinds(), border.Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: p.d, Kinds: kinds})
	if err != nil {
		return nil, err
	}
	pages, err := page.New(page.Options{Areas: []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, border.Pages()}, Clock: clock})
	if err != nil {
		return nil, err
	}
	a, err := access.New(access.Options{DB: p.d, Journal: j, Cost: access.QuickCost()})
	if err != nil {
		return nil, err
	}
	sites, places := place.NewSites(p.d, j, a), place.NewGazetteer(p.d, j, a)
	p.Service = border.New(border.Deps{DB: p.d, Journal: j, Access: a, Pages: pages, Sites: sites, Places: places, Clock: clock})
	p.ctx = access.With(ctx, access.Actor{User: db.NewID(), Roles: []access.Role{access.Nurse, access.Manager}, Sites: []string{"S0"}, Programmes: []string{access.All}, Sensitivity: journal.Clinical, Purpose: "public_health"})
	house := access.Operator(ctx)
	if err := sites.Save(house, place.Site{Code: "S0", Kind: place.Entry, Names: map[string]string{"en": "Bench"}, Country: "KEN"}); err != nil {
		return nil, err
	}
	for i := range tallyPoints {
		code := fmt.Sprintf("P%02d", i)
		if _, err := places.SavePoint(house, place.Point{Code: code, Kind: place.GroundCrossing, Names: map[string]string{"en": "Point " + code}, Country: "KEN"}); err != nil {
			return nil, err
		}
		if err := p.SavePost(p.ctx, border.Post{Code: code, Site: "S0", Offset: 180}); err != nil {
			return nil, err
		}
		sh, err := p.StartShift(p.ctx, code)
		if err != nil {
			return nil, err
		}
		p.shifts = append(p.shifts, sh)
	}
	mux := http.NewServeMux()
	p.Routes(mux)
	p.pages = mux
	return p, nil
}

// fill counts travellers from one number to another, batch by batch as phones send
// them, and answers how many batches that were.
func (p *posts) fill(from, to, all int) (int, error) {
	size := max(smallBatch, all/mostBatches)
	now := border.Post{Offset: 180}.HourAt(p.now)
	g, ctx := errgroup.WithContext(p.ctx)
	g.SetLimit(tallyWriters)
	n := 0
	for at := from; at < to; at += size {
		k, many := at/size, int64(min(size, to-at))
		n++
		g.Go(func() error {
			hour := now - border.Hour(k/tallyPoints*7%(tallyDays*24-24)) // every point sees every hour
			d, a := border.Directions[k%2], border.Ages[k/3%4]
			t := border.Tally{ID: db.NewID(), Shift: p.shifts[k%tallyPoints].ID}
			for what, less := range map[border.What]int64{border.Passed: 0, border.Screened: many / 50, border.HandWashed: many / 60, border.Informed: many / 2} {
				t.Counts = append(t.Counts, border.Count{Key: border.Key{Hour: hour, What: what, Direction: d, Age: a}, N: many - less})
			}
			return p.Count(ctx, t)
		})
	}
	return n, g.Wait()
}

// open opens a page and answers the median of its times.
func (p *posts) open(path string) (time.Duration, error) {
	var all []time.Duration
	for range boardTurns {
		rec := httptest.NewRecorder()
		begin := time.Now()
		p.pages.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil).WithContext(p.ctx))
		all = append(all, time.Since(begin))
		if rec.Code != http.StatusOK {
			return 0, fmt.Errorf("%s answers %d", path, rec.Code)
		}
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

// cells is how many rows the tallies have.
func (p *posts) cells() (n int64, err error) {
	err = p.d.Read(p.ctx, func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM tally_counts").Scan(&n) })
	return n, err
}
