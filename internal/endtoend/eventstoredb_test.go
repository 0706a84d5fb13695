package endtoend

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/internal/waiting"
)

// connected is EventStoreDB's own client.
func connected(t *testing.T, address string) *esdb.Client {
	t.Helper()
	settings, err := esdb.ParseConnectionString(address)
	if err != nil {
		t.Fatal(err)
	}
	settings.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

var protocolConnection = regexp.MustCompile(`"connect":"esdb://([^"]+)"`)

// over is a client that signs in like this.
func (p *program) over(login, secret string) *esdb.Client {
	p.t.Helper()
	var found []string
	waiting.Until(p.t, "EventStoreDB's protocol to be served", func() bool {
		found = protocolConnection.FindStringSubmatch(p.log.String())
		return found != nil
	})
	return connected(p.t.(*testing.T), "esdb://"+login+":"+strings.ReplaceAll(secret, " ", "%20")+"@"+found[1])
}

// everything is how many events a client reads, and why it stopped.
func everything(t *testing.T, client *esdb.Client) (int, error) {
	stream, err := client.ReadAll(within(t), esdb.ReadAllOptions{}, 1<<40)
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	for count := 0; ; count++ {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return count, nil
		} else if err != nil {
			return count, err
		}
	}
}

func refusedWith(t *testing.T, what string, err error, code esdb.ErrorCode) {
	t.Helper()
	var known *esdb.Error
	if !errors.As(err, &known) || known.Code() != code {
		t.Errorf("%s: %v, want code %d", what, err, code)
	}
}

// An auditor brings EventStoreDB's own client and reads the ledger, all of it and
// nothing but reads. Who audits less than the firm, or does not audit, is kept out.
func TestAuditorsReadWithEventStoreDBsClient(t *testing.T) {
	t.Parallel()
	p := install(t).start("--eventstoredb-listen", "127.0.0.1:0")
	f := establish(p)
	f.employ("auditor", "AUDITOR", f.root)
	outletAuditor := f.employ("outlet.auditor", "AUDITOR", f.north)
	f.employ("manager", "RELATIONSHIP_MANAGER", f.north)
	leaver := f.employ("leaver", "AUDITOR", f.root)

	var held int
	if err := f.connect().QueryRow(within(t), `SELECT count(*) FROM ledger.events`).Scan(&held); err != nil {
		t.Fatal(err)
	}
	auditor := p.over("auditor", password)
	if read, err := everything(t, auditor); err != nil || read < held {
		t.Errorf("the auditor reads %d of %d events, %v", read, held, err)
	}
	var token struct {
		Secret string `json:"secret"`
	}
	p.post(p.signIn("auditor", password), "/v1/me/tokens", fields{"name": "tool"}).is(t, http.StatusOK).read(t, &token)
	if read, err := everything(t, p.over("auditor", token.Secret)); err != nil || read < held {
		t.Errorf("with a token: %d of %d events, %v", read, held, err)
	}
	if _, err := everything(t, p.over("admin", password)); err != nil {
		t.Errorf("the administrator: %v", err)
	}
	event := esdb.EventData{EventID: uuid.New(), EventType: "x", ContentType: esdb.ContentTypeJson, Data: []byte("{}")}
	for _, login := range []string{"auditor", "admin"} {
		_, err := p.over(login, password).AppendToStream(within(t), "customer-x", esdb.AppendToStreamOptions{}, event)
		refusedWith(t, login+" appends", err, esdb.ErrorCodeAccessDenied)
		_, err = p.over(login, password).TombstoneStream(within(t), "organisation", esdb.TombstoneStreamOptions{})
		refusedWith(t, login+" deletes", err, esdb.ErrorCodeAccessDenied)
	}
	for login, secret := range map[string]string{
		outletAuditor.login: password, "manager": password, "auditor": "wrong", "nobody": password, "admin": "guishu_" + strings.Repeat("x", 43),
	} {
		_, err := everything(t, p.over(login, secret))
		refusedWith(t, login, err, esdb.ErrorCodeUnauthenticated)
	}

	gone := p.over("leaver", password)
	if _, err := everything(t, gone); err != nil {
		t.Errorf("before the departure: %v", err)
	}
	p.done(f.admin, "/v1/staff/"+leaver.id+"/departure", fields{"on": today(), "reason": "离职"})
	_, err := everything(t, gone)
	refusedWith(t, "after the departure", err, esdb.ErrorCodeUnauthenticated)
	if log := p.log.String(); !strings.Contains(log, "signed in over EventStoreDB's protocol") || strings.Contains(log, `"outlet.auditor"`) {
		t.Error("the log does not say who signed in, or says more")
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
}

// Where an operator allows it, administrators append; auditors do not, and nobody
// deletes.
func TestAdministratorsMayAppendWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	p := install(t).start("--eventstoredb-listen", "127.0.0.1:0", "--eventstoredb-writable")
	f := establish(p)
	f.employ("auditor", "AUDITOR", f.root)
	event := esdb.EventData{EventID: uuid.New(), EventType: "note", ContentType: esdb.ContentTypeJson, Data: []byte("{}")}
	admin, auditor := p.over("admin", password), p.over("auditor", password)
	if _, err := admin.AppendToStream(within(t), "notes-1", esdb.AppendToStreamOptions{}, event); err != nil {
		t.Errorf("the administrator: %v", err)
	}
	_, err := admin.AppendToStream(within(t), "customer-1", esdb.AppendToStreamOptions{}, event)
	refusedWith(t, "the administrator appends to the ledger's own", err, esdb.ErrorCodeAccessDenied)
	forged := esdb.EventData{EventID: uuid.New(), EventType: "payment.confirmed", ContentType: esdb.ContentTypeJson, Data: []byte("{}"), Metadata: []byte(`{"SchemaVersion":1}`)}
	_, err = admin.AppendToStream(within(t), "notes-1", esdb.AppendToStreamOptions{}, forged)
	refusedWith(t, "the administrator appends an event of the ledger's", err, esdb.ErrorCodeAccessDenied)
	_, err = admin.AppendToStream(within(t), "$$customer-1", esdb.AppendToStreamOptions{}, event)
	refusedWith(t, "the administrator describes a stream of the ledger's", err, esdb.ErrorCodeAccessDenied)
	_, err = auditor.AppendToStream(within(t), "notes-1", esdb.AppendToStreamOptions{}, event)
	refusedWith(t, "the auditor appends", err, esdb.ErrorCodeAccessDenied)
	_, err = admin.DeleteStream(within(t), "notes-1", esdb.DeleteStreamOptions{})
	refusedWith(t, "the administrator deletes", err, esdb.ErrorCodeAccessDenied)
	hidden := esdb.StreamMetadata{}
	hidden.SetMaxCount(1)
	_, err = admin.SetStreamMetadata(within(t), "notes-1", esdb.AppendToStreamOptions{}, hidden)
	refusedWith(t, "the administrator hides", err, esdb.ErrorCodeAccessDenied)
}

func TestTheLedgerIsNotServedInClearToOtherMachines(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{
		"any address":              {"--eventstoredb-listen", "0.0.0.0:0"},
		"a certificate without it": {"--eventstoredb-listen", "127.0.0.1:0", "--eventstoredb-cert", "/dev/null"},
		"options without a port":   {"--eventstoredb-writable"},
	} {
		machine := install(t)
		printed, code := machine.run("serve", append([]string{"--listen", "127.0.0.1:0"}, arguments...)...)
		if code == 0 || !strings.Contains(printed, "certificate") && !strings.Contains(printed, "--eventstoredb-listen") {
			t.Errorf("%s: exit code %d, %s", name, code, printed)
		}
	}
}

// tool runs `guishu eventstoredb` until the test ends or it is stopped, and gives
// the connection string it prints.
func (i *installation) tool(arguments ...string) (address string, stop func() int) {
	i.t.Helper()
	command := exec.Command(binary(i.t), append([]string{"eventstoredb", "--listen", "127.0.0.1:0"}, arguments...)...)
	command.Env = i.environment()
	log := newOutput()
	command.Stderr = log
	printed, err := command.StdoutPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		i.t.Fatal(err)
	}
	stopped := false
	stop = func() int {
		if !stopped {
			stopped = true
			_ = command.Process.Signal(syscall.SIGINT)
			_ = command.Wait()
		}
		return command.ProcessState.ExitCode()
	}
	i.t.Cleanup(func() { stop() })
	line, err := bufio.NewReader(printed).ReadString('\n')
	if err != nil {
		i.t.Fatalf("it printed no address: %v\n%s", err, log)
	}
	return strings.TrimSpace(line), stop
}

// Any project can test against it: one command, a connection string, Ctrl-C.
func TestAnEventStoreDBForTests(t *testing.T) {
	t.Parallel()
	event := esdb.EventData{EventID: uuid.New(), EventType: "opened", ContentType: esdb.ContentTypeJson, Data: []byte("{}")}
	address, stop := install(t).tool("--memory")
	if !strings.HasSuffix(address, "?tls=false") {
		t.Errorf("it prints %q", address)
	}
	client := connected(t, address)
	if _, err := client.AppendToStream(within(t), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, event); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteStream(within(t), "account-1", esdb.DeleteStreamOptions{}); err != nil {
		t.Errorf("deleting: %v", err)
	}
	if code := stop(); code != 0 {
		t.Errorf("exit code %d after Ctrl-C", code)
	}

	machine := install(t)
	address, stop = machine.tool("--data", machine.folder)
	if _, err := connected(t, address).AppendToStream(within(t), "account-1", esdb.AppendToStreamOptions{}, event); err != nil {
		t.Fatal(err)
	}
	if code := stop(); code != 0 {
		t.Errorf("exit code %d after Ctrl-C", code)
	}
	machine.awaitPostgreSQLGone()
	address, _ = machine.tool("--data", machine.folder)
	if read, err := everything(t, connected(t, address)); err != nil || read != 2 { // and $$$scavenges, which a fresh server has
		t.Errorf("after a restart it holds %d events, %v", read, err)
	}
}

func TestAnEventStoreDBForTestsThatMakesNoSense(t *testing.T) {
	t.Parallel()
	machine := install(t)
	for _, arguments := range [][]string{
		{}, {"--memory", "--data", machine.folder}, {"--memory", "--user", "admin"}, {"--memory", "--listen", "0.0.0.0:0"},
		{"--memory", "--listen", "nowhere"}, {"--memory", "--advertise", "x"},
	} {
		command := exec.Command(binary(t), append([]string{"eventstoredb"}, arguments...)...)
		command.Env = machine.environment()
		if printed, err := command.CombinedOutput(); err == nil || len(printed) == 0 {
			t.Errorf("%q: %v, %s", arguments, err, printed)
		}
	}
}
