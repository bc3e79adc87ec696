package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app/drill"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// ExerciseMark is in exerciseFile.
const ExerciseMark = "This folder holds a Godwit exercise. Nothing in it happened, and nobody in it exists.\n"

// IsExercise reports whether a folder holds an exercise.
func IsExercise(dir string) bool { return exists(dir, ExerciseFile) }

// markExercise marks a folder in which nothing was recorded yet: what is recorded after
// it carries the mark in the journal too.
func markExercise(dir string) error {
	if IsNode(dir) && !IsExercise(dir) {
		return fmt.Errorf("%s holds records already; give an empty folder", dir)
	}
	return os.WriteFile(filepath.Join(dir, ExerciseFile), []byte(ExerciseMark), 0o600)
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
			return fmt.Errorf("%s holds the records of an exercise and its mark is gone; put the file %q back, or give an empty folder with --dir", n.Dir, ExerciseFile)
		}
		return fmt.Errorf("%s carries the mark of an exercise and holds records of none; take the file %q away if somebody put it there", n.Dir, ExerciseFile)
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

// stage is the two hubs of a drill, served on loopback.
type stage struct {
	east, west *Node
	urls       [2]string
	stop       context.CancelCauseFunc
	ended      chan error
	serving    int
}

// openStage makes the hubs of two countries, each in a folder of its own, and has each
// know the other by its card. Neither listens for anybody: what they tell each other
// goes as files. stop ends what goes on in ctx, and says why.
func openStage(ctx context.Context, stop context.CancelCauseFunc, dir string, sc drill.Scenario, clock func() time.Time, log *slog.Logger) (_ *stage, err error) {
	s := &stage{stop: stop, ended: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	var making errgroup.Group // both at once
	for _, side := range []struct {
		node **Node
		name string
		drill.Side
	}{{&s.east, "east", sc.East}, {&s.west, "west", sc.West}} {
		making.Go(func() (err error) {
			o := Options{Dir: filepath.Join(dir, side.name), Demo: true, Exercise: true, Remake: true, Clock: clock, Log: log, FilesOnly: true, SyncName: side.Site.Names["en"]}
			if *side.node, err = Open(ctx, o); err != nil {
				return err
			}
			if err := (*side.node).seedExercise(ctx, side.Side); err != nil {
				return fmt.Errorf("setting the stage: %w", err)
			}
			return finishDemo(o.Dir, 0, nil)
		})
	}
	if err := making.Wait(); err != nil {
		return s, err
	}
	for i, n := range []*Node{s.east, s.west} {
		if s.urls[i], err = s.serve(ctx, n); err != nil {
			return s, err
		}
	}
	return s, s.introduce(ctx, sc)
}

// introduce gives each hub the other's card, by the fingerprint that is read out.
func (s *stage) introduce(ctx context.Context, sc drill.Scenario) error {
	for _, side := range []struct {
		to, from *Node
		name     string
	}{{s.east, s.west, sc.West.Site.Names["en"]}, {s.west, s.east, sc.East.Site.Names["en"]}} {
		card, fingerprint, err := side.from.Sync.Card(ctx, side.name)
		if err == nil {
			_, err = side.to.Sync.AddHub(ctx, side.name, card, fingerprint)
		}
		if err != nil {
			return fmt.Errorf("making the hubs known to each other: %w", err)
		}
	}
	return nil
}

// serve serves an installation on a free port of loopback.
func (s *stage) serve(ctx context.Context, n *Node) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.serving++
	go func() {
		err := n.Serve(ctx, l, nil)
		_ = l.Close() // where it never came to serve
		if err != nil {
			s.stop(err) // nobody is to wait for its pages
		}
		s.ended <- err
	}()
	return "http://" + l.Addr().String(), waitFor(ctx, l.Addr().String())
}

func (s *stage) close() error {
	s.stop(nil)
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

// seedExercise makes the site, staff, rules and point of one side of a drill, and nobody
// else.
func (n *Node) seedExercise(ctx context.Context, side drill.Side) error {
	op := access.Operator(ctx)
	if err := n.Sites.Save(op, side.Site); err != nil {
		return err
	}
	for _, a := range access.DemoAccounts([]string{side.Site.Code}, []string{access.All}) {
		if _, err := n.Access.AddUser(op, a.User, a.Password, false); err != nil {
			return err
		}
	}
	if err := n.seedPacks(ctx); err != nil || side.Point.Code == "" {
		return err
	}
	return n.OpenPoint(ctx, side.Point, border.Post{Code: side.Point.Code, Site: side.Site.Code, Offset: side.Offset, Corridor: true})
}

// firstHour is when a drill begins: in the morning, so many days ago that it is over
// before now.
func firstHour(now time.Time, days int) time.Time {
	day := calendar.DayOfTime(now) - calendar.Day(days)
	return time.Unix(int64(day)*86400, 0).UTC().Add(6 * time.Hour)
}
