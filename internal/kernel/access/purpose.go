package access

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// A Purpose is what data are used for, with the legal basis it rests on. Every
// read, write and export has one (IOM Data Protection Principle 2).
type Purpose struct {
	Code      string
	Basis     string // one of Bases
	Certainty string // O official, S secondary, R recalled
	Source    string
	Note      string
}

// Bases is the closed list of legal bases (UN Principles on Personal Data
// Protection and Privacy, 2018; ICRC Handbook on Data Protection, ch. 3). A
// basis is not a consent: an assessment that a visa depends on is not freely
// chosen, so it never rests on consent.
func Bases() []string {
	return []string{"consent", "vital_interest", "public_interest_mandate", "legal_obligation",
		"contract_or_application", "best_interests", "legitimate_interest"}
}

//go:embed purposes.csv
var purposesCSV string

// parsePurposes reads purposes.csv; an organisation may ship its own.
func parsePurposes(text string) ([]Purpose, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = 5
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("purposes: %w", err)
	}
	if len(rows) == 0 || rows[0][0] != "purpose" {
		return nil, fmt.Errorf("purposes: the first row must be the header")
	}
	var out []Purpose
	for i, row := range rows[1:] {
		p := Purpose{Code: row[0], Basis: row[1], Certainty: row[2], Source: row[3], Note: row[4]}
		if p.Code == "" || !slices.Contains(Bases(), p.Basis) {
			return nil, fmt.Errorf("purposes: row %d: purpose %q has no known legal basis (%q)", i+2, p.Code, p.Basis)
		}
		if slices.ContainsFunc(out, func(q Purpose) bool { return q.Code == p.Code }) {
			return nil, fmt.Errorf("purposes: row %d: purpose %q is there twice", i+2, p.Code)
		}
		out = append(out, p)
	}
	return out, nil
}

// ordinary is the purpose that a role works for unless a page says otherwise;
// of several roles the first in the order of Roles counts.
var ordinary = map[Role]string{
	Reception: "assessment", Nurse: "assessment", Physician: "assessment", Radiographer: "assessment",
	Laboratory: "assessment", Counsellor: "assessment", Screener: "public_health",
	Volunteer: "public_health", Epidemiologist: "public_health", Manager: "administration", MedicalOfficer: "assessment",
	PrivacyOfficer: "oversight", Administrator: "administration",
}

// OrdinaryPurpose is the purpose a log-in starts with.
func OrdinaryPurpose(roles []Role) string {
	for _, r := range Roles() {
		if slices.Contains(roles, r) {
			return ordinary[r]
		}
	}
	return ""
}

// AskPurposes is the closed list of what a node may ask its hub for somebody's record
// for: those for which clinical content is opened, but for sharing, which rests on
// agreements.
var AskPurposes = []string{"care", "assessment", "emergency", "public_health", "protection", "person_request"}

// MayAskFor reports whether a purpose is in that list.
func MayAskFor(purpose string) bool { return slices.Contains(AskPurposes, purpose) }
