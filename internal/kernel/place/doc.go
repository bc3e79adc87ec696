// Package place knows countries, regions, languages and Godwit's own sites.
//
// A place carries its code: ISO 3166-1 alpha-3 for a country or territory, an
// UN M49 number for a region, and for what documents print outside ISO 3166 the
// code of ICAO Doc 9303 part 3 section 5 (XXA, XXB, XXC, XXX, organisations).
// Names are labels in English, French, Spanish and Arabic and say nothing about
// the status of a place (data/SOURCES.md names source and licence).
//
// XXA, XXB and XXC are what a document says. They are never a status
// determination: nothing here or above may set "stateless" or "refugee" from
// them (reference/programme-protection.md, section 0).
//
// A site is a building, a mobile team or a post that works with Godwit: its
// code, names, country, languages and stations. Sites are journal documents
// ("place.site"), so that every node knows them and a change has its history.
//
// # The gazetteer
//
// Below the country stand administrative areas ("place.area"): code (the P-code
// where there is one), ISO 3166-2, level, the area above, names by language, other
// spellings, a middle. Points ("place.point") are points of entry, of congregation
// and of flow monitoring. Populations ("place.population") stand beside each other
// with source and date. Boundaries ("place.boundaries", "place.boundary") are
// somebody's and can be replaced; a disputed line is kept as one.
//
// A name means a place when exactly one place within has a name or a code that folds
// to the same letters: case, accents, hyphens and apostrophes apart. Whatever is
// less than that is a candidate with a reason, and the name waits in a queue
// ("place.name") until an officer says what it means, once; a file of aliases says
// it for many. What was said holds for the part of the world it was said for.
// Officers who differ leave the name unknown until one settles it.
//
// Detention, shelters, unofficial crossings and whatever is marked leave only as
// their area of the first level and without a position: an export, a map that leaves
// and a message read Outward and nothing else.
//
// No clinical rule and no destination's list belongs here: those are packs.
package place
