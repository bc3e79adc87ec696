package analysis

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// getTeam is the situation report for those who read the desk: the same numbers, the
// small ones among them. It is a page to read and print together, and no way out.
func (s *Service) getTeam(w http.ResponseWriter, r *http.Request) {
	d, err := s.DeskOf(r.Context(), s.readAsked(r.URL.Query()))
	var sites map[string]place.Site
	if err == nil {
		sites, err = s.sites(r.Context())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "analysis.team.title", Back: page.Link{Href: deskPath + "?" + d.query().Encode(), Text: page.M("analysis.title")}}, teamView(d, sites, page.LocaleOf(r).Code), nil)
}

func teamView(d Desk, sites map[string]place.Site, lang string) page.Sheet {
	site := any(page.M("analysis.all_sites"))
	if x, ok := sites[d.Site]; ok {
		site = x.Name(lang)
	}
	v := deskView(d, sites, lang)
	v.Lead = page.M("analysis.team.lead")
	v.Notes = append([]page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("analysis.team.keep")}}}, v.Notes...)
	v.Rows = append(d.period(site), v.Rows...)
	return v
}
