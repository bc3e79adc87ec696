package pack

import (
	"github.com/godwit-health/godwit/engine/decision"
)

// The table and row that stand for an officer's word in WithClass.
const (
	OfficerTable = "officer.class"
	OfficerRow   = "officer.class"
)

// WithClass is the pack in which a class holds by an officer's word, whatever the
// tables find: every row that reads the class (a hold, another validity, what else
// it asks for) is decided as if a table had found it. The classes that the tables
// find stay. It is a question to the rules and no version of them: its hash is the
// pack's, and no record is made from it.
func (p *Pack) WithClass(code string) (*Pack, error) {
	q := *p
	said := &decision.Table{Name: OfficerTable, Policy: decision.Collect, Outputs: []string{"outcome", "code"},
		Rows: []decision.Row{{ID: OfficerRow, Out: []string{string(decision.Classify), code}, Certainty: string(Official)}}}
	q.Tables = append([]Table{{said, manifestFile}}, p.Tables...)
	q.ruleList = q.rules()
	var ps Problems
	q.compile(&ps)
	return &q, ps.fault("pack.WithClass")
}
