package identity

import (
	"guishu/domain"

	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// ResidentID is a citizen's identity number of 18 characters, GB 11643-1999. It
// is well-formed; whether the state issued it is the networked check's to say
// . It prints masked; Number is the way to the full one.
type ResidentID struct{ number string }

// oldestAge is the age in years beyond which a birthday is a mistake.
const oldestAge = 150

// provinces are the first two digits of identity numbers: the provinces, and 81
// to 83 for residents of Hong Kong, Macau and Taiwan with a residence permit. The
// other four digits of the region are not checked, because abolished counties
// stay in the numbers of those born there.
var provinces = strings.Fields(`
	11 12 13 14 15 21 22 23 31 32 33 34 35 36 37
	41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83
`)

// ParseResidentID reads an identity number of 18 characters, or of 15 from before
// 1999, which it turns into 18 so that both compare equal. Lower-case x,
// full-width characters and spaces are put right. Today is the last day a
// birthday may be; the zero Date leaves that open.
//
// Errors: ErrIDFormat, ErrIDRegion, ErrIDDate,
// ErrIDAge, ErrIDChecksum.
func ParseResidentID(text string, today domain.Date) (ResidentID, error) {
	number := documentNumber(text)
	if len(number) == 15 && isDigits(number) {
		number = number[:6] + "19" + number[6:]
		number += string(residentCheck(number))
	}
	if err := checkResidentNumber(number, today); err != nil {
		return ResidentID{}, err
	}
	if _, known := slices.BinarySearch(provinces, number[:2]); !known {
		return ResidentID{}, ErrIDRegion
	}
	return ResidentID{number}, nil
}

// checkResidentNumber checks form, birthday and check digit, which the identity
// numbers of citizens and of foreign permanent residents have in common.
func checkResidentNumber(number string, today domain.Date) error {
	if len(number) != 18 || !isDigits(number[:17]) || number[17] != 'X' && !isDigits(number[17:]) {
		return ErrIDFormat
	}
	birthday, err := residentBirthday(number)
	if err != nil {
		return ErrIDDate
	}
	if !today.IsZero() && (birthday.After(today) || birthday.YearsUntil(today) > oldestAge) {
		return ErrIDAge
	}
	if residentCheck(number[:17]) != number[17] {
		return ErrIDChecksum
	}
	return nil
}

// residentCheck is the check digit of the first 17 digits by ISO 7064 MOD 11-2.
func residentCheck(digits string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, weight := range weights {
		sum += weight * int(digits[i]-'0')
	}
	return "10X98765432"[sum%11]
}

func residentBirthday(number string) (domain.Date, error) {
	day, err := strconv.Atoi(number[6:14])
	if err != nil {
		return domain.Date{}, ErrIDDate
	}
	return domain.NewDate(day/10000, time.Month(day/100%100), day%100)
}

func residentGender(number string) Gender {
	if (number[16]-'0')%2 == 1 {
		return Male
	}
	return Female
}

// documentNumber puts a typed document number into its usual form: half-width,
// upper case, without spaces and hyphens.
func documentNumber(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\u00a0', '\u3000', '-', '\u2010', '\u2011', '\u2013', '\u2014':
			return -1
		}
		return r
	}, strings.ToUpper(width.Narrow.String(strings.TrimSpace(text))))
}

// Number is the full number of 18 characters.
func (r ResidentID) Number() string { return r.number }

// IsZero says that there is no number.
func (r ResidentID) IsZero() bool { return r.number == "" }

// Birthday is the birthday in the number.
func (r ResidentID) Birthday() domain.Date {
	if r.IsZero() {
		return domain.Date{}
	}
	birthday, _ := residentBirthday(r.number)
	return birthday
}

// Gender is the gender in the number: the 17th digit is odd for a man.
func (r ResidentID) Gender() Gender {
	if r.IsZero() {
		return ""
	}
	return residentGender(r.number)
}

// Masked is the number with all but its first three and last four characters
// hidden (C-04).
func (r ResidentID) Masked() string { return MaskDocument(r.number) }

// String is the masked number, so that none gets into a log in full.
func (r ResidentID) String() string { return r.Masked() }

// GoString is the masked number.
func (r ResidentID) GoString() string { return r.Masked() }

// isDigits says that text is one or more of 0–9.
func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
