package mobility

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const watchPath = homePath + "/watch"

func watchLink() page.Link { return page.Link{Href: watchPath, Text: page.M("mobility.watch.title")} }

func (s *Service) getWatchpoints(w http.ResponseWriter, r *http.Request) {
	list, err := s.Watchpoints(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	reads, edits := s.Access.Ever(r.Context(), access.StatisticsRead), s.Access.Ever(r.Context(), access.FlowRecord)
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.watch.title", Wide: true}, watchpointsView(list, reads, edits, page.LocaleOf(r).Code), nil)
}

func watchpointsView(list []WatchState, reads, edits bool, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.map.point"), Wide: true}, {Label: page.M("mobility.watch.today"), Number: true}, {Label: page.M("mobility.watch.hours_today"), Number: true}, {Label: page.M("mobility.watch.do"), Hide: true}},
		Empty: page.Empty{Title: page.M("mobility.watch.none"), Text: page.M("mobility.watch.none_text")}}
	for _, p := range list {
		name := any(p.Gazetteer.Name(lang))
		if reads {
			name = page.Link{Href: watchPath + "/" + p.Point, Name: p.Gazetteer.Name(lang)}
		}
		var do []any
		if p.May {
			do = append(do, page.Link{Href: watchPath + "/" + p.Point + "/count", Text: page.M("mobility.watch.count")}, page.Link{Href: watchPath + "/" + p.Point + "/ask", Text: page.M("mobility.ask.title")})
		}
		if edits {
			do = append(do, page.Link{Href: watchPath + "/" + p.Point + "/edit", Text: page.M("mobility.watch.edit")})
		}
		if p.Shut {
			do = append(do, page.Tag{Text: page.M("mobility.watch.shut")})
		}
		if do == nil {
			do = []any{page.M("mobility.map.none")}
		}
		t.Rows = append(t.Rows, []page.Cell{name, p.People, p.Watched, do})
	}
	v := page.Sheet{Lead: page.M("mobility.watch.lead"), Table: t}
	if edits {
		v.Actions = []page.Link{{Href: watchPath + "/new", Text: page.M("mobility.watch.add")}}
		v.Form = &page.Form{Action: homePath + "/monitored", Submit: page.M("mobility.watch.make"), Fields: []page.Field{{Kind: page.Note, Name: "note", Label: page.M("mobility.watch.make_note")}}}
		if len(list) == 0 {
			v.Form = nil
		}
	}
	return v
}

func (s *Service) postMatrix(w http.ResponseWriter, r *http.Request) {
	lang := page.LocaleOf(r).Code
	_, err := s.MakeMatrix(r.Context(), 0, func(key string, args ...any) string { return s.Pages.Text(lang, page.M(key, args...)) })
	switch {
	case fault.KeyOf(err) == "mobility.error.no_estimate":
		s.Pages.Redirect(w, r, watchPath, page.M("mobility.error.no_estimate"))
	case err != nil:
		s.Pages.Error(w, r, err)
	default:
		s.Pages.Redirect(w, r, homePath+"/matrices/"+monitored, page.M("mobility.watch.made"))
	}
}

func (s *Service) getFlows(w http.ResponseWriter, r *http.Request) {
	f, err := s.FlowsAt(r.Context(), r.PathValue("code"), wholeOf(r, "days"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.watch.flows", Back: watchLink(), Wide: true}, flowsView(f, page.LocaleOf(r).Code), nil)
}

// endName says an end of a journey.
func (p WatchState) endName(code, lang string) any {
	switch code {
	case Elsewhere, NotTold:
		return page.M("mobility.end." + code)
	}
	return p.Names[code].Name(lang)
}

func flowsView(f PointFlows, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("mobility.watch.flows_lead", "point", f.Gazetteer.Name(lang), "from", f.First, "to", f.Last)}
	days := page.Field{Kind: page.Select, Name: "days", Label: page.M("mobility.watch.days"), Value: strconv.Itoa(int(f.Last-f.First) + 1)}
	for _, n := range []int{7, 14, 30, 60, 90} {
		days.Options = append(days.Options, page.Option{Value: strconv.Itoa(n), Text: strconv.Itoa(n)})
	}
	v.Filter = &page.Form{Method: "get", Action: watchPath + "/" + f.Point, Compact: true, Submit: page.M("mobility.next.show"), Fields: []page.Field{days}}
	v.Rows = page.Summary{{Label: page.M("mobility.watch.covered"), Value: coveredMsg(f)}, {Label: page.M("mobility.watch.span"), Value: page.M("mobility.watch.span_of", "from", f.From, "to", f.To)}}
	if f.Excludes != "" {
		v.Rows = append(v.Rows, page.Row{Label: page.M("mobility.watch.excludes"), Value: f.Excludes})
	}
	v.Rows = append(v.Rows, page.Row{Label: page.M("mobility.watch.all"), Value: passingMsg(f.All)})
	v.Parts = []page.Part{{Title: page.M("mobility.watch.chart"), Drawing: daysDrawing(f)}, waysPart(f, lang), countsPart(f, "mobility.watch.who", f.Who, "group", "vulnerable"), countsPart(f, "mobility.watch.how", f.Who, "mode", "reason")}
	if len(f.Asked) > 0 {
		v.Parts = append(v.Parts, askedPart(f))
	}
	v.Limits = []page.Msg{page.M("mobility.limits.watched"), page.M("mobility.limits.not_all"), page.M("mobility.limits.twice")}
	if f.Excludes != "" {
		v.Limits = append(v.Limits, page.M("mobility.limits.excludes", "who", f.Excludes))
	}
	return v
}

func coveredMsg(f PointFlows) page.Msg {
	return page.M("mobility.watch.covered_of", "hours", int(f.All.Hours), "all", f.Hours()*len(f.Days), "days", f.All.Days, "of", len(f.Days))
}

// daysDrawing is the people counted on each day, with the hours watched beside: a day that
// nobody watched has a sign of its own and is no zero.
func daysDrawing(f PointFlows) *page.Drawing {
	const height, edge = 120.0, 28.0
	width := max(320, float64(len(f.Days))*14+2*edge)
	most := int64(1)
	people := make([]int64, len(f.Days))
	for i, d := range f.Days {
		for _, n := range d.Ends {
			people[i] += n
		}
		most = max(most, people[i])
	}
	d := &page.Drawing{Text: page.M("mobility.watch.drawing", "most", most), W: width, H: height + 2*edge, Key: []page.KeyEntry{{Kind: page.MarkBar, Look: page.LookOne, Text: page.M("mobility.watch.counted")}, {Kind: page.MarkDiamond, Look: page.LookAxis, Text: page.M("mobility.watch.unwatched")}}}
	step := (width - 2*edge) / float64(len(f.Days))
	d.Marks = append(d.Marks, page.Mark{Kind: page.MarkLine, Look: page.LookAxis, At: []float64{edge, edge + height, width - edge, edge + height}})
	for i, day := range f.Days {
		x := edge + step*float64(i)
		if day.Hours == 0 && people[i] == 0 {
			d.Marks = append(d.Marks, page.Mark{Kind: page.MarkDiamond, Look: page.LookAxis, At: []float64{x + step/2, edge + height - 5}, R: 3, Name: day.Day})
			continue
		}
		top := edge + height - float64(people[i])/float64(most)*height
		d.Marks = append(d.Marks, page.Mark{Kind: page.MarkBar, Look: page.LookOne, At: []float64{x + 1, min(top, edge+height-1), x + step - 1, edge + height}, Name: page.M("mobility.watch.bar", "day", day.Day, "n", people[i], "hours", day.Hours)})
	}
	d.Marks = append(d.Marks, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{edge, edge + height + 16}, Text: f.First}, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{width - edge, edge + height + 16}, Text: f.Last, Anchor: page.AnchorEnd})
	return d
}

func waysPart(f PointFlows, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.watch.way"), Wide: true}, {Label: page.M("mobility.forecast.from")}, {Label: page.M("mobility.forecast.to")}, {Label: page.M("mobility.watch.counted"), Number: true}, {Label: page.M("mobility.watch.estimated")}},
		Empty: page.Empty{Title: page.M("mobility.watch.nobody"), Text: page.M("mobility.watch.nobody_text")}}
	for _, x := range f.Ways {
		t.Rows = append(t.Rows, []page.Cell{page.M("mobility.way." + x.Way), f.endName(x.From, lang), f.endName(x.To, lang), countedCell(x.countedOf(f), f.Small), passingMsg(x.Estimate)})
	}
	return page.Part{Title: page.M("mobility.watch.ways"), Lead: page.M("mobility.watch.ways_lead"), Table: t}
}

// countedOf is how many were counted on a way, watched hour or not.
func (p Passed) countedOf(f PointFlows) (n int64) {
	for _, d := range f.Days {
		n += d.Ends[p.Ends]
	}
	return n
}

// countedCell shows a count, and a small one as such.
func countedCell(n, small int64) any {
	if n > 0 && n < small {
		return page.M("mobility.watch.fewer", "n", small)
	}
	return n
}

// countsPart is who passed, or how, by the codes of two lists.
func countsPart(f PointFlows, title string, counts map[string]int64, lists ...string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.fate.what"), Wide: true}, {Label: page.M("mobility.watch.counted"), Number: true}}, Empty: page.Empty{Title: page.M("mobility.watch.nobody")}}
	t.Columns[0].Label = page.M(title)
	for _, list := range lists {
		for _, code := range map[string][]string{"group": Groups, "vulnerable": Vulnerable, "mode": Modes, "reason": Reasons}[list] {
			if n := counts[list+":"+code]; n > 0 {
				t.Rows = append(t.Rows, []page.Cell{page.M("mobility." + list + "." + code), countedCell(n, f.Small)})
			}
		}
	}
	return page.Part{Title: page.M(title), Table: t}
}

// askedPart is what travellers told who agreed to be asked; small numbers are not told.
func askedPart(f PointFlows) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.ask.answer"), Wide: true}, {Label: page.M("mobility.ask.people"), Number: true}}}
	for _, q := range []struct {
		name, prefix string
		list         []string
	}{{"reason", "mobility.reason.", Reasons}, {"stay", "mobility.stay.", Stays}, {"need", "mobility.need.", Needs}, {"intention", "mobility.intention.", Intentions}} {
		for _, code := range q.list {
			if n := f.Asked[q.name+":"+code]; n > 0 {
				t.Rows = append(t.Rows, []page.Cell{[]any{page.M("mobility.ask." + q.name), page.M(q.prefix + code)}, countedCell(n, f.Small)})
			}
		}
	}
	return page.Part{Title: page.M("mobility.ask.told"), Lead: page.M("mobility.ask.told_lead", "agreed", f.Asked["agreed"], "declined", f.Asked["declined"]), Table: t}
}

// getGroup is the page of a phone: who passed, and which hours were watched.
func (s *Service) getGroup(w http.ResponseWriter, r *http.Request) {
	st, err := s.Watchpoint(r.Context(), r.PathValue("code"))
	if err == nil && !st.May {
		err = fault.New(fault.Forbidden, "mobility.getGroup", "")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := groupForm(st, page.LocaleOf(r).Code)
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.watch.count", Back: watchLink()}, groupView(st, f, page.LocaleOf(r).Code), nil)
}

func groupView(st WatchState, f *page.Form, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("mobility.watch.at", "point", st.Gazetteer.Name(lang)), Rows: page.Summary{{Label: page.M("mobility.watch.today"), Value: st.People}, {Label: page.M("mobility.watch.hours_today"), Value: st.Watched}}, Form: f}
	if st.Excludes != "" {
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mobility.watch.not_these", "who", st.Excludes)}}}
	}
	v.Parts = []page.Part{{Title: page.M("mobility.watch.hours_title"), Lead: page.M("mobility.watch.hours_lead"), Form: hoursForm(st)}}
	return v
}

func (p WatchState) endOptions(lang string) (out []page.Option) {
	for _, code := range p.Places {
		out = append(out, page.Option{Value: code, Text: p.Names[code].Name(lang)})
	}
	return append(out, page.Option{Value: Elsewhere, Label: page.M("mobility.end.elsewhere")}, page.Option{Value: NotTold, Label: page.M("mobility.end.not_told")})
}

func hourOptions(from, to int) (out []page.Option) {
	for h := from; h <= to; h++ {
		out = append(out, page.Option{Value: strconv.Itoa(h), Text: strconv.Itoa(h) + ":00"})
	}
	return out
}

func groupForm(p WatchState, lang string) *page.Form {
	f := &page.Form{Action: watchPath + "/" + p.Point + "/count", Submit: page.M("mobility.watch.count_it"), Cancel: watchLink(), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: db.NewID().String()},
		{Kind: page.Number, Name: "people", Label: page.M("mobility.group.people"), Hint: page.M("mobility.group.people_hint"), Width: 4},
		{Kind: page.Radios, Name: "way", Label: page.M("mobility.watch.way"), Options: page.OptionsOf(Ways, "mobility.way.")},
		{Kind: page.Select, Name: "from", Label: page.M("mobility.forecast.from"), Options: p.endOptions(lang)},
		{Kind: page.Select, Name: "to", Label: page.M("mobility.forecast.to"), Options: p.endOptions(lang)},
		{Kind: page.Select, Name: "mode", Label: page.M("mobility.watch.mode"), Options: page.OptionsOf(Modes, "mobility.mode.")},
		{Kind: page.Select, Name: "hour", Label: page.M("mobility.watch.hour"), Options: hourOptions(0, p.Hour), Value: strconv.Itoa(p.Hour)},
		{Kind: page.Heading, Name: "more", Label: page.M("mobility.watch.if_known"), Hint: page.M("mobility.watch.if_known_hint")},
		{Kind: page.Select, Name: "reason", Label: page.M("mobility.watch.reason"), Options: page.OptionsOf(Reasons, "mobility.reason."), Optional: true}}}
	for _, code := range Groups {
		f.Fields = append(f.Fields, page.Field{Kind: page.Number, Name: "group_" + code, Label: page.M("mobility.group." + code), Width: 4, Optional: true})
	}
	for _, code := range Vulnerable {
		f.Fields = append(f.Fields, page.Field{Kind: page.Number, Name: "vulnerable_" + code, Label: page.M("mobility.vulnerable." + code), Width: 4, Optional: true})
	}
	return f
}

func hoursForm(p WatchState) *page.Form {
	return &page.Form{ID: "hours", Action: watchPath + "/" + p.Point + "/hours", Submit: page.M("mobility.watch.hours_save"), Fields: []page.Field{
		{Kind: page.Radios, Name: "day", Label: page.M("mobility.watch.day"), Inline: true, Options: []page.Option{{Value: p.Today.String(), Label: page.M("mobility.watch.this_day")}, {Value: (p.Today - 1).String(), Label: page.M("mobility.watch.day_before")}}},
		{Kind: page.Select, Name: "from_hour", Label: page.M("mobility.watch.from_hour"), Options: hourOptions(0, 23)},
		{Kind: page.Select, Name: "to_hour", Label: page.M("mobility.watch.to_hour"), Options: hourOptions(1, 24)}}}
}

// readGroup reads the form of a group; what is wrong is noted on it.
func readGroup(typed url.Values, p WatchState, f *page.Form) (g Group, ok bool) {
	number := func(name string) int {
		n, there, err := page.ReadNumber(typed, name)
		switch {
		case err != nil:
			f.Fail(err)
		case n != float64(int(n)):
			f.Note(name, page.M("mobility.error.whole"))
		case there:
			return int(n)
		}
		return -1
	}
	g = Group{Point: p.Point, Day: p.Today, Way: typed.Get("way"), From: typed.Get("from"), To: typed.Get("to"), Mode: typed.Get("mode"), Reason: typed.Get("reason"), Groups: map[string]int{}, Vulnerable: map[string]int{}}
	var err error
	if g.ID, err = db.ParseID(typed.Get("id")); err != nil {
		f.Note("", page.M("mobility.error.again"))
	}
	if g.Hour, err = strconv.Atoi(typed.Get("hour")); err != nil {
		f.Note("hour", page.M("mobility.error.choose"))
	}
	g.People = number("people")
	for _, code := range Groups {
		if n := number("group_" + code); n >= 0 {
			g.Groups[code] = n
		}
	}
	for _, code := range Vulnerable {
		if n := number("vulnerable_" + code); n >= 0 {
			g.Vulnerable[code] = n
		}
	}
	return g, !f.Failed()
}

func (s *Service) postGroup(w http.ResponseWriter, r *http.Request) {
	st, ok := s.posting(w, r)
	if !ok {
		return
	}
	lang := page.LocaleOf(r).Code
	f := groupForm(st, lang)
	f.Fill(r.PostForm)
	g, ok := readGroup(r.PostForm, st, f)
	var err error
	if ok {
		err = s.CountGroup(r.Context(), g)
	}
	switch {
	case ok && err == nil:
		s.Pages.Redirect(w, r, watchPath+"/"+st.Point+"/count", page.M("mobility.watch.counted_it", "n", g.People))
	case err != nil && !failPrefixed(f, err):
		s.Pages.Error(w, r, err)
	default:
		s.Pages.Sheet(w, r, page.Page{Title: "mobility.watch.count", Back: watchLink()}, groupView(st, f, lang), f)
	}
}

// failPrefixed notes the faults of a group on its form, whose boxes of groups and of the
// vulnerable carry a prefix.
func failPrefixed(f *page.Form, err error) bool {
	var list interface{ Unwrap() []error }
	if u, ok := err.(interface{ Unwrap() error }); ok && fault.FieldOf(err) == "" {
		if l, ok := u.Unwrap().(interface{ Unwrap() []error }); ok {
			list = l
		}
	}
	if list == nil {
		return f.Fail(err)
	}
	for _, e := range list.Unwrap() {
		field := fault.FieldOf(e)
		switch {
		case slices.Contains(Groups, field):
			field = "group_" + field
		case slices.Contains(Vulnerable, field):
			field = "vulnerable_" + field
		}
		f.Note(field, page.M(fault.KeyOf(e)))
	}
	return true
}

// posting reads a posted form at a point at which the actor may count.
func (s *Service) posting(w http.ResponseWriter, r *http.Request) (WatchState, bool) {
	err := page.ReadForm(w, r, page.FormLimit)
	var st WatchState
	if err == nil {
		st, err = s.Watchpoint(r.Context(), r.PathValue("code"))
	}
	if err == nil && !st.May {
		err = fault.New(fault.Forbidden, "mobility.posting", "")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return st, false
	}
	return st, true
}

func (s *Service) postHours(w http.ResponseWriter, r *http.Request) {
	st, ok := s.posting(w, r)
	if !ok {
		return
	}
	lang := page.LocaleOf(r).Code
	f := hoursForm(st)
	f.Fill(r.PostForm)
	day, errD := calendar.ParseDay(r.PostForm.Get("day"))
	from, errF := strconv.Atoi(r.PostForm.Get("from_hour"))
	to, errT := strconv.Atoi(r.PostForm.Get("to_hour"))
	for name, err := range map[string]error{"day": errD, "from_hour": errF, "to_hour": errT} {
		if err != nil {
			f.Note(name, page.M("mobility.error.choose"))
		}
	}
	if !f.Failed() {
		err := s.Watch(r.Context(), st.Point, day, from, to)
		if err == nil {
			s.Pages.Redirect(w, r, watchPath+"/"+st.Point+"/count", page.M("mobility.watch.hours_saved"))
			return
		}
		if fault.FieldOf(err) == "to" {
			f.Note("to_hour", page.M(fault.KeyOf(err)))
		} else if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
	}
	v := groupView(st, groupForm(st, lang), lang)
	v.Parts[0].Form = f
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.watch.count", Back: watchLink()}, v, f)
}

// fields are the names of a comma list.
func fields(text string) (out []string) {
	for _, p := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == ';' }) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// passingMsg says an estimate with its limits, or why there is none.
func passingMsg(p flow.Passing) page.Msg {
	switch {
	case p.State != flow.Known:
		return page.M("mobility.watch.no_estimate")
	case p.People.Level == 0:
		return page.M("mobility.watch.one_day", "mid", three(p.People.Mid))
	}
	return intervalMsg("mobility.forecast.cases_of", p.People)
}
