package customer

import "guishu/domain"

// What customers refuse.
var (
	ErrAlreadyLinked = domain.NewCode("association/already-linked", domain.Conflict, "A-25",
		"该客户已关联，请先解除原有关联",
		"This customer is linked already. End the existing link first.")
	ErrLinkKeyFormat = domain.NewCode("association/key-format", domain.Invalid, "A-25",
		"关联号码格式不正确，请核对身份证号、银行卡号或客户号",
		"The key to link by is not well-formed. Check the ID number, card number or customer number.")
	ErrNoMatch = domain.NewCode("association/no-match", domain.NotFound, "A-26",
		"没有对应关联客户!",
		"There is no matching bank customer.")
	ErrAdvisorUnknown = domain.NewCode("customer/advisor-unknown", domain.Unprocessable, "B-09",
		"财富管理师不存在或已离职",
		"No active advisor has this name in this department. Choose one from the list.")
	ErrBirthdayMismatch = domain.NewCode("customer/birthday-mismatch", domain.Unprocessable, "B-09",
		"出生日期与证件号码不一致",
		"The birthday differs from the one in the ID number. Check both against the document.")
	ErrChannelTypeRequired = domain.NewCode("customer/channel-type-required", domain.Invalid, "B-09",
		"客户来源为渠道时必须选择渠道类别",
		"Choose the channel type, because the source is a channel.")
	ErrNumberFormat = domain.NewCode("customer/customer-number-format", domain.Invalid, "A-04",
		"客户号格式不正确",
		"The customer number is not well-formed. Use 4 to 32 letters and digits.")
	ErrDuplicateIdentity = domain.NewCode("customer/duplicate-identity", domain.Conflict, "B-09",
		"该证件号码已登记为其他客户",
		"This identity document belongs to a customer who is registered already.")
	ErrErased = domain.NewCode("customer/erased", domain.Conflict, "",
		"该客户的个人信息已被删除",
		"This customer's personal data was erased. Nothing can be changed any more.")
	ErrInUse = domain.NewCode("customer/in-use", domain.Conflict, "A-63",
		"客户已关联、已归属或正在跟进，不能删除",
		"This customer is linked, owned or being followed up and cannot be deleted.")
	ErrLockedUseModification = domain.NewCode("customer/locked-use-modification", domain.Conflict, "B-14",
		"正式客户信息已锁定，请提交信息修改申请",
		"A formal customer's fields are locked. File a modification request instead.")
	ErrRequired = domain.NewCode("customer/required", domain.Invalid, "B-09",
		"请填写必填项：{field}",
		"Fill in the required field {field}.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrAlreadyLinked, ErrLinkKeyFormat, ErrNoMatch, ErrAdvisorUnknown, ErrBirthdayMismatch,
		ErrChannelTypeRequired, ErrNumberFormat, ErrDuplicateIdentity, ErrErased, ErrInUse, ErrLockedUseModification,
		ErrRequired,
	}
}
