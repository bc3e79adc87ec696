package encounter

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	today := calendar.DayOfTime(sampleNow)
	sample := func(name, title string, make func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: make("Severe pneumonia"), Hostile: make(hostile), Problems: problems, Wide: name == "care today"}
	}
	ended := Ending{Where: Referred, Advice: "Severe pneumonia", Why: "Severe pneumonia", FollowUp: today + 2, EndedAt: sampleNow}
	return []page.Sample{
		sample("care today", "encounter.title", func(words string) page.Sheet {
			return listSheet([]Listed{{Encounter: Encounter{ID: db.ID{1}, At: sampleNow}, Who: people.Brief{Hit: people.Hit{Original: words, Code: "7K3QX-M2P9D"}}},
				{Encounter: Encounter{ID: db.ID{2}, At: sampleNow, Ending: Ending{Where: Referred}}, Who: people.Brief{Hit: people.Hit{Code: "9B2RT-K4W7H"}}}})
		}),
		sample("a new encounter", "encounter.new.title", func(string) page.Sheet {
			p := samplePack()
			return page.Sheet{Form: s.newForm(db.ID{1}, db.ID{2}, []Offer{{Pack: p, Encounter: p.Encounters[0], For: value.Yes}, {Pack: p, Encounter: p.Encounters[1], For: value.Unknown}, {Pack: p, Encounter: p.Encounters[2], For: value.No}})}
		}, page.Problem{Field: "what", Text: page.M("encounter.error.what")}),
		sample("an encounter", "encounter.one.title", func(words string) page.Sheet {
			o := sampleOpened()
			o.Refer = page.Link{Href: "/care", Text: page.M("encounter.refer")}
			o.Before = []Reviewed{{ConcernProblems, []BeforeLine{{words, page.Tag{Level: page.Wait, Text: page.M("encounter.goes_on")}}, {[]any{words, page.Code("I10")}, nil}}}, {Concern: ConcernResults}}
			o.Beside = Beside{Links: []page.Link{{Href: "/care", Text: page.M("encounter.tests")}}, Rows: page.Summary{{Label: page.M("encounter.refer"), Value: words}},
				Notes: []page.Callout{{Level: page.Info, Title: page.M("encounter.refer"), Links: []page.Link{listLink()}}}}
			return oneSheet(o, today, nil)
		},
			page.Problem{Field: "where", Text: page.M("encounter.error.where")}),
		sample("an encounter that ended", "encounter.one.title", func(words string) page.Sheet {
			o := sampleOpened()
			o.Ending, o.Ending.Advice, o.Ending.Why = ended, words, words
			return oneSheet(o, today, nil)
		}),
		sample("an encounter without answers", "encounter.one.title", func(string) page.Sheet {
			o := sampleOpened()
			o.Answered, o.Look = false, Look{}
			return oneSheet(o, today, nil)
		}),
		sample("an encounter whose rules are elsewhere", "encounter.one.title", func(string) page.Sheet {
			o := sampleOpened()
			o.Pack, o.Look = nil, Look{}
			return oneSheet(o, today, nil)
		}),
	}
}

// samplePack has the words of a pack, which officers approve: they are no text from outside.
func samplePack() *pack.Pack {
	const words = "Severe pneumonia"
	p := &pack.Pack{Manifest: pack.Manifest{ID: "sample", Encounters: []pack.Encounter{{Code: "A", Form: "a", When: "age_months < 60"}, {Code: "B", Form: "b"}, {Code: "C", Form: "c"}}}, Words: map[string]map[string]string{}}
	for _, lang := range pack.Languages {
		p.Words[lang] = map[string]string{"pack.title": words, "encounter.A": words, "encounter.B": words, "encounter.C": words, "service.HB": words}
	}
	return p
}

func sampleOpened() Opened {
	const words = "Severe pneumonia"
	outcome := func(kind decision.Kind, code, level string) pack.ExplainedOutcome {
		return pack.ExplainedOutcome{Outcome: decision.Outcome{Kind: kind, Code: code, Args: map[string]string{"level": level}, State: decision.Definite}, Word: words,
			Because: []pack.ExplainedRow{{RowRef: decision.RowRef{ID: code, Certainty: "R", Truth: value.Yes}, Sentence: words}, {RowRef: decision.RowRef{ID: "X", Truth: value.Unknown}, Sentence: words}}}
	}
	open := outcome(decision.Classify, "MASTOIDITIS", "PINK")
	open.State = decision.Undetermined
	x := pack.Explanation{Ask: []pack.Question{{Fact: "ear_swelling", Text: words}}, Outcomes: []pack.ExplainedOutcome{
		outcome(decision.Classify, "COUGH_OR_COLD", "GREEN"), outcome(decision.Classify, "SEVERE_PNEUMONIA", "PINK"), outcome(decision.Flag, "DANGER_SIGN", tierStop), outcome(decision.Hold, "NOT_FOR_THIS_AGE", ""),
		outcome(decision.Flag, "FAST_BREATHING", tierAsk), outcome(decision.Flag, "WEIGH", tierQuiet), outcome(decision.Refer, "HOSPITAL", ""), outcome(decision.Treat, "ANTIBIOTIC", ""),
		outcome(decision.Contraindicate, "IRON", ""), outcome(decision.Require, "HB", ""), outcome(decision.Offer, "VITAMIN_A", ""), outcome(decision.Notify, "MEASLES", ""), open}}
	e := Encounter{ID: db.ID{1}, Person: db.ID{2}, Site: "NBO", Pack: "sample", Code: "A", Setting: Mobile, Day: calendar.DayOfTime(sampleNow), At: sampleNow}
	return Opened{Encounter: e, Pack: samplePack(), Look: sortOut(x), Answered: true, MayWrite: true, Orders: []order.Order{
		{Request: order.Request{ID: db.ID{3}, Code: "A"}, Status: order.Done, Since: sampleNow}, {Request: order.Request{ID: db.ID{4}, Code: "A"}, Status: order.Ordered, Since: sampleNow},
		{Request: order.Request{ID: db.ID{5}, Code: "MALARIA_TEST"}, Status: order.Ordered, Since: sampleNow}}}
}
