package border

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Nearly all is not all, and a few are not none: the share never rounds to the one or
// the other.
func TestAShareRoundsToAllAndNoneOnlyWhereItIs(t *testing.T) {
	for _, c := range []struct {
		screened, passed int64
		want             any
	}{{3_101_600, 3_102_900, "99.9"}, {9_999_999, 10_000_000, "99.9"}, {10, 10, "100"}, {0, 10, "0"}, {1, 1_000_000, "0.1"}, {1, 3, "33.3"}, {2, 4, "50"}, {0, 0, nil}} {
		got := shareCell(Totals{Screened: c.screened, Passed: c.passed})
		m, is := got.(page.Msg)
		if !is && c.want != nil || is && m.Args[1] != page.Code(c.want.(string)) {
			t.Errorf("%d of %d is %+v, want %v", c.screened, c.passed, got, c.want)
		}
	}
}
