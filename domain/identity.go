package domain

import (
	"regexp"
	"strings"
)

// IdentityDocument is an identity document by its type and its number in the one
// form by which documents are compared: a customer has one identity, however it
// was typed. It prints masked; Number is the way to the full number.
type IdentityDocument struct {
	kind   DocumentType
	number string
}

// DocumentType is the type of an identity document.
type DocumentType string

// The values of DocumentType.
const (
	ResidentCard             DocumentType = "RESIDENT_ID"                // 居民身份证, resident identity card
	Passport                 DocumentType = "PASSPORT"                   // 护照, passport
	HongKongMacauPass        DocumentType = "HK_MACAU_PASS"              // 港澳居民来往内地通行证, mainland travel permit for Hong Kong and Macau residents
	TaiwanPass               DocumentType = "TAIWAN_PASS"                // 台湾居民来往大陆通行证, mainland travel permit for Taiwan residents
	MilitaryCard             DocumentType = "MILITARY_ID"                // 军人身份证件, military identity document
	ForeignPermanentResident DocumentType = "FOREIGN_PERMANENT_RESIDENT" // 外国人永久居留身份证, foreign permanent resident ID card
	SocialCreditCode         DocumentType = "USCC"                       // 统一社会信用代码, unified social credit code
)

var documentTypeWords = words[DocumentType]{
	{ResidentCard, "居民身份证", "resident identity card"},
	{Passport, "护照", "passport"},
	{HongKongMacauPass, "港澳居民来往内地通行证", "mainland travel permit for Hong Kong and Macau residents"},
	{TaiwanPass, "台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents"},
	{MilitaryCard, "军人身份证件", "military identity document"},
	{ForeignPermanentResident, "外国人永久居留身份证", "foreign permanent resident ID card"},
	{SocialCreditCode, "统一社会信用代码", "unified social credit code"},
}

// documentTypeAliases are further Chinese names that files and people use.
var documentTypeAliases = map[string]DocumentType{
	"身份证":      ResidentCard,
	"二代身份证":    ResidentCard,
	"港澳通行证":    HongKongMacauPass,
	"回乡证":      HongKongMacauPass,
	"台胞证":      TaiwanPass,
	"军官证":      MilitaryCard,
	"士兵证":      MilitaryCard,
	"军人身份证":    MilitaryCard,
	"外国人永久居留证": ForeignPermanentResident,
	"营业执照":     SocialCreditCode,
}

// DocumentTypes is every value, in the order lists show them.
func DocumentTypes() []DocumentType { return documentTypeWords.values() }

// ParseDocumentType reads a document type by its code in either case or one of
// its Chinese names; else ErrIdentityIDType.
func ParseDocumentType(text string) (DocumentType, error) {
	if kind, known := documentTypeAliases[strings.TrimSpace(text)]; known {
		return kind, nil
	}
	return documentTypeWords.parse(text, ErrIdentityIDType)
}

// Valid says whether t is one of the values.
func (t DocumentType) Valid() bool { return documentTypeWords.valid(t) }

// Chinese is the name shown in Chinese.
func (t DocumentType) Chinese() string { return documentTypeWords.chinese(t) }

// English is the name shown in English.
func (t DocumentType) English() string { return documentTypeWords.english(t) }

// Party is whose document it is: an organisation has a credit code, a person any
// of the others.
func (t DocumentType) Party() Party {
	if t == SocialCreditCode {
		return Organisation
	}
	return Person
}

var (
	passportPattern          = regexp.MustCompile(`^[A-Z0-9]{5,17}$`)
	hongKongMacauPattern     = regexp.MustCompile(`^[HM]([0-9]{8}|[0-9]{10})$`)
	taiwanPattern            = regexp.MustCompile(`^([0-9]{8}|[0-9]{10}([A-Z]|\([A-Z]\))?)$`)
	militaryPattern          = regexp.MustCompile(`^(\p{Han}{0,4}?)字?第?([0-9]{6,18})号?$`)
	permanentResidentPattern = regexp.MustCompile(`^[A-Z]{3}[0-9]{12}$`)
)

// ParseIdentityDocument reads a document of the type given. Resident cards,
// foreign permanent residents' cards and credit codes are checked in full, the
// others by their form. Today is the last day a birthday may be; the zero Date
// leaves that open.
//
// Errors: ErrIdentityIDType, those of ParseResidentID and of ParseUSCC.
func ParseIdentityDocument(kind DocumentType, number string, today Date) (IdentityDocument, error) {
	canonical, err := canonicalNumber(kind, number, today)
	if err != nil {
		return IdentityDocument{}, err
	}
	return IdentityDocument{kind, canonical}, nil
}

func canonicalNumber(kind DocumentType, text string, today Date) (string, error) {
	number := documentNumber(text)
	switch kind {
	case ResidentCard:
		id, err := ParseResidentID(number, today)
		return id.number, err
	case SocialCreditCode:
		code, err := ParseUSCC(number)
		return code.code, err
	case ForeignPermanentResident:
		return permanentResidentNumber(number, today)
	case Passport:
		if passportPattern.MatchString(number) && strings.ContainsAny(number, "0123456789") {
			return number, nil
		}
	case HongKongMacauPass:
		// The two digits behind the first nine count renewals; the person keeps
		// the nine for life.
		if hongKongMacauPattern.MatchString(number) {
			return number[:9], nil
		}
	case TaiwanPass:
		if taiwanPattern.MatchString(number) {
			return strings.NewReplacer("(", "", ")", "").Replace(number), nil
		}
	case MilitaryCard:
		if parts := militaryPattern.FindStringSubmatch(number); parts != nil {
			return parts[1] + parts[2], nil
		}
	default:
		return "", ErrIdentityIDType
	}
	return "", ErrIdentityIDFormat
}

// permanentResidentNumber reads the form of 2023, 18 characters that begin with 9
// and are checked as a citizen's, or the older one of three letters and twelve
// digits.
func permanentResidentNumber(number string, today Date) (string, error) {
	if permanentResidentPattern.MatchString(number) {
		return number, nil
	}
	if err := checkResidentNumber(number, today); err != nil {
		return "", err
	}
	if number[0] != '9' {
		return "", ErrIdentityIDRegion
	}
	return number, nil
}

// Type is the document's type.
func (d IdentityDocument) Type() DocumentType { return d.kind }

// Number is the full number in its one form.
func (d IdentityDocument) Number() string { return d.number }

// IsZero says that there is no document.
func (d IdentityDocument) IsZero() bool { return d.number == "" }

// Canonical is type and number as one text, equal for the same document however
// it was typed. It is personal data: only a keyed hash of it may leave memory.
func (d IdentityDocument) Canonical() string {
	if d.IsZero() {
		return ""
	}
	return string(d.kind) + ":" + d.number
}

// Birthday is the birthday in the number, where the type has one.
func (d IdentityDocument) Birthday() (Date, bool) {
	if !d.tellsPerson() {
		return Date{}, false
	}
	birthday, err := residentBirthday(d.number)
	return birthday, err == nil
}

// Gender is the gender in the number, where the type has one.
func (d IdentityDocument) Gender() (Gender, bool) {
	if !d.tellsPerson() {
		return "", false
	}
	return residentGender(d.number), true
}

// tellsPerson says whether the number holds birthday and gender.
func (d IdentityDocument) tellsPerson() bool {
	return len(d.number) == 18 && (d.kind == ResidentCard || d.kind == ForeignPermanentResident)
}

// Masked is the number as it may be shown (C-04); a credit code is public and
// shown in full.
func (d IdentityDocument) Masked() string {
	if d.kind == SocialCreditCode {
		return d.number
	}
	return MaskDocument(d.number)
}

// String is the type and the masked number, so that none gets into a log in
// full.
func (d IdentityDocument) String() string {
	if d.IsZero() {
		return ""
	}
	return string(d.kind) + " " + d.Masked()
}

// GoString is the same as String.
func (d IdentityDocument) GoString() string { return d.String() }
