package order

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	codes "github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// outlets opens the ways out of a world, about somebody of whom all is known.
func (w *world) outlets(t *testing.T) {
	t.Helper()
	if err := w.Access.Register(Outlets()...); err != nil {
		t.Fatal(err)
	}
	w.Access.StandingOf(func(*db.Tx, db.ID) (access.Standing, error) {
		return access.Standing{Resource: access.Resource{Kind: "people.person", Site: "KLA", Sensitivity: journal.Identity}, Protected: value.No, Told: true}, nil
	})
}

// left counts what was noted as released about the person, by route.
func (w *world) left(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	w.read(func(tx *db.Tx) error {
		reads, err := access.Released(tx, w.person)
		for _, r := range reads {
			out[r.What]++
		}
		return err
	})
	return out
}

var anyTag = regexp.MustCompile(`<[^>]*>`)

// plain is what a reader sees of a page.
func plain(body string) string {
	return strings.Join(strings.Fields(anyTag.ReplaceAllString(body, " ")), " ")
}

func TestALabelHasTwoIdentifiersAndNeitherNameNorService(t *testing.T) {
	s := newSite(t)
	s.outlets(t)
	sputum, hiv := s.place("SPUTUM3", "sputum", "laboratory"), s.place("HIV", "hiv", "laboratory", sensitive)
	lab := s.as(access.Laboratory)
	page := lab.do("GET", "/orders/"+sputum.String()+"/print/label", "en", nil)
	body := page.Body.String()
	for _, must := range []string{codes.ShowCode(Number(sputum)), "7QKX2-M4TRB", "birth not known", "1 of 3", "3 of 3"} {
		if !strings.Contains(plain(body), must) {
			t.Errorf("the label lacks %q: %d %s", must, page.Code, plain(body))
		}
	}
	if strings.Count(body, "<svg") != 3 {
		t.Errorf("%d symbols on 3 labels", strings.Count(body, "<svg"))
	}
	for _, never := range []string{"Amina", "أمينة", "Warsame", "SPUTUM3", "putum"} {
		if strings.Contains(body, never) {
			t.Errorf("the label says %q", never)
		}
	}
	body = lab.do("GET", "/orders/"+hiv.String()+"/print/label?size=a4", "en", nil).Body.String()
	if strings.Contains(body, "HIV") || !strings.Contains(plain(body), codes.ShowCode(Number(hiv))) || !strings.Contains(body, "size-a4") {
		t.Errorf("the label of a sensitive order: %s", plain(body))
	}
	if got := s.left(t); got["care.label"] != 2 {
		t.Errorf("what left is not noted: %v", got)
	}
}

// A number has the check of the person's code, so a wrong letter is seen, and no
// two orders of a day share one.
func TestNumbersOfOrders(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := db.NewID()
		n := Number(id)
		if got, ok := codes.ParseCode(codes.ShowCode(n)); !ok || got != n || seen[n] || n != Number(id) || n == codes.Code(id) {
			t.Fatalf("%s: %q %v", n, got, ok)
		}
		seen[n] = true
	}
}

func TestBirthYearsOnPaper(t *testing.T) {
	day, _ := calendar.OfDay(1990, 3, 4)
	year, _ := calendar.OfYear(1990)
	about, _ := calendar.BornAtAge(30, 2, calendar.DayOf(2026, 11, 22))
	for want, d := range map[string]calendar.Date{"1990": day, "1990 ": year, "": {}, "1993–1998": about} {
		if got := birthYear(d); got != strings.TrimSpace(want) {
			t.Errorf("%v is %q on paper, want %q", d, got, want)
		}
	}
}

func TestThePrintedListSaysCodesAndIsForTheOwnStation(t *testing.T) {
	const unsaid = "Which service is asked for stands on each order"
	s := newSite(t)
	s.outlets(t)
	cxr, sputum, hiv := s.place("CXR", "film", "radiology"), s.place("SPUTUM3", "sputum", "laboratory"), s.place("HIV", "hiv", "laboratory", sensitive)
	list := func(role access.Role, station string) (int, string) {
		p := s.as(role).do("GET", "/worklist/"+station+"/print/list", "en", nil)
		return p.Code, p.Body.String()
	}
	code, body := list(access.Radiographer, "radiology")
	if code != http.StatusOK || !strings.Contains(plain(body), codes.ShowCode(Number(cxr))) || !strings.Contains(plain(body), "7QKX2-M4TRB") || !strings.Contains(body, "CXR") || strings.Contains(body, unsaid) {
		t.Errorf("radiology: %d %s", code, plain(body))
	}
	if strings.Contains(body, "Amina") || strings.Contains(body, "أمينة") {
		t.Error("a printed list says a name")
	}
	// With one sensitive row no row says a service: one left out would be told by it.
	code, body = list(access.Laboratory, "laboratory")
	for _, never := range []string{"HIV", "SPUTUM3", ">Service<"} {
		if strings.Contains(body, never) {
			t.Errorf("the list of the laboratory says %q", never)
		}
	}
	for _, must := range []string{codes.ShowCode(Number(hiv)), codes.ShowCode(Number(sputum)), unsaid} {
		if code != http.StatusOK || !strings.Contains(plain(body), must) {
			t.Errorf("laboratory lacks %q: %d %s", must, code, plain(body))
		}
	}
	for role, station := range map[access.Role]string{access.Radiographer: "laboratory", access.Laboratory: "radiology", access.Reception: "radiology", access.Administrator: "radiology"} {
		if code, _ := list(role, station); code != http.StatusForbidden {
			t.Errorf("%s prints the list of %s: %d", role, station, code)
		}
	}
	if got := s.left(t); got["care.worklist.radiology"] != 1 || got["care.worklist.laboratory"] != 1 {
		t.Errorf("what left is not noted: %v", got)
	}
}

func TestALabelLeadsToItsOrder(t *testing.T) {
	s := newSite(t)
	s.outlets(t)
	sputum, hiv := s.place("SPUTUM3", "sputum", "laboratory"), s.place("HIV", "hiv", "laboratory", sensitive)
	scan := func(role access.Role, number string) (int, string) {
		p := s.as(role).do("POST", "/worklist/laboratory/label", "en", url.Values{"number": {number}})
		return p.Code, p.Header().Get("Location")
	}
	for _, number := range []string{Number(sputum), strings.ToLower(codes.ShowCode(Number(sputum)))} {
		if code, to := scan(access.Laboratory, number); code != http.StatusSeeOther || to != "/orders/"+sputum.String() {
			t.Errorf("%s: %d %s", number, code, to)
		}
	}
	if code, _ := scan(access.Laboratory, "7QKX2-M4TRC"); code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong letter: %d", code)
	}
	// Who may not see that there is an HIV test is told what a wrong number is told.
	if code, to := scan(access.Nurse, Number(hiv)); code != http.StatusUnprocessableEntity || to != "" {
		t.Errorf("a nurse and the number of a sensitive order: %d %s", code, to)
	}
}
