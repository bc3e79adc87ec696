package access

import "slices"

// Role is what a user is here to do. A user may hold several; what they may do
// is what any of them may do, less what a role forbids (policy.cedar).
type Role string

// The thirteen roles.
const (
	Reception      Role = "reception"       // registers people, books, opens cases; sees no legal status and no clinical result
	Nurse          Role = "nurse"           // history, vital signs, vaccines, specimens
	Physician      Role = "physician"       // examines, classifies, signs
	Radiographer   Role = "radiographer"    // the orders of the radiology station
	Laboratory     Role = "laboratory"      // the orders of the laboratory station
	Counsellor     Role = "counsellor"      // counselling before and after a test, with its results
	Screener       Role = "screener"        // screens at a border; no person search, only the own shift
	Volunteer      Role = "volunteer"       // reports what is seen in the community; opens no record
	Epidemiologist Role = "epidemiologist"  // signals and counts; of people only what an outbreak needs
	Manager        Role = "manager"         // the flow of the day and the programme's figures
	MedicalOfficer Role = "medical_officer" // answers for the packs and for clinical decisions of a programme
	PrivacyOfficer Role = "privacy_officer" // reads the audit, answers the person; no clinical content
	Administrator  Role = "administrator"   // users, places, the node; no personal content at all
)

// Roles lists the thirteen, in the order in which people and pages name them.
func Roles() []Role {
	return []Role{Reception, Nurse, Physician, Radiographer, Laboratory, Counsellor, Screener, Volunteer,
		Epidemiologist, Manager, MedicalOfficer, PrivacyOfficer, Administrator}
}

// Valid reports whether r is one of the thirteen.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// alone are the roles that cannot be held beside another: one account must not
// both look after the machine and read the records in it, nor both look over
// the readers and be one, and a phone at a border or in a village must not open a
// clinic.
// Somebody who does two of these jobs has two accounts, and the read audit can
// tell which hat they wore.
var alone = []Role{Administrator, PrivacyOfficer, Screener, Volunteer}

// Compatible reports whether one account may hold all these roles.
func Compatible(roles []Role) bool {
	for _, r := range alone {
		if slices.Contains(roles, r) && len(roles) > 1 {
			return false
		}
	}
	return true
}

// clinician is the group of roles that may break the glass. It is not a role.
const clinician Role = "clinician"

func (r Role) clinician() bool {
	return r == Nurse || r == Physician || r == Counsellor || r == MedicalOfficer
}
