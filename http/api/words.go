package api

// wordsOfField is what people call a field, in both languages, where its type says no
// more of it.
func wordsOfField(field string) string { return fieldWords()[field] }

// fieldWords are the names that mean the same wherever they stand.
func fieldWords() map[string]string {
	return map[string]string{
		"Code": "规则代码 Code of the rule", "Fields": "字段 Fields",
		"actor": "由谁 By whom", "address": "地址 Address", "advisor": "财富管理师 Advisor", "amount_fen": "金额，单位为分 Amount, in fen",
		"applicant": "申请人 Applicant", "application": "申请 Application", "asserted": "生效时间为声明或导入 The effective time was stated or imported",
		"attachment": "下挂 Attachment", "attribution": "业绩归属 Attribution", "bank_account": "银行账号 Bank account", "batch": "迁移批次 Migration batch",
		"birthday": "出生日期 Birthday", "bought_on": "购买日期 Bought on", "channel_type": "渠道类别 Channel type", "claim": "认领 Claims",
		"closed": "是否已撤销 Whether it is closed", "closed_at": "结束时间 When it ended", "closed_reason": "结束原因 Why it ended", "code": "代码 Code",
		"confirmed_at": "确认时间 When it was confirmed", "confirmed_by": "确认人 Confirmed by", "consented_by": "归属机构同意人 Who consented for the home outlet",
		"contact_person": "联系人 Contact person", "countered_at": "冲回时间 When it was taken back", "created_at": "创建时间 When it was made", "customer": "客户 Customer",
		"customer_no": "客户号 Customer number", "decided_at": "决定时间 When it was decided", "decided_by": "决定人 Decided by", "decision": "判定 Decision",
		"departed": "是否已离职 Whether they have departed", "departed_on": "离职日期 Last day", "detail": "该怎么办 What to do",
		"effective_at": "生效时间，按业务时间 When it took effect, by the business's account", "effective_on": "生效日期 In force from this day on",
		"efficiency": "效率权重 Weights of efficiency", "employee_no": "员工号 Employee number", "employer": "工作单位 Employer", "end_reason": "结束原因 Why it ended",
		"ended": "是否已结束 Whether it has ended", "ended_at": "结束时间 When it ended", "established_at": "设立时间 When it was established", "established_on": "成立日期 Established on",
		"event": "事件 Event", "expires_at": "到期时间 When it expires", "external_no": "外部编号 External number", "field": "字段 Field", "fields": "字段 Fields",
		"filed_at": "提交时间 When it was filed", "gender": "性别 Gender", "ground": "依据 Ground", "hired_at": "入职时间 When they were hired", "home_unit": "客户归属机构 Home unit",
		"id": "标识 Id", "identity_number": "证件号码 ID number", "identity_type": "证件类型 ID type", "industry": "行业 Industry", "items": "各行 The rows", "kind": "种类 Kind",
		"launched_at": "新增时间 When it was launched", "legal_representative": "法定代表人 Legal representative", "line": "业务条线 Business line",
		"list_price_fen": "标价，单位为分 List price, in fen", "login": "登录名 Sign-in name", "masking": "脱敏 Masking", "matures_on": "到期日期 Matures on", "method": "联络方式 Contact method",
		"mode": "归属方式 Attribution mode", "name": "名称 Name", "nature": "客户性质 Nature", "new_owner": "新客户经理 New owner", "note": "备注 Note", "occupation": "职业 Occupation",
		"occurred_on": "联络日期 Day of the contact", "outcome": "结果 Outcome", "owner": "客户经理 Owner", "paid_fen": "划款合计，单位为分 Sum of payments, in fen", "parent": "上级机构 Unit above",
		"party": "客户类型 Party", "payment": "划款 Payment", "phone": "电话 Phone", "pinyin": "姓名拼音 Name in pinyin", "policy_version": "规则版本 Policy version",
		"position": "在账本中的位置 Position in the ledger", "product": "产品 Product", "proposed_at": "提交时间 When it was proposed", "proposed_by": "提交人 Proposed by",
		"published_at": "发布时间 When it was published", "published_by": "发布人 Published by", "purpose": "目的 Purpose", "reason": "原因 Reason", "referral": "引见 Referral",
		"recorded_at": "记录时间，按账本时间 When the ledger recorded it", "registered_at": "登记时间 When it was registered", "registered_by": "登记人 Registered by",
		"reject_reason": "不同意的理由 Reason of the rejection", "remark": "备注 Remark", "request": "权限申请 Request for access", "requested_at": "申请时间 When it was requested",
		"requested_by": "申请人 Requested by", "reserved_at": "预约时间 When it was reserved", "reserved_by": "预约人 Reserved by", "result": "核查结果 Result of the check",
		"reversed": "是否已冲正 Whether it was reversed", "revision": "在流中的序号 Revision in its stream", "revoked_at": "注销时间 When it was revoked", "risk_level": "风险等级 Risk level",
		"role": "角色 Role", "rules": "规则 Rules", "scheduled_on": "预约打款日期 Scheduled for this day", "series": "系列 Series", "since": "自何时起 Since when", "source": "客户来源 Customer source",
		"staff": "员工 Member of staff", "status": "状态 Status", "stream": "事件流 Stream", "sum_fen": "金额合计，单位为分 Sum, in fen", "superior": "直接上级 Direct superior",
		"supplier": "供应商 Supplier", "token": "令牌 Token", "two_way": "客户有回应 The customer answered", "type": "事件类型 Type of the event", "unit": "机构 Unit",
		"verification": "联网核查结果 Identity check", "version": "版本 Version", "view": "列表 View", "winner_unit": "归属人所在机构 The winner's unit",
	}
}
