package customer

import (
	"guishu/domain"
	"guishu/domain/identity"
)

// Profile is what is known of a customer and can be filled in, corrected and
// lost by erasure. An empty field is unknown.
type Profile struct {
	Party          domain.Party
	Name           domain.Personal
	IdentityType   identity.DocumentType
	IdentityNumber domain.Personal // canonical form
	Phone          domain.Personal // as identity.Phone.Text gives it
	Source         Source
	ChannelType    ChannelType
	Details        Details
}

// personalField is a personal field by the name that commands, errors and lists
// of missing fields give it.
type personalField struct {
	name string
	of   func(*Profile) *domain.Personal
}

// personalFields is every personal field of a profile, in the order they are
// shown.
var personalFields = []personalField{
	{"name", func(p *Profile) *domain.Personal { return &p.Name }},
	{"identity_number", func(p *Profile) *domain.Personal { return &p.IdentityNumber }},
	{"phone", func(p *Profile) *domain.Personal { return &p.Phone }},
	{"address", func(p *Profile) *domain.Personal { return &p.Details.Address }},
	{"birthday", func(p *Profile) *domain.Personal { return &p.Details.Birthday }},
	{"gender", func(p *Profile) *domain.Personal { return &p.Details.Gender }},
	{"employer", func(p *Profile) *domain.Personal { return &p.Details.Employer }},
	{"occupation", func(p *Profile) *domain.Personal { return &p.Details.Occupation }},
	{"industry", func(p *Profile) *domain.Personal { return &p.Details.Industry }},
	{"legal_representative", func(p *Profile) *domain.Personal { return &p.Details.LegalRepresentative }},
	{"contact_person", func(p *Profile) *domain.Personal { return &p.Details.ContactPerson }},
	{"bank_account", func(p *Profile) *domain.Personal { return &p.Details.BankAccount }},
	{"remark", func(p *Profile) *domain.Personal { return &p.Details.Remark }},
}

// filled says whether the field by that name is known.
func (p *Profile) filled(name string) bool {
	switch name {
	case "identity_type":
		return p.IdentityType != ""
	case "source":
		return p.Source != ""
	case "channel_type":
		return p.ChannelType != ""
	}
	for _, field := range personalFields {
		if field.name == name {
			return !field.of(p).IsZero()
		}
	}
	return false
}

// clear empties the field by that name.
func (p *Profile) clear(name string) {
	switch name {
	case "identity_type":
		p.IdentityType = ""
	case "channel_type":
		p.ChannelType = ""
	}
	for _, field := range personalFields {
		if field.name == name {
			*field.of(p) = domain.Personal{}
		}
	}
}

// requiredAtEntry is what a potential customer must have (B-09, A-16, A-58).
func (p *Profile) requiredAtEntry() []string {
	required := []string{"name", "phone", "source"}
	if p.Source == SourceChannel {
		required = append(required, "channel_type")
	}
	if p.Party == domain.Organisation {
		required = append(required, "contact_person")
	}
	return required
}

// requiredForFormal is what a formal customer must have: the fields of entry and
// the rest (B-09, B-13).
func (p *Profile) requiredForFormal() []string {
	required := append(p.requiredAtEntry(), "identity_type", "identity_number", "address", "bank_account")
	if p.Party == domain.Organisation {
		return append(required, "legal_representative")
	}
	return append(required, "birthday")
}

// Reveal is the clear text of the personal field by that name; empty when it is
// unknown or erased. Only what records the reveal first may show it (C-04).
func (p *Profile) Reveal(name string) string {
	for _, field := range personalFields {
		if field.name == name {
			return field.of(p).Reveal()
		}
	}
	return ""
}
