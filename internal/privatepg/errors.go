package privatepg

import (
	"errors"
	"fmt"
)

// ErrInUse says that another Guishu runs on the same data folder.
var ErrInUse = errors.New("another guishu is using the data folder")

// ErrNoPrograms says that PostgreSQL's programs were not found.
var ErrNoPrograms = errors.New("PostgreSQL's programs (initdb, postgres) were not found")

// VersionError says that the files of a cluster need another major version of
// PostgreSQL than the programs that were found.
type VersionError struct {
	Files   int // the major version that made the files
	Found   int // the newest major version found
	Folder  string
	Program string // the folder of the programs found
}

// Error says in one line what is wrong and what helps.
func (e VersionError) Error() string {
	return fmt.Sprintf("the cluster in %s was made by PostgreSQL %d but the programs in %s are version %d: install PostgreSQL %d beside it (or move the files over with pg_upgrade)",
		e.Folder, e.Files, e.Program, e.Found, e.Files)
}
