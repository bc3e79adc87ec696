package assessment

import (
	"context"
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// memberPage loads what every page about one member needs, checks the right, and
// notes in the read audit that the record was opened. A form that comes back was
// opened before, and shows what it came from.
func (s *Service) memberPage(r *http.Request, right access.Action) (*view, *page.Banner, error) {
	member, err := page.PathID(r, "member")
	if err != nil {
		return nil, nil, err
	}
	ctx := r.Context()
	var v *view
	var b *page.Banner
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if v, err = s.desk(tx).look(member); err != nil {
			return err
		}
		if v.Case.ID.String() != r.PathValue("id") {
			return orNotFound(nil)
		}
		level := journal.Clinical
		switch right {
		case access.CaseSign, access.PlanWaive, access.CaseOverride:
			level = journal.Sensitive // see act
		}
		if err := s.Access.Check(ctx, right, v.resource(level)); err != nil {
			return err
		}
		b, err = s.People.Banner(ctx, tx, v.Member.Person)
		return err
	})
	if err == nil && r.Method == http.MethodGet {
		err = s.Access.Opened(ctx, v.Member.Person, "assessment.member")
	}
	if err != nil {
		return nil, nil, err
	}
	b.Case, b.CaseHref = v.Case.Number, casePath(v.Case.ID)
	return v, b, nil
}

func casePath(id db.ID) string { return "/cases/" + id.String() }

func memberPath(v *view) string { return casePath(v.Case.ID) + "/members/" + v.Member.ID.String() }

// memberView is the assessment of one person: the plan and what may be done.
type memberView struct {
	State     page.Tag
	Alerts    []page.Callout
	Against   []page.Msg // what stands against clearance, for who signs
	Summary   page.Summary
	Questions []page.Msg
	Answers   []page.Link
	Findings  page.Tasks
	Tasks     page.Tasks
	Offers    []*page.Form
	Tell      page.Tasks // results to be given in person
	Sign      *page.Form
	Print     *page.Form
	Links     []page.Link
	History   page.Table
}

func (s *Service) getMember(w http.ResponseWriter, r *http.Request) {
	s.showMember(w, r, 0, nil)
}

// showMember shows a member's assessment, with what went wrong with an act.
func (s *Service) showMember(w http.ResponseWriter, r *http.Request, status int, problems []page.Problem) {
	ctx := r.Context()
	v, banner, err := s.memberPage(r, access.PlanRead)
	var links Links
	if err == nil {
		links, err = s.Orders.Links(ctx, v.Member.Person, v.Case.ID)
	}
	var tell page.Tasks
	if err == nil {
		tell, err = s.tellTasks(ctx, v)
	}
	var names map[db.ID]string
	if err == nil {
		names, err = s.names(ctx, v)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	mv := s.memberView(ctx, v, links, names)
	mv.Tell = tell
	s.Pages.Render(w, r, page.Page{Template: "assessment/member", Title: "assessment.member.title", Banner: banner, Status: status, Problems: problems,
		View: mv, Back: page.Link{Href: casePath(v.Case.ID), Text: page.M("assessment.board.back")}, Return: memberPath(v)})
}

// names are those of the officers who acted.
func (s *Service) names(ctx context.Context, v *view) (map[db.ID]string, error) {
	out := map[db.ID]string{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		for _, a := range v.Acts {
			if name, err := access.UserName(tx, a.By); err == nil {
				out[a.By] = name
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) memberView(ctx context.Context, v *view, links Links, names map[db.ID]string) memberView {
	rd := s.readerOf(ctx, v)
	may := func(a access.Action, level journal.Sensitivity) bool { return s.Access.May(ctx, a, v.resource(level)) }
	out := memberView{State: stateTag(v.stateOn(s.today())), Summary: rd.summary(v, s.today()), Findings: rd.findings(v), Alerts: s.callouts(v), History: history(v, rd, names)}
	if v.ended() {
		return out
	}
	for _, it := range v.Plan.Items {
		t := page.Task{Name: rd.service(v.Pack, it), State: itemTag(it.State), Why: rd.reasons(v.Pack, it.Rows, it.Sensitive),
			Source: rd.source(v.Pack, it.Rows, it.Sensitive), Note: unconfirmed(it.Unconfirmed)}
		if it.Earlier != nil {
			t.Why = append([]page.Msg{page.M("assessment.earlier", "date", it.Earlier.On.Date())}, t.Why...)
			if links.May[it.Earlier.Order] {
				t.Href = "/orders/" + it.Earlier.Order.String()
			}
		} else if id, ok := links.Of[it.Code]; ok && (rd.sensitive || !isSensitive(it.Service.Sensitivity)) {
			t.Href = "/orders/" + id.String()
		}
		out.Tasks = append(out.Tasks, t)
		res := v.resource(max(levelOf(it.Service.Sensitivity), journal.Clinical))
		res.Station = it.Service.Station
		if it.State == ItemOffered && s.Access.May(ctx, access.OrderCreate, res) {
			out.Offers = append(out.Offers, &page.Form{ID: "take-" + it.Code, Action: memberPath(v) + "/take", Compact: true, Submit: page.M("assessment.take.order", "service", t.Name),
				Fields: []page.Field{{Kind: page.Hidden, Name: "service", Value: it.Code}}})
		}
	}
	out.Questions = rd.questions(v)
	if may(access.PlanAnswer, journal.Clinical) {
		out.Answers = answerLinks(v, rd)
	}
	if may(access.CaseSign, journal.Sensitive) {
		out.Sign = signForm(v)
		out.Against = rd.against(v)
	}
	if may(access.ExportCertificate, journal.Clinical) && v.clearance() == ClearanceIssued && !v.expired(s.today()) {
		out.Print = &page.Form{Action: memberPath(v) + "/print/certificate", ID: "certificate", Submit: page.M("assessment.certificate.print"),
			Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}}}
	}
	for _, l := range []struct {
		right access.Action
		level journal.Sensitivity
		path  string
		key   string
	}{
		{access.ExportWhy, journal.Clinical, "/print/why", "assessment.why.link"},
		{access.PlanAnswer, journal.Clinical, "/application", "assessment.own.link"},
		{access.PlanWaive, journal.Sensitive, "/waive", "assessment.waive.link"},
		{access.CaseOverride, journal.Sensitive, "/override", "assessment.override.link"},
	} {
		if may(l.right, l.level) && (l.path != "/application" || len(ownable(v, rd)) > 0) {
			out.Links = append(out.Links, page.Link{Href: memberPath(v) + l.path, Text: page.M(l.key)})
		}
	}
	return out
}

// summary is where the case stands, each thing as what it is: the life of the
// medical is never shown as clearance.
func (rd reader) summary(v *view, today calendar.Day) page.Summary {
	out := page.Summary{
		{Label: page.M("assessment.case.destination"), Value: title(v.Pack)},
		{Label: page.M("assessment.case.exam"), Value: v.Case.ExamDate},
	}
	// A shorter life of the medical can tell a finding: where a rule of it rests on
	// something sensitive, only those who may know that see the day.
	mayDay := rd.sensitive || !anyRestsOnSensitive(v.Pack, kindRows(v.Pack, decision.Valid))
	if v.Clearance != nil {
		tag := page.Tag{Level: clearanceLevel[v.clearance()], Text: page.M("assessment.clearance." + string(v.clearance()))}
		if v.expired(today) {
			tag = page.Tag{Level: page.Danger, Text: page.M("assessment.state.expired")}
		}
		value := []any{tag}
		if until, ok := v.Clearance.DayOf(); ok && mayDay && v.clearance() == ClearanceIssued {
			if left := int(until - today); left >= 0 && left < soonOver {
				value = append(value, page.Tag{Level: page.Wait, Text: clearedLeft(left)})
			}
			value = append(value, page.M("assessment.clearance.until", "date", until.Date()))
		}
		out = append(out, page.Row{Label: page.M("assessment.member.clearance"), Value: value})
	}
	if mayDay {
		if until, ok := v.validUntil(); ok {
			value := []any{until.Date()}
			if unsure := validUnconfirmed(v.Decision); unsure {
				value = append(value, unconfirmed(true))
			}
			out = append(out, page.Row{Label: page.M("assessment.member.valid"), Value: value})
		}
	}
	return append(out, page.Row{Label: page.M("assessment.member.pack"), Value: page.Code(v.Pack.ID + " " + v.Pack.Version)})
}

// validUnconfirmed reports whether the life of the medical rests on a recalled
// rule.
func validUnconfirmed(d decision.Decision) bool {
	for _, o := range d.Outcomes {
		if o.Kind == decision.Valid && o.Unconfirmed {
			return true
		}
	}
	return false
}

var clearanceLevel = map[ClearanceState]page.Level{ClearanceIssued: page.Done, ClearanceSuspended: page.Danger, ClearanceWithdrawn: page.Danger}

// findings are the classification, the holds and what else follows, with the
// sentence of the rule and its source.
func (rd reader) findings(v *view) page.Tasks {
	var out page.Tasks
	add := func(o decision.Outcome, level page.Level, key string) {
		out = append(out, page.Task{Name: rd.outcome(v.Pack, o), State: page.Tag{Level: level, Text: page.M("assessment.finding." + key)},
			Why: rd.reasons(v.Pack, because(o.Rows), false), Source: rd.source(v.Pack, because(o.Rows), false), Note: unconfirmed(o.Unconfirmed)})
	}
	for _, o := range v.Plan.Holds {
		add(o, page.Wait, "hold")
	}
	if v.held() {
		out = append(out, page.Task{Name: page.M("assessment.hold.officer"), State: page.Tag{Level: page.Wait, Text: page.M("assessment.finding.hold")}})
	}
	if c := v.Class; c != "" {
		out = append(out, page.Task{Name: page.M("assessment.class.officer", "class", rd.class(v, c)),
			State: page.Tag{Level: page.Info, Text: page.M("assessment.finding.officer")}})
	}
	for _, o := range v.Plan.Classes {
		add(o, page.Info, "class")
	}
	for _, o := range v.Plan.unsettled() {
		add(o, page.Quiet, "open")
	}
	for _, o := range v.Plan.Notes {
		add(o, page.Quiet, string(o.Kind))
	}
	return out
}

// questions are the open ones in words; those the reader may not know are one line,
// however many they are.
func (rd reader) questions(v *view) []page.Msg {
	var out []page.Msg
	hidden := false
	for _, name := range v.Plan.Questions {
		if f, ok := v.Pack.Fact(name); ok && isSensitive(f.Sensitivity) && !rd.sensitive {
			hidden = true
			continue
		}
		out = append(out, rd.question(v.Pack, name))
	}
	if hidden {
		out = append(out, page.M("assessment.hidden.question"))
	}
	return out
}

// class is a class that an officer set: why is the officer's to know, and a class
// can tell it.
func (rd reader) class(v *view, code string) page.Msg {
	if !rd.sensitive {
		return page.M("assessment.hidden.reason")
	}
	return words(v.Pack, "classify."+code)
}

// callouts say what stops everything else.
func (s *Service) callouts(v *view) []page.Callout {
	var out []page.Callout
	add := func(level page.Level, what string, more ...page.Msg) {
		out = append(out, page.Callout{Level: level, Title: page.M(what + "title"), Text: append([]page.Msg{page.M(what + "text")}, more...)})
	}
	switch {
	case v.ended():
		add(page.Quiet, "assessment.ended.")
		return out
	case v.clearance() == ClearanceSuspended:
		add(page.Danger, "assessment.suspended.", causeMsg(v.Clearance.Cause))
	case v.expired(s.today()):
		add(page.Danger, "assessment.expired.")
	}
	for _, it := range v.Plan.Items {
		if it.State == ItemBlocked {
			add(page.Danger, "assessment.blocked.")
			break
		}
	}
	for _, it := range v.Plan.Items {
		if it.State == ItemRefused {
			add(page.Wait, "assessment.refused.")
			break
		}
	}
	return out
}

// against says in words what stands against signing a clearance.
func (rd reader) against(v *view) []page.Msg {
	if v.clearance() == ClearanceIssued {
		return nil
	}
	var out []page.Msg
	for _, it := range v.Plan.Items {
		if !it.State.Settled() && !it.Offered {
			out = append(out, page.M("assessment.against.service", "service", rd.service(v.Pack, it), "state", page.M("assessment.item."+string(it.State))))
		}
	}
	for _, q := range rd.questions(v) {
		out = append(out, page.M("assessment.against.fact", "question", q))
	}
	for _, o := range v.Plan.Holds {
		out = append(out, page.M("assessment.against.hold", "hold", rd.outcome(v.Pack, o)))
	}
	if v.held() {
		out = append(out, page.M("assessment.against.hold", "hold", page.M("assessment.hold.officer")))
	}
	if v.strayClass() {
		out = append(out, page.M("assessment.against.class"))
	}
	for _, o := range v.Plan.unsettled() {
		out = append(out, page.M("assessment.against.open", "outcome", rd.outcome(v.Pack, o)))
	}
	if _, ok := v.validUntil(); !ok && len(out) == 0 {
		out = append(out, page.M("assessment.against.validity"))
	}
	return out
}

// causes a suspension can have, as words.
var causes = []string{"result", "correction", "answer", "case", "journey", "identity", "safety", "override", "waived", "signed", "opened", "left", "rules", "elsewhere"}

func causeMsg(cause string) page.Msg {
	for _, known := range causes {
		if cause == known {
			return page.M("assessment.cause." + known)
		}
	}
	return page.M("assessment.cause.other")
}

// signForm is the physician's signature: it names the decision that was seen, so
// that nobody signs what has moved since. There is none while anything but a hold
// stands against it.
func signForm(v *view) *page.Form {
	obs := v.obstacles()
	_, hasDay := v.validUntil()
	if v.Last == nil || v.clearance() == ClearanceIssued || !onlyHolds(obs) || len(obs) == 0 && !hasDay {
		return nil
	}
	f := &page.Form{ID: "sign", Action: memberPath(v) + "/sign", Submit: page.M("assessment.sign.clear"), Fields: hiddenIDs(v)}
	if len(obs) > 0 {
		if signedAlready(v.Acts, v.Last.ID.String()) {
			return nil
		}
		f.Submit = page.M("assessment.sign.hold")
	}
	return f
}

// history lists the acts, newest first; reasons are clinical text and stay with
// those who may read sensitive content.
func history(v *view, rd reader, names map[db.ID]string) page.Table {
	t := page.Table{Empty: page.Empty{Title: page.M("assessment.history.empty")},
		Columns: []page.Column{{Label: page.M("assessment.history.when")}, {Label: page.M("assessment.history.who")}, {Label: page.M("assessment.history.act")},
			{Label: page.M("assessment.history.reason"), Wide: true}}}
	for i := len(v.Acts) - 1; i >= 0; i-- {
		a := v.Acts[i]
		var reason any = page.M("assessment.history.no_reason")
		switch {
		case a.Reason != "" && rd.sensitive:
			reason = a.Reason
		case a.Reason != "":
			reason = page.M("assessment.hidden.reason")
		}
		t.Rows = append(t.Rows, []page.Cell{a.At, names[a.By], rd.act(v, a), reason})
	}
	return t
}

// act says what an officer did.
func (rd reader) act(v *view, a Act) page.Msg {
	switch a.Act {
	case ActSign:
		return page.M("assessment.act.sign_" + a.Outcome)
	case ActWaive:
		name := page.M("assessment.hidden.service")
		if svc, ok := v.Pack.ServiceFor(a.Service); ok {
			name = rd.service(v.Pack, Item{Code: a.Service, Service: svc})
		}
		return page.M("assessment.act.waive", "service", name)
	case ActOverride:
		kind, class, isClass := strings.Cut(a.Outcome, ":")
		if isClass {
			return page.M("assessment.act.override_class", "class", rd.class(v, class))
		}
		return page.M("assessment.act.override_" + kind)
	}
	return page.M("assessment.act.print")
}
