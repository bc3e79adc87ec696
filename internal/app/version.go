package app

import (
	"cmp"
	"runtime/debug"
)

// Version is this program's, as it tells it to a hub.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return "unreleased"
	}
	return cmp.Or(info.Main.Version, "unreleased")
}
