package border

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: full.Table != nil}
	}
	points := func(name string) []PointState {
		one := PointState{Point: samplePoint(name), Today: 20000, Shift: sampleOwn(name).Shift, Totals: Totals{Passed: 120, Screened: 118}, Report: true, Count: true, Edits: true, Ready: true}
		two := PointState{Point: samplePoint(name), Count: true}
		two.Kind, two.Post.Shut = place.UnofficialCrossing, true
		return []PointState{one, two}
	}
	own, bad := sampleOwn("Busia"), sampleOwn(hostile)
	typed := []Tally{{Typed: true, Counts: []Count{{Key{494120, Passed, In, ""}, 40}, {Key{494120, Screened, In, ""}, 0}}}}
	day := func(name string) DayState {
		return DayState{Point: samplePoint(name), Day: 20779, Today: 20780, Counted: Totals{Passed: 900, Screened: 880, HandWashed: 890}, Closed: true, After: true,
			Report: Closing{Why: name, Stated: Totals{Passed: 901}, At: sampleNow}}
	}
	sites := []page.Option{{Value: "BUS", Text: hostile}}
	return []page.Sample{
		pageOf("points of entry", "border.title", pointsView(points("Busia"), Own{}, true, "en"), pointsView(points(hostile), bad, false, "en")),
		pageOf("a point", "border.point.change", page.Sheet{Rows: pointRows(samplePoint("Busia"), "en"), Form: pointFields(samplePoint("Busia"), nil, sites)}, page.Sheet{Rows: pointRows(samplePoint(hostile), "en"), Form: pointFields(Point{}, sites, sites)}, page.Problem{Field: "offset", Text: page.M("border.error.choose")}),
		pageOf("the end of a shift", "border.shift.end", endView(own, endForm(), "en"), endView(bad, endForm(), "en")),
		pageOf("an hour", "border.hours.title", hoursView(hoursForm(own), typed), hoursView(hoursForm(bad), typed), page.Problem{Field: "passed", Text: page.M("border.error.passed")}),
		pageOf("a day", "border.day.title", dayView(day("Busia"), dayForm(day("Busia")), "en"), dayView(day(hostile), dayForm(day(hostile)), "en"), page.Problem{Field: "why", Text: page.M("border.error.why")}),
		pageOf("the board", "border.board.title", boardView(sampleBoard("Busia"), "en"), boardView(sampleBoard(hostile), "en")),
		pageOf("the board of a point", "border.board.point", pointBoardView(samplePointBoard("Busia"), "en"), pointBoardView(samplePointBoard(hostile), "en")),
		{Name: "tap counter", Template: "border/count", Title: "border.count.title", Empty: countView{}, Full: tapPage(own, In, "5_17", sampleNow, "en"), Hostile: tapPage(bad, "", "", sampleNow, "en")},
	}
}

func samplePoint(name string) Point {
	return Point{ID: db.ID{1}, Point: place.Point{Code: "BUSIA", Kind: place.GroundCrossing, Names: map[string]string{"en": name}, Country: "KEN", Faces: "UGA", Guarded: true},
		Post: Post{Code: "BUSIA", Site: "BUS", Offset: 180, Corridor: true}}
}

func sampleOwn(name string) Own {
	return Own{Shift: Shift{ID: db.ID{2}, Point: "BUSIA", Started: sampleNow.Add(-3 * time.Hour)}, Point: samplePoint(name), Before: Shift{Handover: name},
		Counts: Totals{Passed: 120, Screened: 118, HandWashed: 119}, Hour: Hour(calendar.DayOfTime(sampleNow))*24 + 12}
}

func sampleBoard(name string) Board {
	t := Totals{Passed: 3_102_900, Screened: 3_101_600, RefusedScreening: 12, HandWashed: 3_102_818}
	return Board{First: 20766, Last: 20779, Open: 2, All: t, Days: []DayLine{{20779, t, 1}, {20778, Totals{}, 0}}, Points: []PointLine{{samplePoint(name), t, 13}, {samplePoint(name), nil, 0}},
		Found: []FoundLine{{samplePoint(name), 3_101_600, true, map[string]int64{"secondary": 4_100, "alerts": 79, "referred": 79, "isolated": 12}, Held{3, 1}}, {Point: samplePoint(name), Held: Held{1, 0}}}}
}

func samplePointBoard(name string) PointBoard {
	b := PointBoard{Point: samplePoint(name), Day: 20778, Today: 20779, Directions: map[Direction]Totals{}, Ages: map[Age]Totals{}, All: Totals{}, Reported: true}
	b.add("", Passed, "", "", -1)
	b.add("07", Passed, In, "0_4", 40)
	b.add("07", HandWashed, In, "", 39)
	b.add("08", Passed, Out, "60", 44)
	return b
}
