package persistent

import (
	"fmt"
	"strconv"
	"strings"

	"guishu/eventstore"
)

// Place is an event's place in its source: its revision in a stream, its
// position in All.
type Place int64

// before is the place before the first event of a source.
func before(source eventstore.Stream) Place {
	if source == All {
		return 0
	}
	return -1
}

// Text writes a place of a source as the protocol does: "12", or "C:12/P:12".
func (p Place) Text(source eventstore.Stream) string {
	if source == All {
		return fmt.Sprintf("C:%d/P:%d", int64(p), int64(p))
	}
	return strconv.FormatInt(int64(p), 10)
}

// parsePlace reads what Text writes; of a position the commit part counts.
func parsePlace(text string) (Place, error) {
	number := text
	if commit, _, isPosition := strings.Cut(text, "/P:"); isPosition {
		number = strings.TrimPrefix(commit, "C:")
	}
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading the place %q: %w", text, err)
	}
	return Place(value), nil
}
