package surveillance

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getDesk(w http.ResponseWriter, r *http.Request) {
	stage := Stage(r.URL.Query().Get("stage"))
	if stage != "" && stage.rank() < 0 && stage != Discarded {
		stage = ""
	}
	list, err := s.List(r.Context(), stage)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	names, err := s.siteNames(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := deskView(list, stage, names)
	if s.mayCount(r.Context()) == nil {
		v.Actions = append(v.Actions, countsLink(), page.Link{Href: "/surveillance/alerts", Text: page.M("surveillance.alerts")}, page.Link{Href: "/surveillance/desk", Text: page.M("surveillance.desk")})
	}
	if s.Access.Ever(r.Context(), access.WeekReport) || s.mayCount(r.Context()) == nil {
		v.Actions = append(v.Actions, page.Link{Href: "/surveillance/weeks", Text: page.M("surveillance.weeks")})
	}
	if s.Access.Ever(r.Context(), access.PrepareRead) {
		v.Actions = append(v.Actions, page.Link{Href: "/surveillance/ready", Text: page.M("surveillance.ready")})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.title", Wide: true}, v, nil)
}

func deskView(list []Listed, stage Stage, sites map[string]string) page.Sheet {
	v := page.Sheet{Lead: page.M("surveillance.lead"), Table: listTable(list, sites),
		Actions: []page.Link{{Href: "/surveillance/report", Text: page.M("surveillance.report.title")}, {Href: "/surveillance/mine", Text: page.M("surveillance.mine.title")}},
		Filter: &page.Form{Method: "get", Action: "/surveillance", Compact: true, Submit: page.M("surveillance.list.show"), Fields: []page.Field{
			{Kind: page.Select, Name: "stage", Label: page.M("surveillance.list.stage"), Value: string(stage), Options: append([]page.Option{{Value: "", Label: page.M("surveillance.list.open")}},
				page.OptionsOf(append(slices.Clone(Stages), Closed, Discarded), "surveillance.stage.")...)}}}}
	if late := overdue(list); late > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("surveillance.list.overdue", "count", late)}}}
	}
	return v
}

func overdue(list []Listed) (n int) {
	for _, l := range list {
		if l.Pace == Overdue {
			n++
		}
	}
	return n
}

func listTable(list []Listed, sites map[string]string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("surveillance.list.what"), Wide: true}, {Label: page.M("surveillance.list.place")}, {Label: page.M("surveillance.list.stage")},
		{Label: page.M("surveillance.list.due")}, {Label: page.M("surveillance.list.owner")}, {Label: page.M("surveillance.list.cases"), Number: true},
		{Label: page.M("surveillance.list.deaths"), Number: true}, {Label: page.M("surveillance.list.source")}},
		Empty: page.Empty{Title: page.M("surveillance.list.none"), Text: page.M("surveillance.list.none_text")}}
	for _, l := range list {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(l.ID), Text: whatOf(l.Signal)}, whereOf(l.Signal, sites), stageTag(l.Stage), dueCell(l), ownerCell(l.Owner),
			countText(l.CasesNow), countText(l.DeathsNow), page.M("surveillance.source." + string(l.Source))})
	}
	return t
}

func path(id db.ID) string { return "/surveillance/signals/" + id.String() }

// whatOf names a signal: the disease, else the sign in everyday words.
func whatOf(s Signal) page.Msg {
	if s.Disease != "" {
		return page.M("surveillance.disease." + s.Disease)
	}
	return page.M("surveillance.lay." + s.Sign)
}

func whereOf(s Signal, sites map[string]string) any {
	var out []any
	if s.Place != "" {
		out = append(out, s.Place)
	}
	if s.Country != "" {
		out = append(out, page.Country(s.Country))
	}
	if s.Site != "" {
		out = append(out, cmp.Or(sites[s.Site], s.Site))
	}
	return out
}

// siteNames are the names of the sites in the reader's language, by code.
func (s *Service) siteNames(r *http.Request) (map[string]string, error) {
	if s.Sites == nil {
		return nil, nil
	}
	out := map[string]string{}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		all, err := s.Sites.All(tx)
		for _, x := range all {
			out[x.Code] = x.Name(page.LocaleOf(r).Code)
		}
		return err
	})
	return out, err
}

func stageTag(s Stage) page.Tag {
	level := page.Info
	switch s {
	case Triage:
		level = page.Wait
	case Closed:
		level = page.Done
	case Discarded:
		level = page.Quiet
	}
	return page.Tag{Level: level, Text: page.M("surveillance.stage." + string(s))}
}

func levelTag(l Level) page.Tag {
	if l == "" {
		return page.Tag{Level: page.Quiet, Text: page.M("surveillance.level.none")}
	}
	level := map[Level]page.Level{Low: page.Done, Moderate: page.Wait, High: page.Danger, VeryHigh: page.Danger}[l]
	return page.Tag{Level: level, Text: page.M("surveillance.level." + string(l))}
}

func dueCell(l Listed) any {
	switch l.Pace {
	case Overdue:
		return []any{page.Tag{Level: page.Danger, Text: page.M("surveillance.pace.overdue")}, l.Due}
	case Soon:
		return []any{page.Tag{Level: page.Wait, Text: page.M("surveillance.pace.soon")}, l.Due}
	case InTime:
		return []any{page.Tag{Level: page.Info, Text: page.M("surveillance.pace.in_time")}, l.Due}
	}
	return page.Tag{Text: page.M("surveillance.pace.stopped")}
}

func ownerCell(name string) any {
	if name == "" {
		return page.M("surveillance.list.nobody")
	}
	return name
}

func (s *Service) getSignal(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o, err := s.Open(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if o.Sites, err = s.siteNames(r); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := s.signalView(o, nil)
	v.Actions = append(v.Actions, page.Link{Href: "/surveillance/annex2/" + id.String(), Text: page.M("surveillance.annex2")})
	v.Actions = append(v.Actions, s.origin(r.Context(), o.About)...)
	if s.Access.Ever(r.Context(), access.LineListWrite) {
		v.Actions = append(v.Actions, page.Link{Href: "/linelist/new?signal=" + id.String(), Text: page.M("surveillance.signal.make_case")})
	}
	if o.Disease != "" && s.Access.Ever(r.Context(), access.OutbreakDeclare) {
		v.Actions = append(v.Actions, page.Link{Href: "/outbreaks/new?signal=" + id.String(), Text: page.M("surveillance.signal.declare")})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.signal.title", Back: deskLink()}, v, nil)
}

// signalView shows a signal, with the form of the step that waits as it failed.
func (s *Service) signalView(o Opened, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: reportRows(o)}
	if o.MayWork {
		v.Parts = append(v.Parts, s.workParts(o, failed)...)
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("surveillance.seven.title"), Lead: page.M("surveillance.seven.lead"), Rows: sevenRows(o.Seven)})
	if len(o.Like) > 0 {
		t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("surveillance.list.what"), Wide: true}, {Label: page.M("surveillance.list.place")}, {Label: page.M("surveillance.mine.reported")}, {Label: page.M("surveillance.list.stage")}}}
		for _, l := range o.Like {
			t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(l.ID), Text: whatOf(l)}, whereOf(l, o.Sites), l.Reported, stageTag(l.Stage)})
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("surveillance.signal.like"), Lead: page.M("surveillance.signal.like_lead"), Table: t})
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("surveillance.signal.history"), Timeline: history(o)})
	return v
}

func reportRows(o Opened) page.Summary {
	rows := page.Summary{
		{Label: page.M("surveillance.list.what"), Value: whatOf(o.Signal)},
		{Label: page.M("surveillance.list.stage"), Value: []any{stageTag(o.Stage), dueCell(o.Listed)}},
		{Label: page.M("surveillance.list.owner"), Value: ownerCell(o.Owner)},
	}
	if o.Level != "" {
		rows = append(rows, page.Row{Label: page.M("surveillance.level.title"), Value: levelTag(o.Level)})
	}
	if o.Sign != "" && o.Disease != "" {
		rows = append(rows, page.Row{Label: page.M("surveillance.report.sign"), Value: page.M("surveillance.lay." + o.Sign)})
	}
	rows = append(rows, page.Summary{
		{Label: page.M("surveillance.report.source"), Value: page.M("surveillance.source." + string(o.Source))},
		{Label: page.M("surveillance.list.place"), Value: whereOf(o.Signal, o.Sites)},
		{Label: page.M("surveillance.report.start"), Value: o.Start},
		{Label: page.M("surveillance.report.detected"), Value: o.Detected},
		{Label: page.M("surveillance.mine.reported"), Value: []any{o.Reported, ownerCell(o.Reporter)}},
		{Label: page.M("surveillance.report.cases"), Value: countText(o.CasesNow)},
		{Label: page.M("surveillance.report.deaths"), Value: countText(o.DeathsNow)},
		{Label: page.M("surveillance.report.words"), Value: o.Words},
	}...)
	if o.PersonKnown {
		rows = append(rows, page.Row{Label: page.M("surveillance.signal.person"), Value: page.Link{Href: "/people/" + o.Person.String(), Text: page.M("surveillance.signal.open_person")}})
	}
	return rows
}

func sevenRows(s Seven) page.Summary {
	row := func(label string, i Interval) page.Row {
		return page.Row{Label: page.M("surveillance.seven." + label), Value: intervalCell(i)}
	}
	return page.Summary{row("detect", s.Detect), row("notify", s.Notify), row("respond", s.Respond)}
}

func intervalCell(i Interval) any {
	if !i.Known {
		return nil
	}
	days := page.M("surveillance.seven.days", "count", i.Least)
	if i.Most != i.Least {
		days = page.M("surveillance.seven.between", "least", i.Least, "most", i.Most)
	}
	state := page.Tag{Level: page.Wait, Text: page.M("surveillance.seven.undecided")}
	switch {
	case i.Met == value.Yes:
		state = page.Tag{Level: page.Done, Text: page.M("surveillance.seven.met")}
	case i.Met == value.No:
		state = page.Tag{Level: page.Danger, Text: page.M("surveillance.seven.missed")}
	case i.Running:
		state = page.Tag{Level: page.Info, Text: page.M("surveillance.seven.running")}
	}
	return []any{days, state}
}

// history tells a signal's steps, the latest first.
func history(o Opened) page.Timeline {
	var out page.Timeline
	for _, st := range slices.Backward(o.Steps) {
		ev := page.Event{When: st.At, What: stepText(st), Detail: []any{ownerCell(o.Names[st.By])}}
		if st.Why != "" {
			ev.Detail = append(ev.Detail.([]any), st.Why)
		}
		if !st.Duplicate.IsZero() {
			ev.Detail = append(ev.Detail.([]any), page.Link{Href: path(st.Duplicate), Text: page.M("surveillance.signal.same_as")})
		}
		if st.Act == ActAssess {
			ev.State = levelTag(st.Level)
		}
		if slices.ContainsFunc(o.Late, func(l Step) bool { return l.At.Equal(st.At) && l.By == st.By && l.Act == st.Act }) {
			ev.State = page.Tag{Level: page.Wait, Text: page.M("surveillance.step.late")}
		}
		out = append(out, ev)
	}
	return append(out, page.Event{When: o.Reported, What: page.M("surveillance.step.reported"), Detail: []any{ownerCell(o.Reporter), page.M("surveillance.source." + string(o.Source))}})
}

func stepText(st Step) page.Msg {
	switch st.Act {
	case ActTriage, ActVerify:
		return page.M("surveillance.step." + string(st.Act) + "_" + string(st.Outcome))
	case ActAssess:
		return page.M("surveillance.step.assess", "likelihood", page.M("surveillance.likelihood."+strconv.Itoa(st.Likelihood)), "consequence", page.M("surveillance.consequence."+strconv.Itoa(st.Consequence)))
	case ActRespond:
		if st.Needless {
			return page.M("surveillance.step.needless", "action", page.M("surveillance.action."+st.Action))
		}
		return page.M("surveillance.step.respond", "action", page.M("surveillance.action."+st.Action), "day", st.On.Date())
	case ActNotify:
		return page.M("surveillance.step.notify", "day", st.On.Date())
	case ActCount:
		return page.M("surveillance.step.count", "cases", countMsg(st.Cases), "deaths", countMsg(st.Deaths))
	}
	return page.M("surveillance.step." + string(st.Act))
}

func countMsg(c Count) any {
	if !c.Known {
		return page.M("surveillance.step.no_count")
	}
	return c.N
}

// mainAct is the act that a stage waits for, and otherActs are what can be done
// besides; each of those has a page of its own.
func mainAct(st Standing) Act {
	switch st.Stage {
	case Triage:
		return ActTriage
	case Verify:
		return ActVerify
	case Assess:
		return ActAssess
	}
	return ""
}

var otherActs = []Act{ActNotify, ActAssess, ActCount, ActClose, ActReopen}

// workParts is what can be done where the signal stands: the form of the step that
// waits, the early response actions, and the way to everything else.
func (s *Service) workParts(o Opened, failed *page.Form) []page.Part {
	var parts []page.Part
	main := mainAct(o.Standing)
	if o.Standing.Owner.IsZero() && o.Stage.Open() {
		parts = append(parts, page.Part{Title: page.M("surveillance.do.take"), Form: &page.Form{Action: actPath(o.ID, ActTake), Submit: page.M("surveillance.do.take_it"), Compact: true}})
	}
	if main != "" {
		f := failed
		if f == nil {
			f = s.formOf(main, o)
		}
		parts = append(parts, page.Part{Title: page.M("surveillance.do." + string(main)), Form: f})
	}
	if o.Stage == Respond {
		parts = append(parts, page.Part{Title: page.M("surveillance.do.respond"), Lead: page.M("surveillance.do.respond_lead"), Table: actionTable(o)})
	}
	var others page.Summary
	for _, act := range otherActs {
		if act != main && MayDo(o.Standing, act) {
			others = append(others, page.Row{Label: page.M("surveillance.do." + string(act)), Value: actState(o, act), Change: page.Link{Href: actPath(o.ID, act), Text: page.M("surveillance.do.record")}})
		}
	}
	if len(others) > 0 {
		parts = append(parts, page.Part{Title: page.M("surveillance.do.others"), Rows: others})
	}
	return parts
}

// actState says how what can be done again stands.
func actState(o Opened, act Act) any {
	switch act {
	case ActNotify:
		if o.Notified != 0 {
			return o.Notified
		}
		return page.M("surveillance.do.not_yet")
	case ActAssess:
		return levelTag(o.Level)
	case ActCount:
		return []any{countLine("surveillance.list.cases", o.CasesNow), countLine("surveillance.list.deaths", o.DeathsNow)}
	}
	return page.M("surveillance.do.not_yet")
}

func countLine(key string, c Count) page.Msg {
	return page.M("surveillance.do.count_line", "label", page.M(key), "count", countMsg(c))
}

func actionTable(o Opened) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("surveillance.do.action"), Wide: true}, {Label: page.M("surveillance.list.stage")}, {Label: page.M("surveillance.do.record"), Hide: true}}}
	for _, a := range Actions {
		var state any = page.Tag{Level: page.Wait, Text: page.M("surveillance.do.not_yet")}
		switch st, ok := ActionOf(o.Signal, a); {
		case ok && st.Needless:
			state = page.Tag{Text: page.M("surveillance.do.needless_tag")}
		case ok:
			state = []any{page.Tag{Level: page.Done, Text: page.M("surveillance.do.done")}, st.On}
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("surveillance.action." + a), state, page.Link{Href: actPath(o.ID, ActRespond) + "?action=" + a, Text: page.M("surveillance.do.record")}})
	}
	return t
}

func actPath(id db.ID, act Act) string { return path(id) + "/" + string(act) }

// formOf is the form of one act.
func (s *Service) formOf(act Act, o Opened) *page.Form {
	why := func(optional bool) page.Field {
		return page.Field{Kind: page.LongText, Name: "why", Label: page.M("surveillance.do.why"), Hint: page.M("surveillance.report.words_hint"), Max: longWhy, Optional: optional, Rows: 2}
	}
	number := func(name string) page.Field {
		return page.Field{Kind: page.Text, Name: name, Label: page.M("surveillance.report." + name), Width: 4, Max: 7, Dir: "ltr", Auto: "off", Optional: true}
	}
	f := &page.Form{Action: actPath(o.ID, act), Submit: page.M("surveillance.do.save")}
	switch act {
	case ActTriage, ActVerify:
		outcomes := []Outcome{GoOn, Discard}
		if act == ActVerify {
			outcomes = append(outcomes, NoAnswer)
		}
		words := "surveillance.triage."
		if act == ActVerify {
			words = "surveillance.verify."
		}
		f.Fields = []page.Field{{Kind: page.Radios, Name: "outcome", Label: page.M("surveillance.do." + string(act) + "_question"), Options: page.OptionsOf(outcomes, words)}}
		if len(o.Like) > 0 && act == ActTriage {
			same := page.Field{Kind: page.Select, Name: "duplicate", Label: page.M("surveillance.do.duplicate"), Optional: true, Options: []page.Option{{Value: "", Label: page.M("surveillance.do.no_duplicate")}}}
			for _, l := range o.Like {
				same.Options = append(same.Options, page.Option{Value: l.ID.String(), Label: page.M("surveillance.do.duplicate_of", "what", whatOf(l), "place", l.Place, "when", l.Reported)})
			}
			f.Fields = append(f.Fields, same)
		}
		f.Fields = append(f.Fields, why(true))
	case ActAssess:
		f.Fields = []page.Field{{Kind: page.Radios, Name: "likelihood", Label: page.M("surveillance.likelihood.title"), Options: scale("surveillance.likelihood.")},
			{Kind: page.Radios, Name: "consequence", Label: page.M("surveillance.consequence.title"), Options: scale("surveillance.consequence.")}, why(false)}
	case ActRespond:
		f.Fields = []page.Field{{Kind: page.Select, Name: "action", Label: page.M("surveillance.do.action"), Options: page.OptionsOf(Actions, "surveillance.action.")},
			{Kind: page.Date, Name: "on", Label: page.M("surveillance.do.on"), Optional: true},
			{Kind: page.Checks, Name: "needless", Label: page.M("surveillance.do.or"), Optional: true, Options: []page.Option{{Value: "yes", Label: page.M("surveillance.do.needless")}}}, why(true)}
	case ActNotify:
		f.Fields = []page.Field{{Kind: page.Date, Name: "on", Label: page.M("surveillance.do.notified_on")}, why(true)}
	case ActCount:
		f.Fields = []page.Field{number("cases"), number("deaths"), why(true)}
	case ActClose, ActReopen:
		f.Fields = []page.Field{why(false)}
	}
	return f
}

func scale(prefix string) []page.Option {
	var out []page.Option
	for i := 1; i <= Scale; i++ {
		out = append(out, page.Option{Value: strconv.Itoa(i), Label: page.M(prefix + strconv.Itoa(i))})
	}
	return out
}

// readers read what each act needs beside the reason.
var readers = map[Act]func(s *Service, r *http.Request, st *Step) error{
	ActTake:   readNothing,
	ActClose:  readNothing,
	ActReopen: readNothing,
	ActTriage: func(_ *Service, r *http.Request, st *Step) error {
		st.Outcome = Outcome(r.PostForm.Get("outcome"))
		if text := r.PostForm.Get("duplicate"); text != "" && st.Outcome == Discard {
			id, err := db.ParseID(text)
			if err != nil {
				return fault.Field("surveillance.triage", "duplicate", "surveillance.error.choose")
			}
			st.Duplicate = id
		}
		return nil
	},
	ActVerify: func(_ *Service, r *http.Request, st *Step) error {
		st.Outcome = Outcome(r.PostForm.Get("outcome"))
		return nil
	},
	ActAssess: func(_ *Service, r *http.Request, st *Step) error {
		st.Likelihood, _ = strconv.Atoi(r.PostForm.Get("likelihood")) // what is no number is not on the scale
		st.Consequence, _ = strconv.Atoi(r.PostForm.Get("consequence"))
		return nil
	},
	ActRespond: func(s *Service, r *http.Request, st *Step) (err error) {
		st.Action, st.Needless = r.PostForm.Get("action"), r.PostForm.Get("needless") != ""
		st.On, err = s.readDay(r)
		return err
	},
	ActNotify: func(s *Service, r *http.Request, st *Step) (err error) {
		st.On, err = s.readDay(r)
		return err
	},
	ActCount: func(_ *Service, r *http.Request, st *Step) (err error) {
		if st.Cases, err = readCount(r, "cases"); err == nil {
			st.Deaths, err = readCount(r, "deaths")
		}
		return err
	},
}

func readNothing(*Service, *http.Request, *Step) error { return nil }

// getAct is the page of one act that a signal's own page has no room for.
func (s *Service) getAct(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	act := Act(r.PathValue("act"))
	if err == nil && (readers[act] == nil || act == ActTake) {
		err = fault.New(fault.NotFound, "surveillance.getAct", "page.error.not_found")
	}
	var o Opened
	if err == nil {
		o, err = s.Open(r.Context(), id)
	}
	if err == nil && !o.MayWork {
		err = fault.New(fault.Forbidden, "surveillance.getAct", "door.forbidden")
	}
	if err == nil && !MayDo(o.Standing, act) {
		err = fault.New(fault.Conflict, "surveillance.getAct", "surveillance.error.moved_on")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.formOf(act, o)
	if q := f.Find("action"); q != nil {
		q.Value = r.URL.Query().Get("action")
	}
	s.showAct(w, r, o, act, f)
}

func (s *Service) showAct(w http.ResponseWriter, r *http.Request, o Opened, act Act, f *page.Form) {
	back := page.Link{Href: path(o.ID), Text: page.M("surveillance.signal.title")}
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.do." + string(act), Back: back}, page.Sheet{Rows: reportRows(o)[:2], Form: f}, f)
}

// postAct adds a step, and asks again where something is wrong with it.
func (s *Service) postAct(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	act := Act(r.PathValue("act"))
	read := readers[act]
	if err == nil && read == nil {
		err = fault.New(fault.NotFound, "surveillance.postAct", "page.error.not_found")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	step := Step{Act: act, Why: r.PostForm.Get("why")}
	if err = read(s, r, &step); err == nil {
		err = s.Do(r.Context(), id, step)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("surveillance.do.saved"))
		return
	}
	o, openErr := s.Open(r.Context(), id)
	if openErr == nil {
		o.Sites, openErr = s.siteNames(r)
	}
	if openErr != nil {
		s.Pages.Error(w, r, openErr)
		return
	}
	f := s.formOf(act, o)
	f.Fill(r.PostForm)
	switch {
	case !f.Fail(err):
		s.Pages.Error(w, r, err)
	case act == mainAct(o.Standing):
		s.Pages.Sheet(w, r, page.Page{Title: "surveillance.signal.title", Back: deskLink()}, s.signalView(o, f), f)
	default:
		s.showAct(w, r, o, act, f)
	}
}

// readDay reads the box "on"; a date that is not a whole day is asked again.
func (s *Service) readDay(r *http.Request) (calendar.Day, error) {
	d, err := page.ReadDate(r.PostForm, "on", s.today())
	if err != nil || d.IsZero() {
		return 0, err
	}
	day, ok := d.Exact()
	if !ok {
		return 0, fault.Field("surveillance.readDay", "on", "surveillance.error.day")
	}
	return day, nil
}
