package identity

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"
)

// Phone is a telephone number as it was typed, with the form it is compared by.
// It prints masked; E164, Text and Raw are the ways to the full number. The zero Phone
// is none.
type Phone struct {
	e164      string
	raw       string
	extension string
	kind      PhoneKind
}

// PhoneKind tells what sort of number a phone is.
type PhoneKind int

const (
	// MobilePhone is a mobile number of the mainland, 1[3-9] and nine digits.
	MobilePhone PhoneKind = iota + 1
	// Landline is a fixed line of the mainland, with its area code.
	Landline
	// ServicePhone is a 400 or 800 number of a firm.
	ServicePhone
	// ForeignPhone is a number outside the mainland, with its country code.
	ForeignPhone
)

var (
	mobilePattern    = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	servicePattern   = regexp.MustCompile(`^[48]00[0-9]{7}$`)
	foreignPattern   = regexp.MustCompile(`^[1-9][0-9]{6,14}$`)
	extensionPattern = regexp.MustCompile(`^(.*?)(?:转|分机|[eE][xX][tT]\.?|[xX#]|-)[\s:-]*([0-9]{1,6})$`)
)

// ParsePhone reads a phone number in any of its usual forms: with spaces,
// hyphens, parentheses or full-width characters, with +86, 0086 or without, a
// landline with its area code and perhaps an extension, a 400 or 800 number, or a
// foreign number with + or 00. A local number without its area code
// and the 13-digit numbers of machines are refused with ErrPhoneFormat.
func ParsePhone(text string) (Phone, error) { return ParsePhoneIn(text, "") }

// ParsePhoneIn reads what ParsePhone reads and, besides, a local number of seven
// or eight digits, which it takes to be in the area of areaCode, such as "025":
// the area of the outlet that records it.
func ParsePhoneIn(text, areaCode string) (Phone, error) {
	raw := strings.TrimSpace(text)
	plain := strings.ReplaceAll(width.Narrow.String(raw), "\u2010", "-")
	if phone, recognised := readPhone(plain, areaCode); recognised {
		phone.raw = raw
		return phone, nil
	}
	parts := extensionPattern.FindStringSubmatch(strings.TrimSpace(plain))
	if parts == nil {
		return Phone{}, ErrPhoneFormat
	}
	phone, recognised := readPhone(parts[1], areaCode)
	if !recognised || phone.kind == MobilePhone || phone.kind == ForeignPhone {
		return Phone{}, ErrPhoneFormat
	}
	phone.raw, phone.extension = raw, parts[2]
	return phone, nil
}

// readPhone recognises a number without an extension.
func readPhone(text, areaCode string) (Phone, bool) {
	digits, international, clean := phoneDigits(text)
	if !clean {
		return Phone{}, false
	}
	if !international && strings.HasPrefix(digits, "00") {
		digits, international = digits[2:], true
	}
	if international && !strings.HasPrefix(digits, "86") {
		if !foreignPattern.MatchString(digits) {
			return Phone{}, false
		}
		return Phone{e164: "+" + digits, kind: ForeignPhone}, true
	}
	if international {
		return readMainland(strings.TrimPrefix(digits[2:], "0"), true)
	}
	if len(digits) == 13 && strings.HasPrefix(digits, "86") && mobilePattern.MatchString(digits[2:]) {
		return Phone{e164: "+" + digits, kind: MobilePhone}, true
	}
	if national, trunk := strings.CutPrefix(digits, "0"); trunk {
		return readMainland(national, true)
	}
	if phone, recognised := readMainland(digits, false); recognised {
		return phone, true
	}
	area := strings.TrimPrefix(areaCode, "0")
	if area == "" || len(digits) < 7 || len(digits) > 8 {
		return Phone{}, false
	}
	if _, local, found := areaOf(area + digits); !found || local != digits {
		return Phone{}, false
	}
	return Phone{e164: "+86" + area + digits, kind: Landline}, true
}

// readMainland recognises a number without country code and trunk zero. Only a
// number that had one of them can be a landline.
func readMainland(number string, landline bool) (Phone, bool) {
	switch {
	case mobilePattern.MatchString(number):
		return Phone{e164: "+86" + number, kind: MobilePhone}, true
	case servicePattern.MatchString(number):
		return Phone{e164: "+86" + number, kind: ServicePhone}, true
	case !landline:
		return Phone{}, false
	}
	if _, _, found := areaOf(number); !found {
		return Phone{}, false
	}
	return Phone{e164: "+86" + number, kind: Landline}, true
}

// phoneDigits takes out what people put between digits; clean is false when
// anything else remains. A plus may stand only first.
func phoneDigits(text string) (digits string, international, clean bool) {
	var kept strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			kept.WriteRune(r)
		case r == '+' && kept.Len() == 0 && !international:
			international = true
		case strings.ContainsRune(" \t\u00a0\u3000()-.\u2011\u2012\u2013\u2014/", r):
		default:
			return "", false, false
		}
	}
	return kept.String(), international, kept.Len() > 0
}

// E164 is the number in its one international form, such as +8613800138000, by
// which numbers are compared.
func (p Phone) E164() string { return p.e164 }

// Text is the number as it is kept: in its international form, with the extension
// behind it. ParsePhone reads it back.
func (p Phone) Text() string {
	if p.extension == "" {
		return p.e164
	}
	return p.e164 + " ext. " + p.extension
}

// Raw is the number as it was typed.
func (p Phone) Raw() string { return p.raw }

// Extension is the extension behind a landline or service number, or empty.
func (p Phone) Extension() string { return p.extension }

// Kind tells what sort of number it is.
func (p Phone) Kind() PhoneKind { return p.kind }

// IsZero says that there is no number.
func (p Phone) IsZero() bool { return p.e164 == "" }

// Same says that both are the same number, however they were typed.
func (p Phone) Same(other Phone) bool {
	return p.e164 == other.e164 && p.extension == other.extension
}

// National is the number as it is dialled within the mainland: 13800138000,
// 02584567890, 4008001234; a foreign one in its international form.
func (p Phone) National() string {
	switch p.kind {
	case Landline:
		return "0" + p.e164[3:]
	case MobilePhone, ServicePhone:
		return p.e164[3:]
	}
	return p.e164
}

// Masked shows 138****8000 of a mobile number, area code and last four digits of
// a landline, the last three digits of a foreign number, and all of a firm's
// service number (C-04).
func (p Phone) Masked() string {
	switch p.kind {
	case MobilePhone:
		return p.e164[3:6] + "****" + p.e164[10:]
	case Landline:
		area, local, _ := areaOf(p.e164[3:])
		return "0" + area + "-****" + local[len(local)-4:]
	case ServicePhone:
		return p.e164[3:]
	case ForeignPhone:
		return "+****" + p.e164[len(p.e164)-3:]
	}
	return ""
}

// String is the masked number, so that none gets into a log in full.
func (p Phone) String() string { return p.Masked() }

// GoString is the masked number.
func (p Phone) GoString() string { return p.Masked() }
