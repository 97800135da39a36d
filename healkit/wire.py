"""JSON without importing `json`, whose import costs more than the hook's whole work.

The C scanner and encoder behind `json` are used directly; where an interpreter has them not, `json` itself serves.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

try:
    from _json import encode_basestring, make_encoder, make_scanner
except ImportError:  # an interpreter without the accelerator
    make_scanner = make_encoder = encode_basestring = None  # type: ignore[misc, assignment]


class _Context:
    strict = False
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo: dict[str, str] = {}  # noqa: RUF012 - the C scanner asks for a plain attribute


def loads(data: bytes | str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: the text is not JSON.
    """
    text = data.decode("utf-8", "surrogatepass") if isinstance(data, bytes) else data
    if make_scanner is None:
        from json import loads as slow_loads

        return slow_loads(text)
    text = text.strip(" \t\r\n\ufeff")
    try:
        value, end = make_scanner(_Context)(text, 0)  # type: ignore[arg-type]
    except StopIteration:
        raise ValueError("no JSON value") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except SystemError:  # CPython before 3.13 looks for json.decoder's exception without importing it
        raise ValueError("not JSON") from None
    if end != len(text):
        raise ValueError("more than one JSON value")
    return value


def _unknown(value: object) -> str:
    return str(value)


def dumps(value: object) -> str:
    """Return a value as one line of JSON. A string with lone surrogates is written with them escaped."""
    if make_encoder is None:
        from json import dumps as slow_dumps

        return slow_dumps(value, ensure_ascii=False, default=str)
    encoder = make_encoder(None, _unknown, encode_basestring, None, ": ", ", ", False, False, True)
    return "".join(encoder(value, 0))
