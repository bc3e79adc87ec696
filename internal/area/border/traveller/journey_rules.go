package traveller

import (
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
)

// factExposed is what the pack may read of a journey; its rows classify nothing by it.
const factExposed = "exposed_journey"

// stayQuestion is the name of a question of the pack's form about a stay, from 1.
func stayQuestion(n int, part string) string { return fmt.Sprintf("stay%d_%s", n, part) }

// date is the answer to a question about a date; zero where it is "not known" or nothing.
func (a Answers) date(name string) calendar.Date {
	d, err := calendar.Parse(a.One(name))
	if err != nil {
		return calendar.Date{}
	}
	return d
}

// staysOf reads the stays that somebody told at a second screening, as many as the form
// asks for, with their numbers in it.
func staysOf(f *form.Form, a Answers) (stays []outbreak.Declared, numbers []int) {
	for n := 1; ; n++ {
		if _, ok := f.Row(stayQuestion(n, "place")); !ok {
			return stays, numbers
		}
		if place := a.One(stayQuestion(n, "place")); place != "" {
			stays = append(stays, outbreak.Declared{Place: place, From: a.date(stayQuestion(n, "from")), To: a.date(stayQuestion(n, "to"))})
			numbers = append(numbers, n)
		}
	}
}

// journeyOf is what was said of stays, with what it rests on, as it is kept.
func journeyOf(said outbreak.Said, numbers []int, on calendar.Day) Journey {
	out := Journey{Answer: said.Answer, Stays: len(numbers), Declared: said.Declared}
	for _, m := range said.Met {
		first, last, known := m.Bounds(on)
		met := Met{Outbreak: m.Outbreak.ID, Disease: m.Outbreak.Disease, State: m.Outbreak.State(), Since: m.Outbreak.From, Until: m.Outbreak.Until, Source: m.Outbreak.Source,
			Stay: numbers[m.Stay], Certain: m.Certain, Around: m.Lies == outbreak.Around, Counts: m.In.Known, Last: last}
		if known {
			met.First = first
		}
		out.Met = append(out.Met, met)
	}
	for _, i := range said.Unplaced {
		out.Unplaced = append(out.Unplaced, numbers[i])
	}
	return out
}

// tells reports whether a journey is something to inform of.
func (j *Journey) tells() bool {
	return j != nil && (j.Answer == outbreak.Yes || j.Answer == outbreak.Possible)
}

// differs reports whether what is declared now says something else of the same stays.
func (j Journey) differs(o Journey) bool { return j.Answer != o.Answer || len(j.Met) != len(o.Met) }
