// Package vaccine holds a person's vaccine doses against a schedule and forecasts what
// is due. It implements the CDC's Logic Specification for ACIP Recommendations 4.6
// (CDSi, 13 December 2024) step by step; what a vaccine, an antigen, a group or an age
// is comes from supporting data that is read at run time, and none is named here.
//
// # Vocabulary
//
// Data is supporting data as read; a Schedule is Data compiled, immutable and shared by
// goroutines. An antigen has series, paths to immunity, sorted into series groups; a
// series has doses, in order. Held against a patient a series is a patient series and
// its doses are target doses. A vaccine group is what a clinician calls one vaccine and
// may hold several antigens.
//
// # Steps and where they are
//
//	ReadCDSi      a folder of supporting data                   chapter 2.4   read.go, read_antigen.go, node.go
//	Compile       checked and numbered                                        compile.go, schedule.go
//	Evaluate      doses to antigens, by date                    4.2           patient.go
//	              relevant patient series                       5             vaccine.go
//	              every dose against its target dose            6             evaluate.go, skip.go
//	              immunity, contraindication, need, dates       7             forecast.go
//	              one series for a series group, best series    8             choose.go, score.go
//	              vaccine group forecasts                       9             group.go
//
// Every evaluation carries its Reasons and every forecast its reason, its Choice and the
// Basis of each date, in the specification's words; a Result carries the version of the
// supporting data. Dates follow CALCDT-1 to CALCDT-6 (calendar.RollToNextMonth), upper
// bounds of ages are exclusive, and the assessment date is given: there is no clock.
//
// # Several forecasts of one vaccine group
//
// A vaccine group forecast is made for one series group (DEFFORECAST-012), so a person
// can have several for one vaccine: by age, and because of a condition. They are not
// merged. The first of a group leads: one because of an indication before one by age,
// then the one that rests on most valid doses, then one whose series may be started at
// the age the person has, then one with a dose due.
//
// # Where the specification leaves something open
//
// docs/cdsi.md lists it with what is done here, and the published cases that do not
// agree with the row that decides.
//
// # What it must never do
//
// Merge or drop doses of the input, take what is not known for a contraindication or for
// immunity, depend on the order in which doses are given, or use supporting data that
// has a problem. Doses after the assessment date, before birth and of products that the
// schedule does not know are left out and named in Result.Problems.
package vaccine
