package ready

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestAFormSentAgainTakesNothingBack(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		const path = "/surveillance/ready/point/BUSIA/action"
		id := db.NewID()
		form := url.Values{"id": {id.String()}, "name": {"Write it down"}, "owner": {" Shift leader "}, "due-day": {"1"}, "due-month": {"12"}, "due-year": {"2026"}}
		for range 2 { // a double press is one record
			if code, to := w.Post("manager", path, form); code != http.StatusSeeOther {
				t.Fatal(code, to)
			}
		}
		r, err := w.Record(w.As("manager"), id)
		w.Must(err)
		w.Must(w.Save(w.As("epidemiologist"), with(with(with(r, "owner", "Port health"), "done", "2026-11-20"), "result", "On the wall")))
		code, body := w.Post("manager", path, form)
		if code != http.StatusUnprocessableEntity || !strings.Contains(areatest.Reads(body), "Somebody changed this meanwhile") || !strings.Contains(areatest.Reads(body), "Port health") {
			t.Errorf("%d %s", code, areatest.Reads(body))
		}
		for _, want := range []string{`action="` + path + "/" + id.String() + `"`, `name="seen"`, `value="On the wall"`, `value="2026"`} {
			if !strings.Contains(body, want) {
				t.Errorf("the form does not go on from what stands now: no %s", want)
			}
		}
		now, err := w.Record(w.As("manager"), id)
		w.Must(err)
		if now.Answers["owner"] != "Port health" || now.Answers["done"] != "2026-11-20" {
			t.Errorf("sent again, it took back what a colleague wrote: %v", now.Answers)
		}
	})
}

func TestAScreenerReadsTheBoardWithoutTheDesk(t *testing.T) {
	w := newWorld(t, "")
	if code, body := w.Get("screener", "/surveillance/ready"); code != http.StatusOK || strings.Contains(body, `href="/surveillance"`) {
		t.Errorf("%d, and it leads back to where a screener may not go", code)
	}
	if _, body := w.Get("epidemiologist", "/surveillance/ready"); !strings.Contains(body, `href="/surveillance"`) {
		t.Error("the desk has no way back")
	}
}
