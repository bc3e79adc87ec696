package traveller

import (
	"encoding/json"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// What of the pack of declarations has a name here.
const (
	factVersion = "ihr_version"
	formSick    = "sick-schedule"
)

// versions are the amendments of the IHR that can be in force.
func versions(p *pack.Pack) []string {
	f, _ := p.Fact(factVersion)
	return f.Values
}

func declarationInput(d Declaration) decision.Input {
	in := decision.Input{On: d.Day, Facts: map[string]decision.Fact{}}
	put := func(name string, v value.Value) { in.Facts[name] = decision.Fact{Value: v, AsOf: d.Day.Date()} }
	put("declared_on", value.Text(d.Day.String()))
	put("declaration_kind", value.Text(string(d.Kind)))
	if d.Version != "" {
		put(factVersion, value.Text(d.Version))
	}
	return in
}

// whichForm answers the form that holds on a day; "" where the amendments in force
// decide and nobody knows them.
func whichForm(p *pack.Pack, d Declaration) string {
	dec := p.Protocol.Decide(declarationInput(d))
	for _, code := range dec.Codes(decision.Form) {
		if code != SickSchedule {
			return code
		}
	}
	return ""
}

// formFile is the name of a form of the pack by its code: SHIP_DECLARATION is
// ship-declaration.
func formFile(code string) string { return strings.ReplaceAll(strings.ToLower(code), "_", "-") }

// judge says what the answers of a declaration ask for.
func judge(p *pack.Pack, d *Declaration) error {
	f, err := formOf(p, formFile(d.Form))
	if err != nil {
		return err
	}
	in := declarationInput(*d)
	for name, v := range f.Check(d.Answers, nil, d.Day).Facts {
		in.Facts[name] = decision.Fact{Value: v, AsOf: d.Day.Date()}
	}
	dec := p.Protocol.Decide(in)
	d.Needs, d.Flags, d.Asks = dec.Codes(decision.Require), dec.Codes(decision.Flag), nil
	for _, code := range dec.Codes(decision.Form) {
		if code != d.Form {
			d.Asks = append(d.Asks, code)
		}
	}
	raw, err := p.NewRecord(in, dec).Bytes()
	d.Record = json.RawMessage(raw)
	return err
}

// limiter bounds how many declarations come in from phones, because anybody may send
// one. Many travellers share one address at a border, so an address may send many; and
// whoever has many addresses fills up one point and not all. It lives in memory and
// forgets.
type limiter struct {
	sync.Mutex
	from map[string][]time.Time // by network
	at   map[string][]time.Time // by point
}

const (
	mostFromOne = 120
	mostAtPoint = 1200
	limitWindow = 10 * time.Minute
)

func newLimiter() *limiter {
	return &limiter{from: map[string][]time.Time{}, at: map[string][]time.Time{}}
}

// networkOf is what counts as one sender: an address, and of IPv6 the network of 64 bits
// that one subscriber has to choose addresses from.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

// take counts one from an address at a point and reports whether it is still within
// bounds.
func (l *limiter) take(address, point string, now time.Time) bool {
	address = networkOf(address)
	l.Lock()
	defer l.Unlock()
	for _, by := range []map[string][]time.Time{l.from, l.at} {
		for k, list := range by {
			for len(list) > 0 && now.Sub(list[0]) >= limitWindow {
				list = list[1:]
			}
			if by[k] = list; len(list) == 0 {
				delete(by, k)
			}
		}
	}
	if len(l.at[point]) >= mostAtPoint || len(l.from[address]) >= mostFromOne {
		return false
	}
	l.at[point], l.from[address] = append(l.at[point], now), append(l.from[address], now)
	return true
}
