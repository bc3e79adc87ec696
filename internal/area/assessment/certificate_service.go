package assessment

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Outlets returns every print of this area, for the closed list of recipients.
func Outlets() []access.Route { return []access.Route{certificateRoute, whyRoute} }

var (
	certificateRoute = access.Route{Name: "assessment.certificate", Means: access.Print, Purpose: "assessment",
		Recipients: []access.Recipient{access.DestinationAuthority, access.Applicant},
		Action:     access.ExportCertificate, Patterns: []string{"POST /cases/{id}/members/{member}/print/certificate"}}
	whyRoute = access.Route{Name: "assessment.why", Means: access.Print, Purpose: "assessment", Recipients: []access.Recipient{access.Applicant},
		Action: access.ExportWhy, Patterns: []string{"GET /cases/{id}/members/{member}/print/why"}}
)

// Certificate gives out the certificate of an issued clearance: it is released to
// the applicant, who carries it to the destination's medical authority, and the
// print is an act, so that a later suspension finds whoever gave it out. The same
// form posted twice prints it again and is one act. A clearance whose ground has
// moved without anybody noticing is suspended instead.
func (s *Service) Certificate(ctx context.Context, id, member db.ID) (*view, error) {
	const op = "assessment.Certificate"
	var v *view
	stands := false
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		d := s.desk(tx)
		if v, err = d.look(member); err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ExportCertificate, v.resource(journal.Clinical)); err != nil {
			return err
		}
		stands, err = d.stillCleared(v)
		return err
	})
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	if stands {
		if err := s.Access.Release(ctx, certificateRoute, access.Applicant, v.Member.Person); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	v, stands, err = s.giveOut(ctx, id, member, stands)
	switch {
	case err != nil:
		return nil, fault.Wrap(op, err)
	case v.expired(s.today()):
		return nil, fault.New(fault.Conflict, op, "assessment.error.expired")
	case !stands:
		return nil, fault.New(fault.Conflict, op, "assessment.error.not_cleared")
	}
	return v, nil
}

// giveOut records the print, or suspends what no longer stands. It looks again: a
// fact may have come between.
func (s *Service) giveOut(ctx context.Context, id, member db.ID, released bool) (v *view, stands bool, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		d := s.desk(tx)
		if v, err = d.look(member); err != nil {
			return err
		}
		if stands, err = d.stillCleared(v); err != nil {
			return err
		}
		switch {
		case !stands && v.clearance() == ClearanceIssued && !v.expired(s.today()):
			return d.settleMember(ctx, v, "rules")
		case !stands || !released:
			stands = false
			return nil
		case slices.ContainsFunc(v.Acts, func(a Act) bool { return a.ID == id }):
			return nil
		}
		return d.putAct(ctx, v, Act{ID: id, Act: ActPrint, Decision: v.Clearance.Decision, Outcome: "certificate"})
	})
	return v, stands, err
}

// stillCleared reports whether a clearance is in force on what is known now.
func (d *desk) stillCleared(v *view) (bool, error) {
	if v.clearance() != ClearanceIssued || v.ended() || v.expired(d.today()) {
		return false, nil
	}
	gone, err := d.groundMoved(v)
	return !gone, err
}
