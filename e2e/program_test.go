package e2e

import (
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
)

func TestMain(m *testing.M) { program.Main(m) }
