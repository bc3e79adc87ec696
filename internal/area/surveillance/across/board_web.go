package across

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getBoard(w http.ResponseWriter, r *http.Request) {
	b, err := s.Board(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := boardView(b)
	if s.Carrier != nil && s.Access.Ever(r.Context(), access.NoticeSend) {
		v.Actions = append(v.Actions, page.Link{Href: boardPath + "/files", Text: page.M("across.files.title")})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "across.title", Wide: true}, v, nil)
}

// boardView puts first what came, since somebody waits for it.
func boardView(b Board) page.Sheet {
	v := page.Sheet{Lead: page.M("across.lead")}
	for _, n := range []struct {
		count int
		level page.Level
		key   string
	}{{b.New, page.Wait, "across.board.new"}, {b.Tells, page.Wait, "across.board.tells"}, {b.Late, page.Danger, "across.board.late"}} {
		if n.count > 0 {
			v.Notes = append(v.Notes, page.Callout{Level: n.level, Text: []page.Msg{page.M(n.key, "count", n.count)}})
		}
	}
	v.Parts = []page.Part{{Title: page.M("across.came.title"), Lead: page.M("across.came.lead"), Table: cameTable(b.Came, true)},
		{Title: page.M("across.sent.title"), Lead: page.M("across.sent.lead"), Table: sentTable(b.Sent, true)}}
	return v
}

func cameTable(list []Arrival, open bool) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("across.col.number")}, {Label: page.M("across.col.about")}, {Label: page.M("across.col.from")}, {Label: page.M("across.col.state")}, {Label: page.M("across.col.came")}, {Label: page.M("across.col.until")}},
		Empty: page.Empty{Title: page.M("across.came.none")}}
	for _, a := range list {
		number := any(page.Code(a.Number))
		if open {
			number = page.Link{Href: takenPath(a.ID), Name: a.Number}
		}
		t.Rows = append(t.Rows, []page.Cell{number, []any{aboutMsg(a.About), diseaseMsg(a.Disease)}, a.Peer, cameTag(a), a.At, a.Until})
	}
	return t
}

func cameTag(a Arrival) any {
	state, level := "new", page.Wait
	switch {
	case a.Kept && !a.Notice.Withdrawn.IsZero():
		state, level = "withdrawn", page.Quiet
	case a.Outcome != "":
		return []any{page.Tag{Level: page.Done, Text: page.M("across.came.told")}, outcomeMsg(a.Outcome)}
	case a.Decided == StepRefused:
		state, level = "refused", page.Quiet
	case a.Due != "":
		return []any{page.Tag{Level: page.Wait, Text: page.M("across.came.tell")}, outcomeMsg(a.Due)}
	case a.Decided == StepAccepted:
		state, level = "accepted", page.Done
	case a.AtHub:
		state = "at_hub"
	case !a.Kept:
		state, level = "gone", page.Quiet
	case !a.ReadBy.IsZero():
		state = "read"
	}
	return page.Tag{Level: level, Text: page.M("across.came." + state)}
}

func sentTable(list []Line, open bool) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("across.col.number")}, {Label: page.M("across.col.about")}, {Label: page.M("across.col.to")}, {Label: page.M("across.col.state")}, {Label: page.M("across.col.fields"), Wide: true}, {Label: page.M("across.col.sent")}, {Label: page.M("across.col.until")}},
		Empty: page.Empty{Title: page.M("across.sent.none")}}
	for _, l := range list {
		number := any(page.Code(l.Number))
		if open {
			number = page.Link{Href: sentPath(l.ID), Name: l.Number}
		}
		t.Rows = append(t.Rows, []page.Cell{number, []any{aboutMsg(l.About), diseaseMsg(l.Disease)}, l.Peer, stateCell(l), fieldMsgs(l.Fields), []any{l.At, l.Who}, l.Until})
	}
	return t
}

func stateCell(l Line) any {
	level := map[State]page.Level{Overdue: page.Danger, Waits: page.Wait, Under: page.Wait, Came: page.Wait, Opened: page.Wait, Follows: page.Done, Ended: page.Done}[l.State]
	tag := page.Tag{Level: level, Text: page.M("across.state." + string(l.State))}
	switch l.State {
	case Overdue, Waits, Under, Came:
		if l.Due.IsZero() {
			return tag
		}
		return []any{tag, page.M("across.sent.due", "when", l.Due)}
	case Refused:
		return []any{tag, reasonMsg(l.Steps[StepRefused].Reason)}
	case Ended:
		return []any{tag, outcomeMsg(l.Steps[StepOutcome].Outcome), l.Steps[StepOutcome].On}
	}
	return tag
}

func aboutMsg(a About) page.Msg { return page.M("across.about." + string(a)) }

func outcomeMsg(o Outcome) page.Msg { return page.M("across.outcome." + string(o)) }

func reasonMsg(r Reason) page.Msg { return page.M("across.reason." + string(r)) }

func fieldMsg(f string) page.Msg { return page.M("across.field." + f) }

// fieldMsgs names fields in the order of the house.
func fieldMsgs(fields []string) any {
	var out []page.Msg
	var seen []string
	for _, part := range Parts {
		for _, f := range fieldsOf[part] {
			if slices.Contains(fields, f) && !slices.Contains(seen, f) {
				out, seen = append(out, fieldMsg(f)), append(seen, f)
			}
		}
	}
	if len(out) == 0 {
		return page.M("across.sent.no_fields")
	}
	return out
}

// valueCell says a value as its field is read.
func valueCell(f, v string) any {
	switch f {
	case "class":
		return page.M("linelist.class." + strings.ToLower(v))
	case "ending":
		return page.M("linelist.ending." + v)
	case "exposure":
		return page.M("linelist.exposure." + v)
	case "sex":
		return page.Sex(v).Msg()
	case "imported", "health_worker":
		return truth(v)
	case "country":
		return page.Country(v)
	case "onset", "reported", "isolated", "ended", "birth", "last", "follow_until", "arrives":
		return date(v)
	case "number":
		return page.Code(v)
	}
	return v
}

// valueRows says what a notice tells.
func valueRows(n Notice) page.Summary {
	var rows page.Summary
	for _, part := range []string{n.About.who(), string(n.About)} {
		for _, f := range fieldsOf[part] {
			if v, ok := n.Values[f]; ok {
				rows = append(rows, page.Row{Label: fieldMsg(f), Value: valueCell(f, v)})
			}
		}
	}
	return rows
}

func visitTable(visits []Told) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("across.col.day")}, {Label: page.M("across.col.how")}, {Label: page.M("across.col.signs")}}}
	for _, v := range slices.Backward(visits) {
		t.Rows = append(t.Rows, []page.Cell{v.Day, page.M("linelist.how." + string(v.How)), v.Signs})
	}
	return t
}

func noticeParts(n Notice) []page.Part {
	parts := []page.Part{{Title: page.M("across.told.title"), Rows: valueRows(n)}}
	if len(n.Visits) > 0 {
		parts = append(parts, page.Part{Title: fieldMsg(fieldVisits), Table: visitTable(n.Visits)})
	}
	return parts
}

// timeline tells the steps with their times.
func timeline(sent Line) page.Timeline {
	out := page.Timeline{{When: sent.At, What: page.M("across.step.sent"), Detail: sent.Who}}
	for _, step := range Steps {
		a, ok := sent.Steps[step]
		if !ok {
			continue
		}
		e := page.Event{When: a.At, What: page.M("across.step." + string(step))}
		switch step {
		case StepRefused:
			e.Detail = reasonMsg(a.Reason)
		case StepOutcome:
			e.Detail = []any{outcomeMsg(a.Outcome), a.On}
		}
		out = append(out, e)
	}
	if !sent.Withdrawn.IsZero() {
		out = append(out, page.Event{When: sent.Withdrawn, What: page.M("across.step.withdrawn")})
	}
	return out
}

func (s *Service) getRegister(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var t Terms
	var sent []Line
	var came []Arrival
	if err == nil {
		t, sent, came, err = s.Register(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "across.register.title", Back: agreementLink(id), Wide: true}, registerView(t, sent, came), nil)
}

func agreementLink(id db.ID) page.Link {
	return page.Link{Href: "/agreements/" + id.String(), Text: page.M("across.register.back")}
}

func registerView(t Terms, sent []Line, came []Arrival) page.Sheet {
	return page.Sheet{Lead: page.M("across.register.lead"), Rows: page.Summary{{Label: page.M("across.col.to"), Value: t.Peer}},
		Parts: []page.Part{{Title: page.M("across.sent.title"), Table: sentTable(sent, false)}, {Title: page.M("across.came.title"), Table: cameTable(came, false)}}}
}
