package assessment

import (
	"embed"
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed templates locales
var files embed.FS

// Pages returns the templates and words of this area.
func Pages() page.Area { return page.Area{Name: "assessment", Templates: files, Locales: files} }

// Routes adds the pages.
func (s *Service) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /cases", s.getCases)
	mux.HandleFunc("GET /cases/new", s.getNewCase)
	mux.HandleFunc("POST /cases/new", s.postNewCase)
	mux.HandleFunc("GET /cases/{id}", s.getBoard)
	mux.HandleFunc("GET /cases/{id}/edit", s.getEditCase)
	mux.HandleFunc("POST /cases/{id}/edit", s.postEditCase)
	mux.HandleFunc("GET /cases/{id}/members/{member}", s.getMember)
	mux.HandleFunc("GET /cases/{id}/members/{member}/answer", s.getAnswer)
	mux.HandleFunc("POST /cases/{id}/members/{member}/answer", s.postAnswer)
	mux.HandleFunc("POST /cases/{id}/members/{member}/sign", s.postSign)
	mux.HandleFunc("GET /cases/{id}/members/{member}/waive", s.getWaive)
	mux.HandleFunc("POST /cases/{id}/members/{member}/waive", s.postWaive)
	mux.HandleFunc("GET /cases/{id}/members/{member}/override", s.getOverride)
	mux.HandleFunc("POST /cases/{id}/members/{member}/override", s.postOverride)
	mux.HandleFunc("POST /cases/{id}/members/{member}/print/certificate", s.postCertificate)
	mux.HandleFunc("GET /cases/{id}/members/{member}/print/why", s.getWhy)
	mux.HandleFunc("GET /alerts", s.getAlerts)
	mux.HandleFunc("POST /alerts/{id}", s.postAlert)
}

// pathID reads an id of the URL; a malformed one is not found.
func pathID(r *http.Request, name string) (db.ID, error) {
	id, err := db.ParseID(r.PathValue(name))
	if err != nil {
		return id, fault.New(fault.NotFound, "assessment.web", "page.error.not_found")
	}
	return id, nil
}

// words is a text of a pack as a message in the reader's language.
func words(p *pack.Pack, key string) page.Msg {
	return page.Words(func(lang string) string {
		text, _ := p.Word(lang, key)
		return text
	})
}

// title is a pack's name as a message.
func title(p *pack.Pack) page.Msg {
	return page.Words(func(lang string) string { return p.Title(lang) })
}

var stateLevel = map[State]page.Level{
	StateQuestions: page.Wait, StateServices: page.Info, StateWaiting: page.Quiet, StateBlocked: page.Danger, StateHold: page.Wait,
	StateToSign: page.Wait, StateCleared: page.Done, StateNotNeeded: page.Quiet, StateSuspended: page.Danger,
}

func stateTag(st State) page.Tag {
	return page.Tag{Level: stateLevel[st], Text: page.M("assessment.state." + string(st))}
}

var itemLevel = map[ItemState]page.Level{
	ItemRequired: page.Wait, ItemOffered: page.Quiet, ItemDone: page.Done, ItemAwaited: page.Info, ItemUndecided: page.Wait,
	ItemBlocked: page.Danger, ItemDeferred: page.Wait, ItemWaived: page.Quiet, ItemRefused: page.Danger,
}

func itemTag(st ItemState) page.Tag {
	return page.Tag{Level: itemLevel[st], Text: page.M("assessment.item." + string(st))}
}

func stationTag(code string) page.Tag {
	return page.Tag{Text: page.M("assessment.station." + code)}
}

// knownStations are the stations this area has words for; a pack may name
// others, which are then shown by their code.
var knownStations = []string{"reception", "counselling", "nurse", "laboratory", "radiology", "physician", "vaccination"}

func stationTags(codes []string) []page.Tag {
	var out []page.Tag
	for _, c := range codes {
		if slices.Contains(knownStations, c) {
			out = append(out, stationTag(c))
		} else {
			out = append(out, page.Tag{Text: page.M("assessment.station.other")})
		}
	}
	return out
}

// reader is who looks at a plan and what they may know.
type reader struct {
	sensitive bool // may know sensitive reasons
}

func (s *Service) readerOf(r *http.Request, v *view) reader {
	res := access.Resource{Kind: kindMember, Doc: v.Member.ID, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: journal.Sensitive}
	return reader{sensitive: s.Access.May(r.Context(), access.PlanRead, res)}
}

// name of a service: its own, or "clinical service" to whoever may not know it.
func (rd reader) name(p *pack.Pack, it Item) page.Msg {
	if isSensitive(it.Service.Sensitivity) && !rd.sensitive {
		return page.M("assessment.hidden.service")
	}
	return words(p, "service."+it.Code)
}

// reasons are the sentences of the rows; a row that rests on a sensitive fact
// reads "clinical reason" to whoever may not know it (design, section 5).
func (rd reader) reasons(p *pack.Pack, rows []decision.RowRef, sensitive bool) []page.Msg {
	var out []page.Msg
	hidden := false
	for _, r := range rows {
		if !rd.sensitive && (sensitive || restsOnSensitive(p, r)) {
			hidden = true
			continue
		}
		out = append(out, words(p, "row."+r.ID))
	}
	if hidden {
		out = append(out, page.M("assessment.hidden.reason"))
	}
	return out
}

// source names where the first row comes from.
func (rd reader) source(p *pack.Pack, rows []decision.RowRef, sensitive bool) page.Msg {
	for _, r := range rows {
		if !rd.sensitive && (sensitive || restsOnSensitive(p, r)) {
			continue
		}
		certainty := r.Certainty
		if certainty == "" {
			certainty = string(pack.Recalled)
		}
		return page.M("assessment.source."+certainty, "source", sourceTitle(p, r.Source), "row", r.ID)
	}
	return page.Msg{}
}

// sourceTitle is the title of a cited source: rows cite "id" or "id, section".
func sourceTitle(p *pack.Pack, cite string) string {
	for i := 0; i <= len(cite); i++ {
		if i == len(cite) || cite[i] == ',' || cite[i] == ' ' {
			if src, ok := p.SourceByID(cite[:i]); ok {
				return src.Title + cite[i:]
			}
			break
		}
	}
	return cite
}

// unconfirmed marks what rests on a recalled rule.
func unconfirmed(yes bool) page.Tag {
	if !yes {
		return page.Tag{}
	}
	return page.Tag{Level: page.Wait, Text: page.M("assessment.unconfirmed")}
}
