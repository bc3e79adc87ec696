package app

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// Listen opens addr. With next set, a port in use is answered with the next free
// one (at most 50 further); moved says that this happened.
func Listen(addr string, next bool) (l net.Listener, moved bool, err error) {
	l, err = net.Listen("tcp", addr)
	if err == nil || !next || !inUse(err) {
		return l, false, err
	}
	host, portText, splitErr := net.SplitHostPort(addr)
	port, convErr := strconv.Atoi(portText)
	if splitErr != nil || convErr != nil {
		return nil, false, err
	}
	for p := port + 1; p <= min(port+50, 65535); p++ {
		if l, e := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(p))); e == nil {
			return l, true, nil
		}
	}
	return nil, false, fmt.Errorf("ports %d to %d are all in use; give another with --addr", port, port+50)
}

// inUse reports whether an address was taken. Go does not map Windows'
// WSAEADDRINUSE (10048) to EADDRINUSE.
func inUse(err error) bool {
	var errno syscall.Errno
	return errors.Is(err, syscall.EADDRINUSE) || errors.As(err, &errno) && errno == 10048
}

// IsLoopback reports whether an address can be reached from this machine only.
func IsLoopback(addr net.Addr) bool {
	t, ok := addr.(*net.TCPAddr)
	return ok && t.IP.IsLoopback()
}
