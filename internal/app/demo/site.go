package demo

import _ "embed"

// SiteJSON is the demo's one assessment centre, as kernel/place stores a site.
//
//go:embed site.json
var SiteJSON []byte
