package referral

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func TestAReferralIsALoop(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.sent(nil)
		o := w.look("nurse", id)
		if !o.AsSender || !o.MayWrite || o.ToName != "Road clinic" || o.Due != sampleNow.Add(4*time.Hour) || len(o.Summary) != 2 {
			t.Fatalf("%+v", o)
		}
		if l := w.lists("nurse_road"); len(l.Received) != 1 || len(l.Sent) != 0 {
			t.Fatalf("it is announced there: %+v", l)
		}
		if l := w.lists("nurse_far"); len(l.Received)+len(l.Sent)+len(l.Answered) != 0 {
			t.Errorf("a site that has nothing to do with it: %+v", l)
		}
		if _, err := w.Look(w.fresh("nurse_far"), id, "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("and may not open it: %v", err)
		}
		if !w.reads("nurse_road", o.Person) || w.reads("nurse_far", o.Person) {
			t.Error("the record is open where the person is sent, and nowhere else")
		}
		w.Must(w.say("nurse_road", id, Received, ""))
		if err := w.say("nurse_road", id, Received, ""); key(err) != "referral.error.said" {
			t.Errorf("received twice: %v", err)
		}
		w.Must(w.say("nurse_road", id, Seen, ""))
		if err := w.say("nurse_road", id, Cancelled, "No"); key(err) != "referral.error.step" {
			t.Errorf("cancelled by whom it is for: %v", err)
		}
		if err := w.say("nurse_road", id, Result, "  "); key(err) != "referral.error.words" {
			t.Errorf("a result without words: %v", err)
		}
		if l := w.lists("nurse"); len(l.Sent) != 1 || l.Sent[0].State() != Seen {
			t.Errorf("still waited for: %+v", l)
		}
		w.Must(w.say("nurse_road", id, Result, "Oxygen, home on day 3"))
		o = w.look("nurse", id)
		if s, ok := o.Answer(); !ok || s.Words != "Oxygen, home on day 3" || s.How != Here || s.Site != "ROAD" || o.State() != Result {
			t.Errorf("%+v", o.Steps)
		}
		if err := w.say("nurse", id, NotCome, ""); key(err) != "referral.error.answered" {
			t.Errorf("answered twice: %v", err)
		}
		if l := w.lists("nurse"); len(l.Sent) != 0 || len(l.Answered) != 1 {
			t.Errorf("%+v", l)
		}
		w.Now = sampleNow.Add(shownFor + time.Hour)
		if l := w.lists("nurse"); len(l.Answered) != 0 {
			t.Error("what was answered long ago leaves the list")
		}
		w.rebuilt()
	})
}

func TestOnlyWhatWasChosenGoes(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.person()
		_, body := w.Get("physician", newPath+"?person="+person.String())
		w.Says(body, "Severe pneumonia", "7.4", "Sensitive", "Old clinic (closed)")
		if strings.Contains(body, "checked") {
			t.Error("something is ticked in advance")
		}
		none := w.look("nurse", w.sent(func(r *Request) { r.Include = nil }))
		if len(none.Summary) != 0 {
			t.Errorf("nothing was chosen: %+v", none.Summary)
		}
		r := w.request()
		r.Include = []string{"c", "nobody offered this"}
		w.Must(w.Send(w.As("physician"), r))
		if o := w.look("physician", r.ID); len(o.Summary) != 1 || !o.Summary[0].Sensitive {
			t.Errorf("%+v", o.Summary)
		}
		if _, err := w.Look(w.fresh("nurse_road"), r.ID, "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse reads no sensitive referral: %v", err)
		}
		w.look("physician_road", r.ID)
	})
}

func TestWithoutTheirWordTheSiteHearsNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.sent(func(r *Request) { r.Agreed = value.No })
		o := w.look("nurse", id)
		if w.reads("nurse_road", o.Person) {
			t.Error("the record is open although the person said no")
		}
		if l := w.lists("nurse_road"); len(l.Received) != 0 {
			t.Errorf("%+v", l.Received)
		}
		if _, err := w.Look(w.fresh("nurse_road"), id, "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		w.Must(w.say("nurse", id, Result, "Seen, told on the telephone"))
		if s, _ := w.look("nurse", id).Answer(); s.How != OnPaper {
			t.Errorf("what the sender writes down says so: %+v", s)
		}
	})
}

func TestWhoeverIsNotTakenOrNotSentAnyMoreIsShutOutAgain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		declined, cancelled := w.sent(nil), w.sent(nil)
		w.Must(w.say("nurse_road", declined, Declined, "No bed"))
		w.Must(w.say("nurse", cancelled, Cancelled, "Went home"))
		for _, id := range []db.ID{declined, cancelled} {
			if o := w.look("nurse", id); w.reads("nurse_road", o.Person) {
				t.Errorf("%s: the record is open still", o.State())
			}
		}
		if o := w.look("nurse_road", declined); o.Banner != nil || o.State() != Declined {
			t.Errorf("the referral itself can be read: %+v", o)
		}
		// Whom the clinic has in front of it stays open, whatever became of a referral.
		taken := w.sent(nil)
		person := w.look("nurse", taken).Person
		w.Must(w.Gate.TakeIn(w.fresh("nurse_road"), person, "photo"))
		w.Must(w.say("nurse", taken, Cancelled, "Went by herself"))
		if !w.reads("nurse_road", person) {
			t.Error("a clinic lost the record of somebody who is there")
		}
		// So does one whom another referral brings there.
		first := w.sent(nil)
		p := w.look("nurse", first).Person
		w.sent(func(r *Request) { r.Person = p })
		w.Must(w.say("nurse", first, Cancelled, "Written twice"))
		if !w.reads("nurse_road", p) {
			t.Error("a clinic lost the record of somebody who is sent there")
		}
	})
}

func TestWhatIsNotAnsweredSurfaces(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		late := w.sent(nil)
		w.sent(func(r *Request) { r.Urgency = "planned" })
		done := w.sent(nil)
		w.Must(w.say("nurse_road", done, Result, "Well"))
		x, err := w.Waiting(w.fresh("nurse"), 1)
		if err != nil || x.Sent != 2 || x.Received != 0 || x.Overdue != 0 || len(x.First) != 1 || x.First[0].ID != late {
			t.Errorf("%+v %v", x, err)
		}
		w.Now = sampleNow.Add(5 * time.Hour)
		if x, _ := w.Waiting(w.fresh("nurse_road"), 4); x.Received != 2 || x.Sent != 0 || x.Overdue != 1 {
			t.Errorf("%+v", x)
		}
		text, links, err := w.Today(w.fresh("nurse"))
		if err != nil || text.IsZero() || len(links) != 3 {
			t.Errorf("%v %v", links, err)
		}
		_, body := w.Get("nurse", Path(late))
		w.Says(body, "No answer in time", "Call the place")
		if _, err := w.List(w.As("reception"), "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the reception reads the list: %v", err)
		}
	})
}

func TestAClosedSiteTakesNobody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.person()
		form := url.Values{"id": {db.NewID().String()}, "person": {person.String()}, "to": {"site"}, "to_site": {"SHUT"}, "agreed": {"yes"}, "urgency": {"soon"}, "reason": {"Fever for a week"}, "transport": {"foot"}, "include": {"a"}}
		code, body := w.Post("nurse", newPath, form)
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "This site is closed", "Fever for a week")
		if !strings.Contains(body, "checked") {
			t.Error("what was chosen is lost")
		}
		// One that closes while it is waited for says so, and where to go from there.
		id := w.sent(nil)
		var road place.Site
		w.Must(w.Store.Read(t.Context(), func(tx *db.Tx) (err error) { road, err = w.Houses.Site(tx, "ROAD"); return err }))
		road.Closed = true
		w.Must(w.Houses.Save(w.As("administrator"), road))
		_, body = w.Get("nurse", Path(id))
		w.Says(body, "The site was closed", "Refer elsewhere")
		_, body = w.Get("nurse", ListPath)
		w.Says(body, "The site was closed")
		w.Must(w.say("nurse", id, Cancelled, "The clinic closed"))
	})
}

func TestAFormThatIsNotWholeSaysWhatIsMissing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for want, change := range map[string]func(*Request){
			"referral.error.agreed":    func(r *Request) { r.Agreed = value.Unknown },
			"referral.error.site":      func(r *Request) { r.ToSite = "CAMP" },
			"referral.error.name":      func(r *Request) { r.To, r.ToName = ToOutside, " " },
			"referral.error.long_name": func(r *Request) { r.To, r.ToName = ToAbroad, strings.Repeat("x", 121) },
			"referral.error.to":        func(r *Request) { r.To = "" },
			"referral.error.urgency":   func(r *Request) { r.Urgency = "now" },
			"referral.error.reason":    func(r *Request) { r.Reason = "\n" },
			"referral.error.long":      func(r *Request) { r.Done = strings.Repeat("x", 1001) },
			"referral.error.transport": func(r *Request) { r.Transport = "" },
		} {
			r := w.request()
			change(&r)
			if err := w.Send(w.As("nurse"), r); key(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		r := w.request()
		w.Must(w.Send(w.As("nurse"), r))
		if err := w.Send(w.As("nurse"), r); key(err) != "referral.error.sent_twice" {
			t.Errorf("sent twice: %v", err)
		}
		if err := w.Send(w.As("reception"), w.request()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the reception refers: %v", err)
		}
	})
}

func TestALettersCodeAnswersOnceAndTellsNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.sent(func(r *Request) {
			r.To, r.ToSite, r.ToName, r.Agreed = ToOutside, "", "District hospital", value.Unknown
		})
		w.Service.Address = func(*http.Request) (string, error) { return "https://godwit.example.org", nil }
		code, body := w.Post("nurse", Path(id)+"/print/letter", url.Values{"lang": {"fr"}})
		if code != http.StatusOK {
			t.Fatalf("%d %s", code, areatest.Reads(body))
		}
		w.Says(body, "Lettre de référence", "District hospital", "First dose given", "https://godwit.example.org"+PathReply)
		_, text, err := w.Letter(w.fresh("nurse"), id, "en")
		w.Must(err)
		ctx := access.With(t.Context(), access.Actor{})
		if err := w.AnswerByCode(ctx, "0000-0000-0000-0000", Received, "", "a"); key(err) != "referral.error.code" {
			t.Errorf("a code that is none: %v", err)
		}
		if err := w.AnswerByCode(ctx, text, Cancelled, "No", "a"); key(err) != "referral.error.step" {
			t.Errorf("cancelled from outside: %v", err)
		}
		w.Must(w.AnswerByCode(ctx, strings.ToLower(strings.ReplaceAll(text, "-", " ")), Seen, "", "a"))
		if err := w.AnswerByCode(ctx, text, Seen, "", "a"); key(err) != "referral.error.code" {
			t.Errorf("the same step again: %v", err)
		}
		w.Must(w.AnswerByCode(ctx, text, Result, "Sent home", "a"))
		if err := w.AnswerByCode(ctx, text, Declined, "No bed", "a"); key(err) != "referral.error.code" {
			t.Errorf("after the answer: %v", err)
		}
		if s, ok := w.look("nurse", id).Answer(); !ok || s.How != ByCode || s.Words != "Sent home" {
			t.Errorf("%+v", s)
		}
		if _, _, err := w.Letter(w.fresh("nurse"), id, "en"); key(err) != "referral.error.answered" {
			t.Errorf("a letter after the answer: %v", err)
		}
		other := w.sent(nil)
		_, old, err := w.Letter(w.fresh("nurse"), other, "en")
		w.Must(err)
		if _, _, err := w.Letter(w.fresh("nurse_road"), other, "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the place sent to prints no letter of another site: %v", err)
		}
		w.Now = sampleNow.Add(codeLife)
		if err := w.AnswerByCode(ctx, old, Received, "", "b"); key(err) != "referral.error.code" {
			t.Errorf("a code too old: %v", err)
		}
		for range mostFromOne {
			_ = w.AnswerByCode(ctx, "x", Received, "", "c")
		}
		if err = w.AnswerByCode(ctx, "x", Received, "", "c"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("nobody tries codes without end: %v", err)
		}
		w.rebuilt()
	})
}

func TestTheBarePageNeedsNoAccount(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, body := w.Get("nurse", PathReply)
		w.Says(body, "The code stands on the letter")
		code, body := w.Post("nurse", PathReply, url.Values{"code": {"1234"}, "step": {"result"}, "words": {"Given oxygen"}})
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "This code is not valid", "Given oxygen")
	})
}

func TestTheUrgenciesThatShipSayWhereTheyComeFrom(t *testing.T) {
	last := time.Duration(0)
	for _, u := range Shipped() {
		if u.Within <= last || u.Source == "" {
			t.Errorf("%+v", u)
		}
		last = u.Within
	}
	for _, bad := range []string{"code,hours\n", "code,hours,certainty,source\na,x,R,s\n", "code,hours,certainty,source\na,1,Q,s\n", "code,hours,certainty,source\na,1,R,\n", "code,hours,certainty,source\na,1,R,s\na,2,R,s\n"} {
		if _, err := Urgencies([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
