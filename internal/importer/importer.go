// Package importer brings history into the ledger from files: a mapping says what
// their rows are, everything is read and checked before anything is written, a
// migration batch is proposed and approved by somebody else (B-31), and then each
// row goes through the real commands under an idempotency key of its own. So it
// can be run again at any time: after a crash, with a corrected file, by somebody
// else.
package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/product"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// Importer imports into one ledger.
type Importer struct {
	Ledger *ledger.Ledger
	// Keys hashes the identity of rows, which may hold names and numbers of people,
	// into idempotency keys. It must stay the same for ever: the hasher of
	// sealing.ForRequests.
	Keys     ledger.Hasher
	Location *time.Location // the business's time zone
	// Concurrency is how many rows are on their way at once, 64 if zero.
	Concurrency int
}

// Prepare reads the files that a mapping names, in a folder, and checks everything
// that can be checked without writing. Rows that cannot come in are among the
// plan's rejections. Errors: *MappingError where the mapping does not fit the
// files, *FileError where a file cannot be read, several joined.
func (im *Importer) Prepare(ctx context.Context, m *Mapping, folder string) (*Plan, error) {
	tables := make(map[string]*table, len(m.Files))
	var failures []error
	for _, f := range m.Files {
		t, err := readTable(folder, f)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		tables[f.Name] = t
	}
	if len(failures) > 0 {
		return nil, errors.Join(failures...)
	}
	tellApart(tables)
	problems := m.problems()
	m.checkColumns(problems, tables)
	if err := problems.err(); err != nil {
		return nil, err
	}
	return newPlan(m, tables, func(thing Thing, by, name string) (uuid.UUID, bool, error) { return im.find(ctx, thing, by, name) })
}

// find looks for what the ledger has already.
func (im *Importer) find(ctx context.Context, thing Thing, by, name string) (uuid.UUID, bool, error) {
	kinds := map[string]struct {
		domain.UniqueKind
		prefix string
	}{
		string(Product) + " code":         {product.Code, product.StreamPrefix},
		string(Customer) + " customer_no": {customer.CustomerNo, customer.StreamPrefix},
		string(Staff) + " employee_no":    {staff.EmployeeNo, staff.StreamPrefix},
	}
	if thing == Unit {
		tree, err := im.Ledger.Tree(ctx)
		if err != nil {
			return uuid.Nil, false, err
		}
		unit := tree.ByCode(name)
		return uuid.UUID(unit.ID), unit.Known(), nil
	}
	if thing == Staff && by == "login" {
		who, found, err := commands.StaffByLogin(ctx, im.Ledger, name)
		return uuid.UUID(who), found, err
	}
	wanted := kinds[string(thing)+" "+by]
	stream, found, err := im.Ledger.Holder(ctx, wanted.Key(name))
	if err != nil || !found {
		return uuid.Nil, false, err
	}
	id, err := uuid.Parse(strings.TrimPrefix(string(stream), wanted.prefix))
	return id, err == nil, err
}

// Allowed is nil when somebody may make all that the plan makes, everywhere;
// domain.ErrAuthzDenied with the first permission that is missing otherwise.
func (im *Importer) Allowed(ctx context.Context, who domain.StaffID, p *Plan) error {
	principal, err := im.Ledger.Principal(ctx, who)
	if err != nil {
		return err
	}
	tree, err := im.Ledger.Tree(ctx)
	if err != nil {
		return err
	}
	wanted := []staff.Permission{staff.ProposeMigration}
	for _, s := range p.sections {
		wanted = append(wanted, s.vocabulary.permission...)
	}
	for _, permission := range wanted {
		if !principal.May(permission, tree.Root().Path, "") {
			return domain.ErrAuthzDenied.With("permission", string(permission))
		}
	}
	return nil
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
