// Package problem is what somebody has: coded diagnoses, and the list of problems that
// goes with the person from site to site.
//
// # Vocabulary
//
//   - Term: an entry of a site's short list of diagnoses: a code of ICD-10, ICD-11 or the
//     site's own, and its name. A site types it or reads it from a file; no classification
//     ships with the program, because WHO's texts may not be handed on without a licence.
//   - Problem: one diagnosis of one person, suspected or confirmed, since when, and whether
//     it still stands. It carries the term's words, so that it reads the same at a site
//     that has another list.
//   - Condition under surveillance: a term may name one of surveillance's list; a diagnosis
//     of it is offered as a signal, once, and never sent without a press.
//
// # Journal kinds
//
// care.term (register): a site's entry. care.problem (registers what, course, raised):
// a diagnosis. Two diagnoses of one term that stand for one person are told before a
// second is written.
//
// # What it must never do
//
//   - Hold a list of diseases: terms are the site's.
//   - Take a diagnosis that nobody made for a no: a list without a problem says nothing.
//   - Show a sensitive diagnosis to whoever may not know it, in words, count or gap.
package problem
