package app

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// acrossBorders makes the service of notices across a border. Agreements stand above it, and are
// asked when somebody asks it.
func (n *Node) acrossBorders(o Options) {
	n.Across = across.New(across.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Cases: n.Cases, People: n.People, Sites: n.Sites,
		Lists: n.Signals.Lists(), Clocks: n.Signals.Clocks, Agreements: &NoticeAgreements{Of: func() *stewardship.Service { return n.Steward }}, Name: o.SyncName, Clock: o.Clock})
	if o.isHub() {
		n.Across.Carrier = Carrier{n.Sync}
	}
	n.Cases.Beyond = n.Across.Beyond
}

// Carrier moves what agreements let go as files, where there is no link.
type Carrier struct{ Sync *sync.Service }

// Export implements across.Carrier.
func (c Carrier) Export(ctx context.Context, agreement db.ID) (across.Parcel, error) {
	body, items, err := c.Sync.ExportShared(ctx, agreement)
	return across.Parcel{Body: body, Items: items}, err
}

// Import implements across.Carrier.
func (c Carrier) Import(ctx context.Context, body []byte) (int, error) {
	return c.Sync.ImportShared(ctx, body)
}

// NoticeAgreements gives notices the agreements under which they go.
type NoticeAgreements struct{ Of func() *stewardship.Service }

func termsOf(s *stewardship.Service, g stewardship.Agreement) across.Terms {
	t := across.Terms{ID: g.ID, Peer: g.Peer, Country: g.Country, Diseases: g.Diseases, Keep: g.Keep, From: g.From, To: g.To, Sites: g.Sites, Inbox: g.Inbox,
		InForce: g.StateAt(s.Clock()) == stewardship.AgreementInForce, Fields: map[string][]string{}}
	for _, part := range across.Parts {
		t.Fields[part] = g.Fields[stewardship.Part(part)]
	}
	return t
}

// All implements across.Agreements.
func (a *NoticeAgreements) All(tx *db.Tx) ([]across.Terms, error) {
	list, err := a.Of().NoticeAgreements(tx)
	var out []across.Terms
	for _, g := range list {
		out = append(out, termsOf(a.Of(), g))
	}
	return out, err
}

// One implements across.Agreements.
func (a *NoticeAgreements) One(tx *db.Tx, id db.ID) (across.Terms, error) {
	g, err := a.Of().AgreementOf(tx, id)
	if err != nil {
		return across.Terms{}, err
	}
	return termsOf(a.Of(), g), nil
}

// MayBeNamed implements across.Agreements.
func (a *NoticeAgreements) MayBeNamed(tx *db.Tx, agreement, person db.ID) (refused, err error) {
	return a.Of().MayBeNamed(tx, agreement, person)
}

// Sent implements across.Agreements.
func (a *NoticeAgreements) Sent(tx *db.Tx, agreement, doc db.ID) (sent, taken bool, err error) {
	if a.Of().Link == nil {
		return false, false, nil
	}
	return a.Of().Link.Sent(tx, agreement, doc)
}

// NoticeSharers are the parts of an agreement that notices are made of. They are told
// case by case and are no part of anybody's record that is handed over whole.
func NoticeSharers() []stewardship.Sharer {
	var out []stewardship.Sharer
	for _, part := range across.Parts {
		out = append(out, stewardship.Sharer{Part: stewardship.Part(part), Fields: across.Fields(part),
			Share: func(context.Context, *db.Tx, db.ID, []string) ([]stewardship.Shared, error) { return nil, nil }})
	}
	return out
}

// DiseaseCodes are the diseases that an agreement can name.
func DiseaseCodes(l surveillance.Lists) []string {
	var out []string
	for _, d := range l.Diseases {
		out = append(out, d.Code)
	}
	return out
}

// WithNotices lets notices travel in the feeds of agreements too.
func WithNotices(sh *sync.Sharing, x *across.Service) *sync.Sharing {
	if x == nil {
		return sh
	}
	records := *sh
	sh.Kinds = append(slices.Clone(records.Kinds), across.SharedKinds()...)
	sh.Leaves = func(tx *db.Tx, agreement, doc db.ID) (bool, error) {
		if ok, err := records.Leaves(tx, agreement, doc); ok || err != nil {
			return ok, err
		}
		return x.MayLeave(tx, agreement, doc)
	}
	sh.Tells = func(tx *db.Tx, agreement db.ID, e *journal.Entry) (bool, error) {
		if across.Shared(e.Kind) {
			return x.MayTell(tx, e)
		}
		return true, nil
	}
	sh.Accept = func(tx *db.Tx, agreement db.ID, e *journal.Entry) error {
		if across.Shared(e.Kind) {
			return x.AcceptUnder(tx, agreement, e)
		}
		return records.Accept(tx, agreement, e)
	}
	sh.Arrived = func(ctx context.Context, tx *db.Tx, agreement db.ID, docs []db.ID) error {
		if err := records.Arrived(ctx, tx, agreement, docs); err != nil {
			return err
		}
		return x.ArrivedUnder(ctx, tx, agreement, docs)
	}
	return sh
}

// acrossCard is what waits of cases and contacts that cross a border; nothing where
// nothing waits.
func (n *Node) acrossCard(ctx context.Context) ([]todayCard, error) {
	if !n.Access.Ever(ctx, access.NoticeRead) {
		return nil, nil
	}
	b, err := n.Across.Waiting(ctx)
	if err != nil || b.New+b.Tells+b.Late == 0 {
		return nil, err
	}
	return []todayCard{{page.M("app.nav.across"), page.M("app.today.across_text", "new", b.New, "tells", b.Tells, "late", b.Late), []page.Link{{Href: "/across", Text: page.M("app.today.open")}}}}, nil
}
