package problem

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page; signals has the
// conditions that surveillance watches.
func Samples(hostile string, signals Signals) []page.Sample {
	s := New(Deps{Signals: signals, Clock: func() time.Time { return sampleNow }})
	today := calendar.DayOfTime(sampleNow)
	sample := func(name, title string, make func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		full := make("Cholera")
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: make(hostile), Problems: problems, Wide: full.Table != nil}
	}
	words := func(name string) Words { return Words{System: ICD10, Code: "A00.9", Name: name, Disease: "cholera"} }
	one := func(name string) Problem {
		return Problem{ID: db.ID{1}, Person: db.ID{2}, Site: "NBO", Words: words(name), Certainty: Suspected, Since: (today - 3).Date(), At: sampleNow, Status: Active}
	}
	over := func(name string) Problem {
		p := one(name)
		p.Words, p.Status, p.Until, p.Signal = Words{Name: name}, RuledOut, today, db.ID{9}
		return p
	}
	list := func(name string) List {
		return List{Person: db.ID{2}, MayWrite: true, Problems: []Problem{one(name), over(name)}, Terms: []Term{{ID: db.ID{3}, Words: words(name)}}}
	}
	return []page.Sample{
		sample("diagnoses", "problem.title", func(name string) page.Sheet {
			l := list(name)
			return listSheet(l, addForm(l, db.ID{4}, "", today, "en"), "en")
		}, page.Problem{Field: "certainty", Text: page.M("problem.error.certainty")}),
		sample("a diagnosis", "problem.one.title", func(name string) page.Sheet { return oneSheet(One{Problem: one(name), MayWrite: true}, "en") }),
		sample("a diagnosis that ended", "problem.one.title", func(name string) page.Sheet { return oneSheet(One{Problem: over(name), MayWrite: true}, "en") }),
		sample("the short list", "problem.terms.title", func(name string) page.Sheet {
			l := TermList{Site: "NBO", MayWrite: true, Terms: []Term{{ID: db.ID{3}, Words: words(name)}, {ID: db.ID{5}, Words: Words{System: Own, Code: "S1", Name: name}, Off: true}}}
			return termSheet(l, []Row{{3, "code", "problem.error.twice"}}, s.termForm(db.ID{6}), importForm(), "en")
		}, page.Problem{Field: "code", Text: page.M("problem.error.code_icd10")}),
	}
}
