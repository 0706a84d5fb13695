package commands_test

import (
	"context"
	"fmt"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
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
	referral    domain.ReferralID
}

// nothing names things that do not exist.
func nothing() things {
	return things{
		domain.CustomerID(uuid.New()), domain.SelfOperated, domain.ApplicationID(uuid.New()), domain.AttachmentID(uuid.New()),
		domain.PaymentID(uuid.New()), domain.ProductID(uuid.New()), domain.StaffID(uuid.New()), domain.RequestID(uuid.New()),
		domain.UnitID(uuid.New()), domain.BatchID(uuid.New()), domain.ReferralID(uuid.New()),
	}
}

// examples are a command of each verb about some things, with bodies that only their
// authorisation can refuse.
func examples(on things, today domain.Date) map[string]ledger.Body {
	all := map[string]ledger.Body{}
	for _, body := range []ledger.Body{
		commands.EstablishUnit{Parent: on.unit, Code: "X9", Name: "新网点", Kind: domain.Outlet, Line: domain.SelfOperated, Model: domain.Exclusive},
		commands.RenameUnit{Unit: on.unit, Name: "新名"},
		commands.MoveUnit{Unit: on.unit, Parent: on.unit},
		commands.CloseUnit{Unit: on.unit, Reason: "合并"},
		commands.HireStaff{EmployeeNo: "Z1", Login: "z1", Name: "新人", Unit: on.unit},
		commands.TransferStaff{Staff: on.staff, Unit: on.unit},
		commands.RecordDeparture{Staff: on.staff, On: today, Reason: "离职"},
		commands.RequestAccess{Staff: on.staff, Role: domain.RoleTeller, Unit: on.unit},
		commands.GrantAccess{Staff: on.staff, Request: on.request},
		commands.RefuseAccess{Staff: on.staff, Request: on.request, Reason: "不符"},
		commands.WithdrawAccessRequest{Staff: on.staff, Request: on.request},
		commands.RevokeAccess{Staff: on.staff, Role: domain.RoleRelationshipManager, Unit: on.unit, Reason: "调岗"},
		commands.RegisterCustomer{Party: domain.Person, Fields: commandstest.Person("新客"), HomeUnit: on.unit},
		commands.SupplementCustomer{Customer: on.customer, Fields: commands.CustomerFields{Address: "示例路9号"}},
		commands.RecordIdentityVerification{Customer: on.customer, Result: customer.IDMatch, Evidence: "slip-1"},
		commands.LinkCustomer{Customer: on.customer, CustomerNo: "C000777"},
		commands.EraseCustomer{Customer: on.customer, Basis: "pipl-47"},
		commands.RevealFields{Customer: on.customer, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"},
		commands.LookUpCustomer{CustomerNo: "C000001"},
		commands.ClaimCustomer{Customer: on.customer, Line: on.line},
		commands.ConsentToClaim{Customer: on.customer, Line: on.line, Application: on.application},
		commands.ApproveClaim{Customer: on.customer, Line: on.line, Application: on.application},
		commands.RejectClaim{Customer: on.customer, Line: on.line, Application: on.application, Reason: "不实"},
		commands.WithdrawClaim{Customer: on.customer, Line: on.line, Application: on.application},
		commands.RequestAdjustment{Customer: on.customer, Line: on.line, NewOwner: on.staff, Reason: "交接"},
		commands.RequestDissolution{Customer: on.customer, Line: on.line, Reason: "销户"},
		commands.AttachAdvisor{Customer: on.customer, Advisor: on.staff},
		commands.LookUpToAttach{CustomerNo: "C000001"},
		commands.RequestAttachment{Customer: on.customer, Reason: "客户要求"},
		commands.ApproveAttachment{Customer: on.customer, Attachment: on.attachment},
		commands.RefuseAttachment{Customer: on.customer, Attachment: on.attachment, Reason: "已有人"},
		commands.WithdrawAttachmentRequest{Customer: on.customer, Attachment: on.attachment},
		commands.EndAttachment{Customer: on.customer, Attachment: on.attachment, Reason: "交接"},
		commands.RecordContact{Customer: on.customer, Advisor: on.staff, OccurredOn: today, Method: attachment.ContactByPhone},
		commands.OfferReferral{Customer: on.customer, Target: on.staff},
		commands.AcceptReferral{Referral: on.referral},
		commands.RejectReferral{Referral: on.referral, Reason: "客户已满"},
		commands.CancelReferral{Referral: on.referral},
		commands.LaunchProduct{Code: "P9", Name: "产品", Supplier: "示例基金"},
		commands.OpenSubscription{Product: on.product},
		commands.CloseSubscription{Product: on.product, Reason: "额满"},
		commands.RecordInception{Product: on.product, EstablishedOn: today},
		commands.ReservePayment{Customer: on.customer, Product: on.product, Advisor: on.staff, AmountFen: 1, Nature: domain.Direct, ScheduledOn: today, IdentityType: identity.Passport},
		commands.RegisterPayment{Payment: on.payment},
		commands.ConfirmPayment{Payment: on.payment},
		commands.ReturnPayment{Payment: on.payment, Reason: "有误"},
		commands.CancelPayment{Payment: on.payment, Reason: "取消"},
		commands.ReversePayment{Payment: on.payment, Reason: "退款"},
		commands.DecideAttribution{Payment: on.payment},
		commands.CounterAttribution{Payment: on.payment},
		commands.PublishPolicy{EffectiveOn: today, Rules: commands.Rules(policy.Default())},
		commandstest.Proposal(),
		commands.ApproveMigration{Batch: on.batch},
		commands.RefuseMigration{Batch: on.batch, Reason: "来源不明"},
		commands.CloseMigration{Batch: on.batch},
	} {
		all[body.Verb().Name] = body
	}
	return all
}

// send gives a command, whatever it answers.
func send(ctx context.Context, l *ledger.Ledger, call ledger.Call, body ledger.Body) (err error) {
	switch c := body.(type) {
	case ledger.Command:
		_, err = l.Do(ctx, call, c)
	case ledger.Telling[commands.Claimable]:
		_, err = ledger.Ask(ctx, l, call, c)
	case ledger.Telling[commands.Attachable]:
		_, err = ledger.Ask(ctx, l, call, c)
	case ledger.Telling[commands.Revealed]:
		_, err = ledger.Ask(ctx, l, call, c)
	default:
		err = fmt.Errorf("%T answers with something that send does not know", body)
	}
	return err
}

// Every verb that people may give is in the tests of its authorisation.
func TestEveryVerbHasAnExample(t *testing.T) {
	t.Parallel()
	all := examples(nothing(), domain.Date{})
	for _, body := range commands.All() {
		if name := body.Verb().Name; all[name] == nil {
			t.Errorf("%s has no example", name)
		}
	}
	if len(all) != len(commands.All()) {
		t.Errorf("%d verbs have an example, of %d", len(all), len(commands.All()))
	}
}

// inNorth makes one thing of each kind at the north outlet or in its firm.
func (h *house) inNorth() things {
	h.Helper()
	on := nothing()
	on.customer, on.staff, on.unit = h.Prospect(h.Ann, h.North, commandstest.Person("王示例")), h.Ann, h.North
	claim, err := h.Ledger.Do(h.Context(), h.As(h.Ann), commands.ClaimCustomer{Customer: on.customer})
	h.Must(err)
	on.application = domain.ApplicationID(claim.ID)
	asked, err := h.Ledger.Do(h.Context(), h.As(h.Ann), commands.RequestAccess{Staff: h.Ann, Role: domain.RoleTeller, Unit: h.North})
	h.Must(err)
	on.request = domain.RequestID(asked.ID)
	deal := h.Sale("authorise")
	on.payment, on.product, on.attachment = deal.Payment, deal.Product, deal.Attachment
	on.batch = h.Batch()
	offered, err := h.Ledger.Do(h.Context(), h.As(h.Ann), commands.OfferReferral{Customer: on.customer, Target: h.Bo})
	h.Must(err)
	on.referral = domain.ReferralID(offered.ID)
	return on
}

// B-28, B-35, B-36: default deny. Nobody, somebody unknown, somebody who left and
// somebody without any role can do nothing, and learn nothing of what exists.
func TestWhoMayNothingLearnsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	on := h.inNorth()
	left := h.Hire("left", h.North, domain.RoleOutletHead, h.North)
	_, err := h.Ledger.Do(t.Context(), h.As(h.Admin), commands.RecordDeparture{Staff: left, On: h.Ledger.Today(), Reason: "离职"})
	h.Must(err)
	hired, err := h.Ledger.Do(t.Context(), h.As(h.Admin), commands.HireStaff{EmployeeNo: "R1", Login: "roleless", Name: "无权", Unit: h.North})
	h.Must(err)
	before, err := h.Store.LastPosition(t.Context())
	h.Must(err)
	none := examples(nothing(), h.Ledger.Today())
	for name, body := range examples(on, h.Ledger.Today()) {
		without := domain.ErrAuthzDenied
		if name == "request-access" || name == "withdraw-access-request" { // which everybody may, for themselves
			without = domain.ErrQueryNotFoundOrOutOfScope
		}
		for who, asked := range map[string]struct {
			staff domain.StaffID
			want  domain.Code
		}{
			"nobody": {domain.StaffID{}, staff.ErrAccountDisabled}, "a stranger": {domain.StaffID(uuid.New()), staff.ErrAccountDisabled},
			"who left": {left, staff.ErrAccountDisabled}, "who has no role": {domain.StaffID(hired.ID), without},
		} {
			for what, body := range map[string]ledger.Body{"what exists": body, "what does not": none[name]} {
				if err := send(t.Context(), h.Ledger, h.As(asked.staff), body); domain.CodeOf(err) != asked.want {
					t.Errorf("%s by %s about %s: got %v, want %s", name, who, what, err, asked.want)
				}
			}
		}
	}
	after, err := h.Store.LastPosition(t.Context())
	h.Must(err)
	if after != before {
		t.Errorf("%d events were written", after-before)
	}
}

// B-14: what the ledger does by itself, no person may do, whatever their role.
func TestNobodyDoesWhatIsTheLedgers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, body := range commands.OfTheLedger() {
		for _, who := range []domain.StaffID{{}, h.Admin, h.Director, h.Ops} {
			if err := send(t.Context(), h.Ledger, h.As(who), body); domain.CodeOf(err) != domain.ErrAuthzDenied {
				t.Errorf("%s: got %v, want %s", body.Verb().Name, err, domain.ErrAuthzDenied)
			}
		}
	}
}

// A-41, B-35: what is out of scope reads, to the letter, as what does not exist.
func TestOutOfScopeReadsAsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	on := h.inNorth()
	county := h.Unit(h.Root, "K01", domain.County, "")
	elsewhere := map[domain.Role]domain.StaffID{
		domain.RoleRelationshipManager: h.Cy, domain.RoleOutletHead: h.SouthHead,
		domain.RoleAdministrator: h.Hire("localadmin", h.South, domain.RoleAdministrator, h.South),
		domain.RoleSuperior:      h.Hire("localsuperior", county, domain.RoleSuperior, county),
		domain.RoleOperations:    h.Hire("localops", county, domain.RoleOperations, county),
		domain.RoleAdvisor:       h.Hire("otheradvisor", county, domain.RoleAdvisor, county),
	}
	// The application's own refusals name it by rule.
	named := map[string]bool{"claim-customer": true, "approve-claim": true, "reject-claim": true, "consent-to-claim": true}
	compared := 0
	ask := func(who domain.StaffID, body ledger.Body) error { return send(t.Context(), h.Ledger, h.As(who), body) }
	absent := examples(nothing(), h.Ledger.Today())
	for name, body := range examples(on, h.Ledger.Today()) {
		for role, who := range elsewhere {
			missing, there := ask(who, absent[name]), ask(who, body)
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
		missing, there := ask(advisor, examples(none, h.Ledger.Today())[name]), ask(advisor, examples(own, h.Ledger.Today())[name])
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
	_, err := h.Ledger.Do(t.Context(), h.As(h.Director), commands.PublishPolicy{EffectiveOn: h.Ledger.Today(), Rules: commands.Rules(policy.Default())})
	h.Must(err)
	both := h.Hire("both", h.North, domain.RoleTeller, h.North)
	asked, err := h.Ledger.Do(t.Context(), h.As(both), commands.RequestAccess{Staff: both, Role: domain.RoleOutletHead, Unit: h.North})
	h.Must(err)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Admin), commands.GrantAccess{Staff: both, Request: domain.RequestID(asked.ID)})
	h.Must(err)
	customer := h.Prospect(both, h.North, commandstest.Person("王示例"))
	claim, err := h.Ledger.Do(t.Context(), h.As(h.Ann), commands.ClaimCustomer{Customer: customer})
	h.Must(err)
	approved, err := h.Ledger.Do(t.Context(), h.As(both), commands.ApproveClaim{
		Customer: customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID),
	})
	h.Must(err)
	meta := h.Metadata(approved)
	if meta.Role != string(domain.RoleOutletHead) || meta.Unit != uuid.UUID(h.North) || meta.Actor != uuid.UUID(both) || meta.PolicyVersion != 1 || meta.Command != "approve-claim" {
		t.Errorf("on record is %+v", meta)
	}
	named, err := h.Ledger.Do(t.Context(), h.As(h.Admin), commands.RenameUnit{Unit: h.North, Name: "示例中心支局"})
	h.Must(err)
	if meta := h.Metadata(named); meta.Role != string(domain.RoleAdministrator) || meta.PolicyVersion != 1 {
		t.Errorf("on record is %+v", meta)
	}
}
