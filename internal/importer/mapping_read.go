package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MappingError is one thing wrong with a mapping, and where.
type MappingError struct {
	File   string
	Line   int // from 1; 0 when the file as a whole is meant
	Column int // in characters, from 1
	Reason string
}

// Error is place and reason, as compilers write them.
func (e *MappingError) Error() string {
	place := e.File
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
	}
	return fmt.Sprintf("%s: %s (%s)", place, e.Reason, ErrBadMapping.Name())
}

// Unwrap is the stable code.
func (e *MappingError) Unwrap() error { return ErrBadMapping }

// ReadMapping reads a mapping from YAML, strictly: unknown keys, repeated keys and
// wrong types are errors with their place. path is for messages. What needs no
// file to be checked is checked; see check. How much a mapping may hold is in bounded.
// Errors: *MappingError, several joined.
func ReadMapping(path string, text []byte) (*Mapping, error) {
	name := filepath.Base(path)
	whole := func(reason string) error { return &MappingError{File: name, Reason: reason} }
	if err := bounded(name, text); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, yamlError(name, err)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, whole("there must be one YAML document with source, files and sections")
	}
	m := &Mapping{text: text, name: name}
	err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(m)
	if errors.Is(err, io.EOF) {
		return nil, whole("the file is empty")
	}
	if err != nil {
		return nil, yamlError(name, err)
	}
	m.tree = file
	problems := m.problems()
	m.check(problems)
	if err := problems.err(); err != nil {
		return nil, err
	}
	return m, nil
}

// problems collects what is wrong with the mapping beside its files.
func (m *Mapping) problems() *problems { return &problems{file: m.name, tree: m.tree} }

func yamlError(name string, err error) error {
	var placed yaml.Error
	if !errors.As(err, &placed) || placed.GetToken() == nil {
		return &MappingError{File: name, Reason: brief(err.Error())}
	}
	at := placed.GetToken().Position
	return &MappingError{File: name, Line: at.Line, Column: at.Column, Reason: brief(placed.GetMessage())}
}

// brief is what a parser says, which may quote as much of the mapping as there is.
func brief(text string) string {
	const longest = 200 // characters
	if characters := []rune(text); len(characters) > longest {
		return string(characters[:longest]) + "…"
	}
	return text
}

// problems collects what is wrong with a mapping, each at the place in the file
// that its path of keys and indexes leads to.
type problems struct {
	file  string
	tree  *ast.File
	found []error
}

func (p *problems) add(path []any, format string, arguments ...any) {
	problem := &MappingError{File: p.file, Reason: fmt.Sprintf(format, arguments...)}
	for length := len(path); length > 0 && problem.Line == 0; length-- {
		problem.Line, problem.Column = p.place(path[:length])
	}
	p.found = append(p.found, problem)
}

// place is where a path leads; zero when nothing is written there.
func (p *problems) place(path []any) (line, column int) {
	builder := new(yaml.PathBuilder).Root()
	for _, step := range path {
		switch s := step.(type) {
		case string:
			builder = builder.Child(s)
		case int:
			builder = builder.Index(uint(s))
		}
	}
	node, err := builder.Build().FilterFile(p.tree)
	if err != nil || node == nil || node.GetToken() == nil {
		return 0, 0
	}
	token := node.GetToken()
	if mapping, ok := node.(*ast.MappingNode); ok && len(mapping.Values) > 0 {
		token = mapping.Values[0].Key.GetToken()
	}
	if value, ok := node.(*ast.MappingValueNode); ok {
		token = value.Key.GetToken()
	}
	return token.Position.Line, token.Position.Column
}

func (p *problems) err() error { return errors.Join(p.found...) }

// names lists words for a message, which may be as many and as long as a file makes
// them.
func names[T ~string](words []T) string {
	const most, longest = 40, 60
	texts := make([]string, 0, most+1)
	for i, word := range words {
		if i == most {
			texts = append(texts, "…")
			break
		}
		text := []rune(string(word[:min(len(word), longest*utf8.UTFMax)]))
		if len(text) > longest {
			text = append(text[:longest], '…')
		}
		texts = append(texts, string(text))
	}
	return strings.Join(texts, ", ")
}
