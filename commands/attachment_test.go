package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
	"guishu/domain/attachment"
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
