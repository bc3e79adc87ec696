package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app/drill"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// exerciseMark is in exerciseFile.
const exerciseMark = "This folder holds a Godwit exercise. Nothing in it happened, and nobody in it exists.\n"

// IsExercise reports whether a folder holds an exercise.
func IsExercise(dir string) bool { return exists(dir, exerciseFile) }

// markExercise marks a folder in which nothing was recorded yet: what is recorded after
// it carries the mark in the journal too.
func markExercise(dir string) error {
	if isNode(dir) && !IsExercise(dir) {
		return fmt.Errorf("%s holds records already; give an empty folder", dir)
	}
	return os.WriteFile(filepath.Join(dir, exerciseFile), []byte(exerciseMark), 0o600)
}

// oneWorld refuses records that the mark of their folder says something else of: those of
// an exercise would pass for real where the mark was lost, and real ones for nothing.
func (n *Node) oneWorld(ctx context.Context) error {
	return n.DB.Read(ctx, func(tx *db.Tx) error {
		exercise, known, err := n.Journal.OfExercise(tx)
		switch {
		case err != nil || !known || exercise == n.Exercise:
			return err
		case exercise && n.Dir == "":
			return errors.New("this database holds the records of an exercise, and a database of a server is for real records")
		case exercise:
			return fmt.Errorf("%s holds the records of an exercise and its mark is gone; put the file %q back, or give an empty folder with --dir", n.Dir, exerciseFile)
		}
		return fmt.Errorf("%s carries the mark of an exercise and holds records of none; take the file %q away if somebody put it there", n.Dir, exerciseFile)
	})
}

// ownFolder makes a folder for a drill, or refuses one that holds anything at all.
func ownFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	found, err := os.ReadDir(dir)
	if err == nil && len(found) > 0 {
		return fmt.Errorf("%s is not empty (%s); a drill needs a folder of its own", dir, found[0].Name())
	}
	return err
}

// stage is the two installations of a drill, served on loopback.
type stage struct {
	east, west *Node
	urls       [2]string
	stop       context.CancelFunc
	ended      chan error
	serving    int
}

// openStage makes the hub of the west, and in the east an installation that is enrolled
// there, each in a folder of its own.
func openStage(ctx context.Context, dir string, sc drill.Scenario, clock func() time.Time, log *slog.Logger) (_ *stage, err error) {
	ctx, stop := context.WithCancel(ctx)
	s := &stage{stop: stop, ended: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	free, _, err := Listen("127.0.0.1:0", false)
	if err != nil {
		return s, err
	}
	at := free.Addr().String()
	if err := free.Close(); err != nil {
		return s, err
	}
	o := Options{Demo: true, Exercise: true, remake: true, Clock: clock, Log: log}
	west := o
	west.Dir, west.SyncAddr, west.SyncName = filepath.Join(dir, "west"), at, at
	if s.west, err = Open(ctx, west); err != nil {
		return s, err
	}
	if err := s.west.seedExercise(ctx, sc); err != nil {
		return s, fmt.Errorf("setting the stage: %w", err)
	}
	if s.urls[1], err = s.serve(ctx, s.west); err != nil {
		return s, err
	}
	if err := waitFor(ctx, at); err != nil {
		return s, err
	}
	o.Dir = filepath.Join(dir, "east")
	if s.east, err = Open(ctx, o); err != nil {
		return s, err
	}
	if err := s.enrol(ctx, sc); err != nil {
		return s, fmt.Errorf("enrolling the east: %w", err)
	}
	for _, n := range []*Node{s.west, s.east} {
		if err := finishDemo(n.Dir, 0, nil); err != nil {
			return s, err
		}
	}
	s.urls[0], err = s.serve(ctx, s.east)
	return s, err
}

func (s *stage) enrol(ctx context.Context, sc drill.Scenario) error {
	_, code, err := s.west.Sync.Invite(access.Operator(ctx), sync.Invitation{Name: sc.East.Site.Code, Sites: []string{sc.East.Site.Code}})
	if err != nil {
		return err
	}
	if _, err := s.east.Sync.Enrol(ctx, sync.Client{}, code); err != nil {
		return err
	}
	_, err = s.east.Sync.Sync(ctx, sync.Client{})
	return err
}

// serve serves an installation on a free port of loopback.
func (s *stage) serve(ctx context.Context, n *Node) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.serving++
	go func() { s.ended <- n.Serve(ctx, l, nil) }()
	return "http://" + l.Addr().String(), waitFor(ctx, l.Addr().String())
}

func (s *stage) close() error {
	s.stop()
	var err error
	for range s.serving {
		err = errors.Join(err, <-s.ended)
	}
	for _, n := range []*Node{s.east, s.west} {
		if n != nil {
			err = errors.Join(err, n.Close())
		}
	}
	return err
}

// seedExercise makes sites, staff, rules and the point of a drill, and nobody else.
func (n *Node) seedExercise(ctx context.Context, sc drill.Scenario) error {
	op := access.Operator(ctx)
	sites := []string{sc.East.Site.Code, sc.West.Site.Code}
	for _, site := range []place.Site{sc.East.Site, sc.West.Site} {
		if err := n.Sites.Save(op, site); err != nil {
			return err
		}
	}
	for _, a := range access.DemoAccounts(sites, []string{access.All}) {
		if _, err := n.Access.AddUser(op, a.User, a.Password, false); err != nil {
			return err
		}
	}
	if err := n.seedPacks(ctx); err != nil {
		return err
	}
	return n.openPoint(ctx, sc.East.Point, border.Post{Code: sc.East.Point.Code, Site: sc.East.Site.Code, Offset: sc.East.Offset, Corridor: true})
}

// firstHour is when a drill begins: in the morning, so many days ago that it is over
// before now.
func firstHour(now time.Time, days int) time.Time {
	day := calendar.DayOfTime(now) - calendar.Day(days)
	return time.Unix(int64(day)*86400, 0).UTC().Add(6 * time.Hour)
}

// DrillOptions say what is played and where.
type DrillOptions struct {
	Scenario string
	Seed     uint64
	Pace     time.Duration // how long an hour of the exercise takes whoever looks on
	Keep     string        // an empty folder in which both installations stay
	Progress io.Writer
	Log      *slog.Logger
}

// Drill plays an outbreak on two installations of its own and answers the score.
func Drill(ctx context.Context, o DrillOptions) (score drill.Score, err error) {
	sc, err := drill.Load(o.Scenario)
	if err != nil {
		return score, err
	}
	dir := o.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "godwit-drill-"); err != nil {
			return score, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	} else if err := ownFolder(dir); err != nil {
		return score, err
	}
	began := firstHour(time.Now(), sc.Days())
	clock := drill.NewClock(began, o.Pace)
	fmt.Fprintln(o.Progress, "EXERCISE. Setting the stage: two installations on this machine …")
	s, err := openStage(ctx, dir, sc, clock.Now, o.Log)
	if err != nil {
		return score, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	fmt.Fprintf(o.Progress, "  east  %s\n  west  %s\n", s.urls[0], s.urls[1])
	p := &drill.Play{Scenario: sc, East: s.urls[0], West: s.urls[1], Password: demoPassword(), Clock: clock, Say: func(line string) {
		fmt.Fprintf(o.Progress, "%s  %s\n", clock.Now().Format("02 Jan 15:04"), line)
	}}
	m, err := p.Run(ctx, o.Seed)
	if err != nil {
		return score, err
	}
	r, err := s.east.drilled(ctx, m)
	if err != nil {
		return score, err
	}
	return drill.ScoreOf(sc, o.Seed, began, r, m), nil
}

// drilled is what the records say of the signal of a drill.
func (n *Node) drilled(ctx context.Context, m drill.Marks) (drill.Record, error) {
	desk, err := n.as(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return drill.Record{}, err
	}
	o, err := n.Signals.Open(desk, m.Signal)
	return drill.Record{Signal: o.Signal, Seven: o.Seven, Clocks: n.Signals.Lists().Clocks, Names: o.Names}, err
}
