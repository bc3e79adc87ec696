package travel

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func escortPath(movement, person db.ID) string { return personPath(movement, person) + "/escort" }

func (s *Service) getEscort(w http.ResponseWriter, r *http.Request) { s.showEscort(w, r, nil) }

// showEscort is the page of whoever goes along; failed is a form of it that was refused.
func (s *Service) showEscort(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, person, err := bothIDs(r)
	var a Along
	if err == nil {
		a, err = s.Along(r.Context(), id, person, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	back := page.Link{Href: personPath(id, person), Text: page.M("travel.person.title")}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.escort.title", Banner: a.Banner, Back: back}, s.escortSheet(a, db.NewID(), failed), failed)
}

// escortSheet is what an escort holds in the hand: whom to call, what is in the kit, what
// happened on the way, and the note for who takes over. fresh is the id of the next line
// of the log.
func (s *Service) escortSheet(a Along, fresh db.ID, failed *page.Form) page.Sheet {
	or := func(f *page.Form) *page.Form {
		if failed != nil && failed.Action == f.Action {
			return failed
		}
		return f
	}
	at := escortPath(a.Movement.ID, a.ID)
	// On a phone the movement is one row: the numbers to call shall not be far below.
	v := page.Sheet{Rows: append(page.Summary{{Label: page.M("travel.one.title"), Value: []any{page.Code(a.Movement.Number), whenCell(a.Movement), toCell(a.Movement.To)}}}, escortRows(a)...)}
	v.Notes = escortNotes(a)
	v.Parts = append(v.Parts, callsPart(a), kitPart(a))
	log := logPart(a)
	if a.Sender && a.Check.Signed() || a.Sender && len(a.Escort.With) > 0 {
		log.Form = or(logForm(at, fresh))
	}
	v.Parts = append(v.Parts, log)
	v.Parts = append(v.Parts, s.noteParts(a, or)...)
	if !a.Sender || a.Movement.Left(s.now()) {
		return v
	}
	if len(a.Escort.With) > 0 && a.Escort.BriefedAt.IsZero() {
		v.Parts = append(v.Parts, page.Part{Title: page.M("travel.briefing"), Lead: page.M("travel.briefing_lead"), Form: or(&page.Form{Action: at + "/brief", Submit: page.M("travel.brief")})})
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("travel.assign"), Lead: page.M("travel.assign_lead"), Form: or(assignForm(at, a.Escort))})
	return v
}

func escortNotes(a Along) (out []page.Callout) {
	if done, ok := told(a.Answers, Accepted); ok {
		out = append(out, page.Callout{Level: page.Done, Title: page.M("travel.accepted"), Text: []page.Msg{page.M("travel.accepted_at", "at", page.DateText(calendar.DayOfTime(done.At).Date()))}})
	}
	for _, g := range a.Gaps {
		if g == GapEscort || g == GapEscortReady || g == GapOxygen {
			out = append(out, page.Callout{Level: page.Wait, Title: page.M("travel.gap." + string(g))})
		}
	}
	return out
}

func escortRows(a Along) (rows page.Summary) {
	if a.Level != "" {
		rows = append(rows, page.Row{Label: page.M("travel.q.level"), Value: page.M("travel.level." + string(a.Level))})
	}
	var with []any
	for _, c := range a.Escort.With {
		with = append(with, c.Name, page.M("travel.role."+string(c.Role)))
	}
	if len(with) > 0 {
		rows = append(rows, page.Row{Label: page.M("travel.q.with"), Value: with})
	}
	if o := a.Escort.Oxygen; o.Litres > 0 {
		rows = append(rows, page.Row{Label: page.M("travel.q.oxygen"), Value: []any{page.M("travel.oxygen", "litres", number(o.Litres), "hours", number(o.Hours)), o.Source}})
	}
	if !a.Escort.BriefedAt.IsZero() {
		rows = append(rows, page.Row{Label: page.M("travel.briefing"), Value: []any{a.Briefer, a.Escort.BriefedAt}})
	}
	return rows
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func callsPart(a Along) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("travel.q.call")}, {Label: page.M("travel.q.phone")}}, Empty: page.Empty{Title: page.M("travel.no_calls")}}
	for _, c := range a.Escort.Calls {
		t.Rows = append(t.Rows, []page.Cell{c.Who, page.Code(c.Number)})
	}
	return page.Part{Title: page.M("travel.calls"), Table: t}
}

func kitPart(a Along) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("travel.q.item")}, {Label: page.M("travel.q.count")}, {Label: page.M("travel.q.expires")}}, Empty: page.Empty{Title: page.M("travel.no_kit")}}
	for _, i := range a.Escort.Kit {
		expires := []any{page.M("travel.no_expiry")}
		if i.Expires != 0 {
			expires = []any{i.Expires}
			if i.Expires < a.Movement.Day {
				expires = append(expires, page.Tag{Level: page.Danger, Text: page.M("travel.expired")})
			}
		}
		t.Rows = append(t.Rows, []page.Cell{i.Name, strconv.Itoa(i.Count), expires})
	}
	return page.Part{Title: page.M("travel.kit"), Table: t}
}

func logPart(a Along) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("travel.q.log_at")}, {Label: page.M("travel.q.what")}, {Label: page.M("travel.q.text"), Wide: true}, {Label: page.M("travel.q.written_by")}}, Empty: page.Empty{Title: page.M("travel.no_log")}}
	for _, l := range a.Log {
		t.Rows = append(t.Rows, []page.Cell{l.At, page.M("travel.what." + string(l.What)), l.Text, l.By})
	}
	return page.Part{Title: page.M("travel.log"), Table: t}
}

func logForm(at string, fresh db.ID) *page.Form {
	return &page.Form{Action: at + "/log", Submit: page.M("travel.log_add"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "line", Value: fresh.String(), Keep: true},
		{Kind: page.Radios, Name: "what", Label: page.M("travel.q.what"), Options: page.OptionsOf(Whats, "travel.what.")},
		{Kind: page.LongText, Name: "text", Label: page.M("travel.q.text"), Hint: page.M("travel.q.text_hint"), Rows: 2, Max: longText},
		{Kind: page.Text, Name: "log_at", Label: page.M("travel.q.log_at_utc"), Hint: page.M("travel.q.log_at_hint"), Max: 5, Width: 4, Dir: "ltr", Auto: "off", Optional: true}}}
}

// assignForm asks who and what goes along. The lists are text: one thing a line.
func assignForm(at string, e Escort) *page.Form {
	var kit, calls []string
	for _, i := range e.Kit {
		line := i.Name + ", " + strconv.Itoa(i.Count)
		if i.Expires != 0 {
			line += ", " + i.Expires.String()
		}
		kit = append(kit, line)
	}
	for _, c := range e.Calls {
		calls = append(calls, c.Who+", "+c.Number)
	}
	f := &page.Form{Action: at + "/assign", Submit: page.M("travel.assign")}
	for i := range mostWith {
		n, c := strconv.Itoa(i+1), Companion{}
		if i < len(e.With) {
			if c = e.With[i]; c.Login != "" {
				c.Name = c.Login
			}
		}
		roles := append([]page.Option{{Value: "", Label: page.M("travel.q.choose")}}, page.OptionsOf(Roles, "travel.role.")...)
		f.Fields = append(f.Fields, page.Field{Kind: page.Text, Name: "with-" + n, Label: page.M("travel.q.with_" + n), Hint: page.M("travel.q.with_hint"), Value: c.Name, Max: longLine, Dir: "auto", Auto: "off", Optional: i > 0},
			page.Field{Kind: page.Select, Name: "role-" + n, Label: page.M("travel.q.role_" + n), Options: roles, Value: string(c.Role), Optional: i > 0})
	}
	litres, hours := "", ""
	if e.Oxygen.Litres > 0 {
		litres, hours = number(e.Oxygen.Litres), number(e.Oxygen.Hours)
	}
	f.Fields = append(f.Fields,
		page.Field{Kind: page.Text, Name: "litres", Label: page.M("travel.q.litres"), Value: litres, Max: 5, Width: 4, Dir: "ltr", Auto: "off", Optional: true},
		page.Field{Kind: page.Text, Name: "oxygen_hours", Label: page.M("travel.q.oxygen_hours"), Value: hours, Max: 6, Width: 4, Dir: "ltr", Auto: "off", Optional: true},
		page.Field{Kind: page.Text, Name: "source", Label: page.M("travel.q.source"), Value: e.Oxygen.Source, Max: longLine, Dir: "auto", Auto: "off", Optional: true},
		page.Field{Kind: page.LongText, Name: "kit", Label: page.M("travel.kit"), Hint: page.M("travel.q.kit_hint"), Value: strings.Join(kit, "\n"), Rows: 5, Max: 4000, Dir: "auto", Optional: true},
		page.Field{Kind: page.LongText, Name: "calls", Label: page.M("travel.calls"), Hint: page.M("travel.q.calls_hint"), Value: strings.Join(calls, "\n"), Rows: 3, Max: 2000, Dir: "auto", Optional: true})
	return f
}

// readTyped reads an escort as it was typed.
func readTyped(r *http.Request) (in Typed, err error) {
	const op = "travel.readTyped"
	v := r.PostForm
	for i := range mostWith {
		n := strconv.Itoa(i + 1)
		if name := strings.TrimSpace(v.Get("with-" + n)); name != "" {
			in.With = append(in.With, Companion{Name: name, Role: Role(v.Get("role-" + n))})
		}
	}
	for _, q := range []struct {
		name string
		into *float64
	}{{"litres", &in.Oxygen.Litres}, {"oxygen_hours", &in.Oxygen.Hours}} {
		text := strings.ReplaceAll(strings.TrimSpace(page.Digits(v.Get(q.name))), ",", ".")
		if text == "" {
			continue
		}
		if *q.into, err = strconv.ParseFloat(text, 64); err != nil {
			return in, fault.Field(op, q.name, "travel.error.amount")
		}
	}
	in.Oxygen.Source = strings.TrimSpace(v.Get("source"))
	in.Kit, in.Calls = page.Digits(v.Get("kit")), page.Digits(v.Get("calls"))
	return in, nil
}

// actAlong does what a form of the escort's page asks, and shows the page again.
func (s *Service) actAlong(w http.ResponseWriter, r *http.Request, form func(at string) *page.Form, do func(movement, person db.ID) error) {
	id, err := page.Posted(w, r, "id")
	var person db.ID
	if err == nil {
		person, err = page.PathID(r, "person")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	at := escortPath(id, person)
	if err = do(id, person); err == nil {
		s.Pages.Redirect(w, r, at, page.M("travel.saved"))
		return
	}
	f := form(at)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showEscort(w, r, f)
}

func (s *Service) postAssign(w http.ResponseWriter, r *http.Request) {
	s.actAlong(w, r, func(at string) *page.Form { return assignForm(at, Escort{}) }, func(movement, person db.ID) error {
		in, err := readTyped(r)
		if err != nil {
			return err
		}
		return s.Assign(r.Context(), movement, person, in)
	})
}

func (s *Service) postBrief(w http.ResponseWriter, r *http.Request) {
	s.actAlong(w, r, func(at string) *page.Form { return &page.Form{Action: at + "/brief", Submit: page.M("travel.brief")} }, func(movement, person db.ID) error {
		return s.Brief(r.Context(), movement, person)
	})
}

func (s *Service) postLog(w http.ResponseWriter, r *http.Request) {
	s.actAlong(w, r, func(at string) *page.Form { return logForm(at, db.NewID()) }, func(movement, person db.ID) error {
		v := r.PostForm
		id, err := db.ParseID(v.Get("line"))
		if err != nil {
			return fault.New(fault.NotFound, "travel.postLog", "page.error.not_found")
		}
		l := Line{What: What(v.Get("what")), Text: v.Get("text")}
		if l.At, err = s.readLogTime(v.Get("log_at")); err != nil {
			return err
		}
		return s.Log(r.Context(), id, movement, person, l)
	})
}

// readLogTime reads an hour of the last day: one that has not come today was yesterday.
func (s *Service) readLogTime(text string) (time.Time, error) {
	if text = strings.TrimSpace(page.Digits(text)); text == "" {
		return time.Time{}, nil
	}
	hour, err := time.Parse("15:04", text)
	if err != nil {
		return time.Time{}, fault.Field("travel.readLogTime", "log_at", "travel.error.at")
	}
	now := s.now()
	at := time.Date(now.Year(), now.Month(), now.Day(), hour.Hour(), hour.Minute(), 0, 0, time.UTC)
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at, nil
}

// minePart is whom the reader goes along with.
func minePart(list []Going) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("travel.q.day")}, {Label: page.M("travel.q.number")}, {Label: page.M("travel.q.person"), Wide: true}}}
	for _, g := range list {
		t.Rows = append(t.Rows, []page.Cell{whenCell(g.Movement), page.Code(g.Movement.Number), page.Link{Href: escortPath(g.Movement.ID, g.Who.ID), Name: nameOf(g.Who)}})
	}
	return page.Part{Title: page.M("travel.mine"), Table: t}
}
