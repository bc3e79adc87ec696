package drill

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Verdict is how a step did against its clock.
type Verdict string

// The closed list.
const (
	InTime    Verdict = "in time"
	Late      Verdict = "late"
	NotDone   Verdict = "not done"
	Undecided Verdict = "not known" // the dates do not decide
	NoClock   Verdict = "no clock"  // no pack and no list sets one
	NotDue    Verdict = "not due"   // there was no need any more
)

// Line is one step of the score.
type Line struct {
	Step    string  `json:"step"`
	Began   string  `json:"began,omitempty"` // day and hour of the exercise
	Ended   string  `json:"ended,omitempty"`
	Took    string  `json:"took,omitempty"`
	Clock   string  `json:"clock,omitempty"`
	Verdict Verdict `json:"verdict"`
	Source  string  `json:"source,omitempty"` // of the clock
	Owner   string  `json:"owner,omitempty"`  // who said that the step is theirs
	Unowned bool    `json:"unowned"`          // nobody did, where somebody has to
	Note    string  `json:"note,omitempty"`
}

// Score is what a drill came to.
type Score struct {
	Exercise bool   `json:"exercise"` // always: nothing of it happened
	Scenario string `json:"scenario"`
	Disease  string `json:"disease"`
	Seed     uint64 `json:"seed"`
	Lines    []Line `json:"lines"`
	Seven    string `json:"seven_one_seven"` // met, missed, not known
	Late     int    `json:"late"`
	Unowned  int    `json:"unowned"`
	Passed   int    `json:"passed"`
	Looked   int    `json:"looked_closely"`
	Aboard   int    `json:"aboard"`
	Contacts int    `json:"contacts"`
	Seen     int    `json:"contacts_seen"`
	Pages    int    `json:"pages"`
	Unmarked int    `json:"pages_unmarked"`
}

// Record is what the installations have: of the signal and the contacts in the east, and
// of what crossed the border on both sides.
type Record struct {
	surveillance.Signal
	Seven    surveillance.Seven
	Clocks   surveillance.Clocks
	Names    map[db.ID]string
	Contacts []linelist.Followed // in the east
	Sent     []across.Line       // from the east
	Abroad   linelist.Followed   // who travelled on, as they are followed in the west
}

// scorer puts lines together.
type scorer struct {
	r      Record
	m      Marks
	leaver string // who travels on
	began  time.Time
	out    []Line
}

// ScoreOf is the score of what was recorded and marked. began is the first hour.
func ScoreOf(sc Scenario, seed uint64, began time.Time, r Record, m Marks) Score {
	s := scorer{r: r, m: m, began: began}
	if len(sc.Companions) > 0 {
		s.leaver = sc.Companions[0]
	}
	s.days("time to detect (7)", surveillance.SevenDetect, r.Seven.Detect)
	s.span("screening to signal", "", m.Arrived, r.Reported)
	s.stages()
	s.days("time to notify (1)", surveillance.SevenNotify, r.Seven.Notify)
	s.span("case recorded", "", r.Reported, m.Case)
	s.days("early response (7)", surveillance.SevenRespond, r.Seven.Respond)
	s.tracing()
	s.notice()
	s.handOver()
	out := Score{Exercise: true, Scenario: sc.Name, Disease: sc.Disease, Seed: seed, Lines: s.out, Seven: sevenVerdict(r.Seven),
		Passed: m.Passed, Looked: m.Looked, Aboard: m.Aboard, Contacts: len(m.Contacts), Seen: len(s.r.firstSeen(m)), Pages: m.Pages, Unmarked: m.Unmarked}
	for _, l := range s.out {
		if l.Verdict == Late || l.Verdict == NotDone {
			out.Late++
		}
		if l.Unowned {
			out.Unowned++
		}
	}
	return out
}

// sevenVerdict is met where all three parts are, missed where one is, else not known.
func sevenVerdict(s surveillance.Seven) string {
	all := []surveillance.Interval{s.Detect, s.Notify, s.Respond}
	met := 0
	for _, i := range all {
		switch {
		case i.Met == value.No:
			return "missed"
		case i.Known && i.Met == value.Yes:
			met++
		}
	}
	if met == len(all) {
		return "met"
	}
	return "not known"
}

// stages are the steps of the signal, each with who took it.
func (s *scorer) stages() {
	from := s.r.Detected
	for _, st := range []struct {
		act   surveillance.Act
		clock surveillance.Clocked
		name  string
	}{{surveillance.ActTriage, surveillance.ClockTriage, "triage"}, {surveillance.ActVerify, surveillance.ClockVerify, "verification"},
		{surveillance.ActAssess, surveillance.ClockAssess, "risk assessment"}, {surveillance.ActRespond, surveillance.ClockRespond, "response begun"}} {
		var at time.Time
		var owner string
		if !from.IsZero() { // the step before was done
			at, owner = s.firstStep(st.act, from)
		}
		s.span(st.name, st.clock, from, at)
		l := &s.out[len(s.out)-1]
		if l.Owner = owner; owner == "" {
			l.Unowned = true
		}
		if from.IsZero() && at.IsZero() {
			l.Unowned = false // it never was anybody's turn
		}
		from = at
	}
}

// firstStep is when an act was first done after a time, and who had taken the stage by
// then; "" nobody.
func (s *scorer) firstStep(act surveillance.Act, after time.Time) (at time.Time, owner string) {
	for _, st := range s.r.Steps {
		switch {
		case st.At.Before(after):
		case st.Act == surveillance.ActTake:
			owner = s.r.Names[st.By]
		case st.Act == act:
			return st.At, owner
		}
	}
	return time.Time{}, owner
}

func (s *scorer) at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprintf("day %d %s", int(t.Truncate(24*time.Hour).Sub(s.began.Truncate(24*time.Hour)).Hours()/24), t.UTC().Format("15:04"))
}

// span is a step from one instant to another.
func (s *scorer) span(name string, clock surveillance.Clocked, from, to time.Time) {
	l := Line{Step: name, Began: s.at(from), Ended: s.at(to), Verdict: NoClock}
	c, ok := s.r.Clocks[clock]
	if ok {
		l.Clock, l.Source = short(c.Long), c.Source
	}
	switch {
	case to.IsZero():
		l.Verdict = NotDone
	case from.IsZero():
		l.Verdict = Undecided
	default:
		took := to.Sub(from)
		l.Took = short(took)
		if ok {
			if l.Verdict = InTime; took > c.Long {
				l.Verdict = Late
			}
		}
	}
	s.out = append(s.out, l)
}

// days is a part of 7-1-7, in days, as the page of the signal has it.
func (s *scorer) days(name string, clock surveillance.Clocked, i surveillance.Interval) {
	c := s.r.Clocks[clock]
	l := Line{Step: name, Clock: fmt.Sprintf("%d d", int(c.Long/(24*time.Hour))), Source: c.Source, Verdict: Undecided}
	switch {
	case !i.Known && clock == surveillance.SevenDetect: // it was detected: nobody knows when it began
	case !i.Known:
		l.Verdict = NotDone
	case i.Most == i.Least:
		l.Took = fmt.Sprintf("%d d", i.Least)
	default:
		l.Took = fmt.Sprintf("%d to %d d", i.Least, i.Most)
	}
	switch {
	case i.Known && i.Met == value.Yes:
		l.Verdict = InTime
	case i.Known && i.Met == value.No:
		l.Verdict = Late
	case i.Running:
		l.Verdict = NotDone
	}
	s.out = append(s.out, l)
}

func (s *scorer) note(text string) { s.out[len(s.out)-1].Note = text }

// short is a duration in hours and minutes.
func short(d time.Duration) string {
	d = d.Round(time.Minute)
	if d < time.Hour {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	if m := int(d.Minutes()) % 60; m != 0 {
		return fmt.Sprintf("%d h %02d", int(d.Hours()), m)
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// Write prints the score as a table.
func (s Score) Write(w io.Writer) error {
	fmt.Fprintf(w, "EXERCISE. Nothing of this happened. Scenario %s (%s), seed %d.\n\n", s.Scenario, s.Disease, s.Seed)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "step\tbegan\tended\ttook\tclock\t\towner")
	for _, l := range s.Lines {
		owner := l.Owner
		if l.Unowned {
			owner = "NOBODY"
		}
		if owner == "" {
			owner = l.Note
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Step, dash(l.Began), dash(l.Ended), dash(l.Took), dash(l.Clock), strings.ToUpper(string(l.Verdict)), owner)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n7-1-7: %s. Late or not done: %s. Without an owner: %s.\n", s.Seven, s.which(func(l Line) bool { return l.Verdict == Late || l.Verdict == NotDone }), s.which(func(l Line) bool { return l.Unowned }))
	_, err := fmt.Fprintf(w, "%d travellers passed, %d looked at closely; %d of %d contacts listed, %d seen. %d pages and files, %d without the mark of an exercise.\n",
		s.Passed, s.Looked, s.Contacts, s.Aboard, s.Seen, s.Pages, s.Unmarked)
	return err
}

func (s Score) which(is func(Line) bool) string {
	var out []string
	for _, l := range s.Lines {
		if is(l) {
			out = append(out, l.Step)
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
