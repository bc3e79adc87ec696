// Package web holds the style sheet, the scripts and the vendored assets that the
// pages use, all embedded in the program.
//
// Each is served at a path that carries the hash of its content, so that a
// browser may keep it for ever and a new program is never shown with an old
// sheet. Vendored files lie in vendor/<package>@<version>/ and are listed in
// VENDOR.json with licence, integrity of the package and SHA-256 of the file; a
// test verifies them offline. What only tests need lies in vendor-test/ and is not
// in the program.
//
// The package must never hold a script or style that a page would have to inline,
// nor fetch anything from elsewhere.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed godwit.css print.css label.css tap.css drawing.css godwit.js tap.js godwit.svg VENDOR.json vendor
var files embed.FS

// names maps the short name of an asset to its file.
var names = map[string]string{
	"godwit.css":  "godwit.css",
	"label.css":   "label.css",
	"print.css":   "print.css",
	"tap.css":     "tap.css",
	"drawing.css": "drawing.css",
	"godwit.js":   "godwit.js",
	"tap.js":      "tap.js",
	"godwit.svg":  "godwit.svg",
	"htmx.js":     "vendor/htmx.org@4.0.1/htmx.min.js",
}

var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

type asset struct {
	body []byte
	kind string
}

// all reads and hashes the assets once.
var all = sync.OnceValues(func() (map[string]asset, map[string]string) {
	byPath, byName := map[string]asset{}, map[string]string{}
	for name, file := range names {
		b, err := files.ReadFile(file)
		if err != nil {
			panic(err) // embedded: cannot fail
		}
		if path.Ext(name) == ".css" {
			b = squeeze(b)
		}
		sum := sha256.Sum256(b)
		ext := path.Ext(name)
		p := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		byPath[p] = asset{b, types[ext]}
		byName[name] = p
	}
	return byPath, byName
})

var (
	class   = regexp.MustCompile(`\.(-?[a-zA-Z][\w-]*)`)
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	space   = regexp.MustCompile(`\s+`)
	around  = regexp.MustCompile(` ?([{};,>]) ?`)
	token   = regexp.MustCompile(`--[a-z][a-z-]*`)
)

// short gives each token of the main sheet a name of three letters: the long ones
// are for whoever writes, and are a tenth of the bytes.
var short = sync.OnceValue(func() map[string]string {
	b, err := files.ReadFile("godwit.css")
	if err != nil {
		panic(err) // embedded: cannot fail
	}
	out := map[string]string{}
	for _, m := range token.FindAll(comment.ReplaceAll(b, nil), -1) {
		if _, ok := out[string(m)]; !ok {
			out[string(m)] = "--" + strconv.FormatInt(int64(len(out)+10), 36)
		}
	}
	return out
})

// squeeze takes comments and needless spaces out of the sheet. It is not for any
// sheet: ours has no comment sign, brace or semicolon inside a text, and no space
// that matters beside one.
func squeeze(css []byte) []byte {
	css = comment.ReplaceAll(css, nil)
	css = space.ReplaceAll(css, []byte(" "))
	css = around.ReplaceAll(css, []byte("$1"))
	css = bytes.ReplaceAll(css, []byte(": "), []byte(":"))
	css = bytes.ReplaceAll(css, []byte(" !"), []byte("!"))
	css = token.ReplaceAllFunc(css, func(name []byte) []byte {
		if s, ok := short()[string(name)]; ok {
			return []byte(s)
		}
		return name
	})
	return bytes.ReplaceAll(css, []byte(";}"), []byte("}"))
}

// sheets are the style sheets: every page's, that of paper, that of labels, and that
// of the tap counter.
var sheets = []string{"godwit.css", "print.css", "label.css", "tap.css", "drawing.css"}

// Classes returns the names of all classes in the sheets: the vocabulary of the
// pages. A test refuses a page with another one, since it would look broken.
func Classes() map[string]bool {
	out := map[string]bool{}
	for _, name := range sheets {
		b, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded: cannot fail
		}
		for _, m := range class.FindAllSubmatch(comment.ReplaceAll(b, nil), -1) {
			out[string(m[1])] = true
		}
	}
	return out
}

// Prefix is where Handler must be mounted: mux.Handle("GET "+web.Prefix, web.Handler()).
const Prefix = "/assets/"

// Path returns the URL path of an asset by its short name ("godwit.css"), or ""
// for one that does not exist.
func Path(name string) string {
	_, byName := all()
	return byName[name]
}

// Handler serves the assets. They hold no personal data and may be cached.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		byPath, _ := all()
		a, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(a.body)
	})
}
