// Package value holds the values every engine reasons with: Truth, Value, Code
// and Quantity.
//
// The package exists because most software has two truth values and a health
// record has four. A fact may be yes, no, not known, or refused by the person;
// the zero value of every type here means "not known" and is legal. What is not
// known is never read as "no".
//
// A Value may also be known only in part: the age of someone born "in 2011" is a
// range, 14 to 15. Comparisons on ranges answer Unknown only when the range
// straddles the bound, so that a birth year alone still settles most questions.
//
// Units follow UCUM (https://ucum.org). Nothing here has I/O or a clock.
package value
