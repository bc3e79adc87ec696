package border

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// countView is the tap counter.
type countView struct {
	PointName string
	Started   time.Time
	Notes     []page.Callout
	ShiftID   string
	BatchID   string
	NowID     string // milliseconds since 1970, by the node's clock
	Offset    int
	Direction page.Field
	Age       page.Field
	Taps      []tapView
	Counts    []countLine
	Ways      []page.Link
}

type tapView struct {
	Code       string
	CountsCode string // what a press counts
	Hands      bool
	Label      page.Msg
}

type countLine struct {
	Code  string
	Label page.Msg
	N     int64
}

func (s *Service) getCount(w http.ResponseWriter, r *http.Request) {
	own, err := s.OwnShift(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	q := r.URL.Query()
	v := tapPage(own, Direction(q.Get("direction")), Age(q.Get("age")), s.now(), page.LocaleOf(r).Code)
	if s.Ready != nil {
		notes, err := s.Ready(r.Context(), own)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		v.Notes = append(v.Notes, notes...)
	}
	s.Pages.Render(w, r, page.Page{Template: "border/count", Title: "border.count.title", View: v})
}

func tapPage(own Own, d Direction, a Age, now time.Time, lang string) countView {
	v := countView{PointName: own.Point.Name(lang), Started: own.Shift.Started, ShiftID: own.Shift.ID.String(), BatchID: db.NewID().String(),
		NowID: itoa(now.UnixMilli()), Offset: own.Point.Post.Offset,
		Direction: page.Field{Kind: page.Radios, Name: "direction", Label: page.M("border.count.direction"), Options: page.OptionsOf(Directions, "border.direction."), Inline: true, Value: string(d), Optional: true},
		Age:       page.Field{Kind: page.Radios, Name: "age", Label: page.M("border.count.age"), Options: ageOptions(), Inline: true, Value: string(a), Optional: true},
		Ways: []page.Link{{Href: "/border/travellers", Text: page.M("border.count.travellers")}, {Href: "/border/measures", Text: page.M("border.count.held")}, {Href: "/border/declarations", Text: page.M("border.count.declarations")}, {Href: "/border/points/" + own.Point.Post.Code + "/ground", Text: page.M("border.count.ground")}, {Href: "/border/hours", Text: page.M("border.hours.title")}, {Href: dayPath(own.Point.Post.Code), Text: page.M("border.day.title")},
			{Href: "/border/shift/end", Text: page.M("border.shift.end")}}}
	if own.Before.Handover != "" {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Title: page.M("border.shift.before"), Text: []page.Msg{page.M("border.shift.said", "note", own.Before.Handover)}})
	}
	for _, t := range Taps {
		var what []string
		for _, w := range t.Counts {
			what = append(what, string(w))
		}
		v.Taps = append(v.Taps, tapView{t.Code, strings.Join(what, " "), t.Hands, page.M("border.tap." + t.Code)})
	}
	for _, w := range Whats {
		v.Counts = append(v.Counts, countLine{string(w), page.M("border.what." + string(w)), own.Counts[w]})
	}
	return v
}

// ageOptions are bands of years, which are numbers in every language.
func ageOptions() []page.Option {
	var out []page.Option
	for _, a := range Ages {
		from, to, both := strings.Cut(string(a), "_")
		text := from + "+"
		if both {
			text = from + "–" + to
		}
		out = append(out, page.Option{Value: string(a), Text: text})
	}
	return out
}

// postTap counts one press of a page without script. Its id was made with the page, so
// that a form that is sent twice counts once.
func (s *Service) postTap(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.fail(w, r, err)
		return
	}
	own, err := s.OwnShift(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	id, err := db.ParseID(r.PostForm.Get("id"))
	at := slices.IndexFunc(Taps, func(t Tap) bool { return t.Code == r.PostForm.Get("tap") })
	if err != nil || at < 0 {
		s.fail(w, r, fault.New(fault.Invalid, "border.postTap", "border.error.counts"))
		return
	}
	d, a := Direction(r.PostForm.Get("direction")), Age(r.PostForm.Get("age"))
	t := Tally{ID: id, Shift: own.Shift.ID}
	for _, what := range Taps[at].Counts {
		t.Counts = append(t.Counts, Count{Key{own.Hour, what, d, a}, 1})
	}
	if err := s.Count(r.Context(), t); err != nil {
		s.fail(w, r, err)
		return
	}
	to := url.Values{"direction": {string(d)}, "age": {string(a)}}
	http.Redirect(w, r, "/border/count?"+to.Encode(), http.StatusSeeOther)
}

// batch is what the tap counter's script sends.
type batch struct {
	ID     string  `json:"id"`
	Shift  string  `json:"shift"`
	Counts []Count `json:"counts"`
}

// received answers it: one of the two names the batch. Anything else is tried again.
type received struct {
	Counted string `json:"counted,omitempty"`
	Refused string `json:"refused,omitempty"`
	Why     string `json:"why,omitempty"` // the key of a message
}

const batchLimit = 128 << 10

func (s *Service) postTaps(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, a received) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(a)
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, batchLimit))
	t, name, ok := readBatch(raw)
	if err != nil || !ok {
		answer(http.StatusUnprocessableEntity, received{Refused: name, Why: "border.error.counts"})
		return
	}
	err = s.Count(r.Context(), t)
	switch code := fault.CodeOf(err); {
	case err == nil:
		answer(http.StatusOK, received{Counted: name})
	case code == fault.Invalid || code == fault.Conflict || code == fault.NotFound:
		answer(code.Status(), received{Refused: name, Why: fault.KeyOf(err)})
	default:
		answer(code.Status(), received{})
	}
}

// readBatch reads what the script sent; name is the batch's own, as far as it has one.
func readBatch(raw []byte) (t Tally, name string, ok bool) {
	var b batch
	if err := json.Unmarshal(raw, &b); err != nil {
		return t, "", false
	}
	var errID, errShift error
	t.ID, errID = db.ParseID(b.ID)
	t.Shift, errShift = db.ParseID(b.Shift)
	t.Counts = b.Counts
	return t, t.ID.String(), errID == nil && errShift == nil
}

func hoursForm(own Own) *page.Form {
	var hours []page.Option
	for i := range Hour(12) {
		h := own.Hour - i
		hours = append(hours, page.Option{Value: strconv.Itoa(int(h.OfDay())), Label: hourMsg(h)})
	}
	fields := []page.Field{
		{Kind: page.Select, Name: "hour", Label: page.M("border.hours.hour"), Options: hours},
		{Kind: page.Radios, Name: "direction", Label: page.M("border.count.direction"), Options: page.OptionsOf(Directions, "border.direction."), Inline: true},
		{Kind: page.Radios, Name: "age", Label: page.M("border.count.age"), Hint: page.M("border.hours.age_hint"), Options: ageOptions(), Inline: true, Optional: true},
	}
	for _, f := range totalFields(nil) {
		f.Optional = true
		fields = append(fields, f)
	}
	return &page.Form{Action: "/border/hours", Fields: fields}
}

// hourMsg says an hour of the day as its beginning and end.
func hourMsg(h Hour) page.Msg {
	return page.M("border.hours.from_to", "from", clock(h), "to", clock(h+1))
}

func clock(h Hour) page.Code {
	text := strconv.Itoa(int(h.OfDay())) + ":00"
	if len(text) < 5 {
		text = "0" + text
	}
	return page.Code(text)
}

func (s *Service) getHours(w http.ResponseWriter, r *http.Request) { s.showHours(w, r, nil) }

func (s *Service) showHours(w http.ResponseWriter, r *http.Request, f *page.Form) {
	own, typed, err := s.TypedHours(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if f == nil {
		f = hoursForm(own)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "border.hours.title", Back: page.Link{Href: "/border/count", Text: page.M("border.count.title")}}, hoursView(f, typed), f)
}

func hoursView(f *page.Form, typed []Tally) page.Sheet {
	v := page.Sheet{Lead: page.M("border.hours.lead"), Form: f}
	if len(typed) == 0 {
		return v
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("border.hours.hour")}, {Label: page.M("border.count.direction")}, {Label: page.M("border.count.age")}}}
	for _, w := range Whats {
		t.Columns = append(t.Columns, page.Column{Label: page.M("border.what." + string(w)), Number: true})
	}
	for _, h := range typed {
		if len(h.Counts) == 0 {
			continue
		}
		sums := TotalsOf(h.Counts)
		row := []page.Cell{hourMsg(h.Counts[0].Hour), page.M("border.direction." + string(h.Counts[0].Direction)), ageMsg(h.Counts[0].Age)}
		for _, w := range Whats {
			row = append(row, totalCell(sums, w))
		}
		t.Rows = append(t.Rows, row)
	}
	v.Parts = []page.Part{{Title: page.M("border.hours.typed"), Table: t}}
	return v
}

func (s *Service) postHours(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.fail(w, r, err)
		return
	}
	totals, errs := readTotals(r)
	hour, err := strconv.Atoi(r.PostForm.Get("hour"))
	if err != nil {
		errs = append(errs, fault.Field("border.postHours", "hour", "border.error.choose"))
	}
	if len(errs) == 0 {
		if err = s.TypeHour(r.Context(), Hour(hour), Direction(r.PostForm.Get("direction")), Age(r.PostForm.Get("age")), totals); err == nil {
			s.Pages.Redirect(w, r, "/border/hours", page.M("border.hours.saved"))
			return
		}
		errs = []error{err}
	}
	own, err := s.OwnShift(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f := hoursForm(own)
	f.Fill(r.PostForm)
	if !f.Fail(joined(errs)) {
		s.fail(w, r, joined(errs))
		return
	}
	s.showHours(w, r, f)
}

func dayForm(st DayState) *page.Form {
	was := st.Counted // what nobody counted is empty: zero is said by somebody
	if st.Closed && !st.After {
		was = st.Report.Stated
	}
	fields := append([]page.Field{{Kind: page.Hidden, Name: "day", Value: strconv.Itoa(int(st.Day)), Keep: true}}, totalFields(was)...)
	fields = append(fields,
		page.Field{Kind: page.Checks, Name: "zero", Label: page.M("border.day.zero"), Optional: true, Options: []page.Option{{Value: "1", Label: page.M("border.day.zero_yes"), Hint: page.M("border.day.zero_hint")}}},
		page.Field{Kind: page.LongText, Name: "why", Label: page.M("border.day.why"), Hint: page.M("border.day.why_hint"), Max: longNote, Optional: true, Rows: 2, Value: st.Report.Why})
	return &page.Form{Action: dayPath(st.Point.Post.Code), Submit: page.M("border.day.close"), Fields: fields}
}

func (s *Service) getDay(w http.ResponseWriter, r *http.Request) {
	day, err := strconv.Atoi(r.URL.Query().Get("day"))
	if err != nil {
		day = 0
	}
	s.showDay(w, r, calendar.Day(day), nil)
}

func (s *Service) showDay(w http.ResponseWriter, r *http.Request, day calendar.Day, f *page.Form) {
	st, err := s.DayOf(r.Context(), r.PathValue("point"), day)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if f == nil {
		f = dayForm(st)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "border.day.title", Back: page.Link{Href: "/border", Text: page.M("border.title")}}, dayView(st, f, page.LocaleOf(r).Code), f)
}

func dayView(st DayState, f *page.Form, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("border.day.lead"), Form: f, Rows: page.Summary{{Label: page.M("border.point.point"), Value: st.Point.Name(lang)}, {Label: page.M("border.day.day"), Value: st.Day.Date()}},
		Actions: []page.Link{{Href: dayPath(st.Point.Post.Code) + "?day=" + strconv.Itoa(int(st.Day-1)), Text: page.M("border.day.before")}}}
	if st.Day < st.Today {
		v.Actions = append(v.Actions, page.Link{Href: dayPath(st.Point.Post.Code), Text: page.M("border.day.today")})
	}
	switch {
	case st.After:
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Title: page.M("border.day.after"), Text: []page.Msg{page.M("border.day.after_text")}})
	case st.Closed:
		v.Notes = append(v.Notes, page.Callout{Level: page.Done, Title: page.M("border.day.closed_at", "when", st.Report.At)})
	}
	return v
}

func (s *Service) postDay(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.fail(w, r, err)
		return
	}
	n, err := strconv.Atoi(r.PostForm.Get("day"))
	if err != nil || n <= 0 {
		s.fail(w, r, fault.New(fault.NotFound, "border.postDay", "page.error.not_found"))
		return
	}
	point, day := r.PathValue("point"), calendar.Day(n)
	totals, errs := readTotals(r)
	if len(errs) == 0 {
		if err = s.Close(r.Context(), point, day, totals, r.PostForm.Get("zero") != "", r.PostForm.Get("why")); err == nil {
			s.Pages.Redirect(w, r, "/border", page.M("border.day.saved"))
			return
		}
		errs = []error{err}
	}
	st, err := s.DayOf(r.Context(), point, day)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f := dayForm(st)
	f.Fill(r.PostForm)
	if !f.Fail(joined(errs)) {
		s.fail(w, r, joined(errs))
		return
	}
	s.showDay(w, r, day, f)
}

// ageMsg says an age group, or that none was noted.
func ageMsg(a Age) any {
	for _, o := range ageOptions() {
		if o.Value == string(a) {
			return o.Text
		}
	}
	return page.M("border.board.not_noted")
}
