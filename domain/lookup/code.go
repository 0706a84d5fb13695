package lookup

import "guishu/domain"

// What look-ups and reveals refuse.
var (
	ErrKeysMissing = domain.NewCode("claim/lookup-keys-missing", domain.Invalid, "A-04",
		"请输入客户号，或证件类型+证件号码+客户姓名",
		"Enter the customer number, or ID type, ID number and customer name together.")
	ErrLimit = domain.NewCode("claim/lookup-limit", domain.Limit, "A-77",
		"今日查询次数已达上限 {limit} 次",
		"You have used up today's {limit} look-ups. Go on tomorrow or ask your supervisor.")
	ErrNameIDMismatch = domain.NewCode("claim/name-id-mismatch", domain.Unprocessable, "A-04",
		"客户姓名与证件号码不一致",
		"The name does not belong to this ID number. Check both against the document.")
	ErrNotClaimable = domain.NewCode("claim/not-claimable", domain.NotFound, "A-03",
		"该客户已被认领或非本网点客户",
		"This customer has been claimed already or does not belong to your outlet.")
	ErrNotAttachable = domain.NewCode("attachment/not-attachable", domain.NotFound, "B-30",
		"没有可申请下挂的此客户，请核对客户号或证件",
		"There is no such customer whom you could be attached to. Check the number or the document.")
	ErrPurposeRequired = domain.NewCode("reveal/purpose-required", domain.Invalid, "C-04",
		"请填写查看用途",
		"State the purpose of seeing the full value.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrKeysMissing, ErrLimit, ErrNameIDMismatch, ErrNotClaimable, ErrNotAttachable, ErrPurposeRequired,
	}
}
