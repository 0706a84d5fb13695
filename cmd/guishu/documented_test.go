package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// written finds what documents tell people to type: in code, the program's name and
// what follows it.
var (
	code    = regexp.MustCompile("(?s)```.*?```|`[^`\n]+`")
	written = regexp.MustCompile(`(?m)(?:^|[\s\x60'])(?:go run \./cmd/guishu|guishu)((?: +[^\s\x60'"|;]+)+)`)
	named   = regexp.MustCompile("`(--[a-z][a-z-]*)")
)

// Every command that a document shows is one, with flags that it has; a flag named by
// itself is one of some command.
func TestDocumentsShowCommandsThatAreThere(t *testing.T) {
	t.Parallel()
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Glob("../../docs/examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	documents = append(documents, "../../README.md", "../../README.zh.md")
	root := newParser(&commandLine{}).Model.Node
	shown := 0
	for _, path := range append(documents, examples...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		blocks := code.FindAllString(string(text), -1)
		if filepath.Ext(path) == ".yaml" {
			blocks = []string{string(text)}
		}
		for _, block := range blocks {
			for _, found := range written.FindAllStringSubmatch(strings.ReplaceAll(block, "\\\n", " "), -1) {
				shown++
				if wrong := misspelt(root, strings.Fields(found[1])); wrong != "" {
					t.Errorf("%s shows guishu%s: there is no %s", filepath.Base(path), found[1], wrong)
				}
			}
			for _, found := range named.FindAllStringSubmatch(block, -1) {
				if !slices.Contains(flagsBelow(root), found[1]) && !strings.Contains(block, "curl") {
					t.Errorf("%s names the flag %s, which no command has", filepath.Base(path), found[1])
				}
			}
		}
	}
	if shown < 40 {
		t.Errorf("only %d commands were found in the documents", shown)
	}
	for _, words := range []string{"sevre", "serve --eventstoredb-liste x", "keys exprot f"} {
		if misspelt(root, strings.Fields(words)) == "" {
			t.Errorf("guishu %s passes for a command", words)
		}
	}
}

// placeholder stands for any command in a document.
var placeholder = regexp.MustCompile(`^([A-Z]+|命令)$`)

// misspelt is the first word that is no command or no flag of it.
func misspelt(node *kong.Node, words []string) string {
	for i, word := range words {
		if strings.HasPrefix(word, "--") {
			flag, _, _ := strings.Cut(word, "=")
			if flag != "--help" && !slices.Contains(flagsOf(node), flag) {
				return flag
			}
			continue
		}
		if len(node.Children) == 0 || i > 0 && node.Parent == nil {
			continue // an argument
		}
		if placeholder.MatchString(word) {
			return ""
		}
		at := slices.IndexFunc(node.Children, func(child *kong.Node) bool { return child.Name == word })
		if at < 0 {
			return word
		}
		node = node.Children[at]
	}
	return ""
}

func flagsOf(node *kong.Node) []string {
	var all []string
	for _, group := range node.AllFlags(false) {
		for _, flag := range group {
			all = append(all, "--"+flag.Name)
		}
	}
	return all
}

func flagsBelow(node *kong.Node) []string {
	all := flagsOf(node)
	for _, child := range node.Children {
		all = append(all, flagsBelow(child)...)
	}
	return all
}
