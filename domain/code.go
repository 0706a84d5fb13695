package domain

// What several rooms refuse.
var (
	ErrAuthzDenied = NewCode("authz/denied", Denied, "B-35",
		"您没有执行此操作的权限",
		"You may not do this. Ask your administrator for the permission.")
	ErrFormDateFormat = NewCode("form/date-format", Invalid, "A-47",
		"日期格式应为 yyyymmdd 或 yyyy-mm-dd",
		"Enter the date as yyyymmdd or yyyy-mm-dd.")
	ErrFormInvisible = NewCode("form/invisible", Invalid, "",
		"{field} 含有看不见的字符（零宽字符、方向控制符、行分隔符等），请删去后重新输入",
		"The {field} holds characters that nobody sees, such as zero-width ones, marks of direction or separators of lines. Type it anew without them.")
	ErrFormRequired = NewCode("form/required", Invalid, "A-24",
		"凡带*号的为必填项：{field}",
		"Fill in the required field {field}.")
	ErrFormValue = NewCode("form/value", Invalid, "",
		"{field} 的取值不正确",
		"The value of {field} is not one of those allowed.")
	ErrIdempotencyKeyRequired = NewCode("idempotency/key-required", Invalid, "A-76",
		"请提供 Idempotency-Key",
		"Send an Idempotency-Key, a fresh UUID for each command.")
	ErrIdempotencyKeyReused = NewCode("idempotency/key-reused", Conflict, "A-76",
		"该 Idempotency-Key 已用于其他内容的请求",
		"This Idempotency-Key was used for a different request. Use a fresh key.")
	ErrLedgerBusy = NewCode("ledger/busy", Conflict, "",
		"多人同时修改，请重试",
		"Others changed this at the same moment. Try again with the same Idempotency-Key.")
	ErrLedgerDamaged = NewCode("ledger/damaged", Unavailable, "C-09",
		"账本受损：{stream} 的部分事件被删除或隐藏，恢复之前不作任何决定。请联系系统管理员（见 docs/operating.md）",
		"The ledger is damaged: events of {stream} were deleted or hidden. Nothing is decided on it until they are back. Tell whoever operates the system (docs/operating.md).")
	ErrLedgerKeysMissing = NewCode("ledger/keys-missing", Unavailable, "C-09",
		"数据库缺少账本中个人信息的密钥（数据库比账本旧）：请用 guishu keys load 装入较新的密钥备份，见 docs/operating.md",
		"The database lacks keys of personal data in the ledger: it is older than the ledger. Load a newer backup of the keys with guishu keys load (docs/operating.md).")
	ErrLedgerPutBack = NewCode("ledger/put-back", Unavailable, "C-09",
		"账本被换成了较早的副本或另一账本，在处理之前不作任何决定：请恢复原来的账本，或停止后以 guishu serve --accept-older-ledger 接受它，见 docs/operating.md",
		"The ledger was put back to an earlier copy, or is another one. Nothing is decided: bring the right one back, or stop and accept this one with guishu serve --accept-older-ledger (docs/operating.md).")
	ErrLedgerOutcomeUnknown = NewCode("ledger/outcome-unknown", Unavailable, "",
		"暂时无法确认结果，请用相同的 Idempotency-Key 重试",
		"It is not known whether this took effect. Repeat it with the same Idempotency-Key.")
	ErrLedgerUnavailable = NewCode("ledger/unavailable", Unavailable, "",
		"账本暂时不可用，请稍后重试",
		"The ledger cannot be reached at the moment. Try again with the same Idempotency-Key.")
	ErrMoneyFormat = NewCode("money/format", Invalid, "B-12",
		"金额格式不正确，最多两位小数",
		"The amount is not well-formed. Enter yuan with at most two decimals, such as 1,234.56, or 12.5万.")
	ErrMoneyOverflow = NewCode("money/overflow", Invalid, "B-12",
		"金额超出范围",
		"The amount is too large.")
	ErrPolicyValue = NewCode("policy/value", Invalid, "B-01",
		"规则参数不正确：{field}",
		"The policy's setting {field} is not possible.")
	ErrQueryCursor = NewCode("query/cursor", Invalid, "",
		"分页标记无效，请从第一页开始",
		"The page cursor is not valid for this query. Start again from the first page.")
	ErrQueryDateRange = NewCode("query/date-range", Invalid, "A-23",
		"开始日期不能晚于结束日期",
		"The start date lies after the end date. Swap them.")
	ErrQueryFilter = NewCode("query/filter", Invalid, "",
		"查询条件不正确：{field}",
		"The filter {field} is not possible.")
	ErrQueryKeyRequired = NewCode("query/key-required", Invalid, "A-42",
		"请至少输入一个查询条件",
		"Enter at least one key to search by.")
	ErrQueryNotFoundOrOutOfScope = NewCode("query/not-found-or-out-of-scope", NotFound, "A-41",
		"记录不存在或不在您的查询范围内",
		"There is no such record, or it is outside your scope.")
	ErrQueryOrgRequired = NewCode("query/org-required", Invalid, "A-55",
		"请选择机构",
		"Choose a unit.")
	ErrQueryPositionTimeout = NewCode("query/position-timeout", Unavailable, "",
		"数据尚未更新到所要求的位置，请重试",
		"The read model has not reached the position asked for. Try again.")
	ErrQuerySort = NewCode("query/sort", Invalid, "",
		"排序字段不正确：{field}",
		"The list cannot be sorted by {field}.")
	ErrRequestIDFormat = NewCode("request/id-format", Invalid, "",
		"编号格式不正确",
		"This is not a valid id. Use the id as the server gave it.")
	ErrRequestMalformed = NewCode("request/malformed", Invalid, "",
		"请求内容无法解析",
		"The request cannot be read. Send one well-formed JSON object.")
	ErrRequestMediaType = NewCode("request/media-type", Invalid, "",
		"不支持的内容类型",
		"The content type is not supported. Send application/json.")
	ErrRequestMethod = NewCode("request/method", Invalid, "",
		"该地址不支持此请求方法",
		"This address does not know this method. See /openapi.json.")
	ErrRequestNotFound = NewCode("request/not-found", NotFound, "",
		"地址不存在",
		"There is nothing at this address. See /openapi.json.")
	ErrRequestTimeFormat = NewCode("request/time-format", Invalid, "",
		"时间格式应为 RFC 3339，如 2026-01-02T15:04:05+08:00",
		"Enter the time as in 2026-01-02T15:04:05+08:00.")
	ErrRequestTimeout = NewCode("request/timeout", Unavailable, "",
		"请求超时，请用相同的 Idempotency-Key 重试",
		"The request took too long. Try again with the same Idempotency-Key.")
	ErrRequestTooLarge = NewCode("request/too-large", Limit, "",
		"请求内容过大，最多 {limit} 字节",
		"The request is too large. Send at most {limit} bytes.")
	ErrRequestUnknownField = NewCode("request/unknown-field", Invalid, "",
		"未知字段：{field}",
		"There is no field {field}. Check its spelling.")
	ErrRequestValidation = NewCode("request/validation", Invalid, "",
		"请求参数不正确",
		"The request does not fit its description. Correct the fields named.")
	ErrServerInternal = NewCode("server/internal", Unavailable, "",
		"系统内部错误，请联系管理员",
		"Something went wrong on the server. Report the request id.")
	ErrUnitCycle = NewCode("unit/cycle", Invalid, "A-61",
		"机构不能隶属于自身或其下级机构",
		"A unit cannot stand below itself.")
)

// Codes is every code of this package.
func Codes() []Code {
	return []Code{
		ErrAuthzDenied, ErrFormDateFormat, ErrFormInvisible, ErrFormRequired, ErrFormValue, ErrIdempotencyKeyRequired,
		ErrIdempotencyKeyReused, ErrLedgerBusy, ErrLedgerDamaged, ErrLedgerKeysMissing, ErrLedgerOutcomeUnknown,
		ErrLedgerPutBack, ErrLedgerUnavailable, ErrMoneyFormat,
		ErrMoneyOverflow, ErrPolicyValue, ErrQueryCursor, ErrQueryDateRange, ErrQueryFilter, ErrQueryKeyRequired,
		ErrQueryNotFoundOrOutOfScope, ErrQueryOrgRequired, ErrQueryPositionTimeout, ErrQuerySort, ErrRequestIDFormat,
		ErrRequestMalformed, ErrRequestMediaType, ErrRequestMethod, ErrRequestNotFound, ErrRequestTimeFormat,
		ErrRequestTimeout, ErrRequestTooLarge, ErrRequestUnknownField, ErrRequestValidation, ErrServerInternal,
		ErrUnitCycle,
	}
}
