package app

// childVariable tells a copy of the test program to be a server.
const childVariable = "GODWIT_APP_CHILD"

func runChild(string) int { return 0 }
