package app

import (
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// shared lists the documents that a person shares with others, families and
// cases, for an erasure.
func (n *Node) shared(tx *db.Tx, person db.ID) ([]stewardship.Unit, error) {
	families, err := n.People.SharedUnits(tx, person)
	if err != nil {
		return nil, err
	}
	cases, err := n.Assessment.SharedCases(tx, person)
	if err != nil {
		return nil, err
	}
	var out []stewardship.Unit
	for _, f := range families {
		out = append(out, stewardship.Unit{Doc: f.ID, Kind: f.Kind, Others: f.Others, Text: f.Note})
	}
	for _, c := range cases {
		out = append(out, stewardship.Unit{Doc: c.ID, Kind: c.Kind, Others: c.Others})
	}
	return out, nil
}
