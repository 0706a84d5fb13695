package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// protocolListening says where EventStoreDB's protocol is spoken, and how it is
// protected.
type protocolListening struct {
	address     string
	certificate string // PEM files; empty for none
	key         string
	plain       bool   // in clear also where other machines can reach it
	own         string // the folder of a certificate of our own, for this machine; empty for none
}

// errProtocolPlain says that other machines would send passwords and read the
// ledger in clear.
var errProtocolPlain = errors.New("没有证书只监听本机地址 / without a certificate only a loopback address is served; give a certificate and its key")

// opened is a port that is listened on.
type opened struct {
	net.Listener
	tls   *tls.Config // nil: in clear
	plain bool        // beside TLS, in clear too
	file  string      // the certificate of our own, for clients to trust
}

// open listens, or says why that would not be safe.
func (l protocolListening) open(ctx context.Context) (opened, error) {
	host, _, err := net.SplitHostPort(l.address)
	if err != nil {
		return opened{}, fmt.Errorf("listen on %s: %w", l.address, err)
	}
	if (l.certificate == "") != (l.key == "") {
		return opened{}, errors.New("证书和私钥要一起给 / a certificate needs its key, and a key its certificate")
	}
	local := loopback(host)
	if l.certificate == "" && !local && !l.plain {
		return opened{}, fmt.Errorf("listen on %s: %w", l.address, errProtocolPlain)
	}
	port := opened{plain: local}
	switch {
	case l.certificate != "":
		port.plain = false
		if port.tls, err = loadCertificate(l.certificate, l.key); err != nil {
			return opened{}, err
		}
	case l.own != "":
		own, err := ownCertificate(l.own)
		if err != nil {
			return opened{}, err
		}
		port.file = own.certificate
		if port.tls, err = loadCertificate(own.certificate, own.key); err != nil {
			return opened{}, err
		}
	}
	if port.Listener, err = new(net.ListenConfig).Listen(ctx, "tcp", l.address); err != nil {
		return opened{}, err
	}
	return port, nil
}

func loadCertificate(certificate, key string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// connection is what clients are to connect with.
func (o opened) connection() string {
	switch {
	case o.tls == nil:
		return "esdb://" + o.Addr().String() + "?tls=false"
	case o.file != "":
		return "esdb://" + o.Addr().String() + "?tlsCAFile=" + strings.ReplaceAll(url.QueryEscape(o.file), "%2F", "/")
	}
	return "esdb://" + o.Addr().String()
}

// advertised is where clients are sent: host:port, or nothing.
func advertised(address string) (host string, port uint16, err error) {
	if address == "" {
		return "", 0, nil
	}
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	number, err := strconv.ParseUint(text, 10, 16)
	return host, uint16(number), err
}
