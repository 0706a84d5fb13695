package identity

import "guishu/domain"

// What identity documents, accounts, phones and names refuse.
var (
	ErrPhoneFormat = domain.NewCode("contact/phone-format", domain.Invalid, "A-09",
		"电话号码格式不正确，固定电话请加区号",
		"The phone number is not well-formed. Enter an 11-digit mobile number, or a landline with its area code.")
	ErrName = domain.NewCode("customer/name", domain.Invalid, "B-09",
		"客户名称格式不正确",
		"The customer's name is not well-formed. Enter it as on the document, without control characters.")
	ErrAccountFormat = domain.NewCode("identity/account-format", domain.Invalid, "B-12",
		"银行账号格式不正确",
		"The bank account number is not well-formed. Check the number of digits.")
	ErrCardChecksum = domain.NewCode("identity/card-checksum", domain.Invalid, "A-25",
		"银行卡号校验不通过",
		"The card number's check digit is wrong. Compare the number with the card.")
	ErrIDAge = domain.NewCode("identity/id-age", domain.Invalid, "A-04",
		"证件号码中的出生日期不合理",
		"The birthday in the ID number lies in the future or more than 150 years back.")
	ErrIDChecksum = domain.NewCode("identity/id-checksum", domain.Invalid, "A-04",
		"证件号码校验不通过，请核对",
		"The ID number's check digit is wrong. Compare the number with the document.")
	ErrIDDate = domain.NewCode("identity/id-date", domain.Invalid, "A-04",
		"证件号码中的出生日期不存在",
		"The ID number contains a day that does not exist. Compare the number with the document.")
	ErrIDFormat = domain.NewCode("identity/id-format", domain.Invalid, "A-04",
		"证件号码格式不正确",
		"The ID number is not well-formed for its type. Compare it with the document.")
	ErrIDRegion = domain.NewCode("identity/id-region", domain.Invalid, "A-04",
		"证件号码中的地区代码不存在",
		"The ID number begins with no known province code. Compare it with the document.")
	ErrIDType = domain.NewCode("identity/id-type", domain.Invalid, "A-04",
		"证件类型不正确",
		"Choose an ID type from the list.")
	ErrUSCCChecksum = domain.NewCode("identity/uscc-checksum", domain.Invalid, "A-58",
		"统一社会信用代码校验不通过",
		"The unified social credit code's check character is wrong. Compare it with the licence.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrPhoneFormat, ErrName, ErrAccountFormat, ErrCardChecksum, ErrIDAge, ErrIDChecksum, ErrIDDate, ErrIDFormat,
		ErrIDRegion, ErrIDType, ErrUSCCChecksum,
	}
}
