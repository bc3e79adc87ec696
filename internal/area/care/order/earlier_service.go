package order

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Earlier is a service that was done for another case of a person.
type Earlier struct {
	Order Order
	On    calendar.Day // of the result that holds
}

// Earlier lists what was done for other cases of a person, the latest first. What is
// sensitive is not among it: who was told who would see an HIV result was told so for
// one destination (docs/adr/0013).
func (s *Service) Earlier(tx *db.Tx, subject, caseID db.ID) ([]Earlier, error) {
	orders, err := queryOrders(tx, "o.subject = ? AND o.is_open = 0 AND o.status = ? AND o.sensitivity < ? ORDER BY o.since DESC, o.id DESC",
		subject, string(Done), int(journal.Sensitive))
	if err != nil {
		return nil, err
	}
	var out []Earlier
	for _, o := range orders {
		if o.Case.IsZero() || o.Case == caseID {
			continue
		}
		parts, err := resultsOf(tx, o.ID)
		if err != nil {
			return nil, err
		}
		e := Earlier{Order: o}
		for _, r := range live(gather(parts, everything)) {
			e.On = max(e.On, r.On)
		}
		out = append(out, e)
	}
	return out, nil
}

// FactsFor is Facts for a decision about one case. The sensitive results of another
// case are left out: they were asked for, counselled about and agreed to for another
// recipient. That there is one is not taken for "none": such a code is not known. An
// answer that stands under no order is the person's own and stays.
func (s *Service) FactsFor(tx *db.Tx, subject, caseID db.ID, codes []string) (map[string]decision.Fact, error) {
	obs, err := observations(tx, subject, codes)
	if err != nil {
		return nil, err
	}
	several, of, err := severalOf(tx, subject)
	if err != nil {
		return nil, err
	}
	var mine []Observation
	hidden := map[string]bool{}
	for _, o := range obs {
		other := of[o.Order]
		if o.Sens >= journal.Sensitive && !other.IsZero() && other != caseID {
			hidden[o.Code] = true
			continue
		}
		mine = append(mine, o)
	}
	out := facts(mine, several)
	for code := range hidden {
		if _, known := out[code]; !known {
			out[code] = decision.Fact{Value: value.NotKnown()}
		}
	}
	return out, nil
}
