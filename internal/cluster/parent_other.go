//go:build !linux

package cluster

import "syscall"

// dieWithParent can do nothing here: the next start finds the child and stops it.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}
