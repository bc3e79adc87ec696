package across

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Carried are the agreements in force, for whoever may carry a file.
func (s *Service) Carried(ctx context.Context) (out []Terms, err error) {
	const op = "across.Carried"
	if s.Carrier == nil || !s.Access.Ever(ctx, access.NoticeSend) {
		return nil, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = s.Agreements.All(tx); return err })
	return slices.DeleteFunc(out, func(t Terms) bool { return !t.InForce }), fault.Wrap(op, err)
}

// MakeFile makes a file of what the other side of an agreement is not known to have.
func (s *Service) MakeFile(ctx context.Context, agreement db.ID) (Parcel, error) {
	const op = "across.MakeFile"
	terms, err := s.Carried(ctx)
	if err != nil {
		return Parcel{}, err
	}
	i := slices.IndexFunc(terms, func(t Terms) bool { return t.ID == agreement })
	if i < 0 {
		return Parcel{}, fault.New(fault.Forbidden, op, "sync.agreement_over")
	}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return Parcel{}, err
	}
	// Who is named in it was written into the audit when each notice was sent; this line
	// is that a file left.
	if _, err := s.Access.ReleaseList(ctx, parcelRoute, access.HealthAuthority.Of(terms[i].Country), []access.Resource{{Kind: kindNotice, Site: a.Site(), Sensitivity: journal.Clinical}}); err != nil {
		return Parcel{}, err
	}
	p, err := s.Carrier.Export(ctx, agreement)
	return p, fault.Wrap(op, err)
}

// TakeFile takes a file of the other side, and answers how much of it was new.
func (s *Service) TakeFile(ctx context.Context, body []byte) (int, error) {
	const op = "across.TakeFile"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return 0, err
	}
	if s.Carrier == nil {
		return 0, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	if err := s.Access.Check(ctx, access.NoticeTake, access.Resource{Kind: kindNotice, Site: a.Site(), Sensitivity: journal.Clinical}); err != nil {
		return 0, err
	}
	// Who closes the page has given the file all the same: it is taken to its end.
	n, err := s.Carrier.Import(context.WithoutCancel(ctx), body)
	return n, fault.Wrap(op, err)
}
