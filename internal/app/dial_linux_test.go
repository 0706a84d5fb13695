package app

import (
	"net"
	"syscall"
	"testing"
)

func TestADatabaseThatFallsSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	connection, err := databaseDialer().DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	raw, err := connection.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(descriptor uintptr) {
		for name, wanted := range map[string][3]int{
			"probes are sent":            {syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
			"seconds before a probe":     {syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, 10},
			"seconds between probes":     {syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, 5},
			"probes":                     {syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, 4},
			"milliseconds for sent data": {syscall.IPPROTO_TCP, tcpUserTimeout, 30_000},
		} {
			got, err := syscall.GetsockoptInt(int(descriptor), wanted[0], wanted[1])
			if err != nil || got != wanted[2] {
				t.Errorf("%s: %d (%v), want %d", name, got, err, wanted[2])
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASocketFileNeedsNoProbes(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/s"
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	connection, err := databaseDialer().DialContext(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	_ = connection.Close()
}
