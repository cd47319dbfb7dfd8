from trigger import run

SET = "[ -n \"${DEBUG+set}\" ]"

VARIANTS = [
    lambda: run("DEBUG\n", "sh", "-c", SET),
    lambda: run("A=1\nexport DEBUG\nB=2\n", "sh", "-c", 'test "$A$B" = 12'),
    lambda: run("DEBUG\nDEBUG=1\n", "sh", "-c", SET),
    lambda: run("DEBUG=\n", "sh", "-c", SET),
    lambda: run("PORT=8000\n", "sh", "-c", 'exit "$((PORT - 7997))"'),
    lambda: run("PORT=8000\n"),
]
