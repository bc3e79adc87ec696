package mrz

// Specimen is the issuing state of Doc 9303's examples, "Utopia".
const Specimen = "UTO"

// Meaning is what a code outside ISO 3166 says about its bearer.
type Meaning string

// The meanings. Stateless, the two kinds of refugee and unspecified are not the
// same, and none of them is an error.
const (
	NotSpecial   Meaning = ""
	Stateless    Meaning = "stateless"     // XXA: 1954 Convention, article 1
	Refugee      Meaning = "refugee"       // XXB: 1951 Convention as amended 1967
	RefugeeOther Meaning = "refugee_other" // XXC: refugee other than XXB
	NoneStated   Meaning = "unspecified"   // XXX: the issuer need not say which
	British      Meaning = "british"       // a class of British nationality
	Organisation Meaning = "organisation"  // an international organisation or order
	Kosovo       Meaning = "kosovo"        // in use, not endorsed by ICAO; UNK was issued by UNMIK until 2008
	SpecimenOnly Meaning = "specimen"
)

// special lists Doc 9303 part 3, section 5, codes for use in documents, as
// carried by two public code lists.
var special = map[string]Meaning{
	"XXA": Stateless, "XXB": Refugee, "XXC": RefugeeOther, "XXX": NoneStated,
	"GBD": British, "GBN": British, "GBO": British, "GBP": British, "GBS": British,
	"UNO": Organisation, "UNA": Organisation, "EUE": Organisation, "XOM": Organisation,
	"XPO": Organisation, "XBA": Organisation, "XIM": Organisation, "XCC": Organisation,
	"XCE": Organisation, "XCO": Organisation, "XEC": Organisation, "XES": Organisation,
	"XMP": Organisation, "XDC": Organisation,
	"RKS": Kosovo, "UNK": Kosovo,
	Specimen: SpecimenOnly,
}

// MeaningOf returns what a special code stands for, NotSpecial for the others
// (whether those are countries is for the country list to say).
func MeaningOf(code string) Meaning { return special[code] }
