package processes

import (
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.MainOfProcesses(m) }
