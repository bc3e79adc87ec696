package app

import (
	"context"

	"github.com/godwit-health/godwit/internal/area/programme/report"
	"github.com/godwit-health/godwit/internal/edge/exchange/dhis2"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// programme builds what is reported of everything else.
func (n *Node) programme(o Options) {
	var to report.Sender = dhis2.Client{}
	if n.Exercise {
		to = nowhere{}
	}
	n.Reports = report.New(report.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Packs: n.Packs, Sites: n.Sites, Sender: to, Clock: o.Clock})
}

// nowhere is where an exercise sends: figures of what did not happen reach no ministry.
type nowhere struct{}

func (nowhere) Send(context.Context, report.Target, report.Set, bool) (report.Outcome, error) {
	return report.Outcome{}, fault.New(fault.Conflict, "app.nowhere", "report.error.exercise")
}
