package api

import "guishu/http/question"

// paymentRoutes are about payments, from their reservation on.
func (a *API) paymentRoutes() {
	const area = "划款 Payments"
	// Payments within the reader's scope: reserved, registered, confirmed (B-35).
	list(a, area, "/v1/payments", question.Payments())
	// One payment.
	one(a, area, "/v1/payments/{payment}", question.OnePayment())
	// What was bought, and how long it is held (B-17, B-18).
	list(a, area, "/v1/purchases", question.Purchases())
	// Reserve.
	command(a, area, given("/v1/payments", "reserve-payment", "划款预约", "Reserve a payment"), a.Ledger.ReservePayment)
	// Register, with the bank account and the papers.
	command(a, area, given("/v1/payments/{payment}/registration", "register-payment", "划款登记", "Register"), a.Ledger.RegisterPayment)
	// Confirm, by another member of operations.
	command(a, area, given("/v1/payments/{payment}/confirmation", "confirm-payment", "打款确认", "Confirm"), a.Ledger.ConfirmPayment)
	// Send back to be corrected.
	command(a, area, given("/v1/payments/{payment}/return", "return-payment", "退回登记", "Return"), a.Ledger.ReturnPayment)
	// End before confirmation.
	command(a, area, given("/v1/payments/{payment}/cancellation", "cancel-payment", "取消划款", "Cancel"), a.Ledger.CancelPayment)
	// Take back after confirmation.
	command(a, area, given("/v1/payments/{payment}/reversal", "reverse-payment", "冲正划款", "Reverse"), a.Ledger.ReversePayment)
}
