package payment

import "guishu/domain"

// What payments refuse.
var (
	ErrAccountRequired = domain.NewCode("payment/account-required", domain.Invalid, "B-12",
		"请填写划出银行账号",
		"Enter the debit account before registering.")
	ErrAmount = domain.NewCode("payment/amount", domain.Invalid, "B-12",
		"金额必须大于零",
		"The amount must be above zero.")
	ErrAttachmentRequired = domain.NewCode("payment/attachment-required", domain.Unprocessable, "B-12",
		"请上传打款所需附件",
		"Upload the papers for the payment before registering it.")
	ErrConfirmRole = domain.NewCode("payment/confirm-role", domain.Denied, "B-06",
		"只有运营部可以确认打款",
		"Only operations staff may confirm payments.")
	ErrCustomerIncomplete = domain.NewCode("payment/customer-incomplete", domain.Unprocessable, "B-13",
		"请先完善客户信息：{fields}",
		"Complete the customer first: {fields}.")
	ErrDate = domain.NewCode("payment/date", domain.Invalid, "B-12",
		"打款时间不正确",
		"The payment's date is not possible. Check the year, and that it is not in the future.")
	ErrDuplicate = domain.NewCode("payment/duplicate", domain.Conflict, "A-76",
		"这个外部编号的划款已在系统中",
		"A payment with this external number is in the ledger already.")
	ErrProductClosed = domain.NewCode("payment/product-closed", domain.Unprocessable, "B-12",
		"该产品未开放认购",
		"This product is not open for subscription on that day.")
	ErrReasonRequired = domain.NewCode("payment/reason-required", domain.Invalid, "B-11",
		"请输入原因",
		"Give a reason.")
	ErrRequired = domain.NewCode("payment/required", domain.Invalid, "B-12",
		"请填写必填项：{field}",
		"Fill in the required field {field}.")
	ErrSelfConfirm = domain.NewCode("payment/self-confirm", domain.Denied, "B-06",
		"不能确认自己登记的划款，请由他人确认",
		"You registered this payment yourself. Another member of operations must confirm it.")
	ErrState = domain.NewCode("payment/state", domain.Conflict, "B-12",
		"划款当前状态为{state}，不能执行此操作",
		"The payment is {state}, so this cannot be done now.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrAccountRequired, ErrAmount, ErrAttachmentRequired, ErrConfirmRole, ErrCustomerIncomplete, ErrDate,
		ErrDuplicate, ErrProductClosed, ErrReasonRequired, ErrRequired, ErrSelfConfirm, ErrState,
	}
}
