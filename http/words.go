package http

// words is a name in both languages.
type words struct{ zh, en string }

// titleOfEvent is what people call an event; its stored type where nobody has
// named it yet.
func titleOfEvent(kind string, in language) string {
	if w, known := eventWords()[kind]; known {
		return in.of(w.zh, w.en)
	}
	return kind
}

func eventWords() map[string]words {
	return map[string]words{
		"customer.registered":           {"登记客户", "Customer registered"},
		"customer.supplemented":         {"信息补充", "Information supplemented"},
		"customer.phone-recorded":       {"登记客户电话", "Phone recorded"},
		"customer.identity-verified":    {"联网核查身份", "Identity verified"},
		"customer.linked":               {"关联客户号", "Linked to a customer number"},
		"customer.became-formal":        {"转为正式客户", "Became a formal customer"},
		"customer.erased":               {"删除个人信息", "Personal information erased"},
		"ownership.claim-filed":         {"提交客户关系申请", "Application filed"},
		"ownership.home-head-consented": {"归属机构负责人同意", "Head of the home outlet consented"},
		"ownership.claim-approved":      {"同意申请", "Application approved"},
		"ownership.claim-rejected":      {"不同意申请", "Application rejected"},
		"ownership.claim-withdrawn":     {"撤回申请", "Application withdrawn"},
		"ownership.claim-superseded":    {"申请因他人已获批而失效", "Application superseded"},
		"ownership.established":         {"建立客户关系", "Ownership established"},
		"ownership.adjusted":            {"调整客户关系", "Ownership adjusted"},
		"ownership.dissolved":           {"解除客户关系", "Ownership dissolved"},
		"attachment.attached":           {"下挂财富管理师", "Advisor attached"},
		"attachment.ended":              {"结束下挂", "Attachment ended"},
		"contact.recorded":              {"客户联络", "Contact recorded"},
		"payment.reserved":              {"划款预约", "Payment reserved"},
		"payment.registered":            {"划款登记", "Payment registered"},
		"payment.confirmed":             {"打款确认", "Payment confirmed"},
		"payment.returned":              {"退回登记", "Payment returned"},
		"payment.cancelled":             {"取消划款", "Payment cancelled"},
		"payment.reversed":              {"冲正划款", "Payment reversed"},
		"attribution.decided":           {"判定业绩归属", "Commission attributed"},
		"attribution.countered":         {"冲回业绩归属", "Attribution taken back"},
		"lookup.looked-up":              {"申请前查询", "Looked up"},
		"lookup.revealed":               {"查看完整信息", "Fields revealed"},
	}
}

// labelOf is what people call a field; its name where nobody has named it yet.
func labelOf(field string, in language) string {
	if w, known := fieldWords()[field]; known {
		return in.of(w.zh, w.en)
	}
	return field
}

func fieldWords() map[string]words {
	return map[string]words{
		"customer": {"客户", "Customer"}, "party": {"客户类型", "Party"}, "name": {"姓名", "Name"},
		"identity_type": {"证件类型", "ID type"}, "identity_number": {"证件号码", "ID number"}, "phone": {"电话", "Phone"},
		"customer_no": {"客户号", "Customer number"}, "home_unit": {"客户归属机构", "Home unit"}, "nature": {"客户性质", "Nature"},
		"source": {"客户来源", "Source"}, "channel_type": {"渠道类别", "Channel type"}, "advisor": {"财富管理师", "Advisor"},
		"address": {"地址", "Address"}, "birthday": {"出生日期", "Birthday"}, "gender": {"性别", "Gender"}, "employer": {"工作单位", "Employer"},
		"occupation": {"职业", "Occupation"}, "industry": {"行业", "Industry"}, "legal_representative": {"法定代表人", "Legal representative"},
		"contact_person": {"联系人", "Contact person"}, "bank_account": {"银行账号", "Bank account"}, "remark": {"备注", "Remark"},
		"cleared": {"清空字段", "Cleared"}, "exceptions": {"迁移例外", "Exceptions"}, "result": {"核查结果", "Result"}, "evidence": {"凭据", "Evidence"},
		"payment": {"划款", "Payment"}, "basis": {"依据", "Basis"}, "application": {"申请", "Application"}, "kind": {"申请事项", "Kind"},
		"line": {"业务条线", "Business line"}, "applicant": {"申请人", "Applicant"}, "unit": {"机构", "Unit"}, "new_owner": {"新客户经理", "New owner"},
		"reason": {"原因", "Reason"}, "by": {"经办", "By"}, "approver": {"审批人", "Approver"}, "winner": {"归属", "Winner"}, "owner": {"客户经理", "Owner"},
		"from": {"原客户经理", "From"}, "to": {"现客户经理", "To"}, "attachment": {"下挂", "Attachment"}, "contact": {"联络", "Contact"},
		"occurred_on": {"联络日期", "On"}, "method": {"联络方式", "Method"}, "product": {"产品", "Product"}, "two_way": {"客户有回应", "Two-way"},
		"purpose": {"目的", "Purpose"}, "outcome": {"结果", "Outcome"}, "amount_fen": {"金额（元）", "Amount (yuan)"}, "external_no": {"外部编号", "External number"},
		"scheduled_on": {"预约打款时间", "Scheduled on"}, "head_bank": {"银行总行", "Head bank"}, "branch": {"分行", "Branch"}, "sub_branch": {"支行", "Sub-branch"},
		"account": {"划出银行账号", "Debit account"}, "papers": {"附件", "Papers"}, "registered_by": {"登记人", "Registered by"}, "confirmed_by": {"确认人", "Confirmed by"},
		"decision": {"判定", "Decision"}, "handler": {"经办财富管理师", "Handler"}, "ground": {"依据", "Ground"}, "mode": {"归属方式", "Mode"},
		"policy_version": {"规则版本", "Policy version"}, "winner_unit": {"归属机构", "Winner's unit"}, "supersedes": {"取代", "Supersedes"},
		"staff": {"员工", "Staff"}, "fields": {"字段", "Fields"}, "answer": {"查询结果", "Answer"},
		"looked_up_by": {"查询方式", "Looked up by"}, "winning_application": {"获批的申请", "Approved application"}, "handler_rank": {"经办人次序", "Handler's rank"},
	}
}
