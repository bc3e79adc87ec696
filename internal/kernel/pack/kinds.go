package pack

import "sort"

// expectKinds are the outcome kinds a case may name, the closed set of
// engine/decision without valid, which is written valid_until.
var expectKinds = map[string]bool{
	"require": true, "offer": true, "waive": true, "defer": true, "contraindicate": true, "treat": true,
	"classify": true, "hold": true, "clear": true, "refer": true, "notify": true, "form": true, "escort": true,
	"flag": true,
}

// The kinds of packs that stand apart from a person's assessment: no destination
// reads them, so a change in one is no reason to look at its cases again.
const (
	CaseDefinition = "case-definition" // the classes of one disease; the pack's id is "case-" and the disease
	Surveillance   = "surveillance"    // thresholds, clocks, follow-up, mortality
	Border         = "border"          // screening, capacities and declarations of points of entry
	Care           = "care"            // primary care, antenatal and postnatal care, nutrition, courses of treatment
	Travel         = "travel"          // fitness to travel, escorts, hand-over
)

var apart = map[string]bool{CaseDefinition: true, Surveillance: true, Border: true, Care: true, Medicines: true, Travel: true}

// Apart reports whether the pack is of surveillance, the border, care or travel and
// not of a person's assessment.
func (m *Manifest) Apart() bool { return apart[m.Kind] }

func expectKeys() []string {
	keys := []string{"valid_until", "undetermined", "blocked", "ask", "unconfirmed", "highest"}
	for k := range expectKinds {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
