package assessment

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func TestEveryWordInEveryLanguage(t *testing.T) { pagetest.Catalogues(t, Pages()) }
