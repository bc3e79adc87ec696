// Package across tells another authority, under a sharing agreement, of a case, and
// hands it contacts who travelled on; and takes what another authority sends.
//
// # Vocabulary
//
//   - Terms: what of a sharing agreement this package reads. The agreement itself, its
//     officers and its digest are package stewardship's.
//   - Notice: one case or one contact as it is told under one agreement: the fields that
//     the agreement names, until the day that it names. Who somebody is stands in parts
//     of an agreement's own, and goes only where it may.
//   - Answer: one step that the other side says: received (by its program), read,
//     accepted, refused, outcome.
//   - Sent, Taken: the registers. Each side keeps its own line of every notice: to whom,
//     by whom, which fields, until when, what became of it. A line outlives its notice.
//   - Shield: whether somebody who is not registered needs protection from the country
//     that would learn of them. Not asked is not no.
//
// # Journal kinds
//
// surveillance.notice and surveillance.notice_answer travel in the feed of their
// agreement (ADR 0022, ADR 0030), name no site, and have a last day (ADR 0026).
// surveillance.notice_sent and surveillance.notice_taken stay here, and name nobody.
//
// # What it must never do
//
//   - Send a field that is not agreed, a case that is more than clinical, or who somebody
//     is to a country that they may need protection from.
//   - Put anything into the line list that nobody here accepted.
//   - Let a follow-up have a gap: until somebody there accepts, a contact is followed here.
//   - Keep a notice longer than the agreement says.
//
// # Standards
//
// IHR (2005) articles 9.2 and 10.2 for the clock, 23 and 30 to 32 for travellers, 44 and
// 45 for what authorities exchange and how it is protected.
package across
