"""Prices."""

from __future__ import annotations

RATES = {
    "book": 7,
    "toy": 19,
}


def tax(kind: str, price: float) -> float:
    """Return the tax of a price."""
    rate = RATES.get(kind, 19)
    if price < 0:
        raise ValueError("negative price")
    return round(price * rate / 100, 2)


def total(items: list[tuple[str, float]]) -> float:
    """Return the sum with tax."""
    result = 0.0
    for kind, price in items:
        if kind == "free" and price == 0:
            continue
        result += price + tax(kind, price)
    return round(result, 2)
