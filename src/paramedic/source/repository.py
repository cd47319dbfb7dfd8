"""Repositories as bare mirrors in the home, and work trees of single commits.

Nothing of a repository is run by this: no hooks, no filters, no helpers, no submodules. Git never asks.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paramedic.model.errors import BadInput, SourceError
from paramedic.model.repair import Edit
from paramedic.source import commits
from paramedic.source.git import Credentials, checked_reference, git_text, run_git, without_credentials
from paramedic.source.locks import locked

_SHA = re.compile(r"^[0-9a-f]{7,40}$")
_REVERTS = 5
_REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+HEAD:refs/paramedic/head")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A commit, and in words how it was found; ``exact`` is False for a default that may not be what crashed."""

    commit: str
    how: str
    exact: bool


class Repository:
    """One remote. ``url`` is what git clones: a path, file://, ssh or https. Safe to use from many processes."""

    def __init__(self, url: str, home: Path, *, credentials: Credentials | None = None) -> None:
        if url.startswith("-") or "::" in url or not url.strip() or any(ord(letter) < 32 for letter in url):
            raise SourceError(f"{url!r} is not a repository's url.", remedy="Set url in its [repositories.NAME] table.")
        self.url = str(Path(url).expanduser().resolve()) if _is_path(url) else url
        self.mirror = home / "mirrors" / f"{_slug(url)}-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}.git"
        self._worktrees = home / "worktrees"
        self._credentials = credentials

    def reachable(self) -> str:
        """The url and its default branch. Raises ``OutsideError`` when it cannot be read."""
        answer = git_text(None, "ls-remote", "--symref", "--", self.url, "HEAD", outside=True, credentials=self._credentials)
        found = re.search(r"^ref: refs/heads/(\S+)\s+HEAD", answer, re.MULTILINE)
        return f"{without_credentials(self.url)}, default branch {found[1] if found else 'not named'}"

    def fetch(self) -> None:
        """Bring the mirror up to date with all branches and tags; made on first use. Raises ``OutsideError``."""
        self.mirror.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.mirror.with_suffix(".lock")):
            if not (self.mirror / "HEAD").exists():
                git_text(None, "init", "--quiet", "--bare", "--", str(self.mirror))
            fetch = ("fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
            run_git(self.mirror, *fetch, "--", self.url, *_REFSPECS, outside=True, credentials=self._credentials)

    def resolve(
        self, *, release: str | None = None, ref: str | None = None, branch: str | None = None, release_tag: str = ""
    ) -> Resolved:
        """The commit to look at: ``ref`` exactly, else that of ``release``, else the head of ``branch`` (None: the remote's).

        Raises ``SourceError`` when a ``ref`` or the branch does not exist. Call ``fetch`` before.
        """
        if ref:
            return self._of_reference(ref)
        found = self._of_release(release, release_tag) if release else None
        return found or self._of_branch(branch, release)

    def commit_of_release(self, release: str, release_tag: str = "") -> str | None:
        """The commit that a tag of this release or the release itself names; None when nothing does. Call ``fetch`` before."""
        found = self._of_release(release, release_tag)
        return found.commit if found else None

    def contains(self, commit: str, ancestor: str) -> bool | None:
        """Whether ``ancestor`` is ``commit`` or in its history; None when the repository does not have both."""
        new, old = self._commit(commit), self._commit(ancestor)
        if new is None or old is None:
            return None
        return not git_text(self.mirror, "rev-list", "--max-count=1", old, "--not", new)

    def revert_of(self, commit: str, branch: str | None) -> str | None:
        """The commit on ``branch`` (None: the remote's default) that takes ``commit`` back and was not taken back itself."""
        head = self._commit(f"refs/heads/{branch}") if branch else self._commit("refs/paramedic/head")
        known = self._commit(commit)
        if head is None or known is None:
            return None
        said = f"--grep=This reverts commit {known}"
        reverts = git_text(self.mirror, "log", "--format=%H", "--fixed-strings", said, head, "--not", known).split()
        return next((one for one in reverts[:_REVERTS] if self.revert_of(one, branch) is None), None)

    def _of_reference(self, ref: str) -> Resolved:
        for candidate in (f"refs/heads/{ref}", f"refs/tags/{ref}", *([ref] if _SHA.match(ref) else [])):
            commit = self._commit(candidate)
            if commit:
                return Resolved(commit, f"{ref} as asked", exact=True)
        if ref == "HEAD" and (commit := self._commit("refs/paramedic/head")):
            return Resolved(commit, "HEAD as asked", exact=True)
        raise SourceError(
            f"{without_credentials(self.url)} has no branch, tag or commit {ref!r}.", remedy="Push it, or name another."
        )

    def _of_release(self, release: str, release_tag: str) -> Resolved | None:
        for tag in release_tags(release, release_tag):
            commit = self._commit(f"refs/tags/{tag}")
            if commit:
                return Resolved(commit, f"release {release} is tag {tag}", exact=True)
        for text in re.split(r"[@+]", release.lower()):
            if _SHA.match(text) and (commit := self._commit(text)):
                return Resolved(commit, f"release {release} names the commit", exact=True)
        return None

    def _of_branch(self, branch: str | None, release: str | None) -> Resolved:
        commit = self._commit(f"refs/heads/{branch}") if branch else self._commit("refs/paramedic/head")
        name = branch or "the default branch"
        if commit is None:
            raise SourceError(f"{without_credentials(self.url)} has no {name}.", remedy="Set default_branch, or push a commit.")
        if release:
            how = f"no tag or commit for release {release}: head of {name}; set release_tag if tags have another form"
        else:
            how = f"the event names no release: head of {name}"
        return Resolved(commit, how, exact=False)

    def _commit(self, name: str) -> str | None:
        try:
            found = git_text(self.mirror, "rev-parse", "--verify", "--quiet", f"{checked_reference(name)}^{{commit}}")
        except SourceError:
            return None
        return found or None

    @contextmanager
    def worktree(self, commit: str) -> Iterator[Path]:
        """A fresh checkout of ``commit``, gone afterwards."""
        if not _SHA.match(commit):
            raise SourceError(f"{commit!r} is not a commit.")
        self._worktrees.mkdir(parents=True, exist_ok=True)
        folder = self._worktrees / f"{_slug(self.url)}-{commit[:12]}-{uuid.uuid4().hex[:8]}"
        with locked(self.mirror.with_suffix(".lock")):
            git_text(self.mirror, "worktree", "prune")
            git_text(self.mirror, "worktree", "add", "--quiet", "--force", "--detach", "--", str(folder), commit)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def checkout_of(repository: Path, ref: str | None, *, home: Path) -> Iterator[Path]:
    """The folder itself when ``ref`` is None, else a fresh checkout of that branch, tag or commit of it.

    Raises ``BadInput`` when there is no such ``ref``."""
    if ref is None:
        yield repository
        return
    source = Repository(str(repository), home)
    source.fetch()
    try:
        commit = source.resolve(ref=ref).commit
    except SourceError as error:
        # Whoever named it can name another.
        raise BadInput(error.args[0], remedy=error.remedy) from error
    with source.worktree(commit) as folder:
        yield folder


def commit_files(
    repository: Path, branch: str, edits: tuple[Edit, ...], *, message: str, base: str, moment: int | None = None
) -> str:
    """Commit ``edits`` on top of ``base`` and point the new ``branch`` of a local repository at it; the commit's id.

    The work tree and the index are not touched. The same arguments give the same commit: its time is ``moment`` (seconds
    since 1970), by default that of ``base``. Raises ``SourceError`` when the branch exists and points elsewhere.
    """
    folder = Path(git_text(None, "-C", str(repository), "rev-parse", "--absolute-git-dir"))
    commit = commits.commit(folder, base, edits, message, moment)
    name = f"refs/heads/{checked_reference(branch)}"
    current = run_git(folder, "for-each-ref", "--format=%(objectname)", name).decode().strip()
    if current and current != commit:
        raise SourceError(f"The branch {branch} exists and is another commit.", remedy="Choose another name, or delete it.")
    git_text(folder, "update-ref", "-m", "paramedic", name, commit, current or "0" * len(commit))
    return commit


def release_tags(release: str, release_tag: str = "") -> tuple[str, ...]:
    """Names that the tag of a Sentry release (``package@version+build``) may have, the configured form first."""
    package, _, version = release.rpartition("@")
    plain = version.partition("+")[0]
    configured = [release_tag.replace("{release}", release).replace("{version}", plain)] if release_tag else []
    names = [*configured, release]
    for number in dict.fromkeys((version, plain)):
        names += [number, f"v{number}", f"release-{number}", f"release/{number}", f"releases/{number}", f"version-{number}"]
        if package:
            names += [f"{package}{sign}{number}" for sign in ("-", "@", "/", "-v", "@v", "/v", "_", "==")]
    return tuple(dict.fromkeys(names))


def _is_path(url: str) -> bool:
    return "://" not in url and (":" not in url.split("/", maxsplit=1)[0] or Path(url).exists())


def _slug(url: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_.-]", "", url.rstrip("/").rpartition("/")[2].removesuffix(".git"))
    return name.strip(".-")[:40] or "repository"
