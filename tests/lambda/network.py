"""A network of the container's own: nothing but a loopback interface, in which the tests' servers listen too.

A socket belongs to the network in which it was made, whoever uses it afterwards. So one thread moves into the new
network and makes the sockets there, and the tests' own event loop serves them.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from tests.database.relay import Relay

_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1

_TERMINATE = b"X\0\0\0\4"

T = TypeVar("T")


class Network:
    """`with Network() as network:`; path: names it for crun."""

    def __init__(self) -> None:
        self._inside = ThreadPoolExecutor(max_workers=1)
        self._file = self._inside.submit(_move_into_new_network).result()
        self.path = f"/proc/{os.getpid()}/fd/{self._file}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._inside.shutdown()
        os.close(self._file)

    def listener(self, port: int = 0) -> socket.socket:
        """Bound to 127.0.0.1 in here."""
        return self._do(lambda: socket.create_server(("127.0.0.1", port), backlog=128))

    def socket(self) -> socket.socket:
        return self._do(socket.socket)

    def _do(self, make: Callable[[], T]) -> T:
        return self._inside.submit(make).result()


def _move_into_new_network() -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "a network namespace could not be made")
    with socket.socket() as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | _IFF_UP))
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


class RelayInto(Relay):
    """From a port of the container's network to a server of this machine. farewells: connections whose client said,
    in PostgreSQL's words, that it is done, before it closed."""

    def __init__(self, network: Network, target_host: str, target_port: int) -> None:
        super().__init__(target_host, target_port)
        self._network = network
        self.farewells = 0

    def _seen(self, data: bytes) -> None:
        self.farewells += data.endswith(_TERMINATE)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, sock=self._network.listener(self.port))


class RelayOutOf(Relay):
    """From a port of this machine to the container's."""

    def __init__(self, network: Network, target_port: int) -> None:
        super().__init__("127.0.0.1", target_port)
        self._network = network

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        connecting = self._network.socket()
        connecting.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connecting, self._target)
        except BaseException:
            connecting.close()
            raise
        return await asyncio.open_connection(sock=connecting)
