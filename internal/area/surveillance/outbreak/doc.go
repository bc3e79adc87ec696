// Package outbreak keeps the outbreaks that officers declared, answers who may have
// been exposed to one on the journey, and lists whom each site is to offer care.
//
// # Vocabulary
//
//   - Outbreak: a disease in places over a time, declared by an epidemiologist. The
//     places are areas, countries and points of the gazetteer, and sites.
//   - Step: what an officer decided about an outbreak, with a reason. Steps are added
//     and never edited; the last one says how it stands.
//   - Exposed: yes, possible, no or unknown. Yes is a stay that for certain was in an
//     affected place while the outbreak ran, so recently that the incubation is not
//     over. Possible is a stay that may have been. No needs a journey without a hole in
//     the time that counts. Whatever is left is unknown.
//   - Met: a person whose stays, or whose days at a site, may have met an outbreak. The
//     table of them is worked out from stays and outbreaks, here and on every node for
//     itself; it is no record of the person.
//   - Offer: care that is offered to somebody because of an outbreak, and what became of
//     it.
//
// # Journal kinds
//
// surveillance.outbreak goes everywhere: it names nobody. surveillance.offer is about a
// person, clinical, and goes where the person goes.
//
// # Facts offered to packs
//
// "exposed:" and a code of the list of diseases: yes, possible or no. What nobody knows
// is not offered, and so unknown. It is told against the outbreaks that were declared: no
// is that no stay met one of them.
//
// Somebody who is registered nowhere, at a border, tells places by name (Declared): what
// that comes to is Said, and nothing of it is kept here.
//
// # What it must never do
//
//   - Bar anybody from anything: an exposure is a reason to offer, never a decision.
//   - Take a hole in the journey, a date known in part or a missing incubation for a no.
//   - Offer for one species of a virus what is for another.
//   - Have a number of a disease in Go: incubation and what is offered are packs.
//   - Show a list of people to whoever may not open these people's clinical record.
//
// # Standards
//
// IHR (2005) articles 3, 23 and 43 for what follows from a stay in an affected area;
// the packs name their own sources.
package outbreak
