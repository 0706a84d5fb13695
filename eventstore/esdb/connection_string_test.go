package esdb

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestConnectionStringsAreUnderstood(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	config, err := parseConnectionString("esdb://admin:p%40ss%2Fw%3Fo%23rd@ledger.example:2114?tls=false&keepAliveInterval=20000&defaultDeadline=3000&connectionName=x", quiet)
	if err != nil {
		t.Fatal(err)
	}
	if config.Username != "admin" || config.Password != "p@ss/w?o#rd" || config.Address != "ledger.example:2114" || !config.DisableTLS ||
		config.KeepAliveInterval != 20*time.Second || *config.DefaultDeadline != 3*time.Second || clustered(config) || onThisMachine(config) {
		t.Errorf("got %+v", config)
	}
	cluster, err := parseConnectionString("esdb+discover://one.example:1,two.example,three.example:3?nodePreference=leader", quiet)
	if err != nil {
		t.Fatal(err)
	}
	if len(cluster.GossipSeeds) != 3 || cluster.DnsDiscover || !clustered(cluster) || cluster.DisableTLS || addresses(cluster) != "one.example:1,two.example:2113,three.example:3" {
		t.Errorf("got %+v", cluster)
	}
	byName, err := parseConnectionString("esdb+discover://cluster.example", quiet)
	if err != nil || !byName.DnsDiscover || byName.Address != "cluster.example:2113" {
		t.Errorf("got %+v, %v", byName, err)
	}
	for text, want := range map[string]string{
		"esdb://admin:kennwort@[::1]:4100?tls=false": "[::1]:4100", "esdb://[::1]": "[::1]:2113", "esdb://[::1]:1,[fd00::2],x:3": "[::1]:1,[fd00::2]:2113,x:3",
	} {
		if config, err := parseConnectionString(text, quiet); err != nil || addresses(config) != want {
			t.Errorf("%s: %+v, %v", text, config, err)
		}
	}
	loopback, err := parseConnectionString("esdb://admin:kennwort@[::1]:4100?tls=false", quiet)
	if err != nil || !onThisMachine(loopback) {
		t.Errorf("got %+v, %v", loopback, err)
	}
	here, err := parseConnectionString("esdb://127.0.0.1,localhost:1?tls=false", quiet)
	if err != nil || !onThisMachine(here) {
		t.Errorf("got %+v, %v", here, err)
	}
}

func TestCredentialsLeaveThisMachineByTLSOnly(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	for text, sent := range map[string]bool{
		"esdb://admin:kennwort@127.0.0.1:1?tls=false":             true,
		"esdb://admin:kennwort@ledger.example:1?tls=false":        false,
		"esdb+discover://admin:kennwort@localhost:1?tls=false":    false, // whose gossip names members elsewhere
		"esdb://admin:kennwort@127.0.0.1:1,localhost:2?tls=false": false,
		"esdb://admin:kennwort@127.0.0.1:1?tls=true":              false, // the client does, with each call
	} {
		config, err := parseConnectionString(text, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(outgoing(config, quiet).Get("authorization")) == 1; got != sent {
			t.Errorf("%s: credentials sent in clear: %t, want %t", text, got, sent)
		}
	}
}

func TestBadConnectionStringsAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                                    "does not begin",
		"postgres://host/ledger":                              "does not begin",
		"esdb://":                                             "names no host",
		"esdb://admin:kennwort@":                              "names no host",
		"esdb://one,,two":                                     "an empty host",
		"esdb://host:http":                                    "port",
		"esdb://host:99999":                                   "port",
		"esdb://host/ledger":                                  "a path: /ledger",
		"esdb://admin@host":                                   "without a password",
		"esdb://:kennwort@host":                               "without a user name",
		"esdb://admin:kenn%wort@host":                         "percent-encoded",
		"esdb://admin:kenn/wort@host":                         "percent-encoded",
		"esdb://admin:kenn#wort@host":                         "percent-encoded",
		"esdb://admin:kenn?wort@host":                         "port",
		"esdb://host?tsl=false":                               "not known: tsl",
		"esdb://host?tls=perhaps":                             "tls",
		"esdb://host?tls=true&tls=false":                      "twice: tls",
		"esdb://host?defaultDeadline=soon":                    "defaultDeadline",
		"esdb://host?maxDiscoverAttempts=0":                   "maxDiscoverAttempts",
		"esdb://host?gossipTimeout=0":                         "gossipTimeout",
		"esdb://host?discoveryInterval=-1":                    "discoveryInterval",
		"esdb://host?nodePreference=any":                      "NodePreference",
		"esdb+discover://host?nodePreference=follower":        "nodePreference",
		"esdb://one,two?nodePreference=random":                "nodePreference",
		"esdb+discover://host?nodePreference=readonlyreplica": "nodePreference",
		"esdb://host?userCertFile=/none/client.pem":           "userKeyFile",
		"esdb://host?tlsCAFile=/none/authority.pem":           "/none/authority.pem",
		"esdb://host?tlsCAFile=connection_string_test.go":     "no certificate in PEM form",
		"esdb://host?tlsCAFile=/none/x.pem":                   "a file of certificates (tlsCAFile) that cannot be read",
		"esdb://host?userCertFile=/none/client.pem&userKeyFile=/none/client.key": "a user certificate (userCertFile, userKeyFile) that cannot be used",
		"esdb://::1:4100":         "stands in brackets",
		"esdb://[::1:4100":        "no IPv6 address",
		"esdb://[localhost]:4100": "no IPv6 address",
		"esdb://[::1]:http":       "port",
		"esdb://[::1]4100":        "no IPv6 address",
	} {
		_, err := parseConnectionString(text, slog.New(slog.DiscardHandler))
		var bad *ConnectionStringError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want a mention of %q", text, err, want)
		}
		if err != nil && strings.Contains(strings.ReplaceAll(err.Error(), form, ""), "kenn") {
			t.Errorf("%s: the error shows the password: %v", text, err)
		}
	}
}

// Whatever characters a password has, and whether it was encoded or not: it is
// understood or refused, and no piece of it is shown.
func TestNoPasswordIsShown(t *testing.T) {
	t.Parallel()
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		marks := rapid.StringMatching(`[-/?#@:%,&=+ .0-9\[\]]{0,3}`)
		password := marks.Draw(t, "before") + "Geheim" + marks.Draw(t, "between") + "Kennwort" + marks.Draw(t, "after")
		tail := rapid.SampledFrom([]string{"host", "host:2113", "host:x", "host?tls=false", "host?what=1", "host/path", "a:1,b:2", ""}).Draw(t, "tail")
		if config, err := parseConnectionString("esdb://user:"+url.PathEscape(password)+"@host", slog.New(slog.DiscardHandler)); err != nil || config.Password != password {
			t.Fatalf("%q, encoded: %v", password, err)
		}
		_, err := parseConnectionString("esdb://user:"+password+"@"+tail, slog.New(slog.DiscardHandler))
		if err == nil {
			return
		}
		refused++
		if shown := strings.ReplaceAll(err.Error(), form, ""); strings.Contains(shown, "Geheim") || strings.Contains(shown, "Kennwort") {
			t.Fatalf("shown: %s", shown)
		}
	})
	if refused == 0 {
		t.Error("no connection string was refused: the test tests nothing")
	}
}
