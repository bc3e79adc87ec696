package campaign

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func many(n int) Count { return Count{N: n, Known: true} }

// plans makes a campaign in Arabic and French, and answers it.
func (w *world) plans(topic string) Campaign {
	w.T.Helper()
	c := Campaign{ID: db.NewID(), Topic: topic, Name: "Hands at the bus park", Audiences: []string{"travellers", "host"}, Languages: []string{"ar", "fr"}, Channels: []string{"place", "school", "radio"}, From: w.today() - 20}
	w.Must(w.Save(w.As("manager"), c))
	return c
}

// writes makes a message and answers its first version.
func (w *world) writes(c Campaign) (message, version db.ID) {
	w.T.Helper()
	message = db.NewID()
	w.Must(w.Write(w.As("manager"), Message{ID: message, Campaign: c.ID, Title: "Soap", Language: "ar"}, "اغسل يديك بالماء والصابون"))
	m, err := w.Message(w.As("manager"), message)
	w.Must(err)
	return message, m.Last().ID
}

func (w *world) acts(c Campaign, version db.ID, more func(*Activity)) error {
	x := Activity{ID: db.NewID(), Campaign: c.ID, Day: w.today(), Place: "Gate 2", Channel: "place", Version: version, Audience: "travellers", Reached: many(40)}
	if more != nil {
		more(&x)
	}
	return w.Act(w.As("volunteer"), x)
}

// wantFault fails unless an error is of a field and a key.
func wantFault(t *testing.T, err error, field, key string) {
	t.Helper()
	if err == nil || fault.FieldOf(err) != field || fault.KeyOf(err) != "campaign.error."+key {
		t.Errorf("%s %s: %q %q %v", field, key, fault.FieldOf(err), fault.KeyOf(err), err)
	}
}

// Nobody approves their own words, only who reads the language does, a change is to be
// approved again, and what was withdrawn is not used.
func TestOnlyAnApprovedVersionIsUsed(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		c := w.plans("handwashing")
		message, first := w.writes(c)
		wantFault(t, w.acts(c, first, nil), "version", "not_approved")
		yes := Verdict{Version: first, Good: true, Reads: true}
		wantFault(t, w.Judge(w.As("manager"), message, yes), "reads", "own_words")
		wantFault(t, w.Judge(w.As("nurse"), message, Verdict{Version: first, Good: true}), "reads", "reads")
		if err := w.Judge(w.As("volunteer"), message, yes); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("a volunteer approves: %v", err)
		}
		w.Must(w.Judge(w.As("nurse_far"), message, yes)) // who reads Arabic is at the other site
		w.Must(w.acts(c, first, nil))

		wantFault(t, w.Reword(w.As("manager"), message, "اغسل يديك بالماء والصابون"), "text", "same")
		w.Must(w.Reword(w.As("manager"), message, "اغسل يديك قبل الأكل"))
		m, err := w.Message(w.As("nurse"), message)
		w.Must(err)
		second := m.Last().ID
		wantFault(t, w.acts(c, second, nil), "version", "not_approved")
		w.Must(w.acts(c, first, nil)) // the older one holds until then
		if err := w.Judge(w.As("nurse"), message, yes); fault.KeyOf(err) != "campaign.error.changed" {
			t.Fatalf("an older version is approved: %v", err)
		}
		w.Must(w.Judge(w.As("nurse"), message, Verdict{Version: first, Why: "It names the wrong place"}))
		wantFault(t, w.acts(c, first, nil), "version", "not_approved")
		w.Must(w.Judge(w.As("nurse"), message, Verdict{Version: second, Good: true, Reads: true}))
		w.Must(w.acts(c, second, nil))
		if _, body := w.Get("nurse", messagePath(message)); !strings.Contains(body, "It names the wrong place") {
			t.Error("the reason is not on the page")
		}
	})
}

// A version of another campaign is none of this one.
func TestAVersionBelongsToItsCampaign(t *testing.T) {
	w := newWorld(t, "")
	a, b := w.plans("handwashing"), w.plans("handwashing")
	message, version := w.writes(a)
	w.Must(w.Judge(w.As("nurse"), message, Verdict{Version: version, Good: true, Reads: true}))
	w.Must(w.acts(a, version, nil))
	wantFault(t, w.acts(b, version, nil), "version", "not_approved")
}

func TestWhatCannotBeOfAnActivityIsSaidAtItsField(t *testing.T) {
	w := newWorld(t, "")
	c := w.plans("handwashing")
	message, version := w.writes(c)
	w.Must(w.Judge(w.As("nurse"), message, Verdict{Version: version, Good: true, Reads: true}))
	for _, x := range []struct {
		field, key string
		more       func(*Activity)
	}{
		{"day", "future", func(a *Activity) { a.Day = w.today() + 1 }}, {"day", "before_campaign", func(a *Activity) { a.Day = c.From - 1 }}, {"day", "day", func(a *Activity) { a.Day = 0 }},
		{"channel", "choose", func(a *Activity) { a.Channel = "megaphone" }}, {"audience", "choose", func(a *Activity) { a.Audience = "children" }},
		{"reached", "groups", func(a *Activity) { a.Groups = map[string]Count{"female-u5": many(30), "male-u5": many(11)} }},
		{"reached", "groups", func(a *Activity) { a.Reached, a.Groups = Count{}, map[string]Count{"female-u5": many(1)} }},
		{"note", "personal", func(a *Activity) { a.Note = "ring 0772 123 456" }}, {"place", "empty", func(a *Activity) { a.Place = " " }},
	} {
		wantFault(t, w.acts(c, version, x.more), x.field, x.key)
	}
	twice := db.NewID()
	w.Must(w.acts(c, version, func(a *Activity) { a.ID = twice }))
	if err := w.acts(c, version, func(a *Activity) { a.ID = twice }); fault.KeyOf(err) != "campaign.error.sent_twice" {
		t.Errorf("sent twice: %v", err)
	}
	o, err := w.Open(w.As("volunteer"), c.ID)
	w.Must(err)
	if len(o.Activities) != 1 {
		t.Errorf("%d activities", len(o.Activities))
	}
	w.Must(w.Strike(w.As("volunteer"), twice, "Counted the wrong gate"))
	if o, err = w.Open(w.As("volunteer"), c.ID); err != nil || ReachOf(o.Activities).Activities != 0 {
		t.Errorf("what was a mistake is counted: %v %v", ReachOf(o.Activities), err)
	}
}

// A rumour of deaths is one press away from surveillance: one signal of it, however often
// it is pressed, each says where the other is, and neither names anybody.
func TestARumourOfDeathBecomesOneSignal(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		c := w.plans("handwashing")
		r := Rumour{ID: db.NewID(), Campaign: c.ID, Kind: "rumour", Words: "They say that three men bled and died by the lake", Place: "Lake landing", Language: "ar", Channel: "talk",
			Since: calendar.DayOf(2026, 11, 18).Date(), Risks: []string{"avoids_care"}, Ill: value.Yes, Sign: "bleeding", Deaths: many(3)}
		w.Must(w.Tell(w.As("volunteer"), r))
		w.Must(w.HeardAgain(w.As("volunteer"), r.ID, 4))
		if _, body := w.Get("volunteer", rumourPath(r.ID)); !strings.Contains(body, rumourPath(r.ID)+"/signal") {
			t.Fatal("it is not offered to surveillance")
		}
		id, err := w.Raise(w.As("volunteer"), r.ID)
		w.Must(err)
		again, err := w.Raise(w.As("epidemiologist"), r.ID)
		w.Must(err)
		if again != id {
			t.Fatal("a second signal of the same rumour")
		}
		list, err := w.signals.List(w.As("epidemiologist"), "")
		w.Must(err)
		if len(list) != 1 || list[0].ID != id || list[0].Sign != "bleeding" || list[0].Source != "rumour" || list[0].DeathsNow != many(3) || list[0].CasesNow.Known || list[0].Place != "Lake landing" {
			t.Fatalf("%+v", list)
		}
		_, body := w.Get("epidemiologist", "/surveillance/signals/"+id.String())
		if !strings.Contains(body, `href="`+rumourPath(r.ID)+`"`) {
			t.Error("the signal does not say where it came from")
		}
		_, body = w.Get("epidemiologist", rumourPath(r.ID))
		if !strings.Contains(body, `href="/surveillance/signals/`+id.String()+`"`) || strings.Contains(body, "/signal\"") {
			t.Error("the rumour does not lead to its signal, or is offered again")
		}
		if _, body = w.Get("volunteer", rumourPath(r.ID)); strings.Contains(body, "/surveillance/signals/") {
			t.Error("a volunteer is led to a page that is not theirs")
		}
		if code, _ := w.Post("volunteer", rumourPath(r.ID)+"/signal", url.Values{}); code != http.StatusSeeOther {
			t.Errorf("pressed twice: %d", code)
		}
		x, err := w.Rumour(w.As("volunteer"), r.ID)
		w.Must(err)
		if x.Times() != 5 || x.Signal != id {
			t.Errorf("%d %v", x.Times(), x.Signal)
		}
	})
}

// Two nodes that raise the same rumour before they meet have raised the same signal.
func TestTheSignalFollowsFromTheRumour(t *testing.T) {
	a, b := db.NewID(), db.NewID()
	first, again := signalID(a), signalID(a)
	if first != again || first == signalID(b) || first.IsZero() {
		t.Fatal("the id of a signal does not follow from its rumour")
	}
}

// What speaks of no illness is not offered; what nobody knows is.
func TestTheUnknownIsOffered(t *testing.T) {
	w := newWorld(t, "")
	tell := func(ill value.Truth) db.ID {
		r := Rumour{ID: db.NewID(), Kind: "question", Words: "Does the soap cost money?", Place: "Gate", Language: "fr", Channel: "desk", Ill: ill, Sign: "rash", Cases: many(2)}
		w.Must(w.Tell(w.As("volunteer"), r))
		return r.ID
	}
	if _, err := w.Raise(w.As("volunteer"), tell(value.No)); fault.KeyOf(err) != "campaign.error.not_ill" {
		t.Errorf("a question about soap became a signal: %v", err)
	}
	if _, err := w.Raise(w.As("volunteer"), tell(value.Unknown)); err != nil {
		t.Error(err)
	}
}

func TestARumourIsHeardCheckedAnsweredFollowed(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		c := w.plans("handwashing")
		message, version := w.writes(c)
		id := db.NewID()
		w.Must(w.Tell(w.As("volunteer"), Rumour{ID: id, Campaign: c.ID, Kind: "rumour", Words: "The soap makes barren", Place: "Gate", Language: "ar", Channel: "group", Risks: []string{"avoids_care"}, Ill: value.No}))
		do := func(ctx context.Context, s Step) error { return w.Do(ctx, id, s) }
		if err := do(w.As("volunteer"), Step{To: Checked, Words: "It is not so"}); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("a volunteer checks: %v", err)
		}
		if err := do(w.As("manager"), Step{To: Answered, Words: "It is not so"}); fault.KeyOf(err) != "campaign.error.moved_on" {
			t.Fatalf("answered before it was checked: %v", err)
		}
		w.Must(do(w.As("manager"), Step{To: Checked, True: value.No, Words: "The label was read with the pharmacist"}))
		wantFault(t, do(w.As("manager"), Step{To: Answered, Version: version, Words: "At the gate"}), "version", "not_approved")
		w.Must(w.Judge(w.As("nurse"), message, Verdict{Version: version, Good: true, Reads: true}))
		w.Must(do(w.As("manager"), Step{To: Answered, Version: version, Words: "At the gate, in Arabic"}))
		w.Must(do(w.As("manager"), Step{To: Followed, Still: value.No, Words: "Nobody says it now"}))
		x, err := w.Rumour(w.As("volunteer"), id)
		w.Must(err)
		if x.State() != Followed || x.Next() != "" || x.Steps[1].Version != version {
			t.Fatalf("%+v", x.Rumour)
		}
	})
}

// A rumour holds nothing of anybody.
func TestARumourWithATelephoneIsRefused(t *testing.T) {
	w := newWorld(t, "")
	r := Rumour{ID: db.NewID(), Kind: "rumour", Words: "Ask the man at 0772 123 456", Place: "Gate", Language: "fr", Channel: "talk", Risks: []string{"none", "stigma"}, Ill: value.No}
	err := w.Tell(w.As("volunteer"), r)
	if err == nil || !strings.Contains(err.Error(), "words") || !strings.Contains(err.Error(), "risks") || strings.Contains(err.Error(), "0772") {
		t.Errorf("%v", err)
	}
}

// A step that is higher than the one before it is asked about, and stands with a reason;
// what nobody counted is passed over and is not zero.
func TestACascadeAsksWhereItRises(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		c := w.plans("tb")
		screen := func(why string, steps map[string]Count) error {
			return w.Screen(w.As("nurse"), Cascade{ID: db.NewID(), Campaign: c.ID, Place: "Gate", From: w.today() - 7, To: w.today(), Steps: steps, Why: why})
		}
		wantFault(t, screen("", nil), "screened", "number")
		wantFault(t, screen("", map[string]Count{"screened": many(100), "presumptive": {}, "tested": many(101)}), "tested", "rise_tested")
		wantFault(t, screen("", map[string]Count{"diagnosed": many(2), "started": many(3)}), "started", "rise_started")
		w.Must(screen("One was diagnosed last month", map[string]Count{"screened": many(100), "presumptive": many(8), "tested": many(6), "diagnosed": many(2), "started": many(3)}))
		w.Must(screen("", map[string]Count{"screened": many(50), "tested": many(0)}))
		o, err := w.Open(w.As("manager"), c.ID)
		w.Must(err)
		st := StagesOf(o.Cascades)
		if st[0].Sum != many(150) || st[0].Unknown != 0 || st[1].Sum != many(8) || st[1].Unknown != 1 || st[1].Percent != many(8) || st[2].Sum != many(6) || st[2].Percent != many(75) || st[2].Unknown != 0 {
			t.Fatalf("%+v", st)
		}
		if err := w.Screen(w.As("nurse"), Cascade{ID: db.NewID(), Campaign: w.plans("handwashing").ID, Place: "Gate", From: 1, To: 2, Steps: map[string]Count{"screened": many(1)}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a campaign of soap screens: %v", err)
		}
	})
}

// A site's things are changed by whoever works there.
func TestRights(t *testing.T) {
	w := newWorld(t, "")
	c := w.plans("handwashing")
	c.Name = "Hands at every gate"
	for _, login := range []string{"manager_far", "volunteer", "nurse"} {
		if err := w.Save(w.As(login), c); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s changes it: %v", login, err)
		}
	}
	if _, err := w.List(w.As("screener")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a screener looks: %v", err)
	}
	c.Topic = "tb"
	wantFault(t, w.Save(w.As("manager"), c), "topic", "topic")
}

// What was typed stays when something is wrong.
func TestAFormThatFailsKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t, "")
	c := w.plans("handwashing")
	message, version := w.writes(c)
	w.Must(w.Judge(w.As("nurse"), message, Verdict{Version: version, Good: true, Reads: true}))
	code, body := w.Post("volunteer", campaignPath(c.ID)+"/activities", url.Values{"id": {db.NewID().String()}, "place": {"Lake landing"}, "reached": {"many"}, "channel": {"place"}, "day-day": {"22"}, "day-month": {"11"}, "day-year": {"2026"}})
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, "Lake landing") || !strings.Contains(body, "many") {
		t.Errorf("%d %.900s", code, body)
	}
	w.Says(body, "Write a whole number of people, 0 or more")
}
