package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// server is a leadscore serve that a script started.
type server struct {
	command *exec.Cmd
	log     bytes.Buffer
	read    chan struct{} // closed when its log has ended
}

// serverKey finds the script's server, a **server, among its values.
type serverKey struct{}

// listening finds the addresses of gRPC and HTTP in the log.
var listening = regexp.MustCompile(`msg=serving address=(\S+) http=(\S+)`)

// startServer returns once the server's log says where it listens.
func startServer(ts *testscript.TestScript, _ bool, args []string) {
	program, err := exec.LookPath("leadscore") // testscript.Main puts it there
	ts.Check(err)
	command := exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	command.Dir = ts.MkAbs(".")
	stderr, err := command.StderrPipe()
	ts.Check(err)
	ts.Check(command.Start())
	s := &server{command: command, read: make(chan struct{})}
	ts.Defer(func() {
		if command.ProcessState == nil {
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	})
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		s.log.WriteString(line)
		if err != nil {
			ts.Fatalf("the server ended:\n%s", s.log.String())
		}
		if at := listening.FindStringSubmatch(line); at != nil {
			ts.Setenv("ADDRESS", at[1])
			ts.Setenv("HTTP", at[2])
			break
		}
	}
	go func() {
		defer close(s.read)
		_, _ = io.Copy(&s.log, lines) // ends with the process
	}()
	*ts.Value(serverKey{}).(**server) = s
}

// stopServer sends a signal, waits for the end and leaves the log in server.log.
func stopServer(ts *testscript.TestScript, _ bool, args []string) {
	s := *ts.Value(serverKey{}).(**server)
	ts.Check(s.command.Process.Signal(map[string]os.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": os.Interrupt}[args[0]]))
	<-s.read
	_ = s.command.Wait() // the exit code is looked at
	ts.Check(os.WriteFile(ts.MkAbs("server.log"), s.log.Bytes(), 0o666))
	if code, want := s.command.ProcessState.ExitCode(), number(ts, args[1]); code != want {
		ts.Fatalf("exit code %d, want %d\n%s", code, want, s.log.String())
	}
}
