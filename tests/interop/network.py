"""A private network with port 53 of loopback, for tools that only know the system's resolver.

Nothing on the machine is changed: the program starts itself again in a mount and a network namespace
of its own.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

INSIDE = "DKIM_INTEROP_NAMESPACE"


def enter(script):
    """Start `script` again inside the namespaces, with the same arguments; return where it is inside."""
    if os.environ.get(INSIDE):
        return
    command = ["unshare", "--mount", "--net"]
    if os.geteuid() != 0:
        command.append("--map-root-user")
    if not shutil.which("unshare") or subprocess.run(command + ["true"], capture_output=True).returncode:
        sys.exit("run.py: error: no private namespaces on this machine (`unshare --mount --net` fails): run it as "
                 "root, or where unprivileged user namespaces are allowed. Tools that only know the system's "
                 "resolver could not be given test keys otherwise, so nothing was run")
    os.environ[INSIDE] = "1"
    os.execvp(command[0], command + [sys.executable, os.path.abspath(script), *sys.argv[1:]])


def set_up(directory):
    """Bring up loopback and have resolv.conf name it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        up = struct.pack("16sH14x", b"lo", 0x1)  # IFF_UP
        fcntl.ioctl(sock, 0x8914, up)  # SIOCSIFFLAGS
    path = os.path.join(directory, "resolv.conf")
    with open(path, "w") as file:
        file.write("nameserver 127.0.0.1\noptions timeout:3 attempts:2\n")
    target = os.path.realpath("/etc/resolv.conf")
    if not os.path.exists(target):
        sys.exit("run.py: error: /etc/resolv.conf does not exist, so nothing can be mounted over it")
    subprocess.run(["mount", "--bind", path, target], check=True)
