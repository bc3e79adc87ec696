package e2e

import (
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
)

const password = program.Password

type running = program.Running

func TestMain(m *testing.M) { program.Main(m) }

func command(t testing.TB) string { t.Helper(); return program.Command(t) }

func start(t testing.TB, args ...string) *running { t.Helper(); return program.Start(t, args...) }

func world(t testing.TB) string { t.Helper(); return program.World(t) }
