package esdb

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// usualPort is where EventStoreDB listens.
const usualPort = 2113

// takeHosts reads the hosts: names, or addresses, of which those of IPv6 stand in
// brackets as everywhere where a port may follow.
func (p *connectionParts) takeHosts() error {
	if p.hosts == "" {
		return &ConnectionStringError{"names no host" + form}
	}
	for host := range strings.SplitSeq(p.hosts, ",") {
		name, port := host, ""
		colon := strings.LastIndexByte(host, ':')
		if bracket := strings.LastIndexByte(host, ']'); colon > bracket {
			name, port = host[:colon], host[colon+1:]
		}
		inside, opened := strings.CutPrefix(name, "[")
		inside, closed := strings.CutSuffix(inside, "]")
		number, err := strconv.Atoi(port)
		if colon < 0 || len(name) == len(host) {
			number, err = usualPort, nil
		}
		switch {
		case name == "":
			return p.refuse("names an empty host", p.hosts)
		case opened != closed || opened && net.ParseIP(inside) == nil:
			return p.refuse("names a host in brackets that is no IPv6 address", host)
		case !opened && strings.Contains(name, ":"):
			return p.refuse("names a host with several colons (an IPv6 address stands in brackets, such as [::1]:2113), or whose port is not a number", host)
		case err != nil || number < 1 || number > 65535:
			return p.refuse("names a host whose port is not a number from 1 to 65535", host)
		}
		p.endpoints = append(p.endpoints, &esdb.EndPoint{Host: name, Port: uint16(number)})
	}
	return nil
}

// checkFiles says which certificate cannot be used, and why: the client would say so
// only when it connects, in words of its own.
func (p *connectionParts) checkFiles() error {
	files := make(map[string]string)
	for name, values := range p.settings {
		files[strings.ToLower(name)] = values[0]
	}
	if authority := files["tlscafile"]; authority != "" {
		content, err := os.ReadFile(authority)
		if err != nil {
			return p.refuse("names a file of certificates (tlsCAFile) that cannot be read", err.Error())
		}
		if !x509.NewCertPool().AppendCertsFromPEM(content) {
			return p.refuse("names a file (tlsCAFile) in which there is no certificate in PEM form", authority)
		}
	}
	certificate, key := files["usercertfile"], files["userkeyfile"]
	if certificate == "" || key == "" {
		return nil // whether one is missing is looked at later
	}
	if _, err := tls.LoadX509KeyPair(certificate, key); err != nil {
		return p.refuse("names a user certificate (userCertFile, userKeyFile) that cannot be used", err.Error())
	}
	return nil
}
