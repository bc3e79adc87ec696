package traveller

import (
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// journeyPart says whether the stays that were told met a declared outbreak, with what it
// rests on, by what is declared now. found is what the last finding had; it may be nil.
func journeyPart(j Journey, found *Journey, told Answers) page.Part {
	p := page.Part{Title: page.M("traveller.journey.title"), Lead: page.M("traveller.journey.lead"),
		Rows:     page.Summary{{Label: page.M("traveller.journey.met"), Value: page.Tag{Level: page.Quiet, Text: page.M("outbreak.answer." + string(j.Answer))}}},
		Timeline: metLines(j.Met, told)}
	if found != nil && found.differs(j) {
		p.Rows = append(p.Rows, page.Row{Label: page.M("traveller.journey.then"), Value: page.Tag{Level: page.Quiet, Text: page.M("outbreak.answer." + string(found.Answer))}})
	}
	for _, why := range j.reasons(told) {
		p.Rows = append(p.Rows, page.Row{Label: page.M("outbreak.why.title"), Value: why})
	}
	return p
}

// reasons are why the answer is what it is, beside the meetings.
func (j Journey) reasons(told Answers) (out []page.Msg) {
	for _, n := range j.Unplaced {
		out = append(out, page.M("traveller.journey.unplaced", "place", told.One(stayQuestion(n, "place"))))
	}
	switch {
	case j.Stays == 0:
		return append(out, page.M("traveller.journey.not_told"))
	case j.Declared == 0:
		return append(out, page.M("outbreak.none"))
	case len(j.Met) > 0:
		return out
	case j.Answer == outbreak.Unknown && len(j.Unplaced) > 0:
		return out
	}
	return append(out, page.M("outbreak.why."+string(j.Answer)))
}

// metLines say of each meeting which stay it was, of which outbreak by whom, and how sure
// its days are.
func metLines(met []Met, told Answers) page.Timeline {
	var out page.Timeline
	for _, m := range met {
		ev := page.Event{When: m.Last, What: stayLine(m.Stay, told), State: page.Tag{Level: page.Quiet, Text: page.M("outbreak.why.may_be")}}
		if m.Certain {
			ev.State = page.Tag{Level: page.Quiet, Text: page.M("outbreak.why.certain")}
		}
		detail := []any{page.M("outbreak.why.ran", "from", page.DateText(m.Since), "disease", page.M("surveillance.disease."+m.Disease)), page.M("outbreak.state." + string(m.State)),
			page.M("outbreak.why.source", "source", m.Source), lastDay(m)}
		if m.Around {
			detail = append(detail, page.M("outbreak.why.around"))
		}
		if !m.Counts {
			detail = append(detail, page.M("traveller.journey.no_incubation"))
		}
		ev.Detail = detail
		out = append(out, ev)
	}
	return out
}

// lastDay says within which days the last one lies on which they can have met.
func lastDay(m Met) page.Msg {
	switch {
	case m.First == 0:
		return page.M("traveller.journey.last_by", "to", page.DateText(m.Last.Date()))
	case m.First == m.Last:
		return page.M("traveller.journey.last_on", "on", page.DateText(m.Last.Date()))
	}
	return page.M("traveller.journey.last_between", "from", page.DateText(m.First.Date()), "to", page.DateText(m.Last.Date()))
}

// stayLine is a stay as it was told, with what of its days is not known.
func stayLine(n int, told Answers) page.Msg {
	args := []any{"place", told.One(stayQuestion(n, "place"))}
	switch from, to := told.date(stayQuestion(n, "from")), told.date(stayQuestion(n, "to")); {
	case !from.IsZero() && !to.IsZero():
		return page.M("outbreak.why.between", append(args, "from", page.DateText(from), "to", page.DateText(to))...)
	case !from.IsZero():
		return page.M("outbreak.why.from", append(args, "from", page.DateText(from))...)
	case !to.IsZero():
		return page.M("outbreak.why.to", append(args, "to", page.DateText(to))...)
	}
	return page.M("outbreak.why.was", args...)
}
