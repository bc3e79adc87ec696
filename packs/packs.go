// Package packs embeds the protocol packs that ship with Godwit.
//
// A pack is data: requirements of a destination, safety rules of a station,
// forms, words, sources, hazards and worked cases. It is written and changed
// without Go (packs/README.md, docs/packs.md). This package only carries the
// bytes; internal/kernel/pack reads, checks and runs them.
//
// It must never hold a rule in Go, and every pack that ships is in review: two
// medical officers activate it at the site that uses it.
package packs

import (
	"embed"
	"io/fs"
	"path"
	"sort"
)

// The list of folders is explicit in its pattern only: whatever holds a
// pack.yaml ships.
//
//go:embed */pack.yaml */tables/*.csv */lists/*.csv */forms/*.csv */schedules/*.csv */locales/*.json */hazards.csv */indicators.csv */cases.jsonl */doses/*.csv */dosecases.csv
var files embed.FS

// Builtin returns the shipped packs, one folder each.
func Builtin() fs.FS { return files }

// Names returns the ids of the shipped packs in order.
func Names() []string {
	manifests, err := fs.Glob(files, "*/pack.yaml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	names := make([]string, 0, len(manifests))
	for _, m := range manifests {
		names = append(names, path.Dir(m))
	}
	sort.Strings(names)
	return names
}
