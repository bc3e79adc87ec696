// Package assessment is the health assessment of a family for a destination:
// what the destination requires of each person and why, what is done and what is
// missing, the classification, the physician's signature, the clearance and its
// suspension.
//
// # Vocabulary
//
//   - Case: one application: a family or another unit, a destination (a pack), the
//     day and country of the examination, the facts of the application. A fact of
//     it that is one person's own, or sensitive, is that member's answer and not
//     the case's.
//   - Member: one person's part in a case. Who leaves or dies is asked nothing more.
//   - Plan: the list of services with their state (required, to do again, done,
//     awaited, may be needed, must wait, stopped, declined, set aside, offered),
//     worked out from the decision and the orders, never set by hand.
//   - Decision: what the pack said on one day of one set of facts. It is stored
//     with the pack's version and hash and the rows that fired, and never changed:
//     a new fact makes a new decision.
//   - Act: what an officer did about a decision: signed, set a service aside,
//     decided against the table, printed. An act names the decision that was seen.
//   - Clearance: what a signature over a plan without obstacles issues. It stands
//     on its ground: the decision, the evidence, which is the required results
//     that no rule reads, and the likeness, which is who the certificate shows, in
//     salted digests. When one of them moves it is suspended, its case opens again,
//     and everyone who acted on it gets an alert.
//
// # Privacy
//
// A reader either may know what is sensitive about a member or may not. To one who
// may not, a sensitive service is a "clinical service", a reason that rests on a
// sensitive fact only is a "clinical reason", and beside a reason that everybody
// may know it is not even hinted at. The list of cases and the family board hold
// no reason, service, result or class at all, whoever looks.
//
// # What it must never do
//
//   - Hold a rule of a destination (they are packs), or change one to fit a person
//     (an override is an act of its own, with its reason).
//   - Read a missing, refused or unknown result as a negative one, or a test to
//     come as a test that was clear.
//   - Issue a clearance while a hold stands, a question is open, or a required
//     service is neither done nor set aside; show the life of the medical as
//     clearance.
//   - Order what is contraindicated, must wait, or only may be needed.
//   - Keep a result from being recorded because no rules are in force.
//   - Read a sensitive result that was asked for by another case of the person.
//   - Show one member's sensitive reason to another, or to a role that may not
//     know it.
//
// # Files
//
// rules.go settles what follows from what is known, plan_rules.go lays the plan
// out, ground_rules.go and identity_rules.go say what a clearance stands on; look_service.go looks at a
// member, reassess_service.go brings what is stored in line with what was seen,
// act_service.go and certificate_service.go are the officers' acts, case_service.go
// and answer_service.go change a case and answer its questions.
//
// # Standards
//
// WHO, IOM and destination instructions are cited row by row in the packs;
// counselling and consent before a test are the orders' (care/order); the duties
// to the person are those of the design, section 9.
package assessment
