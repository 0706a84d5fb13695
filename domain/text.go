package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckLine says what is wrong with a text of one line that people read and compare,
// such as a name: ErrFormValue when it is not valid, has a control character or more
// than so many characters, ErrFormInvisible when two such texts could look the same and
// differ, or be read in another order than they are written (S-17). nil if nothing.
func CheckLine(text, field string, longest int) error {
	switch {
	case !utf8.ValidString(text), utf8.RuneCountInString(text) > longest, strings.ContainsFunc(text, controls):
		return ErrFormValue.At(field)
	case strings.ContainsFunc(text, Invisible):
		return ErrFormInvisible.At(field)
	}
	return nil
}

// controls says that a character has no place in any text.
func controls(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }

// Invisible says that a character shows nothing of its own: it has no width, turns the
// direction of others around, or ends a line by another means than a line break does.
// Selectors of a variant of a character show something: 葛 has two.
func Invisible(r rune) bool {
	switch {
	case r >= 0x80 && r < 0xa0, r == '\u2028', r == '\u2029':
		return true
	case unicode.Is(unicode.Variation_Selector, r):
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// Visible is a text without the characters that show nothing of their own: they come
// along when text is pasted.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		if Invisible(r) {
			return -1
		}
		return r
	}, text)
}

// Wordless says that a text tells nobody anything: it has no letter that anybody sees.
// Where a reason or a purpose is asked for, such a text is none (S-14).
func Wordless(text string) bool {
	return !strings.ContainsFunc(Visible(text), unicode.IsLetter)
}
