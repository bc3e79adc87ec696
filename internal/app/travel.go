package app

import (
	"context"

	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// travels builds who leaves when, which reads the assessments.
func (n *Node) travels(o Options) {
	n.Travel = travel.New(travel.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, People: n.People, Orders: n.Orders, Packs: n.Packs, Sites: n.Sites, Clock: o.Clock,
		Beyond: n.Outbreaks.LeavingLinks, Clearance: n.clearance, NewCode: stewardship.NewReplyCode, ReplyPath: stewardship.PathReply, OnFile: n.onFile})
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

// tookOver is an answer of somebody who holds the code of a hand-over note: that the
// person came or was seen is that they are in care there.
func (n *Node) tookOver(ctx context.Context, hash string, r stewardship.Reply) (bool, error) {
	a := travel.Answer{Step: travel.Accepted, Words: r.Words}
	if r.Step == stewardship.StepOutcome {
		a.Step, a.Outcome = travel.Followed, travel.Outcome(r.Outcome)
	}
	return n.Travel.AnswerByCode(ctx, hash, a)
}

// onFile is what stands of somebody, for a paper that travels. What is sensitive stays here.
func (n *Node) onFile(ctx context.Context, tx *db.Tx, person db.ID, lang string) (out travel.File, err error) {
	problems, err := n.Problems.Standing(ctx, tx, person)
	if err != nil {
		return out, err
	}
	for _, p := range problems {
		if p.Sensitivity <= journal.Clinical {
			day, _ := p.Since.Exact()
			out.Problems = append(out.Problems, travel.Filed{On: day, Text: p.In(lang)})
		}
	}
	return out, nil
}
