"""jsonpos accepts what json accepts, with the same value, and says where and what each fault is."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healkit import jsonpos, wire
from healkit.records import HealkitError

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)
texts = st.builds(
    lambda value, indent, ascii_, tight: json.dumps(
        value, indent=indent, ensure_ascii=ascii_, separators=(",", ":") if tight else None
    ),
    values,
    st.none() | st.integers(0, 3) | st.just("\t"),
    st.booleans(),
    st.booleans(),
)
FRAGMENTS = [
    ",",
    ":",
    '"',
    "'",
    "{",
    "}",
    "[",
    "]",
    "\\",
    "\\u",
    "\\ud83d",
    "\n",
    "\r",
    "\t",
    "\x00",
    " ",
    "0",
    "-",
    "1e",
    ".5",
    "true",
    "nul",
    "NaN",
    "-Infinity",
    "//x\n",
    "/*",
    "#",
    "\u00a0",
    "\ufeff",
    "e",
    "\\d",
    "“",
    "=",
    ",,",
    "01",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(texts)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 3))
        text = text[:at] + draw(st.sampled_from(["", *FRAGMENTS])) + text[at + cut :]
    return text


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def agree(text: str) -> None:
    document = jsonpos.parse(text)
    try:
        value = json.loads(text)
    except ValueError:
        assert document.faults, "json rejects it, jsonpos accepts it"
        return
    assert document.root is not None
    assert not document.faults, "json accepts it, jsonpos rejects it"
    assert same(document.root.value, value)


@given(texts)
def test_it_agrees_with_json_on_json(text: str) -> None:
    agree(text)


@given(mutated())
def test_it_agrees_with_json_on_damaged_json(text: str) -> None:
    if not text.startswith("\ufeff"):  # json refuses a byte order mark in a str, files may hold one
        agree(text)


@given(st.text(alphabet=list("{}[]\",:\\/u0123eE+-. \n\ttruefalsn#ab'")))
def test_it_agrees_with_json_on_noise(text: str) -> None:
    agree(text)


@given(mutated())
def test_what_it_accepts_the_loader_accepts(text: str) -> None:
    document = jsonpos.parse(text)
    if not document.faults and document.root is not None:
        assert same(wire.loads(text), document.root.value)


@given(texts)
def test_every_value_is_found_again_at_its_place(text: str) -> None:
    def walk(node: jsonpos.Node) -> None:
        assert same(json.loads(text[node.start : node.end]), node.value)
        for member in node.members:
            assert json.loads(text[member.start : member.end]) == member.key
            walk(member.node)
        for item in node.items:
            walk(item)

    root = jsonpos.parse(text).root
    assert root is not None
    walk(root)


@given(st.text(min_size=1), st.booleans(), st.data())
def test_a_character_of_a_text_is_found_in_its_source(value: str, ascii_: bool, data: st.DataObject) -> None:
    text = json.dumps([value], ensure_ascii=ascii_)
    document = jsonpos.parse(text)
    assert document.root is not None
    index = data.draw(st.integers(0, len(value) - 1))
    node = document.root.items[0]
    start, end = document.inside(node, index), document.inside(node, index + 1)
    assert json.loads(f'"{text[start:end]}"') == value[index]


@given(mutated())
def test_every_fault_lies_in_the_text_and_in_order(text: str) -> None:
    document = jsonpos.parse(text)
    offsets = [fault.offset for fault in document.faults]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(text) for offset in offsets)
    assert all(fault.what and fault.do for fault in document.faults)
    for fault in document.faults:
        line, column = document.place(fault.offset)
        assert line >= 1
        assert column >= 1


FAULTS = [
    ('{\n  "a": 1,\n}', 2, 9, "trailing comma before }"),
    ("[1, 2,]", 1, 6, "trailing comma before ]"),
    ('{"a": 1\n "b": 2}', 1, 8, "missing comma after 1"),
    ("[1 2]", 1, 3, "missing comma after 1"),
    ("[1,,2]", 1, 4, "a comma with nothing before it"),
    ('{"a" 1}', 1, 5, 'missing colon after the key "a"'),
    ('{"a" = 1}', 1, 6, "= between key and value"),
    ('{"a": "x,\n "b": 2}', 1, 7, 'missing closing quote after "x,'),
    ('{"a": x", "b": 2}', 1, 7, "missing opening quote before x"),
    ('{a": 1}', 1, 2, "missing opening quote before a"),
    ('{"a: 1,\n"b": 2}', 1, 2, 'missing closing quote after "a: 1,'),
    ('{"a: "b"}', 1, 2, 'missing quote: the key "a:" does not end where it should'),
    ('{"a": "b"c"}', 1, 7, 'missing quote: the text "b" ends too early'),
    ("{a: 1}", 1, 2, "key without quotes: a"),
    ('{"a": high}', 1, 7, "text without quotes: high"),
    ("{'a': 1}", 1, 2, "single quotes around text"),
    ('{"a": “x”}', 1, 7, "typographic quotes around text"),
    ('{"a": True}', 1, 7, "True is spelled true in JSON"),
    ('// hello\n{"a": 1}', 1, 1, "a comment, which JSON has not"),
    ('{"a": 1, # no\n "b": 2}', 1, 10, "a comment, which JSON has not"),
    ('{"a": 1 /* no */}', 1, 9, "a comment, which JSON has not"),
    ('{"a": "\\d"}', 1, 8, "\\d is no JSON escape"),
    ('{"a": "\\u12"}', 1, 8, "\\u without four hexadecimal digits"),
    ('{"a": "x\ty"}', 1, 9, "a raw tab inside text"),
    ('{"a":\u00a01}', 1, 6, "a character that only looks like a space (U+00A0)"),
    ('{"a": 1', 1, 1, "this { is never closed"),
    ('{"a": [1}', 1, 9, "} closes what [ opened"),
    ('{"a": }', 1, 7, "a value is missing before '}'"),
    ('{"a": 007}', 1, 7, "a number with a leading zero"),
    ('{"a": 1}}', 1, 9, "text after the end of the JSON value"),
    ("", 1, 1, "the file is empty"),
    ("[" * 300, 1, 201, "nested more than 200 levels deep"),
    ("[" + "1" * 5000 + "]", 1, 2, "a number with too many digits"),
]


@pytest.mark.parametrize(("text", "line", "column", "what"), FAULTS, ids=[fault[3][:40] for fault in FAULTS])
def test_the_first_fault_is_named_at_its_place(text: str, line: int, column: int, what: str) -> None:
    document = jsonpos.parse(text)
    first = document.faults[0]
    assert (*document.place(first.offset), first.what) == (line, column, what)
    assert first.do


def test_reading_goes_on_after_the_usual_slips() -> None:
    document = jsonpos.parse("{'a': 1, // one\n b: True\n \"c\": [1, 2,],\n}")
    assert document.root is not None
    assert document.root.value == {"a": 1, "b": True, "c": [1, 2]}
    assert [document.place(fault.offset)[0] for fault in document.faults] == [1, 1, 2, 2, 2, 3, 3]


def test_a_byte_order_mark_and_crlf_shift_nothing() -> None:
    document = jsonpos.parse('\ufeff{"a": 1,\r\n "b": x}')
    assert [document.place(fault.offset) for fault in document.faults] == [(2, 7)]
    assert document.place(1) == (1, 1)


def test_loads_raises_with_the_place() -> None:
    with pytest.raises(HealkitError) as caught:
        jsonpos.loads('{"a": 1,}', "p.json")
    assert caught.value.where == "p.json:1:8"
    assert jsonpos.loads('{"a": [1]}') == {"a": [1]}


def test_the_last_of_two_equal_keys_counts_and_both_are_kept() -> None:
    root = jsonpos.parse('{"a": 1, "a": 2}').root
    assert root is not None
    assert root.value == {"a": 2}
    assert [member.node.value for member in root.members] == [1, 2]
    found = root.member("a")
    assert found is not None
    assert found.node.value == 2
