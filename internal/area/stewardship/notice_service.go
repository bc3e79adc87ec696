package stewardship

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// What the notices of cases and contacts ask of agreements. They are made by an area
// that does not know this one; the composition root ties them.

// AgreementOf answers one agreement.
func (s *Service) AgreementOf(tx *db.Tx, id db.ID) (Agreement, error) { return findAgreement(tx, id) }

// NoticeAgreements are those under which there can be notices, in force or not.
func (s *Service) NoticeAgreements(tx *db.Tx) ([]Agreement, error) {
	all, err := listAgreements(tx, "")
	var out []Agreement
	for _, g := range all {
		if g.Notices() {
			out = append(out, g)
		}
	}
	return out, err
}

// MayBeNamed answers why who somebody is may not be told under an agreement, or nil.
func (s *Service) MayBeNamed(tx *db.Tx, agreement, person db.ID) (refused, err error) {
	g, err := findAgreement(tx, agreement)
	if err != nil {
		return nil, err
	}
	st, err := s.People.Standing(tx, person)
	if err != nil {
		return nil, err
	}
	return s.refusal(tx, g, st, person)
}
