package campaign

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: full.Table != nil || len(full.Parts) > 3}
	}
	today := calendar.DayOfTime(sampleNow)
	list := func(words string) page.Sheet {
		o := sampleCampaign(words)
		return listView(Listed{Campaigns: []Campaign{o.Campaign, {ID: db.ID{9}, Topic: "handwashing", Name: words, From: today + 5}}, More: true, Edits: true, Records: true, Lists: o.Lists, Today: today})
	}
	message := func(words string, own bool) page.Sheet {
		o := sampleCampaign(words)
		return messageView(MessageSheet{Message: o.Messages[0], Campaign: o.Campaign, Names: map[db.ID]string{{4}: words, {5}: words}, Lists: o.Lists, Edits: true, Approves: true, Own: own}, nil)
	}
	form := func(f *page.Form) page.Sheet { return page.Sheet{Lead: page.M("campaign.lead"), Form: f} }
	full, bad := sampleCampaign("Wash hands"), sampleCampaign(hostile)
	return []page.Sample{
		pageOf("campaigns", "campaign.title", list("Wash hands"), list(hostile)),
		pageOf("a campaign", "campaign.one", oneView(full), oneView(bad)),
		pageOf("a campaign to plan", "campaign.new", form(campaignForm(full.Lists, full.Campaign, listPath, today)), form(campaignForm(full.Lists, bad.Campaign, listPath, today)), page.Problem{Field: "name", Text: page.M("campaign.error.empty")}),
		pageOf("a message to write", "campaign.message.new", form(writeForm(full, db.ID{3})), form(writeForm(bad, db.ID{3}))),
		pageOf("a message to approve", "campaign.message.one", message("Wash hands", false), message(hostile, true)),
		pageOf("an activity to record", "campaign.activity.new", actView(full, activityForm(full, db.ID{3}, today)), actView(bad, activityForm(bad, db.ID{3}, today))),
		pageOf("an activity without a message", "campaign.activity.new", actView(Opened{Lists: full.Lists, Campaign: full.Campaign}, nil), actView(Opened{Lists: full.Lists, Campaign: bad.Campaign}, nil)),
		pageOf("an activity", "campaign.activity.one", activityView(full, full.Activities[0], nil), activityView(bad, bad.Activities[1], nil)),
		pageOf("screening to record", "campaign.cascade.new", form(cascadeForm(full, db.ID{3}, today)), form(cascadeForm(bad, db.ID{3}, today)), page.Problem{Field: "tested", Text: page.M("campaign.error.rise_tested")}),
		pageOf("rumours", "campaign.rumour.title", rumoursView(full.Rumours, true, true, full.Lists), rumoursView(bad.Rumours, true, true, full.Lists)),
		pageOf("a rumour to tell", "campaign.rumour.new", tellView(tellForm(full.Lists, db.ID{}, db.ID{3}, []string{"bleeding", "other"}, today)), tellView(tellForm(full.Lists, db.ID{1}, db.ID{3}, []string{"rash"}, today))),
		pageOf("a rumour", "campaign.rumour.one", rumourView(sampleRumour(full, 0), nil), rumourView(sampleRumour(bad, 1), nil)),
	}
}

func sampleRumour(o Opened, i int) RumourSheet {
	return RumourSheet{Rumour: o.Rumours[i], Campaign: o.Campaign, Messages: o.Messages, Names: map[db.ID]string{{4}: o.Name, {5}: o.Name}, Lists: o.Lists, Edits: true, Records: true, Desk: true,
		Raising: surveillance.Raising{Stage: surveillance.Triage}}
}

func sampleCampaign(words string) Opened {
	today := calendar.DayOfTime(sampleNow)
	of := func(n int) Count { return Count{N: n, Known: true} }
	message := Message{ID: db.ID{2}, Title: words, Language: "sw", Versions: []Version{{ID: db.ID{6}, Text: words, By: db.ID{4}, At: sampleNow.Add(-time.Hour)}, {ID: db.ID{7}, Text: words + " 2", By: db.ID{4}, At: sampleNow}},
		Verdicts: []Verdict{{Version: db.ID{6}, Good: true, Reads: true, By: db.ID{5}, At: sampleNow, Why: words}}}
	withdrawn := Message{ID: db.ID{3}, Title: words, Language: "fr", Versions: []Version{{ID: db.ID{8}, Text: words, By: db.ID{4}, At: sampleNow}}, Verdicts: []Verdict{{Version: db.ID{8}, By: db.ID{5}, Why: words}}}
	act := func(id byte, channel string, reached Count, distinct value.Truth) Activity {
		return Activity{ID: db.ID{id}, Day: today - calendar.Day(id), Place: words, Channel: channel, Version: db.ID{6}, Audience: "travellers", Reached: reached, Distinct: distinct, Groups: map[string]Count{"female-u5": of(3)}, Note: words}
	}
	struck := act(30, "place", of(9), value.No)
	struck.Struck, struck.Why = true, words
	steps := map[string]Count{"screened": of(400), "presumptive": of(32), "tested": of(40), "diagnosed": {}, "started": of(3)}
	o := Opened{Campaign: Campaign{ID: db.ID{1}, Site: "KLA", Topic: "tb", Name: words, Goal: words, Audiences: []string{"travellers", "host"}, Languages: []string{"sw", "fr"}, Channels: []string{"place", "radio", "school"}, From: today - 60},
		Messages: []Message{message, withdrawn}, Activities: []Activity{act(20, "place", of(40), value.No), act(21, "place", Count{}, value.Unknown), act(22, "school", of(25), value.Yes), act(23, "radio", of(20000), value.Unknown), struck},
		Cascades: []Cascade{{ID: db.ID{40}, From: today - 30, To: today - 1, Place: words, Steps: steps, Why: words}, {ID: db.ID{41}, From: today - 60, To: today - 31, Place: words, Steps: map[string]Count{"screened": of(200)}}},
		Lists:    newLists(), Edits: true, Approves: true, Records: true, More: true, Today: today}
	told := Rumour{ID: db.ID{50}, By: db.ID{4}, At: sampleNow, Kind: "rumour", Words: words, Place: words, Language: "fr", Channel: "talk", Since: today.Date(), Risks: []string{"avoids_care", "stigma"}, Ill: value.Yes, Sign: "bleeding", Cases: of(4), Deaths: of(2)}
	done := told
	done.ID, done.Ill, done.Signal = db.ID{51}, value.Unknown, db.ID{60}
	done.Heard = []Hearing{{Times: 3, By: db.ID{5}, At: sampleNow}}
	done.Steps = []Step{{To: Checked, True: value.No, Words: words, By: db.ID{4}, At: sampleNow}, {To: Answered, Version: db.ID{6}, Words: words, By: db.ID{4}, At: sampleNow}, {To: Followed, Still: value.Yes, Words: words, By: db.ID{4}, At: sampleNow}}
	o.Rumours = []Rumour{told, done}
	return o
}
