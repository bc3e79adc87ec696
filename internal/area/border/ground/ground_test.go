package ground

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// sound are the answers of a check with which nothing is wrong.
func sound(pairs ...string) map[string][]string {
	out := map[string][]string{"station_works": {"yes"}, "water_there": {"yes"}, "soap_there": {"yes"}, "chlorine_there": {"no"}, "chlorine_measured": {"no"}, "thermometer": {"yes"}}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = []string{pairs[i+1]}
	}
	return out
}

func (w *world) station(point string) db.ID {
	w.t.Helper()
	id := db.NewID()
	w.must(w.AddStation(w.as("manager"), id, point, "Gate 2"))
	return id
}

func (w *world) overview(login, point string) Overview {
	w.t.Helper()
	o, err := w.Overview(w.as(login), point)
	w.must(err)
	return o
}

func TestABrokenStationOnACorridorIsARepairWithAnHour(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		here, elsewhere := w.station("BUSIA"), w.station("GULU")
		if o := w.overview("epidemiologist", "BUSIA"); len(o.Repairs) != 0 || len(o.Stations) != 1 {
			t.Errorf("a station that nobody checked: %+v", o.Repairs)
		}
		w.shift("screener", "BUSIA")
		w.must(w.CheckStation(w.as("screener"), here, sound()))
		w.clock = w.clock.Add(time.Hour)
		broke := w.clock
		for _, id := range []db.ID{here, elsewhere} {
			w.must(w.CheckStation(w.as("nurse"), id, sound("station_works", "no", "water_there", "no")))
		}
		w.clock = w.clock.Add(5 * time.Hour)
		w.must(w.CheckStation(w.as("screener"), here, sound("station_works", "no")))
		list, err := w.Repairs(w.as("manager"))
		if err != nil || len(list) != 1 || list[0].ID != here || !list[0].Since.Equal(broke) || !list[0].Due.Equal(broke.Add(24*time.Hour)) || !slices.Contains(list[0].Alarms, Broken) {
			t.Fatalf("%+v, %v", list, err)
		}
		w.clock = broke.Add(24*time.Hour + time.Minute)
		_, body := w.get("manager", "/border/repairs")
		w.says(body, "1 repair is overdue", "Gate 2", "Busia")
		w.must(w.Border.SavePost(w.as("manager"), border.Post{Code: "GULU", Site: "BUS", Offset: 180, Corridor: true}))
		if list, err = w.Repairs(w.as("manager")); err != nil || len(list) != 2 {
			t.Errorf("when its corridor becomes active the other one is a repair too: %+v, %v", list, err)
		}
		w.must(w.CheckStation(w.as("screener"), here, sound()))
		if list, err = w.Repairs(w.as("manager")); err != nil || len(list) != 1 || list[0].ID != elsewhere {
			t.Errorf("a station that works again: %+v, %v", list, err)
		}
		w.must(w.Remove(w.as("manager"), elsewhere))
		if list, err = w.Repairs(w.as("manager")); err != nil || len(list) != 0 {
			t.Errorf("a station that is gone: %+v, %v", list, err)
		}
	})
}

// Chlorine is weak, strong or old as the pack says, at its limits.
func TestChlorineAtItsLimits(t *testing.T) {
	p := ships(t)(packStation)
	for ppm, want := range map[string]string{"399": "CHLORINE_WEAK", "400": "", "750": "", "751": "CHLORINE_STRONG"} {
		r, err := ruleStation(p, sound("chlorine_there", "yes", "chlorine_measured", "yes", "chlorine_target_ppm", "500", "chlorine_ppm", ppm, "made_hours_ago", "2", "chlorine_lot", "A"), 20_780, true)
		if err != nil || want == "" && len(r.Alarms) != 0 || want != "" && !slices.Contains(r.Alarms, want) || r.Repair {
			t.Errorf("%s ppm: %+v, %v", ppm, r.Alarms, err)
		}
	}
}

func TestADeviceIsCheckedInEveryShift(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := db.NewID()
		if err := w.AddDevice(w.as("manager"), id, "BUSIA", "NCIT 3", "sundial"); fault.FieldOf(err) != "kind" {
			t.Errorf("a sundial: %v", err)
		}
		w.must(w.AddDevice(w.as("manager"), id, "BUSIA", "NCIT 3", "ncit"))
		w.shift("screener", "BUSIA")
		ready := func() string {
			own, err := w.Border.OwnShift(w.as("screener"))
			w.must(err)
			notes, err := w.Ready(w.as("screener"), own)
			w.must(err)
			keys := ""
			for _, n := range notes {
				keys += n.Title.Key + " "
			}
			return strings.TrimSpace(keys)
		}
		if got := ready(); got != "ground.ready.devices" {
			t.Errorf("before the check: %q", got)
		}
		for field, c := range map[string]DeviceCheck{"reference": {Reading: "37"}, "reading": {Reference: "37", Reading: "warm"}} {
			if err := w.CheckDevice(w.as("screener"), id, c); fault.FieldOf(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		w.must(w.CheckDevice(w.as("screener"), id, DeviceCheck{Reference: "37.0", Reading: "35"}))
		if got := ready(); got != "ground.ready.bad" {
			t.Errorf("put away: %q", got)
		}
		w.must(w.CheckDevice(w.as("screener"), id, DeviceCheck{Reference: "37.0", Reading: "37.1", Good: true}))
		if got := ready(); got != "" {
			t.Errorf("in order: %q", got)
		}
		w.must(w.Border.EndShift(w.as("screener"), ""))
		w.take(w.as("screener"), "")
		w.clock = w.clock.Add(time.Minute)
		w.shift("screener", "BUSIA")
		if got := ready(); got != "ground.ready.devices" {
			t.Errorf("in the next shift: %q", got)
		}
	})
}

// A capacity that is missing makes a point not ready; one that is not known leaves the
// result open; every day's checklist stays.
func TestTheCapacitiesOverTime(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		all := map[string][]string{}
		for _, c := range []string{"r1", "r2", "r3", "r4", "r5", "e1", "e2", "e3", "e4", "e5", "e6", "e7"} {
			all[c] = []string{"yes"}
		}
		w.must(w.Assess(w.as("manager"), "BUSIA", all))
		all["e3"] = []string{"no"}
		w.must(w.Assess(w.as("manager"), "BUSIA", all)) // the same day: corrected
		w.clock = w.clock.AddDate(0, 6, 0)
		all["e3"], all["r2"] = []string{"yes"}, []string{"partial"}
		w.must(w.Assess(w.as("manager"), "BUSIA", all))
		got := w.overview("epidemiologist", "BUSIA").Assessed
		if len(got) != 2 || got[0].Result != WithGaps || got[0].Routine != "90" || got[0].Emergency != "100" || got[1].Result != NotReady || got[1].Emergency != "86" {
			t.Errorf("%+v", got)
		}
		p := ships(t)(packCapacities)
		delete(all, "e7")
		if a, err := assess(p, Assessment{Day: 20_780, Answers: all}); err != nil || a.Result == Complete || len(a.Ask) == 0 {
			t.Errorf("a capacity that is not known: %q, asks %v, %v", a.Result, a.Ask, err)
		}
		for _, login := range []string{"screener", "nurse", "reception"} {
			if err := w.Assess(w.as(login), "BUSIA", all); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s assesses: %v", login, err)
			}
		}
	})
}

func TestBothSidesOfACrossing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		side := Side{Point: "BUSIA", OtherName: "Busia Kenya", Ours: "Port health office, +256 39 000000", Procedures: []string{"screening", "referral"}, Shared: value.Yes}
		w.must(w.Agree(w.as("manager"), side))
		if err := w.Agree(w.as("screener"), side); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a screener agrees: %v", err)
		}
		side.Procedures = []string{"walls"}
		if err := w.Agree(w.as("manager"), side); fault.FieldOf(err) != "procedures" {
			t.Errorf("walls: %v", err)
		}
		w.shift("screener", "BUSIA")
		w.must(w.Waited(w.as("screener"), "BUSIA", Wait{Vehicles: "120", Goods: "0"}))
		for name, x := range map[string]Wait{"nothing": {}, "negative": {Minutes: "-1"}, "words": {Drivers: "many"}, "a telephone": {Minutes: "5", Why: "call 0700 123456 789"}} {
			if err := w.Waited(w.as("screener"), "BUSIA", x); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.Waited(w.as("screener_elsewhere"), "BUSIA", Wait{Minutes: "5"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("from elsewhere: %v", err)
		}
		o := w.overview("epidemiologist", "BUSIA")
		if o.Side.OtherName != "Busia Kenya" || len(o.Side.Waits) != 1 || o.Side.Waits[0].Minutes != "" || o.Side.Waits[0].Goods != "0" {
			t.Errorf("%+v", o.Side)
		}
		_, body := w.get("screener", overviewPath("BUSIA"))
		w.says(body, "Busia Kenya", "Not known", "120")
	})
}

func TestTheGroundPages(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := db.NewID().String()
		if code, to := w.post("manager", "/border/points/BUSIA/stations", url.Values{"id": {id}, "name": {"Gate 2"}}); code != 303 || to != overviewPath("BUSIA") {
			t.Fatalf("%d %s", code, to)
		}
		if code, _ := w.post("manager", "/border/points/BUSIA/stations", url.Values{"id": {db.NewID().String()}, "name": {""}}); code != 422 {
			t.Errorf("without a name: %d", code)
		}
		form := url.Values{}
		for name, v := range sound("station_works", "no", "water_there", "no") {
			form["q-"+name] = v
		}
		if code, to := w.post("nurse", "/border/stations/"+id, form); code != 303 {
			t.Fatalf("%d %.600s", code, to)
		}
		_, body := w.get("manager", overviewPath("BUSIA"))
		w.says(body, "to be repaired by 23 November 2026 09:30", "The station does not work")
		if code, _ := w.get("reception", overviewPath("BUSIA")); code != 403 {
			t.Errorf("reception reads it: %d", code)
		}
		if code, _ := w.post("screener_elsewhere", "/border/stations/"+id, form); code != 403 {
			t.Errorf("a screener from elsewhere checks it: %d", code)
		}
	})
}
