package commands_test

import (
	"strings"
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/policy"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// things are what verbs are about.
type things struct {
	customer    domain.CustomerID
	line        domain.BusinessLine
	application domain.ApplicationID
	attachment  domain.AttachmentID
	payment     domain.PaymentID
	product     domain.ProductID
	staff       domain.StaffID
	request     domain.RequestID
	unit        domain.UnitID
	batch       domain.BatchID
}

// nothing names things that do not exist.
func nothing() things {
	return things{
		domain.CustomerID(uuid.New()), domain.SelfOperated, domain.ApplicationID(uuid.New()), domain.AttachmentID(uuid.New()),
		domain.PaymentID(uuid.New()), domain.ProductID(uuid.New()), domain.StaffID(uuid.New()), domain.RequestID(uuid.New()),
		domain.UnitID(uuid.New()), domain.BatchID(uuid.New()),
	}
}

// sent is a verb sent about some things.
type sent func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error

// verbs are all commands, with bodies that only their authorisation can refuse.
func verbs() map[string]sent {
	answer := func(_ commands.Answer, err error) error { return err }
	return map[string]sent{
		"establish-unit": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.EstablishUnit(t.Context(), call, commands.EstablishUnit{Parent: on.unit, Code: "X9", Name: "新网点", Kind: domain.Outlet, Line: domain.SelfOperated, Model: domain.Exclusive}))
		},
		"rename-unit": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RenameUnit(t.Context(), call, commands.RenameUnit{Unit: on.unit, Name: "新名"}))
		},
		"move-unit": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.MoveUnit(t.Context(), call, commands.MoveUnit{Unit: on.unit, Parent: on.unit}))
		},
		"close-unit": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.CloseUnit(t.Context(), call, commands.CloseUnit{Unit: on.unit, Reason: "合并"}))
		},
		"hire-staff": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.HireStaff(t.Context(), call, commands.HireStaff{EmployeeNo: "Z1", Login: "z1", Name: "新人", Unit: on.unit}))
		},
		"transfer-staff": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.TransferStaff(t.Context(), call, commands.TransferStaff{Staff: on.staff, Unit: on.unit}))
		},
		"record-departure": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RecordDeparture(t.Context(), call, commands.RecordDeparture{Staff: on.staff, On: l.Today(), Reason: "离职"}))
		},
		"grant-access": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.GrantAccess(t.Context(), call, commands.GrantAccess{Staff: on.staff, Request: on.request}))
		},
		"refuse-access": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RefuseAccess(t.Context(), call, commands.RefuseAccess{Staff: on.staff, Request: on.request, Reason: "不符"}))
		},
		"revoke-access": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RevokeAccess(t.Context(), call, commands.RevokeAccess{Staff: on.staff, Role: domain.RoleRelationshipManager, Unit: on.unit, Reason: "调岗"}))
		},
		"register-customer": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RegisterCustomer(t.Context(), call, commands.RegisterCustomer{Party: domain.Person, Fields: person("新客"), HomeUnit: on.unit}))
		},
		"supplement-customer": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.SupplementCustomer(t.Context(), call, commands.SupplementCustomer{Customer: on.customer, Fields: commands.CustomerFields{Address: "示例路9号"}}))
		},
		"record-identity-verification": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RecordIdentityVerification(t.Context(), call, commands.RecordIdentityVerification{Customer: on.customer, Result: customer.IDMatch, Evidence: "slip-1"}))
		},
		"link-customer": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.LinkCustomer(t.Context(), call, commands.LinkCustomer{Customer: on.customer, CustomerNo: "C000777"}))
		},
		"erase-customer": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.EraseCustomer(t.Context(), call, commands.EraseCustomer{Customer: on.customer, Basis: "pipl-47"}))
		},
		"reveal-fields": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			_, _, err := l.RevealFields(t.Context(), call, commands.RevealFields{Customer: on.customer, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"})
			return err
		},
		"look-up-customer": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			_, err := l.LookUpCustomer(t.Context(), call, commands.LookUpCustomer{CustomerNo: "C000001"})
			return err
		},
		"claim-customer": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ClaimCustomer(t.Context(), call, commands.ClaimCustomer{Customer: on.customer, Line: on.line}))
		},
		"consent-to-claim": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ConsentToClaim(t.Context(), call, commands.ConsentToClaim{Customer: on.customer, Line: on.line, Application: on.application}))
		},
		"approve-claim": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ApproveClaim(t.Context(), call, commands.ApproveClaim{Customer: on.customer, Line: on.line, Application: on.application}))
		},
		"reject-claim": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RejectClaim(t.Context(), call, commands.RejectClaim{Customer: on.customer, Line: on.line, Application: on.application, Reason: "不实"}))
		},
		"withdraw-claim": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.WithdrawClaim(t.Context(), call, commands.WithdrawClaim{Customer: on.customer, Line: on.line, Application: on.application}))
		},
		"request-adjustment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RequestAdjustment(t.Context(), call, commands.RequestAdjustment{Customer: on.customer, Line: on.line, NewOwner: on.staff, Reason: "交接"}))
		},
		"request-dissolution": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RequestDissolution(t.Context(), call, commands.RequestDissolution{Customer: on.customer, Line: on.line, Reason: "销户"}))
		},
		"attach-advisor": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.AttachAdvisor(t.Context(), call, commands.AttachAdvisor{Customer: on.customer, Advisor: on.staff}))
		},
		"end-attachment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.EndAttachment(t.Context(), call, commands.EndAttachment{Customer: on.customer, Attachment: on.attachment, Reason: "交接"}))
		},
		"record-contact": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RecordContact(t.Context(), call, commands.RecordContact{Customer: on.customer, Advisor: on.staff, OccurredOn: l.Today(), Method: attachment.ContactByPhone}))
		},
		"launch-product": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.LaunchProduct(t.Context(), call, commands.LaunchProduct{Code: "P9", Name: "产品", Supplier: "示例基金"}))
		},
		"open-subscription": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.OpenSubscription(t.Context(), call, commands.OpenSubscription{Product: on.product}))
		},
		"close-subscription": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.CloseSubscription(t.Context(), call, commands.CloseSubscription{Product: on.product, Reason: "额满"}))
		},
		"record-inception": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RecordInception(t.Context(), call, commands.RecordInception{Product: on.product, EstablishedOn: l.Today()}))
		},
		"reserve-payment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ReservePayment(t.Context(), call, commands.ReservePayment{Customer: on.customer, Product: on.product, Advisor: on.staff, AmountFen: 1, Nature: domain.Direct, ScheduledOn: l.Today(), IdentityType: identity.Passport}))
		},
		"register-payment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RegisterPayment(t.Context(), call, commands.RegisterPayment{Payment: on.payment}))
		},
		"confirm-payment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ConfirmPayment(t.Context(), call, commands.ConfirmPayment{Payment: on.payment}))
		},
		"return-payment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ReturnPayment(t.Context(), call, commands.ReturnPayment{Payment: on.payment, Reason: "有误"}))
		},
		"cancel-payment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.CancelPayment(t.Context(), call, commands.CancelPayment{Payment: on.payment, Reason: "取消"}))
		},
		"reverse-payment": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ReversePayment(t.Context(), call, commands.ReversePayment{Payment: on.payment, Reason: "退款"}))
		},
		"decide-attribution": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.DecideAttribution(t.Context(), call, commands.DecideAttribution{Payment: on.payment}))
		},
		"counter-attribution": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.CounterAttribution(t.Context(), call, commands.CounterAttribution{Payment: on.payment}))
		},
		"publish-policy": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.PublishPolicy(t.Context(), call, commands.PublishPolicy{EffectiveOn: l.Today(), Rules: policy.Default()}))
		},
		"propose-migration": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ProposeMigration(t.Context(), call, proposal()))
		},
		"approve-migration": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.ApproveMigration(t.Context(), call, commands.ApproveMigration{Batch: on.batch}))
		},
		"refuse-migration": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.RefuseMigration(t.Context(), call, commands.RefuseMigration{Batch: on.batch, Reason: "来源不明"}))
		},
		"close-migration": func(l *commands.Ledger, t *testing.T, call commands.Call, on things) error {
			return answer(l.CloseMigration(t.Context(), call, commands.CloseMigration{Batch: on.batch}))
		},
	}
}

// inNorth makes one thing of each kind at the north outlet or in its firm.
func (h *house) inNorth() things {
	h.t.Helper()
	on := nothing()
	on.customer, on.staff, on.unit = h.prospect(h.ann, h.north, person("王示例")), h.ann, h.north
	claim, err := h.ledger.ClaimCustomer(h.t.Context(), h.as(h.ann), commands.ClaimCustomer{Customer: on.customer})
	h.must(err)
	on.application = domain.ApplicationID(claim.ID)
	asked, err := h.ledger.RequestAccess(h.t.Context(), h.as(h.ann), commands.RequestAccess{Staff: h.ann, Role: domain.RoleTeller, Unit: h.north})
	h.must(err)
	on.request = domain.RequestID(asked.ID)
	deal := h.sale("authorise")
	on.payment, on.product, on.attachment = deal.payment, deal.product, deal.attachment
	on.batch = h.batch()
	return on
}

// B-28, B-35, B-36: default deny. Nobody, somebody unknown, somebody who left and
// somebody without any role can do nothing, and learn nothing of what exists.
func TestWhoMayNothingLearnsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	on := h.inNorth()
	left := h.hire("left", h.north, domain.RoleOutletHead, h.north)
	_, err := h.ledger.RecordDeparture(t.Context(), h.as(h.admin), commands.RecordDeparture{Staff: left, On: h.ledger.Today(), Reason: "离职"})
	h.must(err)
	hired, err := h.ledger.HireStaff(t.Context(), h.as(h.admin), commands.HireStaff{EmployeeNo: "R1", Login: "roleless", Name: "无权", Unit: h.north})
	h.must(err)
	before, err := h.store.LastPosition(t.Context())
	h.must(err)
	for name, send := range verbs() {
		for who, asked := range map[string]struct {
			staff domain.StaffID
			want  domain.Code
		}{
			"nobody": {domain.StaffID{}, staff.ErrAccountDisabled}, "a stranger": {domain.StaffID(uuid.New()), staff.ErrAccountDisabled},
			"who left": {left, staff.ErrAccountDisabled}, "who has no role": {domain.StaffID(hired.ID), domain.ErrAuthzDenied},
		} {
			for what, these := range map[string]things{"what exists": on, "what does not": nothing()} {
				if err := send(h.ledger, t, h.as(asked.staff), these); domain.CodeOf(err) != asked.want {
					t.Errorf("%s by %s about %s: got %v, want %s", name, who, what, err, asked.want)
				}
			}
		}
	}
	after, err := h.store.LastPosition(t.Context())
	h.must(err)
	if after != before {
		t.Errorf("%d events were written", after-before)
	}
}

// A-41, B-35: what is out of scope reads, to the letter, as what does not exist.
func TestOutOfScopeReadsAsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	on := h.inNorth()
	county := h.unit(h.root, "K01", domain.County, "")
	elsewhere := map[domain.Role]domain.StaffID{
		domain.RoleRelationshipManager: h.cy, domain.RoleOutletHead: h.southHead,
		domain.RoleAdministrator: h.hire("localadmin", h.south, domain.RoleAdministrator, h.south),
		domain.RoleSuperior:      h.hire("localsuperior", county, domain.RoleSuperior, county),
		domain.RoleOperations:    h.hire("localops", county, domain.RoleOperations, county),
		domain.RoleAdvisor:       h.hire("otheradvisor", county, domain.RoleAdvisor, county),
	}
	// The application's own refusals name it by rule.
	named := map[string]bool{"claim-customer": true, "approve-claim": true, "reject-claim": true, "consent-to-claim": true}
	compared := 0
	for name, send := range verbs() {
		for role, who := range elsewhere {
			missing, there := send(h.ledger, t, h.as(who), nothing()), send(h.ledger, t, h.as(who), on)
			switch {
			case named[name] || domain.CodeOf(missing) != domain.ErrQueryNotFoundOrOutOfScope:
				continue
			case there == nil || there.Error() != missing.Error():
				t.Errorf("%s by a %s of elsewhere: %v about what exists, %v about what does not", name, role, there, missing)
			}
			compared++
		}
	}
	if compared < 40 {
		t.Errorf("only %d pairs were compared", compared)
	}
	// Nor does an advisor of elsewhere who acts for themselves learn more.
	advisor := elsewhere[domain.RoleAdvisor]
	own, none := on, nothing()
	own.staff, none.staff = advisor, advisor
	for _, name := range []string{"record-contact", "reserve-payment"} {
		missing, there := verbs()[name](h.ledger, t, h.as(advisor), none), verbs()[name](h.ledger, t, h.as(advisor), own)
		if domain.CodeOf(missing) != domain.ErrQueryNotFoundOrOutOfScope || there == nil || there.Error() != missing.Error() {
			t.Errorf("%s by an advisor of elsewhere: %v about what exists, %v about what does not", name, there, missing)
		}
	}
}

// C-01: with several roles, the one that allows the command is the one on record,
// with the actor's unit and the policy's version.
func TestTheRoleThatAllowsIsOnRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.ledger.PublishPolicy(t.Context(), h.as(h.director), commands.PublishPolicy{EffectiveOn: h.ledger.Today(), Rules: policy.Default()})
	h.must(err)
	both := h.hire("both", h.north, domain.RoleTeller, h.north)
	asked, err := h.ledger.RequestAccess(t.Context(), h.as(both), commands.RequestAccess{Staff: both, Role: domain.RoleOutletHead, Unit: h.north})
	h.must(err)
	_, err = h.ledger.GrantAccess(t.Context(), h.as(h.admin), commands.GrantAccess{Staff: both, Request: domain.RequestID(asked.ID)})
	h.must(err)
	customer := h.prospect(both, h.north, person("王示例"))
	claim, err := h.ledger.ClaimCustomer(t.Context(), h.as(h.ann), commands.ClaimCustomer{Customer: customer})
	h.must(err)
	approved, err := h.ledger.ApproveClaim(t.Context(), h.as(both), commands.ApproveClaim{
		Customer: customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID),
	})
	h.must(err)
	meta := h.metadata(approved)
	if meta.Role != string(domain.RoleOutletHead) || meta.Unit != uuid.UUID(h.north) || meta.Actor != uuid.UUID(both) || meta.PolicyVersion != 1 || meta.Command != "approve-claim" {
		t.Errorf("on record is %+v", meta)
	}
	named, err := h.ledger.RenameUnit(t.Context(), h.as(h.admin), commands.RenameUnit{Unit: h.north, Name: "示例中心支局"})
	h.must(err)
	if meta := h.metadata(named); meta.Role != string(domain.RoleAdministrator) || meta.PolicyVersion != 1 {
		t.Errorf("on record is %+v", meta)
	}
}

// proposal is a batch of one file.
func proposal() commands.ProposeMigration {
	return commands.ProposeMigration{Name: "旧系统", Sources: sources(strings.Repeat("ab", 32))}
}
