package story

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
)

// WorldDir is the folder of the shared demo, "" where nobody says.
func WorldDir(t testing.TB) string {
	t.Helper()
	if os.Getenv("GODWIT_DEMO_URL") == "" {
		return program.Shared().Dir
	}
	out, err := os.ReadFile(os.Getenv("GODWIT_DEMO_OUTPUT"))
	if err != nil {
		return ""
	}
	if m := regexp.MustCompile(`(?m)^ *folder +(.+?)( \(.*)?$`).FindSubmatch(out); m != nil {
		return string(m[1])
	}
	return ""
}

// Godwit runs a command to its end with these lines typed in.
func Godwit(t testing.TB, typed string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program.Command(t), args...)
	cmd.Stdin = strings.NewReader(typed)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("godwit %s: %v: %s", args[0]+" "+args[1], err, out)
	}
	return string(out)
}
