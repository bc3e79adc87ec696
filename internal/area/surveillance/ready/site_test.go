package ready

import (
	"net/http"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func TestWhoWorksAtOneSiteChangesNoOther(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.Must(place.NewSites(w.DB, w.Journal, w.Access).Save(w.As("administrator"), place.Site{Code: "KLA", Kind: place.Entry, Names: map[string]string{"en": "Kampala"}, Country: "UGA", ConsentAge: 16}))
		kept := at(goodContact, "point/BUSIA")
		w.Must(w.Save(w.As("manager"), kept))
		other, all := w.Staff["manager"], w.Staff["manager"]
		other.Sites, all.Sites = []string{"KLA"}, []string{access.All}
		w.Staff["manager_elsewhere"], w.Staff["manager_everywhere"] = other, all
		for _, r := range []Record{at(goodItem, "point/BUSIA"), at(goodItem, "point/GULU"), at(goodItem, "site/BUS"), with(kept, "phone", "999")} {
			if err := w.Save(w.As("manager_elsewhere"), r); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s is changed from another site: %v", r.Place, err)
			}
			w.Must(w.Save(w.As("manager_everywhere"), r))
		}
		for _, ref := range []string{"site/KLA", "point/PATH"} { // PATH is nobody's
			w.Must(w.Save(w.As("manager_elsewhere"), at(goodItem, ref)))
		}
		if code, _ := w.Get("manager_elsewhere", "/surveillance/ready/point/BUSIA/plan"); code != http.StatusForbidden {
			t.Errorf("a form for another site: %d", code)
		}
		code, body := w.Get("manager_elsewhere", "/surveillance/ready/point/BUSIA")
		if code != http.StatusOK || strings.Contains(body, "Add a plan") {
			t.Errorf("the page of another site: %d", code)
		}
	})
}
