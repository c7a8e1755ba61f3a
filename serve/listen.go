package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// ErrPublicAddress says that an address can be reached by other machines, which needs TLS or a deliberate word.
var ErrPublicAddress = errors.New("other machines can reach this address and the connection is not encrypted: anyone on the network could read leads and scores")

// listen opens the address. One that is not loopback is refused unless insecure is set.
func listen(ctx context.Context, address string, insecure bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %w; write host:port, such as 127.0.0.1:50051", address, err)
	}
	if !insecure {
		if err := checkLoopback(ctx, host); err != nil {
			return nil, fmt.Errorf("listen address %q: %w", address, err)
		}
	}
	lis, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %w", address, err)
	}
	return lis, nil
}

// checkLoopback wants every address of the host to be this machine's own. An empty host means all interfaces.
func checkLoopback(ctx context.Context, host string) error {
	if host == "" {
		return ErrPublicAddress
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		if !address.Unmap().IsLoopback() {
			return ErrPublicAddress
		}
	}
	return nil
}
