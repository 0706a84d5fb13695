package domain

// PaymentStatus is where a payment stands (B-11).
type PaymentStatus string

// The values of PaymentStatus.
const (
	PaymentReserved   PaymentStatus = "RESERVED"   // 预约, reserved
	PaymentRegistered PaymentStatus = "REGISTERED" // 登记, registered
	PaymentConfirmed  PaymentStatus = "CONFIRMED"  // 确认, confirmed
	PaymentCancelled  PaymentStatus = "CANCELLED"  // 已取消, cancelled
	PaymentReturned   PaymentStatus = "RETURNED"   // 已退回, returned
	PaymentReversed   PaymentStatus = "REVERSED"   // 已冲正, reversed
)

var paymentStatusWords = words[PaymentStatus]{
	{PaymentReserved, "预约", "reserved"},
	{PaymentRegistered, "登记", "registered"},
	{PaymentConfirmed, "确认", "confirmed"},
	{PaymentCancelled, "已取消", "cancelled"},
	{PaymentReturned, "已退回", "returned"},
	{PaymentReversed, "已冲正", "reversed"},
}

// PaymentStatuses is every value, in the order lists show them.
func PaymentStatuses() []PaymentStatus { return paymentStatusWords.values() }

// ParsePaymentStatus reads a payment status by its code in either case or its Chinese name; else
// ErrFormValue.
func ParsePaymentStatus(text string) (PaymentStatus, error) {
	return paymentStatusWords.parse(text, ErrFormValue.At("status"))
}

// Valid says whether s is one of the values.
func (s PaymentStatus) Valid() bool { return paymentStatusWords.valid(s) }

// Chinese is the name shown in Chinese.
func (s PaymentStatus) Chinese() string { return paymentStatusWords.chinese(s) }

// English is the name shown in English.
func (s PaymentStatus) English() string { return paymentStatusWords.english(s) }
