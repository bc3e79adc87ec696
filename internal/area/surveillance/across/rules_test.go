package across

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

var testNow = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// everyValue is a value for every field, of a shape that it may have. A text field's
// value names the field, so that a test can look for it.
func everyValue(about About) map[string]string {
	out := map[string]string{}
	for _, part := range []string{string(about), about.who()} {
		for i, f := range fieldsOf[part] {
			switch f {
			case "class":
				out[f] = "CONFIRMED"
			case "ending":
				out[f] = "recovered"
			case "exposure":
				out[f] = "physical"
			case "sex":
				out[f] = "female"
			case "imported", "health_worker":
				out[f] = "yes"
			case "age", "follow_day":
				out[f] = fmt.Sprint(17 + i)
			case "country":
				out[f] = "UGA"
			case fieldVisits:
			default:
				if shape[f] != nil {
					out[f] = fmt.Sprintf("19%02d-03-%02d", 60+i, 10+i)
				} else {
					out[f] = "planted-" + f
				}
			}
		}
	}
	return out
}

// Whatever is agreed, and whatever is known: nothing that is not agreed is in what would
// leave, neither its name nor its value, and nobody is named whom the officer may not name.
func TestNoFieldLeavesThatIsNotAgreed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		about := rapid.SampledFrom(Abouts).Draw(t, "about")
		named := rapid.Bool().Draw(t, "named")
		terms := Terms{Fields: map[string][]string{}}
		offered := append(slices.Clone(fieldsOf["case"]), append(fieldsOf["case_who"], append(fieldsOf["contact"], append(fieldsOf["contact_who"], "nationality", "legal_status")...)...)...)
		for _, part := range Parts {
			terms.Fields[part] = rapid.SliceOfDistinct(rapid.SampledFrom(offered), rapid.ID[string]).Draw(t, part)
		}
		all := everyValue(about)
		all["nationality"], all["legal_status"] = "planted-nationality", "planted-legal_status"
		visits := []Told{{20000, linelist.Seen, value.No}}
		values, told, fields := terms.keep(about, named, all, visits)
		agreed := terms.Fields[string(about)]
		if named {
			agreed = append(slices.Clone(agreed), terms.Fields[about.who()]...)
		}
		b, err := json.Marshal(noticeFields(Notice{About: about, Values: values, Visits: told}))
		if err != nil {
			t.Fatal(err)
		}
		for f, v := range all {
			if _, in := values[f]; in && !slices.Contains(agreed, f) {
				t.Fatalf("%s left and was not agreed", f)
			}
			if strings.HasPrefix(v, "planted-") && strings.Contains(string(b), v) && !slices.Contains(agreed, f) {
				t.Fatalf("%s is in what leaves", v)
			}
			if !named && slices.Contains(fieldsOf[about.who()], f) && values[f] != "" {
				t.Fatalf("%s names somebody", f)
			}
		}
		if len(told) > 0 && !slices.Contains(agreed, fieldVisits) || !slices.IsSorted(fields) {
			t.Fatalf("visits left: %v of %v", fields, agreed)
		}
		// And the other side, which agreed to the same, takes all of it.
		terms.ID, terms.Diseases, terms.Keep = db.ID{1}, []string{"measles"}, 10
		n := Notice{Agreement: terms.ID, About: about, Disease: "measles", Number: "X", Made: time.Unix(20001*86400, 0), Until: 20011, Values: values, Visits: told}
		if err := n.check(terms, 20001); err != nil {
			t.Fatalf("refused there: %v", err)
		}
	})
}

func TestWhatCameIsRefusedIfItIsNotAsAgreed(t *testing.T) {
	today := calendar.DayOfTime(testNow)
	terms := Terms{ID: db.ID{1}, Diseases: []string{"measles"}, Keep: 10, Fields: map[string][]string{"case": {"class", "onset", "nationality"}, "contact": {"last", fieldVisits}}}
	good := Notice{Agreement: terms.ID, About: OfCase, Disease: "measles", Number: "AB", Made: testNow, Until: today + 10, Values: map[string]string{"class": "CONFIRMED"}}
	if err := good.check(terms, today); err != nil {
		t.Fatal(err)
	}
	if ahead := good; ahead.check(terms, today-1) != nil {
		t.Error("a clock there that is a day ahead is refused")
	}
	for _, tc := range []struct {
		why, key string
		change   func(n *Notice)
		on       calendar.Day
	}{
		{"another agreement", "broken", func(n *Notice) { n.Agreement = db.ID{2} }, today},
		{"nothing that there is", "broken", func(n *Notice) { n.About = "rumour" }, today},
		{"a disease that is not agreed", "disease", func(n *Notice) { n.Disease = "cholera" }, today},
		{"a field that is not agreed", "field", func(n *Notice) { n.Values = map[string]string{"ending": "dead"} }, today},
		{"a field of a contact in a case", "field", func(n *Notice) { n.Values = map[string]string{"last": "2026-11-01"} }, today},
		{"a field that nobody has, though it was agreed", "field", func(n *Notice) { n.Values = map[string]string{"nationality": "UGA"} }, today},
		{"visits where none are agreed", "field", func(n *Notice) { n.Visits = []Told{{today, linelist.Seen, value.No}} }, today},
		{"a class that is none", "value", func(n *Notice) { n.Values = map[string]string{"class": "VERY_ILL"} }, today},
		{"a day that is none", "value", func(n *Notice) { n.Values = map[string]string{"onset": "2026-13-40"} }, today},
		{"a value without end", "value", func(n *Notice) { n.Values = map[string]string{"onset": strings.Repeat("1", 5000)} }, today},
		{"a number that turns the writing around", "broken", func(n *Notice) { n.Number = "AB\u202eCD" }, today},
		{"kept longer than agreed", "kept_longer", func(n *Notice) { n.Until++ }, today},
		{"made long after today, to be kept longer", "kept_longer", func(n *Notice) { n.Until = today - 1 }, today},
		{"made years after today, to be kept for years", "kept_longer", func(n *Notice) { n.Made, n.Until = testNow.AddDate(3, 0, 0), today+1106 }, today},
		{"its last day is past", "expired", func(n *Notice) {}, today + 11},
		{"withdrawn, and it still says something", "broken", func(n *Notice) { n.Withdrawn, n.Why = testNow, WhyAsked }, today},
		{"withdrawn without a reason", "broken", func(n *Notice) { n.Withdrawn, n.Values = testNow, nil }, today},
	} {
		n := good
		tc.change(&n)
		if err := n.check(terms, tc.on); fault.KeyOf(err) != "across.error."+tc.key {
			t.Errorf("%s: %v", tc.why, err)
		}
	}
	if _, err := ReadNotice([]byte(`{"about":"case","values":{},"secret":"x"}`)); err == nil {
		t.Error("a field beside the fields was read")
	}
}

// encoding/json takes a key in any case for a field, and of two the last; the journal
// takes the key that is exactly so. What passes the check must be what is stored.
func TestANoticeThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	made := `"agreement":"01000000-0000-0000-0000-000000000000","about":"case","disease":"measles","number":"AB","made":"2026-11-16T09:00:00Z"`
	for _, tc := range []struct{ why, payload string }{
		{"values in two spellings", `{"values":{"passport":"A1"},"Values":null,` + made + `}`},
		{"values twice", `{"values":{"passport":"A1"},"values":null,` + made + `}`},
		{"the last day in two spellings", `{"until":30000,"UNTIL":20783,` + made + `}`},
		{"a letter that folds into another", `{"value\u017f":null,` + made + `}`},
		{"a value twice", `{"values":{"class":"passport A1","class":"CONFIRMED"},` + made + `}`},
		{"a visit in two spellings", `{"visits":[{"day":20770,"how":"seen","signs":"no","How":"seen"}],` + made + `}`},
		{"a visit with a key twice", `{"visits":[{"day":20770,"how":"a name","how":"seen"}],` + made + `}`},
		{"another document behind it", `{` + made + `} {"values":{}}`},
		{"a bracket behind it", `{` + made + `}]`},
	} {
		if n, err := ReadNotice([]byte(tc.payload)); fault.KeyOf(err) != "across.error.broken" {
			t.Errorf("%s: %+v %v", tc.why, n, err)
		}
	}
	if _, err := ReadAnswer([]byte(`{"step":"read","until":30000,"Until":1,"at":"2026-11-16T09:00:00Z"}`)); err == nil {
		t.Error("an answer whose last day has two spellings was read")
	}
	good, err := json.Marshal(noticeFields(Notice{Agreement: db.ID{1}, About: OfContact, Disease: "measles", Number: "X", Made: testNow, Until: 20780, Values: everyValue(OfContact), Visits: []Told{{20770, linelist.Seen, value.No}}}))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := ReadNotice(good); err != nil || len(n.Visits) != 1 || n.Visits[0].How != linelist.Seen {
		t.Errorf("one as it is written: %+v %v", n, err)
	}
}

// Not asked is not no: who somebody is stays here unless the answer is no.
func TestWhoSomebodyIsGoesOnlyWhereItMay(t *testing.T) {
	refused := fault.New(fault.Forbidden, "test", "door.release.feared")
	for _, tc := range []struct {
		registered bool
		refused    error
		shield     value.Truth
		want       bool
	}{{false, nil, value.No, true}, {false, nil, value.Yes, false}, {false, nil, value.Unknown, false}, {true, nil, value.Unknown, true}, {true, refused, value.No, false}, {true, refused, value.Unknown, false}} {
		if got := mayBeNamed(tc.registered, tc.refused, tc.shield); got != tc.want {
			t.Errorf("%+v: %t", tc, got)
		}
	}
}

func TestACaseAtAShelterIsToldWithoutItsDistrict(t *testing.T) {
	c := linelist.Case{Area: "Kalobeyei", From: "the house beside the water point", Country: "KEN", Birth: date("1990-05-03")}
	if v := valuesOfCase(c, "N", true, calendar.DayOfTime(testNow)); v["area"] != "" || v["infected"] != "" || v["country"] != "KEN" || v["age"] != "36" {
		t.Errorf("%v", v)
	}
	if v := valuesOfCase(c, "N", false, calendar.DayOfTime(testNow)); v["area"] != "Kalobeyei" || v["infected"] == "" {
		t.Errorf("%v", v)
	}
}

// What an officer types of where somebody goes leads to them as their name does.
func TestWhereSomebodyGoesStaysWhereTheyAreNotNamed(t *testing.T) {
	terms := Terms{Fields: fieldsOf}
	all := everyValue(OfContact)
	values, _, _ := terms.keep(OfContact, false, all, nil)
	named, _, _ := terms.keep(OfContact, true, all, nil)
	for _, f := range []string{"going_to", "arrives", "reach"} {
		if values[f] != "" || named[f] == "" {
			t.Errorf("%s: %q unnamed, %q named", f, values[f], named[f])
		}
	}
}

// What was before the time of the agreement, or after it, is neither told nor taken.
func TestOnlyWhatIsOfTheTimeThatWasAgreedIsTold(t *testing.T) {
	today := calendar.DayOfTime(testNow)
	terms := Terms{ID: db.ID{1}, Diseases: []string{"measles"}, Keep: 10, Fields: fieldsOf, From: today - 10, To: today - 1}
	for _, tc := range []struct {
		about About
		value string
		want  bool
	}{
		{OfCase, (today - 10).String(), true}, {OfCase, (today - 11).String(), false}, {OfCase, today.String(), false}, {OfCase, "", false}, {OfCase, "2026-11", false},
		{OfContact, (today - 1).String(), true}, {OfContact, today.String(), false}, {OfContact, (today - 11).String(), false},
	} {
		values := map[string]string{}
		put(values, windowed[tc.about], tc.value)
		if got := terms.InTime(tc.about, values); got != tc.want {
			t.Errorf("%s of %q: %t", tc.about, tc.value, got)
		}
		if !(Terms{}).InTime(tc.about, values) {
			t.Errorf("%s of %q: refused where no time was agreed", tc.about, tc.value)
		}
		n := Notice{Agreement: terms.ID, About: tc.about, Disease: "measles", Number: "AB", Made: testNow, Until: today + 10, Values: values}
		if err := n.check(terms, today); (err == nil) != (tc.want || tc.value == "") {
			t.Errorf("%s of %q came: %v", tc.about, tc.value, err)
		}
	}
	visits := []Told{{today - 11, linelist.Seen, value.No}, {today - 2, linelist.Seen, value.No}, {today, linelist.Seen, value.No}}
	if _, told, _ := terms.keep(OfContact, true, nil, visits); len(told) != 1 || told[0].Day != today-2 {
		t.Errorf("visits that are told: %v", told)
	}
	n := Notice{Agreement: terms.ID, About: OfContact, Disease: "measles", Number: "AB", Made: testNow, Until: today + 10, Visits: visits[1:]}
	if err := n.check(terms, today); fault.KeyOf(err) != "across.error.field" {
		t.Errorf("a visit after the time came: %v", err)
	}
}

func TestANoticeWaitsUntilSomebodyThereOpensIt(t *testing.T) {
	s := Sent{At: testNow, Until: calendar.DayOfTime(testNow) + 10}
	said := func(steps ...Step) map[Step]Answer {
		out := map[Step]Answer{}
		for _, st := range steps {
			out[st] = Answer{Step: st, At: testNow}
		}
		return out
	}
	taken := s
	taken.Withdrawn = testNow
	for _, tc := range []struct {
		why    string
		s      Sent
		steps  map[Step]Answer
		queued bool
		after  time.Duration
		want   State
	}{
		{"just written", s, nil, false, 0, Waits},
		{"sent", s, nil, true, 0, Under},
		{"its program has it", s, said(StepReceived), true, 0, Came},
		{"on the clock", s, said(StepReceived), true, 24 * time.Hour, Came},
		{"a moment after the clock", s, said(StepReceived), true, 24*time.Hour + 1, Overdue},
		{"never sent, and late", s, nil, false, 25 * time.Hour, Overdue},
		{"opened, and later", s, said(StepReceived, StepRead), true, 48 * time.Hour, Opened},
		{"accepted", s, said(StepRead, StepAccepted), true, 0, Follows},
		{"refused", s, said(StepRead, StepRefused), true, 0, Refused},
		{"over", s, said(StepAccepted, StepOutcome), true, 20 * 24 * time.Hour, Ended},
		{"past its day", s, said(StepRead), true, 11 * 24 * time.Hour, Gone},
		{"taken back", taken, said(StepAccepted), true, 0, Withdrawn},
	} {
		if got := stateOf(tc.s, tc.steps, tc.queued, testNow.Add(tc.after), testNow.Add(24*time.Hour)); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.why, got, tc.want)
		}
	}
	if got := stateOf(s, said(StepReceived), true, testNow.Add(9*24*time.Hour), time.Time{}); got != Came {
		t.Errorf("no pack in force has the clock: %s, want %s", got, Came)
	}
}

func FuzzNotice(f *testing.F) {
	good, _ := json.Marshal(noticeFields(Notice{Agreement: db.ID{1}, About: OfContact, Disease: "measles", Number: "X", Made: testNow, Until: 20780, Values: everyValue(OfContact), Visits: []Told{{20770, linelist.Seen, value.No}}}))
	f.Add(good)
	f.Add([]byte(`{"about":"case","values":{"name":1}}`))
	terms := Terms{ID: db.ID{1}, Diseases: []string{"measles"}, Keep: 30, Fields: fieldsOf, Inbox: "KLA", Peer: "There"}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := ReadNotice(b)
		if err != nil || n.check(terms, 20775) != nil {
			return
		}
		for field, v := range n.Values {
			if !fits(field, v) || !slices.Contains(terms.agreed(n.About, true), field) {
				t.Errorf("taken: %q", field)
			}
		}
		_ = n.caseOf(terms, 20775)
		_, _ = n.contactOf(terms)
		_ = valueRows(n)
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"step":"refused","reason":"known","at":"2026-11-16T09:00:00Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := ReadAnswer(b); err == nil && a.check(OfContact) == nil && (a.Step == StepRefused) == (a.Reason == "") {
			t.Errorf("%+v", a)
		}
	})
}
