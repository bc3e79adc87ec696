package pagetest

import (
	"net/http"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// desks are where the roles that samples are shown to sit, and as whom.
var desks = map[string]page.Frame{
	"epidemiologist":  {Site: "Kampala", User: "Dr Elena Petrova"},
	"privacy_officer": {Site: "Kampala", User: "Miriam Cohen"},
	"reception":       {Site: "Nairobi", User: "Rosa Quispe"},
	"screener":        {Site: "Busia", User: "Omar Farah"},
}

// Renderer renders the pages of these areas as a role sees them; where it is "", nobody
// is logged in.
func Renderer(t testing.TB, role string, areas ...page.Area) *page.Renderer {
	t.Helper()
	return RendererAt(t, time.Time{}, role, areas...)
}

// RendererAt is Renderer at an instant.
func RendererAt(t testing.TB, now time.Time, role string, areas ...page.Area) *page.Renderer {
	t.Helper()
	o := page.Options{Areas: areas}
	if !now.IsZero() {
		o.Clock = func() time.Time { return now }
	}
	if role != "" {
		f, ok := desks[role]
		if !ok {
			t.Fatalf("nobody sits at the desk of %q", role)
		}
		f.Role, f.SignOut = page.M("door.role."+role), "/logout"
		o.Frame = func(*http.Request) page.Frame { return f }
	}
	p, err := page.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
