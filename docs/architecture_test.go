// Package docs_test holds the tables of the documents to what the code says.
package docs_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/eventstore/sealing"
	"guishu/projections"
	"guishu/projections/catalog"
)

var update = flag.Bool("update", false, "write the tables of the documents anew")

// documents are read and written by one test at a time.
var documents sync.Mutex

// table holds the table under a heading of a document to what it should be; with
// -update it writes it.
func table(t *testing.T, document, heading string, wanted [][]string) {
	t.Helper()
	documents.Lock()
	defer documents.Unlock()
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	at := slices.Index(lines, heading)
	if at < 0 {
		t.Fatalf("%s has no heading %q", document, heading)
	}
	isRow := func(line string) bool { return strings.HasPrefix(line, "|") }
	begin := at + slices.IndexFunc(lines[at:], isRow)
	end := begin + slices.IndexFunc(lines[begin:], func(line string) bool { return !isRow(line) })
	rows := []string{row(wanted[0]), strings.Repeat("| --- ", len(wanted[0])) + "|"}
	for _, cells := range wanted[1:] {
		rows = append(rows, row(cells))
	}
	if slices.Equal(lines[begin:end], rows) {
		return
	}
	if *update {
		text := strings.Join(slices.Replace(lines, begin, end, rows...), "\n")
		if err := os.WriteFile(document, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, line := range rows {
		if !slices.Contains(lines[begin:end], line) {
			t.Errorf("%s lacks, or has in another place: %s", document, line)
		}
	}
	for _, line := range lines[begin:end] {
		if !slices.Contains(rows, line) {
			t.Errorf("%s has what is not so: %s", document, line)
		}
	}
	t.Errorf("the table under %q differs; go test ./docs -update writes it", heading)
}

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

func TestTheTableOfStreamsIsWhatTheAggregatesSay(t *testing.T) {
	t.Parallel()
	customers := map[domain.AboutCustomer]string{
		domain.NoCustomer: "", domain.CustomerOfTheStream: "by the stream", domain.CustomerOfTheEvent: "by the event",
	}
	rows := [][]string{{"stream", "package", "what one stream decides", "unique", "a customer's", "open work", "events"}}
	for _, aggregate := range aggregates.All().Aggregates() {
		for _, category := range aggregate.Categories {
			var unique, events []string
			for _, kind := range category.Unique {
				unique = append(unique, kind.English)
			}
			for _, event := range category.Events {
				events = append(events, strings.TrimPrefix(event.Name, category.Name()+"."))
			}
			work := ""
			if category.OpenWork == domain.MayBeOpenWork {
				work = "may be"
			}
			rows = append(rows, []string{
				"`" + category.Streams + "`", "`domain/" + aggregate.Name + "`", category.Decides, strings.Join(unique, ", "),
				customers[category.Customer], work, strings.Join(slices.Compact(events), ", "),
			})
		}
	}
	table(t, "architecture.md", "## Streams", rows)
}

func TestTheTableOfCommandsIsWhatTheVerbsSay(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"command", "recorded as", "what it does", "permission"}}
	for _, body := range slices.Concat(commands.All(), commands.OfTheLedger()) {
		verb := body.Verb()
		needs := "`" + string(verb.Needs) + "`"
		if verb.ByLedger {
			needs = "the ledger itself"
		}
		command := strings.TrimPrefix(fmt.Sprintf("%T", body), "commands.")
		rows = append(rows, []string{"`" + command + "`", "`" + verb.Name + "`", verb.Does.English, needs})
	}
	table(t, "architecture.md", "## Commands", rows)
}

func TestTheTableOfReadModelsIsWhatTheModelsSay(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"read model", "answers", "tables", "columns about a customer"}}
	for _, model := range catalog.Models(sealing.NewHasher(), domain.ChinaZone()) {
		var tables, personal []string
		for _, table := range model.Describe() {
			tables = append(tables, table.Name)
			for column, of := range table.Personal {
				if of == projections.OfCustomer {
					personal = append(personal, column)
				}
			}
		}
		slices.Sort(personal)
		if model.Answers == "" {
			t.Errorf("read model %s does not say what it answers", model.Name)
		}
		rows = append(rows, []string{"`" + model.Name + "`", model.Answers, strings.Join(tables, ", "), strings.Join(personal, ", ")})
	}
	table(t, "architecture.md", "## Read models", rows)
}
