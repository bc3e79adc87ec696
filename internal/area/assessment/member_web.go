package assessment

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// boardView is a family: who waits for what. It carries no reasons, and services
// only as stations, so that it can stand where the whole family looks.
type boardView struct {
	Summary page.Summary
	Members []boardMember
	Edit    page.Link
}

type boardMember struct {
	Who      page.Link
	Latin    string
	Relation page.Msg
	Born     calendar.Date
	On       calendar.Day
	State    page.Tag
	Stations []page.Tag
	Done     int
	Total    int
	Plan     page.Link
}

// relations this area has words for.
var relations = map[string]bool{"head": true, "spouse": true, "child": true, "parent": true, "sibling": true, "mother": true, "father": true,
	"guardian": true, "grandparent": true, "grandchild": true, "partner": true, "other": true}

func relationMsg(rel string) page.Msg {
	if !relations[rel] {
		rel = "other"
	}
	return page.M("assessment.relation." + rel)
}

func (s *Service) getBoard(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	ctx := r.Context()
	var v boardView
	var number string
	var subjects []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.BoardRead, access.Of(doc)); err != nil {
			return err
		}
		c, err := loadCase(tx, id)
		if err != nil {
			return err
		}
		number = c.Number
		members, err := membersOf(tx, id)
		if err != nil {
			return err
		}
		for _, m := range members {
			subjects = append(subjects, m.Person)
			bm, err := s.boardMember(r, tx, doc, m)
			if err != nil {
				return err
			}
			v.Members = append(v.Members, bm)
		}
		v.Summary, err = s.caseSummary(tx, c)
		if s.Access.May(ctx, access.CaseEdit, access.Of(doc)) {
			v.Edit = page.Link{Href: "/cases/" + id.String() + "/edit", Text: page.M("assessment.case.edit")}
		}
		return err
	})
	for _, subject := range subjects {
		if err == nil {
			err = s.Access.Opened(ctx, subject, "assessment.board")
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/board", Title: "assessment.board.title", TitleArgs: []any{"number", number}, View: v, Wide: true,
		Back: page.Link{Href: "/cases", Text: page.M("assessment.cases.title")}})
}

func (s *Service) caseSummary(tx *db.Tx, c Case) (page.Summary, error) {
	day, _ := c.ExamDate.Exact()
	dest := page.M("assessment.destination.unknown")
	if p, err := s.Packs.Active(tx, c.Destination, day); err == nil {
		dest = title(p)
	}
	return page.Summary{
		{Label: page.M("assessment.case.destination"), Value: dest},
		{Label: page.M("assessment.case.exam"), Value: c.ExamDate},
	}, nil
}

func (s *Service) boardMember(r *http.Request, tx *db.Tx, doc *journal.Doc, m Member) (boardMember, error) {
	b, err := s.People.Banner(r.Context(), tx, m.Person)
	if err != nil {
		return boardMember{}, err
	}
	out := boardMember{Who: page.Link{Href: b.Href, Name: b.Name}, Latin: b.Latin, Relation: relationMsg(m.Relation), Born: b.Born, On: s.today(),
		State: stateTag(m.State), Stations: stationTags(m.Stations)}
	if b.Name == "" {
		out.Who.Name = b.Wristband
	}
	if b.Latin == b.Name {
		out.Latin = ""
	}
	states, err := s.Orders.States(tx, m.Person, m.Case)
	if err != nil {
		return out, err
	}
	for _, st := range states {
		out.Total++
		if st == OrderDone {
			out.Done++
		}
	}
	res := access.Of(doc)
	res.Kind, res.Doc, res.Subject, res.Sensitivity = kindMember, m.ID, m.Person, journal.Clinical
	if s.Access.May(r.Context(), access.PlanRead, res) {
		out.Plan = page.Link{Href: "/cases/" + m.Case.String() + "/members/" + m.ID.String(), Text: page.M("assessment.board.plan")}
	}
	return out, nil
}

// memberPage loads what every page about one member needs, and checks the right.
func (s *Service) memberPage(r *http.Request, right access.Action) (*view, *page.Banner, error) {
	member, err := pathMember(r)
	if err != nil {
		return nil, nil, err
	}
	ctx := r.Context()
	var v *view
	var b *page.Banner
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if v, err = s.look(tx, member); err != nil {
			return err
		}
		res := access.Resource{Kind: kindMember, Doc: member, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: journal.Clinical}
		if err := s.Access.Check(ctx, right, res); err != nil {
			return err
		}
		b, err = s.People.Banner(ctx, tx, v.Member.Person)
		return err
	})
	if err == nil && v.Case.ID.String() != r.PathValue("id") {
		err = orNotFound(nil)
	}
	if err != nil {
		return nil, nil, err
	}
	b.Case, b.CaseHref = v.Case.Number, "/cases/"+v.Case.ID.String()
	return v, b, nil
}

// memberView is the assessment of one person: the plan and what may be done.
type memberView struct {
	State     page.Tag
	Alerts    []page.Callout
	Summary   page.Summary
	Tasks     page.Tasks
	Questions []page.Msg
	Answer    page.Link
	History   page.Table
	Sign      *page.Form
	Print     *page.Form
	Links     []page.Link
}

func (s *Service) getMember(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.memberPage(r, access.PlanRead)
	if err == nil {
		err = s.Access.Opened(r.Context(), v.Member.Person, "assessment.member")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/member", Title: "assessment.member.title", Banner: banner, View: s.memberView(r, v),
		Back: page.Link{Href: "/cases/" + v.Case.ID.String(), Text: page.M("assessment.board.back")}})
}

func (s *Service) memberView(r *http.Request, v *view) memberView {
	rd := s.readerOf(r, v)
	out := memberView{State: stateTag(v.Member.State), Summary: s.outcome(v, rd)}
	for _, it := range v.Plan.Items {
		out.Tasks = append(out.Tasks, page.Task{Name: rd.name(v.Pack, it), State: itemTag(it.State), Why: rd.reasons(v.Pack, it.Rows, it.Sensitive),
			Source: rd.source(v.Pack, it.Rows, it.Sensitive), Note: unconfirmed(it.Unconfirmed)})
	}
	for _, name := range v.Plan.Questions {
		f, ok := v.Pack.Fact(name)
		switch {
		case !ok:
			out.Questions = append(out.Questions, page.M("assessment.question.journey"))
		case isSensitive(f.Sensitivity) && !rd.sensitive:
			out.Questions = append(out.Questions, page.M("assessment.hidden.question"))
		default:
			out.Questions = append(out.Questions, words(v.Pack, f.QuestionKey()))
		}
	}
	res := access.Resource{Kind: kindMember, Doc: v.Member.ID, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: journal.Clinical}
	may := func(a access.Action) bool { return s.Access.May(r.Context(), a, res) }
	if facts, _ := askable(v, rd); len(facts) > 0 && may(access.PlanAnswer) {
		out.Answer = page.Link{Href: memberPath(v) + "/answer", Text: page.M("assessment.answer.link")}
	}
	out.Alerts = callouts(v)
	if may(access.CaseSign) {
		out.Sign = signForm(v)
	}
	if may(access.PlanWaive) {
		out.Links = append(out.Links, page.Link{Href: memberPath(v) + "/waive", Text: page.M("assessment.waive.link")})
	}
	if may(access.CaseOverride) {
		out.Links = append(out.Links, page.Link{Href: memberPath(v) + "/override", Text: page.M("assessment.override.link")})
	}
	if may(access.ExportWhy) {
		out.Links = append(out.Links, page.Link{Href: memberPath(v) + "/print/why", Text: page.M("assessment.why.link")})
	}
	if may(access.ExportCertificate) && v.Clearance != nil && v.Clearance.State == ClearanceIssued {
		out.Print = &page.Form{Action: memberPath(v) + "/print/certificate", ID: "certificate", Submit: page.M("assessment.certificate.print"),
			Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}}}
	}
	out.History = history(v, rd)
	return out
}

// outcome is the classification, the holds and the validity, each as what it is:
// the life of the medical is never shown as clearance.
func (s *Service) outcome(v *view, rd reader) page.Summary {
	classes, holds := []page.Msg{}, []page.Msg{}
	name := func(prefix string, o decision.Outcome) page.Msg {
		if !rd.sensitive {
			for _, row := range o.Rows {
				if restsOnSensitive(v.Pack, row) {
					return page.M("assessment.hidden.reason")
				}
			}
		}
		return words(v.Pack, prefix+o.Code)
	}
	for _, o := range v.Plan.Classes {
		classes = append(classes, name("classify.", o))
	}
	if c := officerClass(v.Acts); c != "" {
		classes = []page.Msg{page.M("assessment.class.officer", "class", words(v.Pack, "classify."+c))}
	}
	for _, o := range v.Plan.Holds {
		holds = append(holds, name("hold.", o))
	}
	if officerHold(v.Acts) {
		holds = append(holds, page.M("assessment.hold.officer"))
	}
	out := page.Summary{
		{Label: page.M("assessment.case.destination"), Value: title(v.Pack)},
		{Label: page.M("assessment.case.exam"), Value: v.Case.ExamDate},
		{Label: page.M("assessment.member.class"), Value: msgsOr(classes, "assessment.class.open")},
		{Label: page.M("assessment.member.holds"), Value: msgsOr(holds, "assessment.hold.none")},
	}
	if until, ok := v.Decision.ValidUntil(); ok {
		out = append(out, page.Row{Label: page.M("assessment.member.valid"), Value: until.Date()})
	}
	if v.Clearance != nil {
		out = append(out, page.Row{Label: page.M("assessment.member.clearance"), Value: page.Tag{Level: clearanceLevel[v.Clearance.State], Text: page.M("assessment.clearance." + string(v.Clearance.State))}})
	}
	return append(out, page.Row{Label: page.M("assessment.member.pack"), Value: page.Code(v.Pack.ID + " " + v.Pack.Version)})
}

var clearanceLevel = map[ClearanceState]page.Level{ClearanceIssued: page.Done, ClearanceSuspended: page.Danger, ClearanceWithdrawn: page.Danger}

func msgsOr(ms []page.Msg, key string) any {
	if len(ms) == 0 {
		return page.M(key)
	}
	return ms
}

// callouts say what stops everything else.
func callouts(v *view) []page.Callout {
	var out []page.Callout
	if v.Clearance != nil && v.Clearance.State == ClearanceSuspended {
		out = append(out, page.Callout{Level: page.Danger, Title: page.M("assessment.suspended.title"), Text: []page.Msg{page.M("assessment.suspended.text"), causeMsg(v.Clearance.Cause)}})
	}
	for _, it := range v.Plan.Items {
		if it.State == ItemBlocked {
			out = append(out, page.Callout{Level: page.Danger, Title: page.M("assessment.blocked.title"), Text: []page.Msg{page.M("assessment.blocked.text")}})
			break
		}
	}
	return out
}

// causes a suspension can have, as words.
func causeMsg(cause string) page.Msg {
	for _, known := range []string{"result", "correction", "answer", "case", "journey", "person", "override", "waived", "signed", "opened"} {
		if cause == known {
			return page.M("assessment.cause." + known)
		}
	}
	return page.M("assessment.cause.other")
}

// signForm is the physician's signature: it names the decision that was seen, so
// that nobody signs what has moved since.
func signForm(v *view) *page.Form {
	obs := obstacles(v.Plan)
	if v.Last == nil || v.Clearance != nil && v.Clearance.State == ClearanceIssued {
		return nil
	}
	f := &page.Form{ID: "sign", Action: memberPath(v) + "/sign", Submit: page.M("assessment.sign.clear"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}, {Kind: page.Hidden, Name: "decision", Value: v.Last.ID.String()}}}
	for _, o := range obs {
		if o.Word != "hold" {
			return nil
		}
	}
	if len(obs) > 0 || officerHold(v.Acts) {
		f.Submit = page.M("assessment.sign.hold")
	}
	return f
}

// history lists the acts, newest first; reasons are clinical text and stay with
// those who may read sensitive content.
func history(v *view, rd reader) page.Table {
	t := page.Table{Caption: page.M("assessment.history"), Empty: page.Empty{Title: page.M("assessment.history.empty")},
		Columns: []page.Column{{Label: page.M("assessment.history.when")}, {Label: page.M("assessment.history.act")}, {Label: page.M("assessment.history.reason"), Wide: true}}}
	for i := len(v.Acts) - 1; i >= 0; i-- {
		a := v.Acts[i]
		var reason any = page.M("assessment.history.no_reason")
		switch {
		case a.Reason != "" && rd.sensitive:
			reason = a.Reason
		case a.Reason != "":
			reason = page.M("assessment.hidden.reason")
		}
		act := page.M("assessment.act." + string(a.Act))
		if a.Act == ActSign {
			act = page.M("assessment.act.sign_" + a.Outcome)
		}
		if kind, _, isClass := strings.Cut(a.Outcome, ":"); a.Act == ActOverride {
			if isClass {
				kind = "class"
			}
			act = page.M("assessment.act.override_" + kind)
		}
		t.Rows = append(t.Rows, []page.Cell{a.At, act, reason})
	}
	return t
}
