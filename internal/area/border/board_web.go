package border

import (
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// firstDays is how many days a board shows at first: two weeks.
const firstDays = 14

func (s *Service) getBoard(w http.ResponseWriter, r *http.Request) {
	days, err := strconv.Atoi(r.URL.Query().Get("days"))
	if err != nil {
		days = firstDays
	}
	b, err := s.BoardOf(r.Context(), 0, days)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "border.board.title", Wide: true, Back: page.Link{Href: "/border", Text: page.M("border.title")}}, boardView(b, page.LocaleOf(r).Code), nil)
}

var boardSpans = []int{1, 7, firstDays, 28, mostBoard}

func boardView(b Board, lang string) page.Sheet {
	span := int(b.Last-b.First) + 1
	var spans []page.Option
	for _, n := range boardSpans {
		spans = append(spans, page.Option{Value: strconv.Itoa(n), Label: page.M("border.board.days", "count", n)})
	}
	v := page.Sheet{Lead: page.M("border.board.lead"), Filter: &page.Form{Method: "get", Action: "/border/board", Compact: true, Submit: page.M("border.board.show"), Fields: []page.Field{
		{Kind: page.Select, Name: "days", Label: page.M("border.board.span"), Options: spans, Value: strconv.Itoa(span)}}}}
	v.Rows = totalRows(b.All)
	points := &page.Table{Tight: true, Caption: page.M("border.board.by_point"), Columns: append([]page.Column{{Label: page.M("border.point.point"), Wide: true}}, totalColumns(page.M("border.board.reported_days"))...),
		Empty: page.Empty{Title: page.M("border.point.none")}}
	for _, p := range b.Points {
		row := []page.Cell{page.Link{Href: "/border/points/" + p.Point.Post.Code + "/board", Name: p.Point.Name(lang)}}
		points.Rows = append(points.Rows, append(append(row, totalCells(p.Totals)...), page.M("border.board.of", "n", p.Reported, "all", span)))
	}
	days := &page.Table{Tight: true, Caption: page.M("border.board.by_day"), Columns: append([]page.Column{{Label: page.M("border.day.day"), Wide: true}}, totalColumns(page.M("border.board.reported_points"))...)}
	for _, d := range b.Days {
		days.Rows = append(days.Rows, append(append([]page.Cell{d.Day.Date()}, totalCells(d.Totals)...), page.M("border.board.of", "n", d.Reported, "all", b.Open)))
	}
	v.Parts = []page.Part{{Table: points}, foundPart(b.Found, lang), {Table: days}}
	for _, f := range b.Found {
		if f.Held.Overdue > 0 {
			v.Notes = append(v.Notes, page.Callout{Level: page.Danger, Title: page.M("border.board.overdue", "count", f.Held.Overdue, "point", f.Point.Name(lang))})
		}
	}
	return v
}

// boardWhats are the columns of a board; the rest stands on the page of a point.
var boardWhats = []What{Passed, Screened, RefusedScreening, HandWashed}

func totalColumns(last page.Msg) []page.Column {
	var out []page.Column
	for _, w := range boardWhats {
		out = append(out, page.Column{Label: page.M("border.what." + string(w)), Number: true})
	}
	return append(out, page.Column{Label: page.M("border.board.share"), Number: true}, page.Column{Label: last})
}

func totalCells(t Totals) []page.Cell {
	var out []page.Cell
	for _, w := range boardWhats {
		out = append(out, totalCell(t, w))
	}
	return append(out, shareCell(t))
}

// shareCell is how many of a hundred who passed were screened; without a number of
// either it is not known.
func shareCell(t Totals) any {
	screened, ok := t[Screened]
	if !ok || t[Passed] <= 0 {
		return nil
	}
	tenths := (2000*screened + t[Passed]) / (2 * t[Passed])
	switch {
	case tenths >= 1000 && screened < t[Passed]:
		tenths = 999 // nearly all is not all
	case tenths == 0 && screened > 0:
		tenths = 1
	}
	return page.M("border.board.percent", "n", page.Code(inTenths(tenths)))
}

func totalRows(t Totals) page.Summary {
	var out page.Summary
	for _, w := range Whats {
		out = append(out, page.Row{Label: page.M("border.what." + string(w)), Value: totalCell(t, w)})
	}
	return append(out, page.Row{Label: page.M("border.board.share"), Value: shareCell(t)})
}

func (s *Service) getPointBoard(w http.ResponseWriter, r *http.Request) {
	day, err := strconv.Atoi(r.URL.Query().Get("day"))
	if err != nil {
		day = 0
	}
	b, err := s.PointBoardOf(r.Context(), r.PathValue("point"), calendar.Day(day))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "border.board.point", Wide: true, Back: page.Link{Href: "/border/board", Text: page.M("border.board.title")}}, pointBoardView(b, page.LocaleOf(r).Code), nil)
}

func pointBoardView(b PointBoard, lang string) page.Sheet {
	path := "/border/points/" + b.Point.Post.Code + "/board"
	state := page.Tag{Level: page.Wait, Text: page.M("border.day.open")}
	if b.Reported {
		state = page.Tag{Level: page.Done, Text: page.M("border.day.closed")}
	}
	v := page.Sheet{Rows: append(page.Summary{{Label: page.M("border.point.point"), Value: b.Point.Name(lang)}, {Label: page.M("border.day.day"), Value: []any{b.Day.Date(), state}}}, totalRows(b.All)...),
		Actions: []page.Link{{Href: path + "?day=" + strconv.Itoa(int(b.Day)-1), Text: page.M("border.day.before")}}}
	if b.Day < b.Today {
		v.Actions = append(v.Actions, page.Link{Href: path, Text: page.M("border.day.today")})
	}
	lines := func(caption, first page.Msg) *page.Table {
		t := &page.Table{Tight: true, Caption: caption, Columns: []page.Column{{Label: first, Wide: true}}, Empty: page.Empty{Title: page.M("border.board.nothing")}}
		for _, w := range Whats {
			t.Columns = append(t.Columns, page.Column{Label: page.M("border.what." + string(w)), Number: true})
		}
		return t
	}
	row := func(label any, t Totals) []page.Cell {
		out := []page.Cell{label}
		for _, w := range Whats {
			out = append(out, totalCell(t, w))
		}
		return out
	}
	hours := lines(page.M("border.board.by_hour"), page.M("border.hours.hour"))
	for _, h := range b.Hours {
		label := hourMsg(h.Hour)
		if h.Whole {
			label = page.M("border.board.corrected")
		}
		hours.Rows = append(hours.Rows, row(label, h.Totals))
	}
	ways := lines(page.M("border.board.by_direction"), page.M("border.count.direction"))
	for _, d := range append(Directions[:len(Directions):len(Directions)], "") {
		if t := b.Directions[d]; len(t) > 0 {
			ways.Rows = append(ways.Rows, row(directionMsg(d), t))
		}
	}
	ages := lines(page.M("border.board.by_age"), page.M("border.count.age"))
	for _, o := range append(ageOptions(), page.Option{}) {
		if t := b.Ages[Age(o.Value)]; len(t) > 0 {
			ages.Rows = append(ages.Rows, row(ageMsg(Age(o.Value)), t))
		}
	}
	v.Parts = []page.Part{{Table: hours}, {Table: ways}, {Table: ages}}
	return v
}

func directionMsg(d Direction) page.Msg {
	if d == "" {
		return page.M("border.board.not_noted")
	}
	return page.M("border.direction." + string(d))
}
