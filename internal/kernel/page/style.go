package page

import (
	"net/http"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// styleView is every component once, with invented people.
type styleView struct {
	Tags     []Tag
	Callouts []Callout
	Rows     Summary
	Tasks    Tasks
	Journey  Timeline
	Table    Table
	Form     *Form
	Filter   *Form
	Empty    Empty
	Drawing  *Drawing
	Hits     []styleHit
}

type styleHit struct {
	Href    string
	Name    string
	Latin   string
	Born    calendar.Date
	CaseRef Code
}

// StyleRoutes adds /style, the page that shows every component for review. Only
// the demo mounts it.
func (p *Renderer) StyleRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /style", func(w http.ResponseWriter, r *http.Request) {
		v := fullStyle()
		pg := Page{Template: "page/style", Title: "page.style.title", View: v, Banner: styleBanner(), Back: Link{Href: "/", Text: M("page.home")}}
		if r.URL.Query().Get("problem") != "" {
			_ = v.Form.Fail(fault.Field("page.Style", "birth", "page.error.date"))
			_ = v.Form.Fail(fault.Field("page.Style", "weight", "page.error.number"))
		}
		p.Form(w, r, pg, v.Form)
	})
	mux.HandleFunc("POST /style/search", func(w http.ResponseWriter, r *http.Request) {
		if IsFragment(r) {
			p.Fragment(w, r, "page/style-hits", fullStyle())
			return
		}
		p.Render(w, r, Page{Template: "page/style-hits", Title: "page.style.search", View: fullStyle()})
	})
}

func must(d calendar.Date, err error) calendar.Date {
	if err != nil {
		panic(err) // fixed dates of the style guide
	}
	return d
}

func styleBanner() *Banner {
	return &Banner{
		Href: "/style", Name: "ሰላም ተስፋዬ ገብረ", NameLang: "am", Latin: "Selam Tesfaye Gebre", Sex: Female,
		Born: must(calendar.OfYear(2008)), On: calendar.DayOf(2026, 11, 22), Case: "US-2026-004117", CaseHref: "/style",
		Languages: []string{"am", "ar"}, Interp: value.Yes, HasAllergy: value.Yes, Allergies: []string{"Penicillin"},
		Consent: Tag{Done, M("page.style.consent_given")},
		Flags:   []Tag{{Danger, M("page.style.flag_contact")}, {Wait, M("page.style.flag_pregnancy")}},
	}
}

func styleForm() *Form {
	return &Form{
		Submit: M("page.save"), Cancel: Link{Href: "/style", Text: M("page.style.cancel")},
		Fields: []Field{
			{Kind: Hidden, Name: "id", Value: "0193-style"},
			{Kind: Text, Name: "name", Label: M("page.style.q_name"), Hint: M("page.style.q_name_hint"), Dir: "auto", Max: 200, Value: "ሰላም ተስፋዬ"},
			{Kind: Date, Name: "birth", Label: M("page.style.q_birth"), Date: DateInput{Year: "2008", Partial: true, AllowAge: true, AllowUnknown: true}},
			{Kind: Radios, Name: "pregnant", Label: M("page.style.q_pregnant"), Hint: M("page.style.q_pregnant_hint"), Inline: true, Options: []Option{
				{Value: "yes", Label: M("page.truth.yes")}, {Value: "no", Label: M("page.truth.no")},
				{Value: "unknown", Label: M("page.truth.unknown")}, {Value: "refused", Label: M("page.truth.refused")}}},
			{Kind: Heading, Name: "measures", Label: M("page.style.h_measures")},
			{Kind: Number, Name: "weight", Label: M("page.style.q_weight"), Unit: "kg", Width: 6},
			{Kind: Checks, Name: "symptoms", Label: M("page.style.q_symptoms"), Options: []Option{
				{Value: "cough", Label: M("page.style.cough")}, {Value: "fever", Label: M("page.style.fever")},
				{Value: "weight", Label: M("page.style.weight_loss"), Hint: M("page.style.weight_loss_hint")}}},
			{Kind: Select, Name: "country", Label: M("page.style.q_country"), Optional: true, Options: []Option{{Value: "ETH", Text: "Ethiopia"}, {Value: "SDN", Text: "Sudan"}}},
			{Kind: LongText, Name: "note", Label: M("page.style.q_note"), Optional: true},
			{Kind: File, Name: "photo", Label: M("page.style.q_photo"), Accept: "image/jpeg,image/png", Capture: "user", Optional: true},
		},
	}
}

func fullStyle() styleView {
	day := calendar.DayOf(2026, 11, 20)
	return styleView{
		Tags: []Tag{{Quiet, M("page.style.tag_quiet")}, {Info, M("page.style.tag_info")}, {Done, M("page.style.tag_done")},
			{Wait, M("page.style.tag_wait")}, {Danger, M("page.style.tag_danger")}},
		Callouts: []Callout{
			{Level: Danger, Title: M("page.style.stop_title"), Text: []Msg{M("page.style.stop_text")}, Links: []Link{{Href: "/style", Text: M("page.style.stop_link")}}},
			{Level: Wait, Title: M("page.style.wait_title"), Text: []Msg{M("page.style.wait_text", "count", 2)}},
			{Level: Info, Text: []Msg{M("page.style.info_text")}},
		},
		Rows: Summary{
			{Label: M("page.style.q_name"), Value: "ሰላም ተስፋዬ ገብረ", Change: Link{Href: "/style"}},
			{Label: M("page.style.q_birth"), Value: must(calendar.BornAtAge(30, 1, day)), Change: Link{Href: "/style"}},
			{Label: M("page.style.arrived"), Value: must(calendar.OfMonth(2019, 6))},
			{Label: M("page.style.q_weight"), Value: value.Quantity{Number: 61.5, Unit: "kg"}, Change: Link{Href: "/style"}},
			{Label: M("page.style.q_pregnant"), Value: value.Refused},
			{Label: M("page.style.q_symptoms"), Value: nil},
			{Label: M("page.style.seen"), Value: time.Date(2026, 11, 20, 7, 40, 0, 0, time.UTC)},
		},
		Tasks: Tasks{
			{Name: M("page.style.xray"), Href: "/style", State: Tag{Danger, M("page.style.blocked")}, Why: []Msg{M("page.style.xray_why")}, Source: M("page.style.source")},
			{Name: M("page.style.sputum"), Href: "/style", State: Tag{Wait, M("page.style.tag_wait")}, Why: []Msg{M("page.style.sputum_why")}, Source: M("page.style.source"), Note: Tag{Wait, M("page.style.unconfirmed")}},
			{Name: M("page.style.exam"), State: Tag{Done, M("page.style.tag_done")}},
		},
		Journey: Timeline{
			{When: must(calendar.OfYear(2008)), What: Country("ERI"), Detail: M("page.style.born_there")},
			{When: must(calendar.OfMonth(2019, 6)), What: Country("SDN"), State: Tag{Wait, M("page.style.unconfirmed")}, Change: Link{Href: "/style"}},
			{When: day, What: M("page.style.xray"), Detail: []any{"Amal Idris", Code("XR-0419")}},
		},
		Drawing: styleDrawing(), Table: styleTable(day),
		Form:   styleForm(),
		Filter: &Form{Method: "get", Compact: true, Submit: M("page.style.filter"), Fields: []Field{{Kind: Select, Name: "station", Label: M("page.style.station"), Options: []Option{{Value: "radiology", Label: M("page.style.radiology")}}}, {Kind: Text, Name: "number", Label: M("page.banner.case"), Width: 10, Dir: "ltr"}}},
		Empty:  Empty{Title: M("page.style.empty_title"), Text: M("page.style.empty_text"), Action: Link{Href: "/style", Text: M("page.style.empty_action")}},
		Hits: []styleHit{{"/style", "ሰላም ተስፋዬ ገብረ", "Selam Tesfaye Gebre", must(calendar.OfYear(2008)), "US-2026-004117"},
			{"/style", "سلمى الطيب", "Salma Eltayeb", must(calendar.OfDay(1994, 3, 2)), "UK-2026-000981"}},
	}
}

// styleDrawing has every figure and look once.
func styleDrawing() *Drawing {
	d := &Drawing{Title: M("page.style.drawing"), Text: M("page.style.drawing_text"), W: 640, H: 220,
		Key: []KeyEntry{{MarkBar, LookOne, M("page.style.local")}, {MarkBar, LookTwo, M("page.style.imported")}, {MarkLine, LookDashed, M("page.style.limit")}, {MarkDiamond, LookAlarm, M("page.style.tag_danger")}}}
	add := func(m ...Mark) { d.Marks = append(d.Marks, m...) }
	add(Mark{Kind: MarkArea, Look: LookGround, At: []float64{40, 150, 600, 120, 600, 180, 40, 180}}, Mark{Kind: MarkLine, Look: LookAxis, At: []float64{40, 180, 600, 180}})
	for i, n := range []float64{4, 9, 12, 7, 3} {
		x := 60 + 100*float64(i)
		add(Mark{Kind: MarkBar, Look: LookOne, At: []float64{x, 180 - 10*n, x + 40, 180}, Name: n}, Mark{Kind: MarkBar, Look: LookTwo, At: []float64{x, 180 - 12*n, x + 40, 180 - 10*n}}, Mark{Kind: MarkWords, Look: LookAxis, At: []float64{x + 20, 200}, Text: 42 + i, Anchor: AnchorMiddle})
	}
	add(Mark{Kind: MarkLine, Look: LookDashed, At: []float64{40, 60, 600, 60}}, Mark{Kind: MarkLine, Look: LookBoundary, At: []float64{40, 100, 600, 100}}, Mark{Kind: MarkLine, Look: LookThree, At: []float64{120, 60, 260, 40}, R: 3, Arrow: true},
		Mark{Kind: MarkDiamond, Look: LookAlarm, At: []float64{280, 45}, R: 6, Name: M("page.style.tag_danger"), Href: "/style"}, Mark{Kind: MarkTriangle, At: []float64{400, 45}, R: 6}, Mark{Kind: MarkSquare, Look: LookThree, At: []float64{430, 45}, R: 5}, Mark{Kind: MarkDot, Look: LookDashed, At: []float64{460, 45}, R: 6},
		Mark{Kind: MarkWords, At: []float64{600, 30}, Text: "Jebel Aulia", Anchor: AnchorEnd}, Mark{Kind: MarkWords, Look: LookAlarm, At: []float64{40, 30}, Text: M("page.style.limit")})
	return d
}

func styleTable(day calendar.Day) Table {
	row := func(name string, born calendar.Date, number Code, station Msg, tag Tag, wait int) []Cell {
		return []Cell{Link{Href: "/style", Name: name}, Age(born, day), number, station, tag, M("page.style.minutes", "count", wait)}
	}
	return Table{
		Caption: M("page.style.worklist"), Tight: true,
		Columns: []Column{{Label: M("page.style.q_name")}, {Label: M("page.style.age")}, {Label: M("page.banner.case")},
			{Label: M("page.style.station")}, {Label: M("page.style.state")}, {Label: M("page.style.waiting"), Number: true}},
		Rows: [][]Cell{
			row("ሰላም ተስፋዬ ገብረ", must(calendar.OfYear(2008)), "US-2026-004117", M("page.style.radiology"), Tag{Danger, M("page.style.blocked")}, 42),
			row("سلمى الطيب", must(calendar.OfDay(1994, 3, 2)), "UK-2026-000981", M("page.style.laboratory"), Tag{Wait, M("page.style.tag_wait")}, 12),
			row("Олена Шевченко", must(calendar.OfDay(2025, 2, 11)), "CA-2026-000377", M("page.style.nurse"), Tag{Done, M("page.style.tag_done")}, 3),
			row("María Fernanda Rodríguez", must(calendar.OfDay(2026, 10, 30)), "AU-2026-001204", M("page.style.nurse"), Tag{Quiet, M("page.style.tag_quiet")}, 1),
		},
		Pager: Pager{Prev: "/style?from=1", Next: "/style?from=9", From: 5, To: 8, Total: 12480},
	}
}

// Samples are the package's own pages.
func Samples() []Sample {
	failed := styleForm()
	failed.Note("birth", M("page.error.date"))
	failed.Note("", M("page.error.conflict"))
	return []Sample{
		{Name: "style", Template: "page/style", Title: "page.style.title", Empty: styleView{Form: &Form{}, Filter: &Form{}}, Full: fullStyle(), Banner: styleBanner()},
		{Name: "hits", Template: "page/style-hits", Fragment: true, Empty: styleView{}, Full: fullStyle()},
		{Name: "form with a problem", Template: "page/form", Title: "page.style.form", Empty: &Form{}, Full: failed, Problems: failed.Problems()},
		{Name: "sheet", Template: "page/style", Title: "page.style.title", Empty: styleView{Form: &Form{}, Filter: &Form{}}, Full: fullStyle(), Banner: styleBanner(), Bare: true},
		{Name: "page of parts", Template: SheetTemplate, Title: "page.style.title", Empty: Sheet{}, Full: fullSheet()},
		{Name: "not allowed", Template: "page/error", Title: "page.error.title_forbidden", Empty: errorView{}, Full: errorView{Code: fault.Forbidden, Message: M("page.error.forbidden"), Home: true}},
		{Name: "changed meanwhile", Template: "page/error", Title: "page.error.title_conflict", Empty: errorView{}, Full: errorView{Code: fault.Conflict, Message: M("page.error.conflict"), Home: true}},
		{Name: "error in a part", Template: "page/error-fragment", Fragment: true, Empty: errorView{}, Full: errorView{Message: M("page.error.internal")}},
	}
}

// fullSheet is a sheet with everything in it.
func fullSheet() Sheet {
	v, lead := fullStyle(), M("page.style.lead")
	link := []Link{{Href: "/style", Text: M("page.style.stop_link")}, {Href: "/style", Name: "Jebel Aulia"}}
	return Sheet{Lead: lead, Notes: v.Callouts, Actions: link, Filter: v.Filter, Rows: v.Rows, Drawing: v.Drawing, Table: &v.Table, Form: v.Form, Limits: []Msg{M("page.style.info_text")},
		Parts: []Part{{Title: M("page.style.h_list"), Lead: lead, Notes: v.Callouts[:1], Lines: []string{"a line of a log"}, Rows: v.Rows[:1], Timeline: v.Journey, Actions: link[:1]}, {Drawing: &Drawing{Text: lead, W: 10, H: 10}}}}
}
