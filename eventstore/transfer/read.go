package transfer

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"

	"guishu/eventstore"

	"github.com/go-json-experiment/json"
)

// Reader reads a file line by line and checks it as it goes.
type Reader struct {
	from    *bufio.Reader
	sum     hash.Hash
	number  int64 // of the last line read
	buffer  []byte
	summary Summary
	whole   bool // read to a closing line that fits
}

// NewReader begins to read a file, compressed with gzip or not, and reads its
// first line. Errors: *Error, or the reader's.
func NewReader(r io.Reader) (*Reader, error) {
	plain := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := plain.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(plain)
		if err != nil {
			return nil, &Error{NotALedger, 1, "it is not valid gzip", err}
		}
		plain = bufio.NewReaderSize(unzipped, 64<<10)
	}
	in := &Reader{from: plain, sum: sha256.New()}
	if start, _ := plain.Peek(len(opening)); string(start) != opening {
		return nil, &Error{NotALedger, 1, "it does not begin with " + opening, nil}
	}
	line, err := in.line()
	if err != nil {
		return nil, err
	}
	return in, in.begin(line)
}

// opening is how every file begins, of any version.
const opening = `{"format":"` + Format + `",`

// begin takes in the first line.
func (r *Reader) begin(line []byte) error {
	r.sum.Write(line)
	var named struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(line, &named); err != nil {
		return &Error{LineMalformed, 1, "the header cannot be read", hideValues(err)}
	}
	if named.Version != Version {
		return &Error{UnknownVersion, 1, fmt.Sprintf("the format's version is %d, this program reads version %d", named.Version, Version), nil}
	}
	var h headerLine
	if err := json.Unmarshal(line, &h, strictly); err != nil {
		return &Error{LineMalformed, 1, "the header cannot be read", hideValues(err)}
	}
	r.summary.Header = Header{Ledger: h.Ledger, ExportedAt: h.ExportedAt, Store: h.Store}
	return nil
}

// Header is what the first line says.
func (r *Reader) Header() Header { return r.summary.Header }

// Summary is what the file was; false when it has not been read to its end.
func (r *Reader) Summary() (Summary, bool) { return r.summary, r.whole }

// Events yields the events and then, if the file is not whole, an *Error. It can
// be gone through once. That streams and ids are in order is for Verify, or for
// the store that the events go into.
func (r *Reader) Events() iter.Seq2[eventstore.Loaded, error] {
	return func(yield func(eventstore.Loaded, error) bool) {
		last := eventstore.Position(0)
		for {
			line, err := r.line()
			if errors.Is(err, io.EOF) {
				err = &Error{CutShort, r.number, "the file ends here, without a closing line", nil}
			}
			if err != nil {
				yield(eventstore.Loaded{}, err)
				return
			}
			if bytes.HasPrefix(line, []byte(`{"events":`)) {
				if err := r.end(line); err != nil {
					yield(eventstore.Loaded{}, err)
				}
				return
			}
			r.sum.Write(line)
			event, err := r.parse(line, last)
			if !yield(event, err) || err != nil {
				return
			}
			last = event.Position
			r.summary.Events++
		}
	}
}

func (r *Reader) parse(line []byte, last eventstore.Position) (eventstore.Loaded, error) {
	event, err := parseEvent(bytes.TrimSuffix(line, []byte{'\n'}))
	switch {
	case errors.Is(err, errAltered):
		return event, &Error{LineAltered, r.number, "the line was altered: " + err.Error(), nil}
	case err != nil:
		return event, &Error{LineMalformed, r.number, "the line cannot be read", err}
	case event.Position <= last:
		return event, &Error{OutOfOrder, r.number, fmt.Sprintf("position %d stands behind position %d", event.Position, last), nil}
	}
	return event, nil
}

// end takes in the closing line.
func (r *Reader) end(line []byte) error {
	var c closingLine
	if err := json.Unmarshal(line, &c, strictly); err != nil {
		return &Error{LineMalformed, r.number, "the closing line cannot be read", hideValues(err)}
	}
	if c.Events != r.summary.Events {
		return &Error{TotalsDiffer, r.number, fmt.Sprintf("the closing line tells of %d events, %d stand before it", c.Events, r.summary.Events), nil}
	}
	r.summary.SHA256 = hex.EncodeToString(r.sum.Sum(nil))
	if c.SHA256 != r.summary.SHA256 {
		return &Error{TotalsDiffer, r.number, "the lines before the closing one are not those it was computed over (SHA-256)", nil}
	}
	if _, err := r.line(); !errors.Is(err, io.EOF) {
		return &Error{GoesOn, r.number, "something stands behind the closing line", nil}
	}
	r.whole = true
	return nil
}

// line reads a line with its end. It is valid until the next one is read. At the
// end of the file it gives io.EOF.
func (r *Reader) line() ([]byte, error) {
	r.buffer = r.buffer[:0]
	for {
		part, err := r.from.ReadSlice('\n')
		if len(r.buffer) == 0 && err == nil {
			r.number++
			return part, nil
		}
		r.buffer = append(r.buffer, part...)
		switch {
		case err == nil:
			r.number++
			return r.buffer, nil
		case len(r.buffer) > maxLine:
			return nil, &Error{LineTooLong, r.number + 1, fmt.Sprintf("it is longer than the longest event, %d bytes", maxLine), nil}
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(r.buffer) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, &Error{CutShort, r.number + 1, "the file ends in the middle of the line", nil}
		case damagedZip(err):
			return nil, &Error{LineAltered, r.number + 1, "the compressed file is damaged", err}
		default:
			return nil, fmt.Errorf("read the file: %w", err)
		}
	}
}

func damagedZip(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader)
}

// Verify reads a file to its end, and finds out whether it is a whole ledger in
// its order. It writes nothing. The observer, if any, sees every event.
func Verify(r *Reader, observe func(eventstore.Loaded)) (Summary, error) {
	sequence := eventstore.NewSequence()
	for event, err := range r.Events() {
		if err != nil {
			return Summary{}, err
		}
		if err := sequence.Next(event); err != nil {
			return Summary{}, r.blame(err)
		}
		if observe != nil {
			observe(event)
		}
	}
	return r.summary, nil
}

// blame says which line an event that does not follow stands on.
func (r *Reader) blame(err error) error {
	var invalid *eventstore.InvalidLoadError
	if !errors.As(err, &invalid) {
		return err
	}
	return &Error{OutOfOrder, r.number, invalid.Reason, nil}
}
