package assessment

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Earlier is a service that was done for another case of the person: an X-ray of last
// week, for another destination.
type Earlier struct {
	Order         db.ID
	Service, Form string // what it was: chest-xray, and the form of its result
	On            calendar.Day
}

// carried are the services that need not be done again because they were done for
// another case, by the pack's code (docs/adr/0013). done lists the latest first.
//
// Only a service that the pack says may be carried is, for as many days as it says, and
// only while what the pack reads of it is fresh. A test that was made before the reason
// for it does not count (madeBefore). What is sensitive, or asks for counselling or consent, never is: the person
// heard who gets the result, and it was not this destination.
func carried(in decision.Input, p *pack.Pack, done []Earlier) map[string]Earlier {
	out := map[string]Earlier{}
	for _, svc := range p.Services {
		if svc.Carry <= 0 || isSensitive(svc.Sensitivity) || svc.Consent != "" || svc.Counselling || !fresh(in, p, svc.Code) {
			continue
		}
		i := slices.IndexFunc(done, func(e Earlier) bool { return e.Service == svc.Service && e.Form == svc.Form })
		if i >= 0 && int(in.On-done[i].On) <= svc.Carry {
			out[svc.Code] = done[i]
		}
	}
	return out
}

// madeBefore reports whether a service was done before what asks for it now was known:
// a film of last month does not answer the cough of this week.
func madeBefore(e Earlier, p *pack.Pack, rows []decision.RowRef, facts map[string]decision.Fact) bool {
	for _, r := range rows {
		for _, name := range p.RowFacts(r.Table, r.ID) {
			f, ok := p.Fact(name)
			if !ok || !strings.HasPrefix(f.From, "obs:") {
				continue
			}
			have := facts[name]
			if _, last, dated := have.AsOf.Bounds(); have.Value.Truth() == value.Yes && (!dated || last > e.On) {
				return true
			}
		}
	}
	return false
}

// fresh reports whether what the pack reads of a service is known and young enough for
// the day of the examination, and none of it is sensitive.
func fresh(in decision.Input, p *pack.Pack, code string) bool {
	known := false
	for _, f := range p.Facts {
		obs, observed := strings.CutPrefix(f.From, "obs:")
		if !observed || !slices.Contains(strings.Fields(f.Service), code) || !slices.Contains(yields(p, code), obs) {
			continue
		}
		have := in.Facts[f.Name]
		switch {
		case isSensitive(f.Sensitivity), have.Disputed:
			return false
		case f.LongestAge == nil || !have.Value.Known():
		case tooOld(have.AsOf, *f.LongestAge, in.On):
			return false
		default:
			known = true
		}
	}
	return known
}
