// Package decision decides by tables that know the unknown.
//
// A protocol is a set of decision tables over declared facts, with dated rows,
// dated lists and dated parameters (design, section 5; the tables are those of
// DMN 1.5 in a subset). Compile checks it, Decide evaluates it, Explain says why,
// Lint finds what a medical officer should see before anybody relies on it.
//
// # Tables
//
// ParseTable reads CSV. Line 1 is `table`, name, hit policy and, for priority and
// output-order, the codes best first. Line 2 is the header:
//
//	table,US.services,collect
//	id,from,to,age_years,tb_incidence,|,outcome,code,months,|,certainty,source,note
//	US-S2,,,[2..14],>=20,|,require,IGRA,,|,O,"CDC TI TB, flowchart",
//
// Inputs are facts, or outcomes of other tables: hold.any, require.CXR,
// classify.B2 (true or false). Tables are put in order by what they read; a
// circle is a mistake. A row whose outcome is empty says that nothing follows: it
// closes a gap in a first, unique, any or priority table. from and to are days on
// the protocol's date basis, both included. A code cell may hold several codes
// parted by blanks.
//
// # Cells
//
//   - anything
//     5   "a"   a   true           a value; codes need no quotes
//     "a","b"                      one of several
//     not("a","b")                 none of several
//     < <= > >=   [a..b] [a..b) (a..b]   numbers and days (2026-11-22)
//     >param("id")                 a dated parameter in place of a number
//     in list("id")                a code of a dated list; for a list fact, any element
//     known  unknown  refused      how the fact is known
//
// A code that is also a word of cells (true, known, not …) is written in quotes.
// A unit may follow a number (>=35 kg) and must be the fact's. known holds for
// whatever is known in part (a range); unknown holds for refused too, as refused
// weighs like unknown; refused holds for refused only. A cell may mix values and
// states: `true, unknown`. Under first, put the row that names unknown ahead of
// the rows that read the value.
//
// # Derived facts
//
// FactDef.Derive is an expression (engine/expr, Feel mode) over other facts; `on`
// is the day on the date basis. Beside the functions of expr (age_years,
// age_months, age_weeks, age_days, gestation_weeks, days_between, months_between,
// years_between, add_days, add_months, hours_to …) there are:
//
//	country_value("list", country)              the country's value in the list
//	in_list("list", code)                       whether a code or any of a list is in it
//	any_citizenship_in("list")
//	any_stay_in("list")                         any time up to the day
//	any_stay_in("list", months, on)             in the months before a day
//	any_stay_in("list", from, to)               between two days
//	longest_continuous_stay("list"[, …])        completed months, cut to the window
//	longest_stay_touching("list", months, on)   completed months of the longest unbroken
//	                                            presence of which a part lies in the window
//	last_stay("list"[, on])                     the last day of presence
//
// Presence is unbroken across countries of the list. A history that is not said
// to be complete, or has a gap beside a listed country, gives a range or unknown,
// never a no; a sure stay settles it. A fact given in the input stands in place of
// its derivation.
//
// # The unknown
//
// A fact that is not given, refused, older than its longest age, of unknown age
// where it has one, disputed, or not a value the fact can have, is unknown. An
// outcome is Definite only if every way of filling in the unknown gives it: the
// engine enumerates the regions that cells cut each unknown fact into, through
// derived facts and chained tables. What some ways give is Undetermined, with the
// facts that could change it; what none gives is not listed. Beyond a cap the
// answer falls back on Kleene logic, which is sound and may ask too much
// (Decision.Capped). A birth year gives an age range, and what the range settles
// is settled. Uncertainty of the journey counts as one unknown for each
// fact derived from it.
//
// # Outcomes
//
// Rows of a kind and code (and of the arguments months, days, hours, until, drug,
// dose, level, within_days) give one outcome. Offer, treat, waive, clear and a
// classify of FIT or FIT_… need every contraindicate, defer and hold row with
// their code known not to fire; clear and fit need every hold so. What is barred
// is in Decision.Overruled. Required and contraindicated at once is Blocked, and so
// are contradicting rows of a unique or any table. The earliest valid wins, over
// all tables. Require and waive stand side by side: waiving is an officer's act.
//
// # Reading and asking often
//
// Decide takes facts by name. NewSheet and DecideSheet take them by slot, for
// whoever decides for thousands. Args and Rows of an outcome may be shared with
// the protocol: read them, do not change them. CheckUnknowns tries the promise
// about the unknown on any protocol; Mutants plants one small mistake at a time,
// which a pack's worked cases should notice; Combine joins the decisions of a
// destination and of safety protocols.
//
// # Standards
//
// OMG DMN 1.5 (formal/2024-01-01), chapters 8 and 9, in the subset above; UCUM for
// units; ISO 4217 for currencies; RFC 4180 for tables.
//
// # What it must never do
//
// Read an unknown as a no. Decide by Go code what a pack should say. Skip a row it
// cannot evaluate. Use a clock, I/O or package state.
package decision
