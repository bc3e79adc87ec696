package assessment

import (
	"context"
	"embed"
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed templates locales
var files embed.FS

// Pages returns the templates and words of this area.
func Pages() page.Area { return page.Area{Name: "assessment", Templates: files, Locales: files} }

// Routes adds the pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /cases":                                          s.getCases,
		"GET /cases/new":                                      s.getNewCase,
		"POST /cases/new":                                     s.postNewCase,
		"GET /cases/{id}":                                     s.getBoard,
		"GET /cases/{id}/edit":                                s.getEditCase,
		"POST /cases/{id}/edit":                               s.postEditCase,
		"GET /cases/{id}/people":                              s.getPeople,
		"POST /cases/{id}/people":                             s.postPeople,
		"POST /cases/{id}/close":                              s.postClose,
		"POST /cases/{id}/reopen":                             s.postReopen,
		"GET /cases/{id}/members/{member}":                    s.getMember,
		"GET /cases/{id}/members/{member}/answer":             s.getAnswer,
		"POST /cases/{id}/members/{member}/answer":            s.postAnswer,
		"GET /cases/{id}/members/{member}/application":        s.getOwn,
		"POST /cases/{id}/members/{member}/application":       s.postOwn,
		"POST /cases/{id}/members/{member}/take":              s.postTake,
		"POST /cases/{id}/members/{member}/sign":              s.postSign,
		"GET /cases/{id}/members/{member}/waive":              s.getWaive,
		"POST /cases/{id}/members/{member}/waive":             s.postWaive,
		"GET /cases/{id}/members/{member}/override":           s.getOverride,
		"POST /cases/{id}/members/{member}/override":          s.postOverride,
		"POST /cases/{id}/members/{member}/print/certificate": s.postCertificate,
		"GET /cases/{id}/members/{member}/print/why":          s.getWhy,
		"GET /alerts":                                         s.getAlerts,
		"POST /alerts/{id}":                                   s.postAlert,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// maxPosted bounds a posted form.
const maxPosted = 1 << 20

// words is a text of a pack as a message in the reader's language.
func words(p *pack.Pack, key string) page.Msg {
	return page.Words(func(lang string) string {
		text, _ := p.Word(lang, key)
		return text
	})
}

// wordsIf is words, and nothing where the pack has no such text.
func wordsIf(p *pack.Pack, key string) page.Msg {
	if _, ok := p.Word("en", key); !ok {
		return page.Msg{}
	}
	return words(p, key)
}

// title is a pack's name as a message.
func title(p *pack.Pack) page.Msg {
	return page.Words(func(lang string) string { return p.Title(lang) })
}

var stateLevel = map[State]page.Level{
	StateQuestions: page.Wait, StateServices: page.Info, StateWaiting: page.Quiet, StateBlocked: page.Danger, StateHold: page.Wait,
	StateToSign: page.Wait, StateCleared: page.Done, StateNotNeeded: page.Quiet, StateSuspended: page.Danger, StateEnded: page.Quiet,
	StateExpired: page.Danger,
}

func stateTag(st State) page.Tag {
	return page.Tag{Level: stateLevel[st], Text: page.M("assessment.state." + string(st))}
}

// clearedLeft says how long a clearance still lasts.
func clearedLeft(left int) page.Msg {
	if left == 0 {
		return page.M("assessment.state.cleared_last")
	}
	return page.M("assessment.state.cleared_left", "count", left)
}

// soonestLeft says how long the clearance of a case lasts that ends first.
func soonestLeft(left int) page.Msg {
	if left == 0 {
		return page.M("assessment.cases.soonest_last")
	}
	return page.M("assessment.cases.soonest_left", "count", left)
}

// daysLeft counts the days that a clearance still lasts, where they are few. A short
// life of the medical can tell a finding: where a rule of it rests on something
// sensitive, the days are told only to those who may know that of the member.
func (d *desk) daysLeft(ctx context.Context, c Case, m Member) (left int, tell bool, err error) {
	left, soon := m.DaysLeft(d.today())
	if !soon {
		return 0, false, nil
	}
	p, err := d.pack(c)
	if err != nil {
		return 0, false, nil // no rules in force: nobody can say what the day rests on
	}
	if !anyRestsOnSensitive(p, kindRows(p, decision.Valid)) {
		return left, true, nil
	}
	_, site, programme, err := loadCase(d.tx, c.ID)
	v := view{Member: m, Site: site, Programme: programme}
	return left, err == nil && d.Access.May(ctx, access.PlanRead, v.resource(journal.Sensitive)), err
}

var itemLevel = map[ItemState]page.Level{
	ItemRequired: page.Wait, ItemOffered: page.Quiet, ItemDone: page.Done, ItemAwaited: page.Info, ItemUndecided: page.Wait,
	ItemBlocked: page.Danger, ItemDeferred: page.Wait, ItemWaived: page.Quiet, ItemRefused: page.Danger, ItemAgain: page.Wait,
}

func itemTag(st ItemState) page.Tag {
	return page.Tag{Level: itemLevel[st], Text: page.M("assessment.item." + string(st))}
}

func stationTags(codes []string) []page.Tag {
	var out []page.Tag
	for _, c := range codes {
		if !slices.Contains(place.Stations, c) {
			c = "other" // a pack may name one this program has no word for
		}
		out = append(out, page.Tag{Text: page.M("assessment.station." + c)})
	}
	return out
}

// reader is who looks at a plan and what they may know.
type reader struct {
	sensitive bool // may know sensitive reasons
	diagnoses bool // may answer what is a physician's judgement
}

func (s *Service) readerOf(ctx context.Context, v *view) reader {
	return reader{sensitive: s.Access.May(ctx, access.PlanRead, v.resource(journal.Sensitive)),
		diagnoses: s.Access.May(ctx, access.PlanDiagnose, v.resource(journal.Clinical))}
}

// answers reports whether a question is not somebody else's to answer.
func (rd reader) answers(f pack.Fact) bool { return f.Answer == "" || rd.diagnoses }

// service is the name of a service: its own, or "clinical service" to whoever may
// not know it.
func (rd reader) service(p *pack.Pack, it Item) page.Msg {
	if isSensitive(it.Service.Sensitivity) && !rd.sensitive {
		return page.M("assessment.hidden.service")
	}
	return words(p, "service."+it.Code)
}

// hides reports whether a row may not be told to the reader (design, section 5).
func (rd reader) hides(p *pack.Pack, r decision.RowRef) bool {
	return !rd.sensitive && restsOnSensitive(p, r)
}

// reasons are the sentences of the rows. Where there is no row that the reader may
// know, they read "clinical reason"; beside one that they may know, a sensitive one
// is not even hinted at. all hides every row: of a sensitive service no reason is
// told, or the reason would name it.
func (rd reader) reasons(p *pack.Pack, rows []decision.RowRef, all bool) []page.Msg {
	var out []page.Msg
	for _, r := range rows {
		if (rd.sensitive || !all) && !rd.hides(p, r) {
			out = append(out, words(p, "row."+r.ID))
		}
	}
	if len(out) == 0 && len(rows) > 0 {
		out = append(out, page.M("assessment.hidden.reason"))
	}
	return out
}

// source names where the first row that may be told comes from.
func (rd reader) source(p *pack.Pack, rows []decision.RowRef, all bool) page.Msg {
	for _, r := range rows {
		if !rd.sensitive && all || rd.hides(p, r) {
			continue
		}
		certainty := r.Certainty
		if certainty == "" {
			certainty = string(pack.Recalled)
		}
		return page.M("assessment.source."+certainty, "source", cited(p, r.Source), "row", r.ID)
	}
	return page.Msg{}
}

// cited is the titles of what a row cites.
func cited(p *pack.Pack, cell string) string {
	text := ""
	for _, c := range p.Cites(cell) {
		if text != "" {
			text += "; "
		}
		text += c.Title
		if c.Where != "" {
			text += ", " + c.Where
		}
	}
	return text
}

// question is what is asked for a fact.
func (rd reader) question(p *pack.Pack, name string) page.Msg {
	f, ok := p.Fact(name)
	switch {
	case !ok:
		return page.M("assessment.question.journey")
	case isSensitive(f.Sensitivity) && !rd.sensitive:
		return page.M("assessment.hidden.question")
	case !rd.answers(f):
		return page.M("assessment.question.physician", "question", words(p, f.QuestionKey()))
	}
	return words(p, f.QuestionKey())
}

// outcome is the word of an outcome; one that only sensitive facts bring about is
// not told to whoever may not know them.
func (rd reader) outcome(p *pack.Pack, o decision.Outcome) page.Msg {
	if !rd.sensitive && allRestOnSensitive(p, because(o.Rows)) {
		return page.M("assessment.hidden.reason")
	}
	return page.Words(func(lang string) string { return p.OutcomeWord(lang, o.Kind, o.Code) })
}

// unconfirmed marks what rests on a recalled rule.
func unconfirmed(yes bool) page.Tag {
	if !yes {
		return page.Tag{}
	}
	return page.Tag{Level: page.Wait, Text: page.M("assessment.unconfirmed")}
}
