package course

import (
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) { s.show(w, r, nil) }

func (s *Service) show(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Look(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "course.one.title", Banner: o.Banner, Back: listLink()}, oneSheet(o, failed), failed)
}

// oneSheet is a course: what waits, what the pack says, the visits, and the end.
func oneSheet(o Opened, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("course.q.programme"), Value: programmeName(o.Pack, o.Course.Code)}, {Label: page.M("course.q.enrolled_on"), Value: o.Enrolled},
		{Label: page.M("course.q.site"), Value: page.Code(o.Site)}}}
	if o.Begun != o.Site {
		v.Rows = append(v.Rows, page.Row{Label: page.M("course.q.begun"), Value: page.Code(o.Begun)})
	}
	for _, fact := range slices.Sorted(keys(o.Plan.Anchors)) {
		d := o.Plan.Anchors[fact]
		v.Rows = append(v.Rows, page.Row{Label: page.M("course.q.counts_from"), Value: d})
	}
	for _, x := range o.Shown {
		v.Rows = append(v.Rows, page.Row{Label: factName(o.Pack, x.Fact), Value: x.Date})
	}
	v.Notes = notes(o)
	if o.Open() {
		v.Actions = actions(o)
	} else {
		v.Rows = append(v.Rows, page.Row{Label: page.M("course.q.outcome"), Value: []any{page.Tag{Level: page.Done, Text: outcomeName(o.Pack, o.Course.Ending.Outcome)}, o.Course.Ending.On, page.Code(o.Course.Ending.Where)}})
	}
	if o.Pack != nil {
		v.Parts = append(v.Parts, saidPart(o))
	}
	v.Parts = append(v.Parts, planPart(o))
	if len(o.Transfers) > 0 {
		v.Parts = append(v.Parts, transferPart(o))
	}
	v.Parts = append(v.Parts, formsPart(o))
	if o.Open() && o.MayWrite && o.Pack != nil {
		v.Parts = append(v.Parts, endPart(o, failed))
	}
	v.Limits = []page.Msg{page.M("course.limit.unknown")}
	return v
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func factName(p *pack.Pack, fact string) page.Msg {
	return page.Words(func(lang string) string { return p.FactWord(lang, fact) })
}

// notes are what must be seen first.
func notes(o Opened) (out []page.Callout) {
	if o.Pack == nil {
		out = append(out, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("course.error.no_pack")}})
	}
	if o.Disputed {
		out = append(out, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("course.disputed")}, Links: []page.Link{{Href: "/review", Text: page.M("course.review")}}})
	}
	if !o.Open() {
		return out
	}
	if o.Who.Died {
		out = append(out, page.Callout{Level: page.Danger, Text: []page.Msg{page.M("course.died")}})
	}
	if o.clockBehind(o.Today) {
		out = append(out, page.Callout{Level: page.Danger, Text: []page.Msg{page.M("course.error.clock")}})
	}
	if o.Plan.Form {
		out = append(out, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("course.fill_first")}})
	}
	for _, x := range o.Said.Outcomes {
		if x.State != decision.Definite {
			continue
		}
		switch {
		case x.Kind == decision.Hold || x.Args["level"] == "STOP":
			out = append(out, page.Callout{Level: page.Danger, Title: word(x), Text: because(x)})
		case x.Args["level"] == "ASK":
			out = append(out, page.Callout{Level: page.Wait, Title: word(x), Text: because(x)})
		}
	}
	return out
}

func word(o pack.ExplainedOutcome) page.Msg { return page.Words(func(string) string { return o.Word }) }

// because are the sentences of the rows that fired.
func because(o pack.ExplainedOutcome) (out []page.Msg) {
	for _, row := range o.Because {
		if row.Truth == value.Yes {
			out = append(out, page.Words(func(string) string { return row.Sentence }))
		}
	}
	return out
}

func actions(o Opened) (out []page.Link) {
	if !o.MayWrite {
		return nil
	}
	if f, ok := o.formOrder(serviceEnrol); ok {
		out = append(out, page.Link{Href: "/orders/" + f.ID.String() + "/result", Text: page.M("course.fill_enrol")})
	}
	if f, ok := o.formOrder(serviceVisit); ok {
		out = append(out, page.Link{Href: "/orders/" + f.ID.String() + "/result", Text: page.M("course.fill_visit")})
	}
	if f, ok := o.formOrder(serviceEnding); ok {
		out = append(out, page.Link{Href: "/orders/" + f.ID.String() + "/result", Text: page.M("course.fill_ending")})
	}
	if o.Plan.Doses {
		out = append(out, page.Link{Href: path(o.ID) + "/doses", Text: page.M("course.doses")})
	}
	if _, ok := o.Waiting(); !ok {
		out = append(out, page.Link{Href: path(o.ID) + "/transfer", Text: page.M("course.transfer.title")})
	}
	return out
}

// saidPart is what the pack says now, with what is only recalled marked.
func saidPart(o Opened) page.Part {
	p := page.Part{Title: page.M("course.said")}
	tests := false
	for _, x := range o.Said.Outcomes {
		if x.State != decision.Definite || x.Kind == decision.Hold || x.Args["level"] == "STOP" || x.Args["level"] == "ASK" {
			continue
		}
		cells := []any{word(x)}
		for _, row := range x.Because {
			if row.Truth != value.Yes {
				continue
			}
			cells = append(cells, row.Sentence)
			if row.Certainty == string(pack.Recalled) {
				cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("course.unconfirmed")})
			}
		}
		if x.Kind == decision.Require && o.ordered(x.Code) {
			cells = append(cells, page.Tag{Level: page.Info, Text: page.M("course.ordered")})
		}
		tests = tests || x.Kind == decision.Require && !o.ordered(x.Code)
		p.Rows = append(p.Rows, page.Row{Label: page.M("course.kind." + kindWord(x.Kind)), Value: cells})
	}
	if len(p.Rows) == 0 {
		p.Lead = page.M("course.nothing_said")
	}
	if tests && o.Open() && o.MayWrite {
		p.Form = &page.Form{Action: path(o.ID) + "/tests", Submit: page.M("course.order_tests")}
	}
	return p
}

func kindWord(k decision.Kind) string {
	switch k {
	case decision.Classify, decision.Refer, decision.Require, decision.Treat, decision.Contraindicate, decision.Form:
		return string(k)
	}
	return "other"
}

// planPart is the schedule with its windows, and what was done.
func planPart(o Opened) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("course.q.visit"), Wide: true}, {Label: page.M("course.q.window")}, {Label: page.M("course.q.state")}},
		Empty: page.Empty{Title: page.M("course.no_visits")}}
	p := page.Part{Title: page.M("course.plan"), Table: t}
	for i, r := range o.Plan.Rows {
		if r.Every {
			continue
		}
		t.Rows = append(t.Rows, []page.Cell{visitName(o.Pack, r.Code, r.Again), window(r), rowState(o, i, r)})
	}
	for _, x := range o.Pending {
		if x.Every {
			t.Rows = append(t.Rows, []page.Cell{visitName(o.Pack, x.Code, 0), []any{x.From, x.To}, stateTag(x.State(o.Today))})
		}
	}
	for _, x := range o.Visits {
		if x.Row < 0 || x.Row >= len(o.Plan.Rows) || o.Plan.Rows[x.Row].Every || x.Absent {
			t.Rows = append(t.Rows, []page.Cell{visitName(o.Pack, x.Code, 0), x.On, visitTag(x)})
		}
	}
	if o.Open() && o.MayWrite && o.Pack != nil {
		if _, waits := o.formOrder(serviceVisit); !waits {
			row := rowFor(o.Pending, o.Today)
			label := page.M("course.record_visit", "visit", visitName(o.Pack, o.Plan.visitCode(row), 0))
			p.Form = &page.Form{Action: path(o.ID) + "/form", Submit: label, Fields: []page.Field{{Kind: page.Hidden, Name: "form", Value: serviceVisit}}}
		}
	}
	return p
}

func window(r Row) any {
	if r.To == 0 {
		return nil
	}
	if r.From == r.To {
		return r.To
	}
	return []any{r.From, r.To}
}

// rowState is how a row of the plan stands, and where and when it was done.
func rowState(o Opened, i int, r Row) any {
	for _, v := range o.Visits {
		if v.Row == i && !v.Absent {
			return []any{visitTag(v), v.On, page.Code(v.Site)}
		}
	}
	if r.Before {
		return page.Tag{Level: page.Quiet, Text: page.M("course.state.before")}
	}
	for _, x := range o.Pending {
		if x.N == i {
			if st := x.State(o.Today); st == pack.VisitLapsed && r.Expires == 0 {
				return stateTag(pack.VisitOverdue)
			}
			return stateTag(x.State(o.Today))
		}
	}
	return page.Tag{Level: page.Quiet, Text: page.M("course.state.not_done")}
}

func visitTag(v Visit) page.Tag {
	if v.Absent {
		return page.Tag{Level: page.Wait, Text: page.M("course.state.absent")}
	}
	return page.Tag{Level: page.Done, Text: page.M("course.state.attended")}
}

func stateTag(st pack.VisitState) page.Tag {
	level := page.Quiet
	switch st {
	case pack.VisitDue:
		level = page.Info
	case pack.VisitOverdue:
		level = page.Wait
	}
	return page.Tag{Level: level, Text: page.M("course.state." + string(st))}
}

func transferPart(o Opened) page.Part {
	p := page.Part{Title: page.M("course.transfers")}
	for _, t := range o.Transfers {
		p.Rows = append(p.Rows, page.Row{Label: page.M("course.from_to", "from", t.From, "to", t.To), Value: []any{moveTag(t.State), t.Since, t.Reason},
			Change: page.Link{Href: movesPath + "/" + t.ID.String(), Text: page.M("course.open")}})
	}
	for i := range p.Rows {
		if cells, ok := p.Rows[i].Value.([]any); ok && cells[2] == "" {
			p.Rows[i].Value = cells[:2]
		}
	}
	return p
}

// formsPart are the forms of the course and its tests, and where they are.
func formsPart(o Opened) page.Part {
	p := page.Part{Title: page.M("course.forms")}
	for _, x := range o.Orders {
		label := page.M("course.form.test")
		switch x.Service {
		case serviceEnrol:
			label = page.M("course.form.enrol")
		case serviceVisit:
			label = page.M("course.form.visit")
		case serviceEnding:
			label = page.M("course.form.ending")
		}
		p.Rows = append(p.Rows, page.Row{Label: label, Value: []any{page.Link{Href: "/orders/" + x.ID.String(), Text: page.M("order.status." + string(x.Status))}, x.Since}})
	}
	if len(p.Rows) == 0 {
		p.Lead = page.M("course.no_forms")
	}
	if o.Open() && o.MayWrite && len(o.Pending) > 0 && !slices.ContainsFunc(o.Visits, func(v Visit) bool { return v.On == o.Today }) {
		p.Form = &page.Form{Action: path(o.ID) + "/absent", Submit: page.M("course.absent"), Fields: []page.Field{{Kind: page.Hidden, Name: "doc", Value: db.NewID().String()}}}
	}
	return p
}

// endPart ends the course: with what the pack's table decides, or one of its outcomes.
func endPart(o Opened, failed *page.Form) page.Part {
	p := page.Part{Title: page.M("course.end")}
	if o.Decides != "" {
		x, ok := o.Outcome()
		switch {
		case !ok:
			p.Lead = page.M("course.not_decided")
		case slices.Contains(o.Running, x.Code):
			p.Lead = page.M("course.running", "outcome", word(x))
		default:
			p.Lead = page.M("course.decided", "outcome", word(x))
			p.Form = endForm(o, []page.Option{{Value: x.Code, Label: word(x)}})
		}
		if p.Form == nil && o.Programme.Ending != "" {
			p.Form = &page.Form{Action: path(o.ID) + "/form", Submit: page.M("course.ask_ending"), Fields: []page.Field{{Kind: page.Hidden, Name: "form", Value: serviceEnding}}}
		}
	} else {
		var all []page.Option
		for _, c := range o.Outcomes {
			all = append(all, page.Option{Value: c, Label: outcomeName(o.Pack, c)})
		}
		p.Form = endForm(o, all)
	}
	if failed != nil {
		p.Form = failed
	}
	return p
}

func endForm(o Opened, outcomes []page.Option) *page.Form {
	on := page.Field{Kind: page.Date, Name: "on", Label: page.M("course.q.ended_on")}
	on.SetDate(o.Today.Date(), o.Today)
	return &page.Form{Action: path(o.ID) + "/end", Submit: page.M("course.end_it"), Fields: []page.Field{{Kind: page.Radios, Name: "outcome", Label: page.M("course.q.outcome"), Options: outcomes}, on}}
}

func (s *Service) postForm(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var form db.ID
	if err == nil {
		form, err = s.AskForm(r.Context(), id, r.PostForm.Get("form"))
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	to := path(id)
	if !form.IsZero() {
		to = "/orders/" + form.String() + "/result"
	}
	s.Pages.Redirect(w, r, to, page.Msg{})
}

func (s *Service) postAbsent(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "course.absent_kept", func(id db.ID) error {
		doc, err := db.ParseID(r.PostForm.Get("doc"))
		if err != nil {
			return err
		}
		return s.Absent(r.Context(), doc, id)
	})
}

func (s *Service) postTests(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "course.tests_ordered", func(id db.ID) error { return s.OrderTests(r.Context(), id) })
}

func (s *Service) postEnd(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	on, err := s.readDay(r.PostForm, "on")
	if err == nil {
		err = s.End(r.Context(), id, r.PostForm.Get("outcome"), on)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("course.ended"))
		return
	}
	o, look := s.Look(r.Context(), id, page.LocaleOf(r).Code)
	if look != nil {
		s.Pages.Error(w, r, look)
		return
	}
	part := endPart(o, nil)
	if part.Form == nil {
		s.Pages.Error(w, r, err)
		return
	}
	part.Form.Fill(r.PostForm)
	if !part.Form.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, part.Form)
}
