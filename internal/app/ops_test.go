package app_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// Health and metrics are for this machine: not for another one, not through a
// proxy on this one, not under a name that another site made point here.
func TestHealthAndMetricsAnswerOnThisMachineOnly(t *testing.T) {
	n := apptest.Start(t)
	here := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for _, tc := range []struct {
		why    string
		change func(r *http.Request)
		local  net.Addr
		want   int
	}{
		{"this machine", func(*http.Request) {}, here, 200},
		{"this machine by its IPv6 name", func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:5000", "[::1]:8080" }, &net.TCPAddr{IP: net.IPv6loopback, Port: 8080}, 200},
		{"another machine", func(r *http.Request) { r.RemoteAddr = "192.0.2.7:5000" }, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8080}, 404},
		{"another machine that says it is this one", func(r *http.Request) { r.RemoteAddr = "127.0.0.1:5000" }, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8080}, 404},
		{"a listener nobody knows", func(*http.Request) {}, nil, 404},
		{"a proxy", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.5") }, here, 404},
		{"a proxy that names this machine", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "127.0.0.1") }, here, 404},
		{"a proxy with an empty header", func(r *http.Request) { r.Header["X-Forwarded-For"] = []string{""} }, here, 404},
		{"a proxy by RFC 7239", func(r *http.Request) { r.Header.Set("Forwarded", "for=203.0.113.5") }, here, 404},
		{"a proxy by Via", func(r *http.Request) { r.Header.Set("Via", "1.1 proxy") }, here, 404},
		{"a proxy that passes the name only", func(r *http.Request) { r.Host = "clinic.example.org" }, here, 404},
		{"a page of another site", func(r *http.Request) { r.Host = "evil.example.org:8080" }, here, 404},
	} {
		for _, path := range []string{"/healthz", "/metrics"} {
			for name, h := range map[string]http.Handler{"pages": n.Handler(), "side": n.MachineOnly()} {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.RemoteAddr, r.Host = "127.0.0.1:5000", "127.0.0.1:8080"
				if tc.local != nil {
					r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, tc.local))
				}
				tc.change(r)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != tc.want {
					t.Errorf("%s, %s on the %s listener: %d, want %d", tc.why, path, name, w.Code, tc.want)
				}
			}
		}
	}
}

// A number may leave the node, and nothing that says whose it is.
func TestMetricsHoldNobody(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	film := n.Film(person)
	n.At(access.Radiographer).Get(film)
	v := n.Visit()
	v.Post("/login", map[string][]string{"login": {"zipporah"}, "password": {"wrong wrong wrong"}})
	a := v.Get("/metrics").Says(t, 200)
	for _, secret := range []string{"Warsame", "Amina", "zipporah", "radiographer", person.String(), film[len("/orders/"):], "NBO-1", "uk-tb", "127.0.0.1", "orders"} {
		if strings.Contains(a.Body, secret) {
			t.Errorf("the metrics say %q", secret)
		}
	}
	sample := regexp.MustCompile(`^(\w+)(?:\{(.*)\})? (\S+)$`)
	label := regexp.MustCompile(`(\w+)="([^"]*)"`)
	known := map[string]bool{"what": true, "quantile": true, "version": true} // what is counted, Go's pauses, Go's version
	counts, values := n.Access.Counts(), map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(a.Body), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("not a sample: %q", line)
		}
		values[m[1]+m[2]] = m[3]
		for _, l := range label.FindAllStringSubmatch(m[2], -1) {
			if !known[l[1]] {
				t.Errorf("%s has a label %s", m[1], l[1])
			}
			if _, of := counts[l[2]]; l[1] == "what" && !of {
				t.Errorf("%s counts %q, which is not of the gate's list", m[1], l[2])
			}
		}
	}
	if got := values[`godwit_gate_totalwhat="logins_failed"`]; got != "1" {
		t.Errorf("failed log-ins counted: %q", got)
	}
	if size, err := strconv.ParseFloat(values["godwit_database_bytes"], 64); err != nil || size < 100_000 {
		t.Errorf("the database has %q bytes", values["godwit_database_bytes"])
	}
}

// A mistake of ours is a page that says so, and a log line without anybody in it.
func TestAPanicIsAnErrorPage(t *testing.T) {
	n := apptest.Start(t)
	n.Mux().HandleFunc("GET /mistake", func(http.ResponseWriter, *http.Request) { panic("Amina Warsame") })
	var log strings.Builder
	n.LogTo(apptest.TextLog(&log))
	n.At(access.Nurse).Get("/mistake").Says(t, 500, "Something went wrong")
	if !strings.Contains(log.String(), "ops_test.go") || strings.Contains(log.String(), "Amina") {
		t.Errorf("the log says %s", log.String())
	}
}

func TestEveryRoleSaysWhatItIsFor(t *testing.T) {
	for _, r := range access.Roles() {
		if app.RoleWords[r] == "" {
			t.Errorf("role %s has no words", r)
		}
	}
	if len(app.RoleWords) != len(access.Roles()) {
		t.Error("words of a role that there is not")
	}
}
