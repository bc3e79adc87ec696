package access

import "github.com/godwit-health/godwit/internal/kernel/journal"

// DemoAccount is a user of a demonstration, with the password that it prints.
type DemoAccount struct {
	User     User
	Password string
}

// DemoPassword is the password of every demo account: a demonstration is open to
// whoever sits in front of it.
const DemoPassword = "tern over tidal flats"

// DemoAccounts is one account a role, for a demonstration at these sites and for
// these programmes. The log-in is the role.
func DemoAccounts(sites, programmes []string) []DemoAccount {
	names := map[Role]string{
		Reception: "Rosa Quispe", Nurse: "Almaz Bekele", Physician: "Dr Samira Haddad", Radiographer: "Joseph Okello",
		Laboratory: "Lin Nguyen", Counsellor: "Fatou Diallo", Screener: "Omar Farah", Volunteer: "Grace Atim", Epidemiologist: "Dr Elena Petrova",
		Manager: "Thomas Ngugi", MedicalOfficer: "Dr Anna Keller", PrivacyOfficer: "Miriam Cohen", Administrator: "Pavel Novak",
	}
	var out []DemoAccount
	for _, r := range Roles() {
		u := User{Login: string(r), Name: names[r], Roles: []Role{r}, Sites: sites, Programmes: programmes, Ceiling: "clinical"}
		switch r {
		case Physician, Laboratory, Counsellor, MedicalOfficer:
			u.Ceiling = "sensitive"
		case Reception, Screener, Volunteer, Manager, Administrator:
			u.Ceiling = "identity"
		case PrivacyOfficer:
			u.Ceiling, u.Sites, u.Programmes = "identity", []string{All}, []string{All}
		}
		if r == Screener {
			u.Ceiling = "clinical"
		}
		if r == Administrator {
			u.Sites, u.Programmes = []string{All}, []string{All}
		}
		u.Sensitivity = ceilings[u.Ceiling]
		out = append(out, DemoAccount{User: u, Password: DemoPassword})
	}
	// Two officers approve a pack and an erasure: a second medical officer, not
	// tied to a site, who also reads complaints about the privacy officer.
	out = append(out, DemoAccount{Password: DemoPassword, User: User{
		Login: "medical_officer_2", Name: "Dr Kwame Mensah", Roles: []Role{MedicalOfficer}, Sites: []string{All}, Programmes: []string{All},
		Ceiling: "sensitive", Sensitivity: journal.Sensitive,
	}})
	return out
}

// Actor is the account at work: for a demonstration that plays its staff.
func (u User) Actor() Actor { return u.actor() }
