// Package threshold evaluates the fixed rules by which a few cases are an alert, for
// places that have no history: camps, new sites, and diseases of which one case is too
// many.
//
// No number stands here. A rule is data of a pack, with its source, its dates and its
// wording; Compile turns one such Spec into a Rule, and refuses a parameter that its
// kind does not have, so that a typing error cannot leave a limit at nothing.
//
// A Rule is held against Evidence and answers yes, no or unknown, and what it would
// need to know. A week that was not reported is unknown, and not zero: "5 or more" is
// yes when the weeks that are known reach 5, and otherwise unknown.
//
// "n or more" means at least n, at every rule that counts. Limits made of earlier years
// (a quartile, a mean and standard deviations) are exceeded by what is above them.
//
// It must never hold a threshold, a disease or a country, nor read a clock.
package threshold
