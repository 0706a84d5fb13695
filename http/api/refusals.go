package api

import (
	"slices"
	"strings"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
	"guishu/http/auth"

	"github.com/danielgtaylor/huma/v2"
)

// refusals are the codes that an operation may be answered with, by status: those of
// its rules, and those of the way that every request takes.
func refusals(op *huma.Operation, rt Route) map[int][]domain.Code {
	codes := []domain.Code{domain.ErrRequestMalformed, domain.ErrRequestUnknownField, domain.ErrRequestTimeout, domain.ErrLedgerUnavailable, domain.ErrServerInternal}
	if rt.Entrance != ForAnybody {
		codes = append(codes, auth.ErrRequired, auth.ErrTokenInvalid, staff.ErrAccountDisabled, auth.ErrCrossSite)
		if rt.InPerson {
			codes = append(codes, auth.ErrInPerson)
		} else if rt.Needs != "" || rt.changes() {
			codes = append(codes, auth.ErrTokenScope)
		}
	}
	if rt.Entrance == ForStaff {
		codes = append(codes, auth.ErrPasswordChangeRequired)
	}
	if rt.Needs != "" {
		codes = append(codes, domain.ErrAuthzDenied)
	}
	if op.RequestBody != nil {
		codes = append(codes, domain.ErrRequestMediaType, domain.ErrRequestTooLarge, domain.ErrRequestValidation)
	}
	for _, p := range op.Parameters {
		switch {
		case p.In == inPath:
			codes = append(codes, domain.ErrRequestIDFormat, domain.ErrQueryNotFoundOrOutOfScope)
		case p.In == inQuery:
			codes = append(codes, domain.ErrRequestValidation, domain.ErrQueryFilter)
		case p.Name == keyHeader:
			codes = append(codes, commandRefuses()...)
		}
	}
	codes = append(codes, rt.Refuses...)
	slices.SortFunc(codes, func(a, b domain.Code) int { return strings.Compare(a.Name(), b.Name()) })
	byStatus := map[int][]domain.Code{}
	for _, code := range slices.Compact(codes) {
		byStatus[statusOf(code)] = append(byStatus[statusOf(code)], code)
	}
	return byStatus
}

// commandRefuses is what any command may be refused with.
func commandRefuses() []domain.Code {
	return []domain.Code{
		domain.ErrIdempotencyKeyRequired, domain.ErrIdempotencyKeyReused, domain.ErrRequestTimeFormat, domain.ErrRequestIDFormat,
		domain.ErrQueryNotFoundOrOutOfScope, migration.ErrNotApproved, domain.ErrLedgerBusy, domain.ErrLedgerDamaged, domain.ErrLedgerKeysMissing,
		domain.ErrLedgerPutBack, domain.ErrLedgerOutcomeUnknown,
	}
}

// questionRefuses is what any question may be refused with.
func questionRefuses() []domain.Code {
	return []domain.Code{
		domain.ErrQueryFilter, domain.ErrQuerySort, domain.ErrQueryCursor, domain.ErrQueryDateRange, domain.ErrQueryPositionTimeout,
	}
}
