// Package question is what can be asked about the ledger: lists and single things,
// as values. A question states once which permission it needs, which read models it
// waits for, what it is narrowed by and how its answer looks to the reader. Whoever
// asks it, a JSON route or a page, gets the same answer: within the reader's scope
// (A-41, B-35) and with personal fields as the reader may see them (C-03, C-04).
//
// A question never decides by itself who may ask: List and Single wait for what the
// reader wants to have taken in, refuse a reader without the permission before anything
// is looked for, and hand the scope to the function that chooses.
package question

import (
	"context"
	"errors"
	"strings"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/projections"
	"guishu/projections/customers"
	"guishu/projections/query"

	"github.com/jackc/pgx/v5/pgconn"
)

// Models tells how far the read models are. *projections.Runner is one.
type Models interface {
	// WaitFor waits until a read model has the position.
	WaitFor(ctx context.Context, model string, position eventstore.Position) error
}

// Records are what questions are answered from. Every field is required.
type Records struct {
	Read     query.DB            // where the read models' tables are
	Models   Models              // how far they are
	Ledger   *ledger.Ledger      // what is so at this moment: units, staff and their roles
	Store    eventstore.Store    // what the timeline's events say …
	Decoder  projections.Decoder // … and how to read it
	Lookups  ledger.Hasher       // as the read models find customers by document and phone
	Location *time.Location      // the business's time zone
}

// Complete says whether every field is set.
func (r *Records) Complete() bool {
	return r.Read != nil && r.Models != nil && r.Ledger != nil && r.Store != nil && r.Decoder != nil && r.Lookups != nil && r.Location != nil
}

// Reader is somebody who asks one question. It is not for use by several at once.
type Reader struct {
	*Records
	Principal staff.Principal // who asks, with their roles
	Language  Language        // in which they are answered

	ctx      context.Context
	eyes     eyes
	customer customers.Listed                     // whom the question is about, if one
	called   map[domain.CustomerID]customers.Name // what others are called
	told     map[spot]any                         // what the events of a page of the timeline say
	products map[domain.ProductID]*Named[domain.ProductID]
	batches  map[domain.BatchID]*Named[domain.BatchID]
}

// For is a reader with a question, who is answered until ctx ends.
func (r *Records) For(ctx context.Context, principal staff.Principal, language Language) *Reader {
	return &Reader{Records: r, Principal: principal, Language: language, ctx: ctx, eyes: eyes{reader: principal}}
}

// who is the member of staff who asks.
func (r *Reader) who() domain.StaffID { return r.Principal.Staff }

// scope is what the permission lets the reader see; authz/denied when it is nothing
// at all.
func (r *Reader) scope(permission staff.Permission) (staff.Scope, error) {
	scope := r.Principal.Scope(permission)
	if scope.Empty() {
		return scope, domain.ErrAuthzDenied
	}
	return scope, nil
}

// as is the reader as read models know them, within a scope.
func (r *Reader) as(scope staff.Scope) query.Reader {
	return query.Reader{Who: r.Principal.Staff, Scope: scope}
}

// patience is how long a question waits for a position.
const patience = 5 * time.Second

// catchUp waits until the read models have the position that is asked for, and takes
// the reader's rights as they are then: before anything is checked, so that who has
// just been given a right has it, and who has just lost one has not (BR-21). Without a
// position nothing is waited for. Errors: those of await, and staff.ErrAccountDisabled
// for somebody who has departed meanwhile.
func (r *Reader) catchUp(position eventstore.Position, models []string) error {
	if position <= 0 {
		return nil
	}
	if err := r.await(r.ctx, position, models); err != nil {
		return err
	}
	principal, err := r.Ledger.Principal(r.ctx, r.Principal.Staff)
	switch {
	case err != nil:
		return unanswerable(err)
	case principal.Unit.IsZero():
		return staff.ErrAccountDisabled
	}
	principal = r.Principal.Again(principal)
	r.Principal, r.eyes = principal, eyes{reader: principal}
	return nil
}

// await waits until the read models and this process's own memory of the ledger have
// the position; query/position-timeout when that takes too long.
func (r *Records) await(ctx context.Context, position eventstore.Position, models []string) error {
	if position <= 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for _, model := range models {
		switch err := r.Models.WaitFor(ctx, model, position); {
		case errors.Is(err, context.DeadlineExceeded):
			return domain.ErrQueryPositionTimeout.At("min_position")
		case err != nil:
			return unanswerable(err)
		}
	}
	switch err := r.Ledger.WaitFor(ctx, position); {
	case errors.Is(err, context.DeadlineExceeded):
		return domain.ErrQueryPositionTimeout.At("min_position")
	case err != nil:
		return unanswerable(err)
	}
	return nil
}

// unanswerable is what a failed question means: a refusal as it is, anything else
// that the database cannot be asked.
func unanswerable(err error) error {
	refusal, found := domain.AsError(err)
	switch {
	case found && refusal.Code == domain.ErrFormValue && refusal.Field == "after":
		return domain.ErrQueryCursor.At("cursor")
	case found && refusal.Code == domain.ErrFormValue && refusal.Field == "sort":
		return domain.ErrQuerySort.At("sort")
	case found, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case isDataException(err):
		return domain.ErrQueryFilter
	}
	return errors.Join(domain.ErrLedgerUnavailable, err)
}

// isDataException says that PostgreSQL could be asked, but not for what was given:
// a text with a NUL in it, or a cursor that somebody made up.
func isDataException(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && strings.HasPrefix(refused.Code, "22")
}
