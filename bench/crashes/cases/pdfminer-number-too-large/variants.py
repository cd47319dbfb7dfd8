from pdfminer.casting import safe_cmyk, safe_float, safe_matrix, safe_rgb

LARGE = 10**400

VARIANTS = [
    lambda: safe_float(-LARGE),
    lambda: safe_rgb(0, LARGE, 1),
    lambda: safe_matrix(1, 0, 0, 1, LARGE, 0),
    lambda: safe_float("1.5"),
    lambda: safe_float(b"x"),
    lambda: safe_cmyk(0, 0.5, 1, "1"),
]
