package alert

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const watchedPath = "/surveillance/watched"

func watchedLink() page.Link {
	return page.Link{Href: watchedPath, Text: page.M("alert.watched.title")}
}

func stemMsg(stem string) page.Msg { return page.M("surveillance.stem." + stem) }

func (s *Service) getWatched(w http.ResponseWriter, r *http.Request) {
	out, err := s.WatchesOf(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showWatched(w, r, out, s.watchedForm(out))
}

func (s *Service) showWatched(w http.ResponseWriter, r *http.Request, out Watches, f *page.Form) {
	v := watchedView(out)
	if s.mayCount(r) == nil {
		v.Parts = []page.Part{{Title: page.M("alert.watched.new"), Lead: page.M("alert.watched.new_lead"), Form: f}}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "alert.watched.title", Back: boardLink()}, v, f)
}

func watchedView(out Watches) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("alert.what"), Wide: true}, {Label: page.M("alert.watched.stem")}, {Label: page.M("alert.watched.source")}, {Label: page.M("alert.setting")},
		{Label: page.M("alert.watched.rules")}, {Label: page.M("alert.state")}}, Empty: page.Empty{Title: page.M("alert.watched.none"), Text: page.M("alert.watched.none_text")}}
	for _, w := range out.List {
		var rules []any
		for _, r := range w.Rules {
			rules = append(rules, page.Tag{Text: page.M("alert.rules." + string(r))})
		}
		state := page.Tag{Level: page.Done, Text: page.M("alert.watched.on")}
		if w.Stopped {
			state = page.Tag{Text: page.M("alert.watched.off")}
		}
		t.Rows = append(t.Rows, []page.Cell{diseaseMsg(w.Disease), stemMsg(w.Stem), w.Source, settingMsg(w.Setting), rules, state})
	}
	return page.Sheet{Lead: page.M("alert.watched.lead"), Table: t, Limits: dayLimits()}
}

func dayLimits() []page.Msg {
	return []page.Msg{page.M("alert.limit.days"), page.M("alert.limit.days_missing"), page.M("alert.limit.days_together"), page.M("alert.limit.days_week")}
}

func (s *Service) watchedForm(out Watches) *page.Form {
	series := page.Field{Kind: page.Select, Name: "series", Label: page.M("alert.watched.series")}
	for _, c := range out.Series {
		series.Options = append(series.Options, page.Option{Value: c.Disease + " " + c.Source, Label: page.M("surveillance.counts.by", "disease", diseaseMsg(c.Disease), "source", surveillance.SourceText(c.Source))})
	}
	return &page.Form{Action: watchedPath, Submit: page.M("alert.watched.save"), Fields: []page.Field{
		series,
		{Kind: page.Radios, Name: "stem", Label: page.M("alert.watched.stem"), Options: page.OptionsOf(s.lists().CaseStems(), "surveillance.stem.")},
		{Kind: page.Radios, Name: "setting", Label: page.M("alert.setting"), Hint: page.M("alert.setting_hint"), Options: page.OptionsOf(Settings, "alert.setting.")},
		{Kind: page.Checks, Name: "rules", Label: page.M("alert.watched.rules"), Hint: page.M("alert.watched.rules_hint"), Options: page.OptionsOf(RuleSets, "alert.rules.")},
		{Kind: page.Checks, Name: "stopped", Label: page.M("alert.watched.stop"), Options: []page.Option{{Value: "yes", Label: page.M("alert.watched.stop_box")}}},
	}}
}

func (s *Service) postWatched(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = s.mayCount(r)
	}
	var out Watches
	if err == nil {
		out, err = s.WatchesOf(r.Context())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.watchedForm(out)
	f.Fill(r.PostForm)
	get := r.PostForm.Get
	one := Watched{Stem: get("stem"), Setting: Setting(get("setting")), Stopped: get("stopped") == "yes"}
	one.Disease, one.Source, _ = strings.Cut(get("series"), " ")
	for _, x := range r.PostForm["rules"] {
		one.Rules = append(one.Rules, RuleSet(x))
	}
	if err = s.SaveWatched(r.Context(), one); err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showWatched(w, r, out, f)
		return
	}
	s.Pages.Redirect(w, r, boardPath, page.M("alert.watched.saved"))
}

// daysPart is how the units of what is watched by day stand.
func daysPart(b Board, lang string) page.Part {
	p := page.Part{Title: page.M("alert.days"), Lead: page.M("alert.days_lead")}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("alert.where"), Wide: true}, {Label: page.M("alert.what")}, {Label: page.M("alert.day")}, {Label: page.M("alert.observed"), Number: true},
		{Label: page.M("alert.thresholds")}, {Label: page.M("alert.rule.EARS")}}, Empty: page.Empty{Title: page.M("alert.watched.none"), Text: page.M("alert.watched.none_text"), Action: watchedLink()}}
	for _, st := range b.Days {
		thresholds, ears := any(page.M("alert.watched.not_chosen")), any(page.M("alert.watched.not_chosen"))
		if slices.Contains(st.Rules, Fixed) {
			thresholds = thresholdTag(st.Standing)
		}
		if slices.Contains(st.Rules, EARS) {
			ears = dayCheckTag(worstOf(st.Checks))
		}
		t.Rows = append(t.Rows, []page.Cell{b.Units[st.Unit].Name(lang), []any{diseaseMsg(st.Disease), stemMsg(st.Stem)}, st.Day.Date(), dayCell(DayCount{State: st.State, N: int(st.Observed)}), thresholds, ears})
	}
	p.Table = t
	return p
}

// worstOf is an alarm of any method, else the one that says least.
func worstOf(list []Check) Check {
	worst := Check{State: epi.InsufficientHistory.String()}
	for _, c := range list {
		if worst = c; c.Alarm {
			break
		}
	}
	return worst
}

// dayCheckTag is what a method said of a day; two of its words are of weeks otherwise.
func dayCheckTag(c Check) page.Tag {
	switch c.State {
	case epi.NotReported.String(), epi.HistoryNotReported.String():
		return page.Tag{Level: page.Wait, Text: page.M("alert.day.check." + c.State)}
	}
	return checkTag(c)
}

// dayCell is the number of a day, or why it has none.
func dayCell(d DayCount) any {
	if d.Known() {
		return d.N
	}
	return page.Tag{Level: page.Wait, Text: page.M("alert.day." + string(d.State))}
}

// whoSays names the source of an alert of reported counts.
func whoSays(a Alert) any {
	return page.M("alert.day.by", "source", a.Source, "day", a.Last().AsOf.Date())
}

// dayMethod is what EARS said of the day of an alert.
func dayMethod(list []Check) page.Part {
	p := page.Part{Title: page.M("alert.why"), Lead: page.M("alert.method.days"), Table: checkTable(list)}
	for i, c := range list {
		p.Table.Rows[i][len(p.Table.Rows[i])-1] = dayCheckTag(c)
	}
	return p
}

// shownDays is how many days the page of an alert shows.
const shownDays = 35

// dayCurve draws the days of a series, with the limits of the day in its table.
func dayCurve(d Daily) (*page.Drawing, *page.Table) {
	days := d.Watching()
	from := max(0, len(days)-shownDays)
	most := 1.0
	for _, c := range days[from:] {
		if c.Known() {
			most = max(most, float64(c.N))
		}
	}
	const left, top, height, step = 40.0, 12.0, 140.0, 16.0
	width := left + step*float64(len(days)-from) + 12
	out := &page.Drawing{Title: page.M("alert.day.curve"), Text: page.M("alert.day.curve_text"), W: max(width, 160), H: top + height + 30}
	out.Marks = append(out.Marks, page.Mark{Kind: page.MarkLine, Look: page.LookAxis, At: []float64{left, top, left, top + height, width, top + height}},
		page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, top + 8}, Anchor: page.AnchorEnd, Text: int(most)}, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, top + height}, Anchor: page.AnchorEnd, Text: 0})
	t := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("alert.day")}, {Label: page.M("alert.observed"), Number: true}, {Label: page.M("alert.day.how")}, {Label: page.M("alert.day.c1"), Number: true}, {Label: page.M("alert.day.c2"), Number: true}}}
	for i := from; i < len(days); i++ {
		c, day := days[i], d.First+calendar.Day(i)
		x := left + step*float64(i-from) + 2
		checks := d.DetectDay(len(days) - 1 - i)
		if !c.Known() {
			out.Marks = append(out.Marks, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{x + 6, top + height - 3}, Anchor: page.AnchorMiddle, Text: page.M("alert.curve.missing"), Name: page.M("alert.day." + string(c.State))})
		} else if c.N > 0 {
			look := page.LookOne
			if slices.ContainsFunc(checks, func(k Check) bool { return k.Alarm }) {
				look = page.LookAlarm
			}
			out.Marks = append(out.Marks, page.Mark{Kind: page.MarkBar, Look: look, At: []float64{x, top + height*(1-float64(c.N)/most), x + step - 4, top + height}, Name: page.M("alert.day.bar", "day", day.Date(), "n", c.N)})
		}
		if (len(days)-1-i)%7 == 0 {
			out.Marks = append(out.Marks, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{x, top + height + 16}, Text: day.String()[8:]})
		}
		t.Rows = append(t.Rows, dayRow(day, c, checks))
	}
	slices.Reverse(t.Rows)
	out.Key = []page.KeyEntry{{Kind: page.MarkBar, Look: page.LookOne, Text: page.M("alert.day.key")}, {Kind: page.MarkBar, Look: page.LookAlarm, Text: page.M("alert.day.key_alarm")}}
	return out, t
}

func dayRow(day calendar.Day, c DayCount, checks []Check) []page.Cell {
	how := []any{page.M("alert.day." + string(c.State))}
	if c.State == DayTogether {
		how = append(how, page.M("alert.day.since", "n", c.N, "day", c.Since.Date()))
	}
	if c.Doubt {
		how = append(how, page.Tag{Level: page.Wait, Text: page.M("alert.day.doubt")})
	}
	var number any
	if c.Known() {
		number = c.N
	}
	row := []page.Cell{day.Date(), number, how, nil, nil}
	for i, k := range checks {
		switch {
		case i > 1:
		case k.State == epi.Stands.String():
			row[3+i] = decimal(k.Upper)
		default:
			row[3+i] = dayCheckTag(k)
		}
	}
	return row
}

// dayAlert adds to an alert's page what is of days.
func dayAlert(a Seen, v *page.Sheet) {
	v.Rows = append(v.Rows, page.Row{Label: page.M("alert.watched.stem"), Value: stemMsg(a.Stem)}, page.Row{Label: page.M("alert.watched.source"), Value: whoSays(a.Alert)})
	if len(a.Last().Checks) > 0 {
		v.Parts = append(v.Parts, dayMethod(a.Last().Checks))
	} else {
		v.Parts = append(v.Parts, rulePart(a))
	}
	d, table := dayCurve(*a.Daily)
	v.Parts = append(v.Parts, page.Part{Title: page.M("alert.days_of"), Lead: page.M("alert.days_of_lead"), Drawing: d, Table: table,
		Actions: []page.Link{{Href: "/surveillance/counts/of/" + a.Disease + "/" + a.Unit, Text: page.M("alert.day.counts")}}})
	v.Limits = dayLimits()
}

func sampleDaily(words string) Daily {
	d := Daily{Watched: Watched{Disease: "bdbv", Source: words, Stem: "confirmed_cases", Setting: District, Rules: RuleSets}, Unit: "COD-BUNIA", First: calendar.DayOfTime(sampleNow) - 13, Last: calendar.DayOfTime(sampleNow), Days: map[string][]DayCount{}}
	for i, n := range []int{0, 6, 0, 5, 6, 8, 1, 0, 0, 12, 1, 0, 0, 21} {
		c := DayCount{State: DayCounted, N: n, Since: d.First + calendar.Day(i), Doubt: i == 5}
		switch i {
		case 1:
			c.State, c.Since = DayTogether, d.First
		case 2:
			c.State = DayMissing
		case 3:
			c.State = DayRose
		}
		d.Days[d.Stem] = append(d.Days[d.Stem], c)
	}
	return d
}

func sampleWatches(words string) Watches {
	return Watches{List: []Watched{sampleDaily(words).Watched, {Disease: "measles", Source: words, Stem: "suspected_cases", Setting: Camp, Stopped: true}},
		Series: []surveillance.CountSeries{{Disease: "bdbv", Source: words}}}
}
