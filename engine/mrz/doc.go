// Package mrz reads the machine-readable zone of passports, identity cards,
// refugee travel documents and visas: two or three lines of A–Z, 0–9 and "<".
//
// Vocabulary, as in ICAO Doc 9303: TD1 is a card of three lines of 30, TD2 a
// document of two lines of 36, TD3 a passport of two lines of 44, MRV-A and MRV-B
// visas of 44 and 36. The primary identifier is mostly the family name, the
// secondary identifier the given names. The filler "<" stands for a blank.
//
// A reading is ok, ok_repaired (a character was changed because its place allows
// only a digit or only a letter), check_failed (a check digit or a date is wrong;
// Failed names the fields) or format_unknown. A document that cannot be read is
// no reason to refuse a person: the caller keeps Raw and records by hand.
//
// The package must never fill in what a document leaves open: an unknown day or
// month gives a date of lower precision, an unspecified sex stays unspecified,
// and Sex is what the document says, not a clinical fact nor a gender identity.
// Stateless persons and refugees (XXA, XXB, XXC, XXX) are legal nationalities.
// Errors name a line and a position and never the characters of a document.
//
// It is pure: no I/O and no clock; the caller says what day it is.
//
// Standards: ICAO Doc 9303, 8th edition 2021, parts 3 (common rules, names,
// transliteration), 4 (TD3), 5 (TD1), 6 (TD2) and 7 (visas).
package mrz
