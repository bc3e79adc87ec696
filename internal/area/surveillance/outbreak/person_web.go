package outbreak

import (
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Remarks are the quiet lines above a person's journey: what they may have been exposed
// to, and why.
func (s *Service) Remarks(r *http.Request, person db.ID) []page.Callout {
	seen := s.remarksOf(r.Context(), person, page.LocaleOf(r).Code)
	var out []page.Callout
	for _, e := range seen.List {
		if e.told() {
			out = append(out, remark(e, seen.Places, person))
		}
	}
	return out
}

// remark says one exposure with what says so: the surest and latest meeting.
func remark(e Exposure, places map[db.ID]string, person db.ID) page.Callout {
	c := page.Callout{Level: page.Quiet, Title: page.M("outbreak.flag", "disease", diseaseMsg(e.Disease), "answer", page.M("outbreak.answer."+string(e.Answer))),
		Links: []page.Link{{Href: "/exposure/" + person.String(), Text: page.M("outbreak.exposure.link")}}}
	m := e.Met[max(slices.IndexFunc(e.Met, func(m MetBy) bool { return m.Lies == Inside }), 0)]
	c.Text = append(c.Text, metMsg(m, places), page.M("outbreak.why.ran", "from", page.DateText(m.Outbreak.From), "disease", diseaseMsg(m.Outbreak.Disease)),
		page.M("outbreak.why.source", "source", m.Outbreak.Source), page.M("outbreak.limit.bar"))
	return c
}

// metMsg says where and when a meeting was.
func metMsg(m MetBy, places map[db.ID]string) page.Msg {
	if m.Came {
		return page.M("outbreak.why.came", "site", places[m.Of], "date", page.DateText(m.On.Day.Date()))
	}
	return stayMsg(m)
}

func (s *Service) getExposure(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var seen Seen
	if err == nil {
		seen, err = s.Exposures(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	back := page.Link{Href: "/people/" + id.String(), Text: page.M("outbreak.exposure.back")}
	if seen.Banner == nil {
		back = listLink()
	}
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.exposure.title", Banner: seen.Banner, Back: back}, exposureSheet(seen, id), nil)
}

func exposureSheet(seen Seen, person db.ID) page.Sheet {
	v := page.Sheet{Lead: page.M("outbreak.exposure.lead"), Rows: unbannered(seen.Banner, seen.Who), Limits: []page.Msg{page.M("outbreak.limit.bar"), page.M("outbreak.limit.declared")}}
	if len(seen.List) == 0 {
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("outbreak.none"), page.M("outbreak.none_text")}}}
	}
	for _, e := range seen.List {
		p := page.Part{Title: diseaseMsg(e.Disease), Rows: page.Summary{{Label: page.M("outbreak.q.exposed"), Value: answerTag(e.Answer)}}, Lead: whyNone(e), Timeline: whyLines(e.Met, seen.Places)}
		done := map[db.ID]bool{}
		for _, m := range e.Met {
			if !done[m.Outbreak.ID] {
				done[m.Outbreak.ID] = true
				p.Actions = append(p.Actions, page.Link{Href: path(m.Outbreak.ID) + "/people/" + person.String(), Text: page.M("outbreak.person.title")})
			}
		}
		v.Parts = append(v.Parts, p)
	}
	return v
}

// unbannered names a person on a page that has no banner.
func unbannered(b *page.Banner, w Who) page.Summary {
	if b != nil {
		return nil
	}
	return page.Summary{{Label: page.M("outbreak.q.person"), Value: nameOf(w)}, {Label: page.M("outbreak.q.sex_age"), Value: sexAge(w)}}
}
