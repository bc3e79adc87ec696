package border

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func (s *Service) getPoints(w http.ResponseWriter, r *http.Request) {
	points, err := s.Points(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	own, err := s.OwnShift(r.Context())
	if err != nil {
		own = Own{}
	}
	edits := s.Access.Ever(r.Context(), access.BorderEdit)
	v := pointsView(points, own, edits, page.LocaleOf(r).Code)
	if s.Access.Ever(r.Context(), access.BorderRead) {
		v.Actions = append([]page.Link{{Href: "/border/board", Text: page.M("border.board.title")}}, v.Actions...)
	}
	if s.Tasks != nil && s.Access.Ever(r.Context(), access.BorderRead) {
		notes, err := s.Tasks(r.Context())
		if err != nil {
			s.fail(w, r, err)
			return
		}
		v.Notes = append(v.Notes, notes...)
	}
	if s.Access.Ever(r.Context(), access.ScreeningRead) {
		v.Actions = append(v.Actions, page.Link{Href: "/border/travellers", Text: page.M("border.count.travellers")}, page.Link{Href: "/border/measures", Text: page.M("border.count.held")})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "border.title", Wide: true}, v, nil)
}

func pointsView(points []PointState, own Own, edits bool, lang string) page.Sheet {
	v := page.Sheet{Table: pointTable(points, lang)}
	if edits {
		v.Actions = append(v.Actions, page.Link{Href: "/border/points/new", Text: page.M("border.point.add")})
	}
	if !own.Shift.ID.IsZero() {
		v.Notes = append(v.Notes, page.Callout{Level: page.Info, Title: page.M("border.shift.yours", "point", own.Point.Name(lang)), Links: []page.Link{
			{Href: "/border/count", Text: page.M("border.count.go_on")}, {Href: "/border/shift/end", Text: page.M("border.shift.end")}}})
		return v
	}
	var choices []page.Option
	for _, p := range points {
		if p.Count {
			choices = append(choices, page.Option{Value: p.Post.Code, Text: p.Name(lang)})
		}
	}
	if len(choices) > 0 {
		v.Form = &page.Form{Action: "/border/shift", Submit: page.M("border.shift.start"), Fields: []page.Field{
			{Kind: page.Radios, Name: "point", Label: page.M("border.shift.where"), Hint: page.M("border.shift.where_hint"), Options: choices}}}
	}
	return v
}

func pointTable(points []PointState, lang string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("border.point.point"), Wide: true}, {Label: page.M("border.point.kind")}, {Label: page.M("border.point.now")},
		{Label: page.M("border.what.passed"), Number: true}, {Label: page.M("border.what.screened"), Number: true}, {Label: page.M("border.point.report")}},
		Empty: page.Empty{Title: page.M("border.point.none"), Text: page.M("border.point.none_text")}}
	for _, p := range points {
		name := any(p.Name(lang))
		if p.Edits {
			name = page.Link{Href: "/border/points/" + p.Post.Code, Name: p.Name(lang)}
		}
		var now any = page.Tag{Text: page.M("border.shift.nobody")}
		switch {
		case !p.Open():
			now = page.Tag{Text: page.M("border.point.shut")}
		case !p.Shift.ID.IsZero():
			now = []any{page.Tag{Level: page.Info, Text: page.M("border.shift.at_work")}, p.Shift.Started}
		}
		var report any = page.Tag{Level: page.Wait, Text: page.M("border.day.open")}
		if p.Report {
			report = page.Tag{Level: page.Done, Text: page.M("border.day.closed")}
		}
		if p.Count {
			report = []any{report, page.Link{Href: dayPath(p.Post.Code), Text: page.M("border.day.go")}}
		}
		kind := []any{kindMsg(p.Point.Kind), page.Country(p.Country), page.Link{Href: "/border/points/" + p.Post.Code + "/ground", Text: page.M("border.count.ground")}}
		if p.Ready {
			kind = append(kind, ReadyLink(p.Post.Code))
		}
		if p.Open() && !p.Keep() { // a guarded point has no address for anybody
			kind = append(kind, page.Link{Href: "/border/points/" + p.Post.Code + "/poster", Text: page.M("border.count.poster")})
		}
		t.Rows = append(t.Rows, []page.Cell{name, kind, now, totalCell(p.Totals, Passed), totalCell(p.Totals, Screened), report})
	}
	return t
}

// ReadyLink leads to what a point has for the day on which something happens, and whom it
// calls: a screener has no other way there.
func ReadyLink(point string) page.Link {
	return page.Link{Href: "/surveillance/ready/point/" + point, Text: page.M("border.point.ready")}
}

func dayPath(point string) string { return "/border/points/" + point + "/day" }

// kindMsg says what a point is.
func kindMsg(k place.PointKind) page.Msg {
	if k == "" {
		return page.M("border.point.not_here")
	}
	return page.M("place.point." + string(k))
}

// pointForm is the form of a point: of one that is there, or the choice of one of the
// gazetteer.
func (s *Service) pointForm(r *http.Request, p Point) (*page.Form, error) {
	locale := page.LocaleOf(r).Code
	free, err := s.Free(r.Context())
	if err != nil {
		return nil, err
	}
	var sites, points []page.Option
	for _, x := range free {
		points = append(points, page.Option{Value: x.Code, Text: x.Name(locale)})
	}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		all, err := s.Sites.All(tx)
		sites = nil
		for _, x := range all {
			if !x.Closed && s.edits(r.Context(), Post{Site: x.Code}) == nil {
				sites = append(sites, page.Option{Value: x.Code, Text: x.Name(locale)})
			}
		}
		return err
	})
	return pointFields(p, points, sites), err
}

func pointFields(p Point, points, sites []page.Option) *page.Form {
	code := page.Field{Kind: page.Select, Name: "code", Label: page.M("border.point.point"), Hint: page.M("border.point.point_hint"), Options: points}
	var offset string
	if p.Post.Code != "" {
		code = page.Field{Kind: page.Hidden, Name: "code", Value: p.Post.Code}
		offset = strconv.Itoa(p.Post.Offset)
	}
	return &page.Form{Action: "/border/points", Cancel: page.Link{Href: "/border", Text: page.M("border.title")}, Fields: []page.Field{code,
		{Kind: page.Select, Name: "site", Label: page.M("border.point.site"), Hint: page.M("border.point.site_hint"), Options: sites, Value: p.Post.Site},
		{Kind: page.Select, Name: "offset", Label: page.M("border.point.offset"), Hint: page.M("border.point.offset_hint"), Options: offsetOptions(), Value: offset},
		{Kind: page.Checks, Name: "is", Label: page.M("border.point.is"), Optional: true, Values: pointMarks(p.Post), Options: []page.Option{
			{Value: "corridor", Label: page.M("border.point.corridor"), Hint: page.M("border.point.corridor_hint")},
			{Value: "shut", Label: page.M("border.point.shut")}}},
	}}
}

// offsetOptions are the clocks of the world: every half hour, and those that stand at a
// quarter to (Nepal, Eucla, Chatham; IANA time zone database 2024a).
func offsetOptions() []page.Option {
	var all []int
	for m := leastOffset; m <= mostOffset; m += 30 {
		all = append(all, m)
	}
	all = append(all, 5*60+45, 8*60+45, 12*60+45)
	slices.Sort(all)
	var out []page.Option
	for _, m := range all {
		sign, n := '+', m
		if m < 0 {
			sign, n = '−', -m
		}
		out = append(out, page.Option{Value: strconv.Itoa(m), Text: fmt.Sprintf("UTC%c%02d:%02d", sign, n/60, n%60)})
	}
	return out
}

func pointMarks(p Post) []string {
	var out []string
	if p.Corridor {
		out = append(out, "corridor")
	}
	if p.Shut {
		out = append(out, "shut")
	}
	return out
}

// pointRows says what the gazetteer knows of a point.
func pointRows(p Point, lang string) page.Summary {
	if p.Post.Code == "" {
		return nil
	}
	rows := page.Summary{{Label: page.M("border.point.point"), Value: p.Name(lang)}, {Label: page.M("border.point.kind"), Value: kindMsg(p.Kind)}, {Label: page.M("border.point.country"), Value: page.Country(p.Country)}}
	if p.Faces != "" {
		rows = append(rows, page.Row{Label: page.M("border.point.faces"), Value: page.Country(p.Faces)})
	}
	if p.Keep() {
		rows = append(rows, page.Row{Label: page.M("border.point.guarded"), Value: page.M("border.point.guarded_hint")})
	}
	return rows
}

func (s *Service) getPoint(w http.ResponseWriter, r *http.Request) {
	if err := s.edits(r.Context(), Post{}); err != nil {
		s.fail(w, r, err)
		return
	}
	var p Point
	title := "border.point.add"
	if code := r.PathValue("code"); code != "" {
		var err error
		p, err = s.PointOf(r.Context(), code)
		if err == nil {
			err = s.edits(r.Context(), p.Post)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		title = "border.point.change"
	}
	f, err := s.pointForm(r, p)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: title}, page.Sheet{Rows: pointRows(p, page.LocaleOf(r).Code), Form: f}, f)
}

func (s *Service) postPoint(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.fail(w, r, err)
		return
	}
	was, err := s.PointOf(r.Context(), r.PostForm.Get("code"))
	title := "border.point.change"
	if err != nil {
		was, title = Point{}, "border.point.add"
	}
	f, err := s.pointForm(r, was)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	offset, bad := strconv.Atoi(r.PostForm.Get("offset"))
	if bad != nil {
		offset = 1 // no offset that can be
	}
	p := Post{Code: r.PostForm.Get("code"), Site: r.PostForm.Get("site"), Offset: offset,
		Corridor: slices.Contains(r.PostForm["is"], "corridor"), Shut: slices.Contains(r.PostForm["is"], "shut")}
	if err := s.SavePost(r.Context(), p); err != nil {
		if !f.Fail(err) {
			s.fail(w, r, err)
			return
		}
		s.Pages.Sheet(w, r, page.Page{Title: title}, page.Sheet{Rows: pointRows(was, page.LocaleOf(r).Code), Form: f}, f)
		return
	}
	s.Pages.Redirect(w, r, "/border", page.M("border.point.saved"))
}
