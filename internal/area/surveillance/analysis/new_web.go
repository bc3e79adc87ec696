package analysis

import (
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// newPart tells how many of the new cases tracing knew before, as a whole, by where they
// were infected and by area.
func newPart(n linelist.NewCases) page.Part {
	out := page.Part{Title: page.M("analysis.new.title"), Lead: page.M("analysis.new.lead")}
	if n.Over {
		out.Lead = page.M("analysis.new.over")
		return out
	}
	out.Rows = page.Summary{{Label: page.M("analysis.new.known"), Value: share(n.Known, n.All)}}
	if n.Open > 0 {
		out.Rows = append(out.Rows, page.Row{Label: page.M("analysis.new.open"), Value: n.Open})
	}
	if n.All == 0 {
		return out
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("analysis.new.by")}, {Label: page.M("analysis.new.cases"), Number: true}, {Label: page.M("analysis.new.were_known"), Number: true}, {Label: page.M("analysis.new.open"), Number: true}}}
	for _, l := range n.Sources {
		t.Rows = append(t.Rows, []page.Cell{page.M("analysis.new.source_" + l.Key), l.All, l.Known, l.Open})
	}
	for _, l := range n.Areas {
		var area any = l.Key
		if l.Key == "" {
			area = page.M("analysis.new.no_area")
		}
		t.Rows = append(t.Rows, []page.Cell{area, l.All, l.Known, l.Open})
	}
	out.Table = t
	return out
}
