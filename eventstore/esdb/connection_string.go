package esdb

import (
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// ConnectionStringError says what is wrong with a connection string. It never
// shows the password, nor anything that might be a piece of it.
type ConnectionStringError struct{ Reason string }

func (e *ConnectionStringError) Error() string {
	return "event store: the EventStoreDB connection string " + e.Reason
}

// The settings that the client knows, and those that only other clients know
// and that do no harm.
var (
	knownSettings = []string{
		"defaultdeadline", "discoveryinterval", "gossiptimeout", "keepaliveinterval", "keepalivetimeout",
		"maxdiscoverattempts", "nodepreference", "tls", "tlscafile", "tlsverifycert", "usercertfile", "userkeyfile",
	}
	otherClientsSettings = []string{"connectionname", "throwonappendfailure"}
)

const form = "; it has the form esdb://user:password@host:2113?tls=true, or esdb+discover:// for a cluster"

// connectionParts is a connection string taken apart so that its credentials
// are in no text that an error could quote.
type connectionParts struct {
	scheme, hosts    string
	endpoints        []*esdb.EndPoint
	user, password   string
	settings         url.Values
	mayShowTheSecret bool // a stray @ says that a password was not encoded
}

// parseConnectionString reads a connection string. The client's own reading of
// it would quote pieces of a password that was not percent-encoded, let a port
// above 65535 wrap around, and keep a deadline it could not read as zero.
func parseConnectionString(connectionString string, log *slog.Logger) (*esdb.Configuration, error) {
	parts, err := takeApart(connectionString)
	if err != nil {
		return nil, err
	}
	if err := parts.checkSettings(log); err != nil {
		return nil, err
	}
	if err := parts.checkFiles(); err != nil {
		return nil, err
	}
	config, err := esdb.ParseConnectionString(parts.withoutCredentials())
	if err != nil {
		return nil, parts.refuse("cannot be understood", err.Error())
	}
	config.Username, config.Password = parts.user, parts.password
	if config.Address = parts.endpoints[0].String(); len(parts.endpoints) > 1 {
		config.Address, config.GossipSeeds = "", parts.endpoints
		config.DnsDiscover = false // the client would ask no seed at all
	}
	return config, checkConfiguration(config)
}

func takeApart(connectionString string) (connectionParts, error) {
	scheme, rest, found := strings.Cut(connectionString, "://")
	if !found || scheme != "esdb" && scheme != "esdb+discover" {
		return connectionParts{}, &ConnectionStringError{"does not begin with esdb:// or esdb+discover://" + form}
	}
	parts := connectionParts{scheme: scheme}
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	rest = rest[len(authority):]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if err := parts.takeCredentials(authority[:at]); err != nil {
			return connectionParts{}, err
		}
		authority = authority[at+1:]
	}
	path, query, _ := strings.Cut(rest, "?")
	parts.mayShowTheSecret = strings.Contains(rest, "@")
	if strings.ContainsAny(path, "@#") || strings.Contains(query, "#") {
		return connectionParts{}, &ConnectionStringError{"holds a user name or password that is not percent-encoded" + form}
	}
	if path != "" && path != "/" {
		return connectionParts{}, parts.refuse("has a path", path)
	}
	parts.hosts = authority
	if err := parts.takeHosts(); err != nil {
		return connectionParts{}, err
	}
	settings, err := url.ParseQuery(query)
	if err != nil {
		return connectionParts{}, parts.refuse("has settings that cannot be read", err.Error())
	}
	parts.settings = settings
	return parts, nil
}

func (p *connectionParts) takeCredentials(text string) error {
	user, password, found := strings.Cut(text, ":")
	user, userErr := url.PathUnescape(user)
	password, passwordErr := url.PathUnescape(password)
	switch {
	case userErr != nil || passwordErr != nil:
		return &ConnectionStringError{"holds a user name or password that is not percent-encoded" + form}
	case user == "":
		return &ConnectionStringError{"gives a password without a user name" + form}
	case !found || password == "":
		return &ConnectionStringError{"gives a user name without a password" + form}
	}
	p.user, p.password = user, password
	return nil
}

func (p *connectionParts) checkSettings(log *slog.Logger) error {
	for name, values := range p.settings {
		lower := strings.ToLower(name)
		switch {
		case len(values) > 1:
			return p.refuse("gives a setting twice", name)
		case slices.Contains(knownSettings, lower):
			continue
		case !slices.Contains(otherClientsSettings, lower):
			return p.refuse("has a setting that is not known", name)
		}
		log.Warn("a setting of the EventStoreDB connection string has no meaning here", "setting", lower)
		delete(p.settings, name)
	}
	return nil
}

// withoutCredentials is the connection string for the client's own reader, which is
// told the settings alone: it knows no IPv6.
func (p *connectionParts) withoutCredentials() string {
	text := p.scheme + "://elsewhere"
	if len(p.settings) > 0 {
		text += "?" + p.settings.Encode()
	}
	return text
}

func (p *connectionParts) refuse(what, detail string) error {
	if p.mayShowTheSecret {
		return &ConnectionStringError{what + " (a password must be percent-encoded)" + form}
	}
	return &ConnectionStringError{what + ": " + detail + form}
}

func checkConfiguration(config *esdb.Configuration) error {
	switch {
	case config.NodePreference != esdb.NodePreferenceLeader:
		return &ConnectionStringError{"prefers other nodes than the leader (nodePreference): they may lag behind what was written, and the ledger is decided on what is read; leave the setting out"}
	case config.DefaultDeadline != nil && *config.DefaultDeadline <= 0:
		return &ConnectionStringError{"has a defaultDeadline that is not a number of milliseconds above 0"}
	case config.MaxDiscoverAttempts < 1:
		return &ConnectionStringError{"has a maxDiscoverAttempts below 1"}
	case config.GossipTimeout < 1:
		return &ConnectionStringError{"has a gossipTimeout below 1 second"}
	case config.DiscoveryInterval < 0:
		return &ConnectionStringError{"has a discoveryInterval below 0"}
	}
	if err := config.Validate(); err != nil {
		return &ConnectionStringError{"is incomplete: " + err.Error()}
	}
	return nil
}

// clustered says whether the client asks for the members of a cluster.
func clustered(config *esdb.Configuration) bool {
	return config.DnsDiscover || len(config.GossipSeeds) > 0
}

// onThisMachine says whether every address of the configuration is a loopback
// address.
func onThisMachine(config *esdb.Configuration) bool {
	hosts := make([]string, 0, 1+len(config.GossipSeeds))
	for _, address := range strings.Split(addresses(config), ",") {
		host, _, _ := net.SplitHostPort(address)
		hosts = append(hosts, host)
	}
	return !slices.ContainsFunc(hosts, func(host string) bool { return !loopback(host) })
}

func loopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// addresses names where the client is to connect, without credentials.
func addresses(config *esdb.Configuration) string {
	if len(config.GossipSeeds) == 0 {
		return config.Address
	}
	names := make([]string, len(config.GossipSeeds))
	for i, seed := range config.GossipSeeds {
		names[i] = seed.String()
	}
	return strings.Join(names, ",")
}
