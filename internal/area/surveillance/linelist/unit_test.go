package linelist

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A child of 18 months with watery stools is a case of cholera only while a probable or
// confirmed outbreak runs at the unit.
func TestTheOutbreakThatWasDeclaredSwitchesTheDefinition(t *testing.T) {
	w := newWorld(t, "")
	today := calendar.DayOfTime(w.Now)
	for _, tc := range []struct {
		why, declared, told string
		class               Class
	}{
		{"nobody declared one and nobody was asked", "", "", Open},
		{"nobody declared one, and an officer says there is none", "", "none", Open},
		{"one is declared, and the officer was not asked", "confirmed", "", Suspected},
		{"one is declared after the officer said there is none", "confirmed", "none", Suspected},
		{"a suspected one is declared, and an officer knows more", "suspected", "probable", Suspected},
		{"a suspected one changes nothing for a child", "suspected", "", Open},
	} {
		w.OutbreakAt = func(_ *db.Tx, c Case) (string, error) {
			if c.Disease != "cholera" || c.Site == "" {
				t.Errorf("asked of %q at %q", c.Disease, c.Site)
			}
			return tc.declared, nil
		}
		id := w.record(Case{Disease: "cholera", Birth: (today - 540).Date(), Onset: (today - 2).Date(), Ending: Alive})
		signs := map[string]value.Value{"sign:stool_watery": value.Of(true), "sign:stool_blood": value.Of(false), "sign:stools_24h": value.Number(6), "sign:diarrhoea_days": value.Number(2)}
		if tc.told != "" {
			signs[fromUnit] = value.Text(tc.told)
		}
		w.Must(w.Answer(w.As("nurse"), id, journal.Base{}, signs))
		if got := w.opened(id).Class(); got != tc.class {
			t.Errorf("%s: %q, want %q", tc.why, got, tc.class)
		}
	}
}
