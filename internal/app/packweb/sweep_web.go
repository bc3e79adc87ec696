package packweb

import (
	"net/http"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// sweeps reads how far each pack's cases are.
func (s *Web) sweeps(r *http.Request) (map[string]assessment.Sweep, error) {
	if s.Sweeps == nil {
		return nil, nil
	}
	return s.Sweeps(r.Context())
}

// sweepOf says how far the cases of a pack were looked at again: a callout while it
// goes on, and lines once it is done. Both are empty where there are no cases.
func sweepOf(at assessment.Sweep) (going []page.Callout, done []page.Msg) {
	switch {
	case at.Total == 0:
		return nil, nil
	case at.Ended.IsZero():
		return []page.Callout{{Level: page.Wait, Title: page.M("packs.sweep.at", "looked", at.Looked, "total", at.Total), Text: []page.Msg{page.M("packs.sweep.text")}}}, nil
	}
	return nil, []page.Msg{page.M("packs.sweep.done", "total", at.Total, "date", calendar.DayOfTime(at.Ended).Date()), page.M("packs.sweep.moved", "moved", at.Moved)}
}

// impactNote says what a version would change, above the form that activates it: from
// the day the first officer named, or from today.
func (s *Web) impactNote(r *http.Request, v pack.Version, p *pack.Pack) (page.Field, bool, error) {
	if s.Impact == nil || p.Kind == "safety" || p.Apart() {
		return page.Field{}, false, nil
	}
	from := s.today()
	if v.Life.Waiting != nil {
		from = v.Life.Waiting.From
	}
	im, err := s.Impact(r.Context(), p, from)
	if fault.Is(err, fault.Forbidden) {
		return page.Field{}, false, nil
	}
	if err != nil {
		return page.Field{}, false, err
	}
	return page.Field{Kind: page.Note, Name: "impact", Label: impactMsg(im, from)}, true, nil
}

func impactMsg(im assessment.Impact, from calendar.Day) page.Msg {
	switch {
	case im.Open == 0:
		return page.M("packs.impact.none", "date", from.Date())
	case im.Looked < im.Open:
		return page.M("packs.impact.some", "moved", im.Moved, "looked", im.Looked, "open", im.Open, "date", from.Date())
	}
	return page.M("packs.impact.all", "moved", im.Moved, "open", im.Open, "date", from.Date())
}
