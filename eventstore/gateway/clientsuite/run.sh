#!/usr/bin/env bash
# Runs the official Go client's own test suite against a server of this project.
#
#   run.sh FOLDER [arguments of go test …]
#
# The suite is copied from the module cache to FOLDER, which must lie outside
# this module. SUITE_SERVER is the command that starts a server, {address} where
# it is to listen; with EVENTSTORE_INSECURE=false, SUITE_TLS_SERVER is added, in
# which {certificates} is the folder of node.crt and node.key. The command must
# let admin sign in with the password changeit.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?where to copy the suite to}
shift
: "${SUITE_SERVER:?the command that starts a server}"
if [ ! -d "$folder/esdb" ]; then
  mkdir -p "$folder"
  module=$(cd "$here" && go list -m -f '{{.Dir}}' github.com/EventStore/EventStore-Client-Go/v4)
  cp -r "$module/." "$folder"
  chmod -R u+w "$folder"
fi
cp "$here/databases.go.txt" "$folder/esdb/containers_test.go"

# The certificates that the suite expects beside itself.
if [ ! -d "$folder/certs" ]; then
  mkdir -p "$folder"/certs/{ca,node,untrusted-ca,user-admin,user-invalid}
  cd "$folder/certs"
  authority() { # folder
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1" -keyout "$1/ca.key" -out "$1/ca.crt" 2>/dev/null
  }
  certificate() { # folder, name, common name, authority, further names
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$3" -keyout "$1/$2.key" -out "$1/$2.csr" 2>/dev/null
    openssl x509 -req -days 30 -in "$1/$2.csr" -CA "$4/ca.crt" -CAkey "$4/ca.key" -CAcreateserial \
      -extfile <(printf '%s' "$5") -out "$1/$2.crt" 2>/dev/null
  }
  authority ca
  authority untrusted-ca
  certificate node node eventstoredb-node ca 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  certificate user-admin user-admin admin ca 'extendedKeyUsage=clientAuth'
  certificate user-invalid user-invalid nobody ca 'extendedKeyUsage=clientAuth'
fi

cd "$folder"
exec go test -count=1 -v "$@" ./esdb
