package transfer

import (
	"fmt"
	"hash/crc32"
)

// AppendEvent and ParseEvent are the codec of a line.
var (
	AppendEvent = appendEvent
	ParseEvent  = parseEvent
)

// Sign ends a line as one that nobody altered.
func Sign(body string) []byte {
	sum := crc32.Checksum([]byte(body), castagnoli)
	return fmt.Appendf(nil, `%s,"crc32c":"%08x"}`, body, sum)
}
