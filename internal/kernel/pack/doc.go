// Package pack loads, checks, tests, stores, approves and activates protocol
// packs: the requirements of a destination, the safety rules of a station, and
// whatever else is clinical or national and therefore never a line of Go.
//
// # Vocabulary
//
// A pack is a folder of text files a medical officer can edit in a spreadsheet
// and a text editor (docs/packs.md has the format with a worked example):
//
//	pack.yaml        id, version, status, dates, sources, facts, services
//	tables/*.csv     decision tables, one a file (engine/decision.ParseTable)
//	lists/*.csv      dated code lists: code,from,to,value,certainty,source,note
//	forms/*.csv      forms, XLSForm columns
//	schedules/*.csv  expected visits and their windows
//	indicators.csv   what is counted of a period, and what is divided by what
//	doses/*.csv      doses of medicines, with dosecases.csv (kind medicines)
//	hazards.csv      id,hazard,cause,guard,rows,test
//	cases.jsonl      worked cases: facts on a date and what must come out
//	locales/*.json   words: row.X, service.X, fact.X, value.F.V, hold.X, classify.X
//
// The certainty of a row or list member is O (official text read), S (secondary
// source) or R (recalled, not confirmed). What rests on R is shown as
// "unconfirmed" wherever its result is shown.
//
// The source of a row is the id of a source in pack.yaml, then, after a comma, a
// colon or a blank, where in it: "cdc-ti-tb, flowchart". Several are parted by
// semicolons.
//
// A version is a pack's bytes, named by its content hash. Versions are stored in
// the journal and never deleted or changed. A version is a draft, then in review,
// then approved by two different medical officers, then activated by two officers
// from an effective date; a version can be stopped in an emergency by two
// officers, with their reason. Active answers which version holds on a day.
//
// # What it must never do
//
//   - Activate a version with a failing case, a linter error, a treat, clear or
//     waive row that is only recalled, or fewer than two officers.
//   - Change or forget the bytes of a stored version: a decision is explained for
//     ever after from the version that made it (Record, ExplainRecord).
//   - Read a missing fact as "no": facts not given are unknown.
//   - Accept a file it understands only in part: unknown keys, columns and facts
//     are errors that name the file, the row and the column.
//
// # Standards
//
// Cells and hit policies follow DMN 1.5 (OMG formal/2024-01-01) in the subset of
// engine/decision; forms follow XLSForm (https://xlsform.org); CSV follows RFC
// 4180; the life of a pack follows the reference notes on assessment rules,
// section 14: draft, linter, stored cases, second officer, effective date, never
// delete a version.
package pack
