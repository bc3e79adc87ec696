package border

import (
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// inTenths writes a number of tenths; a whole one has no decimal.
func inTenths(n int64) string {
	if n%10 == 0 {
		return itoa(n / 10)
	}
	return itoa(n/10) + "." + itoa(n%10)
}

// foundPart shows what was found and who is held: numbers, and nobody's record.
func foundPart(found []FoundLine, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("border.point.point"), Wide: true}}, Empty: page.Empty{Title: page.M("border.found.none")}}
	for _, what := range Finds {
		t.Columns = append(t.Columns, page.Column{Label: page.M("border.found." + what), Number: true})
	}
	t.Columns = append(t.Columns, page.Column{Label: page.M("border.found.rate"), Number: true}, page.Column{Label: page.M("border.found.held"), Number: true}, page.Column{Label: page.M("border.found.overdue"), Number: true})
	for _, f := range found {
		row := []page.Cell{page.Link{Href: "/border/points/" + f.Point.Post.Code + "/board", Name: f.Point.Name(lang)}}
		for _, what := range Finds {
			row = append(row, f.Found[what])
		}
		var rate any
		if n, known := f.PerScreened(); known {
			rate = page.Code(inTenths(n))
		}
		var late any = f.Held.Overdue
		if f.Held.Overdue > 0 {
			late = page.Tag{Level: page.Danger, Text: page.M("border.found.late", "count", f.Held.Overdue)}
		}
		t.Rows = append(t.Rows, append(row, rate, f.Held.Open, late))
	}
	return page.Part{Title: page.M("border.found.title"), Lead: page.M("border.found.lead"), Table: t}
}
