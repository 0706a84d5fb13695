package http

import "net/http"

// paymentRoutes are about payments, from their reservation on.
func (s *Server) paymentRoutes() {
	const area = "划款 Payments"
	// Reserve.
	command(s, area, route{http.MethodPost, "/v1/payments", "reserve-payment", "划款预约", "Reserve a payment", forStaff}, s.Ledger.ReservePayment)
	// Register, with the bank account and the papers.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/registration", "register-payment", "划款登记", "Register", forStaff}, s.Ledger.RegisterPayment)
	// Confirm, by another member of operations.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/confirmation", "confirm-payment", "打款确认", "Confirm", forStaff}, s.Ledger.ConfirmPayment)
	// Send back to be corrected.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/return", "return-payment", "退回登记", "Return", forStaff}, s.Ledger.ReturnPayment)
	// End before confirmation.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/cancellation", "cancel-payment", "取消划款", "Cancel", forStaff}, s.Ledger.CancelPayment)
	// Take back after confirmation.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/reversal", "reverse-payment", "冲正划款", "Reverse", forStaff}, s.Ledger.ReversePayment)
}
