package mobility

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

const (
	roadsPath    = homePath + "/corridors"
	sketchesPath = homePath + "/sketches"
)

// resolved are the areas that names mean; the first that means none or several is named.
func (s *Service) resolved(tx *db.Tx, names []string) (codes []string, unknown string, err error) {
	for _, name := range names {
		if a, err := s.Gazetteer.Area(tx, strings.ToUpper(name)); err == nil {
			codes = append(codes, a.Code)
			continue
		}
		r, err := s.Gazetteer.Resolve(tx, place.Query{Text: name, What: place.IsArea})
		if err != nil {
			return nil, "", err
		}
		if r.Place == nil {
			return nil, name, nil
		}
		codes = append(codes, r.Place.Code)
	}
	return codes, "", nil
}

// places reads the names of areas in a box; what no place has is said of the box.
func (s *Service) places(r *http.Request, f *page.Form, field string) (codes []string) {
	unknown := ""
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		codes, unknown, err = s.resolved(tx, fields(r.PostForm.Get(field)))
		return err
	})
	switch {
	case err != nil:
		f.Fail(err)
	case unknown != "":
		f.Note(field, page.M("mobility.error.unknown_place", "name", unknown))
	}
	return codes
}

func (s *Service) names(r *http.Request, codes []string, lang string) string {
	out, into := []string{}, map[string]place.Area{}
	_ = s.DB.Read(r.Context(), func(tx *db.Tx) error { return s.areaNames(tx, codes, into) })
	for _, c := range codes {
		out = append(out, into[c].Name(lang))
	}
	return strings.Join(out, ", ")
}

// pointOptions are the points of the gazetteer that people pass; a guarded one is not
// watched under its name.
func (s *Service) pointOptions(r *http.Request, lang string) (out []page.Option, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		list, err := s.Gazetteer.Points(tx, place.PointFilter{})
		out = nil
		for _, p := range list {
			if p.Kind != place.HealthFacility && !p.Keep() {
				out = append(out, page.Option{Value: p.Code, Text: p.Name(lang)})
			}
		}
		return err
	})
	return out, err
}

func (s *Service) watchpointForm(r *http.Request, w Watchpoint) (*page.Form, error) {
	lang := page.LocaleOf(r).Code
	points, err := s.pointOptions(r, lang)
	if err != nil {
		return nil, err
	}
	a, _ := access.From(r.Context())
	site, offset, from, to := w.Site, "", "", ""
	if site == "" {
		site = a.Site()
	}
	point := page.Field{Kind: page.Select, Name: "point", Label: page.M("mobility.map.point"), Hint: page.M("mobility.watch.point_hint"), Options: points}
	if w.Point != "" {
		point = page.Field{Kind: page.Hidden, Name: "point", Value: w.Point}
		offset, from, to = strconv.Itoa(w.Offset), strconv.Itoa(w.From), strconv.Itoa(w.To)
	}
	var clocks []page.Option
	for m := leastOffset; m <= mostOffset; m += 30 {
		clocks = append(clocks, page.Option{Value: strconv.Itoa(m), Text: clockText(m)})
	}
	shut := page.Field{Kind: page.Checks, Name: "shut", Label: page.M("mobility.watch.state"), Optional: true, Options: []page.Option{{Value: "yes", Label: page.M("mobility.watch.shut")}}}
	if w.Shut {
		shut.Values = []string{"yes"}
	}
	return &page.Form{Action: watchPath, Cancel: watchLink(), Fields: []page.Field{point,
		{Kind: page.Text, Name: "site", Label: page.M("mobility.watch.site"), Hint: page.M("mobility.watch.site_hint"), Value: site, Width: 20, Max: 40, Dir: "ltr", Auto: "off"},
		{Kind: page.Select, Name: "offset", Label: page.M("mobility.watch.clock"), Options: clocks, Value: offset},
		{Kind: page.Select, Name: "from", Label: page.M("mobility.watch.first"), Hint: page.M("mobility.watch.first_hint"), Options: hourOptions(0, 23), Value: from},
		{Kind: page.Select, Name: "to", Label: page.M("mobility.watch.last"), Options: hourOptions(1, 24), Value: to},
		{Kind: page.LongText, Name: "places", Label: page.M("mobility.watch.places"), Hint: page.M("mobility.watch.places_hint"), Value: s.names(r, w.Places, lang), Rows: 4, Max: 4000, Dir: "auto"},
		{Kind: page.Text, Name: "excludes", Label: page.M("mobility.watch.excludes"), Hint: page.M("mobility.watch.excludes_hint"), Value: w.Excludes, Max: longExcludes, Optional: true, Dir: "auto"}, shut}}, nil
}

// clockText is an offset as clocks are told.
func clockText(m int) string {
	sign := "+"
	if m < 0 {
		sign, m = "−", -m
	}
	pad := func(n int) string { return ("0" + strconv.Itoa(n))[len(strconv.Itoa(n))-1:] }
	return "UTC" + sign + pad(m/60) + ":" + pad(m%60)
}

func (s *Service) getWatchpointForm(w http.ResponseWriter, r *http.Request) {
	err := s.Access.Check(r.Context(), access.FlowRecord, access.Resource{Kind: kindWatchpoint})
	var st WatchState
	if code := r.PathValue("code"); err == nil && code != "" {
		st, err = s.Watchpoint(r.Context(), code)
	}
	var f *page.Form
	if err == nil {
		f, err = s.watchpointForm(r, st.Watchpoint)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.watch.setup", Back: watchLink()}, page.Sheet{Lead: page.M("mobility.watch.setup_lead"), Form: f}, f)
}

func (s *Service) postWatchpoint(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, err := s.watchpointForm(r, Watchpoint{})
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if st, err := s.Watchpoint(r.Context(), r.PostForm.Get("point")); err == nil {
		f.Fields[0] = page.Field{Kind: page.Hidden, Name: "point", Value: st.Point}
	}
	f.Fill(r.PostForm)
	number := func(name string) int {
		n, err := strconv.Atoi(r.PostForm.Get(name))
		if err != nil {
			return -1
		}
		return n
	}
	p := Watchpoint{Point: r.PostForm.Get("point"), Site: strings.TrimSpace(r.PostForm.Get("site")), Offset: number("offset"), From: number("from"), To: number("to"), Places: s.places(r, f, "places"),
		Excludes: strings.TrimSpace(r.PostForm.Get("excludes")), Shut: slices.Contains(r.PostForm["shut"], "yes")}
	s.kept(w, r, f, s.saving(f, func() error { return s.SaveWatchpoint(r.Context(), p) }), watchPath, "mobility.watch.saved", page.Page{Title: "mobility.watch.setup", Back: watchLink()}, page.Sheet{Form: f})
}

// saving runs a use case, unless the form has failed already.
func (s *Service) saving(f *page.Form, save func() error) error {
	if f.Failed() {
		return nil
	}
	return save()
}

// kept answers a post: back to a page, the form with what is wrong, or an error.
func (s *Service) kept(w http.ResponseWriter, r *http.Request, f *page.Form, err error, to, said string, pg page.Page, v page.Sheet) {
	switch {
	case err == nil && !f.Failed():
		s.Pages.Redirect(w, r, to, page.M(said))
	case err != nil && !f.Fail(err):
		s.Pages.Error(w, r, err)
	default:
		s.Pages.Sheet(w, r, pg, v, f)
	}
}

func (s *Service) getAnswer(w http.ResponseWriter, r *http.Request) {
	st, err := s.Watchpoint(r.Context(), r.PathValue("code"))
	if err == nil && !st.May {
		err = fault.New(fault.Forbidden, "mobility.getAnswer", "")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := answerForm(st, page.LocaleOf(r).Code)
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.ask.title", Back: watchLink()}, answerView(st, f, page.LocaleOf(r).Code), nil)
}

func answerView(st WatchState, f *page.Form, lang string) page.Sheet {
	return page.Sheet{Lead: page.M("mobility.watch.at", "point", st.Gazetteer.Name(lang)), Notes: []page.Callout{{Level: page.Info, Title: page.M("mobility.ask.say_first"), Text: []page.Msg{page.M("mobility.ask.say")}}}, Form: f}
}

func answerForm(p WatchState, lang string) *page.Form {
	choice := func(name, label string, options []page.Option) page.Field {
		return page.Field{Kind: page.Select, Name: name, Label: page.M(label), Options: options, Optional: true}
	}
	return &page.Form{Action: watchPath + "/" + p.Point + "/ask", Submit: page.M("mobility.ask.save"), Cancel: watchLink(), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: db.NewID().String()},
		{Kind: page.Radios, Name: "agreed", Label: page.M("mobility.ask.agreed"), Hint: page.M("mobility.ask.agreed_hint"), Options: []page.Option{{Value: "yes", Label: page.M("mobility.ask.yes")}, {Value: "no", Label: page.M("mobility.ask.no")}}},
		choice("from", "mobility.forecast.from", p.endOptions(lang)), choice("to", "mobility.forecast.to", p.endOptions(lang)), choice("mode", "mobility.watch.mode", page.OptionsOf(Modes, "mobility.mode.")),
		choice("reason", "mobility.ask.reason", page.OptionsOf(Reasons, "mobility.reason.")), choice("stay", "mobility.ask.stay", page.OptionsOf(Stays, "mobility.stay.")),
		{Kind: page.Checks, Name: "needs", Label: page.M("mobility.ask.need"), Options: page.OptionsOf(Needs, "mobility.need."), Optional: true}, choice("intention", "mobility.ask.intention", page.OptionsOf(Intentions, "mobility.intention."))}}
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) {
	st, ok := s.posting(w, r)
	if !ok {
		return
	}
	lang := page.LocaleOf(r).Code
	f := answerForm(st, lang)
	f.Fill(r.PostForm)
	get := r.PostForm.Get
	a := Answer{Point: st.Point, Day: st.Today, Agreed: get("agreed") == "yes", From: get("from"), To: get("to"), Mode: get("mode"), Reason: get("reason"), Stay: get("stay"), Needs: r.PostForm["needs"], Intention: get("intention")}
	var err error
	if a.ID, err = db.ParseID(get("id")); err != nil {
		f.Note("", page.M("mobility.error.again"))
	}
	if get("agreed") == "" {
		f.Note("agreed", page.M("mobility.error.ask_first"))
	}
	err = s.saving(f, func() error { return s.Ask(r.Context(), a) })
	s.kept(w, r, f, err, watchPath+"/"+st.Point+"/ask", "mobility.ask.saved", page.Page{Title: "mobility.ask.title", Back: watchLink()}, answerView(st, f, lang))
}

func (s *Service) getRoads(w http.ResponseWriter, r *http.Request) { s.roadsPage(w, r, s.roadForm(r)) }

func (s *Service) roadsPage(w http.ResponseWriter, r *http.Request, f *page.Form) {
	list, err := s.Roads(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if !s.Access.Ever(r.Context(), access.FlowRecord) {
		f = nil
	}
	lang := page.LocaleOf(r).Code
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.road.title", Back: homeLink(), Wide: true}, roadsView(list, func(codes []string) string { return s.names(r, codes, lang) }, s.pointNames(r, lang), f), f)
}

// pointNames are the names of the points that may be named, by code.
func (s *Service) pointNames(r *http.Request, lang string) map[string]string {
	out := map[string]string{}
	options, _ := s.pointOptions(r, lang)
	for _, o := range options {
		out[o.Value] = o.Text
	}
	return out
}

func roadsView(list []Road, names func([]string) string, points map[string]string, f *page.Form) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.matrix.name"), Wide: true}, {Label: page.M("mobility.forecast.from")}, {Label: page.M("mobility.forecast.to")}, {Label: page.M("mobility.road.points")}, {Label: page.M("mobility.road.note")}},
		Empty: page.Empty{Title: page.M("mobility.road.none"), Text: page.M("mobility.road.none_text")}}
	for _, x := range list {
		on, note := any(page.M("mobility.map.none")), any(page.M("mobility.map.none"))
		if len(x.Points) > 0 {
			var named []any
			for _, c := range x.Points {
				if points[c] != "" {
					named = append(named, points[c])
					continue
				}
				named = append(named, page.Code(c)) // one that may not be named, or is not here
			}
			on = named
		}
		if x.Note != "" {
			note = x.Note
		}
		t.Rows = append(t.Rows, []page.Cell{x.Name, names(x.From), names(x.To), on, note})
	}
	return page.Sheet{Lead: page.M("mobility.road.lead"), Table: t, Parts: formPart("mobility.road.add", f)}
}

func formPart(title string, f *page.Form) []page.Part {
	if f == nil {
		return nil
	}
	return []page.Part{{Title: page.M(title), Form: f}}
}

func (s *Service) roadForm(r *http.Request) *page.Form {
	points, _ := s.pointOptions(r, page.LocaleOf(r).Code)
	f := &page.Form{Action: roadsPath, Fields: []page.Field{{Kind: page.Text, Name: "code", Label: page.M("mobility.road.code"), Hint: page.M("mobility.road.code_hint"), Width: 20, Max: 60, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "name", Label: page.M("mobility.matrix.name"), Max: longName, Dir: "auto"}, {Kind: page.LongText, Name: "from", Label: page.M("mobility.forecast.from"), Hint: page.M("mobility.watch.places_hint"), Rows: 2, Max: 4000, Dir: "auto"},
		{Kind: page.LongText, Name: "to", Label: page.M("mobility.forecast.to"), Hint: page.M("mobility.watch.places_hint"), Rows: 2, Max: 4000, Dir: "auto"}}}
	if len(points) > 0 && len(points) <= mostPlaces {
		f.Fields = append(f.Fields, page.Field{Kind: page.Checks, Name: "points", Label: page.M("mobility.road.points"), Options: points, Optional: true})
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Text, Name: "note", Label: page.M("mobility.road.note"), Max: longExcludes, Optional: true, Dir: "auto"})
	return f
}

func (s *Service) postRoad(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.roadForm(r)
	f.Fill(r.PostForm)
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	x := Road{Code: get("code"), Name: get("name"), From: s.places(r, f, "from"), To: s.places(r, f, "to"), Points: r.PostForm["points"], Note: get("note")}
	err := s.saving(f, func() error { return s.SaveRoad(r.Context(), x) })
	switch {
	case err == nil && !f.Failed():
		s.Pages.Redirect(w, r, roadsPath, page.M("mobility.road.saved"))
	case err != nil && !f.Fail(err):
		s.Pages.Error(w, r, err)
	default:
		s.roadsPage(w, r, f)
	}
}

func (s *Service) getSketches(w http.ResponseWriter, r *http.Request) {
	s.sketchesPage(w, r, s.sketchForm())
}

func (s *Service) sketchesPage(w http.ResponseWriter, r *http.Request, f *page.Form) {
	list, names, err := s.Sketches(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if !s.Access.Ever(r.Context(), access.FlowRecord) {
		f = nil
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.sketch.title", Back: homeLink(), Wide: true}, sketchesView(list, names, f, page.LocaleOf(r).Code), f)
}

func sketchesView(list []Sketch, names map[string]place.Area, f *page.Form, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.sketch.place"), Wide: true}, {Label: page.M("mobility.sketch.about")}, {Label: page.M("mobility.watch.way")}, {Label: page.M("mobility.sketch.who")}, {Label: page.M("mobility.sketch.many")}, {Label: page.M("mobility.sketch.when")}, {Label: page.M("mobility.sketch.trust")}},
		Empty: page.Empty{Title: page.M("mobility.sketch.none"), Text: page.M("mobility.sketch.none_text")}}
	for _, k := range list {
		level := page.Wait
		if k.Trust != "one" {
			level = page.Quiet
		}
		place := []any{k.Place, page.M("mobility.sketch_what." + k.What)}
		if k.Note != "" {
			place = append(place, k.Note)
		}
		t.Rows = append(t.Rows, []page.Cell{place, names[k.About].Name(lang), page.M("mobility.way." + k.Way), k.Who, page.M("mobility.sketch.many_of", "few", k.Few, "many", k.Many), page.M("mobility.when." + k.When),
			[]any{page.Tag{Level: level, Text: page.M("mobility.trust." + k.Trust)}, page.M("mobility.told." + k.Told), k.Day}})
	}
	return page.Sheet{Lead: page.M("mobility.sketch.lead"), Table: t, Parts: formPart("mobility.sketch.add", f), Limits: []page.Msg{page.M("mobility.limits.sketch")}}
}

func (s *Service) sketchForm() *page.Form {
	radios := func(name, label string, list []string, prefix string) page.Field {
		return page.Field{Kind: page.Select, Name: name, Label: page.M(label), Options: page.OptionsOf(list, prefix)}
	}
	return &page.Form{Action: sketchesPath, Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}, {Kind: page.Text, Name: "about", Label: page.M("mobility.sketch.about"), Max: longName, Dir: "auto"},
		{Kind: page.Text, Name: "place", Label: page.M("mobility.sketch.place"), Hint: page.M("mobility.sketch.place_hint"), Max: longName, Dir: "auto"}, radios("what", "mobility.map.kind", SketchWhats, "mobility.sketch_what."), radios("way", "mobility.watch.way", Ways, "mobility.way."),
		{Kind: page.Text, Name: "who", Label: page.M("mobility.sketch.who"), Hint: page.M("mobility.sketch.who_hint"), Max: longName, Dir: "auto"}, {Kind: page.Number, Name: "few", Label: page.M("mobility.sketch.few"), Width: 6}, {Kind: page.Number, Name: "many", Label: page.M("mobility.sketch.most"), Width: 6},
		radios("when", "mobility.sketch.when", Whens, "mobility.when."), radios("trust", "mobility.sketch.trust", Trusts, "mobility.trust."), radios("told", "mobility.sketch.told", Tolds, "mobility.told."),
		{Kind: page.Text, Name: "note", Label: page.M("mobility.road.note"), Max: longExcludes, Optional: true, Dir: "auto"}}}
}

func (s *Service) postSketch(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.sketchForm()
	f.Fill(r.PostForm)
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	k := Sketch{Place: get("place"), What: get("what"), Way: get("way"), Who: get("who"), When: get("when"), Trust: get("trust"), Told: get("told"), Note: get("note"), Few: -1, Many: -1, Day: calendar.DayOfTime(s.Clock())}
	if about := s.places(r, f, "about"); len(about) == 1 {
		k.About = about[0]
	}
	for name, to := range map[string]*int{"few": &k.Few, "many": &k.Many} {
		n, there, err := page.ReadNumber(r.PostForm, name)
		if err != nil {
			f.Fail(err)
		}
		if there && n == float64(int(n)) {
			*to = int(n)
		}
	}
	var err error
	if k.ID, err = db.ParseID(get("id")); err != nil {
		f.Note("", page.M("mobility.error.again"))
	}
	err = s.saving(f, func() error { return s.SaveSketch(r.Context(), k) })
	switch {
	case err == nil && !f.Failed():
		s.Pages.Redirect(w, r, sketchesPath, page.M("mobility.sketch.saved"))
	case err != nil && !f.Fail(err):
		s.Pages.Error(w, r, err)
	default:
		s.sketchesPage(w, r, f)
	}
}
