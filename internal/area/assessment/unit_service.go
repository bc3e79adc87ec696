package assessment

import "github.com/godwit-health/godwit/internal/kernel/db"

// SharedCase is a case as an erasure must know it: its document is about nobody by
// its header, and yet tells of each of its members.
type SharedCase struct {
	ID     db.ID
	Kind   string
	Others int // members beside the person, those who left too
}

// SharedCases lists the cases that a person is or was a member of. It checks no
// rights.
func (s *Service) SharedCases(tx *db.Tx, person db.ID) ([]SharedCase, error) {
	mine, err := queryMembers(tx, "WHERE m.person = ? ORDER BY m.id", person)
	if err != nil {
		return nil, err
	}
	var out []SharedCase
	seen := map[db.ID]bool{}
	for _, m := range mine {
		if seen[m.Case] {
			continue
		}
		seen[m.Case] = true
		all, err := membersOf(tx, m.Case)
		if err != nil {
			return nil, err
		}
		c := SharedCase{ID: m.Case, Kind: kindCase}
		for _, other := range all {
			if other.Person != person {
				c.Others++
			}
		}
		out = append(out, c)
	}
	return out, nil
}
