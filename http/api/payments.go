package api

import (
	"guishu/commands"
	"guishu/http/question"
)

// paymentRoutes are about payments, from their reservation on.
func (a *API) paymentRoutes() {
	const area = "划款 Payments"
	list(a, area, "/v1/payments", question.Payments())
	one(a, area, "/v1/payments/{payment}", question.OnePayment())
	list(a, area, "/v1/purchases", question.Purchases())
	command[commands.ReservePayment](a, area, "/v1/payments")
	command[commands.RegisterPayment](a, area, "/v1/payments/{payment}/registration")
	command[commands.ConfirmPayment](a, area, "/v1/payments/{payment}/confirmation")
	command[commands.ReturnPayment](a, area, "/v1/payments/{payment}/return")
	command[commands.CancelPayment](a, area, "/v1/payments/{payment}/cancellation")
	command[commands.ReversePayment](a, area, "/v1/payments/{payment}/reversal")
}
