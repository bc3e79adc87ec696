package app

import (
	"github.com/godwit-health/godwit/internal/area/programme/campaign"
)

// campaigns builds what is said to many people, and what they say in return.
func (n *Node) campaigns(o Options) {
	n.Campaigns = campaign.New(campaign.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Signals: n.Signals, Clock: o.Clock})
	n.Signals.OnOrigin(n.Campaigns.Origin)
}
