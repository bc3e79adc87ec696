// Package people knows who somebody is, whom they belong with, where they have
// been, and what they agreed to.
//
// # Vocabulary
//
//   - Person: one human being as this service knows them. A person may have one
//     name, several, or none yet (then a wristband number stands for the name).
//   - Code: ten letters and digits made from the person's id, for slips and
//     waiting rooms. It says nothing about the person.
//   - Stay: a time in one country, with dates as exact as they are known.
//   - Journey: all stays of a person, and whether the person says that is all.
//   - Family (case unit): people who are seen together. A member has a role in it;
//     a relation says what one person is to another.
//   - Focal point: the named adult or officer who answers for a separated child.
//   - Consent: one decision of a person, or of who may decide for them, on one
//     purpose and one recipient, with everything that makes it worth something.
//   - Arrival: a person came to a site on a day. The arrivals of a day are its list.
//
// # Journal kinds
//
// people.person (identity), people.safety (allergies and pregnancy, of class
// Safety), people.protection (legal status, feared countries; sensitive),
// people.functioning (Washington Group short set), people.stay, people.journey,
// people.document, people.contact, people.consent, people.family, people.member,
// people.relation, people.photo and people.arrival. What exists once a person
// (safety, protection, functioning, journey) has an id made from the person's, so
// that two nodes that have not met write the same document.
//
// # Facts offered to packs
//
// Service.Facts offers person.birth, person.sex, person.nationalities,
// person.birth_country, person.died, person.unaccompanied, person.pregnant,
// person.last_period, person.due, person.has_allergy, person.allergies and
// site.country (the country of examination); the journey goes to the engine as a
// decision.Journey. OnChange tells the composition root when one of them changed.
//
// # What it must never do
//
//   - Fill in what is not known: a birth year is not 1 January, an unasked allergy
//     is not "none", no nationality told is not stateless.
//   - Read a status from a document: XXA, XXB and XXC are what a document says.
//   - Offer the Washington Group answers, the legal status or a feared country to a
//     pack (reference/programme-protection.md, section 1.6).
//   - Make care depend on consent to share, or tick a box in advance.
//   - Show the legal status to reception, or put a name on a slip.
//   - Guess an age from a look: a disputed age counts as a child's for protection
//     and is computed both ways.
//   - Write a projected row except through the journal.
//
// # Standards
//
// ISO 3166-1 and ISO 639 (kernel/place), ICAO Doc 9303 (engine/mrz), HL7 FHIR R4
// Patient and Consent for the sense of the fields, Washington Group Short Set on
// Functioning, Inter-agency Guiding Principles on Unaccompanied and Separated
// Children (2004) for the words "separated" and "unaccompanied".
package people
