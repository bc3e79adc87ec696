package dmn

import (
	"bytes"
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

func TestTCK(t *testing.T) {
	var out bytes.Buffer
	passed, failed, err := RunTCK(os.DirFS(testkit.Data(t, "dmn-tck")), &out)
	if err != nil {
		t.Fatal(err)
	}
	if passed != 63 || failed != 0 {
		t.Errorf("%d passed, %d failed\n%s", passed, failed, out.String())
	}
}
