package privatepg

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// account is the system account that PostgreSQL runs as.
type account struct {
	name     string
	uid, gid int
	caller   string // the account Guishu runs as: the one that connects
	other    bool   // PostgreSQL runs as another account than Guishu, which is root
}

// chooseAccount decides who PostgreSQL runs as. An ordinary user runs it itself.
// PostgreSQL refuses root, so for root it is the account named, else the one that
// owns the files already, else postgres, else nobody.
func chooseAccount(name, files string) (account, error) {
	caller, err := user.Current()
	if err != nil {
		return account{}, fmt.Errorf("find out who runs guishu: %w", err)
	}
	if os.Geteuid() != 0 {
		if name != "" && name != caller.Username {
			return account{}, fmt.Errorf("only root can run PostgreSQL as %s; this is %s", name, caller.Username)
		}
		return account{name: caller.Username, uid: os.Geteuid(), gid: os.Getegid(), caller: caller.Username}, nil
	}
	chosen, err := accountForRoot(name, files)
	if err != nil {
		return account{}, err
	}
	uid, err := strconv.Atoi(chosen.Uid)
	if err != nil {
		return account{}, err
	}
	gid, err := strconv.Atoi(chosen.Gid)
	if err != nil {
		return account{}, err
	}
	if uid == 0 {
		return account{}, errors.New("PostgreSQL refuses to run as root: name another account to run it as")
	}
	return account{name: chosen.Username, uid: uid, gid: gid, caller: caller.Username, other: true}, nil
}

func accountForRoot(name, files string) (*user.User, error) {
	if name != "" {
		chosen, err := user.Lookup(name)
		if err != nil {
			return nil, fmt.Errorf("the account to run PostgreSQL as: %w", err)
		}
		return chosen, nil
	}
	if info, err := os.Stat(files); err == nil {
		if uid := owner(info); uid != 0 {
			if chosen, err := user.LookupId(strconv.Itoa(uid)); err == nil {
				return chosen, nil
			}
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		if chosen, err := user.Lookup(name); err == nil {
			return chosen, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root and there is no account postgres or nobody: name another account to run it as")
}

// attributes are how a program of PostgreSQL is started: as the account, without
// the caller's other groups, apart from the caller's terminal (a Ctrl-C there is
// for Guishu, which then stops PostgreSQL in its turn).
func (a account) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setsid: true}
	if a.other {
		attributes.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attributes
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// owner is the user id of a file's owner.
func owner(info os.FileInfo) int {
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
