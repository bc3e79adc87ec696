package match

// markedLatin are Latin letters whose mark changes the sound or the usual
// plain writing. All other marked letters fold to their base letter.
var markedLatin = map[rune]unit{
	'ä': {text: "a", alt: "ae", class: none}, 'æ': {text: "ae", class: none}, 'å': {text: "a", alt: "aa", class: none},
	'ö': {text: "o", alt: "oe", class: none}, 'ø': {text: "o", alt: "oe", class: none}, 'œ': {text: "oe", class: none},
	'ü': {text: "u", alt: "ue", class: none}, 'ı': {text: "i", class: none}, 'ə': {text: "a", class: none},
	'ß': {text: "ss", class: []string{"s"}}, 'þ': {text: "th", class: []string{"t", "s"}},
	'ð': {text: "d", class: []string{"t"}}, 'đ': {text: "d", class: []string{"t", "j"}},
	'ł': {text: "l", class: []string{"l"}}, 'ħ': {text: "h", class: []string{"h"}}, 'ŧ': {text: "t", class: []string{"t"}},
	'ŋ': {text: "ng", class: []string{"nk"}}, 'ğ': {text: "g", class: []string{"k", ""}},
	'ç': {text: "c", alt: "ch", class: []string{"s", "x"}}, 'č': {text: "c", alt: "ch", class: []string{"x", "k"}},
	'ć': {text: "c", alt: "ch", class: []string{"x", "k"}}, 'ĉ': {text: "c", alt: "ch", class: []string{"x", "k"}},
	'š': {text: "s", alt: "sh", class: []string{"x", "s"}}, 'ş': {text: "s", alt: "sh", class: []string{"x", "s"}},
	'ș': {text: "s", alt: "sh", class: []string{"x", "s"}}, 'ś': {text: "s", alt: "sh", class: []string{"x", "s"}},
	'ž': {text: "z", alt: "zh", class: []string{"j", "s"}}, 'ñ': {text: "n", class: []string{"n"}},
	'ț': {text: "t", alt: "ts", class: []string{"s", "t"}}, 'ţ': {text: "t", alt: "ts", class: []string{"s", "t"}},
	'ḥ': {text: "h", class: []string{"h"}}, 'ẖ': {text: "kh", class: []string{"h"}}, 'ḫ': {text: "kh", class: []string{"h"}},
	'ḍ': {text: "d", class: []string{"t", "s"}}, 'ẓ': {text: "z", class: []string{"s", "t"}}, 'ġ': {text: "gh", class: []string{"k"}},
}

// arabic: letters of Arabic, Persian, Urdu, Pashto, Kurdish and Uighur. Alef,
// waw and ya are vowels except at the start; hamza and ayn are silent.
var arabic = table(map[rune]letter{
	'ا': {"a", ""}, 'أ': {"a", ""}, 'إ': {"i", ""}, 'آ': {"a", ""}, 'ٱ': {"a", ""}, 'ء': {"", ""}, 'ؤ': {"u", ""}, 'ئ': {"i", ""},
	'ب': {"b", ""}, 'پ': {"p", ""}, 'ت': {"t", ""}, 'ة': {"t", ""}, 'ث': {"th", "s"}, 'ج': {"j", "g"}, 'چ': {"ch", "j"},
	'ح': {"h", ""}, 'خ': {"kh", "k"}, 'د': {"d", ""}, 'ذ': {"dh", "z"}, 'ر': {"r", ""}, 'ز': {"z", ""}, 'ژ': {"zh", ""},
	'س': {"s", ""}, 'ش': {"sh", ""}, 'ص': {"s", ""}, 'ض': {"d", "z"}, 'ط': {"t", ""}, 'ظ': {"z", "d"}, 'ع': {"a", ""},
	'غ': {"gh", ""}, 'ف': {"f", ""}, 'ڤ': {"v", "f"}, 'ق': {"q", ""}, 'ك': {"k", ""}, 'ک': {"k", ""}, 'گ': {"g", ""}, 'ڭ': {"ng", ""},
	'ل': {"l", ""}, 'م': {"m", ""}, 'ن': {"n", ""}, 'ه': {"h", ""}, 'ہ': {"h", ""}, 'ھ': {"h", "-"}, 'ۀ': {"a", ""}, 'ە': {"e", ""}, 'ۃ': {"a", ""},
	'و': {"u", ""}, 'ۆ': {"o", ""}, 'ۇ': {"u", ""}, 'ۈ': {"u", ""}, 'ۋ': {"v", ""}, 'ي': {"i", ""}, 'ی': {"i", ""}, 'ى': {"a", ""}, 'ې': {"e", ""},
	'ۍ': {"i", ""}, 'ێ': {"e", ""}, 'ے': {"e", ""}, 'ۓ': {"e", ""}, 'ٹ': {"t", ""}, 'ڈ': {"d", ""}, 'ڑ': {"r", ""}, 'ں': {"n", ""},
	'ټ': {"t", ""}, 'ډ': {"d", ""}, 'ړ': {"r", ""}, 'ږ': {"zh", "g"}, 'ښ': {"sh", "kh"}, 'ګ': {"g", ""}, 'ڼ': {"n", ""},
	'ځ': {"z", "j"}, 'څ': {"ts", ""}, 'ڵ': {"l", ""}, 'ڕ': {"r", ""}, 'ڠ': {"ng", ""}, 'ڽ': {"ny", ""}, 'ݢ': {"g", ""},
}, true)

// arabicUnit reads one letter of Arabic script.
func arabicUnit(word []rune, i int) (unit, int) {
	u, ok := arabic[word[i]]
	if !ok {
		return unit{}, 0
	}
	final := i == len(word)-1
	switch r := word[i]; {
	case r == 'ة' && final:
		return unit{text: "a", class: none}, 1
	case i == 0 && (r == 'و' || r == 'ۋ'):
		u.text = "w"
	case i == 0 && (r == 'ي' || r == 'ی'):
		u.text = "y"
	case r == 'ع' && i > 0:
		u.text = ""
	case r == 'ل' && i > 1 && word[i-1] == 'ل' && word[i-2] == 'ا':
		return unit{text: "", class: none}, 1 // the article before l: عبداللطيف, and الله
	}
	return u, 1
}

// cyrillic: Russian, Ukrainian, Belarusian, Bulgarian, Serbian, Macedonian and
// the Central Asian and Caucasian letters.
var cyrillic = table(map[rune]letter{
	'а': {"a", ""}, 'б': {"b", ""}, 'в': {"v", ""}, 'г': {"g", "h"}, 'ґ': {"g", ""}, 'д': {"d", ""}, 'е': {"e", ""}, 'ё': {"e", ""},
	'є': {"ye", ""}, 'ж': {"zh", ""}, 'з': {"z", ""}, 'и': {"i", ""}, 'і': {"i", ""}, 'ї': {"yi", ""}, 'й': {"i", ""}, 'к': {"k", ""},
	'л': {"l", ""}, 'м': {"m", ""}, 'н': {"n", ""}, 'о': {"o", ""}, 'п': {"p", ""}, 'р': {"r", ""}, 'с': {"s", ""}, 'т': {"t", ""},
	'у': {"u", ""}, 'ў': {"u", ""}, 'ф': {"f", ""}, 'х': {"kh", "k"}, 'ц': {"ts", ""}, 'ч': {"ch", ""}, 'ш': {"sh", ""}, 'щ': {"sh", ""},
	'ъ': {"", ""}, 'ы': {"y", ""}, 'ь': {"", ""}, 'э': {"e", ""}, 'ю': {"yu", ""}, 'я': {"ya", ""},
	'ђ': {"dj", "d"}, 'ј': {"y", ""}, 'љ': {"l", ""}, 'њ': {"n", ""}, 'ћ': {"ch", "k"}, 'џ': {"dzh", ""}, 'ѓ': {"g", "j"}, 'ќ': {"k", "ch"}, 'ѕ': {"dz", "s"},
	'қ': {"q", ""}, 'ғ': {"gh", "-"}, 'ң': {"n", ""}, 'ү': {"u", ""}, 'ұ': {"u", ""}, 'ө': {"o", ""}, 'һ': {"h", ""}, 'ә': {"a", ""},
	'ҳ': {"h", ""}, 'ҷ': {"j", ""}, 'ӣ': {"i", ""}, 'ӯ': {"u", ""}, 'ҹ': {"j", ""}, 'ҝ': {"g", ""}, 'ӏ': {"", ""}, 'ѣ': {"e", ""},
	'ѝ': {"i", ""}, 'ҡ': {"q", ""}, 'ҙ': {"z", ""}, 'ҫ': {"s", ""},
}, false)

var cyrillicPairs = map[[2]rune]unit{
	{'д', 'ж'}: letter{"dzh", ""}.unitOf(false), // Джамал
	{'к', 'ъ'}: letter{"q", ""}.unitOf(false),   // Caucasian languages
	{'х', 'ь'}: letter{"h", ""}.unitOf(false),   // Chechen
	{'г', 'ъ'}: letter{"gh", ""}.unitOf(false),
}

var greek = table(map[rune]letter{
	'α': {"a", ""}, 'ά': {"a", ""}, 'β': {"v", "b"}, 'γ': {"g", "-"}, 'δ': {"d", ""}, 'ε': {"e", ""}, 'έ': {"e", ""}, 'ζ': {"z", ""},
	'η': {"i", ""}, 'ή': {"i", ""}, 'θ': {"th", "s"}, 'ι': {"i", ""}, 'ί': {"i", ""}, 'ϊ': {"i", ""}, 'ΐ': {"i", ""}, 'κ': {"k", ""},
	'λ': {"l", ""}, 'μ': {"m", ""}, 'ν': {"n", ""}, 'ξ': {"ks", ""}, 'ο': {"o", ""}, 'ό': {"o", ""}, 'π': {"p", ""}, 'ρ': {"r", ""},
	'σ': {"s", ""}, 'ς': {"s", ""}, 'τ': {"t", ""}, 'υ': {"y", ""}, 'ύ': {"y", ""}, 'ϋ': {"y", ""}, 'ΰ': {"y", ""}, 'φ': {"f", ""},
	'χ': {"kh", "k"}, 'ψ': {"ps", ""}, 'ω': {"o", ""}, 'ώ': {"o", ""},
}, false)

var greekPairs = map[[2]rune]unit{
	{'ο', 'υ'}: {text: "u", class: none}, {'ο', 'ύ'}: {text: "u", class: none},
	{'μ', 'π'}: {text: "b", class: []string{"b"}}, {'ν', 'τ'}: {text: "d", class: []string{"t", "nt"}},
	{'γ', 'κ'}: {text: "g", class: []string{"k"}}, {'γ', 'γ'}: {text: "ng", class: []string{"nk"}},
	{'τ', 'σ'}: {text: "ts", class: []string{"s", "x"}}, {'τ', 'ζ'}: {text: "tz", class: []string{"j", "s"}},
	{'σ', 'ι'}: {text: "si", class: []string{"s", "x"}},
}

// ethiopicRows are the consonants of the syllabary, eight code points a row from
// U+1200 (Unicode chart 1200, Ethiopic).
var ethiopicRows = [...]string{
	"h", "l", "h", "m", "s", "r", "s", "sh", "q", "qw", "q", "qw", "b", "v", "t", "ch", "h", "hw", "n", "ny", "", "k", "kw", "h", "kw",
	"w", "", "z", "zh", "y", "d", "d", "j", "g", "gw", "g", "t", "ch", "p", "ts", "ts", "f", "p",
}

// ethiopicVowels by order. The first order reads a after laryngeals and e
// otherwise; the sixth is mute or a short i.
var ethiopicVowels = [8]string{"e", "u", "i", "a", "e", "", "o", "wa"}

func ethiopic(r rune) (unit, bool) {
	i := int(r - 0x1200)
	row, order := i/8, i%8
	if row >= len(ethiopicRows) {
		return unit{}, false // punctuation and digits were parted off; the rest is rare
	}
	c := ethiopicRows[row]
	v := ethiopicVowels[order]
	switch {
	case order == 0 && (c == "h" || c == ""):
		v = "a"
	case order == 5 && c == "":
		v = "e"
	}
	u := unit{text: c + v, class: none}
	if c != "" && c != "w" && c != "y" {
		u.class = pieceClass(c)
		if len(c) == 2 && c[1] == 'w' {
			u.class = pieceClass(c[:1])
		}
	}
	return u, true
}
