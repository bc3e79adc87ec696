package app

import (
	"cmp"
	"runtime/debug"
	"time"
)

// built is the day of the source that this program was built from: it has come, whatever
// the clock says. Zero where nobody knows.
func built() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			t, err := time.Parse(time.RFC3339, s.Value)
			if err != nil {
				return time.Time{}
			}
			return t.UTC()
		}
	}
	return time.Time{}
}

// Version is this program's, as it tells it to a hub.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return "unreleased"
	}
	return cmp.Or(info.Main.Version, "unreleased")
}
