package linelist

import (
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Countermeasures are what is there against the agent of a case, by role.
type Countermeasures struct {
	InForce bool // the pack of countermeasures is
	Told    map[Role][]pack.ExplainedOutcome
}

// counter decides the countermeasures of an opened case.
func (s *Service) counter(tx *db.Tx, o *Opened, doc *journal.Doc, lang string) error {
	p, err := s.Packs.Active(tx, packCounter, s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil
	}
	if err != nil {
		return err
	}
	o.Counter = Countermeasures{InForce: true, Told: map[Role][]pack.ExplainedOutcome{}}
	disputed := len(doc.Disputed["disease"]) > 0
	for _, role := range counterRoles {
		received := value.NotKnown()
		if sign := o.Signs[vaccineReceived]; role == RoleCase && !sign.Disputed {
			received = sign.Value // of the case and not of its contacts
		}
		o.Counter.Told[role] = counterFor(p, counterFacts(o.Disease, role, received, disputed), s.today(), lang)
	}
	return nil
}
