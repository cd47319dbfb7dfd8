"""Mirrors, releases, work trees and commits, with real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from paramedic.model.errors import OutsideError, SourceError
from paramedic.model.repair import Edit
from paramedic.source.commits import push
from paramedic.source.repository import Repository, checkout_of, commit_files, release_tags
from paramedic.source.tree import SourceTree


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "shop.py").write_text("price = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "tag", "v1.0.0")
    (folder / "shop.py").write_text("price = 2\n")
    git(folder, "commit", "--quiet", "-am", "second")
    return folder


@pytest.fixture
def repository(origin: Path, tmp_path: Path) -> Repository:
    made = Repository(str(origin), tmp_path / "home")
    made.fetch()
    return made


def test_release_with_package_and_build_is_found_by_its_version_tag(repository: Repository, origin: Path) -> None:
    found = repository.resolve(release="shop@1.0.0+42")
    assert found.commit == git(origin, "rev-parse", "v1.0.0")
    assert found.exact
    assert "tag v1.0.0" in found.how


def test_release_that_is_a_short_sha_is_that_commit(repository: Repository, origin: Path) -> None:
    sha = git(origin, "rev-parse", "v1.0.0")
    assert repository.resolve(release=sha[:10]).commit == sha


def test_unknown_release_falls_back_to_the_default_branch_and_says_so(repository: Repository, origin: Path) -> None:
    found = repository.resolve(release="shop@9.9.9")
    assert found.commit == git(origin, "rev-parse", "main")
    assert not found.exact
    assert "9.9.9" in found.how
    assert "release_tag" in found.how


@pytest.mark.parametrize("ref", ["missing", "--upload-pack=touch x", "-x", "a..b", "HEAD@{1}", "a b", "main^{/x}", ""])
def test_odd_references_are_refused_and_never_options(repository: Repository, ref: str) -> None:
    if ref:
        with pytest.raises(SourceError):
            repository.resolve(ref=ref)


@pytest.mark.parametrize("url", ["--upload-pack=touch /tmp/x", "ext::sh -c id", "", "a\nb"])
def test_urls_that_are_options_or_helpers_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        Repository(url, tmp_path)


def test_missing_remote_is_an_outside_error_without_credentials(tmp_path: Path) -> None:
    with pytest.raises(OutsideError) as caught:
        Repository("http://user:hunter2@127.0.0.1:9/x.git", tmp_path).fetch()
    assert "hunter2" not in str(caught.value)


def test_worktree_shows_the_commit_and_goes_away(repository: Repository, origin: Path) -> None:
    sha = git(origin, "rev-parse", "v1.0.0")
    with repository.worktree(sha) as folder:
        assert (folder / "shop.py").read_text() == "price = 1\n"
        assert SourceTree.open(folder).commit == sha
    assert not folder.exists()


def test_checkout_of_a_ref_leaves_the_folder_alone(origin: Path, tmp_path: Path) -> None:
    with checkout_of(origin, "v1.0.0", home=tmp_path / "home") as folder:
        assert (folder / "shop.py").read_text() == "price = 1\n"
    with checkout_of(origin, None, home=tmp_path / "home") as folder:
        assert folder == origin


def test_fetch_sees_new_commits_and_drops_deleted_tags(repository: Repository, origin: Path) -> None:
    (origin / "new.py").write_text("")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "third")
    git(origin, "tag", "-d", "v1.0.0")
    repository.fetch()
    assert repository.resolve().commit == git(origin, "rev-parse", "main")
    assert not repository.resolve(release="1.0.0").exact


def test_hooks_and_filters_of_a_repository_do_not_run(origin: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    for name in ("post-checkout", "reference-transaction", "pre-push", "post-commit"):
        hook = origin / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
        hook.chmod(0o755)
    git(origin, "config", "core.fsmonitor", f"touch {marker}")
    git(origin, "config", "filter.x.smudge", f"touch {marker}; cat")
    git(origin, "config", "uploadpack.packObjectsHook", f"touch {marker};")
    marker.unlink(missing_ok=True)
    edit = Edit("shop.py", "price = 2\n", "price = 3\n")
    base = SourceTree.open(origin).commit
    commit_files(origin, "fix", (edit,), message="m", base=base)
    with checkout_of(origin, "fix", home=tmp_path / "home") as folder:
        assert (folder / "shop.py").read_text() == "price = 3\n"
    assert not marker.exists()


def test_commit_is_deterministic_and_leaves_work_tree_and_index_alone(origin: Path) -> None:
    base = git(origin, "rev-parse", "main")
    (origin / "shop.py").write_text("being edited\n")
    edits = (Edit("shop.py", "price = 2\n", "price = 3\n"), Edit("tests/test_shop.py", "", "def test(): ...\n"))
    first = commit_files(origin, "fix", edits, message="Fix it", base=base)
    assert commit_files(origin, "fix", edits, message="Fix it", base=base) == first
    assert git(origin, "show", "fix:shop.py") == "price = 3"
    assert git(origin, "show", "fix:tests/test_shop.py") == "def test(): ..."
    assert git(origin, "rev-parse", "fix^") == base
    assert (origin / "shop.py").read_text() == "being edited\n"
    assert git(origin, "status", "--porcelain") == "M shop.py"


def test_commit_refuses_a_file_that_has_changed_and_a_branch_that_is_elsewhere(origin: Path) -> None:
    base = git(origin, "rev-parse", "main")
    with pytest.raises(SourceError, match="not what the edit was made for"):
        commit_files(origin, "fix", (Edit("shop.py", "other", "x"),), message="m", base=base)
    with pytest.raises(SourceError, match="exists"):
        commit_files(origin, "main", (Edit("shop.py", "price = 2\n", "x"),), message="m", base=base)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ".git/hooks/x", "a/.GIT/x", "a\nb"])
def test_commit_refuses_paths_that_lead_out(origin: Path, path: str) -> None:
    with pytest.raises(SourceError):
        commit_files(origin, "fix", (Edit(path, "", "x"),), message="m", base=git(origin, "rev-parse", "main"))


def test_push_happens_once_and_never_overwrites(origin: Path, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(origin), str(remote))
    base = git(origin, "rev-parse", "main")
    sha = commit_files(origin, "fix", (Edit("shop.py", "price = 2\n", "price = 3\n"),), message="m", base=base)
    assert push(origin / ".git", str(remote), sha, "fix")
    assert not push(origin / ".git", str(remote), sha, "fix")
    with pytest.raises(OutsideError):
        push(origin / ".git", str(remote), base, "fix")
    assert git(remote, "rev-parse", "fix") == sha


def test_configured_tag_form_comes_first() -> None:
    names = release_tags("shop@1.2+7", "rel-{version}")
    assert names[0] == "rel-1.2"
    assert {"1.2", "v1.2", "shop-1.2", "shop@1.2", "1.2+7", "shop@1.2+7"} <= set(names)
