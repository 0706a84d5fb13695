package ledger

import (
	"bytes"
	"strings"

	"guishu/domain"

	"github.com/go-json-experiment/json/jsontext"
)

// storable refuses a command with a NUL in one of its texts: no table of
// PostgreSQL can hold it, so that a read model would stop at its event for ever.
// ErrFormValue names the field.
func storable(body []byte) error {
	if !bytes.Contains(body, []byte(`\u0000`)) {
		return nil
	}
	reader := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := reader.ReadToken()
		if err != nil {
			return nil // the end: only something that looks like one
		}
		if token.Kind() == '"' && strings.ContainsRune(token.String(), 0) {
			return domain.ErrFormValue.At(fieldAt(reader.StackPointer()))
		}
	}
}

// fieldAt is the name of the field that holds what a pointer points to; of a list,
// the list's.
func fieldAt(pointer jsontext.Pointer) (field string) {
	for name := range pointer.Tokens() {
		if strings.Trim(name, "0123456789") == "" {
			break
		}
		field = name
	}
	return field
}
