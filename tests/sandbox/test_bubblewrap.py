"""What hostile code finds in the sandbox: nothing, and not for long. Everything is run for real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paramedic.model.errors import SandboxUnavailable
from paramedic.model.execution import Command, Limits, Mount, Outcome
from paramedic.sandbox.bubblewrap import BubblewrapSandbox
from paramedic.sandbox.interpreters import running
from paramedic.sandbox.uv import interpreter_mounts

pytestmark = pytest.mark.sandbox

SHORT = Limits(wall_seconds=20)
PRIVATE = ("/root", "/etc/shadow", "/etc/ssh", "/var", "/run", "/home/user/.ssh", "/sys", "/work", "/opt", "/mnt")
SYSTEM = ("/x", "/usr/x", "/etc/x", "/dev/x", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname")


@pytest.fixture(scope="module")
def sandbox() -> BubblewrapSandbox:
    return BubblewrapSandbox()


def shell(sandbox: BubblewrapSandbox, script: str, **options: object) -> Outcome:
    limits = options.pop("limits", Limits(wall_seconds=20))
    return sandbox.run(Command(argv=("/bin/sh", "-c", script), directory="/", limits=limits, **options))  # type: ignore[arg-type]


def python(sandbox: BubblewrapSandbox, script: str, limits: Limits = SHORT) -> Outcome:
    interpreter = running()
    command = Command(
        argv=(str(interpreter.path), "-c", script),
        directory="/tmp",
        mounts=tuple(interpreter_mounts(interpreter)),
        limits=limits,
    )
    return sandbox.run(command)


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_of_the_host_cannot_be_reached(sandbox: BubblewrapSandbox, listener: int) -> None:
    done = python(sandbox, f"import socket; socket.create_connection(('127.0.0.1', {listener}), 2)")
    assert done.exit_code != 0
    assert "refused" in done.stderr


def test_there_is_no_network_but_a_loopback_of_its_own(sandbox: BubblewrapSandbox) -> None:
    script = """
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), 2)
print("loopback works")
try:
    socket.create_connection(("1.1.1.1", 53), 2)
except OSError as error:
    print("outside:", error.strerror)
"""
    assert python(sandbox, script).stdout == "loopback works\noutside: Network is unreachable\n"


@pytest.mark.parametrize("path", PRIVATE)
def test_nothing_private_of_the_host_is_there(sandbox: BubblewrapSandbox, path: str) -> None:
    assert shell(sandbox, f"ls -d {path}").exit_code != 0


def test_environment_of_the_host_is_not_passed_on(sandbox: BubblewrapSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    done = shell(sandbox, "env; cat /proc/1/environ /proc/self/environ | tr '\\0' '\\n'", environment={"WANTED": "yes"})
    assert "hunter2" not in done.stdout
    assert "WANTED=yes" in done.stdout


def test_host_paths_of_mounts_are_not_shown_to_it(sandbox: BubblewrapSandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "cat /proc/1/cmdline | tr '\\0' ' '", mounts=(Mount(tmp_path, "/data"),))
    assert str(tmp_path) not in done.stdout


def test_other_processes_cannot_be_seen_or_signalled(sandbox: BubblewrapSandbox) -> None:
    done = shell(sandbox, f"kill -0 {os.getpid()}; ls /proc | grep -c '^[0-9]'; kill -9 -1; true")
    assert "No such process" in done.stderr
    assert int(done.stdout.split()[0]) < 8


@pytest.mark.parametrize("path", SYSTEM)
def test_the_system_is_read_only(sandbox: BubblewrapSandbox, path: str) -> None:
    assert shell(sandbox, f": >> {path}").exit_code != 0


def test_mounts_are_read_only_unless_writable(sandbox: BubblewrapSandbox, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    shell(sandbox, "echo new > /data/a; rm -f /data/a; touch /data/b", mounts=(Mount(tmp_path, "/data"),))
    assert (tmp_path / "a").read_text() == "old"
    assert not (tmp_path / "b").exists()
    shell(sandbox, "echo new > /data/a", mounts=(Mount(tmp_path, "/data", writable=True),))
    assert (tmp_path / "a").read_text() == "new\n"


def test_a_link_in_a_mount_does_not_lead_to_the_host(sandbox: BubblewrapSandbox, tmp_path: Path) -> None:
    secret, data = tmp_path / "secret", tmp_path / "data"
    secret.write_text("hunter2")
    data.mkdir()
    (data / "link").symlink_to(secret)
    assert "hunter2" not in shell(sandbox, "cat /data/link", mounts=(Mount(data, "/data"),)).stdout


def test_files_are_placed_over_mounts(sandbox: BubblewrapSandbox, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("old")
    done = shell(
        sandbox, "cat /data/a.py; echo x > /data/a.py", mounts=(Mount(tmp_path, "/data"),), files={"/data/a.py": "new ü"}
    )
    assert done.stdout == "new ü"
    assert (tmp_path / "a.py").read_text() == "old"


def test_nothing_written_to_tmp_or_home_stays(sandbox: BubblewrapSandbox) -> None:
    assert shell(sandbox, "echo x > /tmp/kept && echo x > ~/kept && ls /tmp ~").exit_code == 0
    assert shell(sandbox, "ls -A /tmp ~").stdout.split() == ["/home/user:", "/tmp:"]


def test_user_is_unprivileged_and_cannot_become_more(sandbox: BubblewrapSandbox) -> None:
    done = shell(
        sandbox,
        "id -u; grep CapEff /proc/self/status; unshare -U true || echo no namespace; mount -t tmpfs x /tmp || echo no mount",
    )
    assert done.stdout.split("\n")[:2] == ["1000", "CapEff:\t0000000000000000"]
    assert "no namespace" in done.stdout
    assert "no mount" in done.stdout


def test_clock_ends_a_run_that_ignores_signals(sandbox: BubblewrapSandbox) -> None:
    started = time.monotonic()
    done = shell(sandbox, "trap '' TERM INT HUP; while :; do sleep 1; done", limits=Limits(wall_seconds=0.5))
    assert done.timed_out
    assert done.exit_code == 137
    assert time.monotonic() - started < 3


def test_cpu_time_is_bounded(sandbox: BubblewrapSandbox) -> None:
    done = shell(sandbox, "while :; do :; done", limits=Limits(wall_seconds=20, cpu_seconds=1))
    assert done.exit_code == 128 + signal.SIGKILL or done.exit_code == 128 + signal.SIGXCPU
    assert not done.timed_out


def test_no_process_outlives_its_run(sandbox: BubblewrapSandbox, tmp_path: Path) -> None:
    script = (
        "setsid sh -c 'sleep 1; echo alive > /data/alive' >/dev/null 2>&1 & nohup sh -c 'sleep 1; echo alive > /data/alive' &"
    )
    started = time.monotonic()
    shell(sandbox, script, mounts=(Mount(tmp_path, "/data", writable=True),))
    assert time.monotonic() - started < 0.9
    time.sleep(1.3)
    assert not (tmp_path / "alive").exists()


def test_nothing_outlives_us_when_we_are_killed(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from paramedic.model.execution import Command, Mount
from paramedic.sandbox.bubblewrap import BubblewrapSandbox
data = Mount(Path({str(tmp_path)!r}), "/data", writable=True)
line = "echo started > /data/started; sleep 1; echo alive > /data/alive"
BubblewrapSandbox().run(Command(argv=("/bin/sh", "-c", line), directory="/", mounts=(data,)))
"""
    process = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 20
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    time.sleep(1.4)
    assert (tmp_path / "started").exists()
    assert not (tmp_path / "alive").exists()


def test_fork_bomb_is_contained(sandbox: BubblewrapSandbox) -> None:
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    started = time.monotonic()
    done = python(sandbox, bomb, Limits(wall_seconds=10, processes=64))
    assert done.exit_code == 137
    assert time.monotonic() - started < 9
    assert "64 processes" in done.stderr or done.timed_out
    assert shell(sandbox, "echo fine").stdout == "fine\n"


def test_memory_is_bounded_for_one_process_and_for_all_together(sandbox: BubblewrapSandbox) -> None:
    limits = Limits(wall_seconds=20, memory_mib=256)
    alone = python(sandbox, "x = bytearray(400 * 2**20)", limits)
    assert "MemoryError" in alone.stderr
    together = "import os, time\nfor _ in range(6): os.fork()\nx = bytearray(os.urandom(2**20)) * 40\ntime.sleep(15)"
    done = python(sandbox, together, limits)
    assert "256 MiB of memory" in done.stderr


def test_disk_cannot_be_filled(sandbox: BubblewrapSandbox) -> None:
    limits = Limits(wall_seconds=20, file_mib=8)
    done = shell(
        sandbox, "for n in 1 2 3 4; do dd if=/dev/zero of=/tmp/f$n bs=1M count=6; done; du -sm /tmp; true", limits=limits
    )
    assert "No space left" in done.stderr
    assert int(done.stdout.split()[-2]) <= 9
    assert shell(sandbox, "dd if=/dev/zero of=/dev/shm/f bs=1M count=20", limits=limits).exit_code != 0


def test_a_gigabyte_of_output_is_cut_while_it_streams(sandbox: BubblewrapSandbox) -> None:
    limits = Limits(wall_seconds=60, output_bytes=10_000)
    done = shell(sandbox, "echo first; head -c 1000000000 /dev/zero | tr '\\0' x; echo; echo last", limits=limits)
    assert done.truncated
    assert len(done.stdout) < 11_000
    assert done.stdout.startswith("first\n")
    assert done.stdout.endswith("last\n")
    assert "bytes left out" in done.stdout


def test_input_and_exit_code_pass_through(sandbox: BubblewrapSandbox) -> None:
    payload = b"x" * 300_000
    done = shell(sandbox, "wc -c; exit 7", stdin=payload)
    assert done.stdout.strip() == "300000"
    assert done.exit_code == 7
    assert shell(sandbox, "cat >/dev/null <&-; kill -SEGV $$", stdin=payload).exit_code == 128 + signal.SIGSEGV


def test_arguments_are_not_read_as_options_or_shell(sandbox: BubblewrapSandbox) -> None:
    done = sandbox.run(Command(argv=("/bin/echo", "--bind", "$(id)", ";", "`id`"), directory="/"))
    assert done.stdout == "--bind $(id) ; `id`\n"


def test_many_threads_share_one_sandbox(sandbox: BubblewrapSandbox) -> None:
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(shell(sandbox, "sleep 0.1; echo ok").stdout)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["ok\n"] * 8


def test_set_up_that_fails_is_not_mistaken_for_a_result(sandbox: BubblewrapSandbox, tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="missing"):
        shell(sandbox, "true", mounts=(Mount(tmp_path / "missing", "/data"),))


def test_missing_bubblewrap_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        BubblewrapSandbox()


def test_a_run_starts_within_a_tenth_of_a_second(sandbox: BubblewrapSandbox) -> None:
    fastest = min(sandbox.run(Command(argv=("/bin/true",), directory="/")).seconds for _ in range(5))
    assert fastest < 0.1
