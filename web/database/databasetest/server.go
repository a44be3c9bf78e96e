package databasetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// script makes the cluster and runs the server until it fails or the test process
// has ended. That is told by the script's input: the other end of the pipe is held
// by nobody else, so a test that panics or is killed closes it too.
const script = `
set -u
bin=$1 dir=$2 port=$3
cd "$dir"
exec 3<&0 4>&2 >log 2>&1
if "$bin/initdb" -D data -U postgres -A trust -N -E UTF8 --locale=C; then
	"$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
		-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
		-c shared_buffers=16MB -c max_connections=150 -c max_worker_processes=2 -c jit=off 3<&- 4>&- &
	server=$!
	{ cat <&3 >/dev/null; kill -QUIT $server; } &
	wait $server
fi
cat log >&4
cd /
rm -rf "$dir"
`

func startOnce(bin string) (*server, error) {
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(scratch(), "partnerdesk-postgres-")
	if err != nil {
		return nil, err
	}
	if who != nil {
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return nil, err
		}
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	leash, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	var said bytes.Buffer
	cmd := exec.Command("sh", "-c", script, "sh", bin, dir, strconv.Itoa(port))
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.Stdin, cmd.Stderr = leash, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: who} // away from the terminal's Ctrl+C
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	leash.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s := &server{port: port, leash: hold}
	if err := s.await(ended); err != nil {
		hold.Close()
		if why := <-ended; why != nil {
			err = fmt.Errorf("%w (%w)", err, why)
		}
		return nil, fmt.Errorf("%w: %s", err, &said)
	}
	return s, nil
}

// await returns when the server answers.
func (s *server) await(ended chan error) error {
	admin, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	admin.SetMaxOpenConns(2)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		if err = admin.PingContext(ctx); err == nil {
			s.admin = admin
			return nil
		}
		select {
		case err := <-ended:
			ended <- err
			return errors.New("the server ended")
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// unprivileged is who runs the server when the tests run as root, which PostgreSQL
// refuses; nil for oneself.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		found, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
