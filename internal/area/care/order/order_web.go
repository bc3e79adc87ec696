package order

import (
	"net/http"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// orderView is one order as its station sees it.
type orderView struct {
	Service  page.Msg
	Callouts []page.Callout
	Facts    page.Summary
	Todo     []page.Link
	Results  page.Table
	Steps    page.Table
	Worklist page.Link
}

func (s *Service) getOrder(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	sh, err := s.Look(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "order/order", Title: "order.title", Banner: sh.Banner, View: overview(sh)})
}

func overview(sh Sheet) orderView {
	o := sh.Order
	v := orderView{Service: sh.Service, Callouts: warnings(sh), Todo: todo(sh), Results: resultTable(sh), Steps: stepTable(sh),
		Worklist: page.Link{Href: "/worklist/" + o.Station, Text: page.M("order.to_worklist")}}
	v.Facts = page.Summary{
		{Label: page.M("order.column.service"), Value: sh.Service},
		{Label: page.M("order.column.state"), Value: statusTag(o.Status)},
		{Label: page.M("order.column.station"), Value: page.M("place.station." + o.Station)},
		{Label: page.M("order.column.ordered"), Value: o.At},
	}
	if o.Reason != "" {
		v.Facts = append(v.Facts, page.Row{Label: page.M("order.column.reason"), Value: o.Reason})
	}
	if !o.Case.IsZero() && sh.MayCase {
		v.Facts = append(v.Facts, page.Row{Label: page.M("order.column.case"), Value: page.Link{Href: "/cases/" + o.Case.String(), Text: page.M("order.to_case")}})
	}
	return v
}

// warnings are what stands in the way, the most dangerous first.
func warnings(sh Sheet) []page.Callout {
	var out []page.Callout
	if sh.Safety != nil && !sh.Safety.Clean {
		c := page.Callout{Level: page.Danger, Title: page.M("order.stop.title"), Text: append([]page.Msg{page.M("order.stop.text")}, sh.Safety.Why...)}
		if sh.Safety.Ask.Href != "" {
			c.Links = []page.Link{sh.Safety.Ask}
		}
		out = append(out, c)
	}
	if sh.Order.Disputed {
		out = append(out, page.Callout{Level: page.Danger, Title: page.M("order.disputed"), Text: []page.Msg{page.M("order.disputed_text")}})
	}
	if sh.Order.Status.Open() && len(sh.Unmet) > 0 {
		c := page.Callout{Level: page.Wait, Title: page.M("order.blocked.title")}
		for _, n := range sh.Unmet {
			c.Text = append(c.Text, page.M("order.blocked."+needKey(n, sh.Consent)))
			if n == NeedConsent && sh.Consent == people.ConsentPending && sh.MayConsent {
				c.Links = append(c.Links, page.Link{Href: consentsPath(sh.Order), Text: page.M("order.do.countersign")})
			}
		}
		out = append(out, c)
	}
	return out
}

// needKey is the word for a need that is not met. Of a consent that was asked for it
// says how it stands.
func needKey(n Need, consent people.ConsentState) string {
	switch consent {
	case people.ConsentWithdrawn, people.ConsentPending, people.ConsentOutdated, people.ConsentRefused:
		if n == NeedConsent {
			return string(n) + "_" + string(consent)
		}
	}
	return string(n)
}

// consentsPath is the page on which the person's consents stand, to be countersigned or
// taken back.
func consentsPath(o Order) string { return "/people/" + o.Subject.String() + "/consents" }

// todo are the next things to do, as far as the user may do them.
func todo(sh Sheet) []page.Link {
	var out []page.Link
	id := "/orders/" + sh.Order.ID.String()
	add := func(ok bool, path, key string) {
		if ok {
			out = append(out, page.Link{Href: id + path, Text: page.M(key)})
		}
	}
	open := sh.Order.Status.Open()
	unmet := func(n Need) bool {
		for _, u := range sh.Unmet {
			if u == n {
				return true
			}
		}
		return false
	}
	clear := open && len(sh.Unmet) == 0 && (sh.Safety == nil || sh.Safety.Clean)
	add(open && sh.MayCounsel && unmet(NeedCounselling), "/counselling", "order.do.counselling")
	add(open && sh.MayConsent && unmet(NeedConsent) && sh.Consent != people.ConsentPending, "/consent", "order.do.consent")
	add(clear && sh.MayPerform && sh.Order.Act != form.NoAct && (sh.Next > 0 || sh.Order.Specimens < 2 && !sh.Touched), "/collect", "order.do."+actKey(sh.Order.Act))
	add(clear && sh.MayRecord && sh.Form != nil, "/result", "order.do.result")
	if open && sh.MayConsent && sh.Consent == people.ConsentGiven && sh.Order.needsConsent() {
		out = append(out, page.Link{Href: consentsPath(sh.Order), Text: page.M("order.do.take_back")})
	}
	add(open && (sh.MayPerform || sh.MayCancel), "/close", "order.do.close")
	add(sh.MayAgain && sh.Order.Status.unfulfilled(), "/again", "order.do.again")
	return out
}

func actKey(a form.Act) string {
	if a == form.NoAct {
		return "none"
	}
	return string(a)
}

func resultTable(sh Sheet) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("order.column.day")}, {Label: page.M("order.column.specimen"), Number: true},
		{Label: page.M("order.column.by")}, {Label: page.M("order.column.state")}, {Label: page.M("order.column.action"), Hide: true}},
		Empty: page.Empty{Title: page.M("order.results_none")}}
	for _, r := range sh.Results {
		t.Rows = append(t.Rows, []page.Cell{r.On, specimenCell(r.Specimen), sh.Names[r.By], resultTags(r), page.Link{Href: "/results/" + r.ID.String(), Text: page.M("order.read_result")}})
	}
	return t
}

func specimenCell(n int) page.Cell {
	if n == 0 {
		return page.M("order.specimen_one")
	}
	return n
}

func resultTags(r Result) []page.Tag {
	switch {
	case r.InError:
		return []page.Tag{{Level: page.Danger, Text: page.M("order.result.in_error")}}
	case !r.Replaced.IsZero():
		return []page.Tag{{Level: page.Wait, Text: page.M("order.result.replaced")}}
	}
	tags := []page.Tag{{Level: page.Done, Text: page.M("order.result.holds")}}
	if r.Partial {
		tags = []page.Tag{{Level: page.Wait, Text: page.M("order.result.partial")}}
	}
	if !r.Corrects.IsZero() {
		tags = append(tags, page.Tag{Text: page.M("order.result.corrects")})
	}
	return tags
}

func stepTable(sh Sheet) page.Table {
	return actTable(sh.Steps, sh.Names)
}

// actTable lists what was done, when and by whom.
func actTable(steps []Step, names map[db.ID]string) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("order.column.when")}, {Label: page.M("order.column.what"), Wide: true}, {Label: page.M("order.column.detail")}, {Label: page.M("order.column.by")}},
		Empty: page.Empty{Title: page.M("order.steps_none")}}
	for _, st := range steps {
		t.Rows = append(t.Rows, []page.Cell{st.At, page.M("order.step." + string(st.Kind)), stepDetail(st), names[st.By]})
	}
	return t
}

// stepDetail says more about a step, in words of the catalogue where they are
// codes.
func stepDetail(st Step) page.Cell {
	var out []any
	if st.Specimen > 0 {
		out = append(out, page.M("order.specimen_n", "n", st.Specimen))
	}
	switch {
	case st.Kind == StepIdentity:
		out = append(out, page.M("order.identity."+st.How))
	case st.Kind == StepAgain:
		out = append(out, page.M("order.again."+st.How))
	case st.Kind == StepUsed && (st.How == "signed" || st.How == "classified" || st.How == "cleared"):
		out = append(out, page.M("order.used."+st.How))
	case st.Kind == StepUsed && st.How != "":
		out = append(out, page.Code(st.How))
	}
	switch {
	case st.Kind == StepLinked && st.Decision != "":
		out = append(out, page.M("order.care."+st.Decision))
	case st.Decision != "":
		out = append(out, page.M("order.decision."+st.Decision), page.M("order.giver."+st.Giver))
	}
	if st.Interp != "" && st.Interp != "not_needed" {
		out = append(out, page.M("order.interpreter."+st.Interp))
	}
	if st.Label != "" {
		out = append(out, page.Code(st.Label))
	}
	if st.Note != "" {
		out = append(out, st.Note)
	}
	if len(out) == 0 {
		return page.Code("–")
	}
	return out
}

func (s *Service) collectForm(sh Sheet) (*page.Form, error) {
	if err := need(sh.MayPerform); err != nil {
		return nil, err
	}
	if sh.Order.Act == form.NoAct {
		return nil, fault.New(fault.NotFound, "order.collect", "order.error.not_found")
	}
	f := &page.Form{Submit: page.M("order.do." + actKey(sh.Order.Act)), Fields: []page.Field{idField(), identityField()}}
	if sh.Next > 0 {
		f.Fields = append(f.Fields, page.Field{Kind: page.Note, Label: page.M("order.specimen_next", "n", sh.Next, "of", sh.Order.Specimens)},
			page.Field{Kind: page.Hidden, Name: "specimen", Value: itoa(sh.Next)})
	}
	if sh.Order.Act == form.Specimen {
		f.Fields = append(f.Fields, labelField())
	}
	return f, nil
}

func identityField() page.Field {
	return page.Field{Kind: page.Radios, Name: "identity", Label: page.M("order.q.identity"), Hint: page.M("order.q.identity_hint"), Options: options("order.identity.", Identified)}
}

func labelField() page.Field {
	return page.Field{Kind: page.Text, Name: "label", Label: page.M("order.q.label"), Hint: page.M("order.q.label_hint"), Dir: "ltr", Max: 64, Width: 20, Optional: true}
}

func (s *Service) getCollect(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_collect", s.collectForm); ok {
		s.Pages.Form(w, r, pg, f)
	}
}

func (s *Service) postCollect(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	err := s.Perform(r.Context(), Act{ID: newID(r), Order: id, Identity: r.PostForm.Get("identity"), Label: r.PostForm.Get("label"), Specimen: atoi(r.PostForm.Get("specimen"))})
	if err == nil {
		s.Pages.Redirect(w, r, "/orders/"+id.String(), page.M("order.saved"))
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_collect", s.collectForm); ok {
		f.Fill(r.PostForm)
		s.fail(w, r, pg, f, err)
	}
}

func (s *Service) closeForm(sh Sheet) (*page.Form, error) {
	if err := need(sh.MayPerform || sh.MayCancel); err != nil {
		return nil, err
	}
	var codes []string
	if sh.MayPerform {
		codes = append(codes, string(Refused), string(NotPossible))
	}
	if sh.MayCancel {
		codes = append(codes, string(Cancelled))
	}
	return &page.Form{Submit: page.M("order.do.close"), Danger: true, Fields: []page.Field{
		{Kind: page.Radios, Name: "status", Label: page.M("order.q.close"), Hint: page.M("order.q.close_hint"), Options: options("order.close.", codes)},
		{Kind: page.LongText, Name: "reason", Label: page.M("order.q.reason"), Max: 500, Rows: 2},
	}}, nil
}

func (s *Service) getClose(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_close", s.closeForm); ok {
		s.Pages.Form(w, r, pg, f)
	}
}

func (s *Service) postClose(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	err := s.Close(r.Context(), id, Status(r.PostForm.Get("status")), r.PostForm.Get("reason"))
	if err == nil {
		s.Pages.Redirect(w, r, "/orders/"+id.String(), page.M("order.saved"))
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_close", s.closeForm); ok {
		f.Fill(r.PostForm)
		s.fail(w, r, pg, f, err)
	}
}
