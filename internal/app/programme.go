package app

import (
	"github.com/godwit-health/godwit/internal/area/programme/report"
	"github.com/godwit-health/godwit/internal/edge/exchange/dhis2"
)

// programme builds what is reported of everything else.
func (n *Node) programme(o Options) {
	n.Reports = report.New(report.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Packs: n.Packs, Sites: n.Sites, Sender: dhis2.Client{}, Clock: o.Clock})
}
