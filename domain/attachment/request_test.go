package attachment_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/domaintest"
	"guishu/domain/organisation"
)

var home = domain.UnitID{2}

func asked(id domain.AttachmentID, advisor domain.StaffID) attachment.Requested {
	return attachment.Requested{Attachment: id, Customer: customer, Advisor: advisor, Unit: unit, Home: home, Reason: "客户要求"}
}

func approved(id domain.AttachmentID, advisor domain.StaffID) attachment.RequestApproved {
	return attachment.RequestApproved{Attachment: id, Customer: customer, Advisor: advisor}
}

func refused(id domain.AttachmentID, advisor domain.StaffID) attachment.RequestRefused {
	return attachment.RequestRefused{Attachment: id, Customer: customer, Advisor: advisor, Reason: "已有人"}
}

func withdrawn(id domain.AttachmentID, advisor domain.StaffID) attachment.RequestWithdrawn {
	return attachment.RequestWithdrawn{Attachment: id, Customer: customer, Advisor: advisor}
}

func attaching(id domain.AttachmentID, advisor domain.StaffID, changes ...func(*attachment.Attaching)) attachment.Attaching {
	in := attachment.Attaching{
		Attachment: id, Customer: customer, Advisor: advisor, Unit: unit, Model: domain.Attached, Home: home, HomeModel: domain.Attached, Now: now,
	}
	for _, change := range changes {
		change(&in)
	}
	return in
}

func ask(id domain.AttachmentID, advisor domain.StaffID, reason string, changes ...func(*attachment.Attaching)) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Ask(attaching(id, advisor, changes...), reason) }
}

func approve(id domain.AttachmentID, advisor, approver domain.StaffID, changes ...func(*attachment.Attaching)) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Approve(attaching(id, advisor, changes...), approver) }
}

func TestAsk(t *testing.T) {
	exclusive := func(in *attachment.Attaching) { in.HomeModel = domain.Exclusive }
	domaintest.Run(t,
		rule{Name: "B-30 an advisor asks with a reason", When: ask(first, lin, " 客户要求 ", self), Then: []any{asked(first, lin)}},
		rule{Name: "C-01 a request without a reason is refused", When: ask(first, lin, " "), Refused: domain.ErrFormRequired, At: "reason"},
		rule{Name: "B-30 there is one request at a time", Given: []any{asked(first, lin)}, When: ask(second, lin, "客户要求"), Refused: attachment.ErrRequestPending},
		rule{Name: "B-30 another advisor asks too", Given: []any{asked(first, lin)}, When: ask(second, qiu, "客户要求"), Then: []any{asked(second, qiu)}},
		rule{
			Name: "B-30 who was refused may ask again", Given: []any{asked(first, lin), refused(first, lin)},
			When: ask(second, lin, "客户要求"), Then: []any{asked(second, lin)},
		},
		rule{Name: "B-31 nobody asks who is attached", Given: []any{attached(first, lin)}, When: ask(second, lin, "客户要求"), Refused: attachment.ErrAlreadyAttached},
		rule{
			Name:  "W-03 whose attachment somebody else ended asks to come back",
			Given: []any{attached(first, lin), endedBy(qiu, first, lin)}, When: ask(second, lin, "客户要求", self), Then: []any{asked(second, lin)},
		},
		rule{Name: "S-01 a customer of a unit with exclusive ownership cannot be asked for", When: ask(first, lin, "客户要求", exclusive), Refused: attachment.ErrModel},
	)
}

func TestApprove(t *testing.T) {
	domaintest.Run(t,
		rule{
			Name: "B-30 an approval attaches at once", Given: []any{asked(first, lin)},
			When: approve(first, lin, qiu), Then: []any{approved(first, lin), attached(first, lin)},
		},
		rule{Name: "B-30 nobody approves their own request", Given: []any{asked(first, lin)}, When: approve(first, lin, lin), Refused: attachment.ErrSelfApproval},
		rule{Name: "B-30 what nobody asked for is not approved", When: approve(first, lin, qiu), Refused: attachment.ErrRequestNotPending},
		rule{
			Name: "B-30 a request is answered once", Given: []any{asked(first, lin), approved(first, lin), attached(first, lin)},
			When: approve(first, lin, qiu), Refused: attachment.ErrRequestNotPending,
		},
		rule{
			Name: "B-30 a request that was withdrawn is not approved", Given: []any{asked(first, lin), withdrawn(first, lin)},
			When: approve(first, lin, qiu), Refused: attachment.ErrRequestNotPending,
		},
		rule{
			Name: "B-31 whom a superior attached meanwhile is not attached twice", Given: []any{asked(first, lin), attached(second, lin)},
			When: approve(first, lin, qiu), Refused: attachment.ErrAlreadyAttached,
		},
		rule{
			Name: "A-07 what can be has changed by the approval", Given: []any{asked(first, lin)},
			When: approve(first, lin, qiu, func(in *attachment.Attaching) {
				in.Line, in.CustomerLine = domain.Agency, domain.SelfOperated
			}),
			Refused: organisation.ErrLine,
		},
	)
}

func TestRefuseAndWithdraw(t *testing.T) {
	refuse := func(reason string) func(*state) ([]any, error) {
		return func(s *state) ([]any, error) { return s.Refuse(customer, first, reason) }
	}
	withdraw := func(s *state) ([]any, error) { return s.Withdraw(customer, first) }
	domaintest.Run(t,
		rule{Name: "B-30 a request is refused with a reason", Given: []any{asked(first, lin)}, When: refuse("已有人"), Then: []any{refused(first, lin)}},
		rule{Name: "C-01 a refusal without a reason is none", Given: []any{asked(first, lin)}, When: refuse(""), Refused: domain.ErrFormRequired, At: "reason"},
		rule{Name: "B-30 what nobody asked for is not refused", When: refuse("已有人"), Refused: attachment.ErrRequestNotPending},
		rule{Name: "B-30 a request is withdrawn", Given: []any{asked(first, lin)}, When: withdraw, Then: []any{withdrawn(first, lin)}},
		rule{Name: "B-30 a request is withdrawn once", Given: []any{asked(first, lin), withdrawn(first, lin)}, When: withdraw, Refused: attachment.ErrRequestNotPending},
	)
}
