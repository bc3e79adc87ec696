package mrz

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Transliterate writes a name in the letters of the zone by the tables of Doc
// 9303 part 3, section 6: Latin with marks, Cyrillic and Arabic script. Blanks
// and hyphens part the words with a blank, apostrophes drop, other scripts drop.
//
// States mostly print a phonetic form (MAHMOUD) instead of this one (MXHMWD), so
// the result is one more key to search by; it never stands for the name a person
// uses.
func Transliterate(name string) string {
	var out []string
	for _, word := range strings.FieldsFunc(norm.NFC.String(name), parts) {
		if w := transliterateWord(word); w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func parts(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '-', '‐', '‑', '–', '<', '.', ',', '،', '/', '\u00a0', '\u200c':
		return true // the zero-width non-joiner parts the halves of Persian names
	}
	return false
}

func transliterateWord(word string) string {
	var b strings.Builder
	last := "" // of an Arabic letter, for a shadda after it
	runes := []rune(word)
	final := len(runes) - 1
	for final > 0 && arabicMark(runes[final]) {
		final--
	}
	for i, r := range runes {
		switch {
		case r == '\u0651': // shadda: orthographic doubling of the letter before it
			b.WriteString(last)
			last = ""
			continue
		case arabicMark(r):
			continue
		case r == 'ة' && i == final:
			last = "XAH"
			b.WriteString(last)
			continue
		}
		if s, ok := arabic[r]; ok {
			last = s
			b.WriteString(s)
			continue
		}
		last = ""
		b.WriteString(latinOrCyrillic(r))
	}
	return b.String()
}

// arabicMark reports vowel marks, the dagger alef and tatweel, which the zone
// does not carry. Shadda is no such mark.
func arabicMark(r rune) bool {
	return r >= '\u064b' && r <= '\u065f' && r != '\u0651' || r == '\u0670' || r == '\u0640'
}

func latinOrCyrillic(r rune) string {
	var b strings.Builder
	for _, u := range strings.ToUpper(string(r)) {
		if u >= 'A' && u <= 'Z' {
			b.WriteRune(u)
			continue
		}
		if s, ok := letterTable[u]; ok {
			b.WriteString(s)
			continue
		}
		for _, base := range norm.NFD.String(string(u)) {
			if base >= 'A' && base <= 'Z' {
				b.WriteRune(base)
			} else if s, ok := letterTable[base]; ok && base != u {
				b.WriteString(s)
			}
		}
	}
	return b.String()
}

// letterTable: Doc 9303 part 3, section 6, A (Latin) and B (Cyrillic).
var letterTable = map[rune]string{
	'Ä': "AE", 'Å': "AA", 'Æ': "AE", 'Ö': "OE", 'Ø': "OE", 'Œ': "OE", 'Ü': "UE", 'ẞ': "SS", 'ß': "SS",
	'Þ': "TH", 'Ð': "D", 'Đ': "D", 'Ď': "D", 'Ĳ': "IJ", 'İ': "I", 'Ł': "L", 'Ħ': "H", 'Ŋ': "N", 'Ŧ': "T",

	'А': "A", 'Б': "B", 'В': "V", 'Г': "G", 'Д': "D", 'Е': "E", 'Ё': "E", 'Ж': "ZH", 'З': "Z", 'И': "I",
	'Й': "I", 'К': "K", 'Л': "L", 'М': "M", 'Н': "N", 'О': "O", 'П': "P", 'Р': "R", 'С': "S", 'Т': "T",
	'У': "U", 'Ф': "F", 'Х': "KH", 'Ц': "TS", 'Ч': "CH", 'Ш': "SH", 'Щ': "SHCH", 'Ы': "Y", 'Э': "E",
	'Ю': "IU", 'Я': "IA", 'Ъ': "IE", 'Ь': "", 'Ґ': "G", 'Ў': "U", 'Ѫ': "U", 'Ђ': "D", 'Ѕ': "DZ", 'Ј': "J",
	'Љ': "LJ", 'Њ': "NJ", 'Џ': "DZ", 'Є': "IE", 'Ї': "I", 'Ѓ': "G", 'І': "I", 'Ќ': "K",
}

// arabic: Doc 9303 part 3, section 6, C.
var arabic = map[rune]string{
	'ء': "XE", 'آ': "XAA", 'أ': "XAE", 'ؤ': "U", 'إ': "I", 'ئ': "XI", 'ا': "A", 'ب': "B", 'ة': "XTA",
	'ت': "T", 'ث': "XTH", 'ج': "J", 'ح': "XH", 'خ': "XKH", 'د': "D", 'ذ': "XDH", 'ر': "R", 'ز': "Z",
	'س': "S", 'ش': "XSH", 'ص': "XSS", 'ض': "XDZ", 'ط': "XTT", 'ظ': "XZZ", 'ع': "E", 'غ': "G", 'ف': "F",
	'ق': "Q", 'ك': "K", 'ل': "L", 'م': "M", 'ن': "N", 'ه': "H", 'و': "W", 'ى': "XAY", 'ي': "Y", 'ٱ': "XXA",
	'پ': "P", 'چ': "XC", 'ژ': "XJ", 'ک': "XKK", 'گ': "XGG", 'ی': "XYA", 'ٹ': "XXT", 'ڈ': "XXD", 'ڑ': "XXR",
	'ں': "XNN", 'ہ': "XXG", 'ے': "XYB", 'ھ': "XDO", 'ټ': "XRT", 'ځ': "XKE", 'څ': "XXH", 'ډ': "XDR",
	'ړ': "XRR", 'ږ': "XRX", 'ښ': "XXS", 'ګ': "XXK", 'ڼ': "XXN", 'ې': "Y", 'ۍ': "XXY",
}
