package staff

import (
	"strings"

	"guishu/domain"
	"guishu/domain/organisation"
)

// Asking is a request that this member of staff may act in a role at a unit and
// all below it.
type Asking struct {
	Request     domain.RequestID
	Role        domain.Role
	RequestedBy domain.StaffID
}

// RequestAccess asks for a role at an open unit that has such a role (A-61,
// B-28, B-36). A role that is held or asked for already is not asked for twice.
func (s *State) RequestAccess(in Asking, unit organisation.Unit) ([]any, error) {
	if err := s.employed(); err != nil {
		return nil, err
	}
	if in.Request.IsZero() {
		return nil, domain.ErrFormRequired.At("request")
	}
	if in.RequestedBy.IsZero() {
		return nil, domain.ErrFormRequired.At("requested_by")
	}
	if err := roleFits(in.Role, unit); err != nil {
		return nil, err
	}
	if _, known := s.Request(in.Request); known {
		return nil, domain.ErrIdempotencyKeyReused
	}
	if s.Holds(in.Role, unit.ID) {
		return nil, ErrGrantAlreadyHeld.At("role")
	}
	for _, pending := range s.Pending() {
		if pending.Role == in.Role && pending.Unit == unit.ID {
			return nil, ErrGrantAlreadyHeld.At("role")
		}
	}
	return []any{s.asked(in, unit)}, nil
}

// AppointFirst makes this member of staff the ledger's first administrator, at
// the root: the one grant nobody approves, because there is nobody yet. Whether
// it is the first is the caller's to know.
func (s *State) AppointFirst(request domain.RequestID, root organisation.Unit) ([]any, error) {
	in := Asking{Request: request, Role: domain.RoleAdministrator, RequestedBy: s.Staff}
	asked, err := s.RequestAccess(in, root)
	if err != nil {
		return nil, err
	}
	if !root.Parent.IsZero() {
		return nil, ErrRole.At("unit")
	}
	return append(asked, AccessGranted{Request: request, Staff: s.Staff, Role: in.Role, Unit: root.ID}), nil
}

func (s *State) asked(in Asking, unit organisation.Unit) AccessRequested {
	return AccessRequested{
		Request: in.Request, Staff: s.Staff, Role: in.Role, Unit: unit.ID, RequestedBy: in.RequestedBy,
	}
}

// Approval is who approves a request for access.
type Approval struct {
	Request  domain.RequestID
	Approver domain.StaffID
	// First says that the approver is the ledger's first administrator, whom nobody
	// approved: there is nobody else to approve the second one.
	First bool
}

// Grant approves a pending request: never by the one who asked, nor by the one who
// gains, nor by the one who hired them (B-28, S-02). unit is the request's, as it is
// now.
func (s *State) Grant(in Approval, unit organisation.Unit) ([]any, error) {
	request, err := s.answerable(in.Request, in.Approver)
	if err != nil {
		return nil, err
	}
	if in.Approver == s.HiredBy && !(in.First && request.Role == domain.RoleAdministrator) {
		return nil, ErrGrantHirer
	}
	if unit.ID != request.Unit {
		return nil, organisation.ErrUnknown.At("unit")
	}
	if err := roleFits(request.Role, unit); err != nil {
		return nil, err
	}
	return []any{AccessGranted{
		Request: in.Request, Staff: s.Staff, Role: request.Role, Unit: request.Unit, ApprovedBy: in.Approver,
	}}, nil
}

// Refuse declines a pending request with a reason, under the same four eyes.
func (s *State) Refuse(id domain.RequestID, approver domain.StaffID, reason string) ([]any, error) {
	if _, err := s.answerable(id, approver); err != nil {
		return nil, err
	}
	if reason = strings.TrimSpace(reason); domain.Wordless(reason) {
		return nil, domain.ErrFormRequired.At("reason")
	}
	return []any{AccessRefused{Request: id, Staff: s.Staff, RefusedBy: approver, Reason: reason}}, nil
}

// Withdraw takes a pending request back: only the one who asked, or for whom, can.
func (s *State) Withdraw(id domain.RequestID, by domain.StaffID) ([]any, error) {
	request, known := s.Request(id)
	switch {
	case !known, by != request.RequestedBy && by != s.Staff:
		return nil, domain.ErrQueryNotFoundOrOutOfScope.At("request")
	case request.Status != RequestPending:
		return nil, ErrGrantNotPending
	}
	return []any{AccessWithdrawn{Request: id, Staff: s.Staff, WithdrawnBy: by}}, nil
}

// answerable is the request, if it is pending and this approver may answer it.
func (s *State) answerable(id domain.RequestID, approver domain.StaffID) (Request, error) {
	if err := s.employed(); err != nil {
		return Request{}, err
	}
	request, known := s.Request(id)
	switch {
	case !known:
		return Request{}, domain.ErrQueryNotFoundOrOutOfScope.At("request")
	case request.Status != RequestPending:
		return Request{}, ErrGrantNotPending
	case approver.IsZero(), approver == request.RequestedBy, approver == s.Staff:
		return Request{}, ErrGrantSelfApproval
	}
	return request, nil
}

// Revoke takes a role at a unit away, at once, whoever gave it.
func (s *State) Revoke(role domain.Role, unit domain.UnitID, reason string) ([]any, error) {
	if err := s.employed(); err != nil {
		return nil, err
	}
	if !s.Holds(role, unit) {
		return nil, domain.ErrQueryNotFoundOrOutOfScope.At("role")
	}
	if reason = strings.TrimSpace(reason); domain.Wordless(reason) {
		return nil, domain.ErrFormRequired.At("reason")
	}
	return []any{AccessRevoked{Staff: s.Staff, Role: role, Unit: unit, Reason: reason}}, nil
}

// roleFits says whether a unit of that kind has the role (A-05, A-06, A-61,
// B-03).
func roleFits(role domain.Role, unit organisation.Unit) error {
	if !role.Valid() {
		return ErrRole.At("role")
	}
	if err := at(unit.Usable(), "unit"); err != nil {
		return err
	}
	if !heldAt(role, unit.Kind) {
		return ErrRole.At("unit")
	}
	return nil
}

// heldAt is where each role can be held. The roles that tell apart
// by level keep to it, so that their reach follows from the unit alone.
func heldAt(role domain.Role, kind domain.UnitKind) bool {
	switch role {
	case domain.RoleTeller, domain.RoleRelationshipManager:
		return kind == domain.Outlet
	case domain.RoleOutletHead:
		return kind == domain.Outlet || kind == domain.SecondLevel || kind == domain.County
	case domain.RoleCountyManager:
		return kind == domain.County || kind == domain.City || kind == domain.Province || kind == domain.HeadOffice
	case domain.RoleOperations:
		return kind != domain.Outlet && kind != domain.HQIT && kind != domain.HQCustomerService
	case domain.RoleCustomerService:
		return kind != domain.Outlet && kind != domain.HQIT && kind != domain.OperationsUnit
	}
	return true
}
