package backup_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$`)

// signed reports whether a request carries the signature of a key's secret, worked
// out again from the specification: AWS, "Signature Calculations for the
// Authorization Header" (API version 2006-03-01).
func signed(r *http.Request, secrets map[string]string) bool {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil || secrets[m[1]] == "" {
		return false
	}
	names := strings.Split(m[4], ";")
	if !slices.IsSorted(names) || !slices.Contains(names, "host") || !slices.Contains(names, "x-amz-date") || !slices.Contains(names, "x-amz-content-sha256") {
		return false
	}
	var headers strings.Builder
	for _, n := range names {
		v := strings.TrimSpace(r.Header.Get(n))
		switch n {
		case "host":
			v = r.Host
		case "content-length":
			v = r.Header.Get("Content-Length")
		}
		headers.WriteString(n + ":" + v + "\n")
	}
	canonical := strings.Join([]string{r.Method, r.URL.EscapedPath(), query(r.URL.Query()), headers.String(), m[4], r.Header.Get("X-Amz-Content-Sha256")}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	date := r.Header.Get("X-Amz-Date")
	scope := m[2] + "/" + m[3] + "/s3/aws4_request"
	key := []byte("AWS4" + secrets[m[1]])
	for _, part := range []string{m[2], m[3], "s3", "aws4_request"} {
		key = mac(key, part)
	}
	want := mac(key, "AWS4-HMAC-SHA256\n"+date+"\n"+scope+"\n"+hex.EncodeToString(sum[:]))
	return strings.HasPrefix(date, m[2]) && hex.EncodeToString(want) == m[5]
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}

// query is a query in the canonical form: sorted, and a space as %20.
func query(v url.Values) string { return strings.ReplaceAll(v.Encode(), "+", "%20") }

// The verifier itself, by the example of the specification ("GET Object"): if it let
// anything pass, the tests of the store would prove nothing.
func TestTheVerifierKnowsTheSpecificationsExample(t *testing.T) {
	secrets := map[string]string{"AKIAIOSFODNN7EXAMPLE": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	request := func() *http.Request {
		r, err := http.NewRequest(http.MethodGet, "https://examplebucket.s3.amazonaws.com/test.txt", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Range", "bytes=0-9")
		r.Header.Set("X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
		r.Header.Set("X-Amz-Date", "20130524T000000Z")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
		return r
	}
	if !signed(request(), secrets) {
		t.Error("the example's signature does not verify")
	}
	for why, change := range map[string]func(r *http.Request){
		"another range":  func(r *http.Request) { r.Header.Set("Range", "bytes=0-10") },
		"another method": func(r *http.Request) { r.Method = http.MethodPut },
		"another path":   func(r *http.Request) { r.URL.Path = "/test2.txt" },
		"a query":        func(r *http.Request) { r.URL.RawQuery = "acl=" },
		"no signature":   func(r *http.Request) { r.Header.Del("Authorization") },
	} {
		r := request()
		change(r)
		if signed(r, secrets) {
			t.Errorf("%s verifies", why)
		}
	}
}
