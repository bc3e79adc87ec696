package outbreak

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /outbreaks":                       s.getList,
		"GET /outbreaks/new":                   s.getNew,
		"POST /outbreaks/new":                  s.postNew,
		"GET /outbreaks/{id}":                  s.getOne,
		"GET /outbreaks/{id}/step":             s.getStep,
		"POST /outbreaks/{id}/step":            s.postStep,
		"GET /outbreaks/{id}/people":           s.getPeople,
		"GET /outbreaks/{id}/people/{person}":  s.getPerson,
		"POST /outbreaks/{id}/people/{person}": s.postOffer,
		"GET /outbreaks/departures":            s.getLeaving,
		"GET /exposure/{id}":                   s.getExposure,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func listLink() page.Link { return page.Link{Href: "/outbreaks", Text: page.M("outbreak.title")} }

func path(id db.ID) string { return "/outbreaks/" + id.String() }

func oneLink(id db.ID) page.Link {
	return page.Link{Href: path(id), Text: page.M("outbreak.one.title")}
}

func peopleLink(id db.ID) page.Link {
	return page.Link{Href: path(id) + "/people", Text: page.M("outbreak.people.title")}
}

// diseaseMsg names a disease; the words are package surveillance's.
func diseaseMsg(code string) page.Msg { return page.M("surveillance.disease." + code) }

func stateTag(st State) page.Tag {
	level := map[State]page.Level{Active: page.Danger, Suspected: page.Wait, Over: page.Done, Discarded: page.Quiet}[st]
	return page.Tag{Level: level, Text: page.M("outbreak.state." + string(st))}
}

func answerTag(a Answer) page.Tag {
	level := map[Answer]page.Level{Yes: page.Wait, Possible: page.Wait, Unknown: page.Quiet, No: page.Done}[a]
	return page.Tag{Level: level, Text: page.M("outbreak.answer." + string(a))}
}

func offerTag(st OfferState) page.Tag {
	level := map[OfferState]page.Level{Offered: page.Wait, Accepted: page.Wait, Declined: page.Quiet, Given: page.Done, NotReached: page.Wait}[st]
	return page.Tag{Level: level, Text: page.M("outbreak.offer." + string(st))}
}

func listed(names []string) any {
	var out []any
	for _, n := range names {
		out = append(out, n)
	}
	return out
}
