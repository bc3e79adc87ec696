package stewardship

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {}

// Samples are this area's pages for the tests that render every page.
func Samples() []page.Sample { return nil }
