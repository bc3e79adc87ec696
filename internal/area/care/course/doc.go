// Package course follows people through programmes of visits: pregnancy, the weeks after
// a birth, tuberculosis, chronic disease, malnutrition, the months after a return. A
// programme is a pack's (pack.Programme); this package knows none of them.
//
// # Vocabulary
//
//   - Course: one person in one programme, from enrolment to outcome. It belongs to the
//     site that cares for it now.
//   - Plan: the visits that the pack's schedule expects, laid out by the anchors that the
//     pack derives. It is laid out anew when an anchor is known better.
//   - Visit: one that took place, or at which somebody was seen to be absent.
//   - Dose: what happened on one day of a calendar of observed doses. A day of which
//     nothing was recorded is not known; it is never a missed one.
//   - Transfer: from one site to another. The course stays with the old site, and doses
//     go on being recorded there, until the new site accepts.
//   - Measure: what a course tells the rules of its pack (pack.Measures).
//   - Continuity: what was due elsewhere and is not recorded anywhere.
//
// # Journal kinds
//
// care.course (register): enrolment, plan, end. care.visit and care.dose (append): two
// records of one dose by two people who did not see each other's open a review item and
// count as one day. care.transfer (register): asked, answered, arrived. The forms of a
// course are results of orders (care/order).
//
// # What it must never do
//
//   - Hold a rule of a programme: windows, outcomes and what a missed dose asks for are
//     the packs'.
//   - Read a day without a record as a missed dose, or recall somebody who died.
//   - Let a course be at no site, or at two.
package course
