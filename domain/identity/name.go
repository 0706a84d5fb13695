package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Name is the name of a customer, person or organisation, in the one form by
// which names are compared. Names that look alike stay apart: 孙敏 is not 孙明
// (B-38). It prints masked; Text is the way to the full name. The zero Name is
// none.
type Name struct{ text string }

// longestName is the most characters a name may have.
const longestName = 100

// middleDot is the dot between the parts of a minority or transliterated name,
// U+00B7, in the form the public security bureau writes it.
const middleDot = '·'

// ParseName reads a name: compatibility forms are unified (NFKC), every kind of
// middle dot becomes ·, spaces between Han characters go, other runs of spaces
// become one. ErrName when there is no letter in it, a control character,
// broken text, the asterisk of a masked name or more than 100 characters.
func ParseName(text string) (Name, error) {
	if !utf8.ValidString(text) {
		return Name{}, ErrName
	}
	var kept []rune
	letters := 0
	for _, r := range norm.NFKC.String(text) {
		switch {
		case r == utf8.RuneError || unicode.IsControl(r) && r != '\t', r == '*':
			return Name{}, ErrName
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			continue // they come along when text is pasted, and show nothing of their own
		case unicode.IsSpace(r):
			r = ' '
		case strings.ContainsRune("•‧∙⋅・᛫", r):
			r = middleDot
		case unicode.IsLetter(r):
			letters++
		}
		kept = append(kept, r)
	}
	kept = tidyName(kept)
	if letters == 0 || len(kept) > longestName {
		return Name{}, ErrName
	}
	return Name{norm.NFKC.String(string(kept))}, nil
}

// tidyName takes out spaces at the ends, between Han characters and around middle
// dots, and turns a full stop between Han characters into a middle dot.
func tidyName(characters []rune) []rune {
	characters = []rune(strings.Join(strings.Fields(string(characters)), " "))
	tidy := make([]rune, 0, len(characters))
	for i, r := range characters {
		before, after := rune(0), rune(0)
		if len(tidy) > 0 {
			before = tidy[len(tidy)-1]
		}
		if i+1 < len(characters) {
			after = characters[i+1]
		}
		between := unicode.Is(unicode.Han, before) && unicode.Is(unicode.Han, after)
		switch {
		case r == ' ' && (between || before == middleDot || after == middleDot):
			continue
		case r == '.' && between:
			r = middleDot
		}
		tidy = append(tidy, r)
	}
	return tidy
}

// Text is the full name.
func (n Name) Text() string { return n.text }

// IsZero says that there is no name.
func (n Name) IsZero() bool { return n.text == "" }

// Same says that both are the same name.
func (n Name) Same(other Name) bool { return n == other }

// Split is the surname and the given name of a Chinese name of two to six
// characters; a compound surname such as 欧阳 is taken whole unless nothing would
// be left. Names that are not wholly Han, such as those with a middle dot, have no
// surname here and are returned as the given name.
func (n Name) Split() (surname, given string) {
	characters := []rune(n.text)
	if len(characters) < 2 || len(characters) > 6 {
		return "", n.text
	}
	for _, r := range characters {
		if !unicode.Is(unicode.Han, r) {
			return "", n.text
		}
	}
	length := surnameLength(characters)
	return string(characters[:length]), string(characters[length:])
}

// surnameLength is how many of the characters are the surname.
func surnameLength(characters []rune) int {
	for length := min(longestSurname, len(characters)-1); length > 1; length-- {
		if _, compound := compoundSurnames[string(characters[:length])]; compound {
			return length
		}
	}
	return 1
}

// Masked shows the surname, as in 张* or 欧阳* (C-04).
func (n Name) Masked() string { return MaskName(n.text) }

// String is the masked name, so that none gets into a log in full.
func (n Name) String() string { return n.Masked() }

// GoString is the masked name.
func (n Name) GoString() string { return n.Masked() }
