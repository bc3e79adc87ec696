package backup

import "embed"

// Locales are the words of this package's faults, in every language.
//
//go:embed locales/*.json
var Locales embed.FS
