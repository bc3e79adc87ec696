package across

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	sheet := func(name, title string, of func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		full := of("Ministry of Health")
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: of(hostile), Problems: problems, Wide: full.Table != nil}
	}
	matter := Matter{About: OfContact, ID: db.ID{1}, Disease: "bdbv", Code: "AAER7QVKTA", Resource: access.Resource{Site: "KLA"}}
	return []page.Sample{
		sheet("across the border", "across.title", func(words string) page.Sheet {
			b := Board{Sent: sampleLines(words), Came: sampleArrivals(words)}
			b.count()
			return boardView(b)
		}),
		sheet("under which agreement", "across.beyond.contact", func(words string) page.Sheet {
			return offersView(matter, []Terms{sampleTerms(words)}, sampleLines(words))
		}),
		sheet("under no agreement", "across.beyond.contact", func(string) page.Sheet { return offersView(matter, nil, nil) }),
		sheet("what would be told", "across.beyond.contact", func(words string) page.Sheet {
			p := samplePreview(matter, words)
			return previewView(p, s.sendForm(p))
		}, page.Problem{Field: "shield", Text: page.M("across.error.shield")}),
		sheet("who may not be named", "across.beyond.case", func(words string) page.Sheet {
			m := matter
			m.About, m.Subject = OfCase, db.ID{5}
			p := samplePreview(m, words)
			p.Registered, p.Refused = true, fault.New(fault.Forbidden, "sample", "door.release.feared")
			return previewView(p, s.sendForm(p))
		}),
		sheet("a notice that was sent", "across.one.title", func(words string) page.Sheet {
			return sentView(sampleLines(words)[1], sampleNotice(words), true, withdrawForm(db.ID{2}))
		}, page.Problem{Field: "why", Text: page.M("across.error.choose")}),
		sheet("a notice that came", "across.one.title", func(words string) page.Sheet {
			a := sampleArrivals(words)[0]
			return takenView(a, s.formsOf(a))
		}, page.Problem{Field: "reason", Text: page.M("across.error.choose")}),
		sheet("an outcome to tell", "across.one.title", func(words string) page.Sheet {
			a := sampleArrivals(words)[1]
			return takenView(a, s.formsOf(a))
		}, page.Problem{Field: "outcome", Text: page.M("across.error.choose")}),
		sheet("a notice that was withdrawn", "across.one.title", func(words string) page.Sheet {
			a := sampleArrivals(words)[0]
			a.Notice.Withdrawn, a.Notice.Why = sampleNow, WhyPerson
			return takenView(a, s.formsOf(a))
		}),
		sheet("the register of an agreement", "across.register.title", func(words string) page.Sheet {
			return registerView(sampleTerms(words), sampleLines(words), sampleArrivals(words))
		}),
		sheet("by file", "across.files.title", func(words string) page.Sheet {
			terms := []Terms{sampleTerms(words)}
			out, in := filesForms(terms)
			return filesView(terms, out, in)
		}, page.Problem{Field: "file", Text: page.M("across.error.expired")}),
	}
}

func sampleTerms(words string) Terms {
	return Terms{ID: db.ID{9}, Peer: words, Country: "KEN", Diseases: []string{"bdbv"}, Keep: 21, Inbox: "KLA", InForce: true, Fields: fieldsOf}
}

func samplePreview(m Matter, words string) Preview {
	n := sampleNotice(words)
	m.Values, m.Visits = n.Values, n.Visits
	return Preview{Matter: m, Terms: sampleTerms(words), Told: fieldsOf[string(m.About)], Who: fieldsOf[m.About.who()], Digest: "x"}
}

func sampleNotice(words string) Notice {
	today := calendar.DayOfTime(sampleNow)
	return Notice{ID: db.ID{3}, About: OfContact, Disease: "bdbv", Number: "AAER7QVKTA", From: words, Made: sampleNow, Until: today + 21,
		Values: map[string]string{"name": words, "birth": "1990-05-03", "number": "KLA-7", "reach": words, "last": "2026-11-17", "exposure": "physical", "follow_day": "5", "follow_until": "2026-12-08", "sex": "male", "age": "36", "going_to": words, "arrives": "2026-11-24"},
		Visits: []Told{{today - 1, linelist.Seen, value.No}, {today, linelist.NotSeen, value.Unknown}}}
}

func sampleLines(words string) []Line {
	today := calendar.DayOfTime(sampleNow)
	s := Sent{ID: db.ID{2}, Of: db.ID{1}, Peer: words, Country: "KEN", About: OfContact, Disease: "bdbv", Number: "AAER7QVKTA", Fields: []string{"last", "visits", "name"}, Named: true, At: sampleNow, Until: today + 21}
	var out []Line
	for _, st := range []State{Overdue, Ended, Refused, Follows, Gone} {
		out = append(out, Line{Sent: s, State: st, Who: words, Due: sampleNow.Add(24 * time.Hour), Steps: map[Step]Answer{StepReceived: {At: sampleNow},
			StepRefused: {At: sampleNow, Reason: ReasonNotHere}, StepOutcome: {At: sampleNow, Outcome: Completed, On: today}}})
	}
	out[4].Fields = nil
	return out
}

func sampleArrivals(words string) []Arrival {
	today := calendar.DayOfTime(sampleNow)
	t := Taken{ID: db.ID{4}, Peer: words, About: OfContact, Disease: "bdbv", Number: "AAER7QVKTA", At: sampleNow, Until: today + 21}
	came := Arrival{Taken: t, Notice: sampleNotice(words), Kept: true, Reader: words, MayTake: true}
	due := came
	due.Decided, due.DecidedAt, due.Decider, due.Became, due.Due = StepAccepted, sampleNow, words, db.ID{8}, Completed
	told, refused, gone := due, came, came
	told.Outcome = Completed
	refused.Decided, refused.Steps = StepRefused, map[Step]Answer{StepRefused: {Reason: ReasonKnown}}
	gone.Kept = false
	hub := gone
	hub.AtHub = true
	return []Arrival{came, due, told, refused, gone, hub}
}
