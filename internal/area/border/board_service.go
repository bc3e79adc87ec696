package border

import (
	"context"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// DayLine is what all points counted on a day.
type DayLine struct {
	Day    calendar.Day
	Totals Totals
	// Reported is how many points reported the day, of those that are open now.
	Reported int
}

// PointLine is what a point counted in the days of a board.
type PointLine struct {
	Point    Point
	Totals   Totals
	Reported int // days that it reported
}

// Board is what the points counted. It is read from tallies and costs the same however
// many travellers stand behind it.
type Board struct {
	First, Last calendar.Day
	Open        int // points that are open now
	Days        []DayLine
	Points      []PointLine
	All         Totals
	Found       []FoundLine // of points that found something or hold somebody
}

// mostBoard is how many days a board covers at most: a quarter.
const mostBoard = 92

// BoardOf reads the board of some days up to one; last 0 is today by UTC.
func (s *Service) BoardOf(ctx context.Context, last calendar.Day, days int) (Board, error) {
	const op = "border.BoardOf"
	if err := s.Access.Check(ctx, access.BorderRead, access.Resource{Kind: kindTally}); err != nil {
		return Board{}, fault.Wrap(op, err)
	}
	if last == 0 {
		last = calendar.DayOfTime(s.now())
	}
	days = min(max(days, 1), mostBoard)
	out := Board{}
	err := s.DB.ReadStale(ctx, func(tx *db.Tx) error {
		out = Board{First: last - calendar.Day(days-1), Last: last, All: Totals{}}
		if err := s.boardPoints(tx, &out); err != nil {
			return err
		}
		if err := s.boardFound(tx, &out); err != nil {
			return err
		}
		return boardDays(tx, &out)
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) boardPoints(tx *db.Tx, b *Board) error {
	totals, err := pointTotals(tx, b.First, b.Last)
	if err != nil {
		return err
	}
	reported, err := reportedByPoint(tx, b.First, b.Last)
	if err != nil {
		return err
	}
	posts, err := allPosts(tx)
	if err != nil {
		return err
	}
	for _, p := range posts {
		if p.Point, err = s.named(tx, p.Post); err != nil {
			return err
		}
		if p.Open() {
			b.Open++
		}
		line := PointLine{Point: p, Totals: totals[p.Post.Code].said(reported[p.Post.Code] > 0), Reported: reported[p.Post.Code]}
		if p.Open() || len(line.Totals) > 0 {
			b.Points = append(b.Points, line)
		}
	}
	slices.SortStableFunc(b.Points, func(x, y PointLine) int { return int(min(max(y.Totals[Passed]-x.Totals[Passed], -1), 1)) })
	return nil
}

func boardDays(tx *db.Tx, b *Board) error {
	reported, err := reportedByDay(tx, b.First, b.Last)
	if err != nil {
		return err
	}
	for day := b.Last; day >= b.First; day-- {
		sums, err := tally.Sum(tx, counterAll, day, day, 0)
		if err != nil {
			return err
		}
		line := DayLine{Day: day, Totals: Totals{}, Reported: reported[day]}
		for _, c := range sums {
			line.Totals[What(c.Dims[0])] = c.N
			b.All[What(c.Dims[0])] += c.N
		}
		line.Totals = line.Totals.said(line.Reported > 0)
		b.All = b.All.said(line.Reported > 0)
		b.Days = append(b.Days, line)
	}
	return nil
}

// HourLine is what a point counted in an hour of a day. The hour of a correction is
// none.
type HourLine struct {
	Hour   Hour
	Whole  bool // no hour: what the report of the day corrected
	Totals Totals
}

// PointBoard is a day of a point.
type PointBoard struct {
	Point      Point
	Day, Today calendar.Day
	Hours      []HourLine
	Directions map[Direction]Totals
	Ages       map[Age]Totals
	All        Totals
	Reported   bool
}

// PointBoardOf reads a day of a point; day 0 is today there.
func (s *Service) PointBoardOf(ctx context.Context, code string, day calendar.Day) (PointBoard, error) {
	const op = "border.PointBoardOf"
	if err := s.Access.Check(ctx, access.BorderRead, access.Resource{Kind: kindTally}); err != nil {
		return PointBoard{}, fault.Wrap(op, err)
	}
	var out PointBoard
	err := s.DB.ReadStale(ctx, func(tx *db.Tx) error {
		p, err := s.point(tx, code)
		if err != nil {
			return err
		}
		out = PointBoard{Point: p, Day: day, Today: p.HourAt(s.now()).Day(), Directions: map[Direction]Totals{}, Ages: map[Age]Totals{}, All: Totals{}}
		if day == 0 {
			out.Day = out.Today
		}
		sums, err := tally.SumUnder(tx, counterHour, out.Day, out.Day, []string{p.Post.Code}, 4, 1, 2, 3)
		if err != nil {
			return err
		}
		for _, c := range sums {
			out.add(c.Dims[0], What(c.Dims[1]), Direction(c.Dims[2]), Age(c.Dims[3]), c.N)
		}
		_, err = closingOf(tx, p.Post.Code, out.Day)
		out.Reported = err == nil
		out.All = out.All.said(out.Reported)
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// add takes a sum in; those of one hour come one after another, that of corrections
// first.
func (b *PointBoard) add(hour string, w What, d Direction, a Age, n int64) {
	line := HourLine{Whole: hour == ""}
	if h, err := strconv.Atoi(hour); err == nil {
		line.Hour = Hour(h)
	}
	if last := len(b.Hours) - 1; last < 0 || b.Hours[last].Hour != line.Hour || b.Hours[last].Whole != line.Whole {
		line.Totals = Totals{}
		b.Hours = append(b.Hours, line)
	}
	b.Hours[len(b.Hours)-1].Totals[w] += n
	b.All[w] += n
	if line.Whole {
		return // a correction is of the day, whichever way and age they were
	}
	if b.Directions[d] == nil {
		b.Directions[d] = Totals{}
	}
	if b.Ages[a] == nil {
		b.Ages[a] = Totals{}
	}
	b.Directions[d][w] += n
	b.Ages[a][w] += n
}
