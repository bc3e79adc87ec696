// Package referral sends somebody on, and waits until it is known what came of it: to
// another site of the installation, to a hospital outside, or to a place in another country.
//
// # Vocabulary
//
//   - Referral: one person, sent from one site to one place, with a reason, an urgency and
//     what the sender chose of the record.
//   - Urgency: how soon the person is to be seen. Each has the time within which an answer
//     is expected (data/urgencies.csv, with source and certainty); past it the referral is
//     overdue and stands first.
//   - Step: what the receiver says: received, seen, and one answer: the result, not taken,
//     or not come. An answer on paper is written down by whoever sent, who may also cancel.
//   - Code: with which a place without Godwit answers on a bare page. It stands on the
//     letter alone; kept is its hash.
//   - Agreement: the person's word that the place sent to may open the record. Without it
//     nothing is sent to that site: the person carries a letter.
//
// # Journal kinds
//
// care.referral (register): what was sent. care.referral_step (append): what came of it.
// care.referral_code (append): the hash of a letter's code. Two answers that did not see each other both stand.
//
// # What it must never do
//
//   - Make care wait for a consent to share: a letter in hand is always there.
//   - Send what the sender did not choose, or what is sensitive unless it was chosen.
//   - Take silence for an answer: what nobody answered stays open.
//   - Print a code that says who the person is.
package referral
