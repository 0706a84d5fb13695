package domain

import "slices"

// The stable codes of everything Guishu refuses, as requirements.md names them
// under Err; those without a rule are the product's own. What each means to
// people stands in codeTable, in the same order.
const (
	// ErrApprovalNotPending: This application is no longer pending. Reload it to see how it was decided.
	ErrApprovalNotPending Code = "approval/not-pending"
	// ErrApprovalOutOfJurisdiction: This application is outside your jurisdiction. Ask an approver of the customer's unit and business line.
	ErrApprovalOutOfJurisdiction Code = "approval/out-of-jurisdiction"
	// ErrApprovalPhoneRequired: The customer has no valid phone number. Add one, then approve.
	ErrApprovalPhoneRequired Code = "approval/phone-required"
	// ErrApprovalRejectReasonRequired: Give a reason for rejecting.
	ErrApprovalRejectReasonRequired Code = "approval/reject-reason-required"
	// ErrApprovalSecondApproverRequired: A cross-institution application also needs the consent of the head of the customer's home outlet.
	ErrApprovalSecondApproverRequired Code = "approval/second-approver-required"
	// ErrApprovalSelfApproval: You filed this application yourself. Another approver must decide it.
	ErrApprovalSelfApproval Code = "approval/self-approval"
	// ErrAssociationAlreadyLinked: This customer is linked already. End the existing link first.
	ErrAssociationAlreadyLinked Code = "association/already-linked"
	// ErrAssociationKeyFormat: The key to link by is not well-formed. Check the ID number, card number or customer number.
	ErrAssociationKeyFormat Code = "association/key-format"
	// ErrAssociationNoMatch: There is no matching bank customer.
	ErrAssociationNoMatch Code = "association/no-match"
	// ErrAttachmentAlreadyAttached: This advisor is attached to the customer already (B-31).
	ErrAttachmentAlreadyAttached Code = "attachment/already-attached"
	// ErrAttachmentDate: The attachment's time is not possible. It cannot lie in the future, nor end before it began (B-31).
	ErrAttachmentDate Code = "attachment/date"
	// ErrAttachmentEnded: This attachment has ended. Attach the advisor again (B-27).
	ErrAttachmentEnded Code = "attachment/ended"
	// ErrAttachmentModel: This unit does not attach advisors to customers. File a claim instead (B-29).
	ErrAttachmentModel Code = "attachment/model"
	// ErrAttachmentNotAttached: The advisor is not attached to this customer. Attach the advisor first (B-31).
	ErrAttachmentNotAttached Code = "attachment/not-attached"
	// ErrAttributionCountered: The payment was reversed and its attribution taken back (B-31).
	ErrAttributionCountered Code = "attribution/countered"
	// ErrAttributionNoAttachment: No advisor was attached to this customer before the payment, so the commission cannot be attributed (B-31).
	ErrAttributionNoAttachment Code = "attribution/no-attachment"
	// ErrAttributionNotConfirmed: The payment is not confirmed. Confirm it before its commission is attributed (B-31).
	ErrAttributionNotConfirmed Code = "attribution/not-confirmed"
	// ErrAttributionPolicyMissing: No attribution policy was in force on that day. Publish one that covers it (B-31).
	ErrAttributionPolicyMissing Code = "attribution/policy-missing"
	// ErrAuthAccountDisabled: This account is disabled. Ask an administrator (B-28).
	ErrAuthAccountDisabled Code = "auth/account-disabled"
	// ErrAuthCrossSite: The request came from another site. Send it from this server's own pages or with an API token.
	ErrAuthCrossSite Code = "auth/cross-site"
	// ErrAuthPasswordChangeRequired: Set a password of your own before anything else.
	ErrAuthPasswordChangeRequired Code = "auth/password-change-required"
	// ErrAuthPasswordWeak: Choose a password of at least {min} characters.
	ErrAuthPasswordWeak Code = "auth/password-weak"
	// ErrAuthRequired: Sign in first.
	ErrAuthRequired Code = "auth/required"
	// ErrAuthSignInFailed: The sign-in name or the password is wrong.
	ErrAuthSignInFailed Code = "auth/sign-in-failed"
	// ErrAuthTokenInvalid: The API token is unknown, revoked or expired. Create a new one.
	ErrAuthTokenInvalid Code = "auth/token-invalid"
	// ErrAuthTooManyAttempts: Too many failed sign-ins. Wait a few minutes, then try again.
	ErrAuthTooManyAttempts Code = "auth/too-many-attempts"
	// ErrAuthzDenied: You may not do this. Ask your administrator for the permission (B-35).
	ErrAuthzDenied Code = "authz/denied"
	// ErrCalendarUnpublished: The working days of that year are not published yet. Load its calendar first (C-05).
	ErrCalendarUnpublished Code = "calendar/unpublished"
	// ErrClaimAlreadyOwned: This customer already has an owner in this business line.
	ErrClaimAlreadyOwned Code = "claim/already-owned"
	// ErrClaimCapacity: You own as many customers as the policy allows. Release one first.
	ErrClaimCapacity Code = "claim/capacity"
	// ErrClaimCrossInstitutionDisabled: Cross-institution claims are switched off. Only staff of the customer's outlet may apply.
	ErrClaimCrossInstitutionDisabled Code = "claim/cross-institution-disabled"
	// ErrClaimCrossLine: Self-operated staff cannot claim agency customers, nor the other way round.
	ErrClaimCrossLine Code = "claim/cross-line"
	// ErrClaimDailyLimit: You have filed as many claims today as the policy allows. Go on tomorrow.
	ErrClaimDailyLimit Code = "claim/daily-limit"
	// ErrClaimDuplicatePending: You already have a pending application for this customer. Wait for its decision or withdraw it.
	ErrClaimDuplicatePending Code = "claim/duplicate-pending"
	// ErrClaimLineMismatch: The business line is not yours. Choose your own line.
	ErrClaimLineMismatch Code = "claim/line-mismatch"
	// ErrClaimLookupKeysMissing: Enter the customer number, or ID type, ID number and customer name together.
	ErrClaimLookupKeysMissing Code = "claim/lookup-keys-missing"
	// ErrClaimLookupLimit: You have used up today's {limit} look-ups. Go on tomorrow or ask your supervisor.
	ErrClaimLookupLimit Code = "claim/lookup-limit"
	// ErrClaimNameIDMismatch: The name does not belong to this ID number. Check both against the document.
	ErrClaimNameIDMismatch Code = "claim/name-id-mismatch"
	// ErrClaimNotApplicant: Only the applicant may withdraw an application.
	ErrClaimNotApplicant Code = "claim/not-applicant"
	// ErrClaimNotClaimable: This customer has been claimed already or does not belong to your outlet.
	ErrClaimNotClaimable Code = "claim/not-claimable"
	// ErrClaimNotOwned: This customer has no owner in this business line. File an application to establish a relation instead.
	ErrClaimNotOwned Code = "claim/not-owned"
	// ErrClaimPendingByOther: Somebody else's application for this customer is pending. Wait for its decision.
	ErrClaimPendingByOther Code = "claim/pending-by-other"
	// ErrClaimSameOwner: The customer belongs to this manager already. Choose another one.
	ErrClaimSameOwner Code = "claim/same-owner"
	// ErrClaimScopeOutlet: An outlet's relationship manager may only apply for customers of the own outlet.
	ErrClaimScopeOutlet Code = "claim/scope-outlet"
	// ErrClaimScopeSubtree: You may only apply for customers of your own unit and the units below it.
	ErrClaimScopeSubtree Code = "claim/scope-subtree"
	// ErrContactMethod: Choose a contact method from the list.
	ErrContactMethod Code = "contact/method"
	// ErrContactPhoneFormat: The phone number is not well-formed. Enter an 11-digit mobile number, or a landline with its area code.
	ErrContactPhoneFormat Code = "contact/phone-format"
	// ErrContactTime: The contact lies in the future. Enter when it took place (B-31).
	ErrContactTime Code = "contact/time"
	// ErrCustomerAdvisorUnknown: No active advisor has this name in this department. Choose one from the list (B-09).
	ErrCustomerAdvisorUnknown Code = "customer/advisor-unknown"
	// ErrCustomerBirthdayMismatch: The birthday differs from the one in the ID number. Check both against the document (B-09).
	ErrCustomerBirthdayMismatch Code = "customer/birthday-mismatch"
	// ErrCustomerChannelTypeRequired: Choose the channel type, because the source is a channel (B-09).
	ErrCustomerChannelTypeRequired Code = "customer/channel-type-required"
	// ErrCustomerCustomerNumberFormat: The customer number is not well-formed. Use 4 to 32 letters and digits.
	ErrCustomerCustomerNumberFormat Code = "customer/customer-number-format"
	// ErrCustomerDuplicateIdentity: This identity document belongs to a customer who is registered already (B-09).
	ErrCustomerDuplicateIdentity Code = "customer/duplicate-identity"
	// ErrCustomerErased: This customer's personal data was erased. Nothing can be changed any more.
	ErrCustomerErased Code = "customer/erased"
	// ErrCustomerInUse: This customer is linked, owned or being followed up and cannot be deleted.
	ErrCustomerInUse Code = "customer/in-use"
	// ErrCustomerLockedUseModification: A formal customer's fields are locked. File a modification request instead (B-14).
	ErrCustomerLockedUseModification Code = "customer/locked-use-modification"
	// ErrCustomerName: The customer's name is not well-formed. Enter it as on the document, without control characters (B-09).
	ErrCustomerName Code = "customer/name"
	// ErrCustomerRequired: Fill in the required field {field} (B-09).
	ErrCustomerRequired Code = "customer/required"
	// ErrDepartureAlreadyDeparted: This member of staff has departed already (B-25).
	ErrDepartureAlreadyDeparted Code = "departure/already-departed"
	// ErrDepartureOpenApprovals: This member of staff still has open approvals or payments. Reassign them first (B-27).
	ErrDepartureOpenApprovals Code = "departure/open-approvals"
	// ErrDepartureSuccessorInactive: The successor is not active. Choose another one (B-27).
	ErrDepartureSuccessorInactive Code = "departure/successor-inactive"
	// ErrEntryNotDesignated: Only designated entry staff may do this. Ask the outlet head to designate you.
	ErrEntryNotDesignated Code = "entry/not-designated"
	// ErrFormDateFormat: Enter the date as yyyymmdd or yyyy-mm-dd.
	ErrFormDateFormat Code = "form/date-format"
	// ErrFormRequired: Fill in the required field {field}.
	ErrFormRequired Code = "form/required"
	// ErrFormValue: The value of {field} is not one of those allowed.
	ErrFormValue Code = "form/value"
	// ErrGrantAlreadyHeld: This role is held at that unit already, or a request for it is pending (B-28).
	ErrGrantAlreadyHeld Code = "grant/already-held"
	// ErrGrantNotPending: This request for access has been decided already (B-28).
	ErrGrantNotPending Code = "grant/not-pending"
	// ErrGrantSelfApproval: You cannot approve your own access or a request you filed. Another approver must decide it (B-28).
	ErrGrantSelfApproval Code = "grant/self-approval"
	// ErrIdempotencyKeyRequired: Send an Idempotency-Key, a fresh UUID for each command.
	ErrIdempotencyKeyRequired Code = "idempotency/key-required"
	// ErrIdempotencyKeyReused: This Idempotency-Key was used for a different request. Use a fresh key.
	ErrIdempotencyKeyReused Code = "idempotency/key-reused"
	// ErrIdentityAccountFormat: The bank account number is not well-formed. Check the number of digits (B-12).
	ErrIdentityAccountFormat Code = "identity/account-format"
	// ErrIdentityCardChecksum: The card number's check digit is wrong. Compare the number with the card.
	ErrIdentityCardChecksum Code = "identity/card-checksum"
	// ErrIdentityIDAge: The birthday in the ID number lies in the future or more than 150 years back.
	ErrIdentityIDAge Code = "identity/id-age"
	// ErrIdentityIDChecksum: The ID number's check digit is wrong. Compare the number with the document.
	ErrIdentityIDChecksum Code = "identity/id-checksum"
	// ErrIdentityIDDate: The ID number contains a day that does not exist. Compare the number with the document.
	ErrIdentityIDDate Code = "identity/id-date"
	// ErrIdentityIDFormat: The ID number is not well-formed for its type. Compare it with the document.
	ErrIdentityIDFormat Code = "identity/id-format"
	// ErrIdentityIDRegion: The ID number begins with no known province code. Compare it with the document.
	ErrIdentityIDRegion Code = "identity/id-region"
	// ErrIdentityIDType: Choose an ID type from the list.
	ErrIdentityIDType Code = "identity/id-type"
	// ErrIdentityUSCCChecksum: The unified social credit code's check character is wrong. Compare it with the licence.
	ErrIdentityUSCCChecksum Code = "identity/uscc-checksum"
	// ErrImportBadFile: The file cannot be read. Use CSV (UTF-8 or GB18030) or XLSX.
	ErrImportBadFile Code = "import/bad-file"
	// ErrImportBadMapping: The mapping file is wrong. Correct the entry named.
	ErrImportBadMapping Code = "import/bad-mapping"
	// ErrImportBatchNotApproved: A supervisor has not approved this migration batch. Have it approved first (B-31).
	ErrImportBatchNotApproved Code = "import/batch-not-approved"
	// ErrImportBatchSelfApproval: You filed this migration batch yourself. Another supervisor must approve it (B-31).
	ErrImportBatchSelfApproval Code = "import/batch-self-approval"
	// ErrImportBatchState: The migration batch is {state}, so this cannot be done now (B-31).
	ErrImportBatchState Code = "import/batch-state"
	// ErrImportReferenceRejected: The row that this one names as {field} was rejected itself. Correct that one first.
	ErrImportReferenceRejected Code = "import/reference-rejected"
	// ErrImportRowCells: This row has {found} cells where the first line has {want}. Look for a missing or extra separator.
	ErrImportRowCells Code = "import/row-cells"
	// ErrImportRowChanged: This row came in before with other content. Nothing was changed; correct the ledger by its own commands.
	ErrImportRowChanged Code = "import/row-changed"
	// ErrImportRowCutOff: The last line has no line end, so the file may be cut off. Send the whole file, or say last_line: whole.
	ErrImportRowCutOff Code = "import/row-cut-off"
	// ErrImportRowDuplicate: Line {line} has the same key. Keep one of the two.
	ErrImportRowDuplicate Code = "import/row-duplicate"
	// ErrImportRowEncoding: This row holds bytes that are no text in the file's encoding.
	ErrImportRowEncoding Code = "import/row-encoding"
	// ErrImportRowQuotes: A quotation mark in this row stands alone or in the wrong place.
	ErrImportRowQuotes Code = "import/row-quotes"
	// ErrImportUnknownReference: This row names a {field} that is not known. Import that one first.
	ErrImportUnknownReference Code = "import/unknown-reference"
	// ErrLedgerBusy: Others changed this at the same moment. Try again with the same Idempotency-Key.
	ErrLedgerBusy Code = "ledger/busy"
	// ErrLedgerOutcomeUnknown: It is not known whether this took effect. Repeat it with the same Idempotency-Key.
	ErrLedgerOutcomeUnknown Code = "ledger/outcome-unknown"
	// ErrLedgerUnavailable: The ledger cannot be reached at the moment. Try again with the same Idempotency-Key.
	ErrLedgerUnavailable Code = "ledger/unavailable"
	// ErrMoneyFormat: The amount is not well-formed. Enter yuan with at most two decimals, such as 1,234.56, or 12.5万 (B-12).
	ErrMoneyFormat Code = "money/format"
	// ErrMoneyOverflow: The amount is too large (B-12).
	ErrMoneyOverflow Code = "money/overflow"
	// ErrOwnershipNotOwner: You are not this customer's manager.
	ErrOwnershipNotOwner Code = "ownership/not-owner"
	// ErrPaymentAccountRequired: Enter the debit account before registering (B-12).
	ErrPaymentAccountRequired Code = "payment/account-required"
	// ErrPaymentAmount: The amount must be above zero (B-12).
	ErrPaymentAmount Code = "payment/amount"
	// ErrPaymentAttachmentRequired: Upload the papers for the payment before registering it (B-12).
	ErrPaymentAttachmentRequired Code = "payment/attachment-required"
	// ErrPaymentConfirmRole: Only operations staff may confirm payments (B-06).
	ErrPaymentConfirmRole Code = "payment/confirm-role"
	// ErrPaymentCustomerIncomplete: Complete the customer first: {fields} (B-13).
	ErrPaymentCustomerIncomplete Code = "payment/customer-incomplete"
	// ErrPaymentDate: The payment's date is not possible. Check the year, and that it is not in the future (B-12).
	ErrPaymentDate Code = "payment/date"
	// ErrPaymentDuplicate: A payment with this external number is in the ledger already.
	ErrPaymentDuplicate Code = "payment/duplicate"
	// ErrPaymentProductClosed: This product is not open for subscription on that day (B-12).
	ErrPaymentProductClosed Code = "payment/product-closed"
	// ErrPaymentReasonRequired: Give a reason (B-11).
	ErrPaymentReasonRequired Code = "payment/reason-required"
	// ErrPaymentRequired: Fill in the required field {field} (B-12).
	ErrPaymentRequired Code = "payment/required"
	// ErrPaymentSelfConfirm: You registered this payment yourself. Another member of operations must confirm it (B-06).
	ErrPaymentSelfConfirm Code = "payment/self-confirm"
	// ErrPaymentState: The payment is {state}, so this cannot be done now (B-12).
	ErrPaymentState Code = "payment/state"
	// ErrPolicyEffectiveDate: A new version takes effect today or later. Choose another day (B-01).
	ErrPolicyEffectiveDate Code = "policy/effective-date"
	// ErrPolicyModeUnavailable: Attribution by {mode} is not available. Choose TIME_FIRST (B-31).
	ErrPolicyModeUnavailable Code = "policy/mode-unavailable"
	// ErrPolicyValue: The policy's setting {field} is not possible (B-01).
	ErrPolicyValue Code = "policy/value"
	// ErrProductDates: The product matures before it is established. Check both dates (B-19).
	ErrProductDates Code = "product/dates"
	// ErrProductDuplicate: A product with this code exists already (B-19).
	ErrProductDuplicate Code = "product/duplicate"
	// ErrProductState: The product's state does not allow this (B-19).
	ErrProductState Code = "product/state"
	// ErrProductUnknown: There is no such product. Choose one from the list (B-19).
	ErrProductUnknown Code = "product/unknown"
	// ErrQueryCursor: The page cursor is not valid for this query. Start again from the first page.
	ErrQueryCursor Code = "query/cursor"
	// ErrQueryDateRange: The start date lies after the end date. Swap them.
	ErrQueryDateRange Code = "query/date-range"
	// ErrQueryFilter: The filter {field} is not possible.
	ErrQueryFilter Code = "query/filter"
	// ErrQueryKeyRequired: Enter at least one key to search by.
	ErrQueryKeyRequired Code = "query/key-required"
	// ErrQueryNotFoundOrOutOfScope: There is no such record, or it is outside your scope.
	ErrQueryNotFoundOrOutOfScope Code = "query/not-found-or-out-of-scope"
	// ErrQueryOrgRequired: Choose a unit.
	ErrQueryOrgRequired Code = "query/org-required"
	// ErrQueryPositionTimeout: The read model has not reached the position asked for. Try again.
	ErrQueryPositionTimeout Code = "query/position-timeout"
	// ErrQuerySort: The list cannot be sorted by {field}.
	ErrQuerySort Code = "query/sort"
	// ErrRequestIDFormat: This is not a valid id. Use the id as the server gave it.
	ErrRequestIDFormat Code = "request/id-format"
	// ErrRequestMalformed: The request cannot be read. Send one well-formed JSON object.
	ErrRequestMalformed Code = "request/malformed"
	// ErrRequestMediaType: The content type is not supported. Send application/json.
	ErrRequestMediaType Code = "request/media-type"
	// ErrRequestMethod: This address does not know this method. See /openapi.json.
	ErrRequestMethod Code = "request/method"
	// ErrRequestNotFound: There is nothing at this address. See /openapi.json.
	ErrRequestNotFound Code = "request/not-found"
	// ErrRequestTimeFormat: Enter the time as in 2026-01-02T15:04:05+08:00.
	ErrRequestTimeFormat Code = "request/time-format"
	// ErrRequestTimeout: The request took too long. Try again with the same Idempotency-Key.
	ErrRequestTimeout Code = "request/timeout"
	// ErrRequestTooLarge: The request is too large. Send at most {limit} bytes.
	ErrRequestTooLarge Code = "request/too-large"
	// ErrRequestUnknownField: There is no field {field}. Check its spelling.
	ErrRequestUnknownField Code = "request/unknown-field"
	// ErrRequestValidation: The request does not fit its description. Correct the fields named.
	ErrRequestValidation Code = "request/validation"
	// ErrRevealPurposeRequired: State the purpose of seeing the full value (C-04).
	ErrRevealPurposeRequired Code = "reveal/purpose-required"
	// ErrServerInternal: Something went wrong on the server. Report the request id.
	ErrServerInternal Code = "server/internal"
	// ErrStaffDuplicate: This staff number or sign-in name is taken. Choose another one (B-02).
	ErrStaffDuplicate Code = "staff/duplicate"
	// ErrStaffInactive: This member of staff is not active (B-28).
	ErrStaffInactive Code = "staff/inactive"
	// ErrStaffRole: Choose a role from the list that fits the unit.
	ErrStaffRole Code = "staff/role"
	// ErrStaffUnknown: There is no such member of staff. Choose one from the list (B-02).
	ErrStaffUnknown Code = "staff/unknown"
	// ErrUnitClosed: This unit is closed. Choose another one.
	ErrUnitClosed Code = "unit/closed"
	// ErrUnitCycle: A unit cannot stand below itself.
	ErrUnitCycle Code = "unit/cycle"
	// ErrUnitDuplicate: A unit with this code exists already.
	ErrUnitDuplicate Code = "unit/duplicate"
	// ErrUnitInUse: This unit still has {reason} below it. Move them first.
	ErrUnitInUse Code = "unit/in-use"
	// ErrUnitLevel: A unit of this level cannot stand below that parent.
	ErrUnitLevel Code = "unit/level"
	// ErrUnitLine: The unit belongs to the other business line.
	ErrUnitLine Code = "unit/line"
	// ErrUnitUnknown: There is no such unit. Choose one from the list.
	ErrUnitUnknown Code = "unit/unknown"
)

// Codes is the table of all codes, sorted by code.
func Codes() []CodeEntry { return slices.Clone(codeTable) }

// codeTable says what each code means, sorted by code.
var codeTable = []CodeEntry{
	{ErrApprovalNotPending, Conflict, "A-14",
		"该申请已处理或已撤回，请刷新后查看结果",
		"This application is no longer pending. Reload it to see how it was decided."},
	{ErrApprovalOutOfJurisdiction, Denied, "A-11",
		"该申请不在您的管辖范围内",
		"This application is outside your jurisdiction. Ask an approver of the customer's unit and business line."},
	{ErrApprovalPhoneRequired, Unprocessable, "A-13",
		"审批前必须有有效电话号码，请先补充客户电话",
		"The customer has no valid phone number. Add one, then approve."},
	{ErrApprovalRejectReasonRequired, Invalid, "A-14",
		"不同意时必须输入拒绝原因",
		"Give a reason for rejecting."},
	{ErrApprovalSecondApproverRequired, Conflict, "A-08",
		"跨机构申请还需客户归属机构负责人同意",
		"A cross-institution application also needs the consent of the head of the customer's home outlet."},
	{ErrApprovalSelfApproval, Denied, "A-14",
		"不能审批自己提交的申请，请由他人审批",
		"You filed this application yourself. Another approver must decide it."},
	{ErrAssociationAlreadyLinked, Conflict, "A-25",
		"该客户已关联，请先解除原有关联",
		"This customer is linked already. End the existing link first."},
	{ErrAssociationKeyFormat, Invalid, "A-25",
		"关联号码格式不正确，请核对身份证号、银行卡号或客户号",
		"The key to link by is not well-formed. Check the ID number, card number or customer number."},
	{ErrAssociationNoMatch, NotFound, "A-26",
		"没有对应关联客户!",
		"There is no matching bank customer."},
	{ErrAttachmentAlreadyAttached, Conflict, "B-31",
		"该理财经理已下挂此客户",
		"This advisor is attached to the customer already."},
	{ErrAttachmentDate, Invalid, "B-31",
		"下挂的时间不正确",
		"The attachment's time is not possible. It cannot lie in the future, nor end before it began."},
	{ErrAttachmentEnded, Conflict, "B-27",
		"该下挂关系已结束",
		"This attachment has ended. Attach the advisor again."},
	{ErrAttachmentModel, Unprocessable, "B-29",
		"该机构不采用下挂方式",
		"This unit does not attach advisors to customers. File a claim instead."},
	{ErrAttachmentNotAttached, Conflict, "B-31",
		"您未下挂此客户，请先申请下挂",
		"The advisor is not attached to this customer. Attach the advisor first."},
	{ErrAttributionCountered, Conflict, "B-31",
		"该划款已冲正，提成归属不再变更",
		"The payment was reversed and its attribution taken back."},
	{ErrAttributionNoAttachment, Unprocessable, "B-31",
		"该客户没有下挂的理财经理，无法归属业绩",
		"No advisor was attached to this customer before the payment, so the commission cannot be attributed."},
	{ErrAttributionNotConfirmed, Conflict, "B-31",
		"划款尚未确认，不能进行业绩归属",
		"The payment is not confirmed. Confirm it before its commission is attributed."},
	{ErrAttributionPolicyMissing, Unprocessable, "B-31",
		"没有生效的归属规则，请先发布",
		"No attribution policy was in force on that day. Publish one that covers it."},
	{ErrAuthAccountDisabled, Unauthenticated, "B-28",
		"该账户已停用",
		"This account is disabled. Ask an administrator."},
	{ErrAuthCrossSite, Denied, "",
		"请求来源不受信任",
		"The request came from another site. Send it from this server's own pages or with an API token."},
	{ErrAuthPasswordChangeRequired, Denied, "",
		"请先设置您自己的密码",
		"Set a password of your own before anything else."},
	{ErrAuthPasswordWeak, Invalid, "",
		"密码至少需要 {min} 位",
		"Choose a password of at least {min} characters."},
	{ErrAuthRequired, Unauthenticated, "",
		"请先登录",
		"Sign in first."},
	{ErrAuthSignInFailed, Unauthenticated, "",
		"登录名或密码不正确",
		"The sign-in name or the password is wrong."},
	{ErrAuthTokenInvalid, Unauthenticated, "",
		"访问令牌无效或已过期，请重新申请",
		"The API token is unknown, revoked or expired. Create a new one."},
	{ErrAuthTooManyAttempts, Limit, "",
		"登录失败次数过多，请稍后再试",
		"Too many failed sign-ins. Wait a few minutes, then try again."},
	{ErrAuthzDenied, Denied, "B-35",
		"您没有执行此操作的权限",
		"You may not do this. Ask your administrator for the permission."},
	{ErrCalendarUnpublished, Unprocessable, "C-05",
		"该年度的节假日安排尚未公布，请先导入日历",
		"The working days of that year are not published yet. Load its calendar first."},
	{ErrClaimAlreadyOwned, Conflict, "A-13",
		"该客户在本条线已有归属",
		"This customer already has an owner in this business line."},
	{ErrClaimCapacity, Limit, "A-72",
		"您的管户数已达上限",
		"You own as many customers as the policy allows. Release one first."},
	{ErrClaimCrossInstitutionDisabled, Unprocessable, "A-08",
		"未开放跨机构申请",
		"Cross-institution claims are switched off. Only staff of the customer's outlet may apply."},
	{ErrClaimCrossLine, Unprocessable, "A-08",
		"不能跨自营和代理申请客户",
		"Self-operated staff cannot claim agency customers, nor the other way round."},
	{ErrClaimDailyLimit, Limit, "A-72",
		"今日认领次数已达上限，请明日再试",
		"You have filed as many claims today as the policy allows. Go on tomorrow."},
	{ErrClaimDuplicatePending, Conflict, "A-09",
		"您对该客户已有待审批的申请",
		"You already have a pending application for this customer. Wait for its decision or withdraw it."},
	{ErrClaimLineMismatch, Invalid, "A-07",
		"业务条线与您所属条线不一致",
		"The business line is not yours. Choose your own line."},
	{ErrClaimLookupKeysMissing, Invalid, "A-04",
		"请输入客户号，或证件类型+证件号码+客户姓名",
		"Enter the customer number, or ID type, ID number and customer name together."},
	{ErrClaimLookupLimit, Limit, "A-77",
		"今日查询次数已达上限 {limit} 次",
		"You have used up today's {limit} look-ups. Go on tomorrow or ask your supervisor."},
	{ErrClaimNameIDMismatch, Unprocessable, "A-04",
		"客户姓名与证件号码不一致",
		"The name does not belong to this ID number. Check both against the document."},
	{ErrClaimNotApplicant, Denied, "A-73",
		"只有申请人可以撤回申请",
		"Only the applicant may withdraw an application."},
	{ErrClaimNotClaimable, NotFound, "A-03",
		"该客户已被认领或非本网点客户",
		"This customer has been claimed already or does not belong to your outlet."},
	{ErrClaimNotOwned, Conflict, "A-70",
		"该客户在本条线没有归属，无需调整或解除",
		"This customer has no owner in this business line. File an application to establish a relation instead."},
	{ErrClaimPendingByOther, Conflict, "A-09",
		"该客户已有他人申请待审批",
		"Somebody else's application for this customer is pending. Wait for its decision."},
	{ErrClaimSameOwner, Invalid, "A-70",
		"新客户经理与现客户经理相同",
		"The customer belongs to this manager already. Choose another one."},
	{ErrClaimScopeOutlet, Denied, "A-05",
		"网点个人客户经理只能申请本网点的客户",
		"An outlet's relationship manager may only apply for customers of the own outlet."},
	{ErrClaimScopeSubtree, Denied, "A-06",
		"只能申请本级及下级机构的客户",
		"You may only apply for customers of your own unit and the units below it."},
	{ErrContactMethod, Invalid, "A-29",
		"联系方式不正确",
		"Choose a contact method from the list."},
	{ErrContactPhoneFormat, Invalid, "A-09",
		"电话号码格式不正确，固定电话请加区号",
		"The phone number is not well-formed. Enter an 11-digit mobile number, or a landline with its area code."},
	{ErrContactTime, Invalid, "B-31",
		"联系时间不能晚于现在",
		"The contact lies in the future. Enter when it took place."},
	{ErrCustomerAdvisorUnknown, Unprocessable, "B-09",
		"财富管理师不存在或已离职",
		"No active advisor has this name in this department. Choose one from the list."},
	{ErrCustomerBirthdayMismatch, Unprocessable, "B-09",
		"出生日期与证件号码不一致",
		"The birthday differs from the one in the ID number. Check both against the document."},
	{ErrCustomerChannelTypeRequired, Invalid, "B-09",
		"客户来源为渠道时必须选择渠道类别",
		"Choose the channel type, because the source is a channel."},
	{ErrCustomerCustomerNumberFormat, Invalid, "A-04",
		"客户号格式不正确",
		"The customer number is not well-formed. Use 4 to 32 letters and digits."},
	{ErrCustomerDuplicateIdentity, Conflict, "B-09",
		"该证件号码已登记为其他客户",
		"This identity document belongs to a customer who is registered already."},
	{ErrCustomerErased, Conflict, "",
		"该客户的个人信息已被删除",
		"This customer's personal data was erased. Nothing can be changed any more."},
	{ErrCustomerInUse, Conflict, "A-63",
		"客户已关联、已归属或正在跟进，不能删除",
		"This customer is linked, owned or being followed up and cannot be deleted."},
	{ErrCustomerLockedUseModification, Conflict, "B-14",
		"正式客户信息已锁定，请提交信息修改申请",
		"A formal customer's fields are locked. File a modification request instead."},
	{ErrCustomerName, Invalid, "B-09",
		"客户名称格式不正确",
		"The customer's name is not well-formed. Enter it as on the document, without control characters."},
	{ErrCustomerRequired, Invalid, "B-09",
		"请填写必填项：{field}",
		"Fill in the required field {field}."},
	{ErrDepartureAlreadyDeparted, Conflict, "B-25",
		"该员工已办理离职",
		"This member of staff has departed already."},
	{ErrDepartureOpenApprovals, Conflict, "B-27",
		"该员工还有未完成的审批或划款，请先移交",
		"This member of staff still has open approvals or payments. Reassign them first."},
	{ErrDepartureSuccessorInactive, Unprocessable, "B-27",
		"接任人不在职，请另选",
		"The successor is not active. Choose another one."},
	{ErrEntryNotDesignated, Denied, "A-17",
		"只有指定的录入人员可以录入",
		"Only designated entry staff may do this. Ask the outlet head to designate you."},
	{ErrFormDateFormat, Invalid, "A-47",
		"日期格式应为 yyyymmdd 或 yyyy-mm-dd",
		"Enter the date as yyyymmdd or yyyy-mm-dd."},
	{ErrFormRequired, Invalid, "A-24",
		"凡带*号的为必填项：{field}",
		"Fill in the required field {field}."},
	{ErrFormValue, Invalid, "",
		"{field} 的取值不正确",
		"The value of {field} is not one of those allowed."},
	{ErrGrantAlreadyHeld, Conflict, "B-28",
		"该岗位权限已具备或正在审批",
		"This role is held at that unit already, or a request for it is pending."},
	{ErrGrantNotPending, Conflict, "B-28",
		"该授权申请已处理",
		"This request for access has been decided already."},
	{ErrGrantSelfApproval, Denied, "B-28",
		"不能审批自己的权限，请由他人审批",
		"You cannot approve your own access or a request you filed. Another approver must decide it."},
	{ErrIdempotencyKeyRequired, Invalid, "A-76",
		"请提供 Idempotency-Key",
		"Send an Idempotency-Key, a fresh UUID for each command."},
	{ErrIdempotencyKeyReused, Conflict, "A-76",
		"该 Idempotency-Key 已用于其他内容的请求",
		"This Idempotency-Key was used for a different request. Use a fresh key."},
	{ErrIdentityAccountFormat, Invalid, "B-12",
		"银行账号格式不正确",
		"The bank account number is not well-formed. Check the number of digits."},
	{ErrIdentityCardChecksum, Invalid, "A-25",
		"银行卡号校验不通过",
		"The card number's check digit is wrong. Compare the number with the card."},
	{ErrIdentityIDAge, Invalid, "A-04",
		"证件号码中的出生日期不合理",
		"The birthday in the ID number lies in the future or more than 150 years back."},
	{ErrIdentityIDChecksum, Invalid, "A-04",
		"证件号码校验不通过，请核对",
		"The ID number's check digit is wrong. Compare the number with the document."},
	{ErrIdentityIDDate, Invalid, "A-04",
		"证件号码中的出生日期不存在",
		"The ID number contains a day that does not exist. Compare the number with the document."},
	{ErrIdentityIDFormat, Invalid, "A-04",
		"证件号码格式不正确",
		"The ID number is not well-formed for its type. Compare it with the document."},
	{ErrIdentityIDRegion, Invalid, "A-04",
		"证件号码中的地区代码不存在",
		"The ID number begins with no known province code. Compare it with the document."},
	{ErrIdentityIDType, Invalid, "A-04",
		"证件类型不正确",
		"Choose an ID type from the list."},
	{ErrIdentityUSCCChecksum, Invalid, "A-58",
		"统一社会信用代码校验不通过",
		"The unified social credit code's check character is wrong. Compare it with the licence."},
	{ErrImportBadFile, Invalid, "A-75",
		"文件无法读取，请使用 CSV 或 XLSX",
		"The file cannot be read. Use CSV (UTF-8 or GB18030) or XLSX."},
	{ErrImportBadMapping, Invalid, "A-75",
		"映射文件不正确",
		"The mapping file is wrong. Correct the entry named."},
	{ErrImportBatchNotApproved, Conflict, "B-31",
		"迁移批次尚未由主管批准",
		"A supervisor has not approved this migration batch. Have it approved first."},
	{ErrImportBatchSelfApproval, Denied, "B-31",
		"不能审批自己提交的迁移批次",
		"You filed this migration batch yourself. Another supervisor must approve it."},
	{ErrImportBatchState, Conflict, "B-31",
		"迁移批次当前状态为{state}，不能执行此操作",
		"The migration batch is {state}, so this cannot be done now."},
	{ErrImportReferenceRejected, Unprocessable, "A-75",
		"所引用的行本身未能导入：{field}",
		"The row that this one names as {field} was rejected itself. Correct that one first."},
	{ErrImportRowCells, Invalid, "A-75",
		"该行应有 {want} 列，实有 {found} 列",
		"This row has {found} cells where the first line has {want}. Look for a missing or extra separator."},
	{ErrImportRowChanged, Conflict, "A-75",
		"该行已导入，但内容与当时不同；账本未作修改",
		"This row came in before with other content. Nothing was changed; correct the ledger by its own commands."},
	{ErrImportRowCutOff, Invalid, "A-75",
		"最后一行没有换行符，文件可能不完整",
		"The last line has no line end, so the file may be cut off. Send the whole file, or say last_line: whole."},
	{ErrImportRowDuplicate, Conflict, "A-75",
		"与第 {line} 行的主键相同",
		"Line {line} has the same key. Keep one of the two."},
	{ErrImportRowEncoding, Invalid, "A-75",
		"该行含有无法解码的字符",
		"This row holds bytes that are no text in the file's encoding."},
	{ErrImportRowQuotes, Invalid, "A-75",
		"该行的引号不成对或位置不对",
		"A quotation mark in this row stands alone or in the wrong place."},
	{ErrImportUnknownReference, Unprocessable, "A-75",
		"引用的对象不存在：{field}",
		"This row names a {field} that is not known. Import that one first."},
	{ErrLedgerBusy, Conflict, "",
		"多人同时修改，请重试",
		"Others changed this at the same moment. Try again with the same Idempotency-Key."},
	{ErrLedgerOutcomeUnknown, Unavailable, "",
		"暂时无法确认结果，请用相同的 Idempotency-Key 重试",
		"It is not known whether this took effect. Repeat it with the same Idempotency-Key."},
	{ErrLedgerUnavailable, Unavailable, "",
		"账本暂时不可用，请稍后重试",
		"The ledger cannot be reached at the moment. Try again with the same Idempotency-Key."},
	{ErrMoneyFormat, Invalid, "B-12",
		"金额格式不正确，最多两位小数",
		"The amount is not well-formed. Enter yuan with at most two decimals, such as 1,234.56, or 12.5万."},
	{ErrMoneyOverflow, Invalid, "B-12",
		"金额超出范围",
		"The amount is too large."},
	{ErrOwnershipNotOwner, Denied, "A-71",
		"您不是该客户的客户经理",
		"You are not this customer's manager."},
	{ErrPaymentAccountRequired, Invalid, "B-12",
		"请填写划出银行账号",
		"Enter the debit account before registering."},
	{ErrPaymentAmount, Invalid, "B-12",
		"金额必须大于零",
		"The amount must be above zero."},
	{ErrPaymentAttachmentRequired, Unprocessable, "B-12",
		"请上传打款所需附件",
		"Upload the papers for the payment before registering it."},
	{ErrPaymentConfirmRole, Denied, "B-06",
		"只有运营部可以确认打款",
		"Only operations staff may confirm payments."},
	{ErrPaymentCustomerIncomplete, Unprocessable, "B-13",
		"请先完善客户信息：{fields}",
		"Complete the customer first: {fields}."},
	{ErrPaymentDate, Invalid, "B-12",
		"打款时间不正确",
		"The payment's date is not possible. Check the year, and that it is not in the future."},
	{ErrPaymentDuplicate, Conflict, "A-76",
		"这个外部编号的划款已在系统中",
		"A payment with this external number is in the ledger already."},
	{ErrPaymentProductClosed, Unprocessable, "B-12",
		"该产品未开放认购",
		"This product is not open for subscription on that day."},
	{ErrPaymentReasonRequired, Invalid, "B-11",
		"请输入原因",
		"Give a reason."},
	{ErrPaymentRequired, Invalid, "B-12",
		"请填写必填项：{field}",
		"Fill in the required field {field}."},
	{ErrPaymentSelfConfirm, Denied, "B-06",
		"不能确认自己登记的划款，请由他人确认",
		"You registered this payment yourself. Another member of operations must confirm it."},
	{ErrPaymentState, Conflict, "B-12",
		"划款当前状态为{state}，不能执行此操作",
		"The payment is {state}, so this cannot be done now."},
	{ErrPolicyEffectiveDate, Invalid, "B-01",
		"规则生效日期不能早于今天",
		"A new version takes effect today or later. Choose another day."},
	{ErrPolicyModeUnavailable, Unprocessable, "B-31",
		"该归属方式尚未启用：{mode}",
		"Attribution by {mode} is not available. Choose TIME_FIRST."},
	{ErrPolicyValue, Invalid, "B-01",
		"规则参数不正确：{field}",
		"The policy's setting {field} is not possible."},
	{ErrProductDates, Invalid, "B-19",
		"产品到期日不能早于成立日",
		"The product matures before it is established. Check both dates."},
	{ErrProductDuplicate, Conflict, "B-19",
		"产品已存在",
		"A product with this code exists already."},
	{ErrProductState, Conflict, "B-19",
		"产品当前状态不能执行此操作",
		"The product's state does not allow this."},
	{ErrProductUnknown, Unprocessable, "B-19",
		"产品不存在",
		"There is no such product. Choose one from the list."},
	{ErrQueryCursor, Invalid, "",
		"分页标记无效，请从第一页开始",
		"The page cursor is not valid for this query. Start again from the first page."},
	{ErrQueryDateRange, Invalid, "A-23",
		"开始日期不能晚于结束日期",
		"The start date lies after the end date. Swap them."},
	{ErrQueryFilter, Invalid, "",
		"查询条件不正确：{field}",
		"The filter {field} is not possible."},
	{ErrQueryKeyRequired, Invalid, "A-42",
		"请至少输入一个查询条件",
		"Enter at least one key to search by."},
	{ErrQueryNotFoundOrOutOfScope, NotFound, "A-41",
		"记录不存在或不在您的查询范围内",
		"There is no such record, or it is outside your scope."},
	{ErrQueryOrgRequired, Invalid, "A-55",
		"请选择机构",
		"Choose a unit."},
	{ErrQueryPositionTimeout, Unavailable, "",
		"数据尚未更新到所要求的位置，请重试",
		"The read model has not reached the position asked for. Try again."},
	{ErrQuerySort, Invalid, "",
		"排序字段不正确：{field}",
		"The list cannot be sorted by {field}."},
	{ErrRequestIDFormat, Invalid, "",
		"编号格式不正确",
		"This is not a valid id. Use the id as the server gave it."},
	{ErrRequestMalformed, Invalid, "",
		"请求内容无法解析",
		"The request cannot be read. Send one well-formed JSON object."},
	{ErrRequestMediaType, Invalid, "",
		"不支持的内容类型",
		"The content type is not supported. Send application/json."},
	{ErrRequestMethod, Invalid, "",
		"该地址不支持此请求方法",
		"This address does not know this method. See /openapi.json."},
	{ErrRequestNotFound, NotFound, "",
		"地址不存在",
		"There is nothing at this address. See /openapi.json."},
	{ErrRequestTimeFormat, Invalid, "",
		"时间格式应为 RFC 3339，如 2026-01-02T15:04:05+08:00",
		"Enter the time as in 2026-01-02T15:04:05+08:00."},
	{ErrRequestTimeout, Unavailable, "",
		"请求超时，请用相同的 Idempotency-Key 重试",
		"The request took too long. Try again with the same Idempotency-Key."},
	{ErrRequestTooLarge, Limit, "",
		"请求内容过大，最多 {limit} 字节",
		"The request is too large. Send at most {limit} bytes."},
	{ErrRequestUnknownField, Invalid, "",
		"未知字段：{field}",
		"There is no field {field}. Check its spelling."},
	{ErrRequestValidation, Invalid, "",
		"请求参数不正确",
		"The request does not fit its description. Correct the fields named."},
	{ErrRevealPurposeRequired, Invalid, "C-04",
		"请填写查看用途",
		"State the purpose of seeing the full value."},
	{ErrServerInternal, Unavailable, "",
		"系统内部错误，请联系管理员",
		"Something went wrong on the server. Report the request id."},
	{ErrStaffDuplicate, Conflict, "B-02",
		"该工号或登录名已被使用",
		"This staff number or sign-in name is taken. Choose another one."},
	{ErrStaffInactive, Unprocessable, "B-28",
		"该员工不在职或未授权",
		"This member of staff is not active."},
	{ErrStaffRole, Invalid, "A-61",
		"岗位角色不正确",
		"Choose a role from the list that fits the unit."},
	{ErrStaffUnknown, Unprocessable, "B-02",
		"员工不存在",
		"There is no such member of staff. Choose one from the list."},
	{ErrUnitClosed, Unprocessable, "A-61",
		"机构已撤销",
		"This unit is closed. Choose another one."},
	{ErrUnitCycle, Invalid, "A-61",
		"机构不能隶属于自身或其下级机构",
		"A unit cannot stand below itself."},
	{ErrUnitDuplicate, Conflict, "A-61",
		"机构已存在",
		"A unit with this code exists already."},
	{ErrUnitInUse, Conflict, "A-61",
		"机构下仍有机构或员工，不能撤销",
		"This unit still has {reason} below it. Move them first."},
	{ErrUnitLevel, Invalid, "A-61",
		"机构层级不正确",
		"A unit of this level cannot stand below that parent."},
	{ErrUnitLine, Unprocessable, "A-07",
		"机构业务条线不一致",
		"The unit belongs to the other business line."},
	{ErrUnitUnknown, Unprocessable, "A-61",
		"机构不存在",
		"There is no such unit. Choose one from the list."},
}
