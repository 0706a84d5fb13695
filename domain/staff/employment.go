package staff

import (
	"slices"
	"strings"

	"guishu/domain"
	"guishu/domain/organisation"
)

// Hiring is a member of staff to be added.
type Hiring struct {
	Staff      domain.StaffID
	EmployeeNo string
	Login      string
	Name       string
	Superior   domain.StaffID // zero if none
	Provenance domain.Provenance
}

// longestName is how many characters a name may have.
const longestName = 100

// Person is what a decision needs to know of another member of staff.
type Person struct {
	Staff  domain.StaffID
	Active bool
}

// Hire adds a member of staff to an open unit (B-02). It gives no access (B-28).
// Under an approved migration batch employee number and sign-in name may be
// missing; such a person cannot sign in.
func (s *State) Hire(in Hiring, unit organisation.Unit, superior Person) ([]any, error) {
	in.EmployeeNo, in.Login, in.Name = strings.TrimSpace(in.EmployeeNo), strings.TrimSpace(in.Login), strings.TrimSpace(in.Name)
	switch {
	case s.Exists():
		return nil, ErrDuplicate.At("staff")
	case in.Staff.IsZero():
		return nil, domain.ErrFormRequired.At("staff")
	case in.Name == "":
		return nil, domain.ErrFormRequired.At("name")
	case !identifier(in.EmployeeNo):
		return nil, domain.ErrFormValue.At("employee_no")
	case !identifier(in.Login):
		return nil, domain.ErrFormValue.At("login")
	}
	if err := domain.CheckLine(in.Name, "name", longestName); err != nil {
		return nil, err
	}
	if err := at(unit.Usable(), "unit"); err != nil {
		return nil, err
	}
	if err := s.checkSuperior(in.Staff, in.Superior, superior); err != nil {
		return nil, err
	}
	gates := domain.Gates{Provenance: in.Provenance}
	gates.Require(in.EmployeeNo != "", domain.ErrFormRequired, "employee_no")
	gates.Require(in.Login != "", domain.ErrFormRequired, "login")
	exceptions, err := gates.Pass()
	if err != nil {
		return nil, err
	}
	return []any{Hired{
		Staff: in.Staff, EmployeeNo: in.EmployeeNo, Login: in.Login, Name: domain.NewPersonal(in.Name),
		Unit: unit.ID, Superior: in.Superior, Exceptions: exceptions,
	}}, nil
}

func (s *State) checkSuperior(staff, named domain.StaffID, superior Person) error {
	switch {
	case named.IsZero():
		return nil
	case named == staff:
		return domain.ErrFormValue.At("superior")
	case superior.Staff != named:
		return ErrUnknown.At("superior")
	case !superior.Active:
		return ErrInactive.At("superior")
	}
	return nil
}

// Transfer moves a member of staff to another open unit under another superior,
// zero for none. Roles held at the old unit end with it, and so do requests for
// them.
func (s *State) Transfer(to organisation.Unit, named domain.StaffID, superior Person) ([]any, error) {
	if err := s.employed(); err != nil {
		return nil, err
	}
	if err := at(to.Usable(), "unit"); err != nil {
		return nil, err
	}
	if err := s.checkSuperior(s.Staff, named, superior); err != nil {
		return nil, err
	}
	if to.ID == s.Unit {
		return nil, domain.ErrFormValue.At("unit")
	}
	return []any{Transferred{Staff: s.Staff, From: s.Unit, To: to.ID, Superior: named}}, nil
}

// Leaving is a departure to be recorded. Open is what still waits for this
// person's decision, as applications and payments by their ids: it must be
// reassigned first (B-27).
type Leaving struct {
	On     domain.Date
	Reason string
	Open   []string
}

// Depart ends the employment and with it every access at once (B-28). Nothing
// follows it. The day may lie in the past, but not in the future: access ends
// when the event is recorded.
func (s *State) Depart(in Leaving, today domain.Date) ([]any, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case !s.Exists():
		return nil, ErrUnknown.At("staff")
	case s.Departed:
		return nil, ErrAlreadyDeparted
	case in.On.IsZero():
		return nil, domain.ErrFormRequired.At("on")
	case in.On.After(today):
		return nil, domain.ErrFormValue.At("on")
	case domain.Wordless(in.Reason):
		return nil, domain.ErrFormRequired.At("reason")
	case len(in.Open) > 0:
		return nil, ErrOpenApprovals.With("open", strings.Join(slices.Sorted(slices.Values(in.Open)), ","))
	}
	return []any{Departed{Staff: s.Staff, On: in.On, Reason: in.Reason}}, nil
}

// employed is nil while the member of staff is active.
func (s *State) employed() error {
	switch {
	case !s.Exists():
		return ErrUnknown.At("staff")
	case s.Departed:
		return ErrInactive.At("staff")
	}
	return nil
}

// identifier says that a number or sign-in name is empty or well-formed: up to 64
// letters, digits and - _ . @.
func identifier(value string) bool {
	return len(value) <= 64 && !strings.ContainsFunc(value, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("-_.@", r)
	})
}

// at says which field a refusal is about.
func at(err error, field string) error {
	refusal, ok := domain.AsError(err)
	if !ok {
		return err
	}
	return refusal.At(field)
}

// FoldLogin is the form in which sign-in names are compared.
func FoldLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }
