package serve

import (
	"context"
	"errors"
	"fmt"
	"net"

	"leadscore/serve/auth"
)

// ErrPublicAddress says that an address can be reached by other machines, which needs TLS and authentication, or a
// deliberate word.
var ErrPublicAddress = errors.New("other machines can reach this address")

// CheckAddress wants an address to be protected: by TLS and authentication of guard, which may be nil, or because it is one
// of this machine alone.
func CheckAddress(ctx context.Context, address string, guard *auth.Guard) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen address %q: %w; write host:port, such as 127.0.0.1:50051", address, err)
	}
	encrypted, known := guard != nil && guard.Certificates != nil, guard != nil && guard.Required()
	if encrypted && known {
		return nil
	}
	err = checkLoopback(ctx, host)
	switch {
	case errors.Is(err, ErrPublicAddress) && !encrypted:
		return fmt.Errorf("listen address %q: %w and the connection is not encrypted: anyone on the network could read leads and scores: give a certificate, and tokens, JWT keys or a client CA", address, err)
	case errors.Is(err, ErrPublicAddress):
		return fmt.Errorf("listen address %q: %w and callers do not have to say who they are: give tokens, JWT keys or a client CA", address, err)
	case err != nil:
		return fmt.Errorf("listen address %q: %w", address, err)
	}
	return nil
}

// listen opens the address. One that is not protected is refused unless insecure is set.
func listen(ctx context.Context, address string, guard *auth.Guard, insecure bool) (net.Listener, error) {
	err := CheckAddress(ctx, address, guard)
	if err != nil && !(insecure && errors.Is(err, ErrPublicAddress)) {
		return nil, err
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
