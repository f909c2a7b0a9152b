"""Becomes another program that dies with its parent, as another user if need be.

    python -I -S exec_child.py PARENT_PID DEATH_SIGNAL USER|- PROGRAM ARGUMENT…

The user is changed before the wish for a signal at the parent's death is made, for changing it would undo the wish;
what is imported is imported before, for Python itself may lie where that user cannot read. Only Linux knows such a
wish; elsewhere the next start ends what an earlier one left behind.
"""

import ctypes
import os
import pwd
import sys

_SET_DEATH_SIGNAL = 1


def become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main(parent: str, death_signal: str, user: str, *command: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if user != "-":
        become(user)
    if sys.platform == "linux":
        libc.prctl(_SET_DEATH_SIGNAL, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):  # it died before the wish was made
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
