package ready

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	pageOf := func(name, title string, view func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		full := view("Busia")
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: view(hostile), Problems: problems, Wide: full.Table != nil || len(full.Parts) > 0}
	}
	today := calendar.DayOfTime(sampleNow)
	kit := func(words string) Kit {
		k := Kit{Place: samplePlace(words), Records: sampleRecords(words), Today: today, Edits: true}
		k.Gaps = Gaps(k.Records, today)
		return k
	}
	out := []page.Sample{
		pageOf("the board", "ready.title", func(words string) page.Sheet {
			return boardView([]Standing{{Place: samplePlace(words), Gaps: kit(words).Gaps, Open: 2}, {Place: samplePlace("Gulu")}, {Place: samplePlace(words), Gaps: Gaps(nil, today)}}, "en")
		}),
		pageOf("a place", "ready.of_place", func(words string) page.Sheet { return placeView(kit(words), "en", true) }),
		pageOf("a place where there is nothing", "ready.of_place", func(words string) page.Sheet {
			return placeView(Kit{Place: samplePlace(words), Gaps: Gaps(nil, today)}, "en", false)
		}),
		pageOf("open actions", "ready.actions.title", func(words string) page.Sheet {
			var list []Waiting
			for _, r := range sampleRecords(words) {
				if r.Open() {
					list = append(list, Waiting{r, samplePlace(words), true})
				}
			}
			return actionsView(list, today, "en")
		}),
	}
	out = append(out, pageOf("a drill", "ready.drill.add", func(string) page.Sheet {
		return page.Sheet{Lead: page.M("ready.drill.lead"), Form: s.drillForm("point/BUSIA")}
	}, page.Problem{Field: "file", Text: page.M("ready.error.score")}))
	for _, r := range sampleRecords("Busia") {
		if r.ID[1] != 0 {
			continue // one of each sort
		}
		out = append(out, pageOf("a form: "+string(r.What), said[r.What]+"change", func(string) page.Sheet {
			return page.Sheet{Lead: page.M("ready.no_names"), Form: s.recordForm(r, true)}
		}, page.Problem{Field: "name", Text: page.M("ready.error.needed")}))
	}
	return out
}

func samplePlace(name string) Place {
	return Place{Sort: pointSort, Code: "BUSIA", Site: "BUS", Names: map[string]string{"en": name}}
}

func sampleRecords(words string) []Record {
	of := func(id db.ID, w What, answers ...string) Record {
		r := Record{ID: id, Site: "BUS", What: w, Place: "point/BUSIA", Answers: map[string]string{"name": words}}
		for i := 0; i+1 < len(answers); i += 2 {
			r.Answers[answers[i]] = answers[i+1]
		}
		return r
	}
	list := []Record{
		of(db.ID{1}, Plan, "version", "3", "dated", "2026-02-01", "kept", words, "tested", "2026-05-01", "next", "2027-02-01"),
		of(db.ID{2}, Item, "unit", "pairs", "minimum", "200", "have", "150", "counted", "2026-11-01", "expires", "2026-11-20", "next", "2026-12-01"),
		of(db.ID{2, 1}, Item),
		of(db.ID{3}, Contact, "function", "ambulance", "phone", "+254 20 0000000", "deputy", words, "deputy_phone", "112", "confirmed", "2026-10-01", "next", "2027-01-01"),
		of(db.ID{4}, Exercise, "format", "table_top", "held", "2026-05-01", "people", "14", "objectives", words, "findings", words, "next", "2026-11-01"),
		of(db.ID{5}, Review, "held", "2026-06-01", "worked", words, "failed", words),
		of(db.ID{6}, Action, "owner", words, "due", "2026-11-01"),
		of(db.ID{6, 1}, Action, "due", "2027-01-01"),
		of(db.ID{6, 2}, Action, "owner", words, "due", "2026-11-01", "done", "2026-10-30", "result", words),
	}
	list[1].Disputed, list[5].Disputed = []string{"count"}, []string{"review"}
	return list
}
