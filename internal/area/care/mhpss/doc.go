// Package mhpss is mental health and psychosocial support, sealed to its team.
//
// # Vocabulary
//
//   - Case: somebody's support, from the first talk to the closing: individual, family, peer or
//     remote. Everything of it is leaves of a room (package seal) under one record.
//   - Session: a group, an activity of arts or play, with aims, facilitators and counts. It has
//     no list of names: nicknames are what people chose to be called that day.
//   - Instrument: a questionnaire that a pack scores. Its wording is imported by the team, with
//     the version and the source of each language, since it is fixed and some has a licence.
//   - Duty: who answers today when an answer speaks of self-harm. Without somebody on duty
//     the pack lets no such questionnaire begin.
//   - Safe contact: when, how and through whom somebody may be reached, and when not at all.
//
// # Journal kinds
//
// None of its own: leaves of a room, of which nothing tells that they are this area's.
//
// # What it must never do
//
//   - Write anything of a person outside a room: no table, no audit, no count by person.
//   - Hold a score's bands, an age or a language that is validated: the pack and the imported
//     wording say so.
//   - Give a total where an answer is missing, or where the pack's gates hold.
//   - Let an answer on self-harm be passed over: it stands on the first page, with a clock and
//     the name of who is on duty, until a check in person was noted.
//   - Say in an address or a title whom or what a page is about.
package mhpss
