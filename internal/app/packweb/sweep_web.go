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

// sweepCallout says how far the cases of a pack were looked at again; ok is false
// where there are none.
func sweepCallout(at assessment.Sweep) (c page.Callout, ok bool) {
	switch {
	case at.Total == 0:
		return c, false
	case at.Ended.IsZero():
		return page.Callout{Level: page.Wait, Title: page.M("packs.sweep.at", "looked", at.Looked, "total", at.Total), Text: []page.Msg{page.M("packs.sweep.text")}}, true
	}
	return page.Callout{Level: page.Quiet, Title: page.M("packs.sweep.done", "total", at.Total, "date", calendar.DayOfTime(at.Ended).Date()),
		Text: []page.Msg{page.M("packs.sweep.moved", "moved", at.Moved)}}, true
}

// impactNote says what a version would change, above the form that activates it: from
// the day the first officer named, or from today.
func (s *Web) impactNote(r *http.Request, v pack.Version, p *pack.Pack) (page.Field, bool, error) {
	if s.Impact == nil || p.Kind != "destination" {
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
