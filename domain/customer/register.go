package customer

import (
	"strings"

	"guishu/domain"
	"guishu/domain/organisation"
)

// Registration is a customer to be brought in.
type Registration struct {
	Customer   domain.CustomerID
	Party      domain.Party
	Fields     Fields
	CustomerNo string // the core bank's number, empty for a prospect
	Nature     domain.Nature
	Advisor    domain.StaffID // zero if none
	Provenance domain.Provenance
}

// Advisor is what a registration needs to know of the advisor it names.
type Advisor struct {
	Staff  domain.StaffID
	Active bool
}

// Register brings a customer into the ledger as potential (B-08, B-09). home is
// the unit the customer belongs to; advisor is who the registration names.
//
// Required are name, phone, source, the channel's type when the source is a
// channel, the advisor where customers are attached to advisors, and the contact
// person of an organisation. Under an approved migration batch what is missing of
// these, the name apart, becomes an exception on record (B-16). What is given
// must make sense, always.
func (s *State) Register(in Registration, home organisation.Unit, advisor Advisor, today domain.Date) ([]any, error) {
	in.CustomerNo = strings.TrimSpace(in.CustomerNo)
	switch {
	case s.Exists():
		return nil, domain.ErrIdempotencyKeyReused
	case in.Customer.IsZero():
		return nil, domain.ErrFormRequired.At("customer")
	}
	if err := at(home.Usable(), "home_unit"); err != nil {
		return nil, err
	}
	profile, err := checked(in.Party, in.Fields, today)
	if err != nil {
		return nil, err
	}
	if err := in.check(profile, advisor); err != nil {
		return nil, err
	}
	exceptions, err := in.gates(profile, home.Model)
	if err != nil {
		return nil, err
	}
	return []any{Registered{
		Customer: in.Customer, Party: in.Party, Name: profile.Name,
		IdentityType: profile.IdentityType, IdentityNumber: profile.IdentityNumber, Phone: profile.Phone,
		CustomerNo: in.CustomerNo, HomeUnit: home.ID, Nature: in.Nature,
		Source: profile.Source, ChannelType: profile.ChannelType, Advisor: in.Advisor,
		Details: profile.Details, Exceptions: exceptions,
	}}, nil
}

func (in Registration) check(profile Profile, advisor Advisor) error {
	known := advisor.Staff == in.Advisor && (advisor.Active || in.Provenance == domain.ApprovedHistory)
	switch {
	case profile.Name.IsZero():
		return ErrRequired.At("name").With("fields", "name")
	case in.CustomerNo != "" && !wellFormedNo(in.CustomerNo):
		return ErrNumberFormat.At("customer_no")
	case in.Nature != "" && !in.Nature.Valid():
		return domain.ErrFormValue.At("nature")
	case !in.Advisor.IsZero() && !known:
		return ErrAdvisorUnknown.At("advisor")
	}
	return nil
}

func (in Registration) gates(profile Profile, model domain.OwnershipModel) ([]domain.Exception, error) {
	gates := domain.Gates{Provenance: in.Provenance}
	for _, name := range profile.requiredAtEntry() {
		code := ErrRequired
		if name == "channel_type" {
			code = ErrChannelTypeRequired
		}
		gates.Require(profile.filled(name), code, name)
	}
	gates.Require(model != domain.Attached || !in.Advisor.IsZero(), ErrRequired, "advisor")
	return gates.Pass()
}

// wellFormedNo says that a core bank's customer number has 4 to 32 letters and
// digits.
func wellFormedNo(number string) bool {
	return len(number) >= 4 && len(number) <= 32 && !strings.ContainsFunc(number, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
