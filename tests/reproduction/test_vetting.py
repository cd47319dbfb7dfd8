"""What may be in a generated test."""

from __future__ import annotations

import pytest

from paramedic.reproduction.vetting import objection

ROOTS = frozenset(("shop",))


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess",
        "from os import system",
        "from shop import os",
        "import shop\nshop.os.system('id')",
        "import os\nos.remove('/etc/passwd')",
        "eval('1')",
        "exec('1')",
        "__import__('os')",
        "().__class__.__base__.__subclasses__()",
        "open('/etc/passwd')",
        "import evil",
        "from . import shop",
        "not python (",
        "import io\nio.open('/etc/passwd')",
        "import pathlib\npathlib.Path('/etc/passwd').read_text()",
    ],
)
def test_dangerous_programs_are_refused(text: str) -> None:
    assert objection(text, ROOTS)


@pytest.mark.parametrize(
    "text",
    [
        "from shop.cart import Cart\nCart([]).total()",
        "import io\nimport shop\nshop.load(io.BytesIO(b''))",
        "from decimal import Decimal\nimport shop\nshop.price(Decimal('1'))",
        "import os\nimport tempfile\nwith tempfile.TemporaryDirectory() as d:\n    f = open(os.path.join(d, 'a.txt'), 'w')",
    ],
)
def test_harmless_programs_pass(text: str) -> None:
    assert objection(text, ROOTS) is None
