// Package ground is what a point of entry has: stations to wash hands at, devices that
// measure, the capacities of IHR Annex 1B, and the other side of the border.
//
// # Vocabulary
//
//   - Station: where hands are washed. A check says whether it works and what is there;
//     the pack says what is wrong, and whether that is a repair with an hour.
//   - Repair: a station that the pack wants repaired by an hour, because travellers of
//     an outbreak area come that way (border.Post.Corridor). It is there as long as the
//     last check says so, and follows the corridor, not the day of the check.
//   - Device: a thermometer. It is checked against a reference in every shift.
//   - Assessment: the checklist of Annex 1B on a day, scored by the pack; all are kept.
//   - Other side: the focal points of both sides, what they do in the same way, whether
//     one accepts the other's screening; and how long drivers and goods waited.
//
// # Journal kinds
//
// border.station, border.device, border.capacity and border.side are about nobody who
// travels. A focal point is an officer with an office's telephone, who said that it may
// stand there.
//
// # What it must never do
//
//   - Call a station sound that nobody checked, or a point ready of which a capacity is
//     not known.
//   - Hold a threshold: what is weak, strong, old or low is the pack's.
//
// # Standards
//
// IHR (2005) Annex 1B and article 57 (joint procedures of neighbours); the packs
// hygiene-station and poe-capacities, which cite theirs.
package ground
