"""Which frames are the repository's, and where their lines are."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from paramedic.model.event import Event, ExceptionValue, Frame
from paramedic.source.frames import map_frames, unmapped_remedy
from paramedic.source.tree import SourceTree

CART = textwrap.dedent("""
    def total(rows):
        result = 0
        for row in rows:
            result += row["price"]
        return result


    class Cart:
        def add(self, row):
            self.rows.append(row)
            return total(self.rows)
""").lstrip()
CRASH = '        result += row["price"]'


def tree_of(root: Path, files: Mapping[str, str], **options: tuple[str, ...]) -> SourceTree:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return SourceTree.open(root, **options)  # type: ignore[arg-type]


def found(tree: SourceTree, **frame: object) -> tuple[str, int, str | None, bool] | None:
    values = {"function": "total", "lineno": 4, "context_line": CRASH} | frame
    mapped = map_frames([Frame(**values)], tree)  # type: ignore[arg-type]
    if not mapped:
        return None
    place = mapped[0].location
    return place.file, place.line, place.function, mapped[0].exact


@pytest.mark.parametrize(
    "frame",
    [
        {"abs_path": "/srv/app/shop/cart.py", "module": "shop.cart", "filename": "shop/cart.py"},
        {"abs_path": "/srv/app/shop/cart.py"},
        {"filename": "shop/cart.py"},
        {"module": "shop.cart", "filename": "cart.py"},
        {"abs_path": "C:\\app\\shop\\cart.py", "filename": "shop\\cart.py"},
        {"abs_path": "/srv/.venv/lib/python3.11/site-packages/shop/cart.py", "module": "shop.cart", "in_app": False},
        {"abs_path": "/usr/lib/python3/dist-packages/shop/cart.py"},
        {"abs_path": "/opt/very/deep/backend/src/shop/cart.py", "module": "backend.src.shop.cart"},
    ],
)
@pytest.mark.parametrize("layout", ["shop/cart.py", "src/shop/cart.py", "backend/src/shop/cart.py"])
def test_frame_is_found_by_module_or_suffix_in_any_layout(tmp_path: Path, layout: str, frame: dict[str, object]) -> None:
    tree = tree_of(tmp_path, {layout: CART, "other/cart.py": "def total(): ...\n"})
    assert found(tree, **frame) == (layout, 4, "total", True)


def test_configured_prefix_finds_a_file_at_the_root(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"cart.py": CART}, path_prefixes=("/srv/app",))
    assert found(tree, abs_path="/srv/app/cart.py") == ("cart.py", 4, "total", True)
    assert found(tree, abs_path="/srv/application/cart.py") is None


def test_bare_file_name_is_never_enough(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"shop/cart.py": CART, "pkg/cart.py": CART})
    assert found(tree, filename="cart.py", abs_path="/elsewhere/cart.py") is None


def test_top_level_module_counts_only_with_its_very_line(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"cart.py": CART})
    assert found(tree, module="cart", filename="cart.py") == ("cart.py", 4, "total", True)
    assert found(tree, module="cart", filename="cart.py", context_line="        something_else()") is None
    assert found(tree, module="cart", filename="cart.py", context_line=None) is None


@pytest.mark.parametrize(
    "frame",
    [
        {"abs_path": "/usr/lib/python3.11/site-packages/django/core/base.py", "module": "django.core.base", "function": "run"},
        {"abs_path": "/usr/lib/python3.11/json/decoder.py", "module": "json.decoder", "function": "decode"},
        {"abs_path": "/srv/other/core/base.py", "function": "not_here", "context_line": "    not here"},
    ],
)
def test_frames_of_libraries_are_not_taken_for_files_of_a_like_name(tmp_path: Path, frame: dict[str, object]) -> None:
    tree = tree_of(tmp_path, {"core/base.py": "def run():\n    pass\n", "app/json/decoder.py": "def decode():\n    pass\n"})
    assert found(tree, **({"context_line": "        raise Http404"} | frame)) is None


def test_line_that_moved_is_found_in_its_function(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"shop/cart.py": "# a new comment\n" * 10 + CART})
    notes: list[str] = []
    frame = Frame(function="total", module="shop.cart", lineno=4, context_line=CRASH, pre_context=("    for row in rows:",))
    place = map_frames([frame], tree, notes)[0]
    assert (place.location.line, place.location.function, place.exact) == (14, "total", False)
    assert "line 4" in notes[0]


def test_line_that_was_rewritten_is_the_most_similar_of_its_function(tmp_path: Path) -> None:
    changed = CART.replace('result += row["price"]', 'result += row["price"] * rate')
    tree = tree_of(tmp_path, {"shop/cart.py": changed})
    assert found(tree, module="shop.cart") == ("shop/cart.py", 4, "total", False)


def test_line_without_context_needs_its_function(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"shop/cart.py": CART})
    assert found(tree, module="shop.cart", context_line=None) == ("shop/cart.py", 4, "total", True)
    assert found(tree, module="shop.cart", context_line=None, function="add", lineno=900) == (
        "shop/cart.py",
        10,
        "Cart.add",
        False,
    )
    assert found(tree, module="shop.cart", context_line=None, function="gone", lineno=900) is None


def test_equal_lines_are_told_apart_by_function_and_neighbours(tmp_path: Path) -> None:
    text = "".join(f"def f{n}(x):\n    # {n}\n    return x.name\n\n\n" for n in range(3))
    tree = tree_of(tmp_path, {"shop/a.py": "\n\n" + text})
    assert found(tree, module="shop.a", function="f1", lineno=8, context_line="    return x.name") == (
        "shop/a.py",
        10,
        "f1",
        False,
    )


def test_line_cut_by_sentry_still_matches(tmp_path: Path) -> None:
    long = "    value = compute(" + ", ".join(f"argument_{n}" for n in range(40)) + ")"
    tree = tree_of(tmp_path, {"shop/a.py": f"def f():\n{long}\n"})
    cut = "{snip} " + long[100:200] + " {snip}"
    assert found(tree, module="shop.a", function="f", lineno=2, context_line=cut) == ("shop/a.py", 2, "f", True)


def test_method_and_module_level_have_their_qualified_names(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"shop/cart.py": CART + "X = total([])\n"})
    line = "        return total(self.rows)"
    assert found(tree, module="shop.cart", function="add", lineno=11, context_line=line) == ("shop/cart.py", 11, "Cart.add", True)
    top = found(tree, module="shop.cart", function="<module>", lineno=12, context_line="X = total([])")
    assert top == ("shop/cart.py", 12, None, True)


def test_hostile_frames_map_to_nothing(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"shop/cart.py": CART}, path_prefixes=("/srv",))
    for path in ("/srv/../../etc/passwd", "/srv/\0", "../" * 40 + "etc/passwd", "/" * 5000, "shop/" * 2000 + "cart.py\n"):
        assert found(tree, abs_path=path, filename=path, context_line=None, function=None, lineno=1) is None
    assert found(tree, module="shop." * 3000, lineno=-5) is None


def test_exception_with_a_chain_of_frames_keeps_their_positions(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"shop/cart.py": CART})
    library = Frame(function="run", module="uvicorn.server", filename="uvicorn/server.py", lineno=1, context_line="x")
    ours = Frame(function="total", module="shop.cart", lineno=4, context_line=CRASH)
    mapped = map_frames(ExceptionValue("KeyError", frames=(library, ours, library)), tree)
    assert [frame.index for frame in mapped] == [1]


def test_remedy_shows_both_sides_and_names_the_settings(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"shop/cart.py": CART})
    frame = Frame(abs_path="/srv/\x1b[31mapp/other.py", function="f")
    event = Event("1", exceptions=(ExceptionValue("KeyError", frames=(frame,)),))
    text = unmapped_remedy(event, tree)
    assert "app/other.py" in text
    assert "shop/cart.py" in text
    assert "path_prefixes" in text
    assert "source_roots" in text
    assert "\x1b" not in text
