// Package form reads forms written in a subset of XLSForm and checks answers to
// them on the server.
//
// # Vocabulary
//
// A form is a CSV file of rows. A question has a type, a name and a label in each
// language; a group gathers questions under a heading and one relevance. A fact
// is what an answer says to the packs: "cxr", "symptoms". An answer may be "not
// known" or refused where the question allows it, and that is an answer: it
// satisfies "required".
//
// # The file
//
// UTF-8 CSV (RFC 4180) with a header line. Columns, in any order:
//
//	type         text, integer, decimal, date, select_one LIST, select_multiple LIST,
//	             note, calculate, hidden, begin group, end group; choice LIST; setting
//	name         letters, digits, "_"; a question's name is unique, a choice's in its list
//	label::en    the question (also ::fr, ::es, ::ar; "label" alone is English)
//	hint::en     a line below it
//	required     yes, no or an expression
//	relevant     expression: asked only if true
//	constraint   expression over . that the answer must meet
//	constraint_message::en   what to say when it does not
//	calculation  expression of a calculate row
//	appearance   multiline (text), partial (date: a year or month will do), inline
//	fact         the fact the answer gives; "-" for none; the name if empty
//	unit         UCUM unit of a number
//	min, max     hard bounds of a number: outside is an error
//	warn_min, warn_max   soft bounds: outside must be confirmed
//	allow        unknown, refused, or both, parted by a blank
//	sensitivity  identity, clinical, sensitive or sealed; as the order's if empty
//	combine      choices, least serious first: how several specimens make one fact
//	source, note free text for authors
//
// Choices are rows of the same file, type "choice LIST", anywhere:
//
//	type,name,label::en,required,relevant,fact,unit,min,max,allow
//	select_one cxr,cxr,What does the film show?,yes,,cxr,,,,
//	choice cxr,normal,Normal,,,,,,,
//	choice cxr,tb,Suggestive of tuberculosis,,,,,,,
//	select_one yes_no,cavity,Is there a cavity?,yes,${cxr} = 'tb',,,,,unknown
//
// A setting row is about the whole form, its value stands under calculation:
// "specimens" (1 to 9, each collected and reported by itself), "act" (image,
// specimen, injection, dispensing: the person is identified before), "day" (the
// date question that says which day the answers are about), "refused" (the
// question whose answer "refused" means that nothing was done) and "care" (the
// calculation that is true when the answers ask for care, which is not always when a
// test is positive). A choice named pending means that the answer is still to come. Of
// several specimens the most serious answer under combine counts as soon as it is there,
// any other only when all have reported:
//
//	type,name,label::en,calculation,combine
//	setting,specimens,,3,
//	setting,act,,specimen,
//	select_one culture,culture,Culture,,neg pending pos
//
// The list yes_no is built in; an answer to it is a fact of type bool, a date is a
// date, a number a number, and every other choice a code. A hidden row takes a
// fact of the record (sex, age_years) into expressions. There are no defaults: no
// box is ticked in advance. Expressions are engine/expr in form mode.
//
// # What it must never do
//
// Read a missing answer as "no": the relevance of a question that hangs on an
// answer "not known" stays open, and it is shown. Keep an answer to a question
// that did not apply. Guess a number: 1,234 is refused, because it is read in two
// ways. Evaluate without limits: size, rows and expressions are bounded.
//
// # Standards
//
// XLSForm (xlsform.org) and ODK XForms for rows and expressions; UCUM for units.
package form
