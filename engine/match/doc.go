// Package match folds names across scripts and says how likely two records are
// the same person.
//
// Vocabulary. A name is folded into tokens: lower-case Latin letters without
// marks, one token a word. A skeleton is the run of consonant classes of a token;
// vowels and the glides v, w and y, which scripts and languages write or leave
// out at will, are dropped, so that محمد, Muhammad, Mohamed, Maxamed, Мухаммад and
// ሙሐመድ share the skeleton "mhmt". A letter that languages read in several ways
// (ث as th or s, Somali x as h) gives a token several skeletons; two names meet
// if they share one. Keys are what a search index stores, terms what a query
// looks up. English Soundex is of no use for these names.
//
// Both tokens and skeletons are search keys and never a display name. They change
// when the rules here change: FoldVersion then goes up and an index built with
// another version must be built again.
//
// A comparison gives a weight of evidence in bits (the base-2 logarithm of how
// much likelier the agreement is for one person than for two) and the reasons as
// codes. It must never merge anything: twins and siblings agree on nearly all
// fields, 1 January stands for "not known", and one family name fills a village.
// Link at most on a person's word.
//
// Files. Dedupe and Link hold the rows of one table, or of two, against each other by
// Fellegi and Sunter, with weights learned from the tables and nothing labelled. A
// field is one comparison, a level what two rows have in it, a pattern the levels of a
// pair; a block is the rows that share a key. docs/match.md has the method.
//
// Rules: own work, from the romanisations in use: ICAO Doc 9303 part 3 section 6,
// BGN/PCGN for Arabic, Cyrillic and Amharic, Somali, Turkish and Albanian
// orthography. Comparison: I. Fellegi and A. Sunter, "A theory for record
// linkage", JASA 64 (1969); W. Winkler, "String comparator metrics" (1990).
package match
