package border

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestWhoWorksAtOneSiteChangesNoPointOfAnother(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for words, p := range map[string]Post{
			"the clock of another's point": {Code: "GULU", Site: "GUL", Offset: 120},
			"a point taken from another":   {Code: "GULU", Site: "BUS", Offset: 180},
			"a point given to another":     {Code: "BUSIA", Site: "GUL", Offset: 180},
		} {
			if err := w.SavePost(w.as("manager"), p); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", words, err)
			}
		}
		w.must(w.SavePost(w.as("manager"), Post{Code: "LWANDA", Site: "BUS", Offset: 180})) // nobody's until now
		w.must(w.SavePost(w.as("manager"), Post{Code: "BUSIA", Site: "BUS", Offset: 120}))
		if code, _ := w.get("manager", "/border/points/GULU"); code != 403 {
			t.Errorf("the form of another's point: %d", code)
		}
		if _, body := w.get("manager", "/border"); strings.Contains(body, `href="/border/points/GULU"`) || !strings.Contains(body, `href="/border/points/BUSIA"`) {
			t.Error("the list leads to the form of another's point, or not to that of an own one")
		}
	})
}

func TestAScreenerGetsFromThePointToWhomToCall(t *testing.T) {
	w := newWorld(t, "")
	if _, body := w.get("screener", "/border"); !strings.Contains(body, `href="/surveillance/ready/point/BUSIA"`) {
		t.Error("the point does not lead to its preparedness")
	}
}
