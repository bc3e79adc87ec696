package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
	"github.com/godwit-health/godwit/internal/testkit"
)

// tutorialPictures makes the pictures of docs/tutorial-outbreak.md: a demo into which the
// published files are brought while it runs.
func tutorialPictures(t *testing.T) {
	dir := t.TempDir()
	r := program.Start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0", "--families", "4")
	t.Cleanup(r.Stop)
	in := exec.Command(program.Command(t), "import", "outbreak", "--map", filepath.Join(testkit.Root(t), "docs/examples/drc-2026.yaml"), testkit.Data(t, "drc-2026"), "--dir", dir)
	if out, err := in.CombinedOutput(); err != nil {
		t.Fatalf("%v: %.2000s", err, out)
	}
	const series = "series=bdbv+INSP+SitRep+MVE&day=2026-05-18"
	b := story.Open(t, r.URL)
	b.Size(1280).LogIn("epidemiologist").In("en").Visit("/mobility/next?" + series + "&minutes=496").Shot("tutorial-next-en-desk")
	b.Visit("/surveillance/watched").Set("series", "bdbv INSP SitRep MVE").Set("stem", "confirmed_cases").Set("setting", "district").Set("rules", "ears").Submit()
	b.Row("Bunia", "EARS").From(".drawing").Shot("tutorial-alert-en-desk")
	b.Visit("/surveillance/desk/reported?series=bdbv+INSP+SitRep+MVE&from=2026-05-14&to=2026-05-28").Shot("tutorial-situation-en-desk")
	b.Visit("/mobility/forecast?" + series).Shot("tutorial-forecast-en-desk")
	b.Visit("/mobility/screening?" + series).Shot("tutorial-screening-en-desk")
	b.Size(360).In("ar").Visit("/mobility/measures?" + series + "&doubling=14").From(".drawing").Shot("tutorial-measures-ar-phone")
}
