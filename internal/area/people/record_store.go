package people

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// staysOf returns a person's stays as they were entered.
func staysOf(tx *db.Tx, person db.ID) ([]Stay, error) {
	rows, err := records(tx, "people_stay", person)
	if err != nil {
		return nil, err
	}
	return decodeAll(rows, func(s *Stay, r record) { s.ID, s.Disputed = r.ID, r.Disputed != "" })
}

// journeyOf returns a person's stays and what is said of all of them together.
func journeyOf(tx *db.Tx, person db.ID) ([]Stay, Journey, error) {
	stays, err := staysOf(tx, person)
	if err != nil {
		return nil, Journey{}, err
	}
	rows, err := records(tx, "people_journey", person)
	if err != nil {
		return nil, Journey{}, err
	}
	js, err := decodeAll(rows, func(j *Journey, r record) {
		if r.Disputed != "" {
			j.Complete, j.CompleteOn = false, calendar.Date{} // one says it is all, another not: not known
		}
	})
	if err != nil || len(js) == 0 {
		return stays, Journey{}, err
	}
	return stays, js[0], nil
}

func documentsOf(tx *db.Tx, person db.ID) ([]Document, error) {
	rows, err := records(tx, "people_document", person)
	if err != nil {
		return nil, err
	}
	return decodeAll(rows, func(d *Document, r record) { d.ID = r.ID })
}

func contactsOf(tx *db.Tx, person db.ID) ([]Contact, error) {
	rows, err := records(tx, "people_contact", person)
	if err != nil {
		return nil, err
	}
	return decodeAll(rows, func(c *Contact, r record) { c.ID = r.ID })
}

func consentsOf(tx *db.Tx, person db.ID) ([]Consent, error) {
	rows, err := records(tx, "people_consent", person)
	if err != nil {
		return nil, err
	}
	return decodeConsents(rows)
}

func decodeConsents(rows []record) ([]Consent, error) {
	return decodeAll(rows, func(c *Consent, r record) { c.ID, c.FirstOfficer = r.ID, r.Author })
}

// consentsOfAll is consentsOf for many people; who has none is left out.
func consentsOfAll(tx *db.Tx, people []db.ID) (map[db.ID][]Consent, error) {
	out := make(map[db.ID][]Consent, len(people))
	for some := range slices.Chunk(people, 100) {
		rows, err := recordsOf(tx, "people_consent", some)
		if err != nil {
			return nil, err
		}
		for id, of := range rows {
			if out[id], err = decodeConsents(of); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// safetyRow is the projected safety document with its groups in conflict.
type safetyRow struct {
	Safety
	Known    bool // there is one
	Disputed []string
}

func safetyOf(tx *db.Tx, person db.ID) (safetyRow, error) {
	rows, err := records(tx, "people_safety", person)
	if err != nil || len(rows) == 0 {
		return safetyRow{}, err
	}
	all, err := decodeAll(rows, func(s *safetyRow, r record) { s.Known, s.Disputed = true, strings.Fields(r.Disputed) })
	if err != nil {
		return safetyRow{}, err
	}
	return all[0], nil
}

func protectionOf(tx *db.Tx, person db.ID) (Protection, error) {
	rows, err := records(tx, "people_protection", person)
	if err != nil || len(rows) == 0 {
		return Protection{}, err
	}
	all, err := decodeAll(rows, func(p *Protection, r record) {
		if contains(strings.Fields(r.Disputed), "status") {
			p.LegalStatus = StatusUndetermined // two nodes differ: not known
		}
	})
	if err != nil {
		return Protection{}, err
	}
	return all[0], nil
}
