package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// Whatever is asked of a locked node, by whatever method: the way to the door, the
// door, languages and assets, and nothing of anybody.
func TestALockedNodeShowsItsDoorOnly(t *testing.T) {
	dir, _ := apptest.Protected(t)
	routes := patterns(t, apptest.Start(t).Mux())
	l := apptest.StartLocked(t, dir)
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	seen := 0
	for _, p := range routes {
		_, path, found := strings.Cut(p, " ")
		if !found {
			path = p
		}
		path = strings.TrimSuffix(path, "{$}")
		path = regexp.MustCompile(`\{[a-z_]+(\.\.\.)?\}`).ReplaceAllString(path, "01930000-0000-7000-8000-000000000001")
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			req, err := http.NewRequestWithContext(t.Context(), method, l.URL+path, strings.NewReader("login=&password="))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			seen++
			switch to := resp.Header.Get("Location"); {
			case strings.HasPrefix(path, "/install") && resp.StatusCode == http.StatusNotFound: // only where the node has a certificate of its own
			case path == access.PathLogIn, strings.HasPrefix(path, "/lang/"), strings.HasPrefix(path, "/assets/"):
			case resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, access.PathLogIn):
				t.Errorf("%s %s: %d to %q", method, path, resp.StatusCode, to)
			case method == "POST" && !strings.Contains(to, "lost=form"):
				t.Errorf("%s %s: nobody is told that the form is lost", method, path)
			}
			if len(resp.Cookies()) > 0 && !strings.HasPrefix(path, "/lang/") {
				t.Errorf("%s %s sets a cookie", method, path)
			}
		}
	}
	if seen < 200 {
		t.Fatalf("only %d routes: the list is read wrongly", seen)
	}
	for lang, word := range map[string]string{"en": "The records are locked", "fr": "Les dossiers sont verrouillés", "es": "Los registros están bloqueados", "ar": "السجلات مقفلة"} {
		v := l.Visit()
		v.Get("/lang/"+lang+"?return=/login").Says(t, 200, word)
		v.Get("/recovery").Says(t, 200)
	}
	v := l.Visit()
	v.Get("/healthz").Says(t, 503, "locked")
	v.Get("/metrics").Says(t, 200, "godwit_open 0")
	if l.Node() != nil || l.State() != app.StateLocked {
		t.Error("the node is open although nobody logged in")
	}
}
