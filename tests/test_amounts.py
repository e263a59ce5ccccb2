from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetcheck.amounts import fold, format_value, house_decimals, quantity, refined, spread
from budgetcheck.intervals import Interval, exact, total
from budgetcheck.tokens import Token, codes, tokenise
from budgetcheck.wording import load_wording

WORDING = load_wording()


def numbers(text: str) -> list[Token]:
    return [token for token in tokenise(fold(text), WORDING) if token.quantity is not None]


@pytest.mark.parametrize(
    ("text", "value", "unit", "dimension"),
    [
        ("支出1536.15万元", "1536.15", "万元", "money"),
        ("支出1,536.15万元", "1536.15", "万元", "money"),
        ("支出１，５３６．１５万元", "1536.15", "万元", "money"),
        ("支出12 345.60元", "12345.60", "元", "money"),
        ("支出 1536 . 15 万元", "1536.15", "万元", "money"),
        ("收入3.2亿元", "3.2", "亿元", "money"),
        ("收入3万", "3", "万", "money"),
        ("占２５．３０％", "25.30", "%", "percent"),
        ("提高1.5个百分点", "1.5", "个百分点", "points"),
        ("接待120批次", "120", "批次", "count"),
        ("就业8.9万人", "8.9", "万人", "count"),
        ("设备0台（套）", "0", "台(套)", "count"),
        ("增长-5.2%", "-5.2", "%", "percent"),
    ],
)
def test_a_printed_number_is_read_with_its_unit(text: str, value: str, unit: str, dimension: str) -> None:
    (token,) = numbers(text)
    assert token.quantity is not None
    assert (str(token.quantity.value), token.quantity.unit, token.quantity.dimension) == (
        value,
        unit,
        dimension,
    )


@pytest.mark.parametrize(
    "text",
    [
        "2020年度",
        "2019年12月31日",
        "截至12月31日",
        "昭发改〔2020〕50号",
        "第12条",
        "见附件2",
        "附表3",
        "电话0839-8722222",
        "单价50万元以上通用设备",
        "单位价值100万元（含）以上的专用设备",
        "2019至2021年",
        "表1-2",
    ],
)
def test_what_only_looks_like_an_amount_is_none(text: str) -> None:
    assert not [token for token in numbers(text) if token.code in "MP"]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("支出10万元", 95000, 105000),
        ("支出10.00万元", 99950, 100050),
        ("支出超过10万元", 95000, None),
        ("支出10余万元", 95000, None),
        ("不足10万元", None, 105000),
        ("支出约10万元", 0, 200000),
        ("支出约120万元", 1100000, 1300000),
    ],
)
def test_the_words_around_a_number_open_or_widen_it(text: str, low: int | None, high: int | None) -> None:
    (token,) = numbers(text)
    assert token.quantity is not None
    assert (token.quantity.interval.low, token.quantity.interval.high) == (low, high)


def test_a_number_keeps_what_is_printed_and_where() -> None:
    text = fold("支出 1 536.15 万元。")
    token = numbers("支出 1 536.15 万元。")[0]
    assert text.printed(token.start, token.end) == "1 536.15 万元"


def test_two_printings_with_equal_decimals_that_differ_never_meet() -> None:
    one, other = (spread(Decimal(value), 2, Fraction(1)) for value in ("3886.05", "3886.06"))
    assert not one.meets(other)
    assert one.closed().meets(other.closed())


def test_bounds_stay_open_through_sums() -> None:
    parts = total([spread(Decimal("1.00"), 2, Fraction(1))] * 3)
    assert not parts.meets(spread(Decimal("3.02"), 2, Fraction(1)))
    assert parts.meets(spread(Decimal("3.01"), 2, Fraction(1)))


def test_the_house_reading_refines_amounts_with_dropped_zeros_only() -> None:
    def money(digits: str) -> object:
        return quantity(digits, digits, "万元", "money", Fraction(10000))

    amounts = [money(digits) for digits in ("423.80", "31.52", "17.03", "20", "0")]
    house = house_decimals(amounts)  # type: ignore[arg-type]
    assert house == {"万元": 2}
    assert refined(money("20"), house) == Interval(Fraction(199950), Fraction(200050), open_high=True)  # type: ignore[arg-type]
    rate = quantity("65.4%", "65.4", "%", "percent", Fraction(1))
    assert refined(rate, {"%": 2}) == rate.interval


@given(st.text(max_size=200))
def test_folding_never_loses_the_way_back(text: str) -> None:
    folded = fold(text)
    assert len(folded.folded) == len(folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)
    assert all(0 <= place < len(text) for place in folded.offsets)


@given(
    st.text(
        alphabet="支出收入增加减少占完成预算决算数与上年相比，。；：、（）()0123456789.%万元亿 个年",
        max_size=120,
    )
)
def test_tokens_cover_a_text_in_order(text: str) -> None:
    folded = fold(text)
    tokens = tokenise(folded, WORDING)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    assert all(0 <= t.start < t.end <= len(folded.folded) for t in tokens)
    assert len(codes(tokens)) == len(tokens)


@given(st.decimals(min_value=0, max_value=10**9, places=4), st.integers(0, 3))
def test_a_value_lies_in_the_interval_of_its_printing(value: Decimal, decimals: int) -> None:
    shown = format_value(Fraction(value), decimals)
    interval = spread(Decimal(shown), decimals, Fraction(1))
    assert exact(Fraction(value)).meets(interval)


@given(*[st.fractions(min_value=-1000, max_value=1000, max_denominator=100)] * 4)
def test_interval_arithmetic_holds_every_point(a: Fraction, b: Fraction, c: Fraction, d: Fraction) -> None:
    x, y = Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d))
    for p in (a, b):
        for q in (c, d):
            assert (x + y).meets(exact(p + q))
            assert (x - y).meets(exact(p - q))
            assert (x * y).meets(exact(p * q))
            if q:
                assert (x / y).meets(exact(p / q))
