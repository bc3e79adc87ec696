package assessment

import (
	"crypto/sha256"
	"encoding/json"
	"hash"
	"sync"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// memo keeps the last decisions by what they were made on. A protocol is pure, and
// the same question comes again and again: the page that shows a plan, the act on
// it and the plan made anew after the act all decide on the same facts. It holds
// digests and decisions, in memory only.
type memo struct {
	mu         sync.Mutex
	young, old map[memoKey]decision.Decision
}

type memoKey struct {
	protocol *decision.Protocol
	input    [sha256.Size]byte
}

// memoSize is how many decisions one generation holds; there are two.
const memoSize = 256

// decider is a protocol's Decide, remembered.
func (m *memo) decider(p *pack.Pack) decide {
	return func(in decision.Input) decision.Decision {
		key := memoKey{p.Protocol, digest(p, in)}
		if d, ok := m.get(key); ok {
			return d
		}
		d := p.Protocol.Decide(in)
		m.put(key, d)
		return d
	}
}

func (m *memo) get(key memoKey) (decision.Decision, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.young[key]
	if !ok {
		d, ok = m.old[key]
	}
	return d, ok
}

func (m *memo) put(key memoKey, d decision.Decision) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= memoSize || m.young == nil {
		m.old, m.young = m.young, make(map[memoKey]decision.Decision, memoSize)
	}
	m.young[key] = d
}

// digest tells inputs apart: every fact with its day, the journey, the day.
func digest(p *pack.Pack, in decision.Input) (sum [sha256.Size]byte) {
	h := sha256.New()
	write(h, struct {
		On      string
		Unasked bool
		Journey *decision.Journey
	}{in.On.String(), in.Unasked, in.Journey})
	known := 0
	for _, f := range p.Facts {
		if fact, ok := in.Facts[f.Name]; ok {
			known++
			write(h, f.Name)
			write(h, fact)
			write(h, fact.Value.Kind()) // an empty list and what is not known are written alike
		}
	}
	if known < len(in.Facts) { // facts that the pack does not know are problems of the decision
		write(h, in.Facts)
	}
	h.Sum(sum[:0])
	return sum
}

func write(h hash.Hash, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // facts and stays are values, which always marshal
	}
	h.Write(b)
	h.Write([]byte{'\n'})
}
