package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

// tutorialPictures makes the pictures of docs/tutorial-outbreak.md: a demo into which the
// published files are brought while it runs.
func tutorialPictures(t *testing.T) {
	dir := t.TempDir()
	r := start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0", "--families", "4")
	t.Cleanup(r.Stop)
	in := exec.Command(command(t), "import", "outbreak", "--map", filepath.Join(testkit.Root(t), "docs/examples/drc-2026.yaml"), testkit.Data(t, "drc-2026"), "--dir", dir)
	if out, err := in.CombinedOutput(); err != nil {
		t.Fatalf("%v: %.2000s", err, out)
	}
	const series = "series=bdbv+INSP+SitRep+MVE&day=2026-05-18"
	b := open(t, r.URL)
	b.size(1280).logIn("epidemiologist").in("en").visit("/mobility/next?" + series + "&minutes=496").shot("tutorial-next-en-desk")
	b.visit("/mobility/forecast?" + series).shot("tutorial-forecast-en-desk")
	b.visit("/mobility/screening?" + series).shot("tutorial-screening-en-desk")
	b.size(360).in("ar").visit("/mobility/measures?" + series + "&doubling=14").from(".drawing").shot("tutorial-measures-ar-phone")
}
