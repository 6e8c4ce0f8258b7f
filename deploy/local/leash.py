"""Runs one command and outlives neither it nor its parent: whatever happens, no descendant is left behind.

    python -I -S leash.py --log FILE [--user NAME] [--lock FILE] [--grace SECONDS] [--signal NAME] -- COMMAND...

The parent holds the write end of this process's stdin and never writes: end of file means that the parent is gone, even
by SIGKILL. The command runs in a session of its own; as subreaper this process inherits every orphan of the command, so
that a daemon that detaches itself cannot escape. stdout gets one line, the command's pid, or ``! reason`` if it could
not be started. Only the standard library is imported, because each child of the stack pays for it.
"""

import argparse
import ctypes
import fcntl
import os
import pwd
import select
import signal
import sys
import time
from collections.abc import Callable

Prctl = Callable[..., int]

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
POLL_SECONDS = 1.0  # how late an exit of the command can be noticed if its signal was lost
KILL_ROUNDS_MAX = 1000  # a fork bomb must not keep the leash alive for ever
KILL_PAUSE_SECONDS = 0.01


def main() -> int:
    """Start the command, wait for its end or the parent's, leave nothing running; its exit status as shells have it."""
    options = _arguments()
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    if options.lock:
        # Held until this process ends: whoever gets the lock exclusively knows that no process of the stack is left.
        fcntl.flock(os.open(options.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), fcntl.LOCK_SH)
    pid, problem = _launch(options, prctl)
    sys.stdout.write(f"! {problem}\n" if problem else f"{pid}\n")
    sys.stdout.flush()
    os.close(1)
    status = _watch(pid, wake_read)
    if status is None:
        status = _terminate(pid, getattr(signal, options.signal), options.grace)
    _sweep()
    return _exit_status(status)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="leash")
    parser.add_argument("--log", required=True)
    parser.add_argument("--user")
    parser.add_argument("--lock")
    parser.add_argument("--grace", type=float, default=5.0)
    parser.add_argument("--signal", default="SIGTERM")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _launch(options: argparse.Namespace, prctl: Prctl) -> tuple[int, str]:
    """Fork and exec; returns the pid and, if exec failed, why."""
    failure_read, failure_write = os.pipe2(os.O_CLOEXEC)
    leash = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            _become(options, prctl, leash)
            os.execvp(options.command[0], options.command)
        except (OSError, KeyError) as error:
            os.write(failure_write, str(error).encode())
        finally:
            os._exit(127)
    os.close(failure_write)
    return pid, os.read(failure_read, 4096).decode()


def _become(options: argparse.Namespace, prctl: Prctl, leash: int) -> None:
    log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if options.user:
        account = pwd.getpwnam(options.user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    # After setuid, which clears it: if even the leash is killed, the command is told to go.
    prctl(PR_SET_PDEATHSIG, int(getattr(signal, options.signal)), 0, 0, 0)
    if os.getppid() != leash:
        os._exit(127)


def _watch(pid: int, wake: int) -> int | None:
    """The command's wait status once it ended; None once the parent is gone or asked for the end."""
    poller = select.poll()
    poller.register(0, select.POLLIN | select.POLLHUP)
    poller.register(wake, select.POLLIN)
    while True:
        status = _reap(pid)
        if status is not None:
            return status
        ready = {fd for fd, _ in poller.poll(POLL_SECONDS * 1000)}
        if 0 in ready or (wake in ready and signal.SIGTERM in os.read(wake, 4096)):
            return _reap(pid)


def _exit_status(status: int | None) -> int:
    """The command's own, 128 + N for signal N; also if it had to be killed here."""
    code = -signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _reap(pid: int) -> int | None:
    """Collect every child that ended; the wait status of ``pid`` if it is among them."""
    found = None
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if child == 0:
            return found
        if child == pid:
            found = status


def _terminate(pid: int, number: signal.Signals, grace_seconds: float) -> int | None:
    """Ask the command to end, wait, then kill it; its wait status if it ended by itself."""
    for each in (number, signal.SIGCONT):  # a stopped process must wake up to hear the request
        os.kill(pid, each)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline:
        status = _reap(pid)
        if status is not None:
            return status
        time.sleep(KILL_PAUSE_SECONDS)
    return None


def _sweep() -> None:
    """Kill children until there are none; orphans of a killed child become children here and fall in the next round."""
    for _ in range(KILL_ROUNDS_MAX):
        for child in _children():
            os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(KILL_PAUSE_SECONDS)


def _children() -> list[int]:
    me = os.getpid()
    children = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    # The command's name, in brackets, may itself hold spaces and brackets.
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == me:
                children.append(int(name))
    return children


if __name__ == "__main__":
    sys.exit(main())
