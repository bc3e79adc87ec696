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
// No clinical rule and no destination's list belongs here: those are packs.
package place
