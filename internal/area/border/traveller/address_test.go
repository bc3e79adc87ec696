package traveller

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestAPosterLeadsWhereATravellersPhoneCanGo(t *testing.T) {
	for _, tc := range []struct {
		why    string
		at     Address
		host   string
		header map[string]string
		tls    bool
		want   string // "" is refused
	}{
		{"on the network of the site", Address{}, "192.168.4.20:8080", nil, false, "http://192.168.4.20:8080"},
		{"with a certificate of its own", Address{}, "192.168.4.20:8443", nil, true, "https://192.168.4.20:8443"},
		{"behind a TLS proxy that it was told of", Address{Secure: true}, "poe.example.org", map[string]string{"X-Forwarded-For": "10.0.0.9"}, false, "https://poe.example.org"},
		{"behind a proxy that it was not told of", Address{}, "poe.example.org", map[string]string{"X-Forwarded-For": "10.0.0.9"}, false, ""},
		{"what a stranger's header says is not believed", Address{}, "poe.example.org", map[string]string{"X-Forwarded-Proto": "https"}, false, ""},
		{"at the computer itself", Address{}, "localhost:8080", nil, false, ""},
		{"at the computer itself, behind a proxy", Address{Secure: true}, "127.0.0.1:8080", nil, false, ""},
		{"in a demonstration, where the phone is this computer", Address{Here: true}, "127.0.0.1:8080", nil, false, "http://127.0.0.1:8080"},
		{"the address that was set", Address{Public: "https://poe.example.org:8443"}, "localhost:8080", map[string]string{"Via": "1.1 x"}, false, "https://poe.example.org:8443"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/border/points/BUSIA/poster", nil)
		r.Host = tc.host
		for k, v := range tc.header {
			r.Header.Set(k, v)
		}
		if tc.tls {
			r.TLS = &tls.ConnectionState{}
		}
		got, err := tc.at.of(r)
		if got != tc.want || (err != nil) != (tc.want == "") || err != nil && !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %q, %v", tc.why, got, err)
		}
	}
}

func TestAnAddressThatIsSetIsOneOfOtherMachines(t *testing.T) {
	for text, want := range map[string]string{"https://poe.example.org": "https://poe.example.org", "https://poe.example.org/": "https://poe.example.org", "http://192.168.4.20:8080": "http://192.168.4.20:8080",
		"poe.example.org": "", "https://": "", "https://localhost:8080": "", "https://[::1]": "", "http://0.0.0.0:8080": "", "ftp://poe.example.org": "", "https://poe.example.org/declare": "", "https://a:b@poe.example.org": "", "https://poe.example.org?x": ""} {
		if got, ok := PublicAddress(text); got != want || ok != (want != "") {
			t.Errorf("%s is %q", text, got)
		}
	}
}

func TestThePosterPrintsTheAddressOrSaysWhatIsMissing(t *testing.T) {
	w := newWorld(t, "")
	r := httptest.NewRequest(http.MethodGet, "/border/points/BUSIA/poster", nil)
	r.Host = "localhost:8080"
	if code, body := w.ask("screener", r); code != 503 || !strings.Contains(body, "--public") {
		t.Errorf("at the computer itself: %d %.900s", code, body)
	}
	w.Address.Public = "https://poe.example.org"
	r = httptest.NewRequest(http.MethodGet, "/border/points/BUSIA/poster", nil)
	r.Host = "localhost:8080"
	if code, body := w.ask("screener", r); code != 200 || !strings.Contains(body, "https://poe.example.org/declare/BUSIA") || strings.Contains(body, "http://") && strings.Contains(body, "http://localhost") {
		t.Errorf("with an address: %d", code)
	}
}
