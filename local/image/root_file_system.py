"""A root file system in the place of the public Python image: this Debian's own packages, and this machine's
Python 3.12 in /usr/local, laid out as the public image has it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "3.12"
PACKAGES = (
    "base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin libc6 "
    "libgcc-s1 libstdc++6 login mawk ncurses-base ncurses-bin passwd perl-base sed sysvinit-utils tar util-linux "
    "ca-certificates openssl netbase tzdata"
)
"""What Debian's slim image is made of, less its package manager, which the Dockerfile does not use."""
_EMPTY = ("dev", "home", "mnt", "opt", "proc", "root", "run", "sys", "tmp", "var/tmp", "var/cache", "var/log")
_LINKS = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64", "sbin": "usr/sbin"}
_NOT_IN_THE_PUBLIC_IMAGE = shutil.ignore_patterns(
    "test", "tests", "__pycache__", "config-*", "_tkinter*", "site-packages"
)


class RootFileSystemError(Exception):
    """It cannot be made on this machine: one plain sentence why."""


def make_root_file_system(root: Path) -> None:
    """Fills the empty folder `root`. Raises RootFileSystemError."""
    if shutil.which("dpkg-query") is None:
        raise RootFileSystemError("Without Docker the image's base is made of Debian's files, and this is no Debian.")
    python = find_python()
    for name, target in _LINKS.items():
        (root / target).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)
    for name in _EMPTY:
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    _copy_packages(root)
    _copy_accounts(root)
    _copy_python(python, root)
    _copy_libraries(root)


def find_python() -> Path:
    """The prefix of a Python 3.12 of this machine: the running one, one on the PATH, or one of pyenv's."""
    if sys.version_info[:2] == (3, 12):
        return Path(sys.base_prefix)
    named = shutil.which(f"python{VERSION}")
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{VERSION}.*/bin/python{VERSION}"))
    for candidate in [*([Path(named)] if named else []), *kept]:
        asked = [str(candidate), "-c", "import sys; print(sys.base_prefix)"]
        said = subprocess.run(asked, capture_output=True, text=True, check=False)
        if said.returncode == 0:
            return Path(said.stdout.strip())
    raise RootFileSystemError("Without Docker the image's base takes this machine's Python 3.12, and there is none.")


def _copy_packages(root: Path) -> None:
    listed = _output(["dpkg-query", "--listfiles", *PACKAGES.split()])
    files = sorted({line for line in listed.splitlines() if line.startswith("/") and _is_file_or_link(Path(line))})
    _copy_files([*files, "/etc/ssl/certs/ca-certificates.crt", *_links_to_authorities()], root)


def _is_file_or_link(path: Path) -> bool:
    """A link to a folder too, but for those which make_root_file_system has made."""
    return not path.is_dir() or (path.is_symlink() and path.name not in _LINKS)


def _links_to_authorities() -> list[str]:
    """By name and by hash: made when they are installed, so no package lists them. Only Debian's, no authority of this
    machine's own."""
    links = [each for each in Path("/etc/ssl/certs").iterdir() if each.is_symlink()]
    return [str(each) for each in links if each.resolve().is_relative_to("/usr/share/ca-certificates")]


def _copy_accounts(root: Path) -> None:
    """As Debian ships them: nobody of this machine."""
    for name in ("passwd", "group"):
        shutil.copy(f"/usr/share/base-passwd/{name}.master", root / "etc" / name)


def _copy_python(prefix: Path, root: Path) -> None:
    target = root / "usr" / "local"
    library = f"lib/python{VERSION}"
    shutil.copytree(
        prefix / library, target / library, symlinks=True, ignore=_NOT_IN_THE_PUBLIC_IMAGE, dirs_exist_ok=True
    )
    packages = f"{library}/site-packages"
    (target / packages).mkdir()
    for name in ("pip", *(each.name for each in (prefix / packages).glob("pip-*.dist-info"))):
        shutil.copytree(prefix / packages / name, target / packages / name)
    (target / "bin").mkdir(exist_ok=True)
    shutil.copy(prefix / "bin" / f"python{VERSION}", target / "bin" / f"python{VERSION}")
    for name in ("python", "python3"):
        (target / "bin" / name).symlink_to(f"python{VERSION}")
    (target / "bin" / "pip").write_text('#!/bin/sh\nexec /usr/local/bin/python -m pip "$@"\n')
    (target / "bin" / "pip").chmod(0o755)
    for shared in (prefix / "lib").glob("libpython3*.so*"):
        shutil.copy(shared, target / "lib" / shared.name, follow_symlinks=False)


def _copy_libraries(root: Path) -> None:
    """What the programs and Python's extension modules are linked with, and where the linker finds it."""
    python = root / "usr" / "local"
    modules = sorted((python / "lib" / f"python{VERSION}" / "lib-dynload").glob("*.so"))
    programs = [each for each in (root / "usr" / "bin").iterdir() if each.is_file() and not each.is_symlink()]
    shared = [each for each in (python / "lib").glob("libpython*.so.*")]
    _strip([*modules, *shared])
    needed = {line.split(" => ")[1].split(" (")[0] for line in _linked([*programs, *modules, *shared])}
    _copy_files(sorted(each for each in needed if each.startswith(("/lib", "/usr/lib"))), root)
    (root / "etc" / "ld.so.conf.d").mkdir(parents=True, exist_ok=True)
    (root / "etc" / "ld.so.conf.d" / "libc.conf").write_text("/usr/local/lib\n")
    _output(["ldconfig", "-r", str(root)])


def _strip(binaries: list[Path]) -> None:
    """As the public image's are: symbols for a debugger would make up a third of what is measured."""
    if shutil.which("strip"):
        _output(["strip", "--strip-unneeded", *map(str, binaries)])


def _linked(binaries: list[Path]) -> list[str]:
    listed = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout
    return [line for line in listed.splitlines() if " => /" in line]


def _copy_files(files: list[str], root: Path) -> None:
    """Each with the links that lead to it; a package may list what was removed since, such as documentation."""
    real = {str(Path(each).resolve()) for each in files if Path(each).exists()}
    named = sorted({_without_links(each) for each in (*files, *real) if Path(each).exists()})
    pack = ["tar", "--create", "--no-recursion", "--directory", "/", "--files-from", "-"]
    packed = subprocess.run(pack, input="\n".join(named).encode(), capture_output=True, check=False)
    if packed.returncode != 0:
        raise RootFileSystemError(f"The base's files could not be read: {packed.stderr.decode().splitlines()[-1]}")
    subprocess.run(["tar", "--extract", "--directory", str(root)], input=packed.stdout, check=True)


def _without_links(path: str) -> str:
    """/lib/x is /usr/lib/x: the folder's links are followed, the file's own is not."""
    return str(Path(path).parent.resolve() / Path(path).name).lstrip("/")


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RootFileSystemError(f"The base's files could not be had: {last}")
    return done.stdout
