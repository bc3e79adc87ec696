package order

import (
	"net/url"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// sampleForm is a small form with a question of each kind, in four languages.
const sampleForm = `type,name,label::en,label::fr,label::es,label::ar,required,relevant,unit,min,max,warn_max,allow,constraint,constraint_message::en,constraint_message::fr,constraint_message::es,constraint_message::ar
begin group,findings,Findings,Constatations,Hallazgos,الموجودات,,,,,,,,,,,,
select_one film,film,What does the film show?,Que montre le cliché ?,¿Qué muestra la placa?,ماذا تُظهر الصورة؟,yes,,,,,,,,,,,
choice film,normal,Normal,Normal,Normal,طبيعية,,,,,,,,,,,,
choice film,tb,Suggestive of tuberculosis,Évocateur de tuberculose,Sugestiva de tuberculosis,توحي بالسل,,,,,,,,,,,,
select_one yes_no,cavity,Is there a cavity?,Y a-t-il une caverne ?,¿Hay una cavidad?,هل يوجد كهف؟,yes,${film} = 'tb',,,,,unknown refused,,,,,
end group,,,,,,,,,,,,,,,,,
decimal,weight,Weight,Poids,Peso,الوزن,,,kg,0.5,400,200,unknown,,,,,
date,taken,Day of the film,Jour du cliché,Día de la placa,يوم الصورة,,,,,,,,. <= today(),The date lies in the future.,La date est dans le futur.,La fecha está en el futuro.,التاريخ في المستقبل.
text,remarks,Remarks,Remarques,Observaciones,ملاحظات,,,,,,,,,,,,
`

func sampleID(n byte) db.ID { return db.ID{1, 0x93, 15: n} }

func sampleBanner() *page.Banner {
	born, err := calendar.OfYear(1990)
	if err != nil {
		panic(err) // a fixed date
	}
	return &page.Banner{Href: "/people/0193", Name: "أمينة ورسمه", NameLang: "ar", Latin: "Amina Warsame", Sex: page.Female, Born: born, On: calendar.DayOf(2026, 11, 22),
		Languages: []string{"so", "ar"}, Interp: value.Yes, HasAllergy: value.No}
}

func sampleOrder() Order {
	at := time.Date(2026, 11, 22, 8, 10, 0, 0, time.UTC)
	return Order{Request: Request{ID: sampleID(1), Subject: sampleID(2), Case: sampleID(3), Code: "SPUTUM3", Station: "laboratory", Form: "sputum", Needs: []Need{NeedCounselling, NeedConsent}},
		Act: form.Specimen, Specimens: 3, Status: InProgress, Reason: "no sputum yet", At: at, Since: at, Disputed: true}
}

func sampleSheet() Sheet {
	o := sampleOrder()
	day := calendar.DayOf(2026, 11, 22)
	amal := sampleID(9)
	return Sheet{Order: o, Unmet: o.Needs, Next: 2, Service: page.M("order.service_code", "code", "SPUTUM3"), Banner: sampleBanner(), Names: map[db.ID]string{amal: "Amal Idris"},
		Safety: &Verdict{Why: []page.Msg{page.M("order.error.safety")}, Ask: page.Link{Href: "/people/0193/safety", Text: page.M("order.to_case")}},
		Steps: []Step{{Kind: StepBefore, Interp: "relative", Note: "spoke with the family", By: amal, At: o.At, On: day}, {Kind: StepConsent, Decision: Agreed, Giver: "parent", By: amal, At: o.At},
			{Kind: StepIdentity, How: "photo", Specimen: 1, By: amal, At: o.At}, {Kind: StepPerformed, Label: "S-4711", Specimen: 1, By: amal, At: o.At}},
		Results:    []Result{{ID: sampleID(4), On: day, By: amal, Specimen: 1, Partial: true, Corrects: sampleID(5), Hidden: true}, {ID: sampleID(5), On: day, By: amal, Replaced: sampleID(4)}, {ID: sampleID(6), On: day, InError: true}},
		MayPerform: true, MayRecord: true, MayCounsel: true, MayConsent: true, MayCancel: true, MayCorrect: true, MayTell: true, MayCase: true, MayAgain: true}
}

func sampleParsed() *form.Form {
	f, err := form.Parse(sampleForm)
	if err != nil {
		panic(err) // a fixed text
	}
	return f
}

func sampleEntry(s *Service, judge bool) entryView {
	sh, f := sampleSheet(), sampleParsed()
	typed := url.Values{"q-film": {"tb"}, "q-weight": {"250"}, "q-remarks": {"seen with the family"}, "q-taken-day": {"1"}, "q-taken-month": {"12"}, "q-taken-year": {"2026"}, "identity": {"photo"}, "label": {"S-4711"}}
	answers := page.Answers(f, typed)
	res := f.Check(answers, nil, calendar.DayOf(2026, 11, 22))
	sh.Touched = false
	return entryView{Service: sh.Service, Callouts: warnings(sh), Form: s.entryForm(sh, f, res, typed, answers, judge)}
}

func sampleView() View {
	f := sampleParsed()
	o := sampleOrder()
	r := Result{ID: sampleID(4), Order: o.ID, On: calendar.DayOf(2026, 11, 22), By: sampleID(9), Label: "S-4711", Hidden: true, Corrects: sampleID(5), Reason: "films mixed up",
		Answers: value.Facts{"film": value.Text("tb"), "cavity": value.RefusedAnswer(), "weight": value.Number(61.5), "taken": value.DayRange(20700, 20710), "remarks": value.Text("seen with the family")}}
	return View{Order: o, Result: r, Form: f, Acts: []Step{{Kind: StepOpened, By: sampleID(9), At: o.At}, {Kind: StepUsed, How: "signed", By: sampleID(9), At: o.At}, {Kind: StepUsed, How: "other", By: sampleID(9), At: o.At}}}
}

// Samples are this area's pages for the tests that render every page.
func Samples() []page.Sample {
	s := &Service{}
	sh := sampleSheet()
	names := sh.Names
	small := func(name, title string, make func(Sheet) (*page.Form, error)) page.Sample {
		f, err := make(sh)
		if err != nil {
			panic(err) // the sample sheet may do all
		}
		return page.Sample{Name: name, Template: "page/form", Title: title, Banner: sampleBanner(), Empty: &page.Form{}, Full: f}
	}
	line := Line{Order: sampleOrder(), Person: Brief{Name: "أمينة ورسمه", Latin: "Amina Warsame", Code: "7QKX2M4TRB", Sex: "female", Family: "GW-10001"}, Waiting: 95 * time.Minute, Here: true, Unmet: []Need{NeedConsent}, Next: 2}
	noName := Line{Order: Order{Request: Request{ID: sampleID(7)}, Status: Ordered}, Person: Brief{Code: "9ZT3K7QW2M"}, Waiting: 30 * time.Hour}
	old := Line{Order: Order{Request: Request{ID: sampleID(8)}, Status: Done}, Person: Brief{Latin: "Omar Ali"}, Waiting: 80 * time.Hour, Tell: true}
	services := map[db.ID]page.Msg{sampleID(1): sh.Service, sampleID(7): sh.Service, sampleID(8): sh.Service}
	entry := sampleEntry(s, true)
	replaced, struck := sampleView(), sampleView()
	replaced.Result.Replaced, replaced.Result.Corrects = sampleID(6), db.ID{}
	struck.Result.InError, struck.Form = true, nil
	struck.Result.Facts = map[string]Observed{"weight": {Value: value.Number(61.5), Unit: "kg"}, "cxr": {Value: value.Text("tb")}, "symptoms": {Value: value.Of(true)}}
	tubes, err := labels(line.Order, line.Person, "a4", calendar.DayOf(2026, 11, 22))
	if err != nil {
		panic(err) // a fixed text
	}
	return []page.Sample{
		{Name: "stations", Template: "order/stations", Title: "order.worklist.stations", Empty: stationsView{}, Full: stationsView{Stations: []page.Link{{Href: "/worklist/nurse", Text: page.M("order.worklist.waiting_at", "station", page.M("place.station.nurse"), "count", 12)}}}},
		{Name: "worklist", Template: "order/worklist", Title: "order.worklist.title", Wide: true, Empty: worklist("radiology", PartHere, List{}, nil), Full: worklist("radiology", PartHere, List{Lines: []Line{line, old}, Awaited: 60, Later: 120}, services)},
		{Name: "worklist, later", Template: "order/worklist", Title: "order.worklist.title", Wide: true, Empty: worklist("radiology", PartLater, List{}, nil), Full: worklist("radiology", PartLater, List{Lines: []Line{noName}, From: 50, Later: 120}, services)},
		{Name: "done", Template: "order/done", Title: "order.done.title", Wide: true, Empty: done("laboratory", "", nil, nil), Full: done("laboratory", "GW-10001", []Line{line, noName, old}, services)},
		{Name: "labels", Template: "order/label", Title: "order.label.title", Bare: true, Empty: labelView{}, Full: tubes},
		{Name: "printed worklist", Template: "order/list", Title: "order.worklist.title", Bare: true, Empty: printedList("radiology", nil, 0), Full: printedList("radiology", []Line{line, noName, old}, calendar.DayOf(2026, 11, 22))},
		{Name: "order", Template: "order/order", Title: "order.title", Banner: sampleBanner(), Empty: orderView{}, Full: overview(sh)},
		{Name: "result form", Template: "order/entry", Title: "order.title_result", Banner: sampleBanner(), Empty: entryView{}, Full: entry, Problems: entry.Form.Problems()},
		{Name: "result", Template: "order/result", Title: "order.title_read", Banner: sampleBanner(), Empty: resultView{}, Full: resultPage(sampleView(), sh.Service, names, true, true)},
		{Name: "result replaced", Template: "order/result", Title: "order.title_read", Banner: sampleBanner(), Empty: resultView{}, Full: resultPage(replaced, sh.Service, names, true, true)},
		{Name: "result in error", Template: "order/result", Title: "order.title_read", Banner: sampleBanner(), Empty: resultView{}, Full: resultPage(struck, sh.Service, names, false, false)},
		small("collect", "order.title_collect", s.collectForm), small("counselling", "order.title_counselling", s.talkForm),
		small("close", "order.title_close", s.closeForm), small("again", "order.title_again", s.againForm),
	}
}
