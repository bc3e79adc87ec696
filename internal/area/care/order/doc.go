// Package order is the work of the stations: orders for services of a person,
// what has to come before them, results through forms, and their correction.
//
// # Vocabulary
//
//   - Order: a service that somebody asked for one person (a chest X-ray), the
//     station it waits at, the form of its result, and why: case and rule.
//   - Need: what must be recorded before the order can be carried out: counselling
//     before the test, consent. An unmet need blocks the order. A consent is a record
//     of the people area, asked for this order; the order holds no copy of it, so that
//     one that is withdrawn stops the order in the same moment.
//   - Step: one thing done for an order or with a result: identity confirmed,
//     counselled, that a consent was recorded or taken back, specimen taken, result told to the
//     person, result used for a decision. Steps are never changed.
//   - Telling: a result given to the person, face to face. Where the result asks for
//     care (its form's setting says when) the link to it belongs to the talk: where the
//     person was referred, and whether they accepted. Until then it waits to be told.
//   - Result: the answers to a form, once. A result says which results its author
//     had seen; a correction is a new result that names the old one.
//   - Observation: what a result says to the packs: a code, a value, a unit, a day,
//     who, for which order and specimen.
//
// # Journal kinds
//
// care.order (class append for what was ordered, register for its status),
// care.step and care.result (append). A result whose form asks something more
// sensitive than the order is kept in parts, each of its own sensitivity.
//
// # Facts
//
// Facts gives the latest observation of each code with the day it was true. Two
// results of one day that did not see each other and differ are in dispute: the
// packs take the fact as unknown until one of them is corrected or marked as
// entered in error. Of several specimens the form says how they make one fact
// (engine/form, combine).
//
// # What it must never do
//
//   - Save a result of an image, a specimen, an injection or a dispensing without
//     the person's identity confirmed and recorded.
//   - Carry out an order whose needs are not met, or touch the person while the
//     station-safety check of the day is not clean or cannot be made.
//   - Change or overwrite a result: a corrected result is a new one, and whoever
//     acted on the old one is listed.
//   - Read an answer that is missing, not known or refused as "no".
//   - Show a sensitive order or result, or that there is one, to a role that may
//     not see it; show a result on a worklist.
//   - Hold a clinical rule: services, forms and needs come from packs.
//
// Who opened a result (care_opened) is noted beside the journal, for this
// installation only, like the read audit: it is not projected and not rebuilt.
//
// # Standards
//
// HL7 FHIR R4 ServiceRequest, Specimen and Observation for the sense of the
// fields; UCUM; reference/programme-protection.md section 7.2 for the stations.
package order
