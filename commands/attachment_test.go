package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/domain/policy"
	"guishu/eventstore"
)

// S-01, W-03: nobody makes a customer their own whom somebody else entered, neither
// one of the same branch nor one of another, nor one of a bank outlet.
func TestNobodyAttachesThemselvesToACustomerWhomSomebodyElseEntered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	branch := h.Unit(h.Root, "W02", domain.Branch, "")
	stranger := h.Hire("stranger", branch, domain.RoleAdvisor, branch)
	entered := h.Prospect(h.Dora, h.Wealth, commandstest.Person("赵示例"))
	banked := h.Prospect(h.Ann, h.North, commandstest.Person("钱示例"))
	for _, try := range []struct {
		name     string
		who      domain.StaffID
		customer domain.CustomerID
	}{
		{"a colleague of the branch", h.Emil, entered},
		{"an advisor of another branch", stranger, entered},
		{"an advisor about a customer of an outlet", stranger, banked},
	} {
		_, err := h.Ledger.Do(t.Context(), h.As(try.who), commands.AttachAdvisor{Customer: try.customer, Advisor: try.who})
		if domain.CodeOf(err) != domain.ErrQueryNotFoundOrOutOfScope {
			t.Errorf("%s: got %v", try.name, err)
		}
		if types := h.Events(eventstore.Stream(attachment.StreamPrefix + try.customer.String())); len(types) != 0 {
			t.Errorf("%s: on record is %v", try.name, types)
		}
	}
	h.Attach(entered, h.Dora)
}

// S-01: who attaches somebody else must reach the customer as well as the advisor.
func TestASuperiorAttachesNobodyToACustomerOfAnotherUnit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	branch := h.Unit(h.Root, "W02", domain.Branch, "")
	mine := h.Hire("mine", branch, domain.RoleAdvisor, branch)
	head := h.Hire("head", branch, domain.RoleSuperior, branch)
	theirs := h.Prospect(h.Dora, h.Wealth, commandstest.Person("赵示例"))
	_, err := h.Ledger.Do(t.Context(), h.As(head), commands.AttachAdvisor{Customer: theirs, Advisor: mine})
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
	h.Do(h.Director, commands.AttachAdvisor{Customer: theirs, Advisor: mine})
}

// W-03: whose attachment a superior ended comes back by approval only, who entered
// the customer too; the approval is another person's, and its position is the entry.
func TestWhoseAttachmentWasEndedComesBackByApprovalOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.Hire("head", h.Wealth, domain.RoleSuperior, h.Wealth)
	customer := h.Prospect(h.Dora, h.Wealth, commandstest.Person("赵示例"))
	first := domain.AttachmentID(h.Do(h.Dora, commands.AttachAdvisor{Customer: customer, Advisor: h.Dora}).ID)
	h.Do(h.Dora, commands.EndAttachment{Customer: customer, Attachment: first, Reason: "误下挂"})
	second := domain.AttachmentID(h.Do(h.Dora, commands.AttachAdvisor{Customer: customer, Advisor: h.Dora}).ID) // ended by oneself
	h.Do(head, commands.EndAttachment{Customer: customer, Attachment: second, Reason: "恶性争抢"})
	_, err := h.Ledger.Do(t.Context(), h.As(h.Dora), commands.AttachAdvisor{Customer: customer, Advisor: h.Dora})
	h.Wants(err, attachment.ErrApprovalRequired)

	asked := domain.AttachmentID(h.Do(h.Dora, commands.RequestAttachment{Customer: customer, Reason: "客户要求"}).ID)
	approving := commands.ApproveAttachment{Customer: customer, Attachment: asked}
	_, err = h.Ledger.Do(t.Context(), h.As(h.Dora), approving)
	h.Wants(err, domain.ErrAuthzDenied)
	h.Grant(h.Dora, domain.RoleSuperior, h.Wealth)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Dora), approving)
	h.Wants(err, attachment.ErrSelfApproval)
	approved := h.Do(head, approving)
	if approved.ID != asked.UUID() {
		t.Errorf("the approval answers with %s, want %s", approved.ID, asked)
	}
	if again := h.Do(head, commands.EndAttachment{Customer: customer, Attachment: asked, Reason: "交接"}); again.ID != asked.UUID() {
		t.Errorf("what was approved is no attachment: %+v", again)
	}
}

// B-30: a firm may leave its advisors free to attach themselves to whom they know of.
func TestThePolicyMayLeaveAdvisorsFree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rules := commands.Rules(policy.Default())
	rules.Attachment.SelfAttach = policy.SelfAttachFreely
	h.Do(h.Director, commands.PublishPolicy{EffectiveOn: h.Ledger.Today(), Rules: rules})
	customer := h.Prospect(h.Dora, h.Wealth, commandstest.Person("赵示例"))
	attaching := commands.AttachAdvisor{Customer: customer, Advisor: h.Emil}
	_, err := h.Ledger.Do(t.Context(), h.As(h.Emil), attaching)
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
	h.Grant(h.Emil, domain.RoleInspector, h.Wealth) // who reads the branch's customers
	h.Do(h.Emil, attaching)
}

// A-77, B-30: a customer of another branch is found by an exact look-up, which is
// counted, and asked for on the same day; the home's head approves, nobody else does.
func TestACustomerFoundByALookUpIsAskedForAndApprovedByTheHome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	branch := h.Unit(h.Root, "W02", domain.Branch, "")
	guest := h.Hire("guest", branch, domain.RoleAdvisor, branch)
	theirHead := h.Hire("theirhead", branch, domain.RoleSuperior, branch)
	homeHead := h.Hire("homehead", h.Wealth, domain.RoleSuperior, h.Wealth)
	customer := h.Prospect(h.Dora, h.Wealth, commandstest.Document("赵示例", "E70000001"))
	banked := h.Prospect(h.Ann, h.North, commandstest.Document("钱示例", "E70000002"))
	asking := commands.RequestAttachment{Customer: customer, Reason: "客户主动联系"}
	look := func(name, number string) error {
		found, err := ledger.Ask(t.Context(), h.Ledger, h.As(guest), commands.LookUpToAttach{
			IdentityType: identity.Passport, IdentityNumber: number, Name: name,
		})
		if err == nil && found.Customer != customer {
			t.Errorf("found %s, want %s", found.Customer, customer)
		}
		return err
	}
	_, err := h.Ledger.Do(t.Context(), h.As(guest), asking)
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
	h.Wants(look("赵示例", "E70000009"), lookup.ErrNotAttachable)
	h.Wants(look("钱示例", "E70000002"), lookup.ErrNotAttachable)
	h.Wants(look("孙示例", "E70000001"), lookup.ErrNameIDMismatch)
	_, err = h.Ledger.Do(t.Context(), h.As(guest), asking)
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
	h.Must(look("赵示例", "E70000001"))
	if looks := h.Events(eventstore.Stream(lookup.StreamOf(guest, h.Ledger.Today()))); len(looks) != 4 {
		t.Errorf("on record are %d look-ups, want 4", len(looks))
	}
	_, err = h.Ledger.Do(t.Context(), h.As(guest), commands.AttachAdvisor{Customer: customer, Advisor: guest})
	h.Wants(err, attachment.ErrApprovalRequired)
	_, err = h.Ledger.Do(t.Context(), h.As(guest), commands.RequestAttachment{Customer: banked, Reason: "客户主动联系"})
	h.Wants(err, attachment.ErrModel)

	asked := domain.AttachmentID(h.Do(guest, asking).ID)
	_, err = h.Ledger.Do(t.Context(), h.As(guest), asking)
	h.Wants(err, attachment.ErrRequestPending)
	approving := commands.ApproveAttachment{Customer: customer, Attachment: asked}
	for _, who := range []domain.StaffID{theirHead, h.NorthHead, h.Dora, guest} {
		if _, err := h.Ledger.Do(t.Context(), h.As(who), approving); err == nil {
			t.Errorf("%s approved", who)
		}
	}
	h.Do(homeHead, commands.RefuseAttachment{Customer: customer, Attachment: asked, Reason: "已有财富管理师"})
	again := domain.AttachmentID(h.Do(guest, asking).ID)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Emil), commands.WithdrawAttachmentRequest{Customer: customer, Attachment: again})
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
	h.Do(guest, commands.WithdrawAttachmentRequest{Customer: customer, Attachment: again})
	last := domain.AttachmentID(h.Do(guest, asking).ID)
	h.Do(homeHead, commands.ApproveAttachment{Customer: customer, Attachment: last})
	// The home's head oversees what a guest has with the customer.
	h.Do(homeHead, commands.EndAttachment{Customer: customer, Attachment: last, Reason: "交接"})
}
