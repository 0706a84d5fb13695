package projections_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/projections"
	"guishu/projections/projectiontest"
)

type acquaintance struct {
	Customer domain.CustomerID
	Name     string
}

// acquaintances keeps the names of customers.
func acquaintances(name projections.Column[acquaintance], more ...projections.Column[acquaintance]) *projections.Table[domain.CustomerID, acquaintance] {
	columns := append([]projections.Column[acquaintance]{
		projections.UUID("customer", func(r *acquaintance) *domain.CustomerID { return &r.Customer }), name,
	}, more...)
	return projections.NewTable("acquaintances", func(r *acquaintance) *domain.CustomerID { return &r.Customer }, 1, columns...)
}

func named(name string) projections.Column[acquaintance] {
	return projections.Text(name, func(r *acquaintance) *string { return &r.Name })
}

func modelOf(table projections.TableDefinition, handlers ...projections.Handler) projections.Model {
	return projections.Model{Name: "acquaintances", Version: 1, Tables: []projections.TableDefinition{table}, Handlers: handlers}
}

func TestAModelThatKeepsACustomersNameAndFoldsNoErasureIsRefused(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	table := acquaintances(named("name").Personal(projections.OfCustomer))
	erased := projections.On(func(tx *projections.Tx, e customer.Erased, _ *projections.Event) error {
		table.Empty(tx, e.Customer)
		return nil
	})
	log := projections.NewLog("acquaintances", 1, named("name").Personal(projections.OfCustomer))
	for name, model := range map[string]projections.Model{
		"column name of table acquaintances is about a customer, and no handler folds": modelOf(table),
		"no row of a log can be emptied":                                               modelOf(log, erased),
	} {
		if _, err := projections.New(t.Context(), l.Config(model)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: it was taken, or refused for another reason: %v", name, err)
		}
	}
	for name, model := range map[string]projections.Model{
		"one that folds the erasure":           modelOf(table, erased),
		"one whose names are of staff":         modelOf(acquaintances(named("name").Personal(projections.OfStaff))),
		"one whose column is nobody's in name": modelOf(acquaintances(named("name"))),
	} {
		l := projectiontest.New(t)
		if _, err := projections.New(t.Context(), l.Config(model)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Tables that differ from those that were made under the same version are told at the
// start, and not when the first row is read or written.
func TestTablesThatChangedWithoutANewVersionAreRefused(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	l.Open(modelOf(acquaintances(named("name"))))
	for name, model := range map[string]projections.Model{
		`"table acquaintances: column alias, text COLLATE \"C\"" is new`:        modelOf(acquaintances(named("name"), named("alias"))),
		`"table acquaintances: column surname, text COLLATE \"C\"" is new`:      modelOf(acquaintances(named("surname"))),
		`"table acquaintances: index (name)" is new`:                            modelOf(acquaintances(named("name")).Indexed("(name)")),
		`"table acquaintances: column name, text COLLATE \"C\", about a member`: modelOf(acquaintances(named("name").Personal(projections.OfStaff))),
		`"table acquaintances: key (name)" is new`:                              modelOf(projections.NewTable("acquaintances", func(r *acquaintance) *string { return &r.Name }, 1, named("name"))),
	} {
		_, err := projections.New(t.Context(), l.Config(model))
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "version, 1") {
			t.Errorf("want %s, got %v", name, err)
		}
	}
	anew := modelOf(acquaintances(named("name"), named("alias")))
	anew.Version = 2
	if _, err := projections.New(t.Context(), l.Config(anew)); err != nil {
		t.Errorf("under a new version: %v", err)
	}
}

// A database that an older program made, which kept no description, is gone on with
// as it is, and described from then on.
func TestTablesOfAProgramThatKeptNoDescriptionAreGoneOnWith(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	l.Open(tallies(1))
	if _, err := l.Pool.Exec(t.Context(), `ALTER TABLE read.builds DROP COLUMN description`); err != nil {
		t.Fatal(err)
	}
	runner, _ := l.Run(tallies(1))
	l.Append("policy", publish("on and on"))
	l.Wait(runner)
	var builds, described int
	err := l.Pool.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE description = $1) FROM read.builds`, tallies(1).Description()).Scan(&builds, &described)
	if err != nil || builds != 1 || described != 1 {
		t.Errorf("%d builds, %d described: %v", builds, described, err)
	}
	if got := counts(t, l); got["on and on"] != 1 {
		t.Errorf("counts are %v", got)
	}
}

// Whoever starts while another process is at a long build waits for nothing.
func TestAProcessStartsWhileAnotherBuilds(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	l.Open(tallies(1))
	building, err := l.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = building.Rollback(t.Context()) }()
	if _, err := building.Exec(t.Context(), `INSERT INTO read.builds (model, version) VALUES ('tallies', 1)`); err != nil {
		t.Fatal(err)
	}
	config := l.Config(tallies(1))
	impatient := l.Pool.Config()
	impatient.ConnConfig.RuntimeParams["lock_timeout"] = "1s"
	config.Pool = pool(t, impatient)
	if _, err := projections.New(t.Context(), config); err != nil {
		t.Error(err)
	}
}

func pool(t *testing.T, config *pgxpool.Config) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
