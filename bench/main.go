// Command bench prints Godwit's speed as ratios against a raw operation or a peer
// in the same run, never as a bare time: machines differ, ratios travel.
//
//	go run ./bench                 everything, about ten minutes
//	go run ./bench journal search  only these
//	go run ./bench -persons 100000 search
//
// Nothing here is a test: a slow machine is not a fault.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
)

func main() {
	persons := flag.Int("persons", 1_000_000, "persons in the search benchmark")
	travellers := flag.Int("travellers", 1_000_000, "travellers in the tally benchmark; 100000000 takes some minutes")
	records := flag.Int("records", 1_000_000, "documents in the size benchmark: full records, reports, cases, contacts")
	flag.Parse()
	suites := []struct {
		name string
		run  func(w io.Writer) error
	}{
		{"journal", benchJournal},
		{"key", benchSlots},
		{"decisions", benchDecision},
		{"search", func(w io.Writer) error { return benchSearch(w, *persons) }},
		{"storage", benchStorage},
		{"sync", benchSync},
		{"link", benchLinks},
		{"first", benchFirst},
		{"hub", benchHub},
		{"tally", func(w io.Writer) error { return benchTally(w, *travellers) }},
		{"size", func(w io.Writer) error { return benchSize(w, *records) }},
		{"tap", benchTap},
		{"start", benchStart},
		{"epi", benchEpi},
		{"vaccine", benchVaccine},
		{"match", benchMatch},
	}
	names := []string{}
	for _, s := range suites {
		names = append(names, s.name)
	}
	for _, a := range flag.Args() {
		if !slices.Contains(names, a) {
			fmt.Fprintf(os.Stderr, "bench: there is no %q; there is %v\n", a, names)
			os.Exit(2)
		}
	}
	fmt.Printf("%s %s/%s, %d cores\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	for _, s := range suites {
		if flag.NArg() > 0 && !slices.Contains(flag.Args(), s.name) {
			continue
		}
		fmt.Printf("\n== %s\n", s.name)
		if err := s.run(os.Stdout); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", s.name, err)
			os.Exit(1)
		}
	}
}
