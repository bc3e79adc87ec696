package course

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// dosesView is the calendar of doses of a month, for one thumb: the chosen day with one
// button a state, and the days of the month.
type dosesView struct {
	Notes      []page.Callout
	Action     string
	Undo       string
	Doc        string
	On         calendar.Day
	Recorded   []recordedDose
	Seen       string
	May        bool
	Choices    []doseChoice
	Days       []doseDay
	Month      page.Msg
	Prev, Next string
	Said       []page.Callout
}

type recordedDose struct {
	ID   string
	What page.Msg
	Site string
	At   any
}

type doseChoice struct {
	Value string
	Text  page.Msg
}

type doseDay struct {
	Href string
	Day  int
	Text page.Msg
}

// dosesPage lays a month out; on is the day that is chosen.
func dosesPage(o Opened, on calendar.Day) dosesView {
	base := path(o.ID) + "/doses?on="
	v := dosesView{Action: path(o.ID) + "/doses", Undo: path(o.ID) + "/undo", Doc: db.NewID().String(), On: on, May: o.MayWrite && o.Open()}
	var seen []string
	for _, d := range o.Doses {
		if d.On == on {
			v.Recorded = append(v.Recorded, recordedDose{ID: d.ID.String(), What: page.M("course.dose." + string(d.State)), Site: d.Site, At: d.At})
			seen = append(seen, d.ID.String())
		}
	}
	v.Seen = strings.Join(seen, " ")
	for _, st := range DoseStates {
		v.Choices = append(v.Choices, doseChoice{string(st), page.M("course.dose." + string(st))})
	}
	cal := calendarOf(o.Doses)
	year, month, _ := on.YMD()
	first := calendar.DayOf(year, month, 1)
	n := calendar.DaysInMonth(year, month)
	v.Month = page.DateText(firstOf(year, month))
	v.Prev, v.Next = base+(first-1).String(), ""
	if next := first + calendar.Day(n); next <= o.Today {
		v.Next = base + next.String()
	}
	if first <= o.Plan.First {
		v.Prev = ""
	}
	for d := range n {
		day := first + calendar.Day(d)
		if day < o.Plan.First || day > o.Today {
			continue
		}
		text := page.M("course.dose.none")
		switch {
		case cal.Disputed[day]:
			text = page.M("course.dose.disputed")
		case cal.States[day] != "":
			text = page.M("course.dose." + string(cal.States[day]))
		}
		v.Days = append(v.Days, doseDay{base + day.String(), d + 1, text})
	}
	if cal.Disputed[on] {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("course.dose_differs")}, Links: []page.Link{{Href: "/review", Text: page.M("course.review")}}})
	}
	v.Notes = append(v.Notes, notes(o)...)
	return v
}

func firstOf(year, month int) calendar.Date {
	d, _ := calendar.OfMonth(year, month)
	return d
}

func (s *Service) getDoses(w http.ResponseWriter, r *http.Request) {
	on := s.today()
	if d, err := calendar.ParseDay(r.URL.Query().Get("on")); err == nil {
		on = d
	}
	s.showDoses(w, r, on, nil)
}

func (s *Service) showDoses(w http.ResponseWriter, r *http.Request, on calendar.Day, failed error) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Look(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err == nil && !o.Plan.Doses {
		err = fault.New(fault.NotFound, "course.getDoses", "page.error.not_found")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if o.Plan.First != 0 {
		on = max(on, o.Plan.First)
	}
	pg := page.Page{Template: "course/doses", Title: "course.doses.title", Banner: o.Banner, Back: page.Link{Href: path(id), Text: page.M("course.one.title")}, View: dosesPage(o, min(on, o.Today))}
	if failed != nil {
		f := &page.Form{}
		if !f.Fail(failed) {
			s.Pages.Error(w, r, failed)
			return
		}
		for _, p := range f.Problems() {
			pg.Problems = append(pg.Problems, page.Problem{Text: p.Text})
		}
	}
	s.Pages.Render(w, r, pg)
}

func (s *Service) postDose(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	doc, err := db.ParseID(r.PostForm.Get("doc"))
	on, err2 := calendar.ParseDay(r.PostForm.Get("on"))
	if err != nil || err2 != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "course.postDose", "page.error.body"))
		return
	}
	var seen []db.ID
	for _, text := range strings.Fields(r.PostForm.Get("seen")) {
		if one, err := db.ParseID(text); err == nil {
			seen = append(seen, one)
		}
	}
	out, err := s.RecordDose(r.Context(), doc, id, on, DoseState(r.PostForm.Get("state")), seen)
	if err != nil {
		s.showDoses(w, r, on, err)
		return
	}
	said := page.M("course.dose_kept")
	if out == DoseTwice {
		said = page.M("course.dose_twice")
	}
	s.Pages.Redirect(w, r, path(id)+"/doses?on="+on.String(), said)
}

func (s *Service) postUndo(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var dose db.ID
	if err == nil {
		dose, err = db.ParseID(r.PostForm.Get("dose"))
	}
	if err == nil {
		err = s.UndoDose(r.Context(), id, dose)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	to := path(id) + "/doses"
	if on, err := calendar.ParseDay(r.PostForm.Get("on")); err == nil {
		to += "?on=" + on.String()
	}
	s.Pages.Redirect(w, r, to, page.M("course.dose_undone"))
}
