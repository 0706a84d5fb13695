package privatepg

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// longestSocket is how long a socket's path may be (sun_path on the smallest
// system, with its closing zero).
const longestSocket = 103

// socketFolder makes the folder of the cluster's socket, closed to everybody but
// the account. It is not in the data folder because a socket's path must be
// short, however long the data folder's is.
func socketFolder(data string, account account) (string, error) {
	sum := sha256.Sum256([]byte(data))
	name := "guishu-" + hex.EncodeToString(sum[:6])
	var places []string
	if account.other {
		places = []string{"/run", "/var/run"}
	} else if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" {
		places = []string{runtime}
	}
	for _, place := range places {
		folder := filepath.Join(place, name)
		if fitsSocket(folder) && closedFolder(folder, account) == nil {
			return folder, nil
		}
	}
	// In /tmp anybody can make folders, also one of this name: the user's id keeps
	// honest users apart, and a folder that is not the account's own is not used.
	folder := fmt.Sprintf("/tmp/%s-%d", name, account.uid)
	if closedFolder(folder, account) == nil {
		return folder, nil
	}
	folder, err := os.MkdirTemp("/tmp", name+"-")
	if err != nil {
		return "", fmt.Errorf("make a folder for PostgreSQL's socket: %w", err)
	}
	if err := account.own(folder); err != nil {
		return "", fmt.Errorf("give the socket's folder to %s: %w", account.name, err)
	}
	return folder, nil
}

// removeSocket removes the folder of a socket, unless a PostgreSQL that lives has its
// socket there: another's, beside which this one could not be started.
func removeSocket(folder string) error {
	if lock, err := socketLock(folder); err != nil || lock.held() {
		return err
	}
	return os.RemoveAll(folder)
}

// fitsSocket tells whether a socket in the folder has a path short enough, and
// plain enough to be one item in a list of PostgreSQL's settings.
func fitsSocket(folder string) bool {
	return filepath.IsAbs(folder) && len(folder)+len("/.s.PGSQL."+port) <= longestSocket && !strings.ContainsAny(folder, ` ,"'\`)
}

// closedFolder makes the folder, or checks that the one there is a real folder
// that belongs to the account and is closed to others.
func closedFolder(folder string, account account) error {
	if err := os.Mkdir(folder, 0o700); err == nil {
		return account.own(folder)
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() || owner(info) != account.uid || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not a closed folder of %s", folder, account.name)
	}
	return nil
}
