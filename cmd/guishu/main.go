// Command guishu runs the ledger: see the README, or `guishu --help`.
package main

func main() {}
