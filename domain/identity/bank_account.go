package identity

import "strings"

// BankAccount is a bank account's number, of a card or of a passbook or corporate
// account. It prints masked; Number is the way to the full one.
type BankAccount struct {
	number string
	card   bool
}

// ParseBankCard reads a card number: 16 to 19 digits with a valid Luhn digit
// . Spaces, hyphens and full-width digits are put right. Errors:
// ErrAccountFormat, ErrCardChecksum.
func ParseBankCard(text string) (BankAccount, error) {
	number := documentNumber(text)
	if len(number) < 16 || len(number) > 19 || !isDigits(number) {
		return BankAccount{}, ErrAccountFormat
	}
	if !luhn(number) {
		return BankAccount{}, ErrCardChecksum
	}
	return BankAccount{number, true}, nil
}

// ParseBankAccount reads the number of any account (B-12). One of 16 to 19 digits
// that begins with 62 is a UnionPay card and must pass the card's check; passbooks
// and corporate accounts have no check digit, so they need 8 to 32 digits.
// Errors: those of ParseBankCard.
func ParseBankAccount(text string) (BankAccount, error) {
	number := documentNumber(text)
	if strings.HasPrefix(number, "62") && len(number) >= 16 && len(number) <= 19 {
		return ParseBankCard(number)
	}
	if len(number) < 8 || len(number) > 32 || !isDigits(number) {
		return BankAccount{}, ErrAccountFormat
	}
	if strings.Trim(number, "0") == "" {
		return BankAccount{}, ErrAccountFormat
	}
	return BankAccount{number, false}, nil
}

// luhn says whether the digits end with their check digit.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		value := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if value *= 2; value > 9 {
				value -= 9
			}
		}
		sum += value
	}
	return sum%10 == 0
}

// Number is the full number in digits.
func (a BankAccount) Number() string { return a.number }

// IsCard says that the number passed a card's check.
func (a BankAccount) IsCard() bool { return a.card }

// IsZero says that there is no account.
func (a BankAccount) IsZero() bool { return a.number == "" }

// Masked is the number with all but its last four digits hidden (C-04).
func (a BankAccount) Masked() string { return MaskAccount(a.number) }

// String is the masked number, so that none gets into a log in full.
func (a BankAccount) String() string { return a.Masked() }

// GoString is the masked number.
func (a BankAccount) GoString() string { return a.Masked() }
