package customer

import (
	"strings"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/identity"
)

// Fields are the fields of a customer as somebody typed them. An empty one is
// not given.
type Fields struct {
	Name                string
	IdentityType        identity.DocumentType
	IdentityNumber      string
	Phone               string
	Source              Source
	ChannelType         ChannelType
	Address             string
	Birthday            string // yyyymmdd or yyyy-mm-dd
	Gender              identity.Gender
	Employer            string
	Occupation          string
	Industry            string
	LegalRepresentative string
	ContactPerson       string
	BankAccount         string
	Remark              string
}

// The most characters that free fields may have.
const (
	longestLine   = 200
	longestRemark = 2000
)

// checked reads typed fields into a profile in canonical form: the gates on
// sense, which hold for imported history too. It does not ask for fields that
// are not given. What a document says of birthday and gender is filled in.
func checked(party domain.Party, in Fields, today domain.Date) (Profile, error) {
	p := Profile{Party: party, Source: in.Source, ChannelType: in.ChannelType}
	if !party.Valid() {
		return Profile{}, domain.ErrFormValue.At("party")
	}
	if in.Source != "" && !in.Source.Valid() {
		return Profile{}, domain.ErrFormValue.At("source")
	}
	if in.ChannelType != "" && (!in.ChannelType.Valid() || in.Source != SourceChannel) {
		return Profile{}, domain.ErrFormValue.At("channel_type")
	}
	readers := []func(*Profile, Fields, domain.Date) error{readName, readPhone, readBirthday, readGender, readIdentity, readAccount, readTexts}
	for _, read := range readers {
		if err := read(&p, in, today); err != nil {
			return Profile{}, err
		}
	}
	return p, nil
}

func readName(p *Profile, in Fields, _ domain.Date) error {
	if strings.TrimSpace(in.Name) == "" {
		return nil
	}
	name, err := identity.ParseName(in.Name)
	p.Name = domain.NewPersonal(name.Text())
	return at(err, "name")
}

func readPhone(p *Profile, in Fields, _ domain.Date) error {
	if strings.TrimSpace(in.Phone) == "" {
		return nil
	}
	phone, err := identity.ParsePhone(in.Phone)
	p.Phone = domain.NewPersonal(phone.Text())
	return at(err, "phone")
}

func readBirthday(p *Profile, in Fields, today domain.Date) error {
	if strings.TrimSpace(in.Birthday) == "" {
		return nil
	}
	birthday, err := domain.ParseDate(in.Birthday)
	if err != nil {
		return at(err, "birthday")
	}
	if birthday.After(today) {
		return domain.ErrFormValue.At("birthday")
	}
	p.Details.Birthday = domain.NewPersonal(birthday.String())
	return nil
}

func readGender(p *Profile, in Fields, _ domain.Date) error {
	if in.Gender != "" && !in.Gender.Valid() {
		return domain.ErrFormValue.At("gender")
	}
	p.Details.Gender = domain.NewPersonal(string(in.Gender))
	return nil
}

// readIdentity checks a document and holds typed birthday and gender against
// what it says (B-09).
func readIdentity(p *Profile, in Fields, today domain.Date) error {
	number := strings.TrimSpace(in.IdentityNumber)
	switch {
	case number == "" && in.IdentityType == "":
		return nil
	case in.IdentityType == "":
		return ErrRequired.At("identity_type")
	case !in.IdentityType.Valid() || in.IdentityType.Party() != p.Party:
		return identity.ErrIDType.At("identity_type")
	case number == "":
		return ErrRequired.At("identity_number")
	}
	document, err := identity.ParseDocument(in.IdentityType, number, today)
	if err != nil {
		return at(err, "identity_number")
	}
	p.IdentityType, p.IdentityNumber = in.IdentityType, domain.NewPersonal(document.Number())
	if birthday, told := document.Birthday(); told {
		said := domain.NewPersonal(birthday.String())
		if !p.Details.Birthday.IsZero() && p.Details.Birthday != said {
			return ErrBirthdayMismatch.At("birthday")
		}
		p.Details.Birthday = said
	}
	if gender, told := document.Gender(); told {
		said := domain.NewPersonal(string(gender))
		if !p.Details.Gender.IsZero() && p.Details.Gender != said {
			return domain.ErrFormValue.At("gender")
		}
		p.Details.Gender = said
	}
	return nil
}

func readAccount(p *Profile, in Fields, _ domain.Date) error {
	if strings.TrimSpace(in.BankAccount) == "" {
		return nil
	}
	account, err := identity.ParseBankAccount(in.BankAccount)
	p.Details.BankAccount = domain.NewPersonal(account.Number())
	return at(err, "bank_account")
}

func readTexts(p *Profile, in Fields, _ domain.Date) error {
	texts := []struct {
		name    string
		typed   string
		longest int
		into    *domain.Personal
	}{
		{"address", in.Address, longestLine, &p.Details.Address},
		{"employer", in.Employer, longestLine, &p.Details.Employer},
		{"occupation", in.Occupation, longestLine, &p.Details.Occupation},
		{"industry", in.Industry, longestLine, &p.Details.Industry},
		{"legal_representative", in.LegalRepresentative, longestLine, &p.Details.LegalRepresentative},
		{"contact_person", in.ContactPerson, longestLine, &p.Details.ContactPerson},
		{"remark", in.Remark, longestRemark, &p.Details.Remark},
	}
	for _, text := range texts {
		typed := strings.TrimSpace(domain.Visible(text.typed)) // as in names
		if !utf8.ValidString(typed) || utf8.RuneCountInString(typed) > text.longest || strings.ContainsFunc(typed, unprintable) {
			return domain.ErrFormValue.At(text.name)
		}
		*text.into = domain.NewPersonal(typed)
	}
	return nil
}

// unprintable says that a character has no place in a text, line breaks and tabs
// apart.
func unprintable(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f || r == utf8.RuneError
}

// typed gives a profile's fields back as somebody would type them.
func typed(p Profile) Fields {
	return Fields{
		Name: p.Name.Reveal(), IdentityType: p.IdentityType, IdentityNumber: p.IdentityNumber.Reveal(),
		Phone: p.Phone.Reveal(), Source: p.Source, ChannelType: p.ChannelType,
		Address: p.Details.Address.Reveal(), Birthday: p.Details.Birthday.Reveal(),
		Gender: identity.Gender(p.Details.Gender.Reveal()), Employer: p.Details.Employer.Reveal(),
		Occupation: p.Details.Occupation.Reveal(), Industry: p.Details.Industry.Reveal(),
		LegalRepresentative: p.Details.LegalRepresentative.Reveal(), ContactPerson: p.Details.ContactPerson.Reveal(),
		BankAccount: p.Details.BankAccount.Reveal(), Remark: p.Details.Remark.Reveal(),
	}
}

// over is the fields with those that given has instead.
func (in Fields) over(given Fields) Fields {
	take(&in.Name, given.Name)
	take(&in.IdentityType, given.IdentityType)
	take(&in.IdentityNumber, given.IdentityNumber)
	take(&in.Phone, given.Phone)
	take(&in.Source, given.Source)
	take(&in.ChannelType, given.ChannelType)
	take(&in.Address, given.Address)
	take(&in.Birthday, given.Birthday)
	take(&in.Gender, given.Gender)
	take(&in.Employer, given.Employer)
	take(&in.Occupation, given.Occupation)
	take(&in.Industry, given.Industry)
	take(&in.LegalRepresentative, given.LegalRepresentative)
	take(&in.ContactPerson, given.ContactPerson)
	take(&in.BankAccount, given.BankAccount)
	take(&in.Remark, given.Remark)
	return in
}

func take[T ~string](field *T, given T) {
	if strings.TrimSpace(string(given)) != "" {
		*field = given
	}
}

// at says which field a refusal is about; nil for no refusal.
func at(err error, field string) error {
	refusal, ok := domain.AsError(err)
	if !ok {
		return err
	}
	return refusal.At(field)
}
