package app

import (
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// travels builds who leaves when, which reads the assessments.
func (n *Node) travels(o Options) {
	n.Travel = travel.New(travel.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, People: n.People, Orders: n.Orders, Packs: n.Packs, Sites: n.Sites, Clock: o.Clock,
		Beyond: n.Outbreaks.LeavingLinks, Clearance: n.clearance})
	n.People.OnRecord(n.Travel.Links)
}

// clearance is how the assessments of somebody stand, for boarding: whoever is at the door
// need not know why, so no right is asked.
func (n *Node) clearance(tx *db.Tx, person db.ID) (travel.Clearance, error) {
	stood, err := n.Assessment.StandOf(tx, person)
	out := travel.Clearance{}
	for _, c := range stood {
		if c.State != assessment.ClearanceIssued {
			out.Stopped = true
		}
		if day, ok := c.DayOf(); ok && (out.Until == 0 || day < out.Until) {
			out.Until = day
		}
	}
	return out, err
}
