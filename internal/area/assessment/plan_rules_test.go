package assessment

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// planned lays the harbour's plan out.
func planned(t testing.TB, in decision.Input, st standing) Plan {
	t.Helper()
	p := harbour(t)
	d, _ := settle(p.Protocol.Decide, in, p.Facts, orderedIn(st))
	return plan(d, p, st)
}

func orderedIn(st standing) map[string]bool {
	out := map[string]bool{}
	for code, s := range st.Orders {
		out[code] = s != OrderNone
	}
	return out
}

func itemOf(pl Plan, code string) Item {
	i := slices.IndexFunc(pl.Items, func(it Item) bool { return it.Code == code })
	if i < 0 {
		return Item{}
	}
	return pl.Items[i]
}

func TestItemStates(t *testing.T) {
	adult := []any{"age", 30, "sick", false, "virus", false, "pregnant", false}
	orders := func(pairs ...string) map[string]OrderState {
		out := map[string]OrderState{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i]] = OrderState(pairs[i+1])
		}
		return out
	}
	for _, tc := range []struct {
		why  string
		in   decision.Input
		st   standing
		code string
		want ItemState
	}{
		{"required and not begun", said(adult...), standing{}, "CXR", ItemRequired},
		{"required and ordered", said(adult...), standing{Orders: orders("CXR", "open")}, "CXR", ItemRequired},
		{"performed, result to come", said(adult...), standing{Orders: orders("CXR", "awaited")}, "CXR", ItemAwaited},
		{"done", said(append(adult, "cxr", "normal")...), standing{Orders: orders("CXR", "done")}, "CXR", ItemDone},
		{"done, too old for the day", said(adult...), standing{Orders: orders("CXR", "done"), Stale: map[string]bool{"CXR": true}}, "CXR", ItemAgain},
		{"declined", said(adult...), standing{Orders: orders("CXR", "refused")}, "CXR", ItemRefused},
		{"nobody knows whether it is needed", said("age", 9), standing{}, "CXR", ItemUndecided},
		{"an open order does not make it needed", said("age", 9), standing{Orders: orders("CXR", "open")}, "CXR", ItemUndecided},
		{"it may follow from a result to come", said(adult...), standing{}, "SPUTUM", ItemUndecided},
		{"not needed: not in the plan", said(append(adult, "cxr", "normal")...), standing{}, "SPUTUM", ""},
		{"required and not safe at once", said("age", 9, "sick", false, "pregnant", true), standing{}, "MMR", ItemBlocked},
		{"not safe, whatever was ordered", said("age", 9, "sick", false, "pregnant", true), standing{Orders: orders("MMR", "open")}, "MMR", ItemBlocked},
		{"given already", said("age", 9, "sick", false, "pregnant", true), standing{Orders: orders("MMR", "done")}, "MMR", ItemDone},
		{"must wait", said("age", 30, "sick", false, "virus", true, "pregnant", false), standing{}, "CXR", ItemDeferred},
		{"offered", said(adult...), standing{}, "TALK", ItemOffered},
		{"an offer that was declined stands against nothing", said(adult...), standing{Orders: orders("TALK", "refused")}, "TALK", ItemOffered},
		{"an offer that was taken up is to do", said(adult...), standing{Orders: orders("TALK", "open")}, "TALK", ItemRequired},
		{"an offer that was taken up", said(adult...), standing{Orders: orders("TALK", "done")}, "TALK", ItemDone},
		{"set aside", said(adult...), standing{Waived: map[string]Waiver{"CXR": {"H1": true}}}, "CXR", ItemWaived},
		{"set aside after it was declined", said(adult...), standing{Orders: orders("CXR", "refused"), Waived: map[string]Waiver{"CXR": {"H1": true}}}, "CXR", ItemWaived},
		{"set aside for another rule than asks now", said("age", 30, "sick", true, "virus", false, "pregnant", false), standing{Waived: map[string]Waiver{"CXR": {"H1": true}}}, "CXR", ItemRequired},
		{"what is not safe may be set aside", said("age", 9, "sick", false, "pregnant", true), standing{Waived: map[string]Waiver{"MMR": {"H5": true}}}, "MMR", ItemWaived},
	} {
		t.Run(tc.why, func(t *testing.T) {
			if got := itemOf(planned(t, tc.in, tc.st), tc.code).State; got != tc.want {
				t.Errorf("%s is %q, want %q", tc.code, got, tc.want)
			}
		})
	}
}

func TestItemsSayWhatTheyRestOn(t *testing.T) {
	pl := planned(t, said("age", 30, "sick", true, "virus", true, "pregnant", false), standing{})
	if it := itemOf(pl, "BLOOD"); !it.Sensitive || it.Unconfirmed {
		t.Errorf("BLOOD rests on a sensitive fact and an official rule: %+v", it)
	}
	if it := itemOf(pl, "CXR"); it.Sensitive {
		t.Error("the X-ray is asked for by age and by being sick, which are not sensitive")
	}
	onlyRecalled := planned(t, said("age", 9, "sick", true, "virus", false, "pregnant", false), standing{})
	if it := itemOf(onlyRecalled, "CXR"); !it.Unconfirmed {
		t.Error("only a recalled rule asks for it: unconfirmed")
	}
	if it := itemOf(pl, "TALK"); !it.Offered || it.State != ItemOffered {
		t.Errorf("%+v", it)
	}
}

func TestQuestionsLeaveOutWhatServicesWillSay(t *testing.T) {
	for _, tc := range []struct {
		why string
		in  decision.Input
		st  standing
		ask string
	}{
		{"the X-ray is to be made: its result is no question", said("age", 30, "sick", false, "virus", false, "pregnant", false), standing{}, ""},
		{"whether it is needed is: the result is not", said("age", 9, "virus", false, "pregnant", false), standing{}, "sick"},
		{"declined: the result is no question either", said("age", 30, "sick", false, "virus", false, "pregnant", false), standing{Orders: map[string]OrderState{"CXR": OrderRefused}}, ""},
		{"done, and the form did not give it: asked", said("age", 30, "sick", false, "virus", false, "pregnant", false), standing{Orders: map[string]OrderState{"CXR": OrderDone}}, "cxr"},
		{"refused to answer: not asked again", said("age", 30, "sick", false, "virus", value.RefusedAnswer(), "pregnant", false, "cxr", "normal"), standing{}, ""},
	} {
		if got := strings.Join(planned(t, tc.in, tc.st).Questions, " "); got != tc.ask {
			t.Errorf("%s: asks %q, want %q", tc.why, got, tc.ask)
		}
	}
}

func TestWhatStandsAgainstAClearance(t *testing.T) {
	done := standing{Orders: map[string]OrderState{"CXR": OrderDone, "MMR": OrderDone}}
	cultured := standing{Orders: map[string]OrderState{"CXR": OrderDone, "MMR": OrderDone, "SPUTUM": OrderDone}}
	fine := []any{"age", 30, "sick", false, "virus", false, "pregnant", false, "cxr", "normal"}
	for _, tc := range []struct {
		why  string
		in   decision.Input
		st   standing
		held bool
		want string
	}{
		{"nothing", said(fine...), done, false, ""},
		{"a service to do", said(fine...), standing{Orders: map[string]OrderState{"CXR": OrderDone}}, false, "service MMR"},
		{"a declined service", said(fine...), standing{Orders: map[string]OrderState{"CXR": OrderDone, "MMR": OrderRefused}}, false, "service MMR"},
		{"a hold of the rules", said("age", 30, "sick", false, "virus", false, "pregnant", false, "cxr", "tb", "culture", "pending"), cultured, false, "hold WAIT"},
		{"an officer's hold", said(fine...), done, true, "hold "},
		{"a question", said("age", 30, "sick", false, "pregnant", false, "cxr", "normal"), done, false, "service BLOOD, fact virus"},
		{"a question that was refused leaves the service open", said("age", 30, "sick", false, "virus", value.RefusedAnswer(), "pregnant", false, "cxr", "normal"),
			standing{Orders: map[string]OrderState{"CXR": OrderDone, "MMR": OrderDone}}, false, "service BLOOD"},
	} {
		var got []string
		for _, o := range obstacles(planned(t, tc.in, tc.st), tc.held) {
			got = append(got, o.Word+" "+o.Code)
		}
		if strings.Join(got, ", ") != tc.want {
			t.Errorf("%s: %q, want %q", tc.why, strings.Join(got, ", "), tc.want)
		}
	}
}

func TestOnlyHoldsCanBeSignedOver(t *testing.T) {
	for _, tc := range []struct {
		obs  []Obstacle
		want bool
	}{
		{nil, true},
		{[]Obstacle{{"WAIT", "hold"}}, true},
		{[]Obstacle{{"WAIT", "hold"}, {"", "hold"}}, true},
		{[]Obstacle{{"WAIT", "hold"}, {"CXR", "service"}}, false},
		{[]Obstacle{{"sick", "fact"}}, false},
		{[]Obstacle{{"FREE", "classify"}}, false},
	} {
		if onlyHolds(tc.obs) != tc.want {
			t.Errorf("%v", tc.obs)
		}
	}
}

func TestStateOf(t *testing.T) {
	item := func(st ItemState) Item { return Item{Code: "X", State: st} }
	hold := []decision.Outcome{{Kind: decision.Hold, Code: "H"}}
	for _, tc := range []struct {
		why  string
		pl   Plan
		at   position
		want State
	}{
		{"nothing is asked", Plan{}, position{}, StateNotNeeded},
		{"only an offer", Plan{Items: []Item{{State: ItemOffered, Offered: true}}}, position{}, StateNotNeeded},
		{"an offer taken up keeps nobody from a clearance", Plan{Items: []Item{item(ItemDone), {State: ItemRequired, Offered: true}}}, position{}, StateToSign},
		{"all done", Plan{Items: []Item{item(ItemDone)}}, position{}, StateToSign},
		{"all set aside", Plan{Items: []Item{item(ItemWaived)}}, position{}, StateToSign},
		{"to do", Plan{Items: []Item{item(ItemDone), item(ItemRequired)}}, position{}, StateServices},
		{"to do again", Plan{Items: []Item{item(ItemAgain)}}, position{}, StateServices},
		{"may be needed", Plan{Items: []Item{item(ItemUndecided)}}, position{}, StateServices},
		{"a question comes before services", Plan{Items: []Item{item(ItemRequired)}, Questions: []string{"q"}}, position{}, StateQuestions},
		{"what is stopped comes before questions", Plan{Items: []Item{item(ItemBlocked)}, Questions: []string{"q"}}, position{}, StateBlocked},
		{"declined is for the physician", Plan{Items: []Item{item(ItemRefused)}}, position{}, StateBlocked},
		{"awaited", Plan{Items: []Item{item(ItemAwaited)}, Holds: hold}, position{}, StateWaiting},
		{"must wait", Plan{Items: []Item{item(ItemDeferred)}}, position{}, StateWaiting},
		{"held by the rules", Plan{Items: []Item{item(ItemDone)}, Holds: hold}, position{}, StateHold},
		{"held by an officer", Plan{Items: []Item{item(ItemDone)}}, position{Held: true}, StateHold},
		{"not settled", Plan{Items: []Item{item(ItemDone)}, Open: hold}, position{}, StateQuestions},
		{"cleared", Plan{Items: []Item{item(ItemDone)}}, position{Clearance: ClearanceIssued}, StateCleared},
		{"suspended, whatever else", Plan{Items: []Item{item(ItemRequired)}}, position{Clearance: ClearanceSuspended}, StateSuspended},
		{"withdrawn counts as none", Plan{Items: []Item{item(ItemDone)}}, position{Clearance: ClearanceWithdrawn}, StateToSign},
		{"left or died", Plan{Items: []Item{item(ItemRequired)}}, position{Ended: true, Clearance: ClearanceIssued}, StateEnded},
	} {
		if got := stateOf(tc.pl, tc.at); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.why, got, tc.want)
		}
	}
}

func TestStations(t *testing.T) {
	pl := Plan{Items: []Item{
		{State: ItemBlocked, Service: pack.Service{Station: "vaccination"}},
		{State: ItemAgain, Service: pack.Service{Station: "radiology"}},
		{State: ItemRequired, Service: pack.Service{Station: "laboratory"}},
		{State: ItemRequired, Service: pack.Service{Station: "laboratory"}},
		{State: ItemAwaited, Service: pack.Service{Station: "physician"}},
		{State: ItemUndecided, Service: pack.Service{Station: "nurse"}},
		{State: ItemRequired},
	}}
	if got := stations(pl); !slices.Equal(got, []string{"radiology", "laboratory"}) {
		t.Errorf("%v", got)
	}
	if got := stations(Plan{}); got == nil || len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestWaiversHoldForTheRulesTheyWereGivenFor(t *testing.T) {
	got := waivers([]Act{{Act: ActWaive, Service: "CXR", Rows: []string{"H1"}}, {Act: ActWaive, Service: "CXR", Rows: []string{"H2"}}, {Act: ActSign}})
	yes := func(ids ...string) []decision.RowRef {
		var out []decision.RowRef
		for _, id := range ids {
			out = append(out, decision.RowRef{ID: id, Truth: value.Yes})
		}
		return out
	}
	for _, tc := range []struct {
		rows []decision.RowRef
		want bool
	}{
		{yes("H1"), true}, {yes("H1", "H2"), true}, {yes("H1", "H3"), false}, {yes("H3"), false},
		{append(yes("H1"), decision.RowRef{ID: "H3", Truth: value.Unknown}), true}, // may fire, and has not
	} {
		if got["CXR"].covers(because(tc.rows)) != tc.want {
			t.Errorf("%v", tc.rows)
		}
	}
}
