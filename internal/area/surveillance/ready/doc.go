// Package ready is preparedness: what each point of entry and each site has for the day
// on which something happens, and what is missing.
//
// # Vocabulary
//
//   - Place: a site of Godwit's, or a point of entry or of congregation.
//   - Record: one plan, item of stock, contact, exercise, review after the action, or
//     action of a place. What is asked of each is in Asked.
//   - Gap: what is missing, not known, overdue, expired, short or not confirmed. A place
//     is in order only where there is none: what is not known is not ready.
//   - Exercise: table-top, drill, functional or full-scale, with objectives and findings.
//     Nobody is named; those who took part are a number.
//   - Review: after an event that was real, what went well and what did not.
//   - Action: what comes of an exercise or a review, with an owner and a day.
//
// # Journal kinds
//
// surveillance.ready_plan, ready_item, ready_contact, ready_exercise, ready_review and
// ready_action are about nobody: a contact is an office with its telephone, and the form
// says that no ill person is named. They carry the site of the place, which says who may
// change them, and go to every installation: whoever reads the board of many places would
// otherwise call missing what is only not here.
//
// # What it must never do
//
//   - Call ready what nobody confirmed, counted or dated.
//   - Hold how often something is due: every record carries its own next day.
//   - Print where a shelter, a place of detention or an unofficial crossing is.
//
// # Standards
//
// IHR (2005) Annex 1 B 2 (contingency plan, coordinator and contacts of a point); WHO,
// Simulation Exercise Manual (2017), for the kinds of exercise; WHO, Guidance for
// After Action Review (2019).
package ready
