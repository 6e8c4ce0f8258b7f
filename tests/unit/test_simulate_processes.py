"""Work spread over processes: in order, and gone when the one who asked for it is gone."""

import os
import signal
import subprocess
import sys
import time

from cli.parallel import in_processes

SECONDS_MAX = 60  # on a machine that is slow and busy
PARENT = """
import os, time
from cli.parallel import in_processes

def work(number):
    os.write(1, f"{os.getpid()}\\n".encode())  # one call: two children share the pipe
    time.sleep(600)

in_processes(work, [(1,), (2,)], lambda: None)
"""


def square(number):
    return number * number


def test_results_come_in_the_order_of_the_calls():
    done = []
    assert in_processes(square, [(number,) for number in range(9)], lambda: done.append(1)) == [n * n for n in range(9)]
    assert len(done) == 9


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


def test_children_die_with_a_killed_parent():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        children = [int(parent.stdout.readline())]
        assert is_alive(children[0])
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        until = time.monotonic() + SECONDS_MAX
        while any(map(is_alive, children)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not any(map(is_alive, children))
