package travel

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }
