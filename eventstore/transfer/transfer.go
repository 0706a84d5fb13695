// Package transfer writes a whole ledger into a file and reads it back: for
// leaving one store for another, for archives, and for whoever wants to read a
// ledger without this program (docs/leaving.md).
//
// The file is text, one JSON object a line:
//
//	{"format":"guishu-ledger","version":1,"ledger":"…","exported_at":"…","store":"postgresql"}
//	{"position":1,"stream":"…","revision":0,"id":"…","type":"…","recorded_at":"…","scope":"store","data":"…","metadata":"…","crc32c":"…"}
//	…
//	{"events":1,"sha256":"…"}
//
// Data and metadata are strings that hold the event's exact bytes when those are
// UTF-8, and "data_base64" or "metadata_base64" otherwise. They are never embedded
// as JSON: a tool that formats the line anew would change them. "binary":true
// stands behind the scope where the event was declared not to be JSON. The scope
// is that in which the event's id was appended: "store" or "stream".
//
// "crc32c" is over the line's bytes before its own comma, and names the line that
// was altered; the closing line's "sha256" is over all bytes of all lines before
// it, ends of lines included, and says that none is missing. Neither is a proof:
// whoever alters a file on purpose can compute both.
package transfer

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// The format's name and version, as the first line of a file says them.
const (
	Format  = "guishu-ledger"
	Version = 1
)

// Header is what the first line says of a file.
type Header struct {
	Ledger     uuid.UUID // the ledger's id; what is sealed in it opens in no other
	ExportedAt time.Time // UTC, seconds; for people
	Store      string    // the kind of store it came from; for people
}

// Summary is what is known of a file that was written or read to its end.
type Summary struct {
	Header
	Events int64
	SHA256 string // of all lines before the closing one, 64 hexadecimal digits
}

// Code is a stable name for what is wrong with a file.
type Code string

// What can be wrong with a file.
const (
	NotALedger     Code = "transfer/not-a-ledger-file"
	UnknownVersion Code = "transfer/unknown-version"
	LineMalformed  Code = "transfer/line-malformed"
	LineTooLong    Code = "transfer/line-too-long"
	LineAltered    Code = "transfer/line-altered"
	OutOfOrder     Code = "transfer/out-of-order"
	CutShort       Code = "transfer/cut-short"
	TotalsDiffer   Code = "transfer/totals-differ"
	GoesOn         Code = "transfer/goes-on-after-its-end"

	// NotForThisStore is an event that the store which the file is for cannot hold.
	NotForThisStore Code = "transfer/not-for-this-store"
)

// Error says which line of a file is wrong, and how. It tells nothing of what the
// line holds.
type Error struct {
	Code   Code
	Line   int64 // from 1
	Reason string
	Err    error // may be nil
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s: line %d: %s", e.Code, e.Line, e.Reason)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }
