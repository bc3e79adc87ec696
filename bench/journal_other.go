//go:build !unix

package main

import "time"

// processTime is not known here; the wall clock stands in.
func processTime() time.Duration { return time.Since(processStart) }

var processStart = time.Now()
