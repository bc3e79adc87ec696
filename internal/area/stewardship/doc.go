// Package stewardship answers for what is held about people: who looked, what
// the person may ask for, what went wrong, and what must be destroyed.
//
// # Vocabulary
//
//   - Looked: the list, for the person, of who opened their record, why, and to
//     whom something went.
//   - Copy: the person's own printed copy of their record, in their language.
//   - Request: something a person asks about their data (copy, who looked,
//     correction, objection, erasure), with a clock.
//   - Complaint: said by anybody, without an account and without a name if they
//     wish; it bypasses the site. The receipt is a code that only they hold.
//   - Erasure: documents destroyed by two different officers, provably.
//   - Review item: two changes that did not see each other; somebody must look.
//   - Holding: a document that is about a person, found in the journal's headers,
//     so that no area can forget to name one.
//
// # Journal kinds
//
// stewardship.request (identity), stewardship.complaint (sensitive, of no site)
// and stewardship.erasure (identity; it holds no personal data and outlives what
// it erased).
//
// # What it must never do
//
//   - Show clinical content to a privacy officer, or a complaint to its site.
//   - Say who typed a complaint, or keep the code of its receipt.
//   - Leave a kind of document out of a copy or of an erasure because it does not
//     know it.
//   - Erase on the word of one officer, or keep personal data in the reason.
//
// # Standards
//
// GDPR art. 12, 15, 16, 17 and 21 for the requests and their clocks (an agency's
// own policy may set others); IOM Data Protection Principles 7 and 12;
// ST/SGB/2003/13 for complaints about sexual exploitation and abuse.
package stewardship
