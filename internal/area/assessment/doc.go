// Package assessment is the health assessment of a family for a destination:
// what the destination requires of each person and why, what is done and what is
// missing, the classification, the physician's signature, the clearance and its
// suspension.
//
// Vocabulary. A case is one application: a family or another unit, a destination
// (a pack), the day of the examination, the facts of the application. A member is
// one person's part in a case. The plan is the list of services with their state
// (required, done, missing an answer, blocked, waived, refused). A decision is
// what the pack said on one day of one set of facts; it is stored with the pack's
// version and hash and the rows that fired, and never changed: a new fact makes a
// new decision. An act is what an officer did about it: signed, waived, overrode,
// printed, told the person. A clearance is issued by a signature and suspended by
// any fact that arrives later and changes the decision it rests on.
//
// It must never: hold a rule of a destination (they are packs); read a missing
// result as a negative one; show validity of the medical as clearance; issue a
// clearance while a hold stands, a question is open or a required service is
// neither done nor waived; show one member's sensitive reason to another, or to a
// role that may not know it; or change a rule to fit a person (an override is an
// act of its own, with its reason).
//
// Standards: WHO, IOM and destination instructions are cited row by row in the
// packs; consent and counselling follow design section 9.
package assessment
