// Package projections computes everything anyone reads from the ledger's
// events, and keeps it in PostgreSQL (design §6).
//
// A read model (Model) is a pure description: its tables, and for each kind of
// event a function that changes rows. The same functions serve three ways of
// applying, which are the business of this package alone:
//
//   - live, a Runner applies events a batch at a time: the rows a batch needs are
//     loaded in one query a table, changed in memory, and written with one
//     statement a table, in one transaction with the checkpoint;
//   - in bulk, Rebuild folds the whole log in memory and writes the tables with
//     COPY, beside those that serve, and switches in one transaction;
//   - apart from the tables, Replay folds the log again and compares.
//
// Read models live in sub-packages, one each, with their queries; package
// catalog lists them.
package projections
