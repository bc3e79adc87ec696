// Package expr is the one expression language of Godwit: one syntax tree and one
// evaluator, with two ways to write it.
//
//   - Form: what XLSForm authors write in relevant, constraint and calculation,
//     `${age} >= 15 and selected(${signs}, 'cough')`, with `.` for the answer
//     being checked (XLSForm reference, xlsform.org; ODK XForms specification,
//     "XPath functions").
//   - Feel: what packs write in derived facts, `age_years(dob, exam_date)`, after
//     DMN's FEEL; DMN is the same syntax with DMN's own null rules (OMG DMN 1.5,
//     chapter 10), for imported models.
//
// # Vocabulary
//
// An expression is parsed once and evaluated often, against an Env that knows
// the variables. Evaluation never fails: what cannot be computed is "not known".
//
// # The unknown
//
// In Form and Feel mode logic is Kleene's, over value.Value: a fact may be
// unknown, refused, or known only as a range ("aged 14 to 15"). Comparisons and
// arithmetic carry ranges through. The answer is sound (yes and no are never
// wrong whatever the unknown turns out to be) but not complete: `x > 5 or x <= 5`
// with x unknown is Unknown. The decision engine decides such cases exactly by
// enumeration; forms do not need to.
//
// A test against the empty text asks whether a question was answered, as XLSForm
// authors mean it: `${x} = ”` is yes while x is unknown and no once it is known.
// A refused question counts as unanswered.
//
// In DMN mode null is a value: `null = null` is true, `x = null` is false for
// any other x, and a condition that is null takes the else branch (DMN 1.5,
// tables 42, 50 and 55).
//
// # What it must never do
//
// No I/O, no clock (today comes from the Env), no loops, no assignment. Source
// length, nesting and number of nodes are limited, so outside text cannot exhaust
// the evaluator. Errors carry the byte position.
package expr
