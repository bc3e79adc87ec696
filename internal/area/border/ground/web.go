package ground

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /border/repairs":                     s.getRepairs,
		"GET /border/points/{point}/ground":       s.getOverview,
		"GET /border/points/{point}/stations":     s.getAddStation,
		"POST /border/points/{point}/stations":    s.postAddStation,
		"GET /border/points/{point}/devices":      s.getAddDevice,
		"POST /border/points/{point}/devices":     s.postAddDevice,
		"GET /border/points/{point}/capacities":   s.getCapacities,
		"POST /border/points/{point}/capacities":  s.postCapacities,
		"GET /border/points/{point}/side":         s.getSide,
		"POST /border/points/{point}/side":        s.postSide,
		"GET /border/points/{point}/wait":         s.getWait,
		"POST /border/points/{point}/wait":        s.postWait,
		"GET /border/stations/{id}":               s.getStation,
		"POST /border/stations/{id}":              s.postStation,
		"POST /border/stations/{id}/live":         s.liveStation,
		"GET /border/devices/{id}":                s.getDevice,
		"POST /border/devices/{id}":               s.postDevice,
		"POST /border/points/{point}/remove/{id}": s.postRemove,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func overviewLink(point string) page.Link {
	return page.Link{Href: overviewPath(point), Text: page.M("ground.title")}
}

// show renders a page of one form.
func (s *Service) show(w http.ResponseWriter, r *http.Request, title, point string, v page.Sheet, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: title, Back: overviewLink(point)}, v, f)
}

// saved answers a post: back to the point, or the form again with what is wrong.
func (s *Service) saved(w http.ResponseWriter, r *http.Request, err error, point string, f *page.Form, again func()) {
	if err == nil {
		s.Pages.Redirect(w, r, overviewPath(point), page.M("ground.saved"))
		return
	}
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	again()
}

// word is what a code of a pack means; the code where no pack is in force.
func word(p *pack.Pack, k decision.Kind, code string) page.Msg {
	return page.Words(func(lang string) string {
		if p == nil {
			return code
		}
		return p.OutcomeWord(lang, k, code)
	})
}

func (s *Service) getRepairs(w http.ResponseWriter, r *http.Request) {
	list, err := s.Repairs(r.Context())
	var p *pack.Pack
	if err == nil {
		err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
			if p, err = s.active(tx, packStation); fault.Is(err, fault.Unavailable) {
				p, err = nil, nil
			}
			return err
		})
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "ground.repairs.title", Wide: true, Back: page.Link{Href: "/border", Text: page.M("border.title")}}, repairsView(list, p, s.now()), nil)
}

func repairsView(list []Repair, p *pack.Pack, now time.Time) page.Sheet {
	v := page.Sheet{Lead: page.M("ground.repairs.lead"), Table: repairTable(list, p, now, true)}
	late := 0
	for _, r := range list {
		if r.Overdue(now) {
			late++
		}
	}
	if late > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Title: page.M("ground.repairs.overdue", "count", late)}}
	}
	return v
}

func repairTable(list []Repair, p *pack.Pack, now time.Time, points bool) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ground.station.station"), Wide: true}, {Label: page.M("ground.station.wrong")}, {Label: page.M("ground.station.since")}, {Label: page.M("ground.repairs.due")}},
		Empty: page.Empty{Title: page.M("ground.repairs.none")}}
	for _, r := range list {
		name := []any{page.Link{Href: stationPath(r.ID), Name: r.Name}}
		if points {
			name = append(name, r.PointName)
		}
		due := []any{r.Due}
		if r.Overdue(now) {
			due = append(due, page.Tag{Level: page.Danger, Text: page.M("ground.repairs.late")})
		}
		t.Rows = append(t.Rows, []page.Cell{name, alarmCells(r.Alarms, p), r.Since, due})
	}
	return t
}

func alarmCells(alarms []string, p *pack.Pack) []any {
	var out []any
	for _, a := range alarms {
		level := page.Wait
		if a == Broken {
			level = page.Danger
		}
		out = append(out, page.Tag{Level: level, Text: word(p, decision.Flag, a)})
	}
	return out
}

func (s *Service) getOverview(w http.ResponseWriter, r *http.Request) {
	o, err := s.Overview(r.Context(), r.PathValue("point"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	back := page.Link{Href: "/border", Text: page.M("border.title")}
	if !o.Shift.IsZero() {
		back = page.Link{Href: "/border/count", Text: page.M("border.count.title")}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "ground.title", Wide: true, Back: back}, overviewView(o, page.LocaleOf(r).Code), nil)
}

func overviewView(o Overview, lang string) page.Sheet {
	base := "/border/points/" + o.Point.Post.Code + "/"
	v := page.Sheet{Rows: page.Summary{{Label: page.M("border.point.point"), Value: o.Point.Name(lang)}}}
	if o.Point.Post.Corridor {
		v.Rows = append(v.Rows, page.Row{Label: page.M("border.point.is"), Value: page.Tag{Level: page.Wait, Text: page.M("border.point.corridor")}})
	}
	for _, r := range o.Repairs {
		level := page.Wait
		if r.Overdue(o.Now) {
			level = page.Danger
		}
		v.Notes = append(v.Notes, page.Callout{Level: level, Title: page.M("ground.repairs.one", "station", r.Name, "when", r.Due)})
	}
	if o.Edits {
		v.Actions = []page.Link{{Href: base + "stations", Text: page.M("ground.station.add")}, {Href: base + "devices", Text: page.M("ground.device.add")},
			{Href: base + "capacities", Text: page.M("ground.capacity.do")}, {Href: base + "side", Text: page.M("ground.side.change")}}
	}
	if o.Ready {
		v.Actions = append(v.Actions, border.ReadyLink(o.Point.Post.Code))
	}
	if o.Works {
		v.Actions = append(v.Actions, page.Link{Href: base + "wait", Text: page.M("ground.wait.add")})
	}
	v.Parts = []page.Part{{Title: page.M("ground.station.title"), Table: stationTable(o)}, {Title: page.M("ground.device.title"), Table: deviceTable(o)},
		{Title: page.M("ground.capacity.title"), Lead: page.M("ground.capacity.lead"), Table: capacityTable(o)}, sidePart(o.Side), waitPart(o.Side.Waits)}
	v.Limits = []page.Msg{page.M("ground.limits")}
	return v
}

func stationTable(o Overview) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ground.station.station"), Wide: true}, {Label: page.M("ground.station.checked")}, {Label: page.M("ground.station.state")}, {Label: page.M("ground.station.since")}},
		Empty: page.Empty{Title: page.M("ground.station.none")}}
	for _, st := range o.Stations {
		var checked, state, since any = page.Tag{Level: page.Wait, Text: page.M("ground.never")}, nil, nil
		if last, ok := st.Last(); ok {
			checked, state = last.At, page.Tag{Level: page.Done, Text: page.M("ground.station.good")}
			if len(last.Alarms) > 0 {
				state = alarmCells(last.Alarms, o.Rules)
			}
			if at := st.Since(Broken); !at.IsZero() {
				since = at
			}
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: stationPath(st.ID), Name: st.Name}, checked, state, since})
	}
	return t
}

func deviceTable(o Overview) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ground.device.device"), Wide: true}, {Label: page.M("ground.station.checked")}, {Label: page.M("ground.station.state")}},
		Empty: page.Empty{Title: page.M("ground.device.none")}}
	for _, d := range o.Devices {
		var checked, state any = page.Tag{Level: page.Wait, Text: page.M("ground.never")}, nil
		if last, ok := d.Last(); ok {
			checked, state = last.At, page.Tag{Level: page.Done, Text: page.M("ground.device.used")}
			if !last.Good {
				state = page.Tag{Level: page.Danger, Text: page.M("ground.device.not_used")}
			}
			if !o.Shift.IsZero() && !d.CheckedIn(o.Shift) {
				state = page.Tag{Level: page.Wait, Text: page.M("ground.device.this_shift")}
			}
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: devicePath(d.ID), Name: d.Name}, checked, state})
	}
	return t
}

var resultLevels = map[string]page.Level{NotReady: page.Danger, WithGaps: page.Wait, Complete: page.Done}

func capacityTable(o Overview) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ground.capacity.day")}, {Label: page.M("ground.capacity.result"), Wide: true}, {Label: page.M("ground.capacity.routine"), Number: true}, {Label: page.M("ground.capacity.emergency"), Number: true}},
		Empty: page.Empty{Title: page.M("ground.capacity.none")}}
	percent := func(n string) any {
		if n == "" {
			return nil
		}
		return page.M("border.board.percent", "n", page.Code(n))
	}
	for _, a := range o.Assessed {
		result := page.Tag{Level: page.Wait, Text: page.M("ground.capacity.open")}
		if a.Result != "" {
			result = page.Tag{Level: resultLevels[a.Result], Text: word(o.Scores, decision.Classify, a.Result)}
		}
		t.Rows = append(t.Rows, []page.Cell{a.Day.Date(), result, percent(a.Routine), percent(a.Emergency)})
	}
	return t
}

func sidePart(x Side) page.Part {
	p := page.Part{Title: page.M("ground.side.title")}
	if x.Point == "" {
		p.Lead = page.M("ground.side.none")
		return p
	}
	var same []any
	for _, code := range x.Procedures {
		same = append(same, page.M("ground.joint."+code))
	}
	p.Rows = page.Summary{{Label: page.M("ground.side.other_name"), Value: x.OtherName}, {Label: page.M("ground.side.ours"), Value: x.Ours}, {Label: page.M("ground.side.theirs"), Value: x.Theirs},
		{Label: page.M("ground.side.procedures"), Value: same}, {Label: page.M("ground.side.shared"), Value: x.Shared}, {Label: page.M("ground.side.words"), Value: x.Words}}
	return p
}

// mostWaits is how many reports of waiting a page shows.
const mostWaits = 30

func waitPart(waits []Wait) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ground.wait.at")}, {Label: page.M("ground.wait.minutes"), Number: true}, {Label: page.M("ground.wait.drivers"), Number: true}, {Label: page.M("ground.wait.vehicles"), Number: true},
		{Label: page.M("ground.wait.goods"), Number: true}, {Label: page.M("ground.wait.why"), Wide: true}}, Empty: page.Empty{Title: page.M("ground.wait.none")}}
	cell := func(n Number) any {
		if n == "" {
			return nil
		}
		return page.Code(n)
	}
	for i, x := range slices.Backward(waits) {
		if len(waits)-i > mostWaits {
			break
		}
		t.Rows = append(t.Rows, []page.Cell{x.At, cell(x.Minutes), cell(x.Drivers), cell(x.Vehicles), cell(x.Goods), x.Why})
	}
	return page.Part{Title: page.M("ground.wait.title"), Table: t}
}

func stationPath(id db.ID) string { return "/border/stations/" + id.String() }
func devicePath(id db.ID) string  { return "/border/devices/" + id.String() }

func yesNo() []page.Option {
	return []page.Option{{Value: "yes", Label: page.TruthMsg(value.Yes)}, {Value: "no", Label: page.TruthMsg(value.No)}}
}

// pointOf checks that the point of the path is one where travellers are screened.
func (s *Service) pointOf(r *http.Request) (border.Point, error) {
	var p border.Point
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		p, err = s.Border.PointIn(tx, r.PathValue("point"))
		return err
	})
	return p, err
}

// packForm is a form of a pack on a page, with what was typed.
func packForm(into *page.Form, sh askable, typed url.Values, judge bool) (bool, map[string][]string) {
	res, answers := border.AskPack(into, sh.form, sh.day, typed, judge, notOn(sh.skip))
	return res.OK(), answers
}
