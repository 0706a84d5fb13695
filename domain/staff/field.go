package staff

import (
	"slices"

	"guishu/domain"
)

// Field is a personal field of a customer, as the API names it.
type Field string

// The personal fields (C-04).
const (
	FieldName                Field = "name"
	FieldIdentityNumber      Field = "identity_number"
	FieldPhone               Field = "phone"
	FieldAddress             Field = "address"
	FieldBankAccount         Field = "bank_account"
	FieldBirthday            Field = "birthday"
	FieldGender              Field = "gender"
	FieldEmployer            Field = "employer"
	FieldOccupation          Field = "occupation"
	FieldIndustry            Field = "industry"
	FieldLegalRepresentative Field = "legal_representative"
	FieldContactPerson       Field = "contact_person"
	FieldRemark              Field = "remark"
)

// Fields is every personal field, in the order they are shown.
var Fields = domain.NewEnumeration(domain.ErrFormValue.At("fields"),
	domain.Named(FieldName, "姓名", "name"),
	domain.Named(FieldIdentityNumber, "证件号码", "ID number"),
	domain.Named(FieldPhone, "电话", "phone"),
	domain.Named(FieldAddress, "地址", "address"),
	domain.Named(FieldBankAccount, "银行账号", "bank account"),
	domain.Named(FieldBirthday, "出生日期", "birthday"),
	domain.Named(FieldGender, "性别", "gender"),
	domain.Named(FieldEmployer, "工作单位", "employer"),
	domain.Named(FieldOccupation, "职业", "occupation"),
	domain.Named(FieldIndustry, "行业", "industry"),
	domain.Named(FieldLegalRepresentative, "法定代表人", "legal representative"),
	domain.Named(FieldContactPerson, "联系人", "contact person"),
	domain.Named(FieldRemark, "备注", "remark"),
)

// Valid says whether f is one of Fields.
func (f Field) Valid() bool { return Fields.Valid(f) }

// Words is every value with its names.
func (Field) Words() []domain.Word { return Fields.Words() }

// Visibility is how a field is shown to a reader (B-35, C-04).
type Visibility int

// The visibilities, from the narrowest on.
const (
	Hidden Visibility = iota // not at all, not even whether it is filled in
	Masked                   // in part; the rest by a reveal that is on record
	Plain                    // in full
)

// String is the visibility as the API names it.
func (v Visibility) String() string {
	switch v {
	case Masked:
		return "masked"
	case Plain:
		return "plain"
	}
	return "hidden"
}

// The cells of the table below.
const (
	hid = Hidden
	msk = Masked
	pln = Plain
)

// visibilities is a row of the table, a cell for each role in the order of
// domain.Roles.
type visibilities [14]Visibility

// fieldPolicy says how each personal field of a customer within reach is shown
// to each role, in lists, details, search, export and history alike (B-35, C-03,
// C-04). An administrator sees none (B-04).
var fieldPolicy = map[Field]visibilities{
	//                         TEL  WLT  REL  CTY  FTM  OHD  MKT  ADV  SUP  OPS  CSV  AUD  INS  ADM
	FieldName:                {pln, pln, pln, pln, pln, pln, pln, pln, pln, pln, pln, pln, pln, hid},
	FieldIdentityNumber:      {msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, hid},
	FieldPhone:               {msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, msk, hid},
	FieldAddress:             {msk, msk, msk, msk, msk, msk, msk, msk, msk, hid, msk, msk, hid, hid},
	FieldBankAccount:         {msk, msk, msk, msk, msk, msk, hid, msk, msk, msk, msk, msk, hid, hid},
	FieldBirthday:            {pln, pln, pln, pln, pln, pln, pln, pln, pln, hid, pln, msk, hid, hid},
	FieldGender:              {pln, pln, pln, pln, pln, pln, pln, pln, pln, hid, pln, pln, pln, hid},
	FieldEmployer:            {pln, pln, pln, pln, pln, pln, pln, pln, pln, hid, pln, pln, hid, hid},
	FieldOccupation:          {pln, pln, pln, pln, pln, pln, pln, pln, pln, hid, pln, pln, hid, hid},
	FieldIndustry:            {pln, pln, pln, pln, pln, pln, pln, pln, pln, hid, pln, pln, hid, hid},
	FieldLegalRepresentative: {pln, pln, pln, pln, pln, pln, hid, pln, pln, pln, pln, pln, hid, hid},
	FieldContactPerson:       {pln, pln, pln, pln, pln, pln, pln, pln, pln, hid, pln, pln, hid, hid},
	FieldRemark:              {pln, pln, pln, pln, pln, pln, pln, pln, pln, hid, pln, pln, hid, hid},
}

// FieldPolicy is how a role sees each personal field of a customer it can read.
func FieldPolicy(role domain.Role) map[Field]Visibility {
	policy := make(map[Field]Visibility, len(fieldPolicy))
	for _, field := range Fields.Values() {
		policy[field] = visibilityOf(field, role)
	}
	return policy
}

func visibilityOf(field Field, role domain.Role) Visibility {
	row, known := fieldPolicy[field]
	column := slices.Index(columns, role)
	if !known || column < 0 {
		return Hidden
	}
	return row[column]
}
