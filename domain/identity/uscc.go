package identity

import "strings"

// USCC is an organisation's unified social credit code of 18 characters,
// GB 32100-2015.
type USCC struct{ code string }

// usccAlphabet is the code's alphabet; a character's place is its value. It has
// no I, O, S, V and Z.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseUSCC reads a code; lower case, full-width characters and spaces are put
// right. Errors: ErrIDFormat, ErrUSCCChecksum.
func ParseUSCC(text string) (USCC, error) {
	code := documentNumber(text)
	if len(code) != 18 || !isDigits(code[2:8]) {
		return USCC{}, ErrIDFormat
	}
	for i := range len(code) {
		if strings.IndexByte(usccAlphabet, code[i]) < 0 {
			return USCC{}, ErrIDFormat
		}
	}
	if usccCheck(code[:17]) != code[17] {
		return USCC{}, ErrUSCCChecksum
	}
	return USCC{code}, nil
}

// usccCheck is the check character of the first 17. When the weighted sum is a
// multiple of 31 the character is 0, which the formula's outer remainder gives.
func usccCheck(code string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(usccAlphabet, code[i]) * weight
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31]
}

// Code is the full code of 18 characters.
func (u USCC) Code() string { return u.code }

// IsZero says that there is no code.
func (u USCC) IsZero() bool { return u.code == "" }

// String is the code, which is public.
func (u USCC) String() string { return u.code }
