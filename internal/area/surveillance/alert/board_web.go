package alert

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getBoard(w http.ResponseWriter, r *http.Request) {
	b, err := s.BoardOf(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "alert.title", Back: deskLink(), Wide: true}, boardView(b, page.LocaleOf(r).Code), nil)
}

func boardView(b Board, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("alert.lead"), Actions: []page.Link{weeksLink(), watchedLink()}, Table: alertTable(b.Open, b.Units, lang),
		Form: &page.Form{Action: boardPath + "/look", Submit: page.M("alert.look")}}
	if len(b.Open) > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("alert.waiting", "count", len(b.Open))}}}
	}
	v.Parts = []page.Part{{Title: page.M("alert.standings"), Lead: page.M("alert.standings_lead"), Table: standingTable(b, lang)},
		daysPart(b, lang),
		{Title: page.M("alert.done"), Lead: page.M("alert.done_lead"), Table: alertTable(b.Done, b.Units, lang)}}
	v.Limits = []page.Msg{page.M("alert.limit.sigma", "n", strconv.FormatFloat(MinSigma, 'f', -1, 64)), page.M("alert.limit.farrington", "years", YearsForFarrington), page.M("alert.limit.missing"), page.M("alert.limit.thirty"), page.M("alert.limit.days")}
	return v
}

func alertTable(list []Alert, units map[string]surveillance.Unit, lang string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("alert.what"), Wide: true}, {Label: page.M("alert.where")}, {Label: page.M("alert.week")}, {Label: page.M("alert.level")},
		{Label: page.M("alert.rule")}, {Label: page.M("alert.observed"), Number: true}, {Label: page.M("alert.state")}}, Empty: page.Empty{Title: page.M("alert.none"), Text: page.M("alert.none_text")}}
	for _, a := range list {
		last, where := a.Last(), any(units[a.Unit].Name(lang))
		if a.Source != "" {
			where = []any{units[a.Unit].Name(lang), whoSays(a)}
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: boardPath + "/" + a.ID.String(), Text: diseaseMsg(a.Disease)}, where, page.Code(a.Week), levelTag(last.Level), ruleCell(a.Rule),
			raisedCell(last), stateCell(a)})
	}
	return t
}

func levelTag(l Level) page.Tag {
	level := page.Wait
	if l == Epidemic {
		level = page.Danger
	}
	return page.Tag{Level: level, Text: page.M("alert.level." + string(l))}
}

func ruleCell(rule string) any {
	switch rule {
	case RuleEARS, RuleFarrington:
		return page.M("alert.rule." + rule)
	}
	return page.Code(rule)
}

func countCell(n float64, atLeast bool) any {
	if atLeast {
		return page.M("alert.at_least", "n", int(n))
	}
	return int(n)
}

// raisedCell is the count of an alert with the time that it is of: the same disease has
// one number for a week and another for thirty days.
func raisedCell(r Raised) any {
	n := countCell(r.Observed, r.AtLeast)
	switch {
	case r.Span == OfWeek || r.Span == OfDay:
		return []any{n, page.M("alert.span." + string(r.Span))}
	case r.Span.Days() > 0:
		return []any{n, page.M("alert.span.days", "count", r.Span.Days())}
	}
	return n
}

func stateCell(a Alert) any {
	switch {
	case a.Open():
		return page.Tag{Level: page.Danger, Text: page.M("alert.state.open")}
	case a.Rose():
		return []any{page.Tag{Level: page.Wait, Text: page.M("alert.state.rose")}, page.M("alert.outcome." + string(a.Acks[len(a.Acks)-1].Outcome))}
	}
	return page.Tag{Level: page.Done, Text: page.M("alert.outcome." + string(a.Acks[len(a.Acks)-1].Outcome))}
}

// standingTable says of every series what the rules said last, "cannot tell" among it.
func standingTable(b Board, lang string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("alert.where"), Wide: true}, {Label: page.M("alert.what")}, {Label: page.M("alert.week")}, {Label: page.M("alert.observed"), Number: true},
		{Label: page.M("alert.thresholds")}, {Label: page.M("alert.rule.EARS")}, {Label: page.M("alert.rule.FARRINGTON")}}, Empty: page.Empty{Title: page.M("alert.no_series"), Text: page.M("alert.no_series_text"), Action: page.Link{Href: weeksPath + "/reporter", Text: page.M("alert.reporter.new")}}}
	for _, st := range b.Standings {
		ears, farrington := checkTags(st.Checks)
		t.Rows = append(t.Rows, []page.Cell{b.Units[st.Unit].Name(lang), diseaseMsg(st.Disease), page.Code(st.Week), standingCount(st), thresholdTag(st), ears, farrington})
	}
	return t
}

func standingCount(st Standing) any {
	switch {
	case st.AtLeast:
		return page.M("alert.at_least", "n", int(st.Observed))
	case !st.Known:
		return page.Tag{Level: page.Wait, Text: page.M("alert.state.not_reported")}
	}
	return int(st.Observed)
}

// thresholdTag is how a series stands to the fixed thresholds.
func thresholdTag(st Standing) any {
	rows := slices.ContainsFunc(st.Fired, func(r string) bool { return r != RuleEARS && r != RuleFarrington })
	switch {
	case st.NoPack:
		return page.Tag{Level: page.Wait, Text: page.M("alert.state.no_pack")}
	case rows:
		return page.Tag{Level: page.Danger, Text: page.M("alert.state.reached")}
	case len(st.May) > 0:
		return page.Tag{Level: page.Wait, Text: page.M("alert.state.cannot_tell")}
	}
	return page.Tag{Text: page.M("alert.state.below")}
}

// checkTags are how EARS and Farrington stand: an alarm of any method, else the least
// that could be said.
func checkTags(list []Check) (ears, farrington any) {
	one := func(which func(Check) bool) any {
		worst := Check{State: epi.InsufficientHistory.String()}
		for _, c := range list {
			if !which(c) {
				continue
			}
			worst = c
			if c.Alarm {
				break
			}
		}
		return checkTag(worst)
	}
	isFarrington := func(c Check) bool { return c.Method == "farrington-flexible" }
	return one(func(c Check) bool { return !isFarrington(c) }), one(isFarrington)
}

func checkTag(c Check) page.Tag {
	switch {
	case c.Alarm:
		return page.Tag{Level: page.Danger, Text: page.M("alert.check.alarm")}
	case c.State == epi.Stands.String():
		return page.Tag{Text: page.M("alert.check.quiet")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("alert.check." + c.State)}
}

func (s *Service) postLook(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = s.LookAgain(r.Context())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, boardPath, page.M("alert.looked"))
}

func (s *Service) getAlert(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var a Seen
	if err == nil {
		a, err = s.Open(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showAlert(w, r, a, ackForm())
}

func (s *Service) showAlert(w http.ResponseWriter, r *http.Request, a Seen, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "alert.one", Back: boardLink(), Wide: true}, alertView(a, f, page.LocaleOf(r).Code), f)
}

func ackForm() *page.Form {
	return &page.Form{Submit: page.M("alert.ack.save"), Fields: []page.Field{
		{Kind: page.Radios, Name: "outcome", Label: page.M("alert.ack.outcome"), Options: page.OptionsOf(Outcomes, "alert.outcome.")},
		{Kind: page.LongText, Name: "why", Label: page.M("alert.ack.why"), Hint: page.M("alert.ack.why_hint"), Max: 1000},
	}}
}

func (s *Service) postAlert(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := ackForm()
	f.Fill(r.PostForm)
	err = s.Acknowledge(r.Context(), id, Acknowledged{Outcome: Outcome(r.PostForm.Get("outcome")), Why: r.PostForm.Get("why")})
	if err == nil {
		s.Pages.Redirect(w, r, boardPath+"/"+id.String(), page.M("alert.ack.saved"))
		return
	}
	a, openErr := s.Open(r.Context(), id, page.LocaleOf(r).Code)
	if openErr != nil || !f.Fail(err) {
		s.Pages.Error(w, r, errors.Join(err, openErr))
		return
	}
	s.showAlert(w, r, a, f)
}

// alertView shows an alert: what, by which rule and source, against what baseline, its
// weeks, and all that was said of it.
func alertView(a Seen, f *page.Form, lang string) page.Sheet {
	last := a.Last()
	setting, people := a.Series.Setting, a.Series.Population
	if a.Daily != nil {
		setting, people = a.Daily.Setting, a.Daily.Population
	}
	v := page.Sheet{Rows: page.Summary{{Label: page.M("alert.what"), Value: diseaseMsg(a.Disease)}, {Label: page.M("alert.where"), Value: a.UnitName.Name(lang)}, {Label: page.M("alert.week"), Value: page.Code(a.Week)},
		{Label: page.M("alert.level"), Value: levelTag(last.Level)}, {Label: page.M("alert.observed"), Value: raisedCell(last)}, {Label: page.M("alert.as_of"), Value: last.AsOf.Date()},
		{Label: page.M("alert.setting"), Value: settingMsg(setting)}, {Label: page.M("alert.population"), Value: peopleCell(people)}, {Label: page.M("alert.state"), Value: stateCell(a.Alert)}}}
	if last.AtLeast {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{atLeastNote(a.Alert)}})
	}
	if a.Daily != nil {
		dayAlert(a, &v)
	} else {
		v.Parts = append(v.Parts, rulePart(a))
		d, table := curve(a.Series, a.Standing)
		v.Parts = append(v.Parts, page.Part{Title: page.M("alert.weeks_of"), Lead: page.M("alert.weeks_lead"), Drawing: d, Table: table})
	}
	v.Parts = append(v.Parts, historyPart(a))
	if len(a.Others) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("alert.others"), Table: alertTable(a.Others, map[string]surveillance.Unit{a.Unit: a.UnitName}, lang)})
	}
	if a.MayAck {
		v.Parts = append(v.Parts, page.Part{Title: page.M("alert.ack.title"), Lead: page.M("alert.ack.lead"), Form: f})
	}
	return v
}

// atLeastNote says why a number may be more.
func atLeastNote(a Alert) page.Msg {
	if a.Source != "" {
		return page.M("alert.at_least_days")
	}
	return page.M("alert.at_least_note")
}

func settingMsg(s Setting) any {
	if s == "" {
		return nil
	}
	return page.M("alert.setting." + string(s))
}

func peopleCell(n int) any {
	if n <= 0 {
		return nil
	}
	return n
}

func rulePart(a Seen) page.Part {
	p := page.Part{Title: page.M("alert.why")}
	last := a.Last()
	if len(last.Checks) > 0 {
		p.Lead = page.M("alert.method." + a.Rule)
		p.Table = checkTable(last.Checks)
		return p
	}
	rows := page.Summary{{Label: page.M("alert.rule"), Value: page.Code(a.Rule)}}
	for _, b := range a.Because {
		rows = append(rows, page.Row{Label: page.M("alert.rule.says"), Value: b.Sentence})
		for _, src := range b.Sources {
			rows = append(rows, page.Row{Label: page.M("alert.rule.source"), Value: src.Title})
		}
		if b.Note != "" {
			rows = append(rows, page.Row{Label: page.M("alert.rule.note"), Value: b.Note})
		}
		rows = append(rows, page.Row{Label: page.M("alert.rule.certainty"), Value: page.M("alert.certainty." + b.Certainty)})
		for _, c := range b.Cells {
			if c.Cell != "-" {
				rows = append(rows, page.Row{Label: page.Words(func(string) string { return c.Word }), Value: shownCount(c.Shown)})
			}
		}
	}
	p.Rows = rows
	return p
}

// shownCount says a count without an upper end in words.
func shownCount(text string) any {
	if least, ok := strings.CutSuffix(text, ".."+strconv.Itoa(mostCounted)); ok {
		return page.M("alert.at_least", "n", least)
	}
	return text
}

func checkTable(list []Check) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("alert.method"), Wide: true}, {Label: page.M("alert.observed"), Number: true}, {Label: page.M("alert.upper"), Number: true},
		{Label: page.M("alert.expected"), Number: true}, {Label: page.M("alert.sd"), Number: true}, {Label: page.M("alert.state")}}}
	for _, c := range list {
		row := []page.Cell{page.M("alert.method." + c.Method), int(c.Observed), nil, nil, nil, checkTag(c)}
		if c.State == epi.Stands.String() {
			row[2], row[3] = decimal(c.Upper), decimal(c.Expected)
			if c.SD > 0 {
				row[4] = decimal(c.SD)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// decimal shows a number to one place.
func decimal(f float64) any { return page.Code(strconv.FormatFloat(f, 'f', 1, 64)) }

// shownWeeks is how many weeks the drawing of a series has: a year.
const shownWeeks = 52

// curve draws the weeks of a series and the limit of the last one, with its table.
func curve(s Series, st Standing) (*page.Drawing, *page.Table) {
	weeks := s.Weeks[max(0, len(s.Weeks)-shownWeeks):]
	most := 1.0
	for _, w := range weeks {
		n, _, _ := w.Count()
		most = max(most, float64(n))
	}
	upper := 0.0
	for _, c := range st.Checks {
		if c.Method == "ears-c2" && c.State == epi.Stands.String() {
			upper = c.Upper
		}
	}
	most = max(most, upper)
	const left, top, height, step = 40.0, 12.0, 140.0, 12.0
	width := left + step*float64(len(weeks)) + 12
	y := func(n float64) float64 { return top + height*(1-n/most) }
	d := &page.Drawing{Title: page.M("alert.curve"), Text: page.M("alert.curve_text"), W: max(width, 160), H: top + height + 30}
	d.Marks = append(d.Marks, page.Mark{Kind: page.MarkLine, Look: page.LookAxis, At: []float64{left, top, left, top + height, width, top + height}},
		page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, top + 8}, Anchor: page.AnchorEnd, Text: int(most)}, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, top + height}, Anchor: page.AnchorEnd, Text: 0})
	t := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("alert.week")}, {Label: page.M("alert.reported"), Number: true}, {Label: page.M("alert.listed"), Number: true}}}
	for i, w := range weeks {
		week := s.Last.Add(i + 1 - len(weeks))
		x := left + step*float64(i) + 2
		n, atLeast, known := w.Count()
		switch {
		case !known:
			d.Marks = append(d.Marks, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{x + 4, top + height - 3}, Anchor: page.AnchorMiddle, Text: page.M("alert.curve.missing"), Name: page.M("alert.curve.no_report", "week", week.String())})
		case n > 0:
			look := page.LookOne
			if atLeast {
				look = page.LookTwo
			}
			d.Marks = append(d.Marks, page.Mark{Kind: page.MarkBar, Look: look, At: []float64{x, y(float64(n)), x + step - 4, top + height}, Name: page.M("alert.curve.bar", "week", week.String(), "n", n)})
		}
		if i%8 == 0 {
			d.Marks = append(d.Marks, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{x, top + height + 16}, Text: week.String()})
		}
		t.Rows = append(t.Rows, weekRow(week, w))
	}
	slices.Reverse(t.Rows)
	d.Key = []page.KeyEntry{{Kind: page.MarkBar, Look: page.LookOne, Text: page.M("alert.curve.key_reported")}, {Kind: page.MarkBar, Look: page.LookTwo, Text: page.M("alert.curve.key_listed")}}
	if upper > 0 {
		d.Marks = append(d.Marks, page.Mark{Kind: page.MarkLine, Look: page.LookDashed, At: []float64{width - 12 - 3*step, y(upper), width - 8, y(upper)}, R: 2, Name: page.M("alert.curve.key_limit")})
		d.Key = append(d.Key, page.KeyEntry{Kind: page.MarkLine, Look: page.LookDashed, Text: page.M("alert.curve.key_limit")})
	}
	return d, t
}

func weekRow(week epi.Week, w WeekCount) []page.Cell {
	var reported any = page.Tag{Level: page.Wait, Text: page.M("alert.state.not_reported")}
	if w.Reported.Known {
		reported = w.Reported.N
	}
	return []page.Cell{page.Code(week.String()), reported, w.Listed}
}

// historyPart is all that was said of an alert, the latest first.
func historyPart(a Seen) page.Part {
	p := page.Part{Title: page.M("alert.history"), Lead: page.M("alert.history_lead")}
	for _, r := range slices.Backward(a.Raised) {
		p.Timeline = append(p.Timeline, page.Event{When: r.At, What: page.M("alert.history.raised", "n", int(r.Observed)), State: levelTag(r.Level)})
	}
	for _, k := range slices.Backward(a.Acks) {
		e := page.Event{When: k.At, What: page.M("alert.outcome." + string(k.Outcome)), Detail: []any{k.Why, a.Names[k.By]}, State: page.Tag{Level: page.Done, Text: page.M("alert.state.acknowledged")}}
		if !k.Signal.IsZero() {
			e.Change = page.Link{Href: "/surveillance/signals/" + k.Signal.String(), Text: page.M("alert.history.signal")}
		}
		p.Timeline = append(p.Timeline, e)
	}
	slices.SortStableFunc(p.Timeline, func(x, y page.Event) int { return whenOf(y).Compare(whenOf(x)) })
	return p
}

// mayCount reports whether the reader may set who reports.
func (s *Service) mayCount(r *http.Request) error {
	return s.Access.Check(r.Context(), access.CountRecord, access.Resource{Kind: kindReporter})
}

func notFound(op string) error { return fault.New(fault.NotFound, op, "page.error.not_found") }
