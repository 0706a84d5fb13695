package privatepg

import "syscall"

// dieWithParent makes the kernel send the child a signal when its parent ends.
func dieWithParent(attributes *syscall.SysProcAttr, signal syscall.Signal) {
	attributes.Pdeathsig = signal
}
