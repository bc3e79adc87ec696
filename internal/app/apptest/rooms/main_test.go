package rooms

import (
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
