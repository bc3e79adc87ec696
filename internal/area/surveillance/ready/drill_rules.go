package ready

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Played is the score of a drill, as `godwit drill --json` prints it.
type Played struct {
	Exercise bool   `json:"exercise"`
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
	Seven    string `json:"seven_one_seven"`
	Lines    []struct {
		Step    string `json:"step"`
		Took    string `json:"took"`
		Clock   string `json:"clock"`
		Verdict string `json:"verdict"`
		Unowned bool   `json:"unowned"`
	} `json:"lines"`
}

// A score has no more steps than a signal has on its way.
const (
	mostScore = 64 << 10
	mostLines = 60
)

// ReadScore reads the score of a drill.
func ReadScore(raw []byte) (Played, error) {
	const op = "ready.ReadScore"
	var p Played
	d := json.NewDecoder(bytes.NewReader(raw))
	switch {
	case len(raw) > mostScore:
		return p, fault.Field(op, "file", "ready.error.long")
	case d.Decode(&p) != nil || d.More() || !p.Exercise || p.Scenario == "" || len(p.Lines) == 0 || len(p.Lines) > mostLines:
		return Played{}, fault.Field(op, "file", "ready.error.score")
	}
	for _, l := range p.Lines {
		if l.Step == "" || len(l.Step) > 80 || len(l.Took) > 40 || len(l.Clock) > 40 || len(l.Verdict) > 40 {
			return Played{}, fault.Field(op, "file", "ready.error.score")
		}
	}
	return p, nil
}

// exerciseOf makes of a score the exercise that it was, and an action of each step that
// was late, not done or nobody's. Whose they are and by when, people have to say.
func exerciseOf(p Played, ref string, held calendar.Day, people string, newID func() db.ID) []Record {
	ex := Record{ID: newID(), What: Exercise, Place: ref, Answers: map[string]string{"name": clip(fmt.Sprintf("godwit drill: %s, %d", p.Scenario, p.Seed), longWords), "format": "drill", "held": held.String(), "people": people}}
	out := []Record{ex}
	findings := []string{"7-1-7: " + p.Seven}
	for _, l := range p.Lines {
		var wrong []string
		switch l.Verdict {
		case "late":
			wrong = append(wrong, fmt.Sprintf("late, %s for %s", l.Took, l.Clock))
		case "not done":
			wrong = append(wrong, "not done")
		}
		if l.Unowned {
			wrong = append(wrong, "nobody had taken it")
		}
		if len(wrong) == 0 {
			continue
		}
		text := l.Step + ": " + strings.Join(wrong, "; ")
		findings = append(findings, text)
		out = append(out, Record{ID: newID(), What: Action, Place: ref, From: ex.ID, Answers: map[string]string{"name": clip(text, longWords)}})
	}
	out[0].Answers["findings"] = clip(strings.Join(findings, "\n"), longText)
	return out
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
