package e2e

import (
	"testing"

	"github.com/godwit-health/godwit/e2e/story"
)

func TestCheckDigitsAreThoseOfTheStandard(t *testing.T) {
	// The specimen of ICAO Doc 9303, part 4, appendix A.
	for field, want := range map[string]string{"L898902C3": "6", "740812": "2", "120415": "9", "ZE184226B<<<<<": "1"} {
		if got := story.CheckDigit(field); got != want {
			t.Errorf("%s: %s, want %s", field, got, want)
		}
	}
}
