//go:build !linux

package privatepg

import "syscall"

// dieWithParent can do nothing here: the next start finds the child and stops it.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}
