package match

import "testing"

func TestNamesCompared(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want uint8
	}{
		{"amina", "amina", textSame}, {"Amina", "AMINA", textSame}, {"saka", "zaka", textSlip}, {"don ta", "donata", textSlip},
		{"محمد", "mohamed", textSpelled}, {"Мухаммад", "mohammed", textSpelled}, {"ሙሐመድ", "Mohammed", textSpelled}, {"Γεώργιος", "georgios", textSame},
		{"José", "jose", textSame}, {"Müller", "mueller", textSpelled}, {"robert", "bob", textNickname}, {"christ", "christopher", textPart},
		{"maria jose", "maria", textPart}, {"m", "maria", textInitial}, {"abd al-rahman", "abdurrahman", textSpelled}, {"volunteeah", "volunteer", textAlike},
		{"damaseni", "dudley", textOther}, {"", "amina", textUnknown}, {"le0nard", "leonard", textSpelled}, {"Mr Smith", "smith", textSame},
	} {
		l := newLexicon(Given)
		a, b := l.intern(tt.a), l.intern(tt.b)
		for range 2 { // and from the memo
			if got, back := l.compare(a, b), l.compare(b, a); got != tt.want || back != tt.want {
				t.Errorf("%s, %s: %s, %s; want %s", tt.a, tt.b, textLevelNames[got], textLevelNames[back], textLevelNames[tt.want])
			}
		}
	}
}

func TestBirthDatesCompared(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want uint8
	}{
		{"19671207", "1967-12-07", birthDay}, {"1997 1122", "19971122", birthDay}, {"191312 07", "1913-12-07", birthDay}, {"1990-01-01", "1990-01-01", birthJanuary},
		{"1990", "1990-05-17", birthPart}, {"1990-05", "1990-05-17", birthPart}, {"1990-06", "1990-05-17", birthYear}, {"1990-01-01", "1990-05-17", birthFilled},
		{"1990-05-07", "1990-07-05", birthSwapped}, {"1990-05-17", "1990-05-18", birthSlip}, {"1990-05-17", "1909-05-17", birthSlip}, {"1990-05-17", "1944-05-17", birthTwo}, {"1853-22-22", "1853-02-22", birthSlip},
		{"1990-05-17", "1990-11-02", birthYear}, {"1990-05-17", "1991-11-02", birthNear}, {"1990", "1992", birthNear}, {"1990", "1950", birthSlip}, {"1990", "1944", birthOther},
		{"", "1990", birthUnknown}, {"not known", "1990", birthUnknown}, {"17/05/1990", "1990-05-17", birthDay}, {"٧/٥/١٩٩٠", "1990-05-07", birthDay}, {"1990-05-17T00:00:00", "1990-05-17", birthDay},
	} {
		a, b := readBirth(tt.a, true), readBirth(tt.b, true)
		if got, back := compareBirth(&a, &b), compareBirth(&b, &a); got != tt.want || back != tt.want {
			t.Errorf("%s, %s: %s, %s; want %s", tt.a, tt.b, birthLevels[got], birthLevels[back], birthLevels[tt.want])
		}
	}
}

func TestColumnsAreTypedByNameAndCells(t *testing.T) {
	for _, tt := range []struct {
		header string
		cells  []string
		want   Kind
	}{
		{"given_name", []string{"amina"}, Given}, {"Prénom", []string{"amina"}, Given}, {"surname", []string{"ali"}, Family}, {"full_name", []string{"a b"}, WholeName},
		{"first_and_surname", []string{"a b"}, WholeName}, {"date_of_birth", []string{"19671207"}, Birth}, {"dob", []string{"1990-01-02"}, Birth}, {"birth_place", []string{"devon"}, Place},
		{"date_of_birth", []string{"1967"}, BirthYear}, {"birth_year", []string{"1967"}, BirthYear}, {"postcode_fake", []string{"tq13 8df"}, Postcode}, {"soc_sec_id", []string{"5304218"}, Document},
		{"uganda_nin", []string{"CF21927470OWMT"}, Document}, {"art_number", []string{"KMC-819708"}, Document}, {"phone_number", []string{"712 300633"}, Phone},
		{"street_number", []string{"8"}, House}, {"address_1", []string{"stanley street"}, Street}, {"suburb", []string{"x"}, Place}, {"state", []string{"nsw"}, Region},
		{"gender", []string{"male", "female"}, Sex}, {"column 4", []string{"m", "f"}, Sex}, {"x", []string{"a@b.org"}, Email}, {"empty", []string{"", ""}, Ignored},
		{"mother_name", []string{"amina"}, Household}, {"occupation", []string{"tailor"}, Category}, {"registered", []string{"2024-01-02"}, Category},
	} {
		if got := kindOf(tt.header, tt.cells); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.header, got, tt.want)
		}
	}
}

// Every word of a chain of names keeps its own letters.
func TestWordsOfANameAreApart(t *testing.T) {
	d := newDataset([]column{{"n", WholeName, []string{"amina ali warsame", "warsama hassan"}}}, 2, 2)
	for _, v := range d.names.values[1:] {
		if joined := v.words[0].text; len(v.words) == 1 && joined != v.text {
			t.Errorf("the word of %q reads %q", v.text, joined)
		}
	}
}
