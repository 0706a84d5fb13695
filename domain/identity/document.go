package identity

import (
	"guishu/domain"

	"regexp"
	"strings"
)

// Document is an identity document by its type and its number in the one
// form by which documents are compared: a customer has one identity, however it
// was typed. It prints masked; Number is the way to the full number.
type Document struct {
	kind   DocumentType
	number string
}

// DocumentType is the type of an identity document.
type DocumentType string

// The values of DocumentType.
const (
	ResidentCard             DocumentType = "RESIDENT_ID"
	Passport                 DocumentType = "PASSPORT"
	HongKongMacauPass        DocumentType = "HK_MACAU_PASS"
	TaiwanPass               DocumentType = "TAIWAN_PASS"
	MilitaryCard             DocumentType = "MILITARY_ID"
	ForeignPermanentResident DocumentType = "FOREIGN_PERMANENT_RESIDENT"
	SocialCreditCode         DocumentType = "USCC"
)

// DocumentTypes is every type of document.
var DocumentTypes = domain.NewEnumeration(ErrIDType,
	domain.Named(ResidentCard, "居民身份证", "resident identity card"),
	domain.Named(Passport, "护照", "passport"),
	domain.Named(HongKongMacauPass, "港澳居民来往内地通行证", "mainland travel permit for Hong Kong and Macau residents"),
	domain.Named(TaiwanPass, "台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents"),
	domain.Named(MilitaryCard, "军人身份证件", "military identity document"),
	domain.Named(ForeignPermanentResident, "外国人永久居留身份证", "foreign permanent resident ID card"),
	domain.Named(SocialCreditCode, "统一社会信用代码", "unified social credit code"),
)

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

// ParseDocumentType reads a document type by its code in either case or one of
// its Chinese names; else ErrIDType.
func ParseDocumentType(text string) (DocumentType, error) {
	if kind, known := documentTypeAliases[strings.TrimSpace(text)]; known {
		return kind, nil
	}
	return DocumentTypes.Parse(text)
}

// Valid says whether t is one of DocumentTypes.
func (t DocumentType) Valid() bool { return DocumentTypes.Valid(t) }

// Words is every value with its names.
func (DocumentType) Words() []domain.Word { return DocumentTypes.Words() }

// Party is whose document it is: an organisation has a credit code, a person any
// of the others.
func (t DocumentType) Party() domain.Party {
	if t == SocialCreditCode {
		return domain.Organisation
	}
	return domain.Person
}

var (
	passportPattern          = regexp.MustCompile(`^[A-Z0-9]{5,17}$`)
	hongKongMacauPattern     = regexp.MustCompile(`^[HM]([0-9]{8}|[0-9]{10})$`)
	taiwanPattern            = regexp.MustCompile(`^([0-9]{8}|[0-9]{10}([A-Z]|\([A-Z]\))?)$`)
	militaryPattern          = regexp.MustCompile(`^(\p{Han}{0,4}?)字?第?([0-9]{6,18})号?$`)
	permanentResidentPattern = regexp.MustCompile(`^[A-Z]{3}[0-9]{12}$`)
)

// ParseDocument reads a document of the type given. Resident cards,
// foreign permanent residents' cards and credit codes are checked in full, the
// others by their form. Today is the last day a birthday may be; the zero Date
// leaves that open.
//
// Errors: ErrIDType, those of ParseResidentID and of ParseUSCC.
func ParseDocument(kind DocumentType, number string, today domain.Date) (Document, error) {
	canonical, err := canonicalNumber(kind, number, today)
	if err != nil {
		return Document{}, err
	}
	return Document{kind, canonical}, nil
}

func canonicalNumber(kind DocumentType, text string, today domain.Date) (string, error) {
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
		return "", ErrIDType
	}
	return "", ErrIDFormat
}

// permanentResidentNumber reads the form of 2023, 18 characters that begin with 9
// and are checked as a citizen's, or the older one of three letters and twelve
// digits.
func permanentResidentNumber(number string, today domain.Date) (string, error) {
	if permanentResidentPattern.MatchString(number) {
		return number, nil
	}
	if err := checkResidentNumber(number, today); err != nil {
		return "", err
	}
	if number[0] != '9' {
		return "", ErrIDRegion
	}
	return number, nil
}

// Type is the document's type.
func (d Document) Type() DocumentType { return d.kind }

// Number is the full number in its one form.
func (d Document) Number() string { return d.number }

// IsZero says that there is no document.
func (d Document) IsZero() bool { return d.number == "" }

// Canonical is type and number as one text, equal for the same document however
// it was typed. It is personal data: only a keyed hash of it may leave memory.
func (d Document) Canonical() string {
	if d.IsZero() {
		return ""
	}
	return string(d.kind) + ":" + d.number
}

// Birthday is the birthday in the number, where the type has one.
func (d Document) Birthday() (domain.Date, bool) {
	if !d.tellsPerson() {
		return domain.Date{}, false
	}
	birthday, err := residentBirthday(d.number)
	return birthday, err == nil
}

// Gender is the gender in the number, where the type has one.
func (d Document) Gender() (Gender, bool) {
	if !d.tellsPerson() {
		return "", false
	}
	return residentGender(d.number), true
}

// tellsPerson says whether the number holds birthday and gender.
func (d Document) tellsPerson() bool {
	return len(d.number) == 18 && (d.kind == ResidentCard || d.kind == ForeignPermanentResident)
}

// Masked is the number as it may be shown (C-04); a credit code is public and
// shown in full.
func (d Document) Masked() string {
	if d.kind == SocialCreditCode {
		return d.number
	}
	return MaskDocument(d.number)
}

// String is the type and the masked number, so that none gets into a log in
// full.
func (d Document) String() string {
	if d.IsZero() {
		return ""
	}
	return string(d.kind) + " " + d.Masked()
}

// GoString is the same as String.
func (d Document) GoString() string { return d.String() }
