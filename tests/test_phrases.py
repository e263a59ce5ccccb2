"""Any consistent numbers in any of the phrases raise nothing; a change larger than rounding can hide is found."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from budgetcheck import check

HEAD = "2021年度部门决算情况说明\n"

CHANGES = [
    "一、机关运行经费情况\n机关运行经费支出{a}万元，比2020年{up}{d}万元，{grow}{p}%。",
    "一、机关运行经费情况\n2021年度机关运行经费支出{a}万元，与上年相比{up}{d}万元，{grow}{p}%，主要原因是人员变动。",
    "一、总体情况\n2021年度收、支总计{a}万元。与2020年度相比，收、支总计各{up}{d}万元，{grow}{p}%。",
    "一、总体情况\n收入总计{a}万元，支出总计{a}万元，较上年决算数各{up}{d}万元，{grow}{p}%。",
    "一、总体情况\n2021年收入支出总计{a}万元，较2020年度决算数{up}{d}万元（{grow}{p}%）。",
    "一、三公经费情况\n“三公”经费支出{a}万元，较去年{up}了{d}万元，同比{grow}{p}%。",
    "一、支出情况\n本年支出合计{a}万元，同比{up}{d}万元，{rate}{p}%。",
    "一、支出情况\n本年支出合计{a}万元，比上年{grow}{p}%，{up}{d}万元。",
    "一、支出情况\n本年支出合计{a}万元，较上年{b}万元{up}{d}万元，{grow}{p}%。",
    "一、支出情况\n2020年决算数为{b}万元，本年支出合计{a}万元，比2020年决算数{grow}{p}%。",
    "一、公务接待费\n公务接待费支出决算{a}万元，与上年度决算数相比，{up}{d}万元，{rate}{p}%，主要是来访批次变化。",
]
SHARES = [
    "一、支出情况\n本年支出合计{w}万元，其中：基本支出{a}万元，占{p}%；项目支出{b}万元，占{q}%。",
    "一、支出情况\n本年支出合计{w}万元。其中，基本支出{a}万元，占比{p}%；项目支出{b}万元，占比为{q}%。",
    "一、支出情况\n本年支出合计{w}万元，包括基本支出{a}万元，占本年支出合计的{p}%；项目支出{b}万元，占本年支出合计的{q}%。",
    "一、支出情况\n本年支出合计{w}万元，其中：\n1.基本支出{a}万元，所占比重为{p}%；\n2.项目支出{b}万元，所占比重为{q}%。",
    "一、支出情况\n本年支出合计{w}万元，其中：基本支出{a}万元（占{p}%），项目支出{b}万元（占{q}%）。",
    "一、结构情况\n一般公共预算财政拨款支出{w}万元，主要用于以下方面：教育（类）支出{a}万元，占{p}%；住房保障（类）支出{b}万元，占{q}%。",
    "一、结构情况\n一般公共预算财政拨款支出{w}万元，主要用于以下方面：\n教育支出{a}万元，占{p}%；\n住房保障支出{b}万元，占{q}%。",
    "一、结构情况\n一般公共预算财政拨款支出{w}万元，按功能分类，教育支出{a}万元，占一般公共预算财政拨款支出的比重为{p}%；住房保障支出{b}万元，"
    "占一般公共预算财政拨款支出的比重为{q}%。",
    "一、基本支出\n基本支出{w}万元。其中，人员经费{a}万元，公用经费{b}万元。人员经费和公用经费分别占基本支出的{p}%、{q}%。",
    "一、支出情况\n本年支出合计{w}万元。\n基本支出{a}万元，占支出合计的{p}%。\n项目支出{b}万元，占支出合计的{q}%。",
]
COMPLETIONS = [
    "一、三公经费\n“三公”经费支出预算为{b}万元，支出决算为{a}万元，完成预算的{p}%。",
    "一、三公经费\n“三公”经费支出年初预算数为{b}万元，决算数为{a}万元，完成年初预算的{p}%。",
    "一、三公经费\n“三公”经费年初预算{b}万元，支出决算{a}万元，预算完成率{p}%。",
    "一、三公经费\n“三公”经费全年预算{b}万元，实际支出{a}万元，预算执行率为{p}%。",
    "一、三公经费\n“三公”经费支出决算为{a}万元，年初预算为{b}万元，为年初预算的{p}%。",
    "一、三公经费\n“三公”经费支出决算{a}万元，完成年初预算{b}万元的{p}%。",
    "一、三公经费\n“三公”经费调整预算数{b}万元，支出决算数{a}万元，占调整预算数的{p}%。",
    "一、绩效情况\n（一）路灯改造项目绩效自评综述。项目全年预算数为{b}万元，执行数为{a}万元，完成预算的{p}%。",
    "一、绩效情况\n1.路灯改造项目全年预算数{b}万元，执行数{a}万元，执行率{p}%。",
]
DIRECTIONS = [
    "决算数{cmp}预算数的主要原因是据实列支。",
    "决算数{cmp}年初预算数，主要原因是人员变动。",
    "支出决算数{cmp}预算数，主要是厉行节约。",
    "决算{cmp}预算的原因：项目调整。",
    "决算数{cmp}年初预算数的原因是追加资金。",
    "决算数{cmp}预算数，主要系工作量变化。",
    "决算数{cmp}年初预算数主要原因为机构调整。",
    "支出决算{cmp}年初预算，主要由于政策变化。",
]
CARRIED = [
    "主要原因是项目资金年末结转{c}万元。",
    "主要原因是工程尾款{c}万元结转下年使用。",
    "主要是质保金结转下年{c}万元。",
    "原因是年末结转和结余{c}万元。",
    "主要原因：尾款结转{c}万元。",
    "主要由于资金结转次年{c}万元。",
    "主要原因是年末收回{c}万元。",
    "主要原因为设备款{c}万元结转。",
]
BREAKDOWNS = [
    "一、基本支出\n一般公共预算财政拨款基本支出{w}万元，其中：人员经费{a}万元，公用经费{b}万元。",
    "一、基本支出\n一般公共预算财政拨款基本支出{w}万元，其中：\n人员经费{a}万元，主要包括：基本工资、津贴补贴；\n公用经费{b}万元，主要包括：办公费、水费。",
    "一、基本支出\n基本支出{w}万元，包括人员经费{a}万元和公用经费{b}万元。",
    "一、基本支出\n基本支出{w}万元，由人员经费{a}万元、公用经费{b}万元组成。",
    "一、基本支出\n基本支出{w}万元（人员经费{a}万元、公用经费{b}万元）。",
    "一、基本支出\n基本支出{w}万元。其中：1.人员经费{a}万元；2.日常公用经费{b}万元。",
    "一、基本支出\n基本支出{w}万元，分别为：人员支出{a}万元，公用支出{b}万元。",
    "一、基本支出\n（一）人员经费{a}万元。\n（二）公用经费{b}万元。\n以上共计基本支出{w}万元。",
]


def shown(value: Fraction, decimals: int = 2, *, drop: bool = False) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    return text.rstrip("0").rstrip(".") if drop and "." in text else text


def alarms(text: str) -> list[str]:
    return [f"{f.rule} {f.message}" for f in check(text).findings if f.severity != "info"]


def numbers(text: str, checked: int) -> None:
    """The phrase was really read: at least so many of its numbers took part in a relation."""
    assert check(text).coverage.checked >= checked, text


cents = st.integers(min_value=20_000_00, max_value=900_000_000_00).map(lambda n: Fraction(n, 1_000_000))
habits = st.booleans()
rises = st.booleans()


def change_text(template: str, now: Fraction, before: Fraction, *, drop: bool, wrong: Fraction | None = None) -> str:
    rise = now >= before
    delta = abs(now - before)
    rate = 100 * delta / before if wrong is None else wrong
    words = {
        "up": "增加" if rise else "减少",
        "grow": "增长" if rise else "下降",
        "rate": "增幅" if rise else "降幅",
    }
    amounts = {"a": shown(now, drop=drop), "b": shown(before, drop=drop), "d": shown(delta, drop=drop)}
    return HEAD + template.format(**words, **amounts, p=shown(rate, drop=drop))


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("template", CHANGES)
@given(now=cents, before=cents, drop=habits)
def test_consistent_changes_are_silent(template: str, now: Fraction, before: Fraction, drop: bool) -> None:
    text = change_text(template, now, before, drop=drop)
    assert alarms(text) == [], text


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("template", CHANGES)
@given(now=cents, before=cents)
def test_a_wrong_rate_of_change_is_found(template: str, now: Fraction, before: Fraction) -> None:
    rate = 100 * abs(now - before) / before
    text = change_text(template, now, before, drop=False, wrong=rate + 7 + rate / 10)
    assert alarms(text) != [], text


def parts_text(template: str, a: Fraction, b: Fraction, *, drop: bool, skew: Fraction = Fraction(0)) -> str:
    whole = a + b
    p, q = 100 * a / whole + skew, 100 * b / whole
    amounts = {"w": shown(whole, drop=drop), "a": shown(a, drop=drop), "b": shown(b, drop=drop)}
    return HEAD + template.format(**amounts, p=shown(p, drop=drop), q=shown(q, drop=drop))


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("template", SHARES)
@given(a=cents, b=cents, drop=habits)
def test_consistent_shares_are_silent(template: str, a: Fraction, b: Fraction, drop: bool) -> None:
    text = parts_text(template, a, b, drop=drop)
    assert alarms(text) == [], text


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("template", SHARES)
@given(a=cents, b=cents)
def test_a_wrong_share_is_found(template: str, a: Fraction, b: Fraction) -> None:
    text = parts_text(template, a, b, drop=False, skew=Fraction(3))
    assert alarms(text) != [], text


@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("template", BREAKDOWNS)
@given(a=cents, b=cents, drop=habits)
def test_consistent_breakdowns_are_silent(template: str, a: Fraction, b: Fraction, drop: bool) -> None:
    text = parts_text(template, a, b, drop=drop)
    assert alarms(text) == [], text
    numbers(text, 3)


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("template", BREAKDOWNS)
@given(a=cents, b=cents)
def test_a_total_that_was_not_updated_is_found(template: str, a: Fraction, b: Fraction) -> None:
    amounts = {"w": shown((a + b) * Fraction(11, 10)), "a": shown(a), "b": shown(b)}
    text = HEAD + template.format(**amounts)
    assert alarms(text) != [], text


@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("template", COMPLETIONS)
@given(a=cents, b=cents, drop=habits)
def test_consistent_completions_are_silent(template: str, a: Fraction, b: Fraction, drop: bool) -> None:
    amounts = {"a": shown(a, drop=drop), "b": shown(b, drop=drop), "p": shown(100 * a / b, drop=drop)}
    text = HEAD + template.format(**amounts)
    assert [alarm for alarm in alarms(text) if "BC701" not in alarm] == [], text


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("template", COMPLETIONS)
@given(a=cents, b=cents)
def test_a_wrong_completion_is_found(template: str, a: Fraction, b: Fraction) -> None:
    rate = 100 * a / b
    text = HEAD + template.format(a=shown(a), b=shown(b), p=shown(rate + 2 + rate / 10))
    assert alarms(text) != [], text


ITEM = (
    "一、具体情况\n1.教育支出（类）普通教育（款）小学教育（项）。"
    "年初预算为{b}万元，支出决算为{a}万元，完成年初预算的{p}%。"
)


@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("template", DIRECTIONS)
@given(a=cents, b=cents)
def test_direction_words_fit_their_figures(template: str, a: Fraction, b: Fraction) -> None:
    assume(abs(a - b) * 1000 > b)
    right, wrong = ("大于", "小于") if a > b else ("小于", "大于")
    equal = HEAD + ITEM.format(a=shown(b), b=shown(b), p="100.00")
    assert alarms(equal + template.format(cmp="等于")) == []
    item = HEAD + ITEM.format(a=shown(a), b=shown(b), p=shown(100 * a / b))
    assert alarms(item + template.format(cmp=right)) == []
    assert alarms(item + template.format(cmp=wrong)) != []


@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("template", CARRIED)
@given(a=cents, c=cents)
def test_carried_over_money_fits_into_the_plan(template: str, a: Fraction, c: Fraction) -> None:
    plan = a + c
    item = HEAD + ITEM.format(a=shown(a), b=shown(plan), p=shown(100 * a / plan)) + "决算数小于预算数，"
    assert alarms(item + template.format(c=shown(c))) == []
    too_much = c * Fraction(13, 10) + 1
    assert alarms(item + template.format(c=shown(too_much))) != []


@settings(max_examples=40, deadline=None)
@given(parts=st.lists(cents, min_size=3, max_size=12))
def test_rounding_of_many_addends_is_no_finding(parts: list[Fraction]) -> None:
    names = [
        "教育",
        "科学技术",
        "卫生健康",
        "农林水",
        "住房保障",
        "公共安全",
        "节能环保",
        "交通运输",
        "国防",
        "外交",
        "金融",
        "城乡社区",
    ]
    whole = sum(parts, Fraction(0))
    listed = "；".join(
        f"{name}（类）支出{shown(part)}万元，占{shown(100 * part / whole)}%"
        for name, part in zip(names, parts, strict=False)
    )
    text = f"{HEAD}一、结构情况\n一般公共预算财政拨款支出{shown(whole)}万元，主要用于以下方面：{listed}。"
    assert alarms(text) == [], text
    numbers(text, 2 * len(parts) + 1)


TOTALS = [
    "2021年度收入总计{a}万元，支出总计{b}万元。",
    "2021年度收、支总计各为{a}万元。支出总计{b}万元，与收入总计相等。",
    "2021年总收入{a}万元，总支出{b}万元。",
    "收入总计{a}万元；支出总计{b}万元。",
    "本部门2021年度收入决算总计{a}万元，支出决算总计{b}万元。",
    "2021年度收入总额{a}万元，支出总额{b}万元。",
    "收入总计为{a}万元。支出总计为{b}万元。",
    "2021年度收入总计共{a}万元，比上年有所增加；2021年度支出总计共{b}万元。",
]
COPIES = [
    ("机关运行经费支出{}万元。", "本部门机关运行经费支出{}万元。"),
    ("“三公”经费支出决算{}万元。", "2021年度“三公”经费财政拨款支出决算为{}万元。"),
    ("公务接待费{}万元。", "公务接待费支出决算{}万元，用于调研接待。"),
    ("政府采购支出总额{}万元。", "本单位2021年政府采购支出合计{}万元。"),
    ("本年收入合计{}万元。", "2021年度本年收入合计为{}万元。"),
    ("一般公共预算财政拨款支出{}万元。", "一般公共预算支出决算数为{}万元。"),
    ("培训费支出{}万元。", "全年培训费{}万元。"),
    ("公务用车购置及运行费{}万元。", "公务用车购置及运行维护费支出决算为{}万元。"),
]
NEGATIONS = [
    "本部门没有政府采购支出。",
    "本年度无政府采购支出。",
    "2021年未发生政府采购支出。",
    "本单位2021年度未安排政府采购支出。",
    "本部门不涉及政府采购支出。",
    "本部门未产生政府采购支出。",
    "2021年度没有发生政府采购支出。",
    "本年未列支政府采购支出。",
]
COUNTS = [
    "本部门下属单位{n}个，其中行政单位{a}个，事业单位{b}个。",
    "所属预算单位共{n}家，其中：行政单位{a}家、事业单位{b}家。",
    "共有车辆{n}辆，其中：机要通信用车{a}辆、其他用车{b}辆。",
    "年末实有在职人员{n}人，其中行政人员{a}人、事业人员{b}人。",
    "全年接待{n}批次，其中国内接待{a}批次、外事接待{b}批次。",
    "截至年末共有编制{n}名，其中：行政编制{a}名，事业编制{b}名。",
    "内设机构{n}个，包括业务科室{a}个、综合科室{b}个。",
    "开展绩效自评的项目{n}个（一级项目{a}个、二级项目{b}个）。",
]


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("template", TOTALS)
@given(a=cents, b=cents)
def test_two_totals_must_be_equal(template: str, a: Fraction, b: Fraction) -> None:
    assume(abs(a - b) > Fraction(1, 10))
    text = HEAD + "一、总体情况\n"
    assert alarms(text + template.format(a=shown(a), b=shown(a))) == []
    assert alarms(text + template.format(a=shown(a), b=shown(b))) != []


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("pair", COPIES)
@given(a=cents, b=cents, drop=habits)
def test_one_figure_is_the_same_everywhere(pair: tuple[str, str], a: Fraction, b: Fraction, drop: bool) -> None:
    assume(abs(a - b) > 1)
    here, there = HEAD + "一、总体情况\n" + pair[0] + "\n二、具体情况\n", pair[1]
    assert alarms(here.format(shown(a)) + there.format(shown(a, drop=drop))) == []
    assert alarms(here.format(shown(a)) + there.format(shown(b))) != []


@pytest.mark.parametrize("sentence", NEGATIONS)
def test_what_is_said_not_to_exist_is_zero(sentence: str) -> None:
    text = HEAD + "一、政府采购情况\n政府采购支出总额{}万元。\n二、其他情况\n" + sentence
    assert alarms(text.format("0")) == []
    assert alarms(text.format("12.50")) != []


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("template", COUNTS)
@given(a=st.integers(1, 40), b=st.integers(1, 40))
def test_counts_do_not_exceed_their_total(template: str, a: int, b: int) -> None:
    text = HEAD + "一、基本情况\n本年支出合计80.00万元。\n" + template
    assert alarms(text.format(n=a + b, a=a, b=b)) == []
    assert alarms(text.format(n=a + b - 1, a=a, b=b)) != []
