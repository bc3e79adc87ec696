// Package surveillance is where what may be a public health event becomes known,
// and what is done about it by when.
//
// # Vocabulary
//
//   - Signal: something that may be a public health event, from wherever it came: a
//     border, a laboratory, a community, a clinic, a rumour. It holds no personal data.
//   - Raise: the one word by which every area raises a signal in its own transaction.
//   - Stage: where a signal stands: triage, verification, risk assessment, response,
//     then closed, or discarded on the way.
//   - Step: what an officer did to a signal. Steps are only ever added; where a signal
//     stands follows from all of them (Fold).
//   - Clock: by when a step is due (data/event-clocks.csv, until a pack of that name).
//   - Reported count: how many, as one report says it of a unit, a disease, an
//     indicator and a period. The cell keeps every report; the latest that gives a
//     number holds, and "not reported" is no number.
//   - Finding: what does not fit among reported counts. It is shown and changes nothing.
//   - Lay definition: how a volunteer recognises something, in everyday words. It
//     fires a signal and never classifies anybody.
//   - 7-1-7: the days from emergence to detection, from detection to notification, and
//     from notification to the last of the early response actions.
//
// # Journal kinds
//
// surveillance.signal is about nobody and belongs to a site. What a signal has to do
// with a person, if it came from one, is surveillance.signal_person: a document about
// that person, as sensitive as what it came from, so that whoever reads the signal
// need not know of it, and erasing the person's record leaves the count.
// surveillance.reported is one cell of counts; its id follows from the cell, so that
// all who report it anywhere add to one document. It goes to every node.
//
// # What it must never do
//
//   - Show or keep who somebody is in a signal, its steps, its address or its log.
//   - Let a decision to stop win over a decision to go on that did not see it.
//   - Read a number that nobody gave as zero.
//   - Hold a clock, a threshold or a disease's rule in Go.
//
// # Standards
//
// IHR (2005) Annex 1A and 2; WHO AFRO, Integrated Disease Surveillance and Response,
// third edition (2019); Africa CDC, Event-Based Surveillance Framework (2023); WHO,
// Rapid Risk Assessment of Acute Public Health Events (2012); 717alliance.org.
package surveillance
