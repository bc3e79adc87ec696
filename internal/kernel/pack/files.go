package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Limits on what a pack may be. The largest list shipped (WHO incidence, all
// countries and years) is some 200 kB.
const (
	maxFile  = 4 << 20
	maxPack  = 16 << 20
	maxFiles = 400
	maxRows  = 50_000
	maxCell  = 4_000
)

// Files are a pack's files by their slash path inside it, all UTF-8 text.
type Files map[string]string

// Hash is the content hash that names a version: SHA-256 over every file in path
// order, each as length and bytes of path, then length and bytes of content.
func (f Files) Hash() string {
	h := sha256.New()
	for _, p := range f.paths() {
		writeSized(h, p)
		writeSized(h, f[p])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func writeSized(w io.Writer, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	w.Write(n[:]) // hash.Hash never fails
	io.WriteString(w, s)
}

func (f Files) paths() []string {
	ps := make([]string, 0, len(f))
	for p := range f {
		ps = append(ps, p)
	}
	sort.Strings(ps)
	return ps
}

// in returns the paths of a folder with an extension, in order.
func (f Files) in(folder, ext string) []string {
	var ps []string
	for _, p := range f.paths() {
		if path.Dir(p) == folder && strings.HasSuffix(p, ext) {
			ps = append(ps, p)
		}
	}
	return ps
}

// role says what a path is in a pack: "" when it is no part of one.
func role(p string) string {
	dir, base := path.Split(p)
	switch {
	case p == manifestFile || p == "hazards.csv" || p == indicatorFile || p == "cases.jsonl" || p == doseCaseFile:
		return "core"
	case dir == "" && (strings.HasSuffix(base, ".md") || strings.HasSuffix(base, ".txt") || base == "LICENSE" || base == "NOTICE"):
		return "text"
	case (dir == "tables/" || dir == "lists/" || dir == "forms/" || dir == "schedules/" || dir == "doses/") && strings.HasSuffix(base, ".csv"):
		return "csv"
	case dir == "locales/" && strings.HasSuffix(base, ".json"):
		return "locale"
	case strings.HasPrefix(dir, "include/") && strings.HasSuffix(dir, "/forms/") && strings.HasSuffix(base, ".csv"):
		return "csv"
	}
	return ""
}

// leftover reports files that editors leave behind: .~lock.x.csv#, ~$x, x.csv~.
func leftover(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") || strings.HasSuffix(base, "~") || strings.HasSuffix(base, "#")
}

// ReadFiles reads the files of a pack folder, within the limits. Files that
// editors leave behind are passed over; any other file that is no part of a pack
// is a problem, because it may be a table somebody believes to be in force.
func ReadFiles(fsys fs.FS, dir string) (Files, error) {
	if _, err := fs.Stat(fsys, path.Join(dir, manifestFile)); err != nil {
		return nil, &fault.Error{Code: fault.NotFound, Op: "pack.ReadFiles", Field: dir, Key: "packs.error.not_found", Err: err}
	}
	files, ps := Files{}, Problems{}
	total := 0
	err := fs.WalkDir(fsys, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(p, dir), "/")
		if dir == "." {
			rel = p
		}
		if p == dir {
			return nil
		}
		if leftover(d.Name()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if role(rel) == "" {
			ps.add(rel, 0, "", "is no part of a pack (tables/*.csv, lists/*.csv, forms/*.csv, schedules/*.csv, doses/*.csv, locales/*.json, hazards.csv, indicators.csv, cases.jsonl, pack.yaml)")
			return nil
		}
		if len(files) >= maxFiles {
			return fault.New(fault.Invalid, "pack.ReadFiles", "packs.error.too_large")
		}
		text, err := readText(fsys, p)
		if err != nil {
			ps.add(rel, 0, "", "%v", err)
			return nil
		}
		if total += len(text); total > maxPack {
			return fault.New(fault.Invalid, "pack.ReadFiles", "packs.error.too_large")
		}
		files[rel] = text
		return nil
	})
	if err != nil {
		return nil, fault.Wrap("pack.ReadFiles", err)
	}
	return files, ps.fault("pack.ReadFiles")
}

func readText(fsys fs.FS, p string) (string, error) {
	f, err := fsys.Open(p)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", err
	}
	return cleanText(b)
}

// cleanText checks size and encoding and takes the byte order mark off, which
// spreadsheets write.
func cleanText(b []byte) (string, error) {
	if len(b) > maxFile {
		return "", fmt.Errorf("is larger than %d MB", maxFile>>20)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(b) {
		return "", errors.New("is not UTF-8 text; save it as \"CSV UTF-8\"")
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return "", errors.New("holds a zero byte; it is not text")
	}
	return string(b), nil
}
