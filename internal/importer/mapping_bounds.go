package importer

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// The most that a mapping may hold, which is more than any that people write: the
// parser keeps for everything in it the path of keys that leads there (S-16).
const (
	largestMapping = 256 << 10 // bytes
	deepestMapping = 8         // lists and mappings within one another
	mostTokens     = 50_000
	longestKey     = 512 // bytes
)

// LoadMapping reads a mapping from a file, no further than a mapping can be long.
// Errors: those of ReadMapping, and *MappingError for what is no file.
func LoadMapping(path string) (*Mapping, error) {
	failed := func(reason string) error { return &MappingError{File: filepath.Base(path), Reason: reason} }
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, failed("it is no file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestMapping+1))
	if err != nil {
		return nil, failed("it cannot be read")
	}
	return ReadMapping(path, text)
}

// bounded refuses a text that would take more to parse than it is worth, at the place
// where it goes too far.
func bounded(name string, text []byte) error {
	if len(text) > largestMapping {
		return &MappingError{File: name, Reason: fmt.Sprintf("the file is larger than the %d KiB that a mapping can have", largestMapping>>10)}
	}
	tokens := lexer.Tokenize(string(text))
	var depth nesting
	for i, t := range tokens {
		refuse := func(format string, arguments ...any) error {
			return &MappingError{File: name, Line: t.Position.Line, Column: t.Position.Column, Reason: fmt.Sprintf(format, arguments...)}
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType, token.MappingKeyType:
			return refuse("a mapping has no anchors, aliases, merged or complex keys, tags or directives; write the value where it is needed")
		}
		if i == mostTokens {
			return refuse("a mapping has no more than %d words and signs", mostTokens)
		}
		if depth.pass(tokens, i); depth.now() > deepestMapping {
			return refuse("a mapping has no more than %d lists and mappings within one another", deepestMapping)
		}
		if t.Type == token.MappingValueType && i > 0 && len(tokens[i-1].Value) > longestKey {
			return refuse("a key has no more than %d bytes", longestKey)
		}
	}
	return nil
}

// nesting is which lists and mappings a place in a YAML text is within: by their
// columns those that are told by their indentation, by their number those in brackets.
type nesting struct {
	blocks   []block
	brackets int
}

// block is a list or mapping told by its indentation.
type block struct {
	column int
	list   bool
}

func (n *nesting) now() int { return len(n.blocks) + n.brackets }

// pass goes on past a token.
func (n *nesting) pass(tokens token.Tokens, i int) {
	switch t := tokens[i]; {
	case t.Type == token.SequenceStartType, t.Type == token.MappingStartType:
		n.brackets++
	case t.Type == token.SequenceEndType, t.Type == token.MappingEndType:
		n.brackets = max(0, n.brackets-1)
	case n.brackets > 0:
	case t.Type == token.SequenceEntryType:
		n.begin(block{t.Position.Column, true})
	case t.Type == token.MappingValueType && i > 0:
		n.begin(block{tokens[i-1].Position.Column, false})
	}
}

// begin enters a block, or goes on with the one that is there, and leaves those that
// end with it. A list may stand at the column of the key that it belongs to.
func (n *nesting) begin(next block) {
	for len(n.blocks) > 0 {
		last := n.blocks[len(n.blocks)-1]
		if last == next {
			return
		}
		if last.column < next.column || last.column == next.column && next.list {
			break
		}
		n.blocks = n.blocks[:len(n.blocks)-1]
	}
	n.blocks = append(n.blocks, next)
}
