package packcmd

import "fmt"

// ImportDMN turns the decision tables of a DMN file into CSV.
func (e *Env) ImportDMN(file, out string) int { return e.noDMN() }

// ExportDMN writes a pack's tables as DMN XML.
func (e *Env) ExportDMN(name string) int { return e.noDMN() }

// DMNTest runs DMN TCK cases.
func (e *Env) DMNTest(dir string) int { return e.noDMN() }

func (e *Env) noDMN() int {
	fmt.Fprintln(e.Err, "error: DMN is not built in yet")
	return 2
}
