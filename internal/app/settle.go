package app

import (
	"context"

	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/border/ground"
	"github.com/godwit-health/godwit/internal/area/border/traveller"
	"github.com/godwit-health/godwit/internal/area/care/course"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/care/problem"
	"github.com/godwit-health/godwit/internal/area/care/referral"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/programme/campaign"
	"github.com/godwit-health/godwit/internal/area/programme/report"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/stock"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/analysis"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/area/surveillance/ready"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

// settlers say which area answers for which kind when a review item is settled:
// by the area's own rights, and with what rests on the document planned anew in
// the same transaction.
func (n *Node) settlers() []stewardship.Area {
	areas := []stewardship.Area{
		{Kinds: names(people.Kinds()), MaySettle: n.People.MaySettle, Settled: n.People.Settled},
		{Kinds: names(order.Kinds()), MaySettle: n.Orders.MaySettle, Settled: n.Orders.Settled, Say: n.Orders.Say, Strike: n.Orders.Strike},
		{Kinds: names(course.Kinds()), MaySettle: n.needs(access.ClinicalWrite), Strike: n.Courses.Strike},
		{Kinds: names(stock.Kinds()), MaySettle: n.needs(access.StockEdit)},
		{Kinds: names(referral.Kinds()), MaySettle: n.needs(access.ClinicalWrite)},
		{Kinds: names(encounter.Kinds()), MaySettle: n.needs(access.ClinicalWrite)},
		{Kinds: names(problem.Kinds()), MaySettle: n.needs(access.ClinicalWrite)},
		{Kinds: names(assessment.Kinds()), MaySettle: n.Assessment.MaySettle, Settled: n.Assessment.Settled},
		{Kinds: names(linelist.Kinds()), MaySettle: n.needs(access.LineListWrite), Settled: n.Cases.Settled},
		{Kinds: outbreak.OutbreakKinds(), MaySettle: n.needs(access.OutbreakDeclare)},
		{Kinds: names(across.Kinds()), MaySettle: n.needs(access.NoticeTake)},
		{Kinds: names(seal.Kinds()), MaySettle: n.needs(access.RoomUse)},
		{Kinds: travel.ListKinds, MaySettle: n.needs(access.TravelWrite)},
		{Kinds: travel.SignedKinds, MaySettle: n.needs(access.TravelSign)},
		{Kinds: travel.EscortKinds, MaySettle: n.needs(access.ClinicalWrite)},
		{Kinds: outbreak.OfferKinds(), MaySettle: n.needs(access.ExposureOffer)},
		{Kinds: names(surveillance.Kinds()), MaySettle: n.needs(access.SignalWork)},
		{Kinds: names(alert.Kinds()), MaySettle: n.needs(access.SignalWork)},
		{Kinds: names(ready.Kinds()), MaySettle: n.needs(access.PrepareEdit)},
		{Kinds: names(analysis.Kinds()), MaySettle: n.needs(access.SignalWork)},
		{Kinds: names(border.Kinds()), MaySettle: n.needs(access.BorderEdit)},
		{Kinds: names(ground.Kinds()), MaySettle: n.needs(access.BorderEdit)},
		{Kinds: names(traveller.Kinds()), MaySettle: n.needs(access.ScreeningRecord)},
		{Kinds: names(place.Kinds()), MaySettle: n.needs(access.PlaceEdit)},
		{Kinds: names(mobility.Kinds()), MaySettle: n.needs(access.FlowRecord)},
		{Kinds: names(campaign.Kinds()), MaySettle: n.needs(access.CampaignEdit)},
		{Kinds: names(report.Kinds()), MaySettle: n.needs(access.ProgrammeEdit)},
		{Kinds: names(pack.Kinds()), MaySettle: n.needs(access.PackActivate)},
		{Kinds: names(sync.Kinds()), MaySettle: n.needs(access.NodeManage)},
		{Kinds: []string{access.UserKind}, MaySettle: n.needs(access.UserEdit)},
		{Kinds: []string{access.GlassKind, access.OpenedKind, access.AccountKind}, MaySettle: n.needs(access.AuditReview)},
	}
	for kind, action := range stewardship.SettleActions() {
		areas = append(areas, stewardship.Area{Kinds: []string{kind}, MaySettle: n.needs(action)})
	}
	return areas
}

func names(kinds []journal.Kind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = k.Name
	}
	return out
}

// needs checks one action on the document.
func (n *Node) needs(action access.Action) func(context.Context, *db.Tx, *journal.Doc) error {
	return func(ctx context.Context, _ *db.Tx, d *journal.Doc) error {
		return n.Access.Check(ctx, action, access.Of(d))
	}
}
