package mobility

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
)

// memo keeps what was computed from inputs, under the hash of these: what is kept never
// grows old, because other inputs have another hash. Whoever gets a value does not change
// it. It holds the last few only.
type memo[V any] struct {
	mu    sync.Mutex
	most  int
	of    map[[32]byte]V
	order [][32]byte
}

func newMemo[V any](most int) *memo[V] { return &memo[V]{most: most, of: map[[32]byte]V{}} }

// get answers what is kept under a key, or makes it. Two that ask at once may both make it.
func (m *memo[V]) get(key [32]byte, make func() (V, error)) (V, error) {
	m.mu.Lock()
	v, ok := m.of[key]
	m.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, again := m.of[key]; !again {
		m.of[key] = v
		m.order = append(m.order, key)
		if len(m.order) > m.most {
			delete(m.of, m.order[0])
			m.order = m.order[1:]
		}
	}
	return v, nil
}

// hashOf is the hash of values as JSON has them, in their order.
func hashOf(values ...any) (key [32]byte, err error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			return key, err
		}
	}
	return [32]byte(h.Sum(nil)), nil
}

// views are what the joined pages keep between requests.
type views struct {
	rows      *memo[Row]      // of matrices, by their text
	forecasts *memo[Forecast] // by all that enters them
	screened  *memo[Screened]
}

// A matrix of a country has some hundreds of rows; a page is opened by a few people at a
// time, each with a question or two.
func newViews() *views {
	return &views{rows: newMemo[Row](4000), forecasts: newMemo[Forecast](16), screened: newMemo[Screened](64)}
}

// forecasted is Forecasted, computed once for the same input.
func (v *views) forecasted(in ForecastInput) (Forecast, error) {
	if in.Flows == nil {
		return Forecasted(in)
	}
	key, err := hashOf(in.AsOf, in.Window, in.Days, in.Cases, in.People, in.Places, in.Assumed, in.Seed, in.Draws, in.Flows.Matrix, in.Flows.text)
	if err != nil {
		return Forecast{}, err
	}
	return v.forecasts.get(key, func() (Forecast, error) { return Forecasted(in) })
}

// screening is Screening, computed once for the same input.
func (v *views) screening(where Where, assumed []Assumed, missing []string, seed uint64, draws int) (Screened, error) {
	key, err := hashOf(where, assumed, missing, seed, draws)
	if err != nil {
		return Screened{}, err
	}
	return v.screened.get(key, func() (Screened, error) { return Screening(where, assumed, missing, seed, draws) })
}
