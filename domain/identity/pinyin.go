package identity

import (
	"guishu/domain"

	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// Pinyin is how a name is written in Latin letters: a display form, a key
// to sort by and keys to search by.
type Pinyin struct {
	display string
	sort    string
	keys    []string
}

// searchReadings is how many ways of reading one name are kept for searching.
const searchReadings = 32

// PinyinOf writes a name in Latin letters. A person's surname is read as a
// surname: 曾 is Zeng, 尉迟 is Yuchi. Latin letters, digits and the middle dot stay
// as they are, and so does a rare character that the dictionary has no reading
// for.
func PinyinOf(name Name, party domain.Party) Pinyin {
	if name.IsZero() {
		return Pinyin{}
	}
	surname := 0
	if party == domain.Person {
		head, _ := name.Split()
		surname = len([]rune(head))
	}
	pieces := readName([]rune(name.text), surname, party == domain.Organisation)
	return Pinyin{
		display: displayPinyin(pieces),
		sort:    sortPinyin(pieces),
		keys:    searchPinyin(pieces),
	}
}

// Display is the form shown, surname first and in capitals, such as HU ZHIZHU; ü
// is written YU as on passports, so 吕 is LYU. An organisation's name is a word a
// character.
func (p Pinyin) Display() string { return p.display }

// Sort is the key by which names are listed: syllable by syllable, in lower case.
func (p Pinyin) Sort() string { return p.sort }

// SearchKeys are all forms the name can be found by, without spaces and in lower
// case, each once: every reading of a character with several (at most 32
// combinations), ü as v, u and yu, and the initials. A search compares
// PinyinQuery's answer with the beginnings of these.
func (p Pinyin) SearchKeys() []string { return slices.Clone(p.keys) }

// PinyinQuery puts what somebody types into the form of the search keys: without
// tones, spaces, apostrophes, hyphens and middle dots, in lower case, ü as v.
func PinyinQuery(text string) string {
	var query strings.Builder
	for _, r := range plainLetters(strings.ReplaceAll(strings.ToLower(norm.NFKC.String(text)), "u:", "ü")) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			query.WriteRune(r)
		}
	}
	return query.String()
}

// piece is a part of a name that is read as one: a Han character, or a run of
// other letters and digits.
type piece struct {
	before   string   // what stands before it when shown: nothing, a space or ·
	shown    string   // in capitals
	readings []string // for searching, the shown one first; v for ü
}

// readName reads a name whose first characters, as many as surname says, are a
// surname. The characters behind it are shown as one word, or as a word each when
// spaced.
func readName(characters []rune, surname int, spaced bool) []piece {
	var pieces []piece
	preferred := preferredReadings(characters, surname)
	before := ""
	for i := 0; i < len(characters); i++ {
		if unicode.IsMark(characters[i]) {
			continue // on a Han character or on nothing: it is not read
		}
		if !isNameLetter(characters[i]) {
			before = separator(before, characters[i], len(pieces) > 0)
			continue
		}
		var next piece
		if unicode.Is(unicode.Han, characters[i]) {
			next = readCharacter(characters[i], preferred[i])
			next.before = before
			if before == "" && i > 0 && (i == surname || spaced) {
				next.before = " "
			}
			before = ""
		} else {
			start := i
			for i+1 < len(characters) && isNameLetter(characters[i+1]) && !unicode.Is(unicode.Han, characters[i+1]) {
				i++
			}
			next = readLetters(string(characters[start : i+1]))
			next.before = before
			if before == "" && len(pieces) > 0 {
				next.before = " "
			}
			before = " "
		}
		pieces = append(pieces, next)
	}
	return pieces
}

// separator is what stands before the next piece after a character that is no
// letter; a middle dot outdoes a space, and nothing stands before the first.
func separator(before string, r rune, inside bool) string {
	switch {
	case !inside:
		return ""
	case r == middleDot || before == string(middleDot):
		return string(middleDot)
	}
	return " "
}

func isNameLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// readLetters reads letters that are shown as they are.
func readLetters(letters string) piece {
	return piece{shown: strings.ToUpper(letters), readings: []string{plainLetters(strings.ToLower(letters))}}
}

// readCharacter reads a Han character, as preferred unless that is empty. One
// without a reading stands for itself.
func readCharacter(r rune, preferred string) piece {
	var readings []string
	if preferred != "" {
		readings = append(readings, preferred)
	}
	for toned := range strings.SplitSeq(pinyin.PinyinDict[int(r)], ",") {
		if plain := plainLetters(toned); plain != "" && !slices.Contains(readings, plain) {
			readings = append(readings, plain)
		}
	}
	if len(readings) == 0 {
		return readLetters(string(r))
	}
	return piece{shown: strings.ToUpper(strings.ReplaceAll(readings[0], "v", "yu")), readings: readings}
}

// preferredReadings tells of every character how it is read here, empty where
// the dictionary's first reading holds. A surname's reading comes before a word's,
// a word's before the character's own.
func preferredReadings(characters []rune, surname int) []string {
	preferred := make([]string, len(characters))
	switch {
	case surname == 1:
		preferred[0] = surnameReadings[characters[0]]
	case surname > 1:
		copy(preferred, compoundSurnames[string(characters[:surname])])
	}
	for i := surname; i < len(characters); i++ {
		if preferred[i] != "" {
			continue
		}
		preferred[i] = usualReadings[characters[i]]
		if i+1 == len(characters) {
			break
		}
		if readings, known := wordReadings[string(characters[i:i+2])]; known {
			copy(preferred[i:], readings[:])
		}
	}
	return preferred
}

// plainLetters takes the tones and other marks off Latin letters; ü becomes v.
func plainLetters(text string) string {
	var plain strings.Builder
	for _, r := range norm.NFC.String(text) {
		switch r {
		case 'ü', 'ǖ', 'ǘ', 'ǚ', 'ǜ':
			plain.WriteByte('v')
			continue
		}
		if r < unicode.MaxASCII || unicode.Is(unicode.Han, r) {
			plain.WriteRune(r)
			continue
		}
		for _, part := range norm.NFD.String(string(r)) {
			if !unicode.IsMark(part) {
				plain.WriteRune(part)
			}
		}
	}
	return plain.String()
}

func displayPinyin(pieces []piece) string {
	var display strings.Builder
	for _, p := range pieces {
		display.WriteString(p.before)
		display.WriteString(p.shown)
	}
	return display.String()
}

func sortPinyin(pieces []piece) string {
	syllables := make([]string, len(pieces))
	for i, p := range pieces {
		syllables[i] = p.readings[0]
	}
	return strings.Join(syllables, " ")
}

// searchPinyin combines the readings of all pieces into full forms and initials.
func searchPinyin(pieces []piece) []string {
	type combination struct{ full, initials string }
	combinations := []combination{{}}
	for _, p := range pieces {
		spellings := searchSpellings(p.readings)
		spellings = spellings[:min(len(spellings), max(1, searchReadings/len(combinations)))]
		next := make([]combination, 0, len(combinations)*len(spellings))
		for _, sofar := range combinations {
			for _, spelling := range spellings {
				initial := string([]rune(spelling)[:1])
				next = append(next, combination{sofar.full + spelling, sofar.initials + initial})
			}
		}
		combinations = next
	}
	keys := make([]string, 0, len(combinations)+1)
	add := func(key string) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, c := range combinations {
		add(c.full)
	}
	for _, c := range combinations {
		add(c.initials)
	}
	return keys
}

// searchSpellings are the readings with every way people type ü.
func searchSpellings(readings []string) []string {
	var spellings []string
	for _, reading := range readings {
		spellings = append(spellings, reading)
		if strings.Contains(reading, "v") {
			spellings = append(spellings, strings.ReplaceAll(reading, "v", "u"), strings.ReplaceAll(reading, "v", "yu"))
		}
	}
	slices.Sort(spellings[min(1, len(spellings)):])
	return slices.Compact(spellings)
}
