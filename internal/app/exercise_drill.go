package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/app/drill"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// DrillOptions say what is played and where.
type DrillOptions struct {
	Scenario string
	Seed     uint64
	Pace     time.Duration // how long an hour of the exercise takes whoever looks on
	Keep     string        // an empty folder in which both hubs stay
	Progress io.Writer
	Log      *slog.Logger
}

// ErrStopped is a drill that somebody stopped.
var ErrStopped = errors.New("the exercise was stopped, and nothing of it is left")

// Drill plays an outbreak on two hubs of its own and answers the score. A drill that is
// stopped leaves nothing, also in a folder that was to be kept.
func Drill(asked context.Context, o DrillOptions) (score drill.Score, err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a short process, with memory to spare
	sc, err := drill.Load(o.Scenario)
	if err != nil {
		return score, err
	}
	dir, clear, err := drillFolder(o.Keep)
	if err != nil {
		return score, err
	}
	played := false // what went wrong in the play can be looked at in a folder that is kept
	defer func() {
		if asked.Err() != nil {
			err, played = ErrStopped, false
		}
		if o.Keep == "" || !played {
			err = errors.Join(err, clear())
		}
	}()
	began := firstHour(time.Now(), sc.Days())
	clock := drill.NewClock(began, o.Pace)
	fmt.Fprintln(o.Progress, "EXERCISE. Setting the stage: two hubs on this machine …")
	ctx, stop := context.WithCancelCause(asked)
	defer stop(nil)
	s, err := openStage(ctx, stop, dir, sc, clock.Now, o.Log)
	if ended := context.Cause(ctx); err != nil && !errors.Is(ended, context.Canceled) {
		return score, ended // and not that something waited for it in vain
	}
	if err != nil {
		return score, err
	}
	played = true
	defer func() { err = errors.Join(err, s.close()) }()
	fmt.Fprintf(o.Progress, "  east  %s\n  west  %s\n", s.urls[0], s.urls[1])
	p := &drill.Play{Scenario: sc, East: s.urls[0], West: s.urls[1], Password: DemoPassword(), Clock: clock, Say: func(line string) {
		fmt.Fprintf(o.Progress, "%s  %s\n", clock.Now().Format("02 Jan 15:04"), line)
	}}
	m, err := p.Run(ctx, o.Seed)
	if ctx.Err() != nil { // a hub ended, which its closing says, or somebody stopped it
		return score, nil
	}
	if err != nil {
		return score, err
	}
	r, err := s.drilled(ctx, m)
	if err != nil {
		return score, err
	}
	return drill.ScoreOf(sc, o.Seed, began, r, m), nil
}

// drillFolders is how the folders are called in which a drill goes on that keeps nothing.
const drillFolders = "godwit-drill-"

// drillFolder makes the folder of a drill, or takes an empty one that is to be kept.
// clear removes what is in it.
func drillFolder(keep string) (dir string, clear func() error, err error) {
	if keep != "" {
		return keep, func() error {
			found, err := os.ReadDir(keep) // it was empty
			for _, e := range found {
				err = errors.Join(err, os.RemoveAll(filepath.Join(keep, e.Name())))
			}
			return err
		}, ownFolder(keep)
	}
	sweepDrills()
	f, err := os.CreateTemp("", drillFolders+"*.lock")
	if err != nil {
		return "", nil, err
	}
	lock := f.Name()
	if err := f.Close(); err != nil {
		return "", nil, err
	}
	unlock, err := lockDir(lock) // before there is a folder, so that whoever finds one unlocked knows that nobody is in it
	if err != nil {
		return "", nil, err
	}
	dir = strings.TrimSuffix(lock, ".lock")
	clear = func() error {
		err := os.RemoveAll(dir)
		unlock()
		return errors.Join(err, os.Remove(lock))
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", nil, errors.Join(err, clear())
	}
	return dir, clear, nil
}

// sweepDrills removes what a drill left that was killed or lost its power: nobody else
// would ever look for it. What cannot be removed is left to whose it is.
func sweepDrills() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), drillFolders+"*"))
	for _, dir := range found {
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
			continue
		}
		unlock, err := lockDir(dir + ".lock")
		if err != nil {
			continue // it goes on, or is another's
		}
		_ = os.RemoveAll(dir)
		unlock()
		_ = os.Remove(dir + ".lock")
	}
}

// drilled is what the records of both sides say of a drill.
func (s *stage) drilled(ctx context.Context, m drill.Marks) (drill.Record, error) {
	n := s.east
	desk, err := n.As(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return drill.Record{}, err
	}
	o, err := n.Signals.Open(desk, m.Signal)
	if err != nil {
		return drill.Record{}, err
	}
	r := drill.Record{Signal: o.Signal, Seven: o.Seven, Names: o.Names}
	b, err := n.Across.Board(desk)
	if err != nil {
		return r, err
	}
	r.Sent = b.Sent
	err = n.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if r.Clocks, err = n.Signals.Clocks(tx); err != nil {
			return err
		}
		r.Contacts = nil
		for _, id := range m.Contacts {
			f, _, err := n.Cases.FollowedAt(tx, id)
			if err != nil {
				return err
			}
			r.Contacts = append(r.Contacts, f)
		}
		return nil
	})
	if err == nil {
		r.Abroad, err = s.west.followedOn(ctx)
	}
	return r, err
}

// followedOn is the contact who was handed over, where they are followed; none is the
// zero Followed.
func (n *Node) followedOn(ctx context.Context) (f linelist.Followed, err error) {
	desk, err := n.As(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return f, err
	}
	b, err := n.Across.Board(desk)
	if err != nil {
		return f, err
	}
	for _, a := range b.Came {
		if a.About == across.OfContact && !a.Became.IsZero() {
			err = n.DB.Read(ctx, func(tx *db.Tx) (err error) { f, _, err = n.Cases.FollowedAt(tx, a.Became); return err })
			return f, err
		}
	}
	return f, nil
}
