package main

import (
	"bufio"
	"bytes"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"leadscore/serve/auth"
	"leadscore/serve/auth/authtest"
	"leadscore/serve/client"
)

// secureServer is the real binary, serving by TLS with tokens on a port of this machine.
type secureServer struct {
	address, admin   string
	authority        *authtest.Authority
	files            authtest.Files
	tokens           string // file
	token, readToken string
	command          *exec.Cmd
	log              *serverLog
}

// serverLog is what the server has written so far.
type serverLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// secureBinary starts it, with more flags.
func secureBinary(t *testing.T, flags ...string) *secureServer {
	t.Helper()
	dir := t.TempDir()
	made := trained(t)
	challenge(t, filepath.Join(made, "store"))
	s := &secureServer{authority: authtest.NewAuthority(t, "test CA"), tokens: filepath.Join(dir, "tokens.yaml"), admin: freeAddress(t), log: new(serverLog)}
	s.files = s.authority.Write(t, dir)
	s.token, s.readToken = s.newToken(t, "crm", auth.Score), s.newToken(t, "reader", auth.Read)
	program, err := exec.LookPath("leadscore") // testscript.Main puts it there
	if err != nil {
		t.Fatal(err)
	}
	s.command = exec.Command(program, append([]string{"serve", "--store", filepath.Join(made, "store"), "--model", "deals", "--listen", "127.0.0.1:0",
		"--tls-cert", s.files.Certificate, "--tls-key", s.files.Key, "--tokens", s.tokens, "--credentials-every", "20ms", "--admin-listen", s.admin}, flags...)...)
	stderr, err := s.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
	})
	address := make(chan string, 1)
	go s.read(bufio.NewReader(stderr), address)
	select {
	case s.address = <-address:
	case <-time.After(time.Minute):
	}
	if s.address == "" {
		t.Fatalf("the server did not start:\n%s", s.log)
	}
	return s
}

var servingAt = regexp.MustCompile(`msg=serving address=(\S+)`)

// read keeps the log, and says once where the server listens; an end without that is an empty address.
func (s *secureServer) read(lines *bufio.Reader, address chan<- string) {
	defer close(address)
	for {
		line, err := lines.ReadString('\n')
		s.log.mu.Lock()
		s.log.text.WriteString(line)
		s.log.mu.Unlock()
		if at := servingAt.FindStringSubmatch(line); at != nil {
			address <- at[1]
		}
		if err != nil {
			return
		}
	}
}

func (s *secureServer) newToken(t *testing.T, name string, scopes ...auth.Scope) string {
	t.Helper()
	if len(scopes) == 0 {
		scopes = []auth.Scope{auth.Score}
	}
	token, err := auth.NewToken(s.tokens, name, scopes, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(token)
}

func (s *secureServer) dial(t *testing.T, security client.Security) *grpc.ClientConn {
	t.Helper()
	options, err := security.DialOptions(s.address)
	if err != nil {
		t.Fatal(err)
	}
	connection, err := grpc.NewClient(s.address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

// freeAddress is a port of this machine that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer lis.Close()
	return lis.Addr().String()
}
