package linelist

import (
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// counterParts tell what is there against the agent of a case, with why.
func counterParts(o Opened) []page.Part {
	if !o.Counter.InForce {
		return []page.Part{{Title: page.M("linelist.counter.title"), Lead: page.M("linelist.counter.none")}}
	}
	var rows page.Summary
	for _, role := range counterRoles {
		for _, x := range o.Counter.Told[role] {
			cells := []any{page.M("linelist.need." + string(x.Kind)), x.Word}
			for _, row := range x.Because {
				for _, src := range row.Sources {
					cells = append(cells, page.M("linelist.source", "title", src.Title))
				}
			}
			if x.Unconfirmed {
				cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("linelist.unconfirmed")})
			}
			rows = append(rows, page.Row{Label: page.M("linelist.counter." + string(role)), Value: cells})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return []page.Part{{Title: page.M("linelist.counter.title"), Lead: page.M("linelist.counter.lead"), Rows: rows}}
}
