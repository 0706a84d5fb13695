package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// How long a certificate of our own is valid, and when it is made anew.
const (
	certificateLife  = 2 * 365 * 24 * time.Hour
	certificateRenew = 30 * 24 * time.Hour
)

// keyPair is a certificate and its key, in files.
type keyPair struct{ certificate, key string }

// ownCertificate gives a certificate for this machine alone, from the folder or
// made now. EventStoreDB's clients send names and passwords over TLS only, also
// to their own machine: with this they can, trusting the file.
func ownCertificate(folder string) (keyPair, error) {
	pair := keyPair{certificate: filepath.Join(folder, "eventstoredb.crt"), key: filepath.Join(folder, "eventstoredb.key")}
	if pair.valid(time.Now()) {
		return pair, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return keyPair{}, err
	}
	if err := pair.make(time.Now()); err != nil {
		return keyPair{}, fmt.Errorf("make a certificate for this machine: %w", err)
	}
	return pair, nil
}

// valid says whether the certificate is there and lasts.
func (k keyPair) valid(now time.Time) bool {
	config, err := loadCertificate(k.certificate, k.key)
	if err != nil {
		return false
	}
	leaf := config.Certificates[0].Leaf
	return leaf != nil && now.After(leaf.NotBefore) && now.Add(certificateRenew).Before(leaf.NotAfter)
}

func (k keyPair) make(now time.Time) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Guishu on this machine"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := writePEM(k.key, "PRIVATE KEY", key, 0o600); err != nil {
		return err
	}
	return writePEM(k.certificate, "CERTIFICATE", certificate, 0o644)
}

// writePEM puts a file in place at once, never half.
func writePEM(path, kind string, content []byte, mode os.FileMode) error {
	temporary := path + ".new"
	if err := os.Remove(temporary); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.WriteFile(temporary, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), mode); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
